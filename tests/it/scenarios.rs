//! Every scenario comes out as its file says: the verdict, the truth in the phone's flash, the hops, the symptoms.

use rescue79::clock::Instant;
use rescue79::event::{Event, Kind, Verdict};
use rescue79::load::LoadName;
use rescue79::session::State;
use rescue79::sim::firmware::Scale;
use rescue79::sim::run::{self, BadWorld, World};
use rescue79::sim::scenario::{self, Scenario, builtin};
use std::collections::BTreeSet;

pub(crate) const SEED: u64 = 79;

fn said(verdict: scenario::Verdict) -> Verdict {
    match verdict {
        scenario::Verdict::Recovered => Verdict::Recovered,
        scenario::Verdict::Unproven => Verdict::Unproven,
        scenario::Verdict::Failed => Verdict::Failed,
    }
}

/// Plays a scenario to its end. `None`: it was refused before serving.
pub(crate) fn play(scenario: &Scenario, seed: u64) -> Option<(World, Vec<Event>)> {
    let shelf = run::shelf(scenario, seed, Scale::FAST);
    let mut world = match World::new(scenario, shelf, seed) {
        Ok(world) => world,
        Err(BadWorld::Refused(blockers)) => {
            assert!(!scenario.plan.refused.is_empty(), "{}: refused, {blockers:?}", scenario.name);
            return None;
        }
        Err(bad) => panic!("{}: {bad}", scenario.name),
    };
    assert!(scenario.plan.refused.is_empty(), "{}: should have been refused", scenario.name);
    let mut events = world.advance(Instant::from_millis(scenario.seconds * 1000));
    events.extend(world.finish());
    Some((world, events))
}

/// Everything that is not as the scenario says.
fn wrong(scenario: &Scenario, world: &World, events: &[Event]) -> Vec<String> {
    let Some(Kind::Summary(summary)) = events.last().map(|e| &e.kind) else { panic!("no summary") };
    let mut wrong = Vec::new();
    for (phone, (spec, expect)) in world.phones().iter().zip(scenario.phones()) {
        let mac = spec.mac;
        let mut say = |what: String| wrong.push(format!("{} {} {mac}: {what}", scenario.name, spec.model));
        if phone.running() != expect.running.as_deref() {
            say(format!("runs {:?}, expected {:?}", phone.running(), expect.running));
        }
        let Some(seen) = summary.phones.iter().find(|p| p.phone == mac) else {
            if expect.verdict == scenario::Verdict::Recovered {
                say("was never seen".to_owned());
            }
            continue;
        };
        if seen.verdict != said(expect.verdict) {
            say(format!("{}, expected {:?}: {}", seen.verdict, expect.verdict, seen.reason));
        }
        if seen.verdict == Verdict::Recovered && seen.running.as_deref() != phone.running() {
            say(format!("said to run {:?}, really {:?}", seen.running, phone.running()));
        }
        let hops: Vec<_> = seen.hops.iter().filter(|h| h.done).map(|h| h.load.clone()).collect();
        if !expect.hops.is_empty() && hops != expect.hops {
            say(format!("hops {hops:?}, expected {:?}", expect.hops));
        }
        let raised = events.iter().filter(|e| e.phone == Some(mac)).filter_map(|e| match &e.kind {
            Kind::Symptom { code, .. } => Some(code.clone()),
            _ => None,
        });
        let raised: BTreeSet<_> = raised.collect();
        for code in &expect.symptoms {
            if !raised.contains(code) {
                say(format!("symptom {code} not raised (raised: {raised:?})"));
            }
        }
        for code in raised.iter().filter(|code| !expect.symptoms.contains(code) && !expect.may.contains(code))
        {
            say(format!("symptom {code} raised"));
        }
    }
    wrong
}

