//! What the technician decides on the Bench at a key, and what the screen says before.

use crate::screens::history::{History, Until, bench, mac};
use crate::screens::{COLOUR, SIZES, drawn, model, picture, press, text};
use crate::svg::{DARK, svg};
use crossterm::event::KeyCode;
use rescue79::event::{Kind, Order, Remedy, Request, Severity};
use rescue79::tui::{Command, Effect, Model, Msg, Overlay, Page, update};

const SHELF: [&str; 5] =
    ["P0S3-8-12-00", "P00308000900", "P003-8-12-00", "SIP41.9-4-2SR3-1S", "P0S3-08-7-00"];

/// A 7960 that needs a hand: its symptom offers these remedies.
fn in_need(remedies: &[Remedy]) -> History {
    let mut history = History::started();
    history.classic(mac(0), Until::Lease);
    history.wait(60_000);
    history.tell(
        Some(mac(0)),
        Kind::Symptom {
            code: "asks-for-nothing".into(),
            severity: Severity::Hand,
            seen: "It has an address and has asked for no file for 1:00.".into(),
            means: "It did not understand where its files are.".into(),
            next: "Let it ask anew, or switch it off and on.".into(),
            remedies: remedies.to_vec(),
        },
    );
    history
}

fn asked(mut history: History) -> History {
    history.tell(
        Some(mac(0)),
        Kind::Requested {
            request: Request::PowerCycle,
            symptom: Some("asks-for-nothing".into()),
            text: "Switch it off and on once.".into(),
            closes: "it asks for an address again".into(),
        },
    );
    history
}

fn shown(history: &History) -> Model {
    let mut model = model(history, (80, 24), COLOUR);
    update(&mut model, Msg::Loads(SHELF.map(String::from).into()));
    model
}

const fn char(c: char) -> KeyCode {
    KeyCode::Char(c)
}

#[test]
fn the_tag_follows_what_is_asked() {
    let mut history = in_need(&[]);
    let tag = |history: &History| text(&drawn(&shown(history)));
    assert!(tag(&history).contains("needs you · safe to unplug"));
    history.tell(
        Some(mac(0)),
        Kind::Requested {
            request: Request::Wait,
            symptom: Some("asks-for-nothing".into()),
            text: "Leave it alone for 20 minutes.".into(),
            closes: "it asks for a file".into(),
        },
    );
    assert!(tag(&history).contains("needs you · leave powered"), "{}", tag(&history));
    // No symptom of the book asks for power beside a tag that gives it away.
    for symptom in rescue79::catalogue::Catalogue::builtin().symptoms() {
        let leave = symptom.next.to_lowercase().contains("leave it powered");
        let mut history = History::started();
        history.classic(mac(0), Until::Lease);
        history.tell(Some(mac(0)), symptom.raise(&[], Vec::new()));
        assert!(
            !leave || !tag(&history).contains("safe to unplug") || symptom.severity == Severity::Note,
            "{}",
            symptom.code
        );
    }
}

#[test]
fn a_pause_that_waits_for_the_flash_says_so_and_leaves_the_clock_alone() {
    let mut history = History::started();
    history.classic(mac(0), Until::Flashing);
    let mut before = History::started();
    before.classic(mac(0), Until::Flashing);
    history.wait(5_000);
    history.tell(Some(mac(0)), Kind::Pausing);
    let seen = text(&drawn(&shown(&history)));
    assert!(seen.contains("pause pending") && seen.contains("P: no pause after all"), "{seen}");
    history.wait(5_000);
    history.tell(Some(mac(0)), Kind::Resumed);
    let since = |history: &History| shown(history).state.phone(mac(0)).unwrap().stage_since;
    assert_eq!(since(&history), since(&before), "it never stood still");
    assert!(!text(&drawn(&shown(&history))).contains("pause pending"));
}

