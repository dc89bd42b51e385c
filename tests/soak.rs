//! Hours of a busy bench: phones start anew, fail, are wiped and forgotten, strangers and floods come, the program is killed
//! and comes again. What engine, folds and screen hold does not grow with the time.
//!
//! The heap is counted, so this is a program of its own with one test in it. `SOAK_HOURS=24 SOAK_CROWD=4000` makes it longer
//! and the crowd larger; `--nocapture` shows the figures.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected ends there, with what it met"
)]

use peak_alloc::PeakAlloc;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rescue79::clock::{Instant, Wall};
use rescue79::engine::Command;
use rescue79::event::Event;
use rescue79::journal;
use rescue79::limits;
use rescue79::phone_id::Mac;
use rescue79::sim::Datagram;
use rescue79::sim::firmware::Scale;
use rescue79::sim::rng::Rng;
use rescue79::sim::run::{self, World};
use rescue79::sim::scenario::{Deed, Scenario};
use rescue79::tui::{Mode, Model, Msg, Setup, Theme, update, view};
use std::net::{Ipv4Addr, SocketAddrV4};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The bench: phones that must climb, phones that have arrived, phones without anything, on a wire that loses and doubles.
const BENCH: &str = r#"
title = ""
teaches = ""
seed_rows = []
seconds = 1

[shelf]
loads = ["P00305000500", "P00308000900", "P0S3-8-12-00", "SIP41.8-5-2S"]

[targets]
"7960" = "P0S3-8-12-00"
"7940" = "P0S3-8-12-00"
"7941" = "SIP41.8-5-2S"

[lan]
delay_us = [100, 2000]
loss = 0.5
duplicates = 0.5
reorder = 0.5

[[phones]]
model = "7960"
state = "pai"
count = 3
[phones.expect]
verdict = "recovered"

[[phones]]
model = "7940"
state = "running"
load = "P00308000900"
count = 3
[phones.expect]
verdict = "recovered"

[[phones]]
model = "7941"
state = "wiped"
count = 3
[phones.expect]
verdict = "recovered"

[[phones]]
model = "7941"
state = "running"
load = "SCCP41.8-5-2S"
count = 3
[phones.expect]
verdict = "recovered"
"#;

/// A number from the environment.
fn set_to(name: &str, usual: u64) -> u64 {
    let text = std::env::var_os(name).map(|text| text.into_string().unwrap());
    text.map_or(usual, |text| text.parse().unwrap())
}

/// The bench, and whoever watches it.
struct Soak {
    world: World,
    model: Model,
    terminal: Terminal<TestBackend>,
    rng: Rng,
    /// Made-up phones that a flood is of.
    crowd: u64,
    /// Bytes that the journal would have.
    written: u64,
    events: u64,
}

impl Soak {
    fn new(crowd: u64) -> Self {
        let scenario = Scenario::read("soak", BENCH).unwrap_or_else(|bad| panic!("{bad}"));
        let shelf = run::shelf(&scenario, 79, Scale::divided_by(400));
        let theme = Theme { colour: true, light: false, ascii: false };
        let setup = Setup { mode: Mode::Serve, interface: "bench0".to_owned(), theme, size: (160, 50) };
        let mut soak = Self {
            world: World::new(&scenario, shelf, 79).unwrap(),
            model: Model::new(setup),
            terminal: Terminal::new(TestBackend::new(160, 50)).unwrap(),
            rng: Rng::new(79),
            crowd,
            written: 0,
            events: 0,
        };
        let first = soak.world.advance(Instant::ZERO);
        soak.watch(&first);
        soak
    }

    fn watch(&mut self, events: &[Event]) {
        for event in events {
            self.written += journal::encode(Wall(1_800_000_000_000), event).unwrap().len() as u64 + 1;
            update(&mut self.model, Msg::Event(event.clone()));
        }
        self.events += events.len() as u64;
    }

