//! The engine and virtual phones on one virtual wire, in virtual time.
//!
//! The same engine that `serve` drives with sockets; here its datagrams travel over a [`Lan`], and the clock jumps from
//! one thing that happens to the next.

use super::Datagram;
use super::firmware::{self, Scale, damage};
use super::lan::Lan;
use super::phone::{BadPhone, Delivery, Phone, PhoneOutput};
use super::router::Router;
use super::scenario::{Damage, Deed, Scenario};
use super::web_client;
use crate::catalogue::Catalogue;
use crate::clock::Instant;
use crate::dhcp::BadPool;
use crate::engine::{Command, ConnId, Endpoint, Engine, Input, Output, TransferId};
use crate::event::{Event, Remedy, Session};
use crate::firmware::{Intake, Shelf};
use crate::job::{Blocker, Draft, Job, Wish};
use crate::session::State;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// A power-cycle by hand: off for so long.
const OFF_FOR: Duration = Duration::from_secs(5);
/// First port of the server's reads on the virtual wire.
const FIRST_TRANSFER_PORT: u16 = 32_768;
/// Bytes a second that a phone takes over HTTP: what it writes to its memory, not what the wire can do.
const HTTP_RATE: u64 = 1_000_000;

/// A bench that can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum BadWorld {
    /// What was ordered can't be done; nothing is served. This is what a scenario with `plan.refused` expects.
    #[error("refused before serving")]
    Refused(Vec<Blocker>),
    /// A phone that the simulator can't build.
    #[error(transparent)]
    Phone(#[from] BadPhone),
    /// A network without room.
    #[error(transparent)]
    Pool(#[from] BadPool),
}

/// On the wire.
#[derive(Clone, Debug)]
enum Parcel {
    ToServer(Datagram),
    /// A neighbour announcement.
    Announcement(Vec<u8>),
    ToPhones(Datagram),
    /// ICMP port unreachable for a packet of this server port.
    Unreachable(u16),
    /// The whole answer on a connection that a phone opened; `None`: nobody listens there.
    Answer(SocketAddrV4, Option<Vec<u8>>),
    /// The question for a page, and the whole answer to it.
    Question(ConnId, SocketAddrV4, Vec<u8>),
    Page(ConnId, SocketAddrV4, Option<Vec<u8>>),
}

/// A virtual bench.
pub struct World {
    engine: Engine,
    shelf: Shelf,
    job: Job,
    session: Session,
    phones: Vec<Phone>,
    /// When each phone wants to be looked at again.
    wake: Vec<Option<Instant>>,
    routers: Vec<Router>,
    lan: Lan<Parcel>,
    /// What the technician does, by time.
    actions: VecDeque<(Instant, usize, Hand)>,
    restarts: VecDeque<Instant>,
    now: Instant,
    engine_wake: Option<Instant>,
    ports: HashMap<u16, TransferId>,
    port_of: HashMap<TransferId, u16>,
    next_port: u16,
    happened: Vec<Event>,
    ended: bool,
    /// Our servers hear what phones say of themselves.
    listens: bool,
    /// There is an HTTP port, and whether it is open.
    web: Option<bool>,
    /// Answers that take their time, with the length of what they carry.
    answers: Vec<(Instant, SocketAddrV4, u64, Vec<u8>)>,
}

#[derive(Clone, Debug)]
enum Hand {
    On,
    Off,
    Keys(String),
    Remedy(Remedy),
}

/// The firmware of a scenario, each load in a set of its own.
#[must_use]
pub fn shelf(scenario: &Scenario, seed: u64, scale: Scale) -> Shelf {
    let mut sets: Vec<(String, firmware::Files)> = Vec::new();
    for load in &scenario.shelf.loads {
        sets.push((load.clone(), firmware::set(load, seed, scale)));
    }
    for (_, files) in &mut sets {
        for done in &scenario.shelf.damage {
            match done {
                Damage::Missing { file } => damage::drop_part(files, file),
                Damage::Renamed { file, to } => damage::rename(files, file, to),
                Damage::Truncated { file, keep } => damage::truncate(files, file, *keep),
            }
        }
    }
    let mut intake = Intake::of_any_size();
    for (load, files) in sets {
        for (name, bytes) in files {
            intake.file(&load, &name, bytes);
        }
    }
    for file in &scenario.shelf.files {
        intake.file("files", &file.name, file.text.clone().into_bytes());
    }
    intake.finish()
}

fn wishes(wishes: &BTreeMap<String, String>) -> Vec<Wish> {
    let wish = |(model, load): (&String, &String)| Wish {
        model: (model != "*").then(|| model.clone()),
        load: load.clone(),
    };
    wishes.iter().map(wish).collect()
}

impl World {
    /// A bench as the scenario says, with a shelf that was made by [`shelf`].
    ///
    /// # Errors
    /// [`BadWorld::Refused`] when the order is refused; the other kinds are faults of the scenario.
    pub fn new(scenario: &Scenario, shelf: Shelf, seed: u64) -> Result<Self, BadWorld> {
        let draft = Draft {
            targets: wishes(&scenario.targets),
            froms: wishes(&scenario.from),
            server: Some(scenario.server.address),
            prefix: 24,
            dhcp: scenario.server.dhcp,
            ..Draft::default()
        };
        let job = draft.finish(Catalogue::builtin(), &shelf).map_err(BadWorld::Refused)?;
        let specs = scenario.phones();
        let phones = specs.iter().map(|(spec, _)| Phone::new(spec, seed)).collect::<Result<Vec<_>, _>>()?;
        let session = Session {
            program: concat!("rescue79 ", env!("CARGO_PKG_VERSION")).to_owned(),
            mode: "rehearse".to_owned(),
            server: scenario.server.address,
            dhcp: scenario.server.dhcp,
            leads_elsewhere: false,
            targets: Vec::new(),
            forced: Vec::new(),
            account: None,
            expect: u32::try_from(phones.len()).ok(),
            scenario: Some(scenario.name.clone()),
            seed: Some(seed),
        };
        let engine = Engine::new(Catalogue::builtin(), shelf.clone(), job.clone(), State::default(), [])?;
        let mut world = Self {
            engine,
            shelf,
            job,
            session,
            wake: vec![None; phones.len()],
            phones,
            routers: scenario.routers.iter().cloned().map(Router::new).collect(),
            lan: Lan::new(scenario.lan.clone(), seed),
            actions: actions(scenario),
            restarts: scenario.server.restarts.iter().map(|s| Instant::from_millis(s * 1000)).collect(),
            now: Instant::ZERO,
            engine_wake: None,
            ports: HashMap::new(),
            port_of: HashMap::new(),
            next_port: FIRST_TRANSFER_PORT,
            happened: Vec::new(),
            ended: false,
            listens: scenario.server.listens,
            web: scenario.server.http.then_some(true),
            answers: Vec::new(),
        };
        world.engine.start(world.now, world.session.clone());
        world.drain();
        Ok(world)
    }

    /// What the engine's events came to.
    #[must_use]
    pub const fn state(&self) -> &State {
        self.engine.state()
    }

    /// The phones as they really are, in the order of the scenario.
    #[must_use]
    pub fn phones(&self) -> &[Phone] {
        &self.phones
    }

    /// The moment it has come to.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Lets time pass until `until`, and returns what happened, in order.
    pub fn advance(&mut self, until: Instant) -> Vec<Event> {
        while let Some(next) = self.next().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = self.now.max(until);
        std::mem::take(&mut self.happened)
    }

    /// The technician does this to the phone of that place, now.
    pub fn by_hand(&mut self, phone: usize, what: &Deed) {
        self.actions.extend(hands(self.now, phone, what));
        self.actions.make_contiguous().sort_by_key(|(at, ..)| *at);
    }

    /// Hands the engine a decision of the technician.
    pub fn command(&mut self, command: &Command) -> Vec<Event> {
        self.engine.handle(self.now, Input::Command(command));
        self.drain();
        std::mem::take(&mut self.happened)
    }

    /// Ends the session with its summary.
    pub fn finish(&mut self) -> Vec<Event> {
        if !self.ended {
            self.ended = true;
            self.engine.finish(self.now);
            self.drain();
        }
        std::mem::take(&mut self.happened)
    }

    /// When something happens next.
    fn next(&self) -> Option<Instant> {
        let wakes = self.wake.iter().flatten().copied();
        let others = [
            self.lan.next(),
            self.engine_wake,
            self.actions.front().map(|(at, ..)| *at),
            self.restarts.front().copied(),
            self.answers.iter().map(|(at, ..)| *at).min(),
        ];
        wakes.chain(others.into_iter().flatten()).min()
    }

    fn step(&mut self) {
        if self.restarts.front().is_some_and(|at| *at <= self.now) {
            self.restarts.pop_front();
            self.restart();
        }
        while self.actions.front().is_some_and(|(at, ..)| *at <= self.now) {
            let Some((_, phone, hand)) = self.actions.pop_front() else { break };
            self.do_by_hand(phone, &hand);
        }
        while let Some(parcel) = self.lan.pop(self.now) {
            self.deliver(&parcel);
        }
        while let Some(place) = self.answers.iter().position(|(at, ..)| *at <= self.now) {
            let (_, to, length, bytes) = self.answers.swap_remove(place);
            self.answer(to, length, &bytes);
        }
        if self.engine_wake.is_some_and(|at| at <= self.now) {
            self.engine.handle(self.now, Input::Tick);
            self.drain();
        }
        for index in 0..self.phones.len() {
            if self.wake.get(index).copied().flatten().is_some_and(|at| at <= self.now) {
                self.poll_phone(index);
            }
        }
    }

    fn do_by_hand(&mut self, index: usize, hand: &Hand) {
        if let Some(phone) = self.phones.get_mut(index) {
            match hand {
                Hand::On => phone.power_on(self.now),
                Hand::Off => phone.power_off(self.now),
                Hand::Keys(keys) => phone.reset_keys(self.now, keys),
                Hand::Remedy(remedy) => {
                    let command = Command::Remedy { phone: phone.mac(), remedy: *remedy };
                    self.engine.handle(self.now, Input::Command(&command));
                    self.drain();
                }
            }
        }
        self.poll_phone(index);
    }

    fn poll_phone(&mut self, index: usize) {
        loop {
            let Some(phone) = self.phones.get_mut(index) else { return };
            match phone.poll(self.now) {
                PhoneOutput::Send(datagram) if datagram.to.port() == web_client::PORT => {
                    self.lan.send_surely(self.now, Parcel::ToServer(datagram));
                }
                PhoneOutput::Send(datagram) => self.lan.send(self.now, Parcel::ToServer(datagram)),
                PhoneOutput::Announce(frame) => self.lan.send(self.now, Parcel::Announcement(frame)),
                PhoneOutput::Idle(wake) => {
                    if let Some(place) = self.wake.get_mut(index) {
                        *place = wake;
                    }
                    return;
                }
            }
        }
    }

    fn deliver(&mut self, parcel: &Parcel) {
        match parcel {
            Parcel::ToPhones(datagram) => self.deliver_to_phones(datagram),
            Parcel::Announcement(_) if !self.listens => {}
            Parcel::Announcement(frame) => {
                let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
                self.engine.handle(self.now, Input::Datagram { at: Endpoint::Cdp, from, bytes: frame });
                self.drain();
            }
            Parcel::Answer(to, answer) => {
                self.hand_over(*to, answer.as_deref());
            }
            Parcel::Question(id, at, question) => {
                let asked = self.phones.iter().find(|phone| phone.address() == Some(*at.ip()));
                let page = asked.and_then(|phone| phone.page(question));
                self.lan.send_surely(self.now, Parcel::Page(*id, *at, page));
            }
            Parcel::Page(id, from, page) => {
                let at = Endpoint::Page(*id);
                match page {
                    Some(bytes) => self.engine.handle(self.now, Input::Datagram { at, from: *from, bytes }),
                    None => self.engine.handle(self.now, Input::HungUp(*id)),
                }
                self.drain();
            }
            Parcel::Unreachable(port) => {
                if let Some(id) = self.ports.get(port) {
                    self.engine.handle(self.now, Input::Unreachable(*id));
                    self.drain();
                }
            }
            Parcel::ToServer(datagram) => {
                let replies: Vec<_> = self.routers.iter_mut().filter_map(|r| r.handle(datagram)).collect();
                for reply in replies {
                    self.lan.send(self.now, Parcel::ToPhones(reply));
                }
                let to = *datagram.to.ip();
                if to != self.job.server && !to.is_broadcast() {
                    return; // nobody has that address: no answer to ARP
                }
                let at = match datagram.to.port() {
                    67 => Endpoint::Dhcp,
                    69 => Endpoint::Tftp,
                    // As in life these ports are open only where we give the addresses.
                    5060 if self.listens && self.job.dhcp => Endpoint::SipUdp,
                    2000 if self.listens && self.job.dhcp => Endpoint::Sccp(connection(datagram.from)),
                    web_client::PORT if self.web != Some(true) => {
                        return self.lan.send_surely(self.now, Parcel::Answer(datagram.from, None));
                    }
                    // A connection on which nothing is asked.
                    web_client::PORT if datagram.bytes.is_empty() => return,
                    web_client::PORT => Endpoint::Web(connection(datagram.from)),
                    port => match self.ports.get(&port) {
                        Some(id) => Endpoint::Transfer(*id),
                        None => return,
                    },
                };
                self.engine
                    .handle(self.now, Input::Datagram { at, from: datagram.from, bytes: &datagram.bytes });
                self.drain();
            }
        }
    }

    /// A file has crossed the wire: the phone has it, or is gone.
    fn answer(&mut self, to: SocketAddrV4, length: u64, bytes: &[u8]) {
        let id = connection(to);
        if self.hand_over(to, Some(bytes)) {
            self.engine.handle(self.now, Input::Taken(id, length));
            self.engine.handle(self.now, Input::Delivered(id));
        } else {
            self.engine.handle(self.now, Input::HungUp(id));
        }
        self.drain();
    }

    /// Whether a phone waited for it.
    fn hand_over(&mut self, to: SocketAddrV4, answer: Option<&[u8]>) -> bool {
        for index in 0..self.phones.len() {
            let taken = self.phones.get_mut(index).map(|phone| phone.answered(self.now, to, answer));
            if taken == Some(Delivery::Taken) {
                self.poll_phone(index);
                return true;
            }
        }
        false
    }

    fn deliver_to_phones(&mut self, datagram: &Datagram) {
        let everybody = datagram.to.ip().is_broadcast();
        for index in 0..self.phones.len() {
            let delivery = self.phones.get_mut(index).map(|phone| phone.handle(self.now, datagram));
            match delivery {
                Some(Delivery::Taken) => {
                    self.poll_phone(index);
                    if !everybody {
                        return;
                    }
                }
                Some(Delivery::PortClosed) => {
                    self.lan.send(self.now, Parcel::Unreachable(datagram.from.port()));
                    return;
                }
                _ => {}
            }
        }
    }

    /// Does what the engine says, until it has nothing more to say.
    fn drain(&mut self) {
        let mut buf = [0; 2048];
        loop {
            match self.engine.poll(self.now, &mut buf) {
                Output::Send { from, to, len } => {
                    let port = match from {
                        Endpoint::Dhcp => 67,
                        Endpoint::Tftp => 69,
                        Endpoint::Transfer(id) => self.port(id),
                        Endpoint::SipUdp | Endpoint::Sip(_) => 5060,
                        Endpoint::Sccp(_) => 2000,
                        Endpoint::Cdp | Endpoint::Lldp | Endpoint::Web(_) | Endpoint::Page(_) => continue,
                    };
                    let from = SocketAddrV4::new(self.job.server, port);
                    let bytes = buf.get(..len).unwrap_or_default().to_vec();
                    self.lan.send(self.now, Parcel::ToPhones(Datagram { from, to, bytes }));
                }
                Output::Close(id) => {
                    if let Some(port) = self.port_of.remove(&id) {
                        self.ports.remove(&port);
                    }
                }
                Output::HangUp(_) => {}
                Output::Give { to, head, body } => {
                    let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
                    let takes = Duration::from_micros(500 + length * 1_000_000 / HTTP_RATE);
                    let bytes = [&head, &*body].concat();
                    self.answers.push((self.now + takes, peer(to), length, bytes));
                }
                Output::Visit { id, at, question } => {
                    self.lan.send_surely(self.now, Parcel::Question(id, at, question));
                }
                Output::WebDoor { open } => self.web = self.web.map(|_| open),
                Output::Event(event) => self.happened.push(event),
                Output::Idle(wake) => {
                    self.engine_wake = wake;
                    return;
                }
            }
        }
    }

    fn port(&mut self, id: TransferId) -> u16 {
        if let Some(port) = self.port_of.get(&id) {
            return *port;
        }
        while self.ports.contains_key(&self.next_port) || self.next_port < FIRST_TRANSFER_PORT {
            self.next_port = self.next_port.checked_add(1).unwrap_or(FIRST_TRANSFER_PORT);
        }
        let port = self.next_port;
        self.next_port = self.next_port.checked_add(1).unwrap_or(FIRST_TRANSFER_PORT);
        self.ports.insert(port, id);
        self.port_of.insert(id, port);
        port
    }

    /// The program is killed and started again: what it had written down is all that is left of it.
    fn restart(&mut self) {
        let state = self.engine.state().clone();
        self.restart_from(state);
    }

    /// The program is killed and started again, and this is what its journal comes to.
    pub fn restart_from(&mut self, state: State) {
        let leases: Vec<(crate::phone_id::Mac, Ipv4Addr)> = self.engine.leases().collect();
        let again = Engine::new(Catalogue::builtin(), self.shelf.clone(), self.job.clone(), state, leases);
        if let Ok(engine) = again {
            self.engine = engine;
            self.ports.clear();
            self.port_of.clear();
            self.answers.clear();
            self.web = self.web.map(|_| true);
            self.engine.start(self.now, self.session.clone());
            self.drain();
        }
    }
}

/// A connection on the virtual wire is known by its other end.
fn connection(from: SocketAddrV4) -> ConnId {
    ConnId(u64::from(from.ip().to_bits()) << 16 | u64::from(from.port()))
}

/// The other end of such a connection.
fn peer(id: ConnId) -> SocketAddrV4 {
    let [_, _, a, b, c, d, high, low] = id.0.to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low]))
}

fn actions(scenario: &Scenario) -> VecDeque<(Instant, usize, Hand)> {
    let at = |seconds: u64| Instant::from_millis(seconds * 1000);
    let mut all: Vec<(Instant, usize, Hand)> = Vec::new();
    for (index, (spec, _)) in scenario.phones().iter().enumerate() {
        all.push((at(spec.power_at), index, Hand::On));
    }
    for action in &scenario.actions {
        all.extend(hands(at(action.at), action.phone, &action.what));
    }
    all.sort_by_key(|(at, ..)| *at);
    all.into()
}

fn hands(at: Instant, phone: usize, what: &Deed) -> Vec<(Instant, usize, Hand)> {
    match what {
        Deed::PowerCycle => vec![(at, phone, Hand::Off), (at + OFF_FOR, phone, Hand::On)],
        Deed::Unplug => vec![(at, phone, Hand::Off)],
        Deed::ResetKeys(keys) => vec![(at, phone, Hand::Keys(keys.clone()))],
        Deed::Remedy(remedy) => vec![(at, phone, Hand::Remedy(*remedy))],
    }
}
