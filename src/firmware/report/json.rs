//! The report for scripts.

use crate::firmware::known::Known;
use crate::firmware::problem::Problem;
use crate::firmware::shelf::{Load, Member, Shelf};
use crate::load::{Family, Protocol};
use serde::Serialize;
use std::collections::BTreeMap;

/// Why a model can't be served when there is nothing for it at all.
pub(super) const NOTHING: &str = "no load for it is here";

/// Everything, for scripts.
#[derive(Debug, Serialize)]
pub struct Report {
    /// All loads.
    pub loads: Vec<LoadReport>,
    /// What can be served to each model.
    pub models: Vec<ModelReport>,
    /// All findings, worst first.
    pub problems: Vec<Problem>,
    /// All files.
    pub files: Vec<FileReport>,
}

/// One load.
#[derive(Debug, Serialize)]
pub struct LoadReport {
    /// Its name.
    pub name: String,
    /// The protocol it speaks.
    pub protocol: Protocol,
    /// The phones it is for, as load names number them.
    pub family: Family,
    /// The phones it is for, as people name them.
    pub models: Vec<String>,
    /// Its release.
    pub release: String,
    /// It can be served.
    pub complete: bool,
    /// Its parts.
    pub members: Vec<MemberReport>,
    /// The folder or archive it was found in.
    pub origin: String,
    /// Lists for phones without a load that name the same parts.
    pub terms: Vec<String>,
    /// Universal loader it comes with.
    pub loader_version: Option<String>,
    /// Hardware mark of its list.
    pub hardware: Option<u32>,
    /// What published digests say: `good`, `unknown` or `differs`.
    pub known: &'static str,
}

/// One part of a load.
#[derive(Debug, Serialize)]
pub struct MemberReport {
    /// Its name.
    pub name: String,
    /// Octets, when present.
    pub size: Option<u64>,
    /// It is there.
    pub present: bool,
    /// It is there and a phone will accept it, as far as is known.
    pub sound: bool,
}

/// What one model can be given.
#[derive(Debug, Serialize)]
pub struct ModelReport {
    /// The model.
    pub model: String,
    /// Something can be served to it.
    pub servable: bool,
    /// Loads that can be served.
    pub loads: Vec<String>,
    /// Why the others can't.
    pub because: Vec<String>,
}

/// One file.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// What was given, then the way inside.
    pub file: String,
    /// The name it was signed under.
    pub true_name: Option<String>,
    /// Octets.
    pub size: u64,
    /// Digest in hexadecimal.
    pub sha256: String,
    /// What published digests say: `good`, `unknown` or `differs`.
    pub known: &'static str,
}

const fn word(known: Option<&Known>) -> &'static str {
    match known {
        Some(Known::Good(_)) => "good",
        Some(Known::Differs(_)) => "differs",
        Some(Known::Unknown) | None => "unknown",
    }
}

/// For scripts. `models_of` names the models of a family.
pub fn json(shelf: &Shelf, models_of: impl Fn(Family) -> Vec<String>) -> Report {
    let known = |set| word(shelf.set(set).map(|set| &set.known));
    let loads = shelf.loads().iter().map(|load| LoadReport {
        name: load.name.clone(),
        protocol: load.parsed.protocol,
        family: load.parsed.family,
        models: models_of(load.parsed.family),
        release: load.parsed.release.to_string(),
        complete: load.complete,
        members: members(load),
        origin: origin(shelf, load),
        terms: load.terms.iter().filter_map(|id| Some(shelf.file(*id)?.name.clone())).collect(),
        loader_version: load.loader_version.clone(),
        hardware: load.hardware,
        known: known(load.set),
    });
    let files = shelf.files().map(|file| FileReport {
        file: file.origin.clone(),
        true_name: file.true_name.clone(),
        size: file.bytes.len() as u64,
        sha256: file.sha256_hex(),
        known: known(file.set),
    });
    Report {
        loads: loads.collect(),
        models: models(shelf, &models_of),
        problems: shelf.problems().to_vec(),
        files: files.collect(),
    }
}

fn members(load: &Load) -> Vec<MemberReport> {
    let report = |member: &Member| MemberReport {
        name: member.name.clone(),
        size: member.size,
        present: member.present,
        sound: member.sound,
    };
    load.members.iter().map(report).collect()
}

pub(super) fn origin(shelf: &Shelf, load: &Load) -> String {
    shelf.set(load.set).map_or_else(String::new, |set| set.origin.clone())
}

/// A verdict for each model.
pub(super) fn models(shelf: &Shelf, models_of: &impl Fn(Family) -> Vec<String>) -> Vec<ModelReport> {
    let mut families: BTreeMap<Family, (Vec<String>, Vec<String>)> =
        Family::ALL.into_iter().map(|family| (family, Default::default())).collect();
    for load in shelf.loads() {
        let (can, cannot) = families.entry(load.parsed.family).or_default();
        if load.complete {
            can.push(load.name.clone());
        } else {
            cannot.push(format!("{}: {}", load.name, load.lacking()));
        }
    }
    let verdicts = families.into_iter().flat_map(|(family, (can, mut cannot))| {
        if can.is_empty() && cannot.is_empty() {
            cannot.push(NOTHING.to_owned());
        }
        models_of(family).into_iter().map(move |model| ModelReport {
            model,
            servable: !can.is_empty(),
            loads: can.clone(),
            because: cannot.clone(),
        })
    });
    verdicts.collect()
}
