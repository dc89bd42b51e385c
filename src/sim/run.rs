//! The engine and virtual phones on one virtual wire, in virtual time.
//!
//! The same engine that `serve` drives with sockets; here its datagrams travel over a [`Lan`], and the clock jumps from
//! one thing that happens to the next.

mod hands;
mod parcel;
mod ports;
mod shelf;
mod wire;

pub use shelf::shelf;

use super::Datagram;
use super::lan::Lan;
use super::phone::spec::BadPhone;
use super::phone::{Phone, PhoneOutput, web_client};
use super::router::{Router, RouterSpec};
use super::scenario::{Deed, Scenario};
use crate::catalogue::Catalogue;
use crate::clock::Instant;
use crate::dhcp::{BadPool, elsewhere, probe};
use crate::engine::{Command, Engine, Input};
use crate::event::{Event, Kind, Session};
use crate::firmware::Shelf;
use crate::job::{Blocker, Draft, Job, Wish};
use crate::session::State;
use hands::{Hand, actions, hands};
use parcel::Parcel;
use ports::Ports;
use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};

/// The number of our own question to other DHCP servers.
const QUESTION: u32 = 0x7979_7979;

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
    ports: Ports,
    happened: Vec<Event>,
    ended: bool,
    /// Our servers hear what phones say of themselves.
    listens: bool,
    /// There is an HTTP port, and whether it is open.
    web: Option<bool>,
    /// Answers that take their time, with the length of what they carry.
    answers: Vec<(Instant, SocketAddrV4, u64, Vec<u8>)>,
}

fn wishes(wishes: &BTreeMap<String, String>) -> Vec<Wish> {
    let wish = |(model, load): (&String, &String)| Wish {
        model: (model != "*").then(|| model.clone()),
        load: load.clone(),
    };
    wishes.iter().map(wish).collect()
}

/// Our own question to somebody else's DHCP server, as a session asks it; the server does not remember it.
fn misdirected(spec: &RouterSpec, own: Ipv4Addr) -> Option<Kind> {
    let (from, to) = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST);
    let bytes = probe::discover(QUESTION);
    let asked = Datagram { from: SocketAddrV4::new(from, 68), to: SocketAddrV4::new(to, 67), bytes };
    let answer = Router::new(spec.clone()).handle(&asked)?;
    elsewhere::symptom(&probe::answer(&answer.bytes, QUESTION, *answer.from.ip())?, own)
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
            ports: Ports::new(),
            happened: Vec::new(),
            ended: false,
            listens: scenario.server.listens,
            web: scenario.server.http.then_some(true),
            answers: Vec::new(),
        };
        world.engine.start(world.now, world.session.clone());
        if !scenario.server.dhcp {
            let misdirected =
                scenario.routers.iter().filter_map(|spec| misdirected(spec, scenario.server.address));
            misdirected.for_each(|kind| world.engine.note(world.now, kind));
        }
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

    /// Somebody who is none of these phones sends a packet; nobody takes the answer.
    pub fn stranger_sends(&mut self, datagram: Datagram) {
        self.lan.send(self.now, Parcel::ToServer(datagram));
    }

    /// Forgets what the phones did so far: bench time of days must not cost memory here.
    pub fn forget_histories(&mut self) {
        self.phones.iter_mut().for_each(Phone::forget_history);
    }

    /// Hands the engine a decision of the technician.
    pub fn command(&mut self, command: &Command) -> Vec<Event> {
        self.engine.handle(self.now, Input::Command(command));
        self.drain();
        std::mem::take(&mut self.happened)
    }

    /// Has the engine tell what the shells noticed.
    pub fn note(&mut self, kind: crate::event::Kind) -> Vec<Event> {
        self.engine.note(self.now, kind);
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
            self.ports.close_all();
            self.answers.clear();
            self.web = self.web.map(|_| true);
            self.engine.start(self.now, self.session.clone());
            self.drain();
        }
    }
}
