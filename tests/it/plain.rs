//! The wizard in lines: every page in the words of the screen, the whole way typed line by line, and the real binary with
//! nothing but pipes.

use crate::loopback::ports;
use crate::screens::history::{History, Until, bench, mac, told};
use crate::screens::press;
use crate::serving::{firmware, program, until};
use crate::wizard::{answer, asking, events, walk};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rescue79::clock::Instant;
use rescue79::sim::firmware::Scale;
use rescue79::tui::wizard::Field;
use rescue79::tui::{Command, Effect, Mode, Model, Msg, Overlay, Page, Plain, Setup, Theme, update};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex};

const THEME: Theme = Theme { colour: true, light: false, ascii: false };

/// Types lines; every effect is answered at once, as the desk would. What is told is shown as a person sees it, with the
/// lines that were typed.
fn typed(plain: &mut Plain, model: &mut Model, lines: &[&str]) -> (String, Vec<Effect>) {
    let mut told = plain.tell(model);
    let mut effects = Vec::new();
    for line in lines {
        told.extend(["> ", line, "\n"]);
        for effect in plain.line(model, line) {
            if let Some(msg) = answer(&effect) {
                update(model, msg);
            }
            effects.push(effect);
        }
        told.push_str(&plain.tell(model));
    }
    (told, effects)
}

/// Nothing that a voice can't tell.
fn is_text(told: &str) {
    assert!(told.is_ascii(), "{told}");
    assert!(told.chars().all(|c| !c.is_control() || c == '\n'), "{told:?}");
}

/// Nor anything that is wider than a serial console.
fn is_plain(told: &str) {
    is_text(told);
    for line in told.lines().filter(|line| line.len() > 80) {
        assert!(!line.trim().contains(' '), "longer than a console is wide: {line}");
    }
}

#[test]
fn every_page_is_told() {
    let scenes: [(&str, &str); 12] = [
        ("phone", ""),
        ("search", "796"),
        ("foreign", "8945"),
        ("shows", "7960<enter>"),
        ("practise", "p"),
        ("firmware", "7960<enter><enter>"),
        ("load", "7961<enter><enter><enter>"),
        ("network", "7961<enter><enter><enter><enter>"),
        ("ready", "7961<enter><enter><enter><enter><enter>"),
        ("review", "7961<enter><enter><enter><enter><enter><enter>"),
        (
            "keys",
            "7961<enter><down><down><down><down><down><enter><enter><enter><enter><enter><enter><enter>34",
        ),
        ("bench", "7961<enter><enter><enter><enter><enter><enter><enter>"),
    ];
    for (name, keys) in scenes {
        let mut model = asking((80, 24), THEME);
        walk(&mut model, keys);
        let told = Plain::default().tell(&model);
        is_plain(&told);
        // There are more benches to practise on every week.
        if name == "practise" {
            assert!(told.contains("1. (chosen) ") && told.contains("what it teaches"), "{told}");
        } else {
            insta::assert_snapshot!(format!("plain-{name}"), told);
        }
    }
    for (name, keys) in
        [("phones", ""), ("log", "l"), ("report", "r"), ("one", "<enter>"), ("quit", "q"), ("forget", "F")]
    {
        let mut model = asking((80, 24), THEME);
        walk(&mut model, "7961<enter><enter><enter><enter><enter><enter><enter>");
        events(&mut model, bench(5));
        walk(&mut model, keys);
        let mut plain = Plain::default();
        plain.line(&mut model, "look");
        let told = plain.tell(&model);
        is_plain(&told);
        // The sentences of the events come first; here only the page counts.
        let page = told.find(if model.overlay.is_some() { "\n\n" } else { "\n== " }).unwrap_or(0);
        insta::assert_snapshot!(format!("plain-{name}"), told[page..].trim_start());
    }
}

