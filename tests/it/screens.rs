//! Every screen of the bench, drawn from fixed histories: as text for the eye of a reviewer, as pictures for `docs/`.

pub(crate) mod history;

use crate::svg::{DARK, LIGHT, svg};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use history::{History, Until, bench, first_packet, mac, told};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use rescue79::clock::Instant;
use rescue79::event::Kind;
use rescue79::tui::{Command, Effect, Mode, Model, Msg, Overlay, Page, Setup, Theme, layout, update, view};
use std::fmt::Write;

pub(crate) const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (160, 50)];
pub(crate) const COLOUR: Theme = Theme { colour: true, light: false, ascii: false };
pub(crate) const MONO: Theme = Theme { colour: false, ..COLOUR };

pub(crate) fn model(history: &History, size: (u16, u16), theme: Theme) -> Model {
    let interface = "enp0s25 192.168.1.1".into();
    let mut model = Model::new(Setup { mode: Mode::Serve, interface, theme, size });
    for event in &history.events {
        assert!(update(&mut model, Msg::Event(event.clone())).is_empty());
    }
    let last = model.now;
    update(&mut model, Msg::Tick(last + std::time::Duration::from_secs(2)));
    model
}

/// A bench at the smallest size that is drawn often.
pub(crate) fn bench_of(history: &History) -> Model {
    model(history, SIZES[0], COLOUR)
}

pub(crate) fn press(model: &mut Model, keys: &[KeyCode]) -> Vec<Effect> {
    keys.iter().flat_map(|key| update(model, Msg::Key(KeyEvent::new(*key, KeyModifiers::NONE)))).collect()
}

pub(crate) fn drawn(model: &Model) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().buffer().clone()
}

pub(crate) fn text(buf: &Buffer) -> String {
    let rows = buf.content.chunks(usize::from(buf.area.width));
    let row =
        |cells: &[ratatui::buffer::Cell]| cells.iter().map(ratatui::buffer::Cell::symbol).collect::<String>();
    rows.map(|cells| row(cells).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// How a frame looks beside what it says: for each row the runs of cells that are not plain, with the colour of letters
/// and ground and what else is special about them. Rows without any are left out.
pub(crate) fn styles(buf: &Buffer) -> String {
    let mut told = String::new();
    for (y, row) in buf.content.chunks(usize::from(buf.area.width)).enumerate() {
        let look = |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg, cell.modifier);
        let mut line = format!("{y:>2}");
        let mut x = 0;
        for run in row.chunk_by(|a, b| look(a) == look(b)) {
            let (fg, bg, modifier) = look(&run[0]);
            let mut how = Vec::new();
            how.extend((fg != Color::Reset).then(|| fg.to_string()));
            how.extend((bg != Color::Reset).then(|| format!("on {bg}")));
            how.extend(modifier.iter_names().map(|(name, _)| name.to_lowercase()));
            if !how.is_empty() {
                let _ = write!(line, "  {x}-{} {}", x + run.len() - 1, how.join("+"));
            }
            x += run.len();
        }
        if line.len() > 2 {
            told += &line;
            told.push('\n');
        }
    }
    told
}

/// The screens that are looked after: name, bench, keys.
fn scenes() -> Vec<(&'static str, History, Vec<KeyCode>)> {
    let char = KeyCode::Char;
    vec![
        ("bench-0", History::started(), vec![]),
        ("bench-1", bench(1), vec![]),
        ("bench-2", bench(2), vec![]),
        ("bench-5", bench(5), vec![]),
        ("bench-30", bench(30), vec![]),
        ("bench-250", bench(250), vec![KeyCode::End]),
        ("bench-first-packet", first_packet(), vec![]),
        ("phone-first-packet", first_packet(), vec![KeyCode::Enter]),
        ("phone-working", bench(2), vec![KeyCode::Enter]),
        ("phone-needs-you", bench(5), vec![KeyCode::Enter]),
        ("phone-recovered", bench(5), vec![KeyCode::End, KeyCode::Enter]),
        ("phone-says", told(false), vec![KeyCode::Enter]),
        ("log", bench(5), vec![char('L')]),
        ("log-filtered", bench(5), vec![char('/'), char('s'), char('b'), char('2'), KeyCode::Enter]),
        ("help", bench(2), vec![char('?')]),
        ("quit", bench(30), vec![char('Q')]),
        ("forget", bench(5), vec![KeyCode::Down, char('F')]),
        ("phone-too-much", too_much(), vec![KeyCode::Enter]),
    ]
}

/// A phone with forty things to say of it, all of them at length.
fn too_much() -> History {
    let mut history = bench(1);
    for n in 0..40 {
        let long = |word: &str| format!("{n}: {}", format!("{word} that goes on and on, ").repeat(8));
        let kind = Kind::Symptom {
            code: format!("a-code-with-a-long-name-{n}"),
            severity: rescue79::event::Severity::Hand,
            seen: long("something was seen"),
            means: long("it has a meaning"),
            next: long("one thing is to be done"),
            remedies: Vec::new(),
        };
        history.tell(Some(mac(0)), kind);
    }
    history
}

#[test]
fn screens_look_as_they_did() {
    let mut stale = Vec::new();
    for (name, history, keys) in scenes() {
        for size in SIZES {
            let mut colour = model(&history, size, COLOUR);
            press(&mut colour, &keys);
            let buf = drawn(&colour);
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), text(&buf));
            if size == SIZES[0] || (size == SIZES[2] && name.starts_with("bench")) {
                let file = format!("docs/screens/{name}-{}x{}.svg", size.0, size.1);
                picture(&file, &svg(&buf, &DARK), &mut stale);
            }
            if size == SIZES[0] && name == "bench-5" {
                let look = |theme| {
                    let mut model = model(&history, size, theme);
                    press(&mut model, &keys);
                    drawn(&model)
                };
                other_looks(name, look, &mut stale);
            }
            let mut mono = model(&history, size, MONO);
            press(&mut mono, &keys);
            let plain = drawn(&mono);
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

pub(crate) fn picture(file: &str, svg: &str, stale: &mut Vec<String>) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all("docs/screens").unwrap();
        std::fs::write(file, svg).unwrap();
    } else if std::fs::read_to_string(file).ok().as_deref() != Some(svg) {
        stale.push(file.to_owned());
    }
}

