//! What goes wrong before a phone asks for its first file.

use super::super::answer::Desk;
use super::{alarm, held, held_since};
use crate::clock::Instant;
use crate::dhcp::elsewhere::letters;
use crate::event::Kind;
use crate::session::{Phone, Stage};

pub(super) fn foreign(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let refused = phone.trail.refused_address;
    held(desk, phone, "foreign-address", refused.is_some(), || {
        vec![("address", refused.map(|a| a.to_string()).unwrap_or_default())]
    })
}

pub(super) fn no_request(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let waited = now.since(trail.offers_since);
    let habits = desk.catalogue.habits();
    let is = trail.offers >= habits.offers() && waited >= habits.offers_for();
    held_since(desk, phone, "no-request", (is.then_some(trail.offers_since), now), || {
        vec![("count", trail.offers.to_string()), ("seconds", waited.as_secs().to_string())]
    })
}

pub(super) fn no_read(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let waited = now.since(phone.stage_since);
    let is = phone.stage == Stage::Leased
        && waited >= alarm(desk, phone, Stage::Leased)
        && !exhausted(phone)
        && !phone.symptoms.contains_key("lease-in-vain");
    held_since(desk, phone, "no-read", (is.then_some(phone.stage_since), now), || {
        vec![("seconds", waited.as_secs().to_string())]
    })
}

/// Starts over and over: no stage lasts long enough for [`no_read`], which asks for the opposite.
pub(super) fn lease_in_vain(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let (waited, alarm) = (now.since(trail.leases_since), alarm(desk, phone, Stage::Leased));
    let is = trail.leases_in_vain >= desk.catalogue.habits().leases()
        && (alarm..alarm * trail.leases_in_vain).contains(&waited)
        && !exhausted(phone);
    held_since(desk, phone, "lease-in-vain", (is.then_some(trail.leases_since), now), || {
        vec![("count", trail.leases_in_vain.to_string()), ("seconds", waited.as_secs().to_string())]
    })
}

/// It has started with every change to its answer.
pub(super) fn answers_in_vain(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let tried = || phone.varied.as_ref().map_or(0, |varied| varied.tried.len());
    held(desk, phone, "answers-in-vain", exhausted(phone), || vec![("count", tried().to_string())])
}

/// All changes were tried, and it has asked for nothing since: no more is to be said of its silence than that.
fn exhausted(phone: &Phone) -> bool {
    phone.trail.leases_in_vain > 0 && phone.varied.as_ref().is_some_and(|varied| varied.exhausted)
}

pub(super) fn in_use(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let declined = phone.trail.declined;
    held(desk, phone, "address-in-use", declined.is_some(), || {
        vec![("address", declined.map(|a| a.to_string()).unwrap_or_default())]
    })
}

pub(super) fn from_elsewhere(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let is = desk.job.dhcp && phone.address.is_some() && phone.leased != phone.address;
    held(desk, phone, "address-from-elsewhere", is, || {
        vec![("address", phone.address.map(|a| a.to_string()).unwrap_or_default())]
    })
}

/// An old neighbour may be asked for, too; whoever goes on to ask us for a file has found us.
pub(super) fn asks_elsewhere(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let asked = phone.asks_at.filter(|(_, at)| now.since(*at) >= desk.catalogue.habits().lease_in_vain());
    let asked = asked.is_some_and(|(address, _)| letters(address).is_none());
    // Once raised it stands for as long as the phone doesn't ask us, also when it is seen to ask again.
    let stands = phone.asks_at.is_some() && phone.symptoms.contains_key("asks-elsewhere");
    held(desk, phone, "asks-elsewhere", asked || stands, || {
        vec![("address", phone.asks_at.map(|(address, _)| address.to_string()).unwrap_or_default())]
    })
}

/// What it takes for an address are the first letters of one: nobody has that address, so there is nothing to wait for.
pub(super) fn asks_letters(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let asked = phone.asks_at.and_then(|(address, _)| Some((address, letters(address)?)));
    held(desk, phone, "asks-letters", asked.is_some(), || {
        let (address, text) = asked.map(|(a, text)| (a.to_string(), text)).unwrap_or_default();
        vec![("address", address), ("value", text), ("own", desk.job.server.to_string())]
    })
}

pub(super) fn another_server(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let server = phone.trail.elsewhere;
    held(desk, phone, "another-server", server.is_some(), || {
        vec![("server", server.map(|a| a.to_string()).unwrap_or_default())]
    })
}
