//! The wizard, walked by key macros and clicks, with a desk that answers from memory; and a picture of every page.

mod answers;
mod coach;
mod decisions;
mod firmware;
mod pages;

use crate::screens::history::{History, Until, mac};
use crate::screens::{COLOUR, drawn, text};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use rescue79::event::{Event, Kind};
use rescue79::firmware::{Intake, Shelf};
use rescue79::job::{Blocker, Draft, Wish};
use rescue79::sim::firmware::{Scale, set};
use rescue79::sim::scenario::{Scenario, builtin};
use rescue79::tui::wizard::{Entry, Exercise, Finding, Grade, Phase, Port, Refused, Servers, Step, Wizard};
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
        addresses: address.map(|a| (Ipv4Addr::from(a), 24)).into_iter().collect(),
        up,
        ..Port::default()
    };
    let why = "it is the only socket with a cable in it that this laptop doesn't use itself";
    vec![
        Port {
            recommended: Some(why.into()),
            speed: Some(100),
            ..port("enp0s25", Some([169, 254, 7, 9]), true)
        },
        Port { internet: true, speed: Some(1_000), ..port("enp3s0", Some([10, 0, 0, 17]), true) },
        port("enx001b0c18bdc1", None, false),
        Port {
            unfit: Some("it is Wi-Fi, and these phones have only a cable".into()),
            ..port("wlp3s0", Some([10, 0, 1, 17]), true)
        },
    ]
}

/// What a look at this computer finds: all is well, one thing can't be seen, one should be known.
pub(super) fn findings() -> Vec<Finding> {
    let one = |code: &str, title: &str, grade, seen: &str, means: &str, remedy: Option<&str>| Finding {
        code: code.into(),
        title: title.into(),
        grade,
        seen: seen.into(),
        means: means.into(),
        remedy: remedy.map(str::to_owned),
        fix: None,
    };
    let fine = |code, title, seen| one(code, title, Grade::Fine, seen, "", None);
    let filter = one(
        "reverse-path",
        "Reverse-path filter",
        Grade::Note,
        "The strict reverse-path filter is on for enp0s25.",
        "Packets of a phone that still has an address of its old network are thrown away unseen.",
        Some("sudo sysctl -w net.ipv4.conf.enp0s25.rp_filter=2"),
    );
    vec![
        fine("rights", "Permission", "The program may use ports 67 and 69 and set addresses."),
        fine("port-67", "Port 67", "UDP port 67 is free."),
        fine("port-69", "Port 69", "UDP port 69 is free."),
        one("firewall", "Firewall", Grade::Unseen, "The firewall can't be read.", "It is tried.", None),
        Finding {
            fix: Some("The program can do it: sysctl -w net.ipv4.conf.enp0s25.rp_filter=2. It is put back when the program ends.".into()),
            ..filter
        },
    ]
}

/// Somebody else holds the port of DHCP.
pub(super) fn held() -> Finding {
    Finding {
        code: "port-67".into(),
        title: "Port 67".into(),
        grade: Grade::Bad,
        seen: "UDP port 67 is held by dnsmasq (process 812).".into(),
        means: "Phones would get their addresses from that program, or from nobody.".into(),
        remedy: Some("sudo systemctl stop dnsmasq".into()),
        fix: Some(
            "The program can do it: systemctl stop dnsmasq. It is put back when the program ends.".into(),
        ),
    }
}

pub(crate) fn asking(size: (u16, u16), theme: Theme) -> Model {
    let setup = Setup { mode: Mode::Serve, interface: String::new(), theme, size };
    Model::asking(setup, Wizard::default())
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
        Effect::Open(paths) | Effect::OpenLarge(paths) => Msg::Shelf(Ok((shelf(), paths.clone()))),
        Effect::Interfaces => Msg::Interfaces(ports()),
        Effect::Exercises => {
            let exercise = |s: Scenario| Exercise { name: s.name, title: s.title, teaches: s.teaches };
            Msg::Exercises(builtin().unwrap().into_iter().map(exercise).collect())
        }
        Effect::Check(_) => Msg::Checked(None),
        Effect::Preflight { number, .. } => Msg::Preflight { number: *number, findings: findings() },
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
    let effects = walk(&mut model, "7960<enter><enter><down><down><down><down><enter>");
    assert_eq!(effects.last(), Some(&Effect::Open(vec!["/home/tech/cmterm-7940-7960-sip.8-12.zip".into()])));
    let effects = walk(&mut model, "<enter><enter><enter><enter>");
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
    assert_eq!(walk(&mut model, "qy"), [Effect::Quit]);
}

