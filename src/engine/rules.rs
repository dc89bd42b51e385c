//! What the program concludes from what it saw: who a phone is, when a hop is behind it, when it is proven, what goes wrong.
//!
//! Every function reads the folded state and returns events; none changes anything. The rules run before a request is
//! answered, so that the answer is right for the hop the phone has just shown to be on, and once a second.

mod hop;
mod identity;
mod verdict;
mod way;

pub(super) use hop::{READ_WHOLE, application_shown};
pub(super) use verdict::UNREGISTERED;
pub(super) use way::{announce, declined, model, start, started_past, target};

use super::answer::Desk;
use super::hand;
use crate::clock::Instant;
use crate::event::{Kind, Role};
use crate::session::Phone;
use crate::session::phone::Pause;

/// What a phone is showing at this moment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign<'a> {
    /// It asks for an address as a phone does that starts; the number of the event.
    Starts(u64),
    /// It asks for a file.
    Asks(Role, &'a str),
    /// Nothing; time has passed.
    Nothing,
}

/// The first rule that has something to say, given the phone as it is now. Called until it says nothing.
pub(super) fn conclude(desk: &Desk<'_>, phone: &Phone, sign: Sign<'_>, now: Instant) -> Option<Kind> {
    if let Some(pause) = phone.pause {
        return identity::identify(desk, phone, sign, now).or_else(|| paused(phone, pause));
    }
    identity::identify(desk, phone, sign, now)
        .or_else(|| way::plan(desk, phone))
        .or_else(|| way::refused(desk, phone, now))
        .or_else(|| hop::hop_done(desk, phone, sign, now))
        .or_else(|| verdict::verdict(desk, phone, sign, now))
        .or_else(|| super::watch::symptoms(desk, phone, now))
        .or_else(|| super::addresses::all_tried(desk, phone, now))
        .or_else(|| hand::unasked(phone))
        // What it asks for now is told after this, and may show that a request was carried out.
        .or_else(|| if let Sign::Asks(..) = sign { None } else { hand::requests(desk, phone) })
}

/// A phone that the technician wants left alone is not led on; it is let go when nothing can be lost by it.
fn paused(phone: &Phone, pause: Pause) -> Option<Kind> {
    (pause == Pause::Asked && !hand::writes_flash(phone)).then_some(Kind::Paused)
}
