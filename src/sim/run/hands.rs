//! What the technician does to virtual phones, and when.

use crate::clock::Instant;
use crate::event::Remedy;
use crate::sim::scenario::{Deed, Scenario};
use std::collections::VecDeque;
use std::time::Duration;

/// A power-cycle by hand: off for so long.
const OFF_FOR: Duration = Duration::from_secs(5);

/// One movement of the technician's hand.
#[derive(Clone, Debug)]
pub(super) enum Hand {
    On,
    Off,
    Keys(String),
    Remedy(Remedy),
}

/// All that a scenario has done by hand, power at the beginning included, by time: when, to which phone, what.
pub(super) fn actions(scenario: &Scenario) -> VecDeque<(Instant, usize, Hand)> {
    let at = |seconds: u64| Instant::from_millis(seconds * 1000);
    let mut all: Vec<(Instant, usize, Hand)> = Vec::new();
    for (index, (spec, _)) in scenario.phones().iter().enumerate() {
        all.push((at(spec.power_at), index, Hand::On));
    }
    for action in &scenario.actions {
        all.extend(hands(at(action.at), action.phone, &action.what));
    }
    all.sort_by_key(|(at, ..)| *at);
    all.into()
}

/// The movements that a deed takes.
pub(super) fn hands(at: Instant, phone: usize, what: &Deed) -> Vec<(Instant, usize, Hand)> {
    match what {
        Deed::PowerCycle => vec![(at, phone, Hand::Off), (at + OFF_FOR, phone, Hand::On)],
        Deed::Unplug => vec![(at, phone, Hand::Off)],
        Deed::ResetKeys(keys) => vec![(at, phone, Hand::Keys(keys.clone()))],
        Deed::Remedy(remedy) => vec![(at, phone, Hand::Remedy(*remedy))],
    }
}
