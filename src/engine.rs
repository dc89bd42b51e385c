//! One machine without sockets or clock: datagrams and commands in, datagrams and events out.
//!
//! The contract: after every [`Engine::handle`], call [`Engine::poll`] until it says [`Output::Idle`]. Packets are
//! written into the caller's buffer; a block of a file costs no allocation and no lock. The engine folds its own events
//! ([`crate::session::State`]) and decides from nothing else.

mod addresses;
mod answer;
mod complaints;
mod hand;
mod lead;
mod orders;
mod pages;
mod port;
mod reads;
mod requests;
mod room;
mod rules;
mod said;
mod talks;
mod watch;
mod web;

use crate::catalogue::Catalogue;
use crate::clock::Instant;
use crate::dhcp::{self};
use crate::event::{Event, GivenAccount, Kind, Session};
use crate::firmware::Shelf;
use crate::job::Job;
use crate::limits;
use crate::phone_id::Mac;
use crate::session::State;
use answer::{Desk, FirstHop};
use complaints::{Budget, Complaints};
use pages::Pages;
pub use port::{Command, ConnId, Endpoint, Input, Output, TransferId};
use reads::{Polled, Reads};
use rules::Sign;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use web::{End, Served};

/// The machine.
pub struct Engine {
    catalogue: &'static Catalogue,
    shelf: Shelf,
    job: Job,
    first_hops: Vec<FirstHop>,
    state: State,
    dhcp: Option<dhcp::Server>,
    reads: Reads,
    /// Who has which address, for phones whose lease is not ours.
    seen_at: HashMap<Ipv4Addr, (Mac, Instant)>,
    /// What each connection has said and was not understood yet.
    talks: BTreeMap<ConnId, Vec<u8>>,
    /// The files that are read over HTTP.
    served: BTreeMap<ConnId, Served>,
    pages: Pages,
    /// The HTTP port is open.
    web_door: bool,
    queue: VecDeque<Queued>,
    next_sweep: Instant,
    ignored: Complaints<Mac>,
    garbage: Complaints<Ipv4Addr>,
    writes: Complaints<Ipv4Addr>,
    full: Complaints<&'static str>,
    leaving: room::Leaving,
    /// Reads asked for, by address.
    asked: Budget<Ipv4Addr>,
    /// Files asked for in vain, by address.
    missed: Budget<Ipv4Addr>,
    /// What phones did at the other ports.
    repeated: Budget<Mac>,
    elsewhere: Budget<Mac>,
}

