//! What goes wrong on the bench, noticed from the folded state. A symptom is raised when the usual range of its stage has
//! passed, and withdrawn when the wire disproves it.

use super::answer::Desk;
use super::rules::{SETTLE_SILENT, declined};
use crate::catalogue::Era;
use crate::clock::Instant;
use crate::event::{Kind, Role};
use crate::job;
use crate::load::LoadName;
use crate::route;
use crate::session::{Phone, Stage};
use std::time::Duration;

/// Offers in vain before it is said. Phones repeat after 4, 8, 16 and 32 s (`classic-phones` 1.3).
const OFFERS: u32 = 4;
/// Time in which a healthy phone may be silent between two of them.
const OFFERS_FOR: Duration = Duration::from_secs(26);
/// A phone with an address that asks for nothing, where the catalogue says nothing of it.
const NO_READ: Duration = Duration::from_secs(150);

/// The first symptom to raise or to withdraw.
pub(super) fn symptoms(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    foreign_address(desk, phone)
        .or_else(|| no_request(desk, phone, now))
        .or_else(|| no_read(desk, phone, now))
        .or_else(|| list_refused(desk, phone, now))
        .or_else(|| flash_repeats(desk, phone))
        .or_else(|| power_cycle(desk, phone, now))
}

fn held(
    desk: &Desk<'_>,
    phone: &Phone,
    code: &str,
    is: bool,
    values: impl FnOnce() -> Vec<(&'static str, String)>,
) -> Option<Kind> {
    match (is, phone.symptoms.contains_key(code)) {
        (true, false) => Some(desk.catalogue.symptom(code)?.raise(&values())),
        (false, true) => Some(Kind::SymptomGone { code: code.to_owned() }),
        _ => None,
    }
}

fn foreign_address(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    let refused = phone.trail.refused_address;
    held(desk, phone, "foreign-address", refused.is_some(), || {
        vec![("address", refused.map(|a| a.to_string()).unwrap_or_default())]
    })
}

fn no_request(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let waited = now.since(trail.offers_since);
    let is = trail.offers >= OFFERS && waited >= OFFERS_FOR;
    held(desk, phone, "no-request", is, || {
        vec![("count", trail.offers.to_string()), ("seconds", waited.as_secs().to_string())]
    })
}

fn no_read(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let usual = phone.identity.family.and_then(|family| desk.catalogue.stage(family, Stage::Leased.key()));
    let alarm = usual.map_or(NO_READ, |stage| Duration::from_secs(stage.alarm.into()));
    let waited = now.since(phone.stage_since);
    let is = phone.stage == Stage::Leased && waited >= alarm;
    held(desk, phone, "no-read", is, || vec![("seconds", waited.as_secs().to_string())])
}

fn list_refused(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let is = (trail.lists_in_vain >= 2 || declined(phone, now)) && phone.closed.is_none();
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
        vec![("file", file), ("count", count), ("next", next)]
    })
}

fn flash_repeats(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    let trail = &phone.trail;
    let is = trail.again >= 2 && phone.closed.is_none();
    held(desk, phone, "flash-repeats", is, || vec![("load", phone.due().unwrap_or_default().to_owned())])
}

/// It looks for its next load only when it starts: after a hop that turned out to be behind it, or when it is told a load
/// of the years before the universal loader and asks for nothing.
fn power_cycle(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let due = phone.due()?;
    let single = due.parse::<LoadName>().is_ok_and(|due| desk.catalogue.era(&due) < Era::Universal);
    let behind = phone.hops_done.last().filter(|_| !phone.at_target()).map(|hop| hop.load.as_str());
    let told = phone.trail.config.as_ref().filter(|m| {
        let load = m.load.as_deref();
        single && load == Some(due) || load.is_some() && load == behind
    });
    let waited = told.map(|m| now.since(m.at)).filter(|waited| *waited >= SETTLE_SILENT);
    let is = waited.is_some() && phone.read.is_none() && phone.closed.is_none();
    held(desk, phone, "power-cycle", is, || {
        let load = told.and_then(|m| m.load.clone()).unwrap_or_default();
        vec![("load", load), ("seconds", waited.unwrap_or_default().as_secs().to_string())]
    })
}

/// What a refused request means.
pub(super) fn refused(desk: &Desk<'_>, phone: &Phone, role: Role, asked: &str) -> Option<Kind> {
    let firmware = role.is_firmware() || matches!(role, Role::LoadsList | Role::TermList);
    let news = firmware && !phone.symptoms.contains_key("file-missing");
    news.then(|| desk.catalogue.symptom("file-missing").map(|s| s.raise(&[("file", asked.to_owned())])))?
}
