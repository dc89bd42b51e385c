//! A picture of every page, at three sizes, in colour and without, with everyday and with too much text.

use super::{asking, events, findings, held, mac, ports, shelf, walk};
use crate::screens::history::{History, Until, bench};
use crate::screens::{COLOUR, MONO, SIZES, drawn, other_looks, picture, styles, text};
use crate::svg::{DARK, svg};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;
use rescue79::clock::Instant;
use rescue79::event::{Condition, Event, Identity, Kind};
use rescue79::firmware::Intake;
use rescue79::tui::wizard::{Entry, Exercise, Finding, Grade, Port, Step, Weight};
use rescue79::tui::{Model, Msg, Theme, update};

const TO_LOAD: &str = "7961<enter><enter><enter>";

/// Name, keys, and what happens after them.
type Scene = (&'static str, &'static str, fn(&mut Model));

const SCENES: [Scene; 41] = [
    ("wizard-1-phone", "<down><down><down><down><down><down><down><down>", |_| {}),
    ("wizard-1-search", "796", |_| {}),
    ("wizard-1-foreign", "8945", |_| {}),
    ("wizard-1-unknown", "<end>", |_| {}),
    ("wizard-1-shows", "7960<enter>", |_| {}),
    ("wizard-1-practise", "p<down><down>", |_| {}),
    ("wizard-2-firmware", "7960<enter><enter>", |_| {}),
    ("wizard-1-practise-search", "prouter", |_| {}),
    ("wizard-2-path", "7960<enter><enter>/media/stick/cmterm-7940-7960-sip.8-12.zip", |_| {}),
    ("wizard-2-reading", "7960<enter><enter>", |m| {
        update(m, Msg::Paste("/home/tech".into()));
    }),
    ("wizard-2-huge", "7960<enter><enter>", |m| {
        update(m, Msg::Paste("/home/tech".into()));
        update(m, Msg::Large(Weight { files: 50_000, bytes: 81_000_000_000, more: true }));
    }),
    ("wizard-2-load", TO_LOAD, |_| {}),
    ("wizard-2-account", "7961<enter><enter><enter>spbx.example.org<enter>201<enter><enter>secret", |_| {}),
    ("wizard-2-missing", "7960<enter>P00303010102<enter><enter><home>", missing),
    ("wizard-2-too-much", TO_LOAD, too_much),
    ("wizard-2-files-too-much", "7960<enter><enter>", too_many_files),
    ("wizard-2-account-too-much", "7961<enter><enter><enter>s", too_long_an_account),
    ("wizard-3-network", "7961<enter><enter><enter><enter>", |_| {}),
    ("wizard-3-too-much", "7961<enter><enter><enter><enter>", too_many_ports),
    ("wizard-3-ready", "7961<enter><enter><enter><enter><enter>", |_| {}),
    ("wizard-3-in-the-way", "7961<enter><enter><enter><enter><enter>", in_the_way),
    ("wizard-3-other-dhcp", "7961<enter><enter><enter><enter><enter>d", |_| {}),
    ("wizard-4-review", "7961<enter><enter><enter><enter><enter><enter>", |_| {}),
    ("wizard-4-starting", "7961<enter><enter><enter><enter><enter><enter>", starting),
    ("wizard-4-too-much", "7960<enter>P00303010102<enter><enter><home>", against_everything),
    (
        "wizard-5-keys",
        "7961<enter><down><down><down><down><down><enter><enter><enter><enter><enter><enter><enter>34",
        |m| {
            update(m, Msg::Tick(Instant::from_millis(21_000)));
        },
    ),
    ("wizard-6-bench", "7961<enter><enter><enter><enter><enter><enter><enter>", |m| events(m, bench(5))),
    ("wizard-7-report", "7961<enter><enter><enter><enter><enter><enter><enter>", |m| {
        events(m, bench(5));
        walk(m, "r");
    }),
    ("wizard-help", "7961<enter><enter><enter>?", |_| {}),
    ("wizard-3-insist", "7961<enter><enter><enter><enter><end>x", |_| {}),
    ("wizard-3-fix", "7961<enter><enter><enter><enter><enter>", |m| {
        in_the_way(m);
        walk(m, "<enter>");
    }),
    ("wizard-5-hold", TO_KEYS, |_| {}),
    ("wizard-5-wait", TO_KEYS, |m| {
        walk(m, "<enter>3491672850*#");
        update(m, Msg::Tick(Instant::from_millis(95_000)));
    }),
    ("wizard-5-took", TO_KEYS, |m| after_the_keys(m, Until::Reading)),
    ("wizard-5-booted", TO_KEYS, |m| {
        after_the_keys(m, Until::Lease);
        let identity = m.state.phones[0].identity.clone();
        let kind = Kind::Identified(Identity { condition: Condition::Application, ..identity });
        let (n, at) = (m.state.events + 1, m.now);
        update(m, Msg::Event(Event { n, at, phone: Some(mac(1)), kind }));
    }),
    ("wizard-1-too-much", "", |m| {
        update(m, Msg::Paste("the text that stands on its screen, ".repeat(9)));
    }),
    ("wizard-1-shows-too-much", "7960<enter>", |m| {
        update(m, Msg::Paste("the text that stands on its screen, ".repeat(9)));
    }),
    ("wizard-1-practise-too-much", "p", |m| {
        let exercise = |n| Exercise {
            name: format!("bench-{n}"),
            title: format!("{n}: ") + &"a bench with a title that goes on and on ".repeat(4),
            teaches: "what can be learned on it, in a sentence that has no end, ".repeat(30),
        };
        update(m, Msg::Exercises((0..40).map(exercise).collect()));
    }),
    ("wizard-5-too-much", TO_KEYS, |m| {
        walk(m, "<enter>34");
        let text = "The program's own TFTP server did not answer: ".to_owned()
            + &"something is in between, ".repeat(12);
        let kind = Kind::SelfTest { ok: false, text };
        update(m, Msg::Event(Event { n: 1, at: Instant::from_millis(900_000), phone: None, kind }));
    }),
    ("wizard-7-too-much", "7961<enter><enter><enter><enter><enter><enter><enter>", |m| {
        events(m, bench(250));
        walk(m, "r");
    }),
    ("wizard-6-log-too-much", "7961<enter><enter><enter><enter><enter><enter><enter>", |m| {
        events(m, bench(250));
        walk(m, "l");
    }),
];