    /// The log of the screen is as long as it gets, with the events that are usual here.
    fn fill_the_log(&mut self, usual: &[Event]) {
        for event in usual.iter().cycle().take(limits::LOG_LINES) {
            self.model.log.push(event, false);
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.rng.between(0, end - 1)
    }

    /// One minute of bench time, and what befalls somebody in it.
    fn minute(&mut self, number: u64) -> Vec<Event> {
        let phones = self.world.phones();
        let index = usize::try_from(number * 7 % phones.len() as u64).unwrap();
        let mac = phones.get(index).unwrap().mac();
        let mut events = Vec::new();
        match number % 5 {
            0 => self.world.by_hand(index, &Deed::ResetKeys("123456789*0#".to_owned())),
            1 => events.extend(self.world.command(&Command::Forget(mac))),
            // Gone for some minutes, until it is this one's turn again.
            2 => self.world.by_hand(index, &Deed::Unplug),
            _ => self.world.by_hand(index, &Deed::PowerCycle),
        }
        if number % 6 == 5 {
            self.flood();
        }
        if number % 30 == 17 {
            // Killed in the middle of everything, and started again with what its journal says.
            let state = self.world.state().clone();
            self.world.restart_from(state);
        }
        events.extend(self.world.advance(Instant::from_millis((number + 1) * 60_000)));
        self.world.forget_histories();
        self.watch(&events);
        update(&mut self.model, Msg::Tick(self.world.now()));
        self.terminal.draw(|frame| view(&self.model, frame)).unwrap();
        events
    }

    /// Made-up phones, hosts that are none, readers that never say another word, and nonsense.
    fn flood(&mut self) {
        let nobody = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
        let all = SocketAddrV4::new(Ipv4Addr::BROADCAST, 67);
        let server = Ipv4Addr::new(192, 168, 1, 1);
        for n in 0..self.crowd {
            let made_up = u32::try_from(self.below(self.crowd)).unwrap();
            let [_, a, b, c] = made_up.to_be_bytes();
            let phone = discover(Mac([0x00, 0x1b, 0x0d, a, b, c]), "Cisco Systems, Inc. IP Phone 7960");
            let host = discover(Mac([0x02, 0, 0, a, b, c]), "MSFT 5.0");
            self.world.stranger_sends(Datagram { from: nobody, to: all, bytes: phone });
            self.world.stranger_sends(Datagram { from: nobody, to: all, bytes: host });
            let host = u8::try_from(200 + n % 40).unwrap();
            let port = u16::try_from(20_000 + self.below(20_000)).unwrap();
            let from = SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, host), port);
            let name = if n % 8 == 0 { "P0S3-8-12-00.sb2".to_owned() } else { format!("gone-{made_up}.sbn") };
            let ask = [b"\0\x01", name.as_bytes(), b"\0octet\0"].concat();
            self.world.stranger_sends(Datagram { from, to: SocketAddrV4::new(server, 69), bytes: ask });
            let noise = made_up.wrapping_mul(0x9e37_79b9).to_be_bytes().to_vec();
            for port in [67, 69, 5_060] {
                let bytes = noise.clone();
                self.world.stranger_sends(Datagram { from, to: SocketAddrV4::new(server, port), bytes });
            }
        }
    }

    /// Bytes of the heap, without those of the sentences in the log: their number has a limit, their length differs.
    fn held(&self) -> usize {
        let all = HEAP.current_usage();
        let copy = self.model.log.clone();
        let log = HEAP.current_usage() - all;
        drop(copy);
        all - log
    }
}

/// A DISCOVER, written by hand.
fn discover(mac: Mac, class: &str) -> Vec<u8> {
    let head = [&[1, 1, 6, 0], &mac.0[2..], &[0; 20], &mac.0[..], &[0; 202], &[99, 130, 83, 99]].concat();
    let class = [&[60, u8::try_from(class.len()).unwrap()], class.as_bytes()].concat();
    [&head[..], &[53, 1, 1], &class, &[55, 4, 1, 3, 66, 150, 255]].concat()
}

#[test]
fn hours_of_a_busy_bench_hold_no_more_than_its_first() {
    // Half an hour to fill the log, and so many hours more.
    let (warm, hours, crowd) = (30, set_to("SOAK_HOURS", 2), set_to("SOAK_CROWD", 20));
    let mut soak = Soak::new(crowd);
    let mut usual = Vec::new();
    for minute in 0..warm {
        usual.extend(soak.minute(minute));
    }
    soak.fill_the_log(&usual);
    drop(usual);
    let mut held = vec![soak.held()];
    for minute in warm..warm + hours * 60 {
        soak.minute(minute);
        if (minute - warm + 1) % 30 == 0 {
            held.push(soak.held());
            eprintln!(
                "{:>5} min: {:>9} bytes held, {} phones, {} events, {} bytes of journal, peak {} bytes",
                minute + 1,
                soak.held(),
                soak.model.state.phones.len(),
                soak.events,
                soak.written,
                HEAP.peak_usage()
            );
        }
    }
    assert_eq!(soak.model.state, *soak.world.state(), "the screen's fold");
    assert!(soak.world.state().totals.reads > 100 * hours, "phones read all the time");
    eprintln!("{held:?}");
    // A large crowd needs a while until the bench is full: what counts is what comes after the first quarter.
    let (first, last) = (held.get(held.len() / 4).unwrap(), held.last().unwrap());
    assert!(*last < first + first / 100 + (64 << 10), "it grows with the time: {held:?}");
}
