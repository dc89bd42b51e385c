//! What goes wrong on the bench, noticed from the folded state. A symptom that counts from a moment on is raised when the usual
//! range of its stage has passed, a fact at once, and withdrawn when the wire disproves it. Its words stand in `assets/symptoms/`.

mod addresses;
mod files;
mod sayings;

pub(super) use files::refused;

use super::answer::Desk;
use crate::clock::Instant;
use crate::event::Kind;
use crate::load::Family;
use crate::session::{Phone, Stage};
use std::time::Duration;

/// One rule: the event that raises or withdraws its symptom, if it has something to say.
type Rule = fn(&Desk<'_>, &Phone, Instant) -> Option<Kind>;

/// All rules. One symptom is told at a time, so the order is that of telling.
const BOOK: &[Rule] = &[
    addresses::foreign,
    addresses::no_request,
    addresses::no_read,
    addresses::lease_in_vain,
    addresses::answers_in_vain,
    addresses::in_use,
    addresses::from_elsewhere,
    addresses::another_server,
    addresses::asks_elsewhere,
    addresses::asks_letters,
    files::missing_no_more,
    files::list_refused,
    files::header_refused,
    files::same_block,
    files::flash_repeats,
    files::trust_list_loop,
    files::signed_config,
    files::blank_in_name,
    files::ending_in_name,
    files::unprovisioned,
    files::power_cycle,
    files::default_ignored,
    files::loader_misled,
    sayings::runs_another,
];

/// The first symptom to raise or to withdraw.
pub(super) fn symptoms(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    BOOK.iter().find_map(|rule| rule(desk, phone, now))
}

/// How long a stage may last before it deserves a word; for an unknown family the longest of all.
pub(super) fn alarm(desk: &Desk<'_>, phone: &Phone, stage: Stage) -> Duration {
    let of = |family: Family| desk.catalogue.stage(family, stage.key()).map(|range| range.alarm);
    let longest = || Family::ALL.into_iter().filter_map(of).max();
    Duration::from_secs(phone.identity.family.and_then(of).or_else(longest).unwrap_or_default().into())
}

/// How long the stage of a symptom usually lasts at most; for an unknown family the longest of all.
fn usual(desk: &Desk<'_>, phone: &Phone, code: &str) -> Duration {
    let stage = desk.catalogue.symptom(code).and_then(|symptom| symptom.stage.as_deref());
    let of = |family: Family| Some(desk.catalogue.stage(family, stage?)?.usual[1]);
    let longest = || Family::ALL.into_iter().filter_map(of).max();
    Duration::from_secs(phone.identity.family.and_then(of).or_else(longest).unwrap_or_default().into())
}

/// As [`held`], for a symptom that counts from a moment on: it is not raised before the usual range of its stage has passed.
pub(super) fn held_since(
    desk: &Desk<'_>,
    phone: &Phone,
    code: &str,
    (since, now): (Option<Instant>, Instant),
    values: impl FnOnce() -> Vec<(&'static str, String)>,
) -> Option<Kind> {
    let stands = phone.symptoms.contains_key(code);
    let is = since.is_some_and(|since| stands || now.since(since) >= usual(desk, phone, code));
    held(desk, phone, code, is, values)
}

/// Raises a symptom that has begun to hold, withdraws one that has ceased to. One whose next step takes hold of power or
/// cable waits until the phone has written what it reads.
pub(super) fn held(
    desk: &Desk<'_>,
    phone: &Phone,
    code: &str,
    is: bool,
    values: impl FnOnce() -> Vec<(&'static str, String)>,
) -> Option<Kind> {
    match (is, phone.symptoms.contains_key(code)) {
        (true, false) => {
            let symptom = desk.catalogue.symptom(code)?;
            if symptom.touches.is_some() && super::hand::writes_flash(phone) {
                return None;
            }
            Some(symptom.raise(&values(), super::hand::helpful(desk, phone, &symptom.remedies)))
        }
        (false, true) => Some(Kind::SymptomGone { code: code.to_owned() }),
        _ => None,
    }
}