#[test]
fn a_java_phone_is_led_to_the_coach_where_keys_come_first() {
    let mut model = asking((100, 30), COLOUR);
    let effects = walk(
        &mut model,
        "cp-7961<enter><down><down><down><down><down><enter><enter><enter><enter><enter><enter>",
    );
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

const TO_READY: &str = "7961<enter><enter><enter><enter><enter>";
const TO_REVIEW: &str = "7961<enter><enter><enter><enter><enter><enter>";

#[test]
fn backwards_no_answer_is_lost() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961<enter><down><enter><enter><down><enter><down><enter>d<home><enter>");
    assert_eq!(model.page, Page::Review);
    let answers = model.wizard.as_ref().unwrap().order();
    assert!(!answers.draft.dhcp && answers.interface == "enp3s0");
    assert_eq!(answers.draft.targets, [wish("7961=SCCP41.8-5-2S")]);
    walk(&mut model, "<esc><esc><esc><esc><left>");
    assert_eq!(model.page, Page::Model);
    walk(&mut model, "<enter><enter><enter><enter><right>");
    assert_eq!((model.page, model.wizard.as_ref().unwrap().order()), (Page::Review, answers));
    // Another phone is another question: its loads are not those of the first.
    walk(&mut model, "<esc><esc><esc><esc><esc><esc>7960<enter><enter>");
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
    click_on(&mut model, "? SIP41.9");
    assert_eq!(model.page, Page::Network, "a click on the row that was chosen goes on");
    click_on(&mut model, "enp3s0");
    assert_eq!(model.page, Page::Network, "a click on another row chooses it");
    click_on(&mut model, "enp3s0");
    assert_eq!(model.page, Page::Ready);
    click_on(&mut model, "keep what it has");
    click_on(&mut model, "keep what it has");
    assert!(model.wizard.as_ref().unwrap().address.keep);
    click_on(&mut model, "it is ready: go on");
    click_on(&mut model, "it is ready: go on");
    assert_eq!(model.page, Page::Review);
    click_on(&mut model, "Load");
    assert_eq!(model.page, Page::Load, "the breadcrumb leads back");
    click_on(&mut model, "Bench");
    assert_eq!(model.page, Page::Load, "and not ahead");
    for said in ["? SIP41.9", "enp3s0", "it is ready"] {
        click_on(&mut model, said);
    }
    let effects = click_on(&mut model, "start the servers");
    assert!(matches!(effects.as_slice(), [Effect::Start(_)]), "{effects:?}");
    assert_eq!(model.page, Page::Bench);
    click_on(&mut model, "Report");
    assert_eq!(model.page, Page::Report);
    let areas = layout(Rect::new(0, 0, 80, 24), &model);
    assert_eq!(areas.steps.len(), Step::ALL.len());
}

#[test]
fn a_classic_phone_backwards() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter><down><down><down><down><enter><enter><enter><enter>");
    assert_eq!(model.page, Page::Review);
    let answers = model.wizard.as_ref().unwrap().order();
    for page in [Page::Ready, Page::Network, Page::Load, Page::Shows, Page::Model] {
        walk(&mut model, "<esc>");
        assert_eq!(model.page, page);
    }
    walk(&mut model, "<enter><enter><enter><enter><enter>");
    assert_eq!((model.page, model.wizard.as_ref().unwrap().order()), (Page::Review, answers));
    started(&walk(&mut model, "<enter>"));
}

#[test]
fn a_classic_phone_with_the_mouse_alone() {
    let mut model = asking((80, 24), COLOUR);
    for said in ["7960  ", "7960  ", "Protocol Application Invalid", "loads/", "loads/", "use this whole"] {
        click_on(&mut model, said);
    }
    for said in ["✓ P0S3-8-12-00", "enp0s25", "it is ready"] {
        click_on(&mut model, said);
    }
    assert_eq!(started(&click_on(&mut model, "start the servers")).targets, [wish("7960=P0S3-8-12-00")]);
    let mut history = History::started();
    history.classic(mac(0), Until::Recovered);
    events(&mut model, history);
    click_on(&mut model, "Report");
    assert_eq!(click_on(&mut model, "save it as"), [Effect::SaveReport]);
}

