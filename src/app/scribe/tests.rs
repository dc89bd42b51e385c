use super::*;
use crate::clock::{Instant, Wall};
use std::sync::mpsc;

fn event(n: u64, kind: Kind) -> Event {
    Event { n, at: Instant::from_millis(n), phone: None, kind }
}

fn progress(n: u64) -> Event {
    event(n, Kind::ReadProgress { read: 1, bytes: n, resent: 0 })
}

#[test]
fn a_screen_that_stands_still_holds_nobody_back_and_the_journal_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut recorder = Recorder::new(Wall::default());
    recorder.journal(std::fs::File::create(&path).unwrap(), &path);
    let (noted, notes) = mpsc::channel();
    let note: Note = Box::new(move |kind| drop(noted.send(kind)));
    let (servers, events) = channel(limits::EVENTS_UNDER_WAY);
    let (mut screen, scribe) = Scribe::start(events, recorder, Leases::new(None, &[]), note).unwrap();
    // Nobody takes anything, and the servers go on. Two of three events are progress.
    let all: u64 = 3 * (limits::EVENTS_WAITING as u64 + limits::EVENTS_UNDER_WAY as u64);
    for n in 1..=all {
        let said = event(n, Kind::SessionResumed { gap_s: n });
        servers.blocking_send(if n % 3 == 0 { said } else { progress(n) }).unwrap();
    }
    // What is written before this one has been passed on, too, as far as there was room.
    let written = |wanted: u64| while lines_of(&path) < wanted {};
    written(all);
    servers.blocking_send(event(all + 1, Kind::SessionResumed { gap_s: 0 })).unwrap();
    written(all + 1);
    drop(servers);
    assert!(matches!(notes.recv().unwrap(), Kind::LimitReached { count: 1, .. }));
    // It goes on: what waited comes in order, the progress of the meantime doesn't.
    let mut seen = Vec::new();
    while let Some(event) = screen.blocking_recv() {
        seen.push(event);
    }
    scribe.join().unwrap();
    assert!(seen.is_sorted_by_key(|event| event.n));
    seen.retain(|event| event.n <= all);
    assert_eq!(seen.len(), limits::EVENTS_WAITING + limits::EVENTS_UNDER_WAY);
    let (early, late) = seen.split_at(limits::EVENTS_UNDER_WAY);
    assert!(early.iter().any(|event| matches!(event.kind, Kind::ReadProgress { .. })));
    assert!(!late.iter().any(|event| matches!(event.kind, Kind::ReadProgress { .. })));
    assert!(notes.try_recv().is_err(), "said once");
}

fn lines_of(path: &std::path::Path) -> u64 {
    let text = std::fs::read(path).unwrap();
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}