/// The same frame on a light ground, without colours, and in plain ASCII.
pub(crate) fn other_looks(name: &str, look: impl Fn(Theme) -> Buffer, stale: &mut Vec<String>) {
    let light = Theme { light: true, ..COLOUR };
    let ascii = Theme { ascii: true, ..MONO };
    for (kind, theme, ground) in [("light", light, LIGHT), ("no-colour", MONO, DARK), ("ascii", ascii, DARK)]
    {
        picture(&format!("docs/screens/{name}-{kind}-80x24.svg"), &svg(&look(theme), &ground), stale);
    }
}

#[test]
fn plain_ascii_is_plain() {
    for (name, history, keys) in scenes() {
        let mut model = model(&history, (80, 24), Theme { ascii: true, ..MONO });
        press(&mut model, &keys);
        let text = text(&drawn(&model));
        assert!(text.is_ascii(), "{name}:\n{text}");
        // A tick is no corner.
        assert!(!text.lines().any(|row| row.contains("| + ")), "{name}:\n{text}");
        // `?` is also what stands for a character that the table doesn't know.
        assert!(!text.contains("??"), "{name}:\n{text}");
    }
}

#[test]
fn the_serial_number_is_seen_without_scrolling_and_outlives_a_start() {
    for anew in [false, true] {
        let mut model = model(&told(anew), SIZES[0], MONO);
        press(&mut model, &[KeyCode::Enter]);
        let seen = text(&drawn(&model));
        assert!(seen.contains("unit   hardware 5.0 · serial number FCH1234A5BC"), "{seen}");
        model.size = SIZES[2];
        assert_eq!(
            text(&drawn(&model)).contains("What it says of itself"),
            !anew,
            "what it said before no longer counts"
        );
    }
}