#[test]
fn the_mouse_leads_through_the_coach() {
    let mut model = asking((80, 24), COLOUR);
    for said in [
        "7961  ",
        "7961  ",
        "asks for a password",
        "asks for a password",
        "loads/",
        "loads/",
        "use this whole",
    ] {
        click_on(&mut model, said);
    }
    for said in ["? SIP41.9", "enp0s25", "it is ready", "start the servers"] {
        click_on(&mut model, said);
    }
    assert_eq!((model.page, model.coach.phase), (Page::Keys, Phase::Hold));
    // A click on the keypad says that the next step is done: the lamps answer, then key by key.
    for _ in 0..13 {
        click_on(&mut model, "│ 4   5   6 │");
    }
    assert_eq!(model.coach.phase, Phase::Wait);
    click_on(&mut model, "Bench");
    assert_eq!(model.page, Page::Bench);
}

#[test]
fn a_page_that_cannot_be_left_says_why() {
    let mut model = asking((160, 50), COLOUR);
    // In full after a vain Enter, over the line that has no room for it.
    let why = |model: &Model| {
        let screen = text(&drawn(model));
        let rows: Vec<_> = screen.lines().rev().skip(1).take(2).map(str::trim).collect();
        format!("{} {}", rows[1], rows[0])
    };
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
    // An interface without an address that could be kept, and one that no phone is ever on.
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961<enter><enter><enter><enter><end>");
    assert_eq!(walk(&mut model, "<enter>"), []);
    assert!(model.page == Page::Network && why(&model).contains("No phone can be on wlp3s0: it is Wi-Fi"));
    walk(&mut model, "<up><enter>k<home>");
    assert_eq!(walk(&mut model, "<enter>"), []);
    assert!(model.page == Page::Ready && why(&model).contains("no IPv4 address"), "{}", why(&model));
    // A screen text that is no load, and no text of the book either.
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961<enter>gibberish");
    assert_eq!(walk(&mut model, "<enter>"), []);
    assert!(model.page == Page::Shows && why(&model).contains("is no load, no release"), "{}", why(&model));
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
    let effects = walk(&mut model, "<end><enter><enter><enter><enter><enter><enter>");
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
    assert!(model.page == Page::Files && said.contains("loads.zip can't be read."), "{said}");
    // A path that is typed, type-ahead, and the folder above.
    walk(&mut model, "a~/loads");
    assert!(text(&drawn(&model)).contains("▸ use ~/loads"), "{}", text(&drawn(&model)));
    assert_eq!(walk(&mut model, "<down><enter>"), [Effect::ListDir("~/loads".into())]);
    walk(&mut model, "<esc>");
    walk(&mut model, "az9-4");
    assert!(!text(&drawn(&model)).contains("8-12.zip"), "{}", text(&drawn(&model)));
    assert_eq!(walk(&mut model, "<esc><back>"), [Effect::ListDir("~".into())]);
}

#[test]
fn the_newest_path_is_read_first_and_can_be_removed() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter>");
    update(&mut model, Msg::Paste("/big".into()));
    update(&mut model, Msg::Shelf(Ok((shelf(), vec!["/big".into()]))));
    let effects = update(&mut model, Msg::Paste("/good.zip".into()));
    let both: Vec<PathBuf> = vec!["/good.zip".into(), "/big".into()];
    assert_eq!(effects, [Effect::Open(both.clone())]);
    update(&mut model, Msg::Shelf(Ok((shelf(), both))));
    let said = text(&drawn(&model));
    assert!(said.contains("D remove"), "{said}");
    assert_eq!(walk(&mut model, "d"), [Effect::Open(vec!["/big".into()])]);
    assert_eq!(walk(&mut model, "d"), [Effect::Open(Vec::new())]);
    assert!(!text(&drawn(&model)).contains("D remove"));
}

#[test]
fn a_letter_after_a_path_that_is_not_there_begins_a_new_one() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter>/nothere");
    let (path, places) = (PathBuf::from("/nothere"), Vec::new());
    update(
        &mut model,
        Msg::DirListed { path, listing: Err("/nothere can't be looked into.".into()), places },
    );
    walk(&mut model, "/srv");
    assert!(text(&drawn(&model)).contains("use /srv"), "{}", text(&drawn(&model)));
}

