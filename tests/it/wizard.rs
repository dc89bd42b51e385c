//! The wizard, walked by key macros and clicks, with a desk that answers from memory; and a picture of every page.

mod pages;

use crate::screens::history::{History, Until, mac};
use crate::screens::{COLOUR, drawn, text};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use rescue79::event::{Event, Kind};
use rescue79::firmware::{Intake, Shelf};
use rescue79::job::{Blocker, Draft, Wish};
use rescue79::sim::firmware::{Scale, set};
use rescue79::sim::scenario::builtin;
use rescue79::tui::wizard::{Entry, Exercise, Phase, Port, Servers, Step, Wizard};
use rescue79::tui::{Effect, Mode, Model, Msg, Overlay, Page, Setup, Theme, layout, update};
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// A zip that somebody has: two classic loads, three of the 7961, one of them with a hole.
pub(super) fn shelf() -> Shelf {
    let mut intake = Intake::new();
    for load in
        ["P0S3-8-12-00", "P00308000900", "P0030xx500", "SIP41.9-4-2SR3-1S", "SCCP41.8-5-2S", "SIP41.8-5-4S"]
    {
        for (name, bytes) in set(load, 79, Scale::FAST) {
            if name != "dsp41.8-5-4TH1-6.sbn" {
                intake.file("/home/tech/loads", &format!("{load}/{name}"), bytes);
            }
        }
    }
    intake.finish()
}

pub(super) fn ports() -> Vec<Port> {
    let port = |name: &str, address: Option<[u8; 4]>, up| Port {
        name: name.into(),
        friendly: None,
        addresses: address.map(|a| (Ipv4Addr::from(a), 24)).into_iter().collect(),
        up,
    };
    vec![
        port("enp0s25", Some([192, 168, 1, 1]), true),
        port("wlp3s0", Some([10, 0, 0, 17]), true),
        port("enx001b0c18bdc1", None, false),
    ]
}

pub(crate) fn asking(size: (u16, u16), theme: Theme) -> Model {
    let exercise =
        |s: rescue79::sim::scenario::Scenario| Exercise { name: s.name, title: s.title, teaches: s.teaches };
    let exercises = builtin().unwrap().into_iter().map(exercise).collect();
    let setup = Setup { mode: Mode::Serve, interface: String::new(), theme, size };
    Model::asking(setup, Wizard { exercises, ports: ports(), ..Wizard::default() })
}

/// What the app would answer, from memory.
pub(crate) fn answer(effect: &Effect) -> Option<Msg> {
    Some(match effect {
        Effect::ListDir(path) => {
            let file = |name: &str, folder, size| Entry { name: name.into(), folder, size };
            let entries = vec![
                file("loads", true, 0),
                file("cmterm-7940-7960-sip.8-12.zip", false, 1_204_000),
                file("cmterm-7941_7961-sip.9-4-2SR3-1.zip", false, 7_340_000),
            ];
            let path = if path.as_os_str().is_empty() { PathBuf::from("/home/tech") } else { path.clone() };
            Msg::DirListed { path, listing: Ok((entries, 3)), places: vec![PathBuf::from("/srv/loads")] }
        }
        Effect::Open(paths) => Msg::Shelf(Ok((shelf(), paths.clone()))),
        Effect::Interfaces => Msg::Interfaces(ports()),
        Effect::Start(order) => Msg::Started {
            mode: Mode::Serve,
            interface: format!("{} {}", order.interface, order.draft.server.unwrap()),
        },
        Effect::Practise(_) => Msg::Started { mode: Mode::Rehearsal, interface: "192.168.1.1".into() },
        _ => return None,
    })
}

/// Presses the keys of a macro such as `7960<enter>`; every effect is answered at once.
pub(crate) fn walk(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let (code, used) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            Some((name, _)) => (named(name), name.len() + 2),
            None => (KeyCode::Char(c), c.len_utf8()),
        };
        rest = &rest[used..];
        for effect in update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))) {
            if let Some(msg) = answer(&effect) {
                update(model, msg);
            }
            effects.push(effect);
        }
    }
    effects
}