#[test]
fn the_whole_way_is_typed() {
    let mut model = asking((80, 24), THEME);
    let mut plain = Plain::default();
    let (told, effects) = typed(
        &mut plain,
        &mut model,
        &["why", "7961", "", "6", "", "back", "why", "", "1", "", "", "3", "why", "1", "", "", ""],
    );
    is_plain(&told);
    insta::assert_snapshot!("plain-typed", told);
    let Some(Effect::Start(order)) = effects.iter().find(|e| matches!(e, Effect::Start(_))) else {
        panic!("{effects:?}")
    };
    assert_eq!(order.draft.targets[0].load, "SIP41.9-4-2SR3-1S");
    // The coach, key by key; then the bench.
    assert_eq!(model.page, Page::Keys);
    let (told, _) = typed(&mut plain, &mut model, &["", "3", "7", "4", "9167 2850", "*#"]);
    assert!(
        told.contains("Next key: 4, key 2 of 12, 1:00 left.") && told.contains("The next key is 4, not 7."),
        "{told}"
    );
    let (told, _) = typed(&mut plain, &mut model, &["R", ""]);
    assert!(told.contains("Next key: 3, key 1 of 12"), "{told}");
    let late = model.now + std::time::Duration::from_secs(90);
    update(&mut model, Msg::Tick(late));
    assert!(plain.tell(&model).contains("The time is over: switch it off and begin again (R)."));
    typed(&mut plain, &mut model, &["R", "", "3491672850*#"]);
    // What the wire says is told by itself.
    update(&mut model, Msg::Tick(Instant::from_millis(160_000)));
    assert_eq!(plain.tell(&model), "", "a clock is no news");
    let mut history = History::started();
    history.wait(161_000);
    history.java(mac(1), Until::Reading);
    events(&mut model, history);
    let told = plain.tell(&model);
    assert!(told.contains("[ok] 18BDC8 asked for term61.default.loads: the reset took."), "{told}");
    // It formats its flash: no key is taught now.
    let (told, _) = typed(&mut plain, &mut model, &["R", ""]);
    assert!(told.contains("DO NOT UNPLUG") && !told.contains("Next key"), "{told}");
    let (told, _) = typed(&mut plain, &mut model, &["back"]);
    assert!(told.contains("== Bench") && told.contains("1. 7961G-GE 18BDC8: working"), "{told}");
}

#[test]
fn a_page_is_told_once_and_not_before_what_it_is_about_is_there() {
    let mut model = asking((80, 24), THEME);
    let mut plain = Plain::default();
    for (lines, what) in [
        (&["P"][..], "1. (chosen)"),
        (&["back", "7961", "", ""][..], "/home/tech\n"),
        (&["1", "", "1", ""][..], "1. (chosen) [ok] enp0s25"),
    ] {
        let mut told = String::new();
        for line in lines {
            let effects = plain.line(&mut model, line);
            told = plain.tell(&model);
            for msg in effects.iter().filter_map(answer) {
                assert!(matches!(effects[0], Effect::Open(_)) || told.is_empty(), "told too early: {told}");
                update(&mut model, msg);
            }
            told.push_str(&plain.tell(&model));
        }
        assert_eq!(told.matches(what).count(), 1, "{told}");
        assert_eq!(told.matches("== ").count(), 1, "{told}");
    }
}

#[test]
fn an_answer_in_lines_takes_the_place_of_the_one_before() {
    let mut model = asking((80, 24), THEME);
    let mut plain = Plain::default();
    typed(&mut plain, &mut model, &["7961", "", "", "", "s", "pbx.example.org", "pbx2.example.org", ""]);
    assert_eq!(model.page, Page::Account);
    typed(&mut plain, &mut model, &["201", "202", "", "wrong", "Ctrl-U"]);
    let wizard = model.wizard.as_ref().unwrap();
    let values = Field::ALL.map(|field| wizard.form.value(field));
    assert_eq!(values[..3], ["pbx2.example.org", "202", ""]);
    typed(&mut plain, &mut model, &["back", "1", "", "", "A", "10.0.0.1/16", ""]);
    let wizard = model.wizard.as_ref().unwrap();
    assert_eq!((model.page, wizard.address.typed.as_str()), (Page::Ready, "10.0.0.1/16"));
    assert_eq!(wizard.address.before, None);
}

