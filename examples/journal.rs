//! Writes a long journal, as `benches/replay.sh` needs it: `journal FILE MEGABYTES`. What 250 virtual phones did in their first
//! minutes happens again and again, later and with other numbers.

#[path = "../benches/pallet.rs"]
mod pallet;

use rescue79::clock::{Instant, Wall};
use rescue79::event::Event;
use rescue79::journal;
use std::fs::File;
use std::io::{BufWriter, Error, Result, Write as _};

/// What happens again and again.
const EVENTS: usize = 100_000;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(file), Some(megabytes)) = (args.next(), args.next().and_then(|n| n.parse::<usize>().ok()))
    else {
        return Err(Error::other("usage: journal FILE MEGABYTES"));
    };
    let events = pallet::events(250, EVENTS);
    let length = events.last().map_or(0, |event| event.at.as_millis()) + 1;
    let (mut out, mut left) = (BufWriter::new(File::create(file)?), megabytes << 20);
    let again = (0..).flat_map(|round| events.iter().map(move |event| (round, event)));
    for ((round, event), n) in again.zip(1..) {
        let at = Instant::from_millis(event.at.as_millis() + round * length);
        let event = Event { n, at, ..event.clone() };
        let line = journal::encode(Wall(1_800_000_000_000), &event).map_err(Error::other)?;
        writeln!(out, "{line}")?;
        left = left.saturating_sub(line.len() + 1);
        if left == 0 {
            break;
        }
    }
    out.flush()
}