fn named(name: &str) -> KeyCode {
    match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "tab" => KeyCode::Tab,
        "end" => KeyCode::End,
        "home" => KeyCode::Home,
        "pgdn" => KeyCode::PageDown,
        "back" => KeyCode::Backspace,
        other => panic!("{other}"),
    }
}

fn click(model: &mut Model, (column, row): (u16, u16)) -> Vec<Effect> {
    let kind = MouseEventKind::Down(MouseButton::Left);
    let effects = update(model, Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    for msg in effects.iter().filter_map(answer) {
        update(model, msg);
    }
    effects
}

/// Clicks on the row that shows this text.
fn click_on(model: &mut Model, said: &str) -> Vec<Effect> {
    let screen = text(&drawn(model));
    let (row, line) = screen
        .lines()
        .enumerate()
        .find(|(_, l)| l.contains(said))
        .unwrap_or_else(|| panic!("{said}:\n{screen}"));
    let column = line[..line.find(said).unwrap()].chars().count();
    click(model, (u16::try_from(column).unwrap() + 1, u16::try_from(row).unwrap()))
}

pub(crate) fn events(model: &mut Model, history: History) {
    for event in history.events {
        update(model, Msg::Event(event));
    }
}

fn started(effects: &[Effect]) -> Draft {
    let order = effects.iter().find_map(|e| if let Effect::Start(order) = e { Some(order) } else { None });
    let order = order.unwrap_or_else(|| panic!("{effects:?}"));
    assert_eq!(order.interface, "enp0s25");
    order.draft.clone()
}

fn wish(text: &str) -> Wish {
    text.parse().unwrap()
}

#[test]
fn a_classic_phone_in_eight_keys_and_its_number() {
    let mut model = asking((80, 24), COLOUR);
    // Which phone, what it shows, the archive, the load, the wire, the plan.
    let effects = walk(&mut model, "7960<enter><enter><down><down><down><enter>");
    assert_eq!(effects.last(), Some(&Effect::Open(vec!["/home/tech/cmterm-7940-7960-sip.8-12.zip".into()])));
    let effects = walk(&mut model, "<enter><enter><enter>");
    let draft = Draft {
        targets: vec![wish("7960=P0S3-8-12-00")],
        froms: vec![wish("7960=universal")],
        server: Some(Ipv4Addr::new(192, 168, 1, 1)),
        prefix: 24,
        dhcp: true,
        ..Draft::default()
    };
    assert_eq!(started(&effects), draft);
    assert_eq!(model.page, Page::Bench, "a phone that says Protocol Application Invalid needs no keys");
    let mut history = History::started();
    history.classic(mac(0), Until::Recovered);
    events(&mut model, history);
    assert!(text(&drawn(&model)).contains("recovered"));
    assert_eq!(walk(&mut model, "rs"), [Effect::SaveReport]);
    let said = text(&drawn(&model));
    assert!(model.page == Page::Report && said.contains("P0S3-8-12-00") && said.contains("proof"), "{said}");
    walk(&mut model, "n");
    assert_eq!(model.page, Page::Bench, "the next phone, the same plan");
    assert_eq!(walk(&mut model, "q"), []);
    assert_eq!(model.overlay, Some(Overlay::Quit));
    assert_eq!(walk(&mut model, "q"), [Effect::Quit]);
}

#[test]
fn a_java_phone_is_led_to_the_coach_where_keys_come_first() {
    let mut model = asking((100, 30), COLOUR);
    let effects =
        walk(&mut model, "cp-7961<enter><down><down><down><down><down><enter><enter><enter><enter><enter>");
    let draft = started(&effects);
    assert_eq!((draft.targets, draft.froms), (vec![wish("7961=SIP41.9-4-2SR3-1S")], vec![]));
    assert_eq!(model.page, Page::Keys);
    walk(&mut model, "<enter>33");
    assert_eq!((model.coach.phase, model.coach.wrong), (Phase::Keys(1), None), "a doubled key does no harm");
    walk(&mut model, "7");
    assert_eq!(model.coach.wrong, Some('7'));
    assert!(text(&drawn(&model)).contains("The next key is 4, not 7."));
    walk(&mut model, "491672850*#");
    assert_eq!(model.coach.phase, Phase::Wait);
    // It boots as if nothing had happened …
    let mut normal = model.clone();
    let mut history = History::started();
    history.wait(40_000);
    history.java(mac(1), Until::Lease);
    events(&mut normal, history);
    if let Some(identity) = normal.state.phones.first().map(|p| p.identity.clone()) {
        let identity =
            rescue79::event::Identity { condition: rescue79::event::Condition::Application, ..identity };
        let (n, at) = (normal.state.events + 1, normal.now);
        update(
            &mut normal,
            Msg::Event(Event { n, at, phone: Some(mac(1)), kind: Kind::Identified(identity) }),
        );
    }
    let said = text(&drawn(&normal));
    assert!(said.contains("booted normally and still has its load"), "{said}");
    // … or it asks for its list.
    let mut history = History::started();
    history.wait(400_000);
    history.java(mac(1), Until::Reading);
    events(&mut model, history);
    let said = text(&drawn(&model));
    assert!(said.contains("asked for term61.default.loads: the reset took"), "{said}");
    walk(&mut model, "<enter>");
    assert_eq!(model.page, Page::Bench);
    walk(&mut model, "k<tab>");
    assert_eq!((model.page, model.coach.sequence), (Page::Keys, 1));
    walk(&mut model, "<esc>rn");
    assert_eq!(model.page, Page::Keys, "the next phone begins with its keys too");
}

const TO_REVIEW: &str = "7961<enter><enter><enter><enter><enter>";

#[test]
fn backwards_no_answer_is_lost() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961<enter><down><enter><enter><down><enter><down>d<enter>");
    assert_eq!(model.page, Page::Review);
    let answers = model.wizard.as_ref().unwrap().order();
    assert!(!answers.draft.dhcp && answers.interface == "wlp3s0");
    assert_eq!(answers.draft.targets, [wish("7961=SCCP41.8-5-2S")]);
    walk(&mut model, "<esc><esc><esc><left>");
    assert_eq!(model.page, Page::Model);
    walk(&mut model, "<enter><enter><enter><right>");
    assert_eq!((model.page, model.wizard.as_ref().unwrap().order()), (Page::Review, answers));
    // Another phone is another question: its loads are not those of the first.
    walk(&mut model, "<esc><esc><esc><esc><esc>7960<enter><enter>");
    assert_eq!(model.wizard.as_ref().unwrap().order().draft.targets, [wish("7960=P0S3-8-12-00")]);
}

