//! Who a phone is, and what it may be, in a technician's words.

use super::stop;
use crate::event::{Condition, Identity, Likely, Looks};
use std::fmt::Write as _;

pub(super) fn identified(identity: &Identity) -> String {
    let what = match (&identity.model, identity.family) {
        (Some(model), _) => format!("a {model}"),
        (None, Some(family)) => format!("a phone of the {} family", family.as_str()),
        (None, None) => "a phone of a kind not known yet".to_owned(),
    };
    let mut text = match identity.because.as_str() {
        "" => format!("It is {what}."),
        because => format!("It is {what}: {}", stop(because)),
    };
    if let Some(looks) = looks(identity) {
        let _ = write!(text, " It looks like: {}", stop(&looks));
    }
    text
}

/// What it may be by the way it asks for an address, until something stronger has shown it:
/// `loader or SIP 8.12 application: its next file tells`.
#[must_use]
pub fn looks(identity: &Identity) -> Option<String> {
    let looks = identity.looks.as_ref().filter(|_| identity.condition == Condition::Unknown)?;
    let what = looks.may_be.iter().map(|likely| likely.what.as_str());
    match what.clone().count() {
        0 => None,
        1 => Some(format!("{}, by the way it asks for an address", any_of(what))),
        _ => Some(format!("{}: its next file tells", any_of(what))),
    }
}

/// What will tell the things apart that it may be: `CTLSEP… the loader, SIPDefault.cnf the SIP 8.12 application`.
#[must_use]
pub fn tells(looks: &Looks) -> Option<String> {
    let of = |likely: &Likely| format!("{} the {}", likely.next, likely.what);
    let each: Vec<_> = looks.may_be.iter().map(of).collect();
    (each.len() > 1).then(|| each.join(", "))
}

/// `a`, `a or b`, `a, b or c`.
fn any_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
