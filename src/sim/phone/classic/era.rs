//! What the name of a classic load tells.

use crate::load::{Family, LoadName, Protocol};

/// The generation of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    Unsigned,
    Signed,
    Universal,
}

pub(super) fn name(load: &str) -> Option<LoadName> {
    load.parse().ok().filter(|l: &LoadName| l.family == Family::Classic)
}

pub(super) fn era(load: &str) -> Option<Era> {
    let load = name(load)?;
    let universal = if load.protocol == Protocol::Sccp { 6 } else { 7 };
    Some(match load.release.major() {
        major if major >= universal => Era::Universal,
        5.. => Era::Signed,
        _ => Era::Unsigned,
    })
}

/// The letters before the MAC in host names and files.
pub(super) fn prefix(load: &str) -> &'static str {
    match name(load).map(|l| l.protocol) {
        Some(Protocol::Sip) => "SIP",
        Some(Protocol::Mgcp) => "MGC",
        _ => "SEP",
    }
}
