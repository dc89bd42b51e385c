//! A phone that takes an address and asks for nothing: one change at each start finds what it stumbles over.

use crate::scenarios::{SEED, play};
use rescue79::dhcp::ATTEMPTS;
use rescue79::event::Kind;
use rescue79::sim::scenario::Scenario;
use std::fmt::Write as _;

/// Two phones of a model with the same hidden rule; the first is switched off and on at each alarm, the second comes late.
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
                Kind::ReplyFreed { change, .. } => Some((e.phone.unwrap(), change.as_str())),
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
