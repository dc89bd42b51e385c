//! An engine, and somebody who talks to it packet by packet.

use crate::scenarios::SEED;
use rescue79::catalogue::Catalogue;
use rescue79::clock::Instant;
use rescue79::engine::{Command, Endpoint, Engine, Input, Output, TransferId};
use rescue79::event::{Event, Kind};
use rescue79::job::Draft;
use rescue79::phone_id::Mac;
use rescue79::session::State;
use rescue79::sim::firmware::{Scale, set};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// An engine and somebody who talks to it packet by packet.
pub(crate) struct Talk {
    pub(crate) engine: Engine,
    pub(crate) now: Instant,
    pub(crate) events: Vec<Event>,
    /// Where it speaks from: its lease, once it has one.
    pub(crate) at: Ipv4Addr,
}

pub(crate) const PHONE: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 20);
pub(crate) const MAC: &str = "001B0C18BDC1";

impl Talk {
    pub(crate) fn new(dhcp: bool) -> Self {
        Self::ordered(|draft| Draft { dhcp, ..draft })
    }

    /// With something else in the order.
    pub(crate) fn ordered(change: impl FnOnce(Draft) -> Draft) -> Self {
        let mut intake = rescue79::firmware::Intake::of_any_size();
        for load in ["P00308000900", "P0S3-8-12-00", "SIP41.8-5-2S"] {
            for (name, bytes) in set(load, SEED, Scale::FAST) {
                intake.file(load, &name, bytes);
            }
        }
        let shelf = intake.finish();
        let draft = Draft {
            targets: vec!["7960=P0S3-8-12-00".parse().unwrap(), "7941=SIP41.8-5-2S".parse().unwrap()],
            server: Some(Ipv4Addr::new(192, 168, 1, 1)),
            prefix: 24,
            dhcp: true,
            ..Draft::default()
        };
        let job = change(draft).finish(Catalogue::builtin(), &shelf).unwrap();
        let engine = Engine::new(Catalogue::builtin(), shelf, job, State::default(), []).unwrap();
        Self { engine, now: Instant::from_millis(1_000), events: Vec::new(), at: PHONE }
    }

    pub(crate) fn drain(&mut self) -> Vec<(Endpoint, Vec<u8>)> {
        let (mut buf, mut sent) = ([0; 2048], Vec::new());
        loop {
            match self.engine.poll(self.now, &mut buf) {
                Output::Send { from, len, .. } => sent.push((from, buf[..len].to_vec())),
                Output::Event(event) => self.events.push(event),
                Output::Give { to, head, body } => {
                    sent.push((Endpoint::Web(to), [head, body.to_vec()].concat()));
                }
                Output::Visit { id, question, .. } => sent.push((Endpoint::Page(id), question)),
                Output::Close(_) | Output::HangUp(_) | Output::WebDoor { .. } => {}
                Output::Idle(_) => return sent,
            }
        }
    }

    pub(crate) fn input(&mut self, at: Endpoint, port: u16, bytes: &[u8]) -> Vec<(Endpoint, Vec<u8>)> {
        let from = SocketAddrV4::new(self.at, port);
        self.engine.handle(self.now, Input::Datagram { at, from, bytes });
        self.drain()
    }