#[test]
fn with_the_mouse_alone() {
    let mut model = asking((80, 24), COLOUR);
    for said in
        ["7961G-GE   ", "7961G-GE   ", "speaks SCCP", "speaks SCCP", "loads/", "loads/", "use this whole"]
    {
        click_on(&mut model, said);
    }
    assert_eq!(model.page, Page::Load);
    click_on(&mut model, "✓ SIP41.9");
    assert_eq!(model.page, Page::Network, "a click on the row that was chosen goes on");
    click_on(&mut model, "wlp3s0");
    assert_eq!(model.page, Page::Network, "a click on another row chooses it");
    click_on(&mut model, "wlp3s0");
    assert_eq!(model.page, Page::Review);
    click_on(&mut model, "Load");
    assert_eq!(model.page, Page::Load, "the breadcrumb leads back");
    click_on(&mut model, "Bench");
    assert_eq!(model.page, Page::Load, "and not ahead");
    let areas = layout(Rect::new(0, 0, 80, 24), &model);
    assert_eq!(areas.steps.len(), Step::ALL.len());
}

#[test]
fn a_page_that_cannot_be_left_says_why() {
    let mut model = asking((160, 50), COLOUR);
    let why = |model: &Model| text(&drawn(model)).lines().rev().nth(1).unwrap().to_owned();
    assert_eq!(walk(&mut model, "8945<enter>"), []);
    assert!(model.page == Page::Model && why(&model).contains("8945 is none of the phones recovered here"));
    assert_eq!(walk(&mut model, "<esc>xx<enter>"), []);
    assert!(why(&model).contains("No phone here is called xx"), "{}", why(&model));
    // From 3.1 with nothing in between, the hop that is missing is named with its archive.
    walk(&mut model, "<esc>7960<enter>P00303010102<enter><enter>");
    update(&mut model, Msg::Shelf(Ok((only("P0S3-8-12-00"), vec!["/x".into()]))));
    assert_eq!(walk(&mut model, "<home><enter>"), []);
    let said = text(&drawn(&model));
    assert!(model.page == Page::Load && said.contains("MISSING") && said.contains("Can't go on"), "{said}");
    assert!(said.contains("Get P00305000500 (P00305000500.zip)"), "{said}");
    // An interface without an address.
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, &TO_REVIEW[..TO_REVIEW.len() - 7]);
    assert_eq!(walk(&mut model, "<down><down><enter>"), []);
    assert!(model.page == Page::Network && why(&model).contains("no IPv4 address"), "{}", why(&model));
}

