//! What one thing costs the sans-IO engine: a block of a file, a request, an exchange that gives an address. No socket, no
//! thread, no journal.

use criterion::{Criterion, criterion_group, criterion_main};
use rescue79::catalogue::Catalogue;
use rescue79::clock::Instant;
use rescue79::engine::{Endpoint, Engine, Input, Output};
use rescue79::firmware::Intake;
use rescue79::job::Draft;
use rescue79::limits;
use rescue79::session::State;
use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);
const PHONES: u8 = 240;
const LONG: &str = "long.bin";
const SHORT: &str = "ring.raw";

/// An engine, its time, and the packet that it said last.
struct Bench {
    engine: Engine,
    now: Instant,
    out: Vec<u8>,
    said: Option<(Endpoint, usize)>,
}

impl Bench {
    fn new() -> Self {
        let mut intake = Intake::of_any_size();
        intake.file("tones", SHORT, vec![7; 100]);
        intake.file("tones", LONG, vec![9; 16_000_000]);
        let shelf = intake.finish();
        let draft = Draft { server: Some(SERVER), prefix: 24, dhcp: true, any: true, ..Draft::default() };
        let job = draft.finish(Catalogue::builtin(), &shelf).expect("a job without targets");
        let engine =
            Engine::new(Catalogue::builtin(), shelf, job, State::default(), []).expect("room for phones");
        Self { engine, now: Instant::ZERO, out: vec![0; limits::BYTES_TOGETHER], said: None }
    }

    /// Something comes after some time; everything that the engine says of it is taken.
    fn hear(&mut self, after: Duration, at: Endpoint, from: SocketAddrV4, bytes: &[u8]) {
        self.now += after;
        self.engine.handle(self.now, Input::Datagram { at, from, bytes });
        self.said = None;
        loop {
            match self.engine.poll(self.now, &mut self.out) {
                Output::Send { from, len, .. } => self.said = Some((from, len)),
                Output::Idle(_) => return,
                other => drop(black_box(other)),
            }
        }
    }

    fn asks(&mut self, from: SocketAddrV4, file: &str) -> Endpoint {
        let request = format!("\0\u{1}{file}\0octet\0");
        self.hear(Duration::from_millis(1), Endpoint::Tftp, from, request.as_bytes());
        self.said.expect("the first block").0
    }
}

fn phone(n: u8, port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 10 + n), port)
}

/// One block of 512 bytes for its ACK, while 240 readers read in turn.
fn blocks(c: &mut Criterion) {
    let mut bench = Bench::new();
    let mut port = 1024;
    let mut reads: Vec<_> = (0..PHONES).map(|n| (bench.asks(phone(n, port), LONG), port, 1_u16)).collect();
    let mut turn = 0;
    c.bench_function("engine/block", |b| {
        b.iter(|| {
            let (at, own, block) = &mut reads[usize::from(turn)];
            let [high, low] = block.to_be_bytes();
            bench.hear(Duration::from_micros(5), *at, phone(turn, *own), &[0, 4, high, low]);
            *block = block.wrapping_add(1);
            if bench.said.is_none() {
                port = port.checked_add(1).unwrap_or(1024);
                (*at, *own, *block) = (bench.asks(phone(turn, port), LONG), port, 1);
            }
            turn = (turn + 1) % PHONES;
        });
    });
}

/// A whole read of one block: request, DATA, ACK, and the events of it.
fn requests(c: &mut Criterion) {
    let mut bench = Bench::new();
    let (mut turn, mut port) = (0, 1024);
    c.bench_function("engine/request", |b| {
        b.iter(|| {
            let at = bench.asks(phone(turn, port), SHORT);
            bench.hear(Duration::from_micros(20), at, phone(turn, port), &[0, 4, 0, 1]);
            turn = (turn + 1) % PHONES;
            port = port.checked_add(1).unwrap_or(1024);
        });
    });
}

/// A phone starts and gets its address: DISCOVER, OFFER, REQUEST, ACK, and the events of it.
fn addresses(c: &mut Criterion) {
    let mut bench = Bench::new();
    let mut turn = 0;
    let nobody = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
    let ask = move |bench: &mut Bench, turn, kind, options: &[u8]| {
        bench.hear(Duration::from_micros(500), Endpoint::Dhcp, nobody, &packet(turn, kind, options));
        assert!(bench.said.is_some(), "an answer");
        [bench.out[16], bench.out[17], bench.out[18], bench.out[19]]
    };
    c.bench_function("engine/address", |b| {
        b.iter(|| {
            let offered = ask(&mut bench, turn, 1, &[]);
            let wanted = [&[50, 4], &offered[..], &[54, 4], &SERVER.octets()].concat();
            assert_eq!(ask(&mut bench, turn, 3, &wanted), offered);
            turn = (turn + 1) % PHONES;
        });
    });
}

/// What a phone sends: message type `kind`, its class and its wishes.
fn packet(phone: u8, kind: u8, options: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 236];
    bytes[..4].copy_from_slice(&[1, 1, 6, 0]);
    bytes[7] = phone;
    bytes[10] = 0x80;
    bytes[28..34].copy_from_slice(&[0x00, 0x0b, 0xbe, 1, 2, phone]);
    bytes.extend([99, 130, 83, 99, 53, 1, kind]);
    let class = b"Cisco Systems, Inc. IP Phone 7960";
    bytes.extend([60, 33]);
    bytes.extend(class);
    bytes.extend([55, 6, 1, 3, 6, 15, 66, 150]);
    bytes.extend(options);
    bytes.push(255);
    bytes
}

criterion_group!(benches, blocks, requests, addresses);
criterion_main!(benches);
