//! What the program can do at one key: each remedy frees a virtual phone that nothing else frees.

use crate::scenarios::{SEED, play};
use rescue79::event::{Event, Kind, Remedy};
use rescue79::sim::scenario::{Action, Deed, Scenario, builtin};
use std::collections::BTreeSet;

fn scenario(name: &str) -> Scenario {
    builtin().unwrap().into_iter().find(|scenario| scenario.name == name).unwrap()
}

fn done(events: &[Event]) -> Vec<(Remedy, bool)> {
    let of = |event: &Event| match &event.kind {
        Kind::Remedied { remedy, unasked, .. } => Some((*remedy, *unasked)),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

/// Plays a bench with its remedies, then without them; what the phone runs in the end, and what was done.
fn with_and_without(name: &str) -> (Vec<(Remedy, bool)>, Vec<Event>) {
    let mut bench = scenario(name);
    let meant = bench.phones()[0].1.running.clone();
    let (world, events) = play(&bench, SEED).unwrap();
    assert_eq!(world.phones()[0].running(), meant.as_deref(), "{name}");
    bench.actions.retain(|action| !matches!(action.what, Deed::Remedy(_)));
    let (control, _) = play(&bench, SEED).unwrap();
    assert_ne!(control.phones()[0].running(), meant.as_deref(), "{name}: it needs no key");
    (done(&events), events)
}

#[test]
fn each_key_frees_a_phone_that_nothing_else_frees() {
    for (name, remedy, symptom) in [
        ("own-file", Remedy::OwnFile, "default-ignored"),
        ("lies-still", Remedy::RungDown, "list-refused"),
        ("stale-server", Remedy::NakLease, "no-read"),
        ("default-in-the-way", Remedy::HideDefault, "loader-misled"),
    ] {
        let (done, events) = with_and_without(name);
        assert_eq!(done, [(remedy, false)], "{name}");
        let pressed = events.iter().position(|e| matches!(e.kind, Kind::Remedied { .. })).unwrap();
        let offered = events[..pressed].iter().any(
            |e| matches!(&e.kind, Kind::Symptom { code, remedies, .. } if code == symptom && remedies.contains(&remedy)),
        );
        assert!(offered, "{name}: {symptom} offers it before it is pressed");
        assert!(
            events.iter().all(|e| !matches!(e.kind, Kind::OrderRefused { .. })),
            "{name}: an order was refused"
        );
    }
}

/// Ten presses find at one start what takes ten otherwise; one too many passes it by.
#[test]
fn each_press_changes_one_thing_more_in_the_answer() {
    let name = "varied-at-a-key";
    let (done, events) = with_and_without(name);
    assert_eq!(done, [(Remedy::VaryReply, false); 10]);
    let freed = |events: &[Event]| {
        events.iter().find_map(|e| match &e.kind {
            Kind::ReplyFreed { attempt, change, doubt: None } => Some((*attempt, change.clone())),
            _ => None,
        })
    };
    assert_eq!(freed(&events), Some((10, "without a lease time".to_owned())));
    let mut once_more = scenario(name);
    let last = once_more.actions.last().unwrap().clone();
    once_more.actions.push(Action { at: last.at + 1, ..last });
    let (world, events) = play(&once_more, SEED).unwrap();
    assert_eq!((world.phones()[0].running(), freed(&events)), (None, None));
}

#[test]
fn an_empty_trust_list_is_given_unasked_and_nothing_else_was_asked_for_until_then() {
    let (world, events) = play(&scenario("waits-for-trust-list"), SEED).unwrap();
    assert_eq!(done(&events), [(Remedy::EmptyTrustList, true)]);
    let given = events.iter().position(|e| matches!(e.kind, Kind::Remedied { .. })).unwrap();
    let names = |events: &[Event]| -> BTreeSet<String> {
        let asked = |event: &Event| match &event.kind {
            Kind::ReadRefused { asked, .. } | Kind::ReadStarted { asked, .. } => Some(asked.clone()),
            _ => None,
        };
        events.iter().filter_map(asked).collect()
    };
    assert_eq!(names(&events[..given]).len(), 1, "{:?}", names(&events[..given]));
    assert!(names(&events[given..]).len() > 4);
    assert_eq!(world.phones()[0].running(), Some("P0S3-8-12-00"));
}

#[test]
fn what_is_offered_is_gone_when_it_was_pressed() {
    let (world, events) = play(&scenario("lies-still"), SEED).unwrap();
    let mut state = rescue79::session::State::default();
    let mac = world.phones()[0].mac();
    let mut offered = false;
    for event in &events {
        state.apply(event);
        let offers = state.phone(mac).map(rescue79::session::Phone::offers).unwrap_or_default();
        if let Kind::Remedied { remedy, .. } = event.kind {
            assert!(offered && !offers.contains(&remedy));
        }
        offered = offers.contains(&Remedy::RungDown);
    }
    assert!(state.phone(mac).unwrap().offers().is_empty(), "nothing is offered for a recovered phone");
}