#[test]
fn events_are_sentences_and_the_bench_is_asked() {
    let mut model = asking((80, 24), THEME);
    walk(&mut model, "7961<enter><enter><enter><enter><enter><enter><enter>");
    let mut plain = Plain::default();
    plain.tell(&model);
    events(&mut model, bench(5));
    let told = plain.tell(&model);
    is_plain(&told);
    assert!(told.contains("It got the address") || told.contains("address 192.168.1."), "{told}");
    assert!(!told.contains("CTLSEP"), "what every phone asks in vain is no news: {told}");
    assert_eq!(plain.tell(&model), "", "once is enough");
    let (told, _) = typed(&mut plain, &mut model, &["status", "/sb2", "/", "back"]);
    insta::assert_snapshot!("plain-status", told);
    // A phone by its number, and what is done about it.
    let (told, effects) = typed(&mut plain, &mut model, &["1", "F", "no", "forget", "yes"]);
    assert!(told.contains("Forget the 7960 18BDC1?"), "{told}");
    assert_eq!(effects, [Effect::Command(Command::Forget(mac(0)))]);
    let (told, effects) = typed(&mut plain, &mut model, &["quit", "stay", "nonsense", "quit", "leave"]);
    assert!(told.contains("DO NOT UNPLUG"), "{told}");
    assert!(told.contains("\"nonsense\" is no answer here."), "{told}");
    assert_eq!(effects, [Effect::Quit]);
}

#[test]
fn what_to_do_is_told_as_soon_as_the_servers_answer() {
    let mut model = asking((80, 24), THEME);
    walk(&mut model, "7961<enter><enter><enter><enter><enter><enter><enter>");
    let mut plain = Plain::default();
    assert!(plain.tell(&model).contains("Leave the phone off until they answer."));
    events(&mut model, History::started());
    let told = plain.tell(&model);
    assert!(told.contains("The servers answer. Now:") && told.contains("status: all phones"), "{told}");
    assert_eq!(plain.tell(&model), "", "once is enough");
}

#[test]
fn a_phone_that_says_its_serial_number_is_told_with_it() {
    let mut model = asking((80, 24), THEME);
    walk(&mut model, "7961<enter><enter><enter><enter><enter><enter><enter>");
    let mut plain = Plain::default();
    plain.tell(&model);
    events(&mut model, told(false));
    plain.tell(&model);
    let (said, _) = typed(&mut plain, &mut model, &["1"]);
    is_plain(&said);
    insta::assert_snapshot!("plain-says", said);
    assert!(said.contains("hardware 5.0, serial number FCH1234A5BC"), "{said}");
}

#[test]
fn help_is_told_and_the_page_stays() {
    let mut model = asking((80, 24), THEME);
    let (told, _) = typed(&mut Plain::default(), &mut model, &["help"]);
    assert!(told.contains("Which phone it is decides which loads fit."), "{told}");
    assert!(told.contains("In lines: a number chooses"), "{told}");
    assert_eq!((model.page, model.overlay), (Page::Model, None::<Overlay>));
}

#[test]
fn a_session_without_a_wizard_is_told_too() {
    let setup = Setup { mode: Mode::Rehearsal, interface: "127.0.0.1".into(), theme: THEME, size: (80, 24) };
    let mut model = Model::new(setup);
    let mut plain = Plain::default();
    let told = plain.tell(&model);
    assert!(told.contains("== Bench. REHEARSAL with virtual phones."), "{told}");
    let mut history = History::started();
    history.classic(mac(0), Until::Recovered);
    events(&mut model, history);
    update(&mut model, Msg::Ended);
    let told = plain.tell(&model);
    assert!(told.contains("Recovered. It runs P0S3-8-12-00") && told.ends_with("quit.)\n"), "{told}");
    press(&mut model, &[KeyCode::Char('r')]);
    assert!(plain.tell(&model).contains("what it came to"));
}

/// The real binary, with pipes for a terminal.
struct Piped {
    child: Child,
    keys: Option<ChildStdin>,
    said: Arc<Mutex<String>>,
}

