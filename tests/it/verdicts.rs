//! No verdict without proof. Every bench is cancelled, loses power, has its program killed and resumed from the journal at
//! any event, and has phones that write nothing; never is a phone said to be recovered that does not run its target.

use crate::scenarios::SEED;
use rescue79::clock::{Instant, Wall};
use rescue79::event::{Event, Kind, Verdict};
use rescue79::journal::{Reader, encode};
use rescue79::session::State;
use rescue79::sim::firmware::Scale;
use rescue79::sim::rng::Rng;
use rescue79::sim::run::{self, World};
use rescue79::sim::scenario::{Deed, Fault, Scenario, builtin};
use std::fmt::Write as _;
use std::time::Duration;

/// So often the world is held against what was said of it.
const LOOK: Duration = Duration::from_secs(5);
/// A large bench shows nothing here that five phones don't.
const PHONES: usize = 5;
/// The dice that are thrown.
const SEEDS: [u64; 2] = [SEED, 5];
/// What a proof may rest on (`docs/journal.md`).
const RULES: [&str; 7] =
    ["read-whole:", "goes-on:", "told:", "application-asks:", "not-wanted:", "says-target:", "although its"];

/// What befalls a bench.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    /// The session is ended.
    Cancel,
    /// The time that it was given is over, in the middle of whatever happens then.
    TimeOut,
    /// Every phone loses its power for good.
    Unplug,
    /// The program dies and loses so many of its last events.
    Crash(usize),
}

/// Every bench that is served.
fn benches() -> Vec<Scenario> {
    let served = builtin().unwrap().into_iter().filter(|bench| bench.plan.refused.is_empty());
    let small =
        |bench: Scenario| if bench.phones().len() > PHONES { bench.with_phones(PHONES) } else { bench };
    served.map(small).collect()
}

/// Plays a bench; at the moment of the mishap (in milliseconds), if it comes, that befalls it. What was said wrongly.
fn play(bench: &Scenario, seed: u64, mishap: Option<(u64, Mishap)>) -> Vec<String> {
    let shelf = run::shelf(bench, seed, Scale::FAST);
    let mut world = World::new(bench, shelf, seed).unwrap();
    let (mut journal, mut wrong) = (Vec::new(), Vec::new());
    let mut mishap = mishap.map(|(at, what)| (Instant::from_millis(at), what));
    let end = match mishap {
        Some((at, Mishap::TimeOut)) => at,
        _ => Instant::from_millis(bench.seconds * 1000),
    };
    while world.now() < end {
        let events = world.advance((world.now() + LOOK).min(end));
        wrong.extend(held_against(&world, &events));
        journal.extend(events);
        if let Some((_, what)) = mishap.take_if(|(at, _)| world.now() >= *at) {
            match what {
                Mishap::Cancel | Mishap::TimeOut => break,
                Mishap::Unplug => {
                    (0..world.phones().len()).for_each(|phone| world.by_hand(phone, &Deed::Unplug));
                }
                Mishap::Crash(lost) => {
                    journal.truncate(journal.len().saturating_sub(lost).max(1));
                    world.restart_from(read(&journal));
                }
            }
        }
    }
    let events = world.finish();
    wrong.extend(held_against(&world, &events));
    wrong
}

/// A journal, written and read again.
fn read(journal: &[Event]) -> State {
    let (mut state, mut reader) = (State::default(), Reader::default());
    for event in journal {
        state.apply(&reader.line(&encode(Wall(0), event).unwrap()).unwrap());
    }
    state
}

/// What these events say of a phone that is not so.
fn held_against(world: &World, events: &[Event]) -> Vec<String> {
    let truth = |mac| world.phones().iter().find(|p| p.mac() == mac).and_then(|p| p.running());
    let mut wrong = Vec::new();
    for event in events {
        match &event.kind {
            Kind::Verdict { verdict: Verdict::Recovered, running, proof, .. } => {
                let runs = truth(event.phone.unwrap());
                if runs.is_none() || runs != running.as_deref() {
                    wrong.push(format!("#{} says {running:?}, it runs {runs:?}: {proof:?}", event.n));
                }
                let by_rule = |line: &String| RULES.iter().any(|rule| line.contains(rule));
                if !proof.iter().all(by_rule) || !proof.iter().any(|line| line.starts_with('#')) {
                    wrong.push(format!("#{} rests on no rule: {proof:?}", event.n));
                }
            }
            Kind::Summary(summary) => {
                for phone in summary.phones.iter().filter(|p| p.verdict == Verdict::Recovered) {
                    let runs = truth(phone.phone);
                    if runs.is_none() || runs != phone.target.as_deref() {
                        wrong.push(format!("the end says {:?}, it runs {runs:?}", phone.target));
                    }
                }
            }
            _ => {}
        }
    }
    wrong
}

fn all_wrong(
    bench: &Scenario,
    seed: u64,
    mishaps: impl Iterator<Item = Option<(u64, Mishap)>>,
) -> Vec<String> {
    mishaps
        .flat_map(|mishap| {
            play(bench, seed, mishap).into_iter().map(move |what| (mishap, what)).collect::<Vec<_>>()
        })
        .map(|(mishap, what)| format!("{} (seed {seed}) {mishap:?}: {what}", bench.name))
        .collect()
}

