//! A phone that takes an address and asks for nothing: one change at each start finds what it stumbles over, and is
//! credited with it only where nothing else can have freed the phone.

use crate::scenarios::{SEED, play};
use crate::talk::{MAC, Talk};
use rescue79::dhcp::ATTEMPTS;
use rescue79::engine::Command;
use rescue79::event::{Event, Kind, Remedy};
use rescue79::sim::scenario::{Scenario, builtin};
use std::fmt::Write as _;

/// Two phones of a model with the same hidden rule; the first is switched off and on at each alarm, the second comes late and is switched off and on
/// once.
fn bench(rule: &str) -> Scenario {
    let mut text = format!(
        r#"
title = "A hidden rule"
teaches = "That it is found."
seed_rows = ["S2"]
seconds = 4200
[shelf]
loads = ["SIP41.8-5-2S"]
[targets]
"7961" = "SIP41.8-5-2S"
[[phones]]
model = "7961"
state = "wiped"
faults = [{{ kind = "asks-nothing", unless = "{rule}" }}]
expect = {{ verdict = "recovered", running = "SIP41.8-5-2S" }}
[[phones]]
model = "7961"
state = "wiped"
power_at = 3300
faults = [{{ kind = "asks-nothing", unless = "{rule}" }}]
expect = {{ verdict = "recovered", running = "SIP41.8-5-2S" }}
"#
    );
    for at in 1..=ATTEMPTS.len() {
        let _ = write!(text, "[[actions]]\nat = {}\nphone = 0\ndo = \"power-cycle\"\n", at * 250);
    }
    text.push_str("[[actions]]\nat = 3550\nphone = 1\ndo = \"power-cycle\"\n");
    Scenario::read("hidden-rule", &text).unwrap()
}