impl Piped {
    fn open(folder: &Path, args: &[&str]) -> Self {
        let mut command = program();
        command.args(["--state", folder.join("state").to_str().unwrap()]).args(args).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (out, heard) = (child.stdout.take().unwrap(), Arc::clone(&said));
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut line = String::new();
            while let Ok(1..) = out.read_line(&mut line) {
                heard.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        Self { keys: child.stdin.take(), child, said }
    }

    fn text(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    fn hears(&self, text: &str) {
        let heard = until(90, || self.text().contains(text).then_some(()));
        assert!(heard.is_some(), "never said {text:?}:\n{}", self.text());
    }

    fn type_in(&mut self, lines: &str) {
        self.keys.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = until(90, || self.child.try_wait().unwrap());
        if status.is_none() {
            self.child.kill().unwrap();
        }
        let status = status.unwrap_or_else(|| panic!("it did not end:\n{}", self.text()));
        (status.code(), self.text())
    }
}

#[test]
fn the_real_binary_from_the_first_question_to_the_report_through_pipes() {
    let folder = tempfile::tempdir().unwrap();
    let mut piped = Piped::open(folder.path(), &["--plain"]);
    piped.hears("== Phone, step 1 of 7. Which phone is in front of you?");
    piped.type_in("practise\n");
    piped.hears("Practise with virtual phones: which bench?");
    piped.type_in("1\n\n");
    piped.hears("REHEARSAL with virtual phones.");
    piped.hears("It runs SIP11.8-5-2S");
    piped.type_in("status\nreport\ns\n");
    piped.hears("7911 00:1B:0C:18:00:10 recovered");
    piped.hears("The report is in");
    piped.type_in("next phone\nquit\nleave\n");
    let (code, said) = piped.end();
    is_text(&said);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("7911 180010: recovered"), "{said}");
}

#[test]
fn answers_that_come_all_at_once_wait_for_the_firmware() {
    let folder = tempfile::tempdir().unwrap();
    let root = firmware(folder.path(), &["P0S3-8-12-00"], Scale::FAST);
    let mut piped = Piped::open(folder.path(), &["--plain"]);
    piped.type_in(&format!("7960\n\n\n{}\n1\n\n\nwhy\nback\nquit\nleave\n", root.display()));
    let (code, said) = piped.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1. (chosen) [ok] P0S3-8-12-00, SIP 8.12.0"), "{said}");
    assert!(said.contains("== Network, step 3 of 7."), "{said}");
}

#[test]
fn a_rehearsal_is_finished_when_nobody_answers_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut piped =
        Piped::open(folder.path(), &["rehearse", "--plain", "--scenario", "7911-wiped", "--speed", "200"]);
    drop(piped.keys.take());
    let (code, said) = piped.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("The session has ended: the phone is recovered."), "{said}");
    is_text(&said);
}

#[test]
fn serve_speaks_in_lines() {
    let folder = tempfile::tempdir().unwrap();
    let root = firmware(folder.path(), &["P0S3-8-12-00"], Scale::FAST);
    let [port, _] = ports().map(|port| port.to_string());
    let args = ["serve", "--listen", "127.0.0.1", "--tftp-port", &port, "--no-dhcp", "--plain", "--firmware"];
    let mut piped = Piped::open(folder.path(), &[&args[..], &[root.to_str().unwrap()]].concat());
    piped.hears("The servers answer on 127.0.0.1");
    piped.type_in("status\nP\nquit\nleave\n");
    let (code, said) = piped.end();
    is_text(&said);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("0 phones, 0 B served") && said.contains("Serving stops now."), "{said}");
}

#[test]
fn while_the_servers_start_only_the_steps_are_told() {
    let mut model = asking((80, 24), THEME);
    let mut plain = Plain::default();
    walk(&mut model, "7961<enter><enter><enter><enter><enter><enter>");
    plain.tell(&model);
    update(&mut model, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let mut told = plain.tell(&model);
    for step in ["setting 192.168.1.1/24 on enp0s25", "taking the ports of the servers"] {
        update(&mut model, Msg::Progress(step.into()));
        let more = plain.tell(&model);
        assert!(more.contains(step) && more.lines().count() < 4, "{more}");
        told += &more;
    }
    assert_eq!(told.matches("DO NOT UNPLUG").count(), 0, "the plan was told before: {told}");
    let (help, _) = typed(&mut plain, &mut model, &["help"]);
    assert!(!help.contains("click"), "{help}");
}