    /// Time passes, with a look at everything each second.
    pub(crate) fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            self.engine.handle(self.now, Input::Tick);
            self.drain();
        }
    }

    /// Asks for a file; what came back first.
    pub(crate) fn ask(&mut self, port: u16, name: &str) -> Vec<(Endpoint, Vec<u8>)> {
        let request = [b"\0\x01", name.as_bytes(), b"\0octet\0"].concat();
        self.input(Endpoint::Tftp, port, &request)
    }

    /// Reads so many blocks of a file; a file that is shorter is read whole. The read it became.
    pub(crate) fn read(&mut self, port: u16, name: &str, blocks: u16) -> Option<TransferId> {
        let mut sent = self.ask(port, name);
        for _ in 0..blocks {
            let (at, data) = sent.pop()?;
            let (&[0, 3, high, low], Endpoint::Transfer(id)) = (&data[..4], at) else { return None };
            sent = self.input(at, port, &[0, 4, high, low]);
            if data.len() < 516 {
                return Some(id);
            }
            if sent.is_empty() {
                return Some(id);
            }
        }
        match sent.first() {
            Some((Endpoint::Transfer(id), _)) => Some(*id),
            _ => None,
        }
    }

    pub(crate) fn unreachable(&mut self, id: TransferId) {
        self.engine.handle(self.now, Input::Unreachable(id));
        self.drain();
    }

    /// A DHCP message of a 7960's loader: 1 asks, 3 takes, 4 declines.
    pub(crate) fn dhcp(&mut self, kind: u8) {
        self.dhcp_as(kind, "Cisco Systems, Inc. IP Phone CP-7960G");
    }

    /// The same from a phone that calls itself so.
    pub(crate) fn dhcp_as(&mut self, kind: u8, class: &str) {
        if kind == 1 {
            return self.dhcp_with(1, class, None, None);
        }
        let offered = self.events.iter().rev().find_map(|e| match &e.kind {
            Kind::DhcpOffer { address, .. } => Some(*address),
            _ => None,
        });
        self.at = offered.unwrap();
        self.dhcp_with(kind, class, offered, Some(Ipv4Addr::new(192, 168, 1, 1)));
    }

    /// A message about this address to this server.
    pub(crate) fn dhcp_with(
        &mut self,
        kind: u8,
        class: &str,
        wants: Option<Ipv4Addr>,
        server: Option<Ipv4Addr>,
    ) {
        self.dhcp_of(MAC.parse().unwrap(), kind, class, wants, server);
    }

    /// A message of this phone.
    pub(crate) fn dhcp_of(
        &mut self,
        mac: Mac,
        kind: u8,
        class: &str,
        wants: Option<Ipv4Addr>,
        server: Option<Ipv4Addr>,
    ) -> Vec<(Endpoint, Vec<u8>)> {
        let mut packet = vec![0; 240];
        packet[..4].copy_from_slice(&[1, 1, 6, 0]);
        packet[10] = 0x80;
        packet[28..34].copy_from_slice(&mac.0);
        packet[236..240].copy_from_slice(&[99, 130, 83, 99]);
        packet.extend([53, 1, kind]);
        let class = [class.as_bytes(), b"\0"].concat();
        packet.extend([60, u8::try_from(class.len()).unwrap()]);
        packet.extend(class);
        for (code, address) in [(50, wants), (54, server)] {
            if let Some(address) = address {
                packet.extend([code, 4]);
                packet.extend(address.octets());
            }
        }
        packet.extend([55, 2, 1, 150, 255]);
        let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
        self.engine.handle(self.now, Input::Datagram { at: Endpoint::Dhcp, from, bytes: &packet });
        self.drain()
    }

    /// The technician decides.
    pub(crate) fn order(&mut self, command: &Command) {
        self.engine.handle(self.now, Input::Command(command));
        self.drain();
    }

    pub(crate) fn raised(&self, code: &str) -> bool {
        let says = |kind: &Kind| match kind {
            Kind::Symptom { code: raised, .. } => raised == code,
            Kind::NoPlan(none) => none.code == code,
            _ => false,
        };
        self.events.iter().any(|e| says(&e.kind))
    }

    /// Raised and not withdrawn.
    pub(crate) fn stands(&self, code: &str) -> bool {
        let of = |p: &rescue79::session::Phone| {
            p.symptoms.contains_key(code) || p.no_plan.as_ref().is_some_and(|none| none.code == code)
        };
        self.engine.state().phones.iter().any(of)
    }
}

impl Talk {
    /// With an empty shelf and no target.
    pub(crate) fn bare() -> Self {
        Self::with_files(&[], &[])
    }

    /// With no target, these loads and these files on the shelf.
    pub(crate) fn with_files(loads: &[&str], files: &[(&str, &str)]) -> Self {
        let mut intake = rescue79::firmware::Intake::of_any_size();
        for load in loads {
            for (name, bytes) in set(load, SEED, Scale::FAST) {
                intake.file(load, &name, bytes);
            }
        }
        for (name, text) in files {
            intake.file("files", name, text.as_bytes().to_vec());
        }
        let shelf = intake.finish();
        let server = Some(Ipv4Addr::new(192, 168, 1, 1));
        let draft = Draft { server, prefix: 24, dhcp: !loads.is_empty(), ..Draft::default() };
        let job = draft.finish(Catalogue::builtin(), &shelf).unwrap();
        let engine = Engine::new(Catalogue::builtin(), shelf, job, State::default(), []).unwrap();
        Self { engine, now: Instant::from_millis(1_000), events: Vec::new(), at: PHONE }
    }
}
