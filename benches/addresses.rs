//! What it costs to give a phone its address: the engine, and what is done with the events that it tells. More phones than
//! a bench holds, so that most of them have another forgotten.

#![expect(clippy::unwrap_used, reason = "a bench that can't be set up ends there")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rescue79::catalogue::Catalogue;
use rescue79::clock::{Instant, Wall};
use rescue79::engine::{Endpoint, Engine, Input, Output};
use rescue79::event::Event;
use rescue79::firmware::Intake;
use rescue79::job::Draft;
use rescue79::journal;
use rescue79::session::{State, words};
use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddrV4};

const PHONES: u16 = 4_000;
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

fn engine() -> Engine {
    let shelf = Intake::default().finish();
    let draft = Draft { server: Some(SERVER), prefix: 16, dhcp: true, ..Draft::default() };
    let job = draft.finish(Catalogue::builtin(), &shelf).unwrap();
    Engine::new(Catalogue::builtin(), shelf, job, State::default(), []).unwrap()
}

/// A DISCOVER, or a REQUEST for this address.
fn question(number: u16, wanted: Option<Ipv4Addr>) -> Vec<u8> {
    let [a, b] = number.to_be_bytes();
    let mut bytes = vec![0; 236];
    bytes[..4].copy_from_slice(&[1, 1, 6, 0]);
    bytes[10] = 0x80;
    bytes[28..34].copy_from_slice(&[0, 0x1e, 0x4a, 0, a, b]);
    bytes.extend([99, 130, 83, 99, 53, 1, if wanted.is_some() { 3 } else { 1 }]);
    if let Some(address) = wanted {
        bytes.extend([50, 4]);
        bytes.extend(address.octets());
        bytes.extend([54, 4]);
        bytes.extend(SERVER.octets());
    }
    let class = b"Cisco Systems, Inc. IP Phone CP-7960";
    bytes.extend([60, 36]);
    bytes.extend(class);
    bytes.extend([12, 15]);
    bytes.extend(format!("SEP001E4A00{number:04X}").bytes());
    bytes.extend([55, 6, 1, 3, 6, 15, 66, 150, 255]);
    bytes.resize(bytes.len().max(300), 0);
    bytes
}

/// Feeds one datagram; gives the address that was sent back.
fn ask(
    engine: &mut Engine,
    now: Instant,
    bytes: &[u8],
    buf: &mut [u8],
    told: &mut Vec<Event>,
) -> Option<Ipv4Addr> {
    let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
    engine.handle(now, Input::Datagram { at: Endpoint::Dhcp, from, bytes });
    let mut address = None;
    loop {
        match engine.poll(now, buf) {
            Output::Send { .. } => {
                address = Some(Ipv4Addr::from(<[u8; 4]>::try_from(&buf[16..20]).unwrap()));
            }
            Output::Event(event) => told.push(event),
            Output::Idle(_) => return address,
            _ => {}
        }
    }
}

fn flow(mut engine: Engine) -> Vec<Event> {
    let (mut buf, mut told) = ([0; 1_500], Vec::new());
    for number in 0..PHONES {
        let now = Instant::from_millis(u64::from(number) / 25);
        let offered = ask(&mut engine, now, &question(number, None), &mut buf, &mut told);
        let taken = ask(&mut engine, now, &question(number, offered), &mut buf, &mut told);
        assert_eq!(offered, taken);
    }
    told
}

fn addresses(c: &mut Criterion) {
    let events = flow(engine());
    let mut group = c.benchmark_group("addresses");
    group.throughput(Throughput::Elements(PHONES.into())).sample_size(20);
    group.bench_function("engine", |b| b.iter_batched(engine, flow, BatchSize::LargeInput));
    group.bench_function("fold", |b| {
        b.iter(|| {
            let mut state = State::default();
            black_box(&events).iter().for_each(|event| state.apply(event));
            state
        });
    });
    group.bench_function("journal", |b| {
        b.iter(|| {
            let lines = black_box(&events).iter().map(|event| journal::encode(Wall(0), event).unwrap().len());
            lines.sum::<usize>()
        });
    });
    group.bench_function("words", |b| {
        b.iter(|| black_box(&events).iter().map(|event| words::sentence(event).len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, addresses);
criterion_main!(benches);
