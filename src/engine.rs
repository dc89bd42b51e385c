//! One machine without sockets or clock: datagrams and commands in, datagrams and events out.
//!
//! The contract: after every [`Engine::handle`], call [`Engine::poll`] until it says [`Output::Idle`]. Packets are
//! written into the caller's buffer; a block of a file costs no allocation and no lock. The engine folds its own events
//! ([`crate::session::State`]) and decides from nothing else.

mod answer;
mod complaints;
mod reads;
mod rules;
mod watch;

use crate::catalogue::Catalogue;
use crate::clock::Instant;
use crate::dhcp::{self, Change, Outcome};
use crate::event::{Event, Fingerprint, Kind, ReadFailure, Session};
use crate::firmware::Shelf;
use crate::job::Job;
use crate::limits;
use crate::phone_id::Mac;
use crate::session::State;
use crate::tftp::{self, ErrorCode, Mode, Packet, Transfer};
use answer::{Answer, Desk, Given};
use complaints::Complaints;
use reads::{Polled, Reads};
use rules::Sign;
use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// A place where datagrams arrive and leave. A name, not a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// The DHCP server port.
    Dhcp,
    /// The TFTP request port.
    Tftp,
    /// The port of one read.
    Transfer(TransferId),
}

/// One read, for as long as it lasts; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransferId(pub u64);

/// What the world tells the engine.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A datagram arrived.
    Datagram {
        /// Where it arrived.
        at: Endpoint,
        /// Who sent it.
        from: SocketAddrV4,
        /// Its payload.
        bytes: &'a [u8],
    },
    /// The peer of a read has closed its port (ICMP port unreachable).
    Unreachable(TransferId),
    /// The deadline of the last [`Output::Idle`] has come.
    Tick,
    /// The technician decided something.
    Command(&'a Command),
}

/// What a technician can decide while the bench is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Forget everything about a phone; its next packet makes it new.
    Forget(Mac),
}

/// What the engine wants done.
#[derive(Debug)]
pub enum Output {
    /// Send the first `len` bytes of the buffer.
    Send {
        /// From which endpoint; a `Transfer` is opened by its first send.
        from: Endpoint,
        /// To whom.
        to: SocketAddrV4,
        /// How many bytes of the buffer.
        len: usize,
    },
    /// A read is over; its endpoint can go.
    Close(TransferId),
    /// Something happened. The engine has folded it already.
    Event(Event),
    /// Nothing more to do until the next input, or until this moment.
    Idle(Option<Instant>),
}

/// How often all phones are looked at when nothing arrives.
const SWEEP: Duration = Duration::from_secs(1);
/// Conclusions drawn from one packet; rules that contradict each other end here instead of going round.
const CONCLUSIONS: usize = 8;

/// The machine.
pub struct Engine {
    catalogue: &'static Catalogue,
    shelf: Shelf,
    job: Job,
    state: State,
    dhcp: Option<dhcp::Server>,
    reads: Reads,
    /// Who has which address, for phones whose lease is not ours.
    seen_at: HashMap<Ipv4Addr, Mac>,
    queue: VecDeque<Queued>,
    next_sweep: Instant,
    ignored: Complaints<Mac>,
    garbage: Complaints<Ipv4Addr>,
    full: Complaints<&'static str>,
}

enum Queued {
    Event(Event),
    Reply { from: Endpoint, to: SocketAddrV4, bytes: Vec<u8> },
    Close(TransferId),
}

impl Engine {
    /// A machine for this job. `remembered` are leases of earlier sessions; `state` is what an interrupted session came
    /// to, or the default.
    ///
    /// # Errors
    /// The network of the job has no room for a phone.
    pub fn new(
        catalogue: &'static Catalogue,
        shelf: Shelf,
        job: Job,
        state: State,
        remembered: impl IntoIterator<Item = (Mac, Ipv4Addr)>,
    ) -> Result<Self, dhcp::BadPool> {
        let config = dhcp::Config {
            server: job.server,
            prefix: job.prefix,
            lease: limits::LEASE,
            answer: if job.any { dhcp::Policy::Any } else { dhcp::Policy::Phones },
            variation: dhcp::Variation::default(),
        };
        let known = state.phones.iter().filter_map(|phone| Some((phone.mac, phone.address?)));
        let known: Vec<_> = remembered.into_iter().chain(known).collect();
        let dhcp = if job.dhcp { Some(dhcp::Server::new(config, known)?) } else { None };
        let seen_at = state.phones.iter().filter_map(|phone| Some((phone.address?, phone.mac))).collect();
        let next_sweep = state.last;
        Ok(Self {
            catalogue,
            shelf,
            job,
            state,
            dhcp,
            reads: Reads::default(),
            seen_at,
            queue: VecDeque::new(),
            next_sweep,
            ignored: Complaints::default(),
            garbage: Complaints::default(),
            full: Complaints::default(),
        })
    }