#[test]
fn whatever_befalls_a_bench_nobody_is_said_to_be_recovered_who_is_not() {
    let mut wrong = Vec::new();
    let mut rng = Rng::new(SEED);
    for bench in benches() {
        // Most of what happens, happens in the first minutes.
        let span = bench.seconds.min(900) * 1000;
        let mut moment = || rng.between(0, span);
        for (seed, lost) in SEEDS.into_iter().zip([[0, 7], [1, 12]]) {
            let mishaps = [
                Some((moment(), Mishap::Cancel)),
                Some((moment(), Mishap::TimeOut)),
                Some((moment(), Mishap::TimeOut)),
                Some((moment(), Mishap::Unplug)),
                Some((moment(), Mishap::Crash(lost[0]))),
                Some((moment(), Mishap::Crash(lost[1]))),
            ];
            wrong.extend(all_wrong(&bench, seed, mishaps.into_iter()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_phone_that_writes_nothing_is_never_recovered_heard_or_not() {
    let mut wrong = Vec::new();
    for mut bench in benches() {
        bench.phones.iter_mut().for_each(|phone| phone.faults.push(Fault::WritesNothing));
        for listens in [true, false] {
            bench.server.listens = listens;
            wrong.extend(all_wrong(&bench, SEED, [None].into_iter()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A load of its own that nobody serves, of the years of those that are: its files are asked for as ever.
fn another(model: &str) -> &'static str {
    match model {
        "7940" | "7960" => "P0S3-8-09-00",
        "7941" | "7961" | "7941G-GE" | "7961G-GE" => "SIP41.8-5-3S",
        "7942" | "7962" => "SIP42.8-5-3S",
        "7945" | "7965" => "SIP45.8-5-3S",
        "7970" | "7971G-GE" => "SIP70.8-5-3S",
        "7975" => "SIP75.8-5-3S",
        "7906" | "7911" => "SIP11.8-5-3S",
        _ => "SCCP31.8-5-3S",
    }
}

#[test]
fn a_phone_that_writes_another_load_than_it_was_served_is_not_recovered_in_the_end() {
    let mut wrong = Vec::new();
    for mut bench in benches() {
        for phone in &mut bench.phones {
            let load = another(&phone.model).to_owned();
            phone.faults.push(Fault::WritesAnother { load });
        }
        for (seed, listens) in [(SEEDS[0], true), (SEEDS[1], false)] {
            bench.server.listens = listens;
            // Until it says what it runs, nothing on the wire tells it from one that wrote what it read.
            let found = all_wrong(&bench, seed, [None].into_iter());
            wrong.extend(found.into_iter().filter(|what| what.contains("the end says")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An SCCP phone that no exchange answers may start over again and again after "Configuring CM List". Its recovery stands,
/// and the report says why it does so.
#[test]
fn starting_over_for_want_of_an_exchange_is_no_failure() {
    let mut text = String::from(
        r#"
title = "An SCCP phone without an exchange"
teaches = "That it is recovered all the same."
seed_rows = ["S14"]
seconds = 1500
[shelf]
loads = ["P0030801SR02"]
[server]
listens = false
[targets]
"7960" = "P0030801SR02"
[[phones]]
model = "7960"
state = "pai"
expect = { verdict = "recovered", running = "P0030801SR02" }
"#,
    );
    for at in (200..1_400).step_by(60) {
        write!(text, "[[actions]]\nat = {at}\nphone = 0\ndo = \"power-cycle\"\n").unwrap();
    }
    let bench = Scenario::read("no-exchange", &text).unwrap();
    let (world, events) = crate::scenarios::play(&bench, SEED).unwrap();
    let phone = &world.state().phones[0];
    assert_eq!(phone.verdict(), Some(Verdict::Recovered), "{phone:?}");
    let starts = events.iter().filter(|e| matches!(e.kind, Kind::DhcpAck { .. })).count();
    assert!(starts > 15, "{starts}");
    let words = events.iter().filter(|e| matches!(e.kind, Kind::Verdict { .. } | Kind::Symptom { .. }));
    assert_eq!(words.count(), 1, "nothing is taken back, and nothing is complained of");
    let holds = |leads_elsewhere: bool| {
        let mut state = world.state().clone();
        state.session.as_mut().unwrap().leads_elsewhere = leads_elsewhere;
        state.summarise().phones[0].holds.clone().unwrap()
    };
    assert!(holds(true).ends_with("because no exchange answers it."), "{}", holds(true));
    assert!(holds(false).contains("a line named after") && !holds(false).contains("start over"));
}

#[test]
fn a_false_word_would_be_seen() {
    let bench = benches().into_iter().find(|bench| bench.name == "pai-to-sip").unwrap();
    let world = World::new(&bench, run::shelf(&bench, SEED, Scale::FAST), SEED).unwrap();
    let phone = world.phones()[0].mac();
    let says = |running: &str, proof: &str| {
        let kind = Kind::Verdict {
            verdict: Verdict::Recovered,
            running: Some(running.to_owned()),
            proof: vec![proof.to_owned()],
            reason: String::new(),
        };
        held_against(&world, &[Event { n: 9, at: Instant::ZERO, phone: Some(phone), kind }]).len()
    };
    assert_eq!(says("P0S3-8-12-00", "#3 read-whole: P0S3-8-12-00.sb2"), 1, "it runs nothing yet");
    assert_eq!(says("P0S3-8-12-00", "it looked well"), 2);
}