/// To the coach, where the first key is waited for.
const TO_KEYS: &str = "7961<enter><down><down><down><down><down><enter><enter><enter><enter><enter><enter>";

/// All keys were pressed, then the phone comes.
fn after_the_keys(model: &mut Model, until: Until) {
    walk(model, "<enter>3491672850*#");
    let mut history = History::started();
    history.wait(40_000);
    history.java(mac(1), until);
    events(model, history);
}

fn missing(model: &mut Model) {
    let shelf = super::only("P0S3-8-12-00");
    update(model, Msg::Shelf(Ok((shelf, vec!["/home/tech/cmterm-7940-7960-sip.8-12.zip".into()]))));
}

/// Forty findings, a path that has no end.
fn too_much(model: &mut Model) {
    let mut intake = Intake::new();
    for file in shelf().files() {
        intake.file("/home/tech/loads", &file.path, file.bytes.to_vec());
    }
    for n in 0..40 {
        intake.given(
            &format!("/home/tech/a folder with a very long name that goes on and on/number {n}.zip"),
            vec![n; 9],
        );
    }
    let long = "/home/tech/".to_owned() + &"a-folder-with-a-very-long-name/".repeat(6);
    update(model, Msg::Shelf(Ok((intake.finish(), vec![long.into()]))));
}

fn too_many_files(model: &mut Model) {
    let long = "a-folder-with-a-very-long-name/".repeat(6);
    let entries = (0..60).map(|n| Entry {
        name: format!("{n:02}-cmterm-7940-7960-sip.{}.zip", "8-12-".repeat(20)),
        folder: n < 5,
        size: 7_340_000,
    });
    let places = (0..8).map(|n| format!("/srv/{n}/{long}").into()).collect();
    let path = format!("/home/tech/{long}").into();
    update(model, Msg::DirListed { path, listing: Ok((entries.collect(), 1_234)), places });
}

fn too_long_an_account(model: &mut Model) {
    for text in ["pbx.".repeat(60) + "example.org:50600", "2".repeat(90), "x".repeat(90), "y".repeat(90)] {
        update(model, Msg::Paste(text));
        walk(model, "<enter>");
    }
}