#[test]
fn the_numbers_are_those_of_the_remedies() {
    for (remedies, keys) in [
        (&[Remedy::NakLease, Remedy::VaryReply][..], "1 2 do that"),
        (&[Remedy::NakLease, Remedy::VaryReply, Remedy::AdoptAddress], "1 2 3 do that"),
    ] {
        let mut model = shown(&in_need(remedies));
        press(&mut model, &[char('m')]);
        let seen = text(&drawn(&model));
        assert!(seen.lines().last().unwrap().contains(keys), "{seen}");
    }
}

#[test]
fn a_remedy_is_one_key_and_says_before_what_it_does() {
    let mut model = shown(&in_need(&[Remedy::NakLease]));
    let said = text(&drawn(&model));
    assert!(said.contains("M: let it ask for its address anew. The address that it"), "{said}");
    assert!(said.contains("M help it"), "{said}");
    let remedy = |remedy| [Effect::Command(Command::Remedy { phone: mac(0), remedy })];
    assert_eq!(press(&mut model, &[char('m')]), remedy(Remedy::NakLease));
    // Of several, the technician chooses.
    let mut model = shown(&in_need(&[Remedy::NakLease, Remedy::VaryReply]));
    assert!(text(&drawn(&model)).contains("M (and 1 more)"));
    assert_eq!(press(&mut model, &[char('m')]), []);
    let said = text(&drawn(&model));
    assert!(
        said.contains("1 let it ask for its address anew.") && said.contains("2 change one thing"),
        "{said}"
    );
    assert_eq!(press(&mut model, &[char('3'), char('2')]), remedy(Remedy::VaryReply));
    assert_eq!(model.overlay, None);
    // None: it says so, and does nothing.
    let mut model = shown(&in_need(&[]));
    assert_eq!(press(&mut model, &[char('m')]), []);
    let said = text(&drawn(&model));
    assert!(
        said.contains("Nothing can be done for this phone at a key now.") && !said.contains("help it"),
        "{said}"
    );
}

/// What changes this computer is done after a yes.
#[test]
fn a_remedy_that_changes_the_laptop_asks_first() {
    let adopt = Command::Remedy { phone: mac(0), remedy: Remedy::AdoptAddress };
    for (key, effects) in [(KeyCode::Esc, vec![]), (KeyCode::Enter, vec![Effect::Command(adopt.clone())])] {
        let mut model = shown(&in_need(&[Remedy::AdoptAddress]));
        assert_eq!(press(&mut model, &[char('m')]), []);
        let said = text(&drawn(&model));
        assert!(
            said.contains("Shall this be done for the 7960")
                && said.contains("1 answer at the address it asks."),
            "{said}"
        );
        assert!(said.contains("unless somebody has it"), "{said}");
        assert_eq!(press(&mut model, &[key]), effects);
        assert_eq!(model.overlay, None);
    }
}

#[test]
fn a_request_is_shown_with_the_key_that_ticks_it_off() {
    let mut model = shown(&asked(in_need(&[Remedy::NakLease])));
    let said = text(&drawn(&model));
    assert!(said.contains("do     Switch it off and on once."), "{said}");
    assert!(said.contains("D: it is done. It is also seen when it asks for an address again."), "{said}");
    let request = Request::PowerCycle;
    assert_eq!(press(&mut model, &[char('d')]), [Effect::Command(Command::Done { phone: mac(0), request })]);
    press(&mut model, &[KeyCode::Enter]);
    assert_eq!(model.page, Page::Phone(mac(0)));
    assert!(text(&drawn(&model)).contains("please Switch it off and on once."));
}

#[test]
fn a_phone_is_paused_and_goes_on_at_the_same_key() {
    let mut history = in_need(&[]);
    let mut model = shown(&history);
    assert!(text(&drawn(&model)).contains("P pause"));
    assert_eq!(press(&mut model, &[char('p')]), [Effect::Command(Command::Pause(mac(0)))]);
    history.tell(Some(mac(0)), Kind::Paused);
    let mut model = shown(&history);
    let said = text(&drawn(&model));
    assert!(
        said.contains("= 1 paused") && said.contains("P: serve it again.") && said.contains("P go on"),
        "{said}"
    );
    assert_eq!(press(&mut model, &[char('P')]), [Effect::Command(Command::Resume(mac(0)))]);
}

