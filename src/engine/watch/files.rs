//! What goes wrong while a phone reads, or asks for what it should not.

use super::super::answer::Desk;
use super::super::hand;
use super::super::rules::{declined, started_past};
use super::super::said;
use super::{alarm, held, held_since};
use crate::catalogue::Era;
use crate::clock::Instant;
use crate::event::{Condition, Kind, Role, Verdict};
use crate::job;
use crate::load::{Family, LoadName};
use crate::route;
use crate::session::phone::{Again, Asked};
use crate::session::{Phone, Stage, words};

/// The first block of a file.
const FIRST_BLOCK: u64 = 512;
/// Endings that a load name must not carry: the phone puts its own behind it.
const ENDINGS: [&str; 3] = [".loads.", ".sbn.", ".bin."];

pub(super) fn list_refused(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let still = phone.stage == Stage::List && phone.read.is_none() && trail.lists_in_vain > 0;
    let still = still && now.since(phone.stage_since) >= alarm(desk, phone, Stage::List);
    let is = (trail.lists_in_vain >= 2 || still || declined(desk, phone, now)) && phone.closed.is_none();
    held(desk, phone, "list-refused", is, || {
        let file = trail.list.as_ref().map(|m| m.file.clone()).unwrap_or_default();
        let due = phone.due().and_then(|due| due.parse::<LoadName>().ok());
        let below =
            due.and_then(|due| route::rung_below(desk.catalogue, due.family, &due, &job::owned(desk.shelf)));
        let next = below.unwrap_or_else(|| "none that is older is on the shelf, so add one".to_owned());
        let count = match trail.lists_in_vain {
            0 | 1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        vec![("file", file), ("times", count), ("next", next)]
    })
}

pub(super) fn flash_repeats(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let is = trail.rounds >= desk.catalogue.habits().read_again() && phone.closed.is_none();
    held(desk, phone, "flash-repeats", is, || vec![("load", phone.due().unwrap_or_default().to_owned())])
}

/// It looks for its next load only when it starts: after a hop that turned out to be behind it, or when it is told a load
/// of the years before the universal loader and asks for nothing.
pub(super) fn power_cycle(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let due = phone.due()?;
    let single = due.parse::<LoadName>().is_ok_and(|due| desk.catalogue.era(&due) < Era::Universal);
    let behind = phone.hops_done.last().filter(|_| !phone.at_target()).map(|hop| hop.load.as_str());
    let told = phone.trail.config.as_ref().filter(|m| {
        let load = m.load.as_deref();
        single && load == Some(due) || load.is_some() && load == behind
    });
    let waited =
        told.map(|m| now.since(m.at)).filter(|waited| *waited >= desk.catalogue.habits().settle_silent());
    let is = waited.is_some() && phone.read.is_none() && phone.closed.is_none();
    let since = told.filter(|_| is).map(|m| m.at);
    held_since(desk, phone, "power-cycle", (since, now), || {
        let load = told.and_then(|m| m.load.clone()).unwrap_or_default();
        vec![("load", load), ("seconds", waited.unwrap_or_default().as_secs().to_string())]
    })
}

/// A load of the first years, or one that says itself that it runs another, was given a default file and went no further.
pub(super) fn default_ignored(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let told = phone.trail.config.as_ref().filter(|_| phone.plan.is_none() && phone.closed.is_none());
    let waited = told.map(|m| now.since(m.at)).unwrap_or_default();
    let another = told.and_then(|m| m.load.as_deref()).filter(|load| {
        let named = load.parse::<LoadName>().ok();
        let first_years = phone.identity.condition == Condition::SingleImage
            && named.is_some_and(|named| desk.catalogue.era(&named) >= Era::Universal);
        desk.shelf.load(load).is_some() && (first_years || said::another_than(phone, load))
    });
    let is = another.is_some() && phone.read.is_none() && waited >= alarm(desk, phone, Stage::Config);
    let since = told.filter(|_| is).map(|m| m.at);
    held_since(desk, phone, "default-ignored", (since, now), || {
        let told = told.map(|m| (m.file.clone(), m.load.clone().unwrap_or_default())).unwrap_or_default();
        vec![("file", told.0), ("load", told.1), ("seconds", waited.as_secs().to_string())]
    })
}

/// A loader that is told a load reads its list at each start. This one started, read none, and let its application run.
pub(super) fn loader_misled(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let due = phone.due().filter(|_| phone.identity.family == Some(Family::Classic));
    let told = due.is_some() && trail.config.as_ref().is_some_and(|m| m.load.as_deref() == due);
    let given = phone.names.get("xmldefault.cnf.xml").is_some_and(|asked| asked.given);
    let runs = trail.app_file.as_ref().is_some_and(|m| now.since(m.at) >= desk.catalogue.habits().settle());
    let stuck = runs || trail.past >= desk.catalogue.habits().starts_past();
    let is = told && given && stuck && started_past(phone) && phone.closed.is_none();
    held(desk, phone, "loader-misled", is, || vec![("load", due.unwrap_or_default().to_owned())])
}

/// Firmware, or a list of it, that was asked for in vain; told once.
pub(in crate::engine) fn refused(desk: &Desk<'_>, phone: &Phone, role: Role, asked: &str) -> Option<Kind> {
    let firmware = role.is_firmware() || matches!(role, Role::LoadsList | Role::TermList);
    let news = firmware && !phone.symptoms.contains_key("file-missing");
    news.then(|| {
        desk.catalogue.symptom("file-missing").map(|s| s.raise(&[("file", asked.to_owned())], Vec::new()))
    })?
}

/// A file that was missing is so no longer once the phone has what it was for.
pub(super) fn missing_no_more(_: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let raised = phone.symptoms.get("file-missing")?;
    let recovered = phone.verdict() == Some(Verdict::Recovered);
    let behind = phone.hop_since > raised.at || recovered;
    behind.then(|| Kind::SymptomGone { code: "file-missing".to_owned() })
}

/// Twice at the first block: once may be a phone that lost its power.
pub(super) fn header_refused(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let broken = phone.trail.broken.as_ref();
    let refused = desk.catalogue.habits().refused_header();
    let is = broken.is_some_and(|b| b.closed && b.firmware && b.count >= refused && b.bytes <= FIRST_BLOCK);
    held(desk, phone, "header-refused", is, || {
        vec![("file", broken.map(|b| b.file.clone()).unwrap_or_default())]
    })
}

pub(super) fn same_block(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let broken = phone.trail.broken.as_ref();
    let is = broken.is_some_and(|b| b.firmware && b.count >= 2 && b.bytes > FIRST_BLOCK);
    held(desk, phone, "same-block", is, || {
        broken.map_or_else(Vec::new, |b| {
            vec![("file", b.file.clone()), ("count", b.count.to_string()), ("bytes", words::bytes(b.bytes))]
        })
    })
}

pub(super) fn trust_list_loop(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    // It is answered from then on, so the loop has not ended before it asks for something else.
    if phone.symptoms.contains_key("trust-list-loop") {
        let goes_on = phone.read.as_ref().is_some_and(|read| read.role != Role::TrustList)
            || phone.trail.refused.as_ref().is_some_and(|again| again.role != Role::TrustList);
        return held(desk, phone, "trust-list-loop", !goes_on, Vec::new);
    }
    let again = phone
        .trail
        .refused
        .as_ref()
        .filter(|a| a.role == Role::TrustList && a.count >= desk.catalogue.habits().trust_lists());
    held_since(desk, phone, "trust-list-loop", (again.map(|a| a.since), now), || counted(again))
}

/// The signed form is asked for only after a trust list was accepted (`java-phones` 1.4).
pub(super) fn signed_config(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let asked = asked_lately(phone, |name, _| name.ends_with(".cnf.xml.sgn"));
    let is = asked.is_some() && phone.trail.config.is_none() && phone.trail.firmware.is_empty();
    held(desk, phone, "signed-config", is, || {
        let keys = hand::reset(desk, phone).map_or("of its model", |(_, keys)| keys);
        vec![("file", asked.cloned().unwrap_or_default()), ("keys", keys.to_owned())]
    })
}

pub(super) fn blank_in_name(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let asked = asked_lately(phone, |name, asked| name.contains(' ') && !asked.given);
    held(desk, phone, "blank-in-name", asked.is_some(), || vec![("file", asked.cloned().unwrap_or_default())])
}

pub(super) fn ending_in_name(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let doubled = |name: &str| ENDINGS.iter().any(|ending| name.contains(ending));
    let asked = asked_lately(phone, |name, asked| doubled(name) && !asked.given);
    held(desk, phone, "ending-in-name", asked.is_some(), || {
        vec![("file", asked.cloned().unwrap_or_default())]
    })
}

pub(super) fn unprovisioned(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let own = |a: &&Again| a.role == Role::SipConfig && a.count >= desk.catalogue.habits().own_files();
    let again = phone.trail.refused.as_ref().filter(own);
    let again = again.filter(|a| a.last.since(a.since) >= desk.catalogue.habits().own_files_for());
    held_since(desk, phone, "unprovisioned", (again.map(|a| a.since), now), || counted(again))
}

fn counted(again: Option<&Again>) -> Vec<(&'static str, String)> {
    again.map_or_else(Vec::new, |a| vec![("file", a.file.clone()), ("count", a.count.to_string())])
}

/// A name that it asked for since its hop began.
fn asked_lately(phone: &Phone, is: impl Fn(&str, &Asked) -> bool) -> Option<&String> {
    let lately = |asked: &Asked| asked.last >= phone.hop_since && phone.closed.is_none();
    phone.names.iter().find(|(name, asked)| lately(asked) && is(name, asked)).map(|(name, _)| name)
}
