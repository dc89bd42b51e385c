//! A path that may do anything, and a reader at its end.

use super::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    pub(super) loss: u64,
    pub(super) doubled: u64,
    pub(super) delay_us: u64,
    /// More than `delay_us / 2` reorders.
    pub(super) jitter_us: u64,
    pub(super) seed: u64,
}

pub(super) const CLEAN: Path = Path { loss: 0, doubled: 0, delay_us: 500, jitter_us: 0, seed: 1 };

/// A reader as a boot loader is one; it has its own ideas of the wire.
pub(super) struct Reader {
    block: usize,
    window: u64,
    expected: u64,
    in_window: u64,
    complained: bool,
    got: Vec<u8>,
    done: bool,
    /// Resends its last ACK after this long, if at all.
    patience: Option<u64>,
    last_ack: Option<u16>,
    oacks: u32,
}

impl Reader {
    pub(super) fn new(patience: Option<u64>) -> Self {
        Self {
            block: 512,
            window: 1,
            expected: 1,
            in_window: 0,
            complained: false,
            got: Vec::new(),
            done: false,
            patience,
            last_ack: None,
            oacks: 0,
        }
    }

    fn say(&mut self, number: u64) -> Option<u16> {
        self.in_window = 0;
        self.last_ack = u16::try_from(number % 65536).ok();
        self.last_ack
    }

    fn hear(&mut self, packet: &[u8]) -> Option<u16> {
        let number = u64::from(packet[2]) << 8 | u64::from(packet[3]);
        match packet[1] {
            6 => {
                self.oacks += 1;
                let words: Vec<_> = packet[2..].split(|b| *b == 0).map(String::from_utf8_lossy).collect();
                for pair in words.chunks_exact(2) {
                    match &*pair[0] {
                        "blksize" => self.block = pair[1].parse().unwrap(),
                        "windowsize" => self.window = pair[1].parse().unwrap(),
                        _ => {}
                    }
                }
                if self.expected == 1 { self.say(0) } else { None }
            }
            3 if number == self.expected % 65536 && !self.done => {
                assert!(packet.len() - 4 <= self.block);
                self.got.extend_from_slice(&packet[4..]);
                self.expected += 1;
                self.in_window += 1;
                self.complained = false;
                self.done = packet.len() - 4 < self.block;
                if self.done || self.in_window == self.window { self.say(number) } else { None }
            }
            // The last one again: its ACK was lost.
            3 if number == (self.expected - 1) % 65536 => self.say(number),
            3 if number.wrapping_sub(self.expected) % 65536 < 32768 && !self.complained && !self.done => {
                self.complained = true;
                self.say(self.expected - 1)
            }
            3 => None,
            other => panic!("operation {other}"),
        }
    }
}

pub(super) struct Outcome {
    pub(super) got: Vec<u8>,
    pub(super) end: Step,
    pub(super) packets: u64,
    pub(super) oacks: u32,
    pub(super) ended: Instant,
    pub(super) progress: Progress,
}

/// Runs a read to its end. `closes`: the reader's port is gone as soon as it has everything.
pub(super) fn run(mut t: Transfer, mut reader: Reader, path: Path, closes: bool) -> Outcome {
    let mut random = Random(path.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut wire = BinaryHeap::new();
    let (mut order, mut packets) = (0_u64, 0);
    let mut now = at(0);
    let mut reader_due = u64::MAX;
    let mut buf = [0; PACKET_BYTES];
    let mut put = |wire: &mut BinaryHeap<_>, now: Instant, to_reader: bool, bytes: Vec<u8>| {
        let copies = if random.percent(path.loss) { 0 } else { 1 + u32::from(random.percent(path.doubled)) };
        for _ in 0..copies {
            order += 1;
            let late = path.delay_us + random.next() % (path.jitter_us + 1);
            wire.push(Reverse((now.as_micros() + late, order, to_reader, bytes.clone())));
        }
    };
    let ack = |n: u16| [&[0, 4][..], &n.to_be_bytes()].concat();
    loop {
        let until = match t.poll(now, &mut buf) {
            Step::Send(len) => {
                packets += 1;
                put(&mut wire, now, true, buf[..len].to_vec());
                continue;
            }
            Step::Wait(until) => until,
            end => {
                let progress = t.progress();
                return Outcome { got: reader.got, end, packets, oacks: reader.oacks, ended: now, progress };
            }
        };
        assert!(until > now, "the buffer holds every packet");
        let arrival = wire.peek().map_or(u64::MAX, |Reverse((when, ..))| *when);
        now = Instant::from_micros(arrival.min(until.as_micros()).min(reader_due));
        if now.as_micros() == reader_due {
            reader_due += reader.patience.unwrap_or(0);
            if let Some(n) = reader.last_ack {
                put(&mut wire, now, false, ack(n));
            }
        }
        if now.as_micros() == arrival {
            let Some(Reverse((_, _, to_reader, bytes))) = wire.pop() else { unreachable!() };
            if !to_reader {
                t.packet(now, &decode(&bytes).unwrap());
            } else if reader.done && closes {
                t.closed(now);
            } else if let Some(n) = reader.hear(&bytes) {
                reader_due =
                    reader.patience.filter(|_| !reader.done).map_or(u64::MAX, |p| now.as_micros() + p);
                put(&mut wire, now, false, ack(n));
            }
        }
    }
}

pub(super) fn right(len: usize, options: Options, path: Path) -> Outcome {
    let o = run(start(len, options), Reader::new(None), path, false);
    assert_eq!(o.end, Step::Finished { last_ack: true }, "{len} {options:?} {path:?}");
    assert!(o.got == *content(len), "wrong bytes: {len} {options:?} {path:?}");
    assert_eq!((o.progress.bytes_acked, o.progress.size), (len as u64, len as u64));
    o
}

pub(super) fn asked(blksize: u64, windowsize: u64) -> Options {
    Options { blksize: Some(blksize), windowsize: Some(windowsize), ..Options::default() }
}
