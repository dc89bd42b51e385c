//! What goes wrong although everything was read.

use super::super::answer::Desk;
use super::super::said;
use super::held;
use crate::clock::Instant;
use crate::event::Kind;
use crate::session::Phone;

/// While it holds, nothing else counts as a proof.
pub(super) fn runs_another(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let found = said::another(phone);
    held(desk, phone, "runs-another", found.is_some(), || {
        found.map_or_else(Vec::new, |(saying, load)| {
            vec![("source", saying.said.source.to_string()), ("load", load.to_owned())]
        })
    })
}
