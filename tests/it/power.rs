//! Nobody is told to take the power or the cable away from a phone that reads or writes firmware, and no symptom comes and
//! goes while nothing on the wire speaks against it.

use crate::screens::history::{History, Until, mac};
use crate::screens::{COLOUR, drawn, text};
use crate::talk::{MAC, Talk};
use rescue79::catalogue::{Catalogue, ShownBy};
use rescue79::event::{Event, Kind, Request};
use rescue79::phone_id::Mac;
use rescue79::session::Phone;
use rescue79::tui::{Mode, Model, Msg, Page, Setup, update};
use std::collections::BTreeMap;

/// The same symptom of the same phone is told at most so often, and the same request.
const TOLD: usize = 3;
/// Words that stand in a step which takes hold of power or cable.
const HANDS: [&str; 8] = [
    "off and on",
    "switched off",
    "power-cycle",
    "power it from",
    "the cable",
    "another cable",
    "with the keys",
    "into another port",
];

fn touches(code: &str) -> bool {
    Catalogue::builtin().symptom(code).is_some_and(|symptom| symptom.touches.is_some())
}

#[test]
fn the_book_says_of_each_step_what_it_takes_hold_of() {
    for symptom in Catalogue::builtin().symptoms().iter().filter(|s| s.shown_by == ShownBy::Wire) {
        let next = symptom.next.to_lowercase();
        let says = HANDS.iter().any(|words| next.contains(words));
        let asks = symptom.requests.iter().any(|request| request.touches_power());
        assert_eq!(symptom.touches.is_some(), says || asks, "{}: {next}", symptom.code);
    }
    let [wait, server] = [Request::Wait, Request::UnplugServer];
    let hands_off: Vec<_> = Request::ALL.into_iter().filter(|r| !r.touches_power()).collect();
    assert_eq!(hands_off, [server, wait]);
}

#[test]
fn the_book_says_which_step_is_to_leave_the_phone_powered() {
    for symptom in Catalogue::builtin().symptoms() {
        let says = symptom.next.to_lowercase().contains("powered");
        assert_eq!(symptom.leave_powered, says, "{}: {}", symptom.code, symptom.next);
    }
}

/// Whether a step stands on the screen, outside of what is told of the past: a line, or what stands behind its label.
fn shows(screen: &str, step: &str) -> bool {
    let begins: String = step.chars().take(14).collect();
    screen.lines().flat_map(|line| line.split('│')).any(|line| {
        let line = line.trim();
        let labelled = ["do ", "please "].iter().find_map(|label| line.strip_prefix(label));
        labelled.unwrap_or(line).trim_start().starts_with(&begins)
    })
}

/// What the screen shows of a phone that must keep its power, where something stands that would take it away.
fn shown_wrongly(model: &mut Model, mac: Mac) -> Vec<String> {
    let Some(phone) = model.state.phone(mac).filter(|phone| phone.keep_powered()) else { return Vec::new() };
    let symptoms = phone.symptoms.iter().filter(|(code, _)| touches(code)).map(|(_, s)| &s.next);
    let request = phone.request.iter().filter(|open| open.request.touches_power()).map(|open| &open.text);
    let steps: Vec<_> = symptoms.chain(request).cloned().collect();
    let mut wrong = Vec::new();
    for step in steps {
        for page in [Page::Bench, Page::Phone(mac)] {
            (model.chosen, model.page) = (Some(mac), page);
            let screen = text(&drawn(model));
            assert!(page != Page::Bench || screen.contains("DO NOT UNPLUG"), "{screen}");
            if shows(&screen, &step) {
                wrong.push(format!("shown while it must keep its power: {step}"));
            }
        }
    }
    wrong
}

fn asked_wrongly(event: &Event, model: &Model) -> Option<String> {
    let keeps = event.phone.and_then(|mac| model.state.phone(mac)).is_some_and(Phone::keep_powered);
    let what = match &event.kind {
        Kind::Symptom { code, .. } if touches(code) => code.clone(),
        Kind::Requested { request, .. } if request.touches_power() => format!("{request:?}"),
        _ => return None,
    };
    keeps.then(|| format!("#{} {what} while it must keep its power", event.n))
}

