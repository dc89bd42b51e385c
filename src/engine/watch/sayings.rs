//! What goes wrong although everything was read.

use super::super::answer::Desk;
use super::super::said;
use super::held;
use crate::clock::Instant;
use crate::event::{Kind, Verdict};
use crate::session::Phone;

/// While it holds, nothing else counts as a proof. It stands until the phone says something newer or is proven.
pub(super) fn runs_another(desk: &Desk<'_>, phone: &Phone, _: Instant) -> Option<Kind> {
    let found = said::another(phone);
    let stands = said::not_disproved(phone) && phone.verdict() != Some(Verdict::Recovered);
    held(desk, phone, said::RUNS_ANOTHER, found.is_some() || stands, || {
        found.map_or_else(Vec::new, |(saying, load)| {
            vec![("source", saying.said.source.to_string()), ("load", load.to_owned())]
        })
    })
}