fn only(load: &str) -> Shelf {
    let mut intake = Intake::new();
    for (name, bytes) in set(load, 79, Scale::FAST) {
        intake.file("/x", &name, bytes);
    }
    intake.finish()
}

#[test]
fn servers_that_do_not_start_leave_the_technician_on_review() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, TO_REVIEW);
    let effects = update(&mut model, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert!(matches!(effects.as_slice(), [Effect::Start(_)]));
    assert_eq!(walk(&mut model, "<enter>"), [], "once is enough");
    let why = Blocker {
        code: "x".into(),
        text: "UDP port 67 needs a permission.".into(),
        remedy: "Run it with sudo.".into(),
    };
    update(&mut model, Msg::NotStarted(why));
    let said = text(&drawn(&model));
    assert!(said.contains("UDP port 67 needs a permission") && said.contains("Run it with sudo"), "{said}");
    started(&walk(&mut model, "<enter>"));
}

#[test]
fn a_phone_that_is_not_known_gets_a_load_of_its_own_family() {
    let mut model = asking((80, 24), COLOUR);
    let effects = walk(&mut model, "<end><enter><enter><enter><enter><enter>");
    let draft = started(&effects);
    assert_eq!(draft.targets, [wish("P0S3-8-12-00"), wish("SIP41.9-4-2SR3-1S")]);
    assert_eq!(draft.froms, []);
    assert!(draft.finish(rescue79::catalogue::Catalogue::builtin(), &shelf()).is_ok());
}

#[test]
fn paths_are_pasted_and_what_cannot_be_read_is_said() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter>");
    let effects = update(&mut model, Msg::Paste("'/media/stick/loads.zip'\n".into()));
    assert_eq!(effects, [Effect::Open(vec!["/media/stick/loads.zip".into()])]);
    assert!(text(&drawn(&model)).contains("Reading the firmware"));
    update(&mut model, Msg::Shelf(Err("/media/stick/loads.zip can't be read.".into())));
    let said = text(&drawn(&model));
    assert!(said.contains("loads.zip can't be read.") && said.contains("Can't go on"), "{said}");
    // Type-ahead and the folder above.
    walk(&mut model, "az9-4");
    assert!(!text(&drawn(&model)).contains("8-12.zip"), "{}", text(&drawn(&model)));
    assert_eq!(walk(&mut model, "<esc><back>"), [Effect::ListDir("/home".into())]);
}

#[test]
fn an_exercise_is_marked_and_comes_back_to_the_next() {
    let mut model = asking((80, 24), COLOUR);
    assert_eq!(walk(&mut model, "p<down><enter>")[..], [Effect::Practise("7970-from-8-0".into())]);
    assert_eq!((model.page, model.mode), (Page::Bench, Mode::Rehearsal));
    assert!(text(&drawn(&model)).contains("REHEARSAL"));
    events(&mut model, History::started());
    assert_eq!(walk(&mut model, "rn"), [Effect::Stop]);
    assert_eq!(model.page, Page::Practise);
    assert_eq!(model.wizard.as_ref().unwrap().servers, Servers::Off);
    walk(&mut model, "<esc>");
    assert_eq!(model.page, Page::Model);
    assert!(!text(&drawn(&model)).contains("REHEARSAL"));
}