#[test]
fn a_small_window_says_so() {
    for size in [(59, 24), (80, 15), (20, 3), (1, 1)] {
        let mut model = model(&bench(3), size, COLOUR);
        let said = text(&drawn(&model)).replace('\n', " ");
        assert!(size == (1, 1) || said.contains("This window"), "{said}");
        // Keys and mouse still do no harm.
        press(&mut model, &[KeyCode::Enter, KeyCode::PageDown, KeyCode::Char('?'), KeyCode::Esc]);
        drawn(&model);
    }
    // At the smallest size, all pages draw.
    for (name, history, keys) in scenes() {
        let mut model = model(&history, (60, 16), COLOUR);
        press(&mut model, &keys);
        assert!(!text(&drawn(&model)).contains("This window"), "{name}");
    }
}

#[test]
fn a_notice_hides_no_key() {
    let mut model = model(&bench(3), (80, 24), COLOUR);
    let keys = text(&drawn(&model)).lines().last().unwrap().to_owned();
    let said = "The program read a file from its own TFTP server and got an offer from its own DHCP server: phones will be answered.";
    rescue79::tui::update(&mut model, Msg::Notice(said.into()));
    let screen = text(&drawn(&model));
    let rows: Vec<_> = screen.lines().rev().take(3).collect();
    assert_eq!(rows[0], keys);
    assert_eq!(format!("{} {}", rows[2].trim(), rows[1].trim()), said);
    // Nor a border: the log has its rows above.
    assert!(rows_from_below(&screen, 3).starts_with('╰'), "{screen}");
    press(&mut model, &[KeyCode::Down]);
    assert!(!text(&drawn(&model)).contains("its own TFTP"), "the next key takes it away");
}

/// What belongs to no phone has no pane: in the log alone it would be cut before it says what to do.
#[test]
fn who_uses_our_address_is_said_whole_in_the_smallest_window() {
    let mut model = model(&bench(1), (60, 16), COLOUR);
    let mut event = bench(1).events.pop().unwrap();
    let by = mac(9);
    event.n += 1;
    (event.phone, event.kind) = (None, Kind::AddressTaken { address: [192, 168, 1, 1].into(), by });
    rescue79::tui::update(&mut model, Msg::Event(event));
    let screen = text(&drawn(&model));
    let said: Vec<_> = screen.lines().rev().skip(1).take(2).map(str::trim).collect();
    let said = format!("{} {}", said[1], said[0]);
    assert!(said.starts_with(&format!("Unplug {by}")) && said.ends_with("for their files."), "{screen}");
}

fn rows_from_below(screen: &str, n: usize) -> &str {
    screen.lines().rev().nth(n).unwrap()
}

#[test]
fn escape_on_the_bench_says_that_it_leads_no_further() {
    let mut model = model(&bench(3), (80, 24), COLOUR);
    press(&mut model, &[KeyCode::Down, KeyCode::Esc]);
    assert_eq!((model.chosen, model.notice.as_deref()), (None, None));
    press(&mut model, &[KeyCode::Esc]);
    assert!(text(&drawn(&model)).contains("Q leaves"));
}

#[test]
fn the_smallest_window_shows_all_that_is_to_be_done_first() {
    let seen = text(&drawn(&model(&History::started(), (60, 16), COLOUR)));
    assert!(seen.contains("│ from the cube. "), "{seen}");
}

#[test]
fn leaving_a_running_bench_asks_and_names_who_is_at_risk() {
    let mut model = model(&bench(2), (80, 24), COLOUR);
    assert_eq!(press(&mut model, &[KeyCode::Char('q')]), []);
    assert_eq!(model.overlay, Some(Overlay::Quit));
    let said = text(&drawn(&model));
    assert!(said.contains("7960 ·18BDC1, 7961G-GE ·18BDC8 are in the middle of a flash"), "{said}");
    press(&mut model, &[KeyCode::Esc]);
    assert_eq!(model.overlay, None);
    let interrupt = Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert_eq!(update(&mut model, interrupt.clone()), []);
    // Pressed once too often is no yes.
    assert_eq!(update(&mut model, interrupt.clone()), []);
    assert_eq!(press(&mut model, &[KeyCode::Char('Q'), KeyCode::Enter]), []);
    assert_eq!(model.overlay, Some(Overlay::Quit));
    let said = text(&drawn(&model));
    assert!(said.contains("Serving stops now") && said.contains("leave them powered"), "{said}");
    // While a filter is typed, too.
    press(&mut model, &[KeyCode::Esc, KeyCode::Char('/'), KeyCode::Char('q')]);
    assert_eq!(model.overlay, None);
    update(&mut model, interrupt.clone());
    assert_eq!(model.overlay, Some(Overlay::Quit));
    assert_eq!(press(&mut model, &[KeyCode::Char('y')]), [Effect::Quit]);
    // Where no phone is at risk, Ctrl-C twice leaves.
    let mut model = bench_of(&History::started());
    assert_eq!(update(&mut model, interrupt.clone()), []);
    assert_eq!(update(&mut model, interrupt), [Effect::Quit]);
}