#[test]
fn an_exercise_is_marked_and_comes_back_to_the_next() {
    let mut model = asking((80, 24), COLOUR);
    assert_eq!(
        walk(&mut model, "p<down><enter>")[..],
        [Effect::Exercises, Effect::Practise("7970-from-8-0".into())]
    );
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

#[test]
fn the_text_on_the_screen_is_looked_up() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7962<enter>Load rejected HC");
    let said = text(&drawn(&model));
    assert!(said.contains("older than the hardware of this phone"), "{said}");
    // It is no load: what was chosen in the list stands.
    let wizard = model.wizard.as_ref().unwrap();
    assert_eq!((wizard.blocker(Page::Shows), wizard.draft().froms), (None, vec![wish("7962=wiped")]));
    // A release is one, and a text of the list moves the cursor there.
    walk(&mut model, "<esc>8.3(2)");
    assert_eq!(model.wizard.as_ref().unwrap().draft().froms, [wish("7962=8.3(2)")]);
    walk(&mut model, "<esc>asks for a pass");
    assert!(model.wizard.as_ref().unwrap().shown().unwrap().keys);
}

#[test]
fn the_address_is_typed_checked_and_kept() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, TO_READY);
    assert_eq!(model.page, Page::Ready);
    let effects = walk(&mut model, "a<back><back><back><back><back><back>7.1/24<enter>");
    let order = model.wizard.as_ref().unwrap().order();
    assert_eq!((order.draft.server, order.keep), (Some(Ipv4Addr::new(192, 168, 7, 1)), false));
    assert_eq!(effects[0], Effect::Check(Box::new(order)), "what was typed is checked");
    // What can't work is said where it was typed.
    let wrong = Blocker {
        code: "address".into(),
        text: "enp3s0 is in the same network.".into(),
        remedy: "Type (A) 192.168.79.1/24.".into(),
    };
    update(&mut model, Msg::Checked(Some(wrong)));
    assert_eq!(walk(&mut model, "<home><enter>"), []);
    let said = text(&drawn(&model));
    assert!(
        model.page == Page::Ready && said.contains("Can't go on: enp3s0 is in the same network."),
        "{said}"
    );
    walk(&mut model, "anonsense<esc>");
    assert_eq!(model.wizard.as_ref().unwrap().address.typed, "192.168.7.1/24", "Esc leaves it");
    walk(&mut model, "k<home><enter>");
    let order = model.wizard.as_ref().unwrap().order();
    assert_eq!((model.page, order.keep), (Page::Review, true));
    assert_eq!(order.draft.server, Some(Ipv4Addr::new(169, 254, 7, 9)));
}

#[test]
fn what_is_in_the_way_is_done_from_here_or_insisted_on() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, TO_READY);
    let number = model.wizard.as_ref().unwrap().preflight.number;
    // An answer to an older look is too late.
    update(&mut model, Msg::Preflight { number: number - 1, findings: vec![held()] });
    assert_eq!(model.wizard.as_ref().unwrap().blocker(Page::Ready), None);
    update(&mut model, Msg::Preflight { number, findings: [findings(), vec![held()]].concat() });
    let said = text(&drawn(&model));
    assert!(said.contains("Can't go on: UDP port 67 is held by dnsmasq"), "{said}");
    // The worst stands first; Enter asks before anything is done.
    walk(&mut model, "<home><down><down><down><down><down><enter>");
    assert_eq!(model.overlay, Some(Overlay::Fix));
    assert!(text(&drawn(&model)).contains("systemctl stop dnsmasq"));
    assert_eq!(walk(&mut model, "<esc>"), []);
    assert_eq!(walk(&mut model, "<enter>y"), [Effect::Fix { code: "port-67".into() }]);
    let effects = update(&mut model, Msg::Fixed(Ok("Done: dnsmasq is stopped.".into())));
    assert!(
        matches!(effects.as_slice(), [Effect::Check(_), Effect::Preflight { .. }]),
        "it is looked at again"
    );
    assert!(text(&drawn(&model)).contains("Done: dnsmasq is stopped."));
    // Not helped: the expert goes on, and Review says so.
    let number = model.wizard.as_ref().unwrap().preflight.number;
    update(&mut model, Msg::Preflight { number, findings: vec![held()] });
    walk(&mut model, "<home>x");
    assert_eq!(model.overlay, Some(Overlay::Insist));
    walk(&mut model, "y<enter>");
    let said = text(&drawn(&model));
    assert!(model.page == Page::Review && said.contains("You go on although: UDP port 67"), "{said}");
}

