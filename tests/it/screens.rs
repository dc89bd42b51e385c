//! Every screen of the bench, drawn from fixed histories: as text for the eye of a reviewer, as pictures for `docs/`.

mod history;

use crate::svg::svg;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use history::{History, bench};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use rescue79::tui::{Effect, Mode, Model, Msg, Setup, Theme, update, view};

const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (160, 50)];
const COLOUR: Theme = Theme { colour: true, light: false, ascii: false };
const MONO: Theme = Theme { colour: false, ..COLOUR };

fn model(history: &History, size: (u16, u16), theme: Theme) -> Model {
    let interface = "enp0s25 192.168.1.1".into();
    let mut model = Model::new(Setup { mode: Mode::Serve, interface, theme, size });
    for event in &history.events {
        assert!(update(&mut model, Msg::Event(event.clone())).is_empty());
    }
    let last = model.now;
    update(&mut model, Msg::Tick(last + std::time::Duration::from_secs(2)));
    model
}

fn press(model: &mut Model, keys: &[KeyCode]) -> Vec<Effect> {
    keys.iter().flat_map(|key| update(model, Msg::Key(KeyEvent::new(*key, KeyModifiers::NONE)))).collect()
}

fn drawn(model: &Model) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buf: &Buffer) -> String {
    let rows = buf.content.chunks(usize::from(buf.area.width));
    let row = |cells: &[ratatui::buffer::Cell]| cells.iter().map(|c| c.symbol()).collect::<String>();
    rows.map(|cells| row(cells).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
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
        ("phone-working", bench(2), vec![KeyCode::Enter]),
        ("phone-needs-you", bench(5), vec![KeyCode::Enter]),
        ("phone-recovered", bench(5), vec![KeyCode::End, KeyCode::Enter]),
        ("log", bench(5), vec![char('L')]),
        ("log-filtered", bench(5), vec![char('/'), char('s'), char('b'), char('2'), KeyCode::Up]),
        ("help", bench(2), vec![char('?')]),
        ("quit", bench(30), vec![char('Q')]),
        ("forget", bench(5), vec![KeyCode::Down, char('F')]),
    ]
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
                picture(&file, &svg(&buf), &mut stale);
            }
            let mut mono = model(&history, size, MONO);
            press(&mut mono, &keys);
            let plain = drawn(&mono);
            assert_eq!(text(&plain), text(&buf), "{name}: words and shapes don't depend on colours");
            for cell in &plain.content {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}: mono has no colour");
            }
        }
    }
    assert!(stale.is_empty(), "pictures are stale, run the tests with UPDATE_DOCS=1: {stale:?}");
}

fn picture(file: &str, svg: &str, stale: &mut Vec<String>) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all("docs/screens").unwrap();
        std::fs::write(file, svg).unwrap();
    } else if std::fs::read_to_string(file).ok().as_deref() != Some(svg) {
        stale.push(file.to_owned());
    }
}

#[test]
fn plain_ascii_is_plain() {
    for (name, history, keys) in scenes() {
        let mut model = model(&history, (80, 24), Theme { ascii: true, ..MONO });
        press(&mut model, &keys);
        let text = text(&drawn(&model));
        assert!(text.is_ascii(), "{name}:\n{text}");
        // `?` is also what stands for a character that the table doesn't know.
        assert!(!text.contains("??"), "{name}:\n{text}");
    }
}
