//! A pallet's worth of events: what virtual phones did on a virtual bench, again and again until there are enough.

#![expect(clippy::unwrap_used, reason = "a bench that can't be set up ends there")]

use rescue79::clock::Instant;
use rescue79::event::Event;
use rescue79::sim::firmware::Scale;
use rescue79::sim::run::{self, World};
use rescue79::sim::scenario::builtin;
use std::time::Duration;

/// So many events of so many phones, numbered and timed in their order.
pub(crate) fn events(phones: usize, count: usize) -> Vec<Event> {
    let pallet = builtin().unwrap().into_iter().find(|s| s.name == "pallet").unwrap().with_phones(phones);
    let mut world = World::new(&pallet, run::shelf(&pallet, 79, Scale::divided_by(10)), 79).unwrap();
    let mut seen = Vec::new();
    // Not to its end: a bench in the middle of its work has the most to draw.
    while seen.len() < count && world.now() < Instant::from_millis(90_000) {
        seen.extend(world.advance(world.now() + Duration::from_secs(1)));
    }
    let last = seen.last().map_or(0, |event| event.at.as_millis());
    let again = (0..).flat_map(|round| seen.iter().map(move |event| (round, event)));
    let numbered = again.zip(1..).map(|((round, event), n)| {
        let at = Instant::from_millis(event.at.as_millis() + round * last);
        Event { n, at, ..event.clone() }
    });
    numbered.take(count).collect()
}