/// A load that is insisted on, a computer that is not ready, an account, and a start that failed at great length.
fn against_everything(model: &mut Model) {
    missing(model);
    walk(model, "xyspbx.example.org<enter>201<end><enter><home><enter><enter>");
    let number = model.wizard.as_ref().unwrap().preflight.number;
    update(model, Msg::Preflight { number, findings: vec![held()] });
    walk(model, "xy<enter>");
    update(model, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let why = rescue79::job::Blocker {
        code: "x".into(),
        text: "UDP port 67 is held by dnsmasq (process 812), which NetworkManager has started for a shared connection of a virtual machine.".into(),
        remedy: "End that program, then start again.".into(),
    };
    update(model, Msg::NotStarted(why));
}

/// Two things in the way, and more than fits; the cursor on the first.
fn in_the_way(model: &mut Model) {
    let number = model.wizard.as_ref().unwrap().preflight.number;
    let more = (0..12).map(|n| Finding {
        code: format!("more-{n}"),
        title: "A check with a long title".into(),
        grade: if n == 0 { Grade::Bad } else { Grade::Note },
        fix: None,
        ..held()
    });
    update(model, Msg::Preflight { number, findings: [vec![held()], findings(), more.collect()].concat() });
    walk(model, "<down><down><down><down><down>");
}

fn starting(model: &mut Model) {
    update(model, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    for step in [
        "setting 192.168.1.1/24 on enp0s25",
        "taking the ports of the servers",
        "listening for other DHCP servers, up to 4 s",
    ] {
        update(model, Msg::Progress(step.into()));
    }
}

fn too_many_ports(model: &mut Model) {
    let more = (0..30).map(|n| Port {
        name: format!("docker-bridge-with-a-long-name-{n}"),
        friendly: Some("Realtek PCIe 2.5 Gigabit Family Controller #2".into()),
        up: n % 2 == 0,
        unfit: Some("it is a bridge or virtual switch, which takes part in other networks".into()),
        ..Port::default()
    });
    update(model, Msg::Interfaces(ports().into_iter().chain(more).collect()));
}

fn scene((_, keys, then): &Scene, size: (u16, u16), theme: Theme) -> Model {
    let mut model = asking(size, theme);
    walk(&mut model, keys);
    then(&mut model);
    model
}

#[test]
fn pages_look_as_they_did() {
    let mut stale = Vec::new();
    for entry in &SCENES {
        let name = entry.0;
        for size in SIZES {
            let buf = drawn(&scene(entry, size, COLOUR));
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), text(&buf));
            if size == SIZES[0] {
                picture(&format!("docs/screens/{name}-80x24.svg"), &svg(&buf, &DARK), &mut stale);
            }
            if size == SIZES[0] && matches!(name, "wizard-1-phone" | "wizard-2-load" | "wizard-3-ready") {
                other_looks(name, |theme| drawn(&scene(entry, size, theme)), &mut stale);
            }
            // On a light ground the words stay, and no ink is too pale for it.
            let light = drawn(&scene(entry, size, Theme { light: true, ..COLOUR }));
            assert_eq!(text(&light), text(&buf), "{name}: words don't depend on the ground");
            let pale = [Color::Yellow, Color::LightBlue, Color::Cyan, Color::White];
            assert!(
                light.content.iter().all(|cell| !pale.contains(&cell.fg)),
                "{name}: pale ink on a light ground"
            );
            let plain = drawn(&scene(entry, size, MONO));
            if size == SIZES[0] {
                insta::assert_snapshot!(format!("{name}-80x24-colour"), styles(&buf));
                insta::assert_snapshot!(format!("{name}-80x24-mono"), styles(&plain));
            }
            assert_eq!(text(&plain), text(&buf), "{name}: words and shapes don't depend on colours");
            for cell in &plain.content {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}: mono has no colour");
            }
        }
    }
    assert!(stale.is_empty(), "pictures are stale, run the tests with UPDATE_DOCS=1: {stale:?}");
}

#[test]
fn every_page_is_plain_ascii_where_wanted_and_fits_the_smallest_window() {
    for entry in &SCENES {
        let name = entry.0;
        let said = text(&drawn(&scene(entry, (80, 24), Theme { ascii: true, ..MONO })));
        assert!(said.is_ascii() && !said.contains("??"), "{name}:\n{said}");
        let said = text(&drawn(&scene(entry, (60, 16), COLOUR)));
        assert!(!said.contains("This window"), "{name}");
        // The technician always sees where they are, and a key that helps.
        let step = Step::of(scene(entry, (60, 16), COLOUR).page).word().to_uppercase();
        assert!(said.lines().next().unwrap().contains(&step), "{name}:\n{said}");
        assert!(
            said.contains("rescue79")
                && ["help", "close", "leave it", "I insist", "do it"].iter().any(|key| said.contains(key)),
            "{name}:\n{said}"
        );
        // Any size may come at any moment.
        let mut model = scene(entry, (80, 24), COLOUR);
        for size in [(1, 1), (61, 16), (250, 9), (300, 120)] {
            update(&mut model, Msg::Resize(size.0, size.1));
            drawn(&model);
        }
    }
}

#[test]
fn every_page_has_its_own_help() {
    let mut texts = std::collections::BTreeSet::new();
    for (name, keys, then) in SCENES.iter().filter(|s| !matches!(s.0, "wizard-help" | "wizard-6-bench")) {
        if name.contains("search")
            || name.contains("foreign")
            || name.contains("unknown")
            || name.contains("much")
            || name.contains("missing")
            || name.contains("account-too")
            || name.contains("the-way")
            || name.contains("other-dhcp")
            || name.contains("starting")
            || name.contains("path")
            || name.contains("reading")
            || name.contains("huge")
            || ["insist", "fix", "hold", "wait", "took", "booted", "log"].iter().any(|of| name.contains(of))
        {
            continue;
        }
        let mut model = scene(&(name, keys, *then), (80, 40), COLOUR);
        update(&mut model, Msg::Key(KeyEvent::new(KeyCode::F(1), KeyModifiers::NONE)));
        let said = text(&drawn(&model));
        assert!(said.contains("Everywhere"), "{name}:\n{said}");
        assert!(texts.insert(said), "{name} has the help of another page");
    }
    assert_eq!(texts.len(), 11);
}