#[test]
fn every_scenario_comes_out_as_it_says() {
    let mut all = Vec::new();
    for scenario in builtin().unwrap() {
        if let Some((world, events)) = play(&scenario, SEED) {
            all.extend(wrong(&scenario, &world, &events));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn who_hears_nothing_but_addresses_and_files_comes_to_the_same() {
    let mut all = Vec::new();
    for mut scenario in builtin().unwrap() {
        scenario.server.listens = false;
        if let Some((world, events)) = play(&scenario, SEED) {
            all.extend(wrong(&scenario, &world, &events));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn whoever_folds_the_events_sees_what_the_engine_saw() {
    for scenario in builtin().unwrap() {
        let Some((world, events)) = play(&scenario, SEED) else { continue };
        let mut state = State::default();
        for event in &events {
            state.apply(event);
        }
        assert_eq!(&state, world.state(), "{}", scenario.name);
        assert!(
            events.iter().map(|e| e.n).eq(1..=events.last().unwrap().n),
            "{}: numbers have gaps",
            scenario.name
        );
    }
}

/// Seeds of the dice besides the usual one.
const OTHER_SEEDS: std::ops::Range<u64> = 1..7;

/// What no chance may change.
fn broken(scenario: &Scenario, world: &World, events: &[Event]) -> Vec<String> {
    let misled = crate::power::misled(events).into_iter().chain(crate::symptoms::too_soon(events));
    let mut broken: Vec<_> = misled.map(|what| format!("{}: {what}", scenario.name)).collect();
    let mut open = BTreeSet::new();
    for event in events {
        match &event.kind {
            Kind::ReadStarted { read, .. } => {
                assert!(open.insert(*read), "{}: read {read} began twice", scenario.name);
            }
            Kind::ReadFinished { read, .. } | Kind::ReadFailed { read, .. } => {
                assert!(open.remove(read), "{}: read {read} ended and never began", scenario.name);
            }
            // Reads of the program that was killed end with it.
            Kind::SessionResumed { .. } => open.clear(),
            Kind::Verdict { verdict: Verdict::Recovered, running, proof, .. } => {
                let mac = event.phone.unwrap();
                let truth = world.phones().iter().find(|p| p.mac() == mac).and_then(|p| p.running());
                if truth != running.as_deref() {
                    broken.push(format!("{} {mac}: said to run {running:?}, runs {truth:?}", scenario.name));
                }
                let quoted: Vec<u64> = proof
                    .iter()
                    .filter_map(|p| p.strip_prefix('#')?.split(' ').next()?.parse().ok())
                    .collect();
                let about_it = |n: &u64| events.iter().any(|e| e.n == *n && e.phone == Some(mac));
                if quoted.is_empty() || !quoted.iter().all(about_it) {
                    broken.push(format!("{} {mac}: its proof quotes nothing: {proof:?}", scenario.name));
                }
            }
            _ => {}
        }
    }
    let lasting = |read: &u64| {
        let begun = events.iter().find(|e| matches!(&e.kind, Kind::ReadStarted { read: r, .. } if r == read));
        begun.is_some_and(|e| world.now().since(e.at).as_secs() > 300)
    };
    if open.iter().any(lasting) {
        broken.push(format!("{}: reads never ended: {open:?}", scenario.name));
    }
    for phone in world.phones() {
        let seen = world.state().phone(phone.mac());
        let family = seen.and_then(|s| s.identity.family);
        let runs = phone.running().and_then(|load| load.parse::<LoadName>().ok());
        if let (Some(family), Some(load)) = (family, runs)
            && family != load.family
        {
            broken.push(format!("{} {}: another family's load {load:?}", scenario.name, phone.mac()));
        }
    }
    broken
}

#[test]
fn chance_changes_nothing_that_matters() {
    let mut all = Vec::new();
    for scenario in builtin().unwrap() {
        for seed in OTHER_SEEDS {
            let Some((world, events)) = play(&scenario, seed) else { break };
            let found =
                wrong(&scenario, &world, &events).into_iter().chain(broken(&scenario, &world, &events));
            all.extend(found.map(|what| format!("seed {seed}: {what}")));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
