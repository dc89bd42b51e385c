//! What `inspect` says about a shelf: for people within 80 columns, and for scripts.

use crate::firmware::problem::enumerate;
use crate::firmware::{Known, Load, Problem, Severity, Shelf};
use crate::load::{Family, Protocol};
use crate::paragraph::add as line;
use serde::Serialize;
use std::collections::BTreeMap;

/// Why a model can't be served when there is nothing for it at all.
const NOTHING: &str = "no load for it is here";

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
    let report = |member: &super::Member| MemberReport {
        name: member.name.clone(),
        size: member.size,
        present: member.present,
        sound: member.sound,
    };
    load.members.iter().map(report).collect()
}

fn origin(shelf: &Shelf, load: &Load) -> String {
    shelf.set(load.set).map_or_else(String::new, |set| set.origin.clone())
}

/// A verdict for each model.
fn models(shelf: &Shelf, models_of: &impl Fn(Family) -> Vec<String>) -> Vec<ModelReport> {
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

/// For people: within 80 columns, in sentences that can be read aloud. `models_of` names the models of a family.
pub fn text(shelf: &Shelf, models_of: impl Fn(Family) -> Vec<String>) -> String {
    let mut out = String::new();
    let (loads, files) = (shelf.loads().len(), shelf.files().count());
    line(
        &mut out,
        "",
        &format!(
            "Found {} and {}, {} in all.",
            count(loads, "load"),
            count(files, "file"),
            megabytes(shelf.total_bytes())
        ),
    );
    for load in shelf.loads() {
        out.push('\n');
        describe(&mut out, shelf, load, &models_of(load.parsed.family));
    }
    verdicts(&mut out, &models(shelf, &models_of));
    findings(&mut out, shelf.problems());
    out
}

fn describe(out: &mut String, shelf: &Shelf, load: &Load, models: &[String]) {
    let parsed = &load.parsed;
    line(out, "", &format!("{}: {} {} for {}.", load.name, parsed.protocol, parsed.release, all(models)));
    if load.complete {
        line(out, "  ", "Can be served, every part is here.");
    } else {
        line(out, "  ", &format!("Can't be served: {}.", load.lacking()));
    }
    line(out, "  ", &format!("Found in {}.", origin(shelf, load)));
    match shelf.set(load.set).map(|set| &set.known) {
        Some(Known::Good(name)) => {
            line(out, "  ", &format!("Known good: the digest of {name} is the published one."));
        }
        Some(Known::Differs(name)) => line(
            out,
            "  ",
            &format!("Not as published: the digest of {name} is another. It may have been packed again."),
        ),
        Some(Known::Unknown) | None => {}
    }
    if let Some(version) = &load.loader_version {
        line(out, "  ", &format!("Comes with the loader {version}."));
    }
    if let Some(mark) = load.hardware {
        line(out, "  ", &format!("Its hardware mark is {mark}."));
    }
    let terms: Vec<&str> = load.terms.iter().filter_map(|id| Some(shelf.file(*id)?.wanted_name())).collect();
    if !terms.is_empty() && load.complete {
        line(out, "  ", &format!("Wiped phones get it by {}.", enumerate(&terms)));
    } else if terms.is_empty() && load.list.is_some() && parsed.family != Family::Classic {
        line(out, "  ", "Wiped phones can't get it: no term list here names its parts.");
    }
    for member in &load.members {
        let state = match (member.size, member.sound) {
            (None, _) => "missing".to_owned(),
            (Some(size), true) => format!("{} bytes", grouped(size)),
            (Some(size), false) => format!("{} bytes, damaged", grouped(size)),
        };
        line(out, "    ", &format!("{:<28} {state}", member.name));
        if let Some(file) = member.file.and_then(|id| shelf.file(id)) {
            line(out, "      ", &format!("sha256 {}", file.sha256_hex()));
        }
    }
}

/// Models of one verdict in one sentence.
fn verdicts(out: &mut String, models: &[ModelReport]) {
    let (none, some): (Vec<_>, Vec<_>) = models.iter().partition(|model| model.because == [NOTHING]);
    out.push('\n');
    if !some.is_empty() {
        line(out, "", "What each model can be given:");
    }
    for same in some.chunk_by(|a, b| (&a.loads, &a.because) == (&b.loads, &b.because)) {
        let names: Vec<String> = same.iter().map(|model| model.model.clone()).collect();
        let verdict = match same {
            [model, ..] if model.servable => format!("can be served {}", model.loads.join(", ")),
            [model, ..] => format!("can't be served, because of {}", model.because.join("; ")),
            [] => continue,
        };
        line(out, "  ", &format!("{}: {verdict}.", all(&names)));
    }
    if !none.is_empty() {
        let names: Vec<String> = none.iter().map(|model| model.model.clone()).collect();
        line(out, "", &format!("Nothing here is for the {}.", all(&names)));
    }
}

fn findings(out: &mut String, problems: &[Problem]) {
    out.push('\n');
    if problems.is_empty() {
        return line(out, "", "No findings.");
    }
    line(out, "", &format!("{}:", count(problems.len(), "finding")));
    for problem in problems {
        let severity = match problem.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Info => "Note",
        };
        line(out, "  ", &format!("{severity} ({}): {}", problem.code, problem.file));
        line(out, "    ", &problem.text);
    }
}

fn count(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn all(names: &[String]) -> String {
    match names {
        [] => "no known model".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn megabytes(bytes: usize) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes / 1_000)
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
    }
}

/// `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(756_524)),
            ("0".into(), "999".into(), "756 524".into())
        );
        assert_eq!(
            (count(0, "load"), count(1, "load"), count(2, "load")),
            ("no load".into(), "1 load".into(), "2 loads".into())
        );
        assert_eq!(all(&["7940".into(), "7960".into()]), "7940 and 7960");
    }
}
