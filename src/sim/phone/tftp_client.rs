//! A phone's TFTP client: octet, no options, exactly the next block, its own way of repeating itself.
//! Source: classic loaders 8.x as observed, server logs of conversions.

use super::image;
use super::machine::{Ask, Failure, Fetched, Patience};
use crate::clock::Instant;
use crate::sim::Datagram;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

const RRQ: u16 = 1;
const DATA: u16 = 3;
const ACK: u16 = 4;
const ERROR: u16 = 5;
const BLOCK: usize = 512;
/// How long the port of a finished read still answers a repeated last block.
const LINGER: Duration = Duration::from_secs(10);

/// Where a read stands.
#[derive(Debug)]
pub(super) enum Progress {
    Going,
    /// The block of this number was taken.
    Block(u64),
    Over(Fetched),
}

/// One read of one file.
#[derive(Debug)]
pub(super) struct Read {
    ask: Ask,
    local: SocketAddrV4,
    server: Ipv4Addr,
    /// The port that the server answers from, once it has.
    peer: Option<u16>,
    round: u8,
    /// Sendings of the packet under way.
    sent: usize,
    due: Instant,
    data: Vec<u8>,
    blocks: u64,
}

impl Read {
    /// Begins at `at`, from `local`.
    pub(super) fn new(ask: Ask, at: Instant, local: SocketAddrV4, server: Ipv4Addr) -> Self {
        Self { ask, local, server, peer: None, round: 1, sent: 0, due: at, data: Vec::new(), blocks: 0 }
    }

    pub(super) fn name(&self) -> &str {
        &self.ask.name
    }

    /// An image or a list rather than a configuration file, judged by its name.
    pub(super) fn of_an_image(&self) -> bool {
        let name = self.ask.name.to_ascii_lowercase();
        [".bin", ".sbn", ".sb2"].iter().any(|end| name.ends_with(end))
    }

    pub(super) fn port(&self) -> u16 {
        self.local.port()
    }

    pub(super) fn deadline(&self) -> Instant {
        self.due
    }

    /// The first request has left.
    pub(super) fn begun(&self) -> bool {
        self.round > 1 || self.sent > 0 || self.blocks > 0
    }

    /// Sends what is due. `ports` gives the next free port for a new round.
    pub(super) fn tick(
        &mut self,
        now: Instant,
        mut ports: impl FnMut() -> u16,
        out: &mut Vec<Datagram>,
    ) -> Progress {
        if now < self.due {
            return Progress::Going;
        }
        let gaps = self.ask.patience.gaps();
        if let Some(gap) = gaps.get(self.sent) {
            self.sent += 1;
            self.due = now + Duration::from_secs(*gap);
            out.push(if self.blocks == 0 { self.request() } else { self.ack() });
            return Progress::Going;
        }
        if self.round == Patience::ROUNDS {
            return Progress::Over(Err(Failure::Timeout));
        }
        self.round += 1;
        self.local.set_port(ports());
        (self.peer, self.sent, self.due, self.blocks) = (None, 0, now, 0);
        self.data.clear();
        self.tick(now, ports, out)
    }

    /// A datagram to this read's port. The ACK of a block goes out right away; the caller holds it back for as long
    /// as the phone needs.
    pub(super) fn handle(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        bytes: &[u8],
        out: &mut Vec<Datagram>,
    ) -> Progress {
        let stranger = *from.ip() != self.server || self.peer.is_some_and(|p| p != from.port());
        let (Some(code), Some(number), Some(data)) = (word(bytes, 0), word(bytes, 2), bytes.get(4..)) else {
            return Progress::Going;
        };
        if stranger {
            return Progress::Going;
        }
        match code {
            DATA if data.len() <= BLOCK => self.block(now, from, number, data, out),
            ERROR => {
                let why = if number == 1 { Failure::NotFound } else { Failure::Error };
                Progress::Over(Err(why))
            }
            ACK => Progress::Going,
            // An option acknowledgement nobody asked for, a block that is too large.
            _ => Progress::Over(Err(Failure::Error)),
        }
    }

    fn block(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        number: u16,
        data: &[u8],
        out: &mut Vec<Datagram>,
    ) -> Progress {
        let wire = |n: u64| u16::try_from(n % 65_536).unwrap_or(0);
        if number != wire(self.blocks + 1) {
            if self.blocks > 0 && number == wire(self.blocks) {
                out.push(self.ack());
            }
            return Progress::Going;
        }
        self.peer = Some(from.port());
        self.data.extend(data);
        if self.data.len() > self.ask.limit {
            out.push(self.packet(from.port(), &[&[0, 5, 0, 3][..], b"buffer full\0"].concat()));
            return Progress::Over(Err(Failure::TooBig));
        }
        self.blocks += 1;
        if self.blocks == 1 && self.ask.check_name && image::misnamed(&self.data, &self.ask.name) {
            return Progress::Over(Err(Failure::WrongName));
        }
        // The first sending of this ACK is counted; silence is followed by the gaps of the patience.
        self.sent = 1;
        self.due = now + Duration::from_secs(self.ask.patience.gaps().first().copied().unwrap_or(4));
        out.push(self.ack());
        if data.len() < BLOCK {
            return Progress::Over(Ok(std::mem::take(&mut self.data)));
        }
        Progress::Block(self.blocks)
    }

    fn request(&self) -> Datagram {
        let bytes = [&RRQ.to_be_bytes()[..], self.ask.name.as_bytes(), b"\0octet\0"].concat();
        self.packet(69, &bytes)
    }

    fn ack(&self) -> Datagram {
        let [_, _, _, _, _, _, high, low] = self.blocks.to_be_bytes();
        self.packet(self.peer.unwrap_or(69), &[0, 4, high, low])
    }

    fn packet(&self, port: u16, bytes: &[u8]) -> Datagram {
        Datagram { from: self.local, to: SocketAddrV4::new(self.server, port), bytes: bytes.to_vec() }
    }

    /// What a finished read leaves behind.
    pub(super) fn finished(&self, now: Instant) -> Option<Finished> {
        let peer = SocketAddrV4::new(self.server, self.peer?);
        Some(Finished { ack: self.ack(), peer, until: now + LINGER })
    }
}

/// The port of a finished read, which still answers a repeated last block: its ACK may have been lost.
#[derive(Debug)]
pub(super) struct Finished {
    ack: Datagram,
    peer: SocketAddrV4,
    until: Instant,
}

impl Finished {
    /// The ACK again, if the datagram is a block for this port.
    pub(super) fn answer(&self, now: Instant, datagram: &Datagram) -> Option<Datagram> {
        let ours = now < self.until
            && datagram.from == self.peer
            && datagram.to == self.ack.from
            && word(&datagram.bytes, 0) == Some(DATA);
        ours.then(|| self.ack.clone())
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