#[test]
fn a_window_that_shows_nothing_takes_no_key_but_leaving() {
    let mut model = model(&bench(5), (59, 24), COLOUR);
    let chosen = model.selected().unwrap().mac;
    let keys = [KeyCode::Down, KeyCode::Char('P'), KeyCode::Char('F'), KeyCode::Char('y'), KeyCode::Enter];
    assert_eq!(press(&mut model, &keys), []);
    assert_eq!((model.page, model.overlay, model.selected().unwrap().mac), (Page::Bench, None, chosen));
    press(&mut model, &[KeyCode::Char('q')]);
    let said = text(&drawn(&model)).replace('\n', " ");
    assert!(said.contains("DO NOT UNPLUG") && said.contains("Y leaves"), "{said}");
    assert_eq!(press(&mut model, &[KeyCode::Char('q')]), []);
    assert_eq!(press(&mut model, &[KeyCode::Char('y')]), [Effect::Quit]);
}

#[test]
fn a_finished_session_leaves_at_once_and_stands_still() {
    let mut history = bench(5);
    let mut state = rescue79::session::State::default();
    history.events.iter().for_each(|e| state.apply(e));
    history.tell_last(Kind::Summary(state.summarise()));
    let mut model = model(&history, (80, 24), COLOUR);
    update(&mut model, Msg::Ended);
    let said = text(&drawn(&model));
    assert!(said.contains("The session has ended: 1 of 5 phones are recovered."), "{said}");
    assert!(model.take_stale());
    update(&mut model, Msg::Tick(Instant::from_millis(10_000_000)));
    assert!(!model.take_stale(), "clocks have stopped");
    assert_eq!(press(&mut model, &[KeyCode::Char('F')]), []);
    assert_eq!(model.overlay, None, "there is nobody to tell");
    assert_eq!(press(&mut model, &[KeyCode::Char('q')]), [Effect::Quit]);
}

#[test]
fn it_is_drawn_again_only_when_something_changed() {
    let mut model = model(&bench(2), (80, 24), COLOUR);
    assert!(model.take_stale());
    assert!(!model.take_stale());
    let now = model.now.as_millis();
    update(&mut model, Msg::Tick(Instant::from_millis(now / 1000 * 1000 + 999)));
    let _ = model.take_stale();
    update(&mut model, Msg::Tick(Instant::from_millis(now / 1000 * 1000 + 999)));
    assert!(!model.take_stale(), "the same moment");
    update(&mut model, Msg::Tick(Instant::from_millis(now / 1000 * 1000 + 1_000)));
    assert!(model.take_stale(), "a clock went on");
    let moved = MouseEvent { kind: MouseEventKind::Moved, column: 3, row: 3, modifiers: KeyModifiers::NONE };
    update(&mut model, Msg::Mouse(moved));
    assert!(!model.take_stale(), "the mouse only moved");
}