#[test]
fn every_hidden_rule_is_found_named_and_kept() {
    for (rule, change) in [
        ("no150", "without option 150"),
        ("only150", "with option 150 alone"),
        ("ascending", "with its options in the order of their numbers"),
        ("no66", "with option 150 alone"),
        ("no-siaddr", "with option 150 alone"),
        ("no-sname", "with option 150 alone"),
        ("no-dns", "without a DNS server"),
        ("no-router", "without a router"),
        ("web-closed", "with TCP port 6970 closed"),
        ("no-lease", "without a lease time"),
        ("first150", "with option 150 first"),
        ("unicast", "sent to its address alone"),
    ] {
        let (world, events) = play(&bench(rule), SEED).unwrap();
        let macs: Vec<_> = world.phones().iter().map(rescue79::sim::phone::Phone::mac).collect();
        let freed: Vec<_> = events
            .iter()
            .filter_map(|e| match &e.kind {
                Kind::ReplyFreed { change, doubt: None, .. } => Some((e.phone.unwrap(), change.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(freed, [(macs[0], change), (macs[1], change)], "{rule}");
        let varied = |phone| {
            let of = |e: &&rescue79::event::Event| {
                e.phone == Some(phone) && matches!(e.kind, Kind::ReplyVaried { .. })
            };
            events.iter().filter(of).count()
        };
        let position = ATTEMPTS.iter().position(|a| a.change == change).unwrap();
        assert_eq!(
            (varied(macs[0]), varied(macs[1])),
            (position + 1, 1),
            "{rule}: one start for each change"
        );
        for phone in world.phones() {
            assert_eq!(phone.running(), Some("SIP41.8-5-2S"), "{rule}");
        }
    }
}

#[test]
fn a_phone_that_asks_is_never_varied() {
    for scenario in rescue79::sim::scenario::builtin().unwrap() {
        let asks = |spec: &rescue79::sim::scenario::PhoneSpec| spec.faults.is_empty();
        if !scenario.plan.refused.is_empty() || !scenario.phones().iter().all(|(spec, _)| asks(spec)) {
            continue;
        }
        let (_, events) = play(&scenario, SEED).unwrap();
        assert!(!events.iter().any(|e| matches!(e.kind, Kind::ReplyVaried { .. })), "{}", scenario.name);
    }
}

/// The reset keys free it at 600 s, and no change to its answers does; those beside it are healthy.
#[test]
fn a_reset_by_keys_is_credited_to_no_answer_and_no_healthy_phone_pays_for_it() {
    let bench = builtin().unwrap().into_iter().find(|bench| bench.name == "alternate-server").unwrap();
    let (world, events) = play(&bench, SEED).unwrap();
    assert_eq!(world.phones()[0].running(), Some("P0S3-8-12-00"));
    let varied = |mac| {
        let of = |e: &&Event| e.phone == Some(mac) && matches!(e.kind, Kind::ReplyVaried { .. });
        events.iter().filter(of).count()
    };
    let macs: Vec<_> = world.phones().iter().map(rescue79::sim::phone::Phone::mac).collect();
    assert_eq!(macs.iter().map(|mac| varied(*mac)).collect::<Vec<_>>(), [1, 0, 0]);
    assert!(!events.iter().any(|e| matches!(e.kind, Kind::ReplyFreed { .. })));
    assert!(world.state().freed.is_empty());
    let asked_at_once = |mac| {
        let first =
            |of: fn(&Kind) -> bool| events.iter().find(|e| e.phone == Some(mac) && of(&e.kind)).unwrap().at;
        let leased = first(|kind| matches!(kind, Kind::DhcpAck { .. }));
        first(|kind| matches!(kind, Kind::ReadStarted { .. })).since(leased).as_secs() < 15
    };
    assert!(asked_at_once(macs[1]) && asked_at_once(macs[2]));
}

const CLASS: &str = "Cisco Systems, Inc. IP Phone CP-7960G";

/// It has its address, lies still until the alarm, and is switched off and on: its answer is varied.
fn stuck() -> Talk {
    let mut talk = Talk::new(true);
    talk.dhcp(1);
    talk.dhcp(3);
    talk.wait(160);
    restart(&mut talk);
    talk
}

fn restart(talk: &mut Talk) {
    talk.dhcp_with(3, CLASS, Some(talk.at), None);
    talk.wait(20);
}

fn ask(mut talk: Talk) -> Talk {
    talk.ask(50_000, &format!("CTLSEP{MAC}.tlv"));
    talk
}

/// The last word about its answers: what was credited, what was doubted, whether all were tried.
fn last(talk: &Talk) -> (Option<String>, Option<String>, bool) {
    let of = |event: &Event| match &event.kind {
        Kind::ReplyFreed { change, doubt: None, .. } => Some((Some(change.clone()), None, false)),
        Kind::ReplyFreed { doubt, .. } => Some((None, doubt.clone(), false)),
        Kind::ReplyRestored { all, because } => Some((None, Some(because.clone()), *all)),
        _ => None,
    };
    talk.events.iter().rev().find_map(of).unwrap_or_default()
}

#[test]
fn nothing_is_credited_where_something_else_may_have_freed_it() {
    let first = Some(ATTEMPTS[0].change.to_owned());
    let clear = ask(stuck());
    assert_eq!(last(&clear), (first.clone(), None, false));
    assert_eq!(clear.engine.state().freed.get("7960"), Some(&1));

    let mut elsewhere = stuck();
    let from = MAC.parse().unwrap();
    let (asked, means) = ("10.0.0.5".parse().unwrap(), String::new());
    elsewhere.engine.note(elsewhere.now, Kind::WrongAddress { from, asked, means });
    let mut pressed = stuck();
    pressed.order(&Command::Remedy { phone: from, remedy: Remedy::NakLease });
    let mut reset = stuck();
    reset.dhcp(1);
    reset.dhcp(3);
    let mut unheard = Talk::new(true);
    unheard.dhcp(1);
    unheard.dhcp(3);
    unheard.wait(160);
    unheard.order(&Command::Remedy { phone: from, remedy: Remedy::VaryReply });
    for (what, talk, why) in [
        ("it asked elsewhere", elsewhere, "10.0.0.5"),
        ("a key was pressed", pressed, "anew"),
        ("it forgot its address", reset, "forgotten"),
        ("it had not heard of the change", unheard, "before it has heard"),
    ] {
        let talk = ask(talk);
        let (credited, doubt, all) = last(&talk);
        assert_eq!((credited, all), (None, false), "{what}");
        assert!(doubt.clone().is_some_and(|doubt| doubt.contains(why)), "{what}: {doubt:?}");
        assert!(talk.engine.state().freed.is_empty(), "{what}");
    }
}

#[test]
fn after_the_last_change_it_gets_the_full_answer_again_and_that_is_said() {
    let mut talk = stuck();
    let starts = |talk: &Talk| {
        let of = |e: &Event| if let Kind::ReplyVaried { starts, .. } = e.kind { Some(starts) } else { None };
        talk.events.iter().filter_map(of).collect::<Vec<_>>()
    };
    // It asks for broadcasts, so it can't be sent to alone.
    let all = u32::try_from(ATTEMPTS.len() - 1).unwrap();
    (1..=all).for_each(|_| restart(&mut talk));
    assert_eq!(starts(&talk), (1..=all).rev().collect::<Vec<_>>(), "the promise counts down");
    assert_eq!(last(&talk), (None, Some(format!("all {all} changes were tried, none freed it")), true));
    assert_eq!(talk.engine.state().phones[0].varied.as_ref().unwrap().attempt, None);
    assert!(talk.stands("answers-in-vain"));
    (0..3).for_each(|_| restart(&mut talk));
    assert_eq!(starts(&talk).len(), ATTEMPTS.len() - 1, "it is over");
}
