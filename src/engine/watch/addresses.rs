//! What goes wrong before a phone asks for its first file.

use super::super::answer::Desk;
use super::held;
use crate::clock::Instant;
use crate::event::Kind;
use crate::session::{Phone, Stage};
use std::time::Duration;

/// Offers in vain before it is said. Phones repeat after 4, 8, 16 and 32 s (`classic-phones` 1.3).
const OFFERS: u32 = 4;
/// Time in which a healthy phone may be silent between two of them.
const OFFERS_FOR: Duration = Duration::from_secs(26);
/// A phone with an address that asks for nothing, where the catalogue says nothing of it.
const NO_READ: Duration = Duration::from_secs(150);
/// Addresses taken in vain: a phone that starts over takes one about every 20 s (`java-phones` 6).
const LEASES: u32 = 4;

pub(super) fn foreign(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let refused = phone.trail.refused_address;
    held(desk, phone, "foreign-address", refused.is_some(), || {
        vec![("address", refused.map(|a| a.to_string()).unwrap_or_default())]
    })
}

pub(super) fn no_request(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let waited = now.since(trail.offers_since);
    let is = trail.offers >= OFFERS && waited >= OFFERS_FOR;
    held(desk, phone, "no-request", is, || {
        vec![("count", trail.offers.to_string()), ("seconds", waited.as_secs().to_string())]
    })
}

fn patience(desk: &Desk<'_>, phone: &Phone) -> Duration {
    let usual = phone.identity.family.and_then(|family| desk.catalogue.stage(family, Stage::Leased.key()));
    usual.map_or(NO_READ, |stage| Duration::from_secs(stage.alarm.into()))
}

pub(super) fn no_read(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let waited = now.since(phone.stage_since);
    let is = phone.stage == Stage::Leased && waited >= patience(desk, phone);
    held(desk, phone, "no-read", is, || vec![("seconds", waited.as_secs().to_string())])
}

/// Starts over and over: no stage lasts long enough for [`no_read`].
pub(super) fn lease_in_vain(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let waited = now.since(trail.leases_since);
    let is = trail.leases_in_vain >= LEASES && waited >= patience(desk, phone);
    held(desk, phone, "lease-in-vain", is, || {
        vec![("count", trail.leases_in_vain.to_string()), ("seconds", waited.as_secs().to_string())]
    })
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

pub(super) fn another_server(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let server = phone.trail.elsewhere;
    held(desk, phone, "another-server", server.is_some(), || {
        vec![("server", server.map(|a| a.to_string()).unwrap_or_default())]
    })
}
