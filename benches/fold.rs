//! How fast events become a state: the fold alone, and the fold of the screen with its log.

mod pallet;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rescue79::event::Event;
use rescue79::session::State;
use rescue79::tui::{Mode, Model, Msg, Setup, Theme, update};
use std::hint::black_box;

fn folded(events: &[Event]) -> State {
    let mut state = State::default();
    for event in events {
        state.apply(event);
    }
    state
}

fn watched(events: &[Event]) -> Model {
    let theme = Theme { colour: true, light: false, ascii: false };
    let mut model = Model::new(Setup { mode: Mode::Serve, interface: String::new(), theme, size: (160, 50) });
    for event in events {
        update(&mut model, Msg::Event(event.clone()));
    }
    model
}

fn fold(c: &mut Criterion) {
    let events = pallet::events(250, 100_000);
    let mut group = c.benchmark_group("fold");
    group.throughput(Throughput::Elements(events.len() as u64)).sample_size(20);
    group.bench_function("state", |b| b.iter(|| folded(black_box(&events))));
    group.bench_function("screen", |b| b.iter(|| watched(black_box(&events))));
    group.finish();
}

criterion_group!(benches, fold);
criterion_main!(benches);