#[test]
fn a_phone_is_forgotten_only_after_a_yes() {
    let mut model = model(&bench(5), (80, 24), COLOUR);
    press(&mut model, &[KeyCode::Down]);
    let chosen = model.chosen.unwrap();
    assert_eq!(chosen, mac(0), "the one that needs a hand stands first, then the first of those at work");
    assert_eq!(press(&mut model, &[KeyCode::Char('F'), KeyCode::Esc, KeyCode::Char('y')]), []);
    let effects = press(&mut model, &[KeyCode::Enter, KeyCode::Char('F'), KeyCode::Char('y')]);
    assert_eq!(effects, [Effect::Command(Command::Forget(chosen))]);
    assert_eq!(model.page, Page::Phone(chosen));
    let n = model.state.events + 1;
    let event = rescue79::event::Event { n, at: model.now, phone: Some(chosen), kind: Kind::Forgotten };
    update(&mut model, Msg::Event(event));
    assert_eq!((model.page, model.chosen), (Page::Bench, None));
    assert!(!text(&drawn(&model)).contains(" 18BDC1 "));
}

#[test]
fn a_click_lands_on_what_is_seen() {
    for (phones, size) in [(2, (80, 24)), (30, (160, 50)), (30, (80, 24)), (250, (160, 50))] {
        let mut model = model(&bench(phones), size, COLOUR);
        let areas = layout(Rect::new(0, 0, size.0, size.1), &model);
        let (mac, place) = areas.phones[areas.phones.len() - 1];
        let drawn = drawn(&model);
        let row: String = (place.x..place.right()).map(|x| drawn[(x, place.y)].symbol()).collect();
        assert!(row.replace(':', "").contains(&mac.tail()), "{row} is {mac}");
        let kind = MouseEventKind::Down(MouseButton::Left);
        let click = MouseEvent { kind, column: place.x + 3, row: place.y, modifiers: KeyModifiers::NONE };
        update(&mut model, Msg::Mouse(click));
        assert_eq!(model.chosen, Some(mac));
        if phones < 250 && size != (80, 24) {
            update(&mut model, Msg::Mouse(click));
            assert_eq!(model.page, Page::Phone(mac));
        }
    }
}

#[test]
fn the_log_stands_still_filters_and_takes_a_paste() {
    let mut history = bench(5);
    let mut model = model(&history, (160, 50), COLOUR);
    press(&mut model, &[KeyCode::Char('L'), KeyCode::Char('f')]);
    let before = text(&drawn(&model));
    let shown = |model: &Model| text(&drawn(model)).lines().skip(3).take(40).collect::<Vec<_>>().join("\n");
    let still = shown(&model);
    history.tell_last(Kind::LimitReached { what: "the newest".into(), count: 1 });
    update(&mut model, Msg::Event(history.events.last().unwrap().clone()));
    assert_eq!(shown(&model), still);
    assert!(text(&drawn(&model)).contains("paused · 1 newer") && before.contains("paused · 0 newer"));
    press(&mut model, &[KeyCode::End]);
    assert!(text(&drawn(&model)).contains("the newest"));
    press(&mut model, &[KeyCode::Char('/')]);
    update(&mut model, Msg::Paste("00:1B:0C:18:BD:C8\n".into()));
    press(&mut model, &[KeyCode::Enter]);
    let said = text(&drawn(&model));
    assert!(said.contains("term61.default.loads") && !said.contains("·18BDC1"), "{said}");
    let saved = press(&mut model, &[KeyCode::Char('c')]);
    let [Effect::SaveLog(lines)] = saved.as_slice() else { panic!("{saved:?}") };
    assert!(lines.len() > 5 && lines.iter().all(|l| l.contains("·18BDC8")), "{lines:#?}");
    press(&mut model, &[KeyCode::Up, KeyCode::Home, KeyCode::PageDown, KeyCode::Esc]);
    assert_eq!(model.page, Page::Bench);
}

#[test]
fn a_verdict_is_only_what_the_events_say() {
    let mut history = History::started();
    history.classic(mac(0), Until::Recovered);
    let n = history.events.len() - 1;
    history.events.truncate(n);
    let all_but_the_verdict = model(&history, (80, 24), COLOUR);
    let said = text(&drawn(&all_but_the_verdict));
    assert!(said.contains("working") && !said.contains("recovered"), "{said}");
}

#[test]
fn a_rehearsal_says_so() {
    let setup = Setup { mode: Mode::Rehearsal, interface: "127.0.0.1".into(), theme: MONO, size: (60, 16) };
    let said = text(&drawn(&Model::new(setup)));
    assert!(said.contains("REHEARSAL") && said.contains("virtual"), "{said}");
}