/// Every moment at which these events ask for what a phone's firmware would pay for, and every symptom that flaps. Every
/// bench is held against it, with every seed.
pub(crate) fn misled(events: &[Event]) -> Vec<String> {
    let setup = Setup { mode: Mode::Serve, interface: String::new(), theme: COLOUR, size: (160, 50) };
    let mut model = Model::new(setup);
    let mut wrong = Vec::new();
    let mut told: BTreeMap<(Option<Mac>, String), usize> = BTreeMap::new();
    for event in events {
        wrong.extend(asked_wrongly(event, &model));
        update(&mut model, Msg::Event(event.clone()));
        let what = match &event.kind {
            Kind::ReadProgress { .. } => continue,
            Kind::Symptom { code, .. } => Some(code.clone()),
            Kind::Requested { request, .. } => Some(format!("{request:?}")),
            _ => None,
        };
        if let Some(what) = what {
            *told.entry((event.phone, what)).or_default() += 1;
        }
        wrong.extend(event.phone.map(|mac| shown_wrongly(&mut model, mac)).unwrap_or_default());
    }
    wrong.extend(told.iter().filter(|(_, times)| **times > TOLD).map(|often| format!("flaps: {often:?}")));
    wrong.dedup();
    wrong
}

/// A phone that says in the middle of a read that it runs another load, and then falls silent there.
#[test]
fn a_step_waits_until_the_phone_may_be_touched_and_is_hidden_while_it_may_not() {
    let mut talk = Talk::new(true);
    talk.dhcp(1);
    talk.dhcp(3);
    talk.read(50_000, "P0S3-8-12-00.loads", 9);
    talk.read(50_001, "P0S3-8-12-00.sb2", u16::MAX);
    talk.wait(30);
    talk.ask(50_002, "SIPDefault.cnf");
    talk.wait(1);
    let says = |talk: &mut Talk| talk.announces("Cisco IP Phone 7960", "P0S3-7-4-00");
    talk.read(50_003, "P0S3-8-12-00.sb2", 3);
    says(&mut talk);
    talk.wait(3);
    assert!(!talk.raised("runs-another"), "it reads firmware");
    talk.wait(100);
    let phone = |talk: &Talk| talk.engine.state().phone(MAC.parse().unwrap()).unwrap().clone();
    assert!(!phone(&talk).keep_powered(), "it broke off and is silent");
    assert!(talk.stands("runs-another") && talk.stands("read-stalled"), "now somebody may act");
    assert_eq!(phone(&talk).request.map(|open| open.request), Some(Request::PowerCycle));
    // It reads again: what stands is true, and nobody is told to act on it.
    talk.read(50_004, "P0S3-8-12-00.sb2", 3);
    talk.wait(2);
    assert!(phone(&talk).keep_powered() && talk.stands("runs-another"));
    assert_eq!(phone(&talk).request, None, "it goes on by itself");
    // A start alone takes no word back; another word does.
    talk.dhcp(1);
    talk.dhcp(3);
    talk.wait(30);
    assert!(talk.stands("runs-another"), "it has not said anything else");
    talk.announces("Cisco IP Phone 7960", "P0S3-8-12-00");
    talk.wait(1);
    assert!(!talk.stands("runs-another"));
    assert!(misled(&talk.events).is_empty(), "{:?}", misled(&talk.events));
}

#[test]
fn what_misleads_would_be_seen() {
    let mut history = History::started();
    history.classic(mac(0), Until::Reading);
    let symptom = |code: &str| {
        let symptom = Catalogue::builtin().symptom(code).unwrap();
        symptom.raise(&[], Vec::new())
    };
    history.tell(Some(mac(0)), symptom("flash-repeats"));
    assert_eq!(misled(&history.events), Vec::<String>::new());
    for _ in 0..=TOLD {
        history.tell(Some(mac(0)), symptom("runs-another"));
    }
    assert_eq!(misled(&history.events).len(), TOLD + 2, "{:?}", misled(&history.events));
}
