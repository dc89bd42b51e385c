//! An old session from its journal, however long it is and wherever it breaks off.

use crate::serving::program;
use rescue79::clock::{Instant, Wall};
use rescue79::event::{Event, Kind};
use rescue79::journal;
use rescue79::limits;
use rescue79::sim::firmware::Scale;
use rescue79::sim::run::{self, World};
use rescue79::sim::scenario::builtin;
use std::fs;
use std::process::Output;

const START: Wall = Wall(1_800_000_000_000);

/// The first minutes of thirty phones, as a journal.
#[cfg(target_os = "linux")]
fn pallet() -> Vec<u8> {
    let pallet = builtin().unwrap().into_iter().find(|scenario| scenario.name == "pallet").unwrap();
    let mut world = World::new(&pallet, run::shelf(&pallet, 79, Scale::divided_by(40)), 79).unwrap();
    let events = world.advance(Instant::from_millis(300_000));
    events.iter().flat_map(|event| (journal::encode(START, event).unwrap() + "\n").into_bytes()).collect()
}

/// The most memory that a process ever had, in kB.
#[cfg(target_os = "linux")]
fn most(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim_end_matches("kB").trim().parse().unwrap()
}

/// The journal comes through a pipe: what was written has been read, but for the little that a pipe holds.
#[cfg(target_os = "linux")]
#[test]
fn a_long_journal_costs_no_more_memory_than_a_short_one() {
    use std::io::Write as _;
    use std::process::Stdio;
    let lines = pallet();
    let mut command = program();
    command.args(["replay", "--headless", "/dev/stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let mut written = 0;
    let mut feed = |megabytes: usize| {
        while written < megabytes << 20 {
            pipe.write_all(&lines).unwrap();
            written += lines.len();
        }
    };
    feed(1);
    let short = most(child.id());
    feed(20);
    let long = most(child.id());
    drop(pipe);
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(said.contains("was interrupted") && said.contains("30 phones"), "{said}");
    assert!(long < short + (4 << 10), "{short} kB after 1 MB, {long} kB after 20 MB");
}

fn replayed(text: &[u8]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    fs::write(&journal, text).unwrap();
    let out = program().args(["replay", "--headless"]).arg(journal).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out, said)
}

#[test]
fn a_letter_that_was_torn_in_two_is_a_tear() {
    let event = |n, because: &str| Event {
        n,
        at: Instant::from_millis(n),
        phone: None,
        kind: Kind::Booted { because: because.to_owned() },
    };
    let lines =
        [journal::encode(START, &event(1, "a")).unwrap(), journal::encode(START, &event(2, "ä")).unwrap()];
    let text = lines.join("\n").into_bytes();
    let letter = text.windows(2).position(|two| two == "ä".as_bytes()).unwrap();
    let (out, said) = replayed(&text[..=letter]);
    assert!(out.status.success() && said.contains("the last line"), "{said}");
}

#[test]
fn a_line_without_end_is_refused_and_not_held() {
    let event = Event { n: 1, at: Instant::ZERO, phone: None, kind: Kind::SessionResumed { gap_s: 1 } };
    let mut text = (journal::encode(START, &event).unwrap() + "\n").into_bytes();
    text.resize(usize::try_from(limits::JOURNAL_LINE).unwrap() + (2 << 20), b' ');
    let (out, said) = replayed(&text);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("line 2 of"), "{said}");
}