enum Queued {
    Event(Event),
    Reply { from: Endpoint, to: SocketAddrV4, bytes: Vec<u8> },
    Close(TransferId),
    HangUp(ConnId),
    Give { to: ConnId, head: Vec<u8>, body: Arc<[u8]> },
    Visit { id: ConnId, at: SocketAddrV4, question: Vec<u8> },
    WebDoor { open: bool },
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
            variation: dhcp::Variation::FULL,
        };
        let known = state.phones.iter().filter_map(|phone| Some((phone.mac, phone.address?)));
        let known: Vec<_> = remembered.into_iter().chain(known).collect();
        let dhcp = if job.dhcp { Some(dhcp::Server::new(config, known)?) } else { None };
        let seen_at = state
            .phones
            .iter()
            .filter_map(|phone| Some((phone.address?, (phone.mac, phone.last_seen))))
            .collect();
        let next_sweep = state.last;
        let first_hops = answer::first_hops(catalogue, &shelf, &job);
        Ok(Self {
            first_hops,
            catalogue,
            shelf,
            job,
            state,
            dhcp,
            reads: Reads::default(),
            seen_at,
            talks: BTreeMap::new(),
            served: BTreeMap::new(),
            pages: Pages::default(),
            web_door: true,
            queue: VecDeque::new(),
            next_sweep,
            ignored: Complaints::default(),
            garbage: Complaints::default(),
            writes: Complaints::default(),
            full: Complaints::default(),
            leaving: room::Leaving::default(),
            asked: Budget::default(),
            missed: Budget::default(),
            repeated: Budget::default(),
            elsewhere: Budget::default(),
        })
    }

    /// Says that the servers answer from now on; after an interruption, how long nobody was there.
    pub fn start(&mut self, now: Instant, mut session: Session) {
        if self.state.session.is_some() {
            let gap_s = now.since(self.state.last).as_secs();
            self.tell(now, None, Kind::SessionResumed { gap_s });
        } else {
            session.targets = self.job.targets();
            session.forced = self.job.forced();
            session.account = self
                .job
                .account
                .as_ref()
                .map(|account| GivenAccount { user: account.to_string(), only: account.phone });
            (session.server, session.dhcp) = (self.job.server, self.job.dhcp);
            session.leads_elsewhere = self.job.leads_elsewhere;
            self.tell(now, None, Kind::SessionStarted(session));
        }
    }

    /// Tells what the shells noticed about this computer or the wire.
    pub fn note(&mut self, now: Instant, kind: Kind) {
        // Who listens to another DHCP server may not have been heard of here yet.
        let phone = match &kind {
            Kind::WrongAddress { from, .. } => {
                let known = self.state.phone(*from).is_some() || self.has_room(now, limits::PHONE_SILENT);
                known.then_some(*from)
            }
            _ => None,
        };
        self.tell(now, phone, kind);
    }

    /// Ends the session with its summary.
    pub fn finish(&mut self, now: Instant) {
        // What was counted is told before the end, however lately.
        self.tell_counted(now, now + limits::COMPLAINT_EVERY);
        let summary = self.state.summarise();
        self.tell(now, None, Kind::Summary(summary));
    }

    /// What all events so far came to.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Something is remembered of a read: over TFTP or HTTP, told or not.
    #[must_use]
    pub fn remembers_a_read(&self) -> bool {
        !self.reads.is_empty() || !self.served.is_empty()
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
            Input::Datagram { at: Endpoint::SipUdp, from, bytes } => self.sip_datagram(now, from, bytes),
            Input::Datagram { at: at @ (Endpoint::Cdp | Endpoint::Lldp), bytes, .. } => {
                self.announced(now, at, bytes);
            }
            Input::Datagram { at: at @ (Endpoint::Sip(id) | Endpoint::Sccp(id)), from, bytes } => {
                self.stream(now, at, id, from, bytes);
            }
            Input::Datagram { at: Endpoint::Web(id), from, bytes } => self.web_stream(now, id, from, bytes),
            Input::Datagram { at: Endpoint::Page(id), bytes, .. } => self.page(now, id, bytes),
            Input::HungUp(id) => {
                self.no_page(id);
                self.served(now, id, &End::Broken);
            }
            Input::Delivered(id) => self.served(now, id, &End::Whole),
            Input::Stalled(id) => self.served(now, id, &End::Silent),
            Input::Taken(id, bytes) => self.taken(now, id, bytes),
            Input::Unreachable(id) => self.reads.closed(now, id),
            Input::Tick => {}
            Input::Command(command) => self.command(now, command),
        }
        if now >= self.next_sweep {
            self.next_sweep = now + limits::SWEEP_EVERY;
            let phones: Vec<_> = self.state.phones.iter().map(|phone| phone.mac).collect();
            for mac in phones {
                self.conclude(now, mac, Sign::Nothing);
                self.look_at_page(now, mac);
            }
            self.tell_counted(now, now);
            self.move_web_door();
        }
    }

    /// The next thing to do. Packets are written to the front of `buf`, which holds at least 1 500 bytes.
    pub fn poll(&mut self, now: Instant, buf: &mut [u8]) -> Output {
        loop {
            match self.queue.pop_front() {
                Some(Queued::Event(event)) => return Output::Event(event),
                Some(Queued::Close(id)) => return Output::Close(id),
                Some(Queued::HangUp(id)) => return Output::HangUp(id),
                Some(Queued::Give { to, head, body }) => return Output::Give { to, head, body },
                Some(Queued::Visit { id, at, question }) => return Output::Visit { id, at, question },
                Some(Queued::WebDoor { open }) => return Output::WebDoor { open },
                Some(Queued::Reply { from, to, bytes }) => {
                    if let Some(place) = buf.get_mut(..bytes.len()) {
                        place.copy_from_slice(&bytes);
                        return Output::Send { from, to, len: bytes.len() };
                    }
                }
                None => match self.reads.poll(now, buf) {
                    Polled::Send(id, to, len) => {
                        return Output::Send { from: Endpoint::Transfer(id), to, len };
                    }
                    Polled::Told(phone, kind) => self.tell(now, phone, kind),
                    Polled::Over(id, phone, kind) => {
                        self.tell_end(now, phone, kind);
                        self.queue.push_back(Queued::Close(id));
                    }
                    Polled::Gone(id) => return Output::Close(id),
                    Polled::Idle(next) => {
                        let waits = !self.state.phones.is_empty()
                            || self.garbage.is_waiting()
                            || self.ignored.is_waiting()
                            || self.full.is_waiting();
                        let sweep = waits.then_some(self.next_sweep);
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

    fn desk(&self) -> Desk<'_> {
        Desk { catalogue: self.catalogue, shelf: &self.shelf, job: &self.job, first_hops: &self.first_hops }
    }

    fn conclude(&mut self, now: Instant, mac: Mac, sign: Sign<'_>) {
        for _ in 0..limits::CONCLUSIONS {
            let Some(phone) = self.state.phone(mac) else { return };
            let Some(kind) = rules::conclude(&self.desk(), phone, sign, now) else { return };
            self.tell(now, Some(mac), kind);
        }
    }

    fn complain(&mut self, now: Instant, port: &str, from: SocketAddrV4, why: String) {
        let kind = || Kind::Garbage { port: port.to_owned(), from, why, count: 0 };
        if let Some(kind) = self.garbage.count(now, *from.ip(), kind) {
            self.tell(now, None, kind);
        }
    }

    /// Tells what was counted and not told by `until`.
    fn tell_counted(&mut self, now: Instant, until: Instant) {
        while let Some(kind) =
            self.garbage.due(until).or_else(|| self.ignored.due(until)).or_else(|| self.full.due(until))
        {
            self.tell(now, None, kind);
        }
    }

    /// Remembers who was seen at an address.
    fn seen(&mut self, now: Instant, ip: Ipv4Addr, mac: Mac) {
        if self.seen_at.len() >= limits::LEASES && !self.seen_at.contains_key(&ip) {
            self.seen_at.retain(|_, (_, at)| now.since(*at) < limits::ADDRESS_SEEN);
        }
        if self.seen_at.len() < limits::LEASES || self.seen_at.contains_key(&ip) {
            self.seen_at.insert(ip, (mac, now));
        }
    }

    fn limit(&mut self, now: Instant, what: &'static str) {
        let kind = || Kind::LimitReached { what: what.to_owned(), count: 0 };
        if let Some(kind) = self.full.count(now, what, kind) {
            self.tell(now, None, kind);
        }
    }
}
