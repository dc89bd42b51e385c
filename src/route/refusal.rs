//! Why a plan is not possible, in the technician's words, and what to get.

use super::edge::WrongStart;
use super::{Missing, Owned, Plan};
use crate::catalogue::{Catalogue, Model};
use crate::load::{Family, LoadName, Protocol};
use crate::paragraph::list;
use serde::Serialize;

/// Why a plan is not possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// `unknown-name`, `foreign`, `family`, `loader`, `unknown-start`, `start-family`, `not-on-shelf`, `incomplete`,
    /// `hop-missing` or `impossible`.
    pub code: &'static str,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub get: String,
}

/// The target as a load for this model, or why it is none and which protocol was meant.
pub(super) fn target(
    catalogue: &Catalogue,
    model: &Model,
    name: &str,
) -> Result<LoadName, (Refusal, Protocol)> {
    let Ok(load) = name.parse::<LoadName>() else {
        let protocol =
            if name.to_ascii_uppercase().contains("SCCP") { Protocol::Sccp } else { Protocol::Sip };
        let get = advice(catalogue, model, protocol);
        let refusal = match catalogue.foreign_load(name) {
            Some(foreign) => Refusal {
                code: "foreign",
                text: format!(
                    "{name} is a load of other phones ({}); a {} can't run it.",
                    foreign.name, model.name
                ),
                get,
            },
            None => Refusal {
                code: "unknown-name",
                text: format!(
                    "\"{name}\" is not the name of a 79xx load, such as {}.",
                    example(catalogue, model)
                ),
                get,
            },
        };
        return Err((refusal, protocol));
    };
    if load.family != model.family {
        let text = format!(
            "{name} is a load of the {}; a {} can't run it.",
            models_of(catalogue, load.family),
            model.name
        );
        let refusal = Refusal { code: "family", text, get: advice(catalogue, model, load.protocol) };
        return Err((refusal, load.protocol));
    }
    if load.loader {
        let set = catalogue.loads().iter().find(|l| {
            l.load.family == load.family
                && l.load.protocol != Protocol::Sccp
                && l.load.release.cmp(&load.release).is_eq()
        });
        let refusal = Refusal {
            code: "loader",
            text: format!("{name} is the loader inside a set; a phone can't end on it."),
            get: match set {
                Some(set) => format!("Name the application of that set: {}.", set.name),
                None => "Name the application of that set; its name begins with P0S3 or P0M3.".to_owned(),
            },
        };
        return Err((refusal, Protocol::Sip));
    }
    Ok(load)
}

/// What is wrong with what the phone is said to run.
pub(super) fn start(catalogue: &Catalogue, model: &Model, from: &str, wrong: WrongStart) -> Refusal {
    match wrong {
        WrongStart::NoName => Refusal {
            code: "unknown-start",
            text: format!("\"{from}\" is no load, release or protocol."),
            get: "Read it again from Settings, Status, Firmware Versions, or say \"unknown\".".to_owned(),
        },
        WrongStart::Family(family) => Refusal {
            code: "start-family",
            text: format!(
                "A {} can't be running {from}, a load of the {}.",
                model.name,
                models_of(catalogue, family)
            ),
            get: "Look at the model on the label under the phone, or say \"unknown\".".to_owned(),
        },
    }
}

/// Why nothing in the world does: `why` is what the step to the target itself would meet.
pub(super) fn impossible(plan: &Plan, why: &str) -> Refusal {
    Refusal {
        code: "impossible",
        text: format!("No way leads from {} to {}. {why}", plan.from, plan.to),
        get: "Choose another load.".to_owned(),
    }
}

/// Why the shelf doesn't do. `plan` has its hops and missing loads already.
pub(super) fn not_on_shelf(plan: &Plan, shelf: &[Owned<'_>]) -> Refusal {
    let names: Vec<String> = plan.missing.iter().map(with_archive).collect();
    let get = format!("Get {}.", list(&names));
    let owned = shelf.iter().find(|o| super::start::clean(o.name).eq_ignore_ascii_case(&plan.to));
    if plan.missing.iter().all(|m| m.load != plan.to) {
        let hops: Vec<String> = plan.missing.iter().map(|m| m.load.clone()).collect();
        let verb = if hops.len() == 1 { "isn't" } else { "aren't" };
        let text = format!(
            "The way from {} to {} leads over {}, which {verb} on the shelf.",
            plan.from,
            plan.to,
            list(&hops)
        );
        Refusal { code: "hop-missing", text, get }
    } else if owned.is_some() {
        let text = format!("{} is on the shelf, but some of its parts are missing.", plan.to);
        Refusal { code: "incomplete", text, get }
    } else {
        Refusal { code: "not-on-shelf", text: format!("{} is not on the shelf.", plan.to), get }
    }
}

/// `P00305000500 (P00305000500.zip)`.
pub(super) fn with_archive(missing: &Missing) -> String {
    match &missing.archive {
        Some(archive) => format!("{} ({archive})", missing.load),
        None => missing.load.clone(),
    }
}

fn models_of(catalogue: &Catalogue, family: Family) -> String {
    list(&catalogue.models_of(family).map(|m| m.name.clone()).collect::<Vec<_>>())
}

fn example<'a>(catalogue: &'a Catalogue, model: &Model) -> &'a str {
    catalogue.newest(model.family, Protocol::Sip).map_or("", |l| &l.name)
}

/// Which load of the wanted protocol this model takes.
fn advice(catalogue: &Catalogue, model: &Model, protocol: Protocol) -> String {
    let newest =
        catalogue.newest(model.family, protocol).or_else(|| catalogue.newest(model.family, Protocol::Sip));
    newest.map_or_else(String::new, |load| {
        format!("For {} on a {} get {} ({}).", load.load.protocol, model.name, load.name, load.archive)
    })
}
