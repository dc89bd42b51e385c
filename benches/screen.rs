//! How long a frame takes with 250 phones and 100 000 events behind them, page by page.

mod pallet;

use criterion::{Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rescue79::tui::{Mode, Model, Msg, Plain, Setup, Theme, update, view};

fn model(size: (u16, u16)) -> Model {
    let theme = Theme { colour: true, light: false, ascii: false };
    let mut model = Model::new(Setup { mode: Mode::Serve, interface: String::new(), theme, size });
    for event in pallet::events(250, 100_000) {
        update(&mut model, Msg::Event(event));
    }
    model
}

fn press(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        let code = if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) };
        update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
}

fn frames(c: &mut Criterion) {
    let mut group = c.benchmark_group("screen");
    group.sample_size(30);
    for size in [(80, 24), (160, 50)] {
        let bench = model(size);
        // The pages, by the keys that lead there; a filter that nothing fits has to look at everything.
        let pages = [
            ("bench", ""),
            ("log", "L"),
            ("filter", "L/.sbn\n"),
            ("in vain", "L/nothing\n"),
            ("phone", "\n"),
            ("report", "r"),
        ];
        for (name, keys) in pages {
            let mut model = bench.clone();
            press(&mut model, keys);
            let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
            group.bench_function(format!("{name} {}x{}", size.0, size.1), |b| {
                b.iter(|| terminal.draw(|frame| view(&model, frame)).map(|_| ()).unwrap());
            });
        }
    }
    let mut bench = model((80, 24));
    group.bench_function("hold the log and scroll", |b| {
        b.iter(|| {
            press(&mut bench, "L");
            update(&mut bench, Msg::Key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE)));
            update(&mut bench, Msg::Key(KeyEvent::new(KeyCode::PageDown, KeyModifiers::NONE)));
            press(&mut bench, "L");
        });
    });
    group.bench_function("type a filter that fits much, take it back", |b| {
        b.iter(|| {
            press(&mut bench, "L/sb");
            update(&mut bench, Msg::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
            press(&mut bench, "L");
        });
    });
    let mut plain = Plain::default();
    plain.tell(&bench);
    group.bench_function("told when nothing is new", |b| b.iter(|| plain.tell(&bench)));
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