#[test]
fn the_phone_waits_until_the_servers_have_answered_themselves() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961<enter>asks for a pass<enter><enter><enter><enter><enter><enter>");
    assert_eq!(model.page, Page::Keys);
    assert!(text(&drawn(&model)).contains("leave the phone off"), "{}", text(&drawn(&model)));
    let said = |ok, text: &str| {
        let kind = Kind::SelfTest { ok, text: text.into() };
        Msg::Event(Event { n: 1, at: rescue79::clock::Instant::ZERO, phone: None, kind })
    };
    update(&mut model, said(false, "The program's own TFTP server did not answer."));
    assert!(text(&drawn(&model)).contains("▲ The program's own TFTP server did not answer."));
    update(&mut model, said(true, "The program read a file from its own TFTP server."));
    let shown = text(&drawn(&model));
    assert!(!shown.contains("leave the phone off") && !shown.contains('▲'), "{shown}");
    assert!(
        shown.contains("✓ The servers have answered themselves") && shown.contains("lamps answer"),
        "{shown}"
    );
    walk(&mut model, "<esc>");
    update(&mut model, said(true, "The program read a file from its own TFTP server."));
    assert!(text(&drawn(&model)).contains("The program read a file"), "it stands in the footer of the Bench");
}

#[test]
fn rights_are_given_to_the_next_start() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, TO_READY);
    let rights = Finding { code: "rights".into(), fix: None, ..held() };
    let number = model.wizard.as_ref().unwrap().preflight.number;
    update(&mut model, Msg::Preflight { number, findings: vec![rights] });
    walk(&mut model, "<end>");
    let said = text(&drawn(&model));
    assert!(said.contains("Leave (Q) and start it again.") && !said.contains("R looks again"), "{said}");
}

#[test]
fn a_cable_that_is_plugged_in_later_is_looked_at_again() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, TO_READY);
    assert_eq!(update(&mut model, Msg::Interfaces(ports())), [], "nothing has changed");
    let mut later = ports();
    later[0].up = false;
    let effects = update(&mut model, Msg::Interfaces(later));
    assert!(matches!(effects.as_slice(), [Effect::Check(_), Effect::Preflight { .. }]), "{effects:?}");
}

#[test]
fn another_dhcp_server_is_told_what_to_send() {
    let mut model = asking((80, 40), COLOUR);
    walk(&mut model, TO_READY);
    walk(&mut model, "d");
    let said = text(&drawn(&model));
    assert!(said.contains("option 150 ip 192.168.1.1"), "{said}");
    walk(&mut model, "<pgdn><pgdn><pgdn>");
    assert!(text(&drawn(&model)).contains("Set-DhcpServerv4OptionValue"), "{}", text(&drawn(&model)));
    walk(&mut model, "<home><enter>");
    assert!(!model.wizard.as_ref().unwrap().order().draft.dhcp && model.page == Page::Review);
}

#[test]
fn an_expert_insists_on_a_load_and_it_is_said_everywhere() {
    let mut model = asking((100, 40), COLOUR);
    walk(&mut model, "7960<enter>P00303010102<enter><enter>");
    update(&mut model, Msg::Shelf(Ok((only("P0S3-8-12-00"), vec!["/x".into()]))));
    walk(&mut model, "x");
    assert_eq!(model.overlay, Some(Overlay::Insist));
    assert!(text(&drawn(&model)).contains("not known to work"));
    walk(&mut model, "<esc><enter>");
    assert_eq!((model.page, model.overlay), (Page::Load, None), "Esc is no");
    walk(&mut model, "xy<enter><enter><enter>");
    let said = text(&drawn(&model));
    assert!(model.page == Page::Review && said.contains("You insist on this, against the plan."), "{said}");
    let draft = model.wizard.as_ref().unwrap().draft();
    assert_eq!(draft.forced, [wish("7960=P0S3-8-12-00")]);
    let job = draft.finish(rescue79::catalogue::Catalogue::builtin(), &only("P0S3-8-12-00")).unwrap();
    assert_eq!(job.forced(), ["7960=P0S3-8-12-00"]);
    // Another answer is another question.
    walk(&mut model, "<esc><esc><esc><esc>P00305000500");
    assert_eq!(model.wizard.as_ref().unwrap().draft().forced, []);
    // A load with a hole can't be insisted on.
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961<enter><enter><enter><down><down>");
    let offer = model.wizard.as_ref().unwrap().offer().unwrap();
    assert!(offer.note.contains("not complete"), "{offer:?}");
    walk(&mut model, "x");
    assert_eq!(model.overlay, None);
}