#[test]
fn a_phone_is_led_elsewhere() {
    let replan = |target: Option<&str>, from: Option<&str>| {
        let (target, from) = (target.map(String::from), from.map(String::from));
        vec![Effect::Command(Command::Replan { phone: mac(0), target, from })]
    };
    let mut model = shown(&in_need(&[]));
    press(&mut model, &[char('t')]);
    let said = text(&drawn(&model));
    assert!(said.contains("is led to P0S3-8-12-00. Where shall it go?"), "{said}");
    // Only loads of its family, no loader, the present one chosen.
    assert!(said.contains("▸ P0S3-8-12-00 SIP 8.12.0, as now") && said.contains("P00308000900"), "{said}");
    assert!(!said.contains("SIP41") && !said.contains("P003-8-12-00"), "{said}");
    assert_eq!(press(&mut model, &[KeyCode::Enter]), [], "it is led there already");
    assert!(text(&drawn(&model)).contains("It is led there already."));
    assert_eq!(
        press(&mut model, &[char('t'), KeyCode::Up, KeyCode::Enter]),
        replan(Some("P00308000900"), None)
    );
    // What it runs, typed or pasted; letters are no keys there.
    press(&mut model, &[char('t'), char('q'), KeyCode::Backspace]);
    update(&mut model, Msg::Paste("P00303010102\n".into()));
    assert_eq!(press(&mut model, &[KeyCode::Enter]), replan(None, Some("P00303010102")));
    press(&mut model, &[char('t'), char('x'), KeyCode::Esc, KeyCode::Esc]);
    assert_eq!(model.overlay, None, "what was typed goes first, then the question");
    // A phone that is gone takes its question with it.
    press(&mut model, &[char('t')]);
    assert_eq!(model.overlay, Some(Overlay::Replan(mac(0))));
    let n = model.state.events + 1;
    let event = rescue79::event::Event { n, at: model.now, phone: Some(mac(0)), kind: Kind::Forgotten };
    update(&mut model, Msg::Event(event));
    assert_eq!(model.overlay, None);
}

#[test]
fn why_an_order_was_not_carried_out_is_told_at_once() {
    let mut history = in_need(&[]);
    let why = "it reads or writes its firmware now; wait until it may be unplugged".into();
    history.tell(Some(mac(0)), Kind::OrderRefused { order: Order::Pause, why });
    let said = text(&drawn(&shown(&history)));
    assert!(said.contains("That can't be done (pause): it reads or writes its firmware"), "{said}");
}

#[test]
fn an_ended_or_empty_bench_takes_no_orders() {
    let mut model = shown(&History::started());
    assert_eq!(press(&mut model, &[char('p'), char('m'), char('d'), char('t')]), []);
    let mut model = shown(&asked(in_need(&[Remedy::NakLease])));
    update(&mut model, Msg::Ended);
    assert_eq!(press(&mut model, &[char('p'), char('m'), char('d'), char('t')]), []);
    assert_eq!(model.overlay, None);
}

#[test]
fn the_hand_looks_as_it_did() {
    let scenes: [(&str, History, &[KeyCode]); 4] = [
        ("hand-remedy", in_need(&[Remedy::NakLease]), &[]),
        ("hand-request", asked(in_need(&[])), &[]),
        ("hand-choice", in_need(&[Remedy::NakLease, Remedy::VaryReply, Remedy::HideDefault]), &[char('m')]),
        ("hand-target", bench(2), &[char('t')]),
    ];
    let mut stale = Vec::new();
    for (name, history, keys) in scenes {
        for size in SIZES {
            let mut model = model(&history, size, COLOUR);
            update(&mut model, Msg::Loads(SHELF.map(String::from).into()));
            press(&mut model, keys);
            let buf = drawn(&model);
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), text(&buf));
            if size == SIZES[0] {
                picture(&format!("docs/screens/{name}-80x24.svg"), &svg(&buf, &DARK), &mut stale);
            }
        }
    }
    assert!(stale.is_empty(), "pictures are stale, run the tests with UPDATE_DOCS=1: {stale:?}");
}