    /// Says that the servers answer from now on; after an interruption, how long nobody was there.
    pub fn start(&mut self, now: Instant, mut session: Session) {
        if self.state.session.is_some() {
            let gap_s = now.since(self.state.last).as_secs();
            self.tell(now, None, Kind::SessionResumed { gap_s });
        } else {
            session.targets = self.job.targets();
            (session.server, session.dhcp) = (self.job.server, self.job.dhcp);
            self.tell(now, None, Kind::SessionStarted(session));
        }
    }

    /// Tells what the shells noticed about this computer or the wire.
    pub fn note(&mut self, now: Instant, kind: Kind) {
        let phone = match &kind {
            Kind::WrongAddress { from, .. } => self.state.phone(*from).map(|phone| phone.mac),
            _ => None,
        };
        self.tell(now, phone, kind);
    }

    /// Ends the session with its summary.
    pub fn finish(&mut self, now: Instant) {
        let summary = self.state.summarise();
        self.tell(now, None, Kind::Summary(summary));
    }

    /// What all events so far came to.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The leases, for the next session.
    pub fn leases(&self) -> impl Iterator<Item = (Mac, Ipv4Addr)> + '_ {
        self.dhcp
            .iter()
            .flat_map(super::dhcp::Server::leases)
            .filter(|(.., bound)| *bound)
            .map(|(mac, at, _)| (mac, at))
    }

    /// Takes one thing from the world.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Datagram { at: Endpoint::Transfer(id), from, bytes } => {
                self.transfer(now, id, from, bytes);
            }
            Input::Datagram { at: Endpoint::Tftp, from, bytes } => self.request(now, from, bytes),
            Input::Datagram { at: Endpoint::Dhcp, from, bytes } => self.dhcp(now, from, bytes),
            Input::Unreachable(id) => self.reads.closed(now, id),
            Input::Tick => {}
            Input::Command(Command::Forget(mac)) => {
                if let Some(dhcp) = &mut self.dhcp {
                    dhcp.forget(*mac);
                }
                self.seen_at.retain(|_, known| known != mac);
                self.tell(now, Some(*mac), Kind::Forgotten);
            }
        }
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP;
            let phones: Vec<_> = self.state.phones.iter().map(|phone| phone.mac).collect();
            for mac in phones {
                self.conclude(now, mac, Sign::Nothing);
            }
        }
    }

    /// The next thing to do. Packets are written to the front of `buf`, which holds at least 1 500 bytes.
    pub fn poll(&mut self, now: Instant, buf: &mut [u8]) -> Output {
        loop {
            match self.queue.pop_front() {
                Some(Queued::Event(event)) => return Output::Event(event),
                Some(Queued::Close(id)) => return Output::Close(id),
                Some(Queued::Reply { from, to, bytes }) => {
                    if let Some(place) = buf.get_mut(..bytes.len()) {
                        place.copy_from_slice(&bytes);
                        return Output::Send { from, to, len: bytes.len() };
                    }
                }
                None => match self.reads.poll(now, buf) {
                    Polled::Output(output) => return output,
                    Polled::Told(phone, kind) => self.tell(now, phone, kind),
                    Polled::Over(id, phone, kind) => {
                        self.tell_end(now, phone, kind);
                        self.queue.push_back(Queued::Close(id));
                    }
                    Polled::Idle(next) => {
                        let sweep = (!self.state.phones.is_empty()).then_some(self.next_sweep);
                        return Output::Idle(next.into_iter().chain(sweep).min());
                    }
                },
            }
        }
    }

    fn tell(&mut self, now: Instant, phone: Option<Mac>, kind: Kind) {
        let event = Event { n: self.state.events + 1, at: now, phone, kind };
        self.state.apply(&event);
        self.queue.push_back(Queued::Event(event));
    }

    /// Tells the end of a read, and what it means for the phone.
    fn tell_end(&mut self, now: Instant, phone: Option<Mac>, kind: Kind) {
        let silent = match (&kind, phone.and_then(|mac| self.state.phone(mac))) {
            (Kind::ReadFailed { why: ReadFailure::Silent, bytes, .. }, Some(phone)) => {
                phone.read.as_ref().map(|read| (read.file.clone(), *bytes))
            }
            _ => None,
        };
        let finished = matches!(kind, Kind::ReadFinished { .. });
        self.tell(now, phone, kind);
        let Some(mac) = phone else { return };
        let stalled = self.state.phone(mac).is_some_and(|p| p.symptoms.contains_key("read-stalled"));
        match silent {
            Some((file, bytes)) if !stalled => {
                if let Some(symptom) = self.catalogue.symptom("read-stalled") {
                    let kind = symptom.raise(&[("file", file), ("bytes", bytes.to_string())]);
                    self.tell(now, phone, kind);
                }
            }
            _ if stalled && finished => {
                self.tell(now, phone, Kind::SymptomGone { code: "read-stalled".into() });
            }
            _ => {}
        }
        self.conclude(now, mac, Sign::Nothing);
    }

    fn desk(&self) -> Desk<'_> {
        Desk { catalogue: self.catalogue, shelf: &self.shelf, job: &self.job }
    }

    fn conclude(&mut self, now: Instant, mac: Mac, sign: Sign<'_>) {
        for _ in 0..CONCLUSIONS {
            let Some(phone) = self.state.phone(mac) else { return };
            let Some(kind) = rules::conclude(&self.desk(), phone, sign, now) else { return };
            self.tell(now, Some(mac), kind);
        }
    }

    fn complain(&mut self, now: Instant, port: &str, from: SocketAddrV4, why: String) {
        if let Some(count) = self.garbage.count(now, *from.ip()) {
            self.tell(now, None, Kind::Garbage { port: port.to_owned(), from, why, count });
        }
    }

    fn limit(&mut self, now: Instant, what: &'static str) {
        if let Some(count) = self.full.count(now, what) {
            self.tell(now, None, Kind::LimitReached { what: what.to_owned(), count });
        }
    }

    fn dhcp(&mut self, now: Instant, from: SocketAddrV4, bytes: &[u8]) {
        let Some(dhcp) = &mut self.dhcp else { return };
        match dhcp.handle(now, from, bytes) {
            Outcome::Garbage(garbage) => self.complain(now, "dhcp", from, garbage.to_string()),
            Outcome::Silent { request, why } => {
                if let Some(count) = self.ignored.count(now, request.mac) {
                    let asked = Some(Box::new(fingerprint(&request)));
                    let kind = Kind::DhcpIgnored { from: request.mac, why: why.to_string(), asked, count };
                    self.tell(now, None, kind);
                }
            }
            Outcome::Noted { change: Change::Declined(mac, address), .. } => {
                self.tell(now, Some(mac), Kind::DhcpDecline { address });
            }
            Outcome::Noted {
                change: Change::Released(mac, address) | Change::Bound(mac, address), ..
            } => {
                self.tell(now, Some(mac), Kind::DhcpRelease { address });
            }
            Outcome::Send { request, reply, to, .. } => self.dhcp_answered(now, &request, &reply, to),
            // A question of the program's own: it is no phone, and leaves no trace.
            Outcome::Probe { reply, to } => {
                let mut bytes = vec![0; 1_500];
                if let Some(len) = dhcp::encode(&reply, &mut bytes) {
                    bytes.truncate(len);
                    self.queue.push_back(Queued::Reply { from: Endpoint::Dhcp, to, bytes });
                }
            }
        }
    }

    fn dhcp_answered(
        &mut self,
        now: Instant,
        request: &dhcp::Request,
        reply: &dhcp::Reply,
        to: SocketAddrV4,
    ) {
        let mac = request.mac;
        let known = self.state.phone(mac).is_some();
        if !known && self.state.phones.len() >= limits::PHONES {
            return self.limit(now, "phones on one bench");
        }
        let mut bytes = vec![0; 1_500];
        let Some(len) = dhcp::encode(reply, &mut bytes) else { return };
        bytes.truncate(len);
        let print = fingerprint(request);
        // A REQUEST orders its options otherwise than the DISCOVER before it; that alone is no news.
        let known = self.state.phone(mac).and_then(|phone| phone.asks.as_ref());
        let news =
            known.is_none_or(|known| *known != Fingerprint { order: known.order.clone(), ..print.clone() });
        let asked = news.then(|| Box::new(print));
        let address = reply.yiaddr;
        let kind = match reply.kind {
            dhcp::ReplyKind::Offer => Kind::DhcpOffer { address, asked },
            dhcp::ReplyKind::Nak => Kind::DhcpNak { address: request.requested.unwrap_or(request.ciaddr) },
            dhcp::ReplyKind::Ack | dhcp::ReplyKind::Bootp => {
                let address = if address.is_unspecified() { request.ciaddr } else { address };
                self.seen_at.insert(address, mac);
                Kind::DhcpAck { address, how: request.how().to_owned(), asked }
            }
        };
        let starts = matches!(&kind, Kind::DhcpOffer { .. })
            || matches!(&kind, Kind::DhcpAck { how, .. } if matches!(how.as_str(), "selecting" | "init-reboot" | "bootp"));
        self.tell(now, Some(mac), kind);
        let sign = if starts { Sign::Starts(self.state.events) } else { Sign::Nothing };
        self.queue.push_back(Queued::Reply { from: Endpoint::Dhcp, to, bytes });
        self.conclude(now, mac, sign);
    }

    fn transfer(&mut self, now: Instant, id: TransferId, from: SocketAddrV4, bytes: &[u8]) {
        match tftp::decode(bytes) {
            Ok(packet) => {
                if !self.reads.packet(now, id, from, &packet) {
                    self.tftp_error(
                        Endpoint::Transfer(id),
                        from,
                        ErrorCode::UnknownTransfer,
                        "this is not your transfer",
                    );
                }
            }
            Err(garbage) => self.complain(now, "tftp", from, garbage.to_string()),
        }
    }

    fn request(&mut self, now: Instant, from: SocketAddrV4, bytes: &[u8]) {
        match tftp::decode(bytes) {
            // A question of the program's own, answered whole in one block; it leaves no trace.
            Ok(Packet::Read(request)) if request.name == tftp::SELF_TEST.as_bytes() => {
                let mut bytes = vec![0; 64];
                if let Some(len) = tftp::data(1, tftp::SELF_TEST.as_bytes(), &mut bytes) {
                    bytes.truncate(len);
                    self.queue.push_back(Queued::Reply { from: Endpoint::Tftp, to: from, bytes });
                }
            }
            Ok(Packet::Read(request)) => match tftp::clean(request.name) {
                Ok(name) => self.read(now, from, &name, request.mode, &request),
                Err(bad) => {
                    self.complain(now, "tftp", from, bad.to_string());
                    self.tftp_error(Endpoint::Tftp, from, ErrorCode::Access, "that is not a file name");
                }
            },
            Ok(Packet::Write(request)) => {
                let asked = String::from_utf8_lossy(request.name).escape_default().to_string();
                if self.garbage.count(now, *from.ip()).is_some() {
                    self.tell(now, None, Kind::WriteRefused { peer: from, asked });
                }
                self.tftp_error(Endpoint::Tftp, from, ErrorCode::Access, "this server only gives files");
            }
            // A late ACK or ERROR at the request port belongs to nothing; an answer would only make more noise.
            Ok(_) => {}
            Err(garbage) => {
                self.complain(now, "tftp", from, garbage.to_string());
                if let Some((code, message)) = garbage.answer() {
                    self.tftp_error(Endpoint::Tftp, from, code, message);
                }
            }
        }
    }

    fn tftp_error(&mut self, at: Endpoint, to: SocketAddrV4, code: ErrorCode, message: &str) {
        let mut bytes = vec![0; 128];
        let len = tftp::error(code, message, &mut bytes);
        bytes.truncate(len);
        self.queue.push_back(Queued::Reply { from: at, to, bytes });
    }

    /// Whose request this is: the name says it (`SEP<MAC>…`), else the lease, else the address it was last seen at.
    fn who(&mut self, from: SocketAddrV4, name: &tftp::Name) -> Option<Mac> {
        let leased = self.dhcp.as_ref().and_then(|dhcp| dhcp.mac_of(*from.ip()));
        let known = leased.or_else(|| self.seen_at.get(from.ip()).copied());
        let named = Mac::in_name(name.base());
        let mac = if leased.is_some() { leased } else { named.or(known) }?;
        if self.seen_at.len() < limits::LEASES || self.seen_at.contains_key(from.ip()) {
            self.seen_at.insert(*from.ip(), mac);
        }
        Some(mac)
    }

    fn read(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        name: &tftp::Name,
        mode: Mode,
        request: &tftp::Request<'_>,
    ) {
        if let Some((id, reading)) = self.reads.of_peer(from) {
            let same = reading.file.eq_ignore_ascii_case(name.base());
            if same && reading.transfer.repeated(now) {
                return; // its own timer answers
            }
            self.end_read(now, id, ReadFailure::Replaced);
        }
        let mac = self.who(from, name);
        let role = self.catalogue.role(name.base()).0;
        // A phone that is seen for the first time by its request is made by the event of its answer; rules that must
        // come before the answer need it now.
        if let Some(mac) = mac.filter(|mac| self.state.phone(*mac).is_none()) {
            if self.state.phones.len() >= limits::PHONES {
                return self.limit(now, "phones on one bench");
            }
            self.tell(now, Some(mac), Kind::Booted { because: format!("it asks for {}", name.asked()) });
        }
        if let Some(mac) = mac {
            self.conclude(now, mac, Sign::Asks(role, name.base()));
        }
        let phone = mac.and_then(|mac| self.state.phone(mac));
        match self.desk().answer(phone, name, role) {
            Answer::Give(given) => self.give(now, from, mac, name, mode, request, given),
            Answer::Refuse { why, usual } => {
                let asked = name.asked().to_owned();
                self.tftp_error(Endpoint::Tftp, from, ErrorCode::NotFound, &why);
                let symptom = phone_symptom(self, mac, role, &asked, usual);
                self.tell(now, mac, Kind::ReadRefused { peer: from, asked, role, why, usual });
                if let Some(symptom) = symptom {
                    self.tell(now, mac, symptom);
                }
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "everything that a read begins with, known to its caller alone"
    )]
    fn give(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        mac: Option<Mac>,
        name: &tftp::Name,
        mode: Mode,
        request: &tftp::Request<'_>,
        given: Given,
    ) {
        while let Some(id) = self.reads.must_yield(from) {
            self.end_read(now, id, ReadFailure::Evicted);
            self.limit(now, "reads under way at once");
        }
        let size = u64::try_from(given.bytes.len()).unwrap_or(u64::MAX);
        let transfer = Transfer::new(now, given.bytes, mode, request.options);
        let id = self.reads.begin(now, from, mac, name.base().to_owned(), transfer);
        let kind = Kind::ReadStarted {
            read: id.0,
            peer: from,
            asked: name.asked().to_owned(),
            file: given.file,
            role: given.role,
            load: given.load,
            size,
            made: given.made,
            part: given.part,
        };
        self.tell(now, mac, kind);
    }

    fn end_read(&mut self, now: Instant, id: TransferId, why: ReadFailure) {
        if let Some((phone, kind)) = self.reads.end(id, why) {
            self.tell(now, phone, kind);
            self.queue.push_back(Queued::Close(id));
        }
    }
}

fn phone_symptom(
    engine: &Engine,
    mac: Option<Mac>,
    role: crate::event::Role,
    asked: &str,
    usual: bool,
) -> Option<Kind> {
    let phone = engine.state.phone(mac?)?;
    if usual { None } else { watch::refused(&engine.desk(), phone, role, asked) }
}

fn fingerprint(request: &dhcp::Request) -> Fingerprint {
    Fingerprint {
        class: request.class.clone(),
        host_name: request.host_name.clone(),
        params: request.params.clone(),
        order: request.order.clone(),
    }
}