#[test]
fn a_sip_account_is_typed_and_its_password_is_not_shown() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter><enter>s");
    assert_eq!(model.page, Page::Account);
    update(&mut model, Msg::Paste("pbx.example.org:5080\n".into()));
    walk(&mut model, "<enter>201<enter><enter>Geheim?Q1<enter>Front desk<enter>");
    let said = text(&drawn(&model));
    assert!(said.contains("*********") && !said.contains("Geheim"), "{said}");
    assert!(!format!("{model:?}").contains("Geheim"));
    update(&mut model, Msg::Paste("001B.0C18.BDC1".into()));
    walk(&mut model, "<down>");
    let said = text(&drawn(&model));
    assert!(said.contains("00:1b:0c:18:bd:c1 registers as 201 at pbx.example.org:5080"), "{said}");
    walk(&mut model, "<enter>");
    assert_eq!(model.page, Page::Load);
    let account = model.wizard.as_ref().unwrap().draft().account.unwrap();
    assert_eq!((account.password.reveal(), account.display.as_str()), ("Geheim?Q1", "Front desk"));
    // A load without SIP takes no account.
    walk(&mut model, "<home><down>");
    assert!(model.wizard.as_ref().unwrap().draft().account.is_none());
    // What is wrong is said at once, and the page is not left forwards with it.
    walk(&mut model, "<home>s<home>");
    let keys = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    update(&mut model, Msg::Key(keys));
    walk(&mut model, "<end><enter>");
    assert!(model.page == Page::Account && text(&drawn(&model)).contains("The proxy is missing."));
}

#[test]
fn the_x_ray_shows_what_concerns_the_chosen_phone() {
    let mut model = asking((100, 60), COLOUR);
    walk(&mut model, "7960<enter><enter><enter>");
    let said = text(&drawn(&model));
    assert!(said.contains("P0S3-8-12-00.sb2 is probably cut off"), "{said}");
    assert!(said.contains("1 finding is about loads of other phones: F shows it."), "{said}");
    assert!(!said.contains("dsp41"), "{said}");
    walk(&mut model, "f");
    let said = text(&drawn(&model));
    assert!(said.contains("About loads of other phones") && said.contains("dsp41.8-5-4TH1-6.sbn"), "{said}");
}

#[test]
fn a_start_is_told_step_by_step_and_can_be_called_off() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, TO_REVIEW);
    update(&mut model, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    for step in ["setting 192.168.1.1/24 on enp0s25", "taking the ports of the servers"] {
        update(&mut model, Msg::Progress(step.into()));
    }
    let said = text(&drawn(&model));
    assert!(said.contains("✓ setting 192.168.1.1/24") && said.contains("● taking the ports"), "{said}");
    click_on(&mut model, "Network");
    assert_eq!(model.page, Page::Review, "the breadcrumb does not lead away from it");
    assert_eq!(walk(&mut model, "<esc>"), [Effect::CallOff]);
    assert_eq!(model.wizard.as_ref().unwrap().servers, Servers::Off);
    // The late answer of the start that was called off says nothing new.
    update(
        &mut model,
        Msg::NotStarted(Blocker { code: "x".into(), text: "called off".into(), remedy: String::new() }),
    );
    assert_eq!((model.page, &model.wizard.as_ref().unwrap().servers), (Page::Review, &Servers::Off));
}

#[test]
fn an_exercise_that_is_refused_shows_the_refusal_on_the_real_page() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7961");
    let refused = Refused {
        name: "hop-missing".into(),
        model: "7960".into(),
        from: "P00303010102".into(),
        target: "P0S3-8-12-00".into(),
        shelf: only("P0S3-8-12-00"),
    };
    update(&mut model, Msg::Refused(Box::new(refused)));
    let said = text(&drawn(&model));
    assert!(model.page == Page::Load && said.contains("REHEARSAL"), "{said}");
    assert!(said.contains("Can't go on") && said.contains("P00305000500"), "{said}");
    // Nothing leads on from there, nothing is done for real.
    assert_eq!(walk(&mut model, "<enter>xas<home><enter>"), []);
    assert_eq!((model.page, model.overlay), (Page::Load, None));
    walk(&mut model, "<esc>");
    assert_eq!((model.page, model.wizard.as_ref().unwrap().practice), (Page::Practise, false));
    assert_eq!(model.wizard.as_ref().unwrap().search, "7961", "the real answers are still there");
    assert!(!text(&drawn(&model)).contains("REHEARSAL"));
}
