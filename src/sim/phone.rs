//! A virtual phone: power, network, one firmware, and a few things that are wrong with it.

pub use super::machine::{Deed, Failure, Refusal};

mod task;

use super::Datagram;
use super::classic::Classic;
use super::dhcp_client::{DhcpClient, News};
use super::java::Java;
use super::machine::{Context, Face, Heard, Stage, Step};
use super::model::{Kind, Model, Pace, model};
use super::rng::Rng;
use super::sayings;
use super::scenario::{Break, Fault, OfferNeed, PhoneSpec};
use super::tftp_client::{Finished, Progress, Read};
use super::web_client::{self, Get};
use crate::clock::Instant;
use crate::load::{LoadName, Protocol};
use crate::phone_id::Mac;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;
use task::{Task, Wear};

/// The first port a phone reads from after a restart; each read takes the next one.
const FIRST_PORT: u16 = 49_152;
/// How long a phone that fell silent stays so: all rounds of its patience.
const SILENCE: Duration = Duration::from_secs(39);
/// Its exchange listens there.
const SIP: u16 = 5060;
/// On the virtual wire a connection is one datagram from a port of its own.
const SCCP: u16 = 2000;
const REGISTERS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(33)];
/// It announces itself soon after its start, then every minute.
const ANNOUNCE_FIRST: Duration = Duration::from_millis(400);
const ANNOUNCE_EVERY: Duration = Duration::from_secs(60);
/// A fault that only the HTTP port shows.
const STUMBLES: Fault = Fault::AsksNothing { unless: Some(OfferNeed::WebClosed) };
/// Time for a key sequence.
const TYPING: Duration = Duration::from_secs(20);
/// The block at which a power cut of the stage `transfer` comes: synthetic images can be small.
const CUT_BLOCK: u64 = 3;

/// What [`Phone::poll`] wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum PhoneOutput {
    /// Put this on the wire.
    Send(Datagram),
    /// Announce this to the neighbours, from the LLC header on.
    Announce(Vec<u8>),
    /// Nothing until the next datagram, or until this moment.
    Idle(Option<Instant>),
}

/// What became of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It arrived, whatever the phone made of it.
    Taken,
    /// The phone has that address but no such port: it answers with ICMP port unreachable.
    PortClosed,
    /// It isn't for this phone, or the phone has no power.
    NotMine,
}

/// A phone that can't be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPhone {
    /// Not in `assets/sim/phones.toml`.
    #[error("no virtual phone is called {0}")]
    UnknownModel(String),
    /// The state needs a load, or the load is of another family.
    #[error("a {0} can't run {1}")]
    WrongLoad(String, String),
    /// The state does not exist on this generation.
    #[error("a {0} can't be in that state")]
    WrongState(String),
}

#[derive(Debug)]
enum Firmware {
    Classic(Classic),
    Java(Java),
}

impl Firmware {
    /// It tries HTTP before TFTP.
    fn asks_by_http(&self) -> bool {
        matches!(self, Self::Java(f) if f.asks_by_http())
    }

    fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Step {
        match self {
            Self::Classic(f) => f.step(heard, cx),
            Self::Java(f) => f.step(heard, cx),
        }
    }
}

/// A virtual phone.
#[derive(Debug)]
pub struct Phone {
    spec: PhoneSpec,
    model: &'static Model,
    rng: Rng,
    firmware: Firmware,
    dhcp: DhcpClient,
    task: Task,
    /// What leaves when.
    outbox: Vec<(Instant, Datagram)>,
    /// When it announces itself next.
    announce_at: Option<Instant>,
    next_port: u16,
    finished: Option<Finished>,
    /// The HTTP port was found closed or silent since it started.
    web_closed: bool,
    face: Face,
    log: Vec<(Instant, Deed)>,
    /// When the power comes back after a cut.
    back_at: Option<Instant>,
    wear: Wear,
}

impl Phone {
    /// A phone without power. The seed decides its delays.
    pub fn new(spec: &PhoneSpec, seed: u64) -> Result<Self, BadPhone> {
        let model = model(&spec.model).ok_or_else(|| BadPhone::UnknownModel(spec.model.clone()))?;
        let firmware = match model.kind {
            Kind::Classic => Firmware::Classic(Classic::new(spec)?),
            Kind::Java => Firmware::Java(Java::new(spec, model)?),
        };
        // Phones of one bench have one seed; the MAC keeps them from doing everything at the same moment.
        let [.., x, y, z] = spec.mac.0;
        Ok(Self {
            spec: spec.clone(),
            model,
            rng: Rng::new(seed ^ (u64::from(u32::from_be_bytes([0, x, y, z])) << 20)),
            firmware,
            dhcp: DhcpClient::new(spec, &model.class),
            task: Task::Off,
            outbox: Vec::new(),
            announce_at: None,
            next_port: FIRST_PORT,
            finished: None,
            web_closed: false,
            face: Face::DARK,
            log: Vec::new(),
            back_at: None,
            wear: Wear::new(&spec.faults),
        })
    }

    /// Its MAC address.
    #[must_use]
    pub const fn mac(&self) -> Mac {
        self.spec.mac
    }

    /// Its address, while it has one.
    #[must_use]
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.dhcp.lease().map(|l| l.address)
    }

    /// What its display shows.
    #[must_use]
    pub const fn screen(&self) -> &str {
        self.face.screen
    }

    /// What its lamps do.
    #[must_use]
    pub const fn lamps(&self) -> &str {
        self.face.lamps
    }

    /// The application load that its flash holds whole: the truth that a verdict is held against.
    #[must_use]
    pub fn running(&self) -> Option<&str> {
        match &self.firmware {
            Firmware::Classic(f) => f.running(),
            Firmware::Java(f) => f.running(),
        }
    }

    /// Everything it did, in order.
    #[must_use]
    pub fn history(&self) -> &[(Instant, Deed)] {
        &self.log
    }

    /// Begins its history anew.
    pub fn forget_history(&mut self) {
        self.log = Vec::new();
    }

    /// Gives it power; nothing happens when it has power.
    pub fn power_on(&mut self, now: Instant) {
        if matches!(self.task, Task::Off) {
            self.back_at = None;
            self.note(now, Deed::PowerOn);
            self.start(now);
        }
    }

    /// Takes its power. While it writes flash that does harm.
    pub fn power_off(&mut self, now: Instant) {
        if matches!(self.task, Task::Off) {
            return;
        }
        let burning = matches!(self.task, Task::Burn { .. });
        match &mut self.firmware {
            Firmware::Classic(f) => f.power_lost(burning),
            Firmware::Java(f) => f.power_lost(burning),
        }
        self.note(now, Deed::PowerOff);
        self.outbox.clear();
        self.announce_at = None;
        self.dhcp.stop();
        self.task = Task::Off;
        self.face = Face::DARK;
    }

    /// The technician takes the power, holds `#` while giving it again, and types `keys`.
    pub fn reset_keys(&mut self, now: Instant, keys: &str) {
        self.power_off(now);
        self.back_at = None;
        self.note(now, Deed::PowerOn);
        let ignored = self.spec.faults.contains(&Fault::ResetKeysIgnored);
        let (taken, lasts) = match &mut self.firmware {
            _ if ignored => (false, Duration::ZERO),
            Firmware::Classic(f) => (f.reset(keys), Duration::ZERO),
            Firmware::Java(f) => (f.reset(keys), Pace::JavaFormat.draw(&mut self.rng)),
        };
        if taken {
            self.dhcp.forget();
            self.note(now, Deed::Reset);
            self.face = Face { screen: "Factory reset initiated", lamps: "off" };
            self.task = Task::Keys(now + TYPING + lasts);
        } else {
            self.note(now, Deed::KeysIgnored);
            self.start(now);
        }
    }

    /// A datagram arrives.
    pub fn handle(&mut self, now: Instant, datagram: &Datagram) -> Delivery {
        if matches!(self.task, Task::Off) {
            return Delivery::NotMine;
        }
        let own = self.address() == Some(*datagram.to.ip());
        let everybody = datagram.to.ip().is_broadcast();
        if datagram.to.port() == 68
            && (own || everybody || self.dhcp.awaits(&datagram.bytes, *datagram.to.ip()))
        {
            let mut out = Vec::new();
            let news = self.dhcp.handle(now, &datagram.bytes, !everybody, &mut out);
            self.post(now, out);
            self.network_news(now, news);
            return Delivery::Taken;
        }
        if !own {
            return Delivery::NotMine;
        }
        if [SIP, SCCP].contains(&datagram.from.port()) {
            return Delivery::Taken;
        }
        let port = datagram.to.port();
        let mut out = Vec::new();
        let delivery = match &mut self.task {
            Task::Fetch(read) if read.port() == port && read.begun() => {
                let progress = read.handle(now, datagram.from, &datagram.bytes, &mut out);
                self.read_news(now, progress);
                Delivery::Taken
            }
            Task::Silent { port: silent, .. } if *silent == port => Delivery::Taken,
            _ => match self.finished.as_ref().and_then(|f| f.answer(now, datagram)) {
                Some(ack) => {
                    out.push(ack);
                    Delivery::Taken
                }
                None => Delivery::PortClosed,
            },
        };
        if !matches!(self.task, Task::Off) {
            let pace = if self.model.kind == Kind::Java { Pace::JavaAck } else { Pace::ClassicAck };
            let leaves = now + pace.draw(&mut self.rng);
            self.post(leaves, out);
        }
        delivery
    }

    /// The answer on a connection that it opened arrives, whole; `None`: nobody listens there.
    pub fn answered(&mut self, now: Instant, to: SocketAddrV4, answer: Option<&[u8]>) -> Delivery {
        let Task::Get(get) = &self.task else { return Delivery::NotMine };
        if get.from != to || !get.sent {
            return Delivery::NotMine;
        }
        match answer {
            None => self.by_tftp(now),
            Some(_) if get.stumbles => {}
            Some(answer) => {
                let fetched = get.read(answer);
                self.tell(now, Heard::Fetched(fetched));
            }
        }
        Delivery::Taken
    }

    /// HTTP leads nowhere: from here on it asks as phones always did.
    fn by_tftp(&mut self, now: Instant) {
        self.web_closed = true;
        let Task::Get(get) = std::mem::replace(&mut self.task, Task::Rest) else { return };
        let Get { ask, from, server, .. } = *get;
        let from = SocketAddrV4::new(*from.ip(), take_port(&mut self.next_port));
        self.task = Task::Fetch(Box::new(Read::new(ask, now, from, server)));
    }

    /// What it answers to who asks for its page; `None`: nobody listens there.
    #[must_use]
    pub fn page(&self, question: &[u8]) -> Option<Vec<u8>> {
        let application = match &self.firmware {
            _ if matches!(self.task, Task::Off) => None,
            Firmware::Classic(f) => f.page(),
            Firmware::Java(f) => f.page(),
        }?;
        let model = format!("CP-{}G", self.spec.model);
        let page = sayings::page(self.spec.mac, &model, &application);
        Some(web_client::page(question, page))
    }

    /// What it wants done; call until it says [`PhoneOutput::Idle`].
    pub fn poll(&mut self, now: Instant) -> PhoneOutput {
        self.advance(now);
        if self.announce_at.is_some_and(|at| at <= now) {
            self.announce_at = Some(now + ANNOUNCE_EVERY);
            if let Some(frame) = self.announcement() {
                return PhoneOutput::Announce(frame);
            }
        }
        if let Some(place) = self.outbox.iter().position(|(at, _)| *at <= now) {
            return PhoneOutput::Send(self.outbox.remove(place).1);
        }
        let task = if matches!(self.task, Task::Off) { self.back_at } else { self.task.due(now) };
        let mail = self.outbox.iter().map(|(at, _)| *at).min();
        PhoneOutput::Idle([task, mail, self.announce_at, self.dhcp.deadline()].into_iter().flatten().min())
    }

    fn announcement(&self) -> Option<Vec<u8>> {
        let load = match &self.firmware {
            Firmware::Classic(f) => f.announced(),
            Firmware::Java(f) => f.announced(self.model),
        }?;
        Some(sayings::announcement(self.spec.mac, &format!("Cisco IP Phone {}", self.spec.model), &load))
    }

    /// Turns to the exchange, which its configuration says is where its files come from; twice, as the first may be lost.
    fn register(&mut self, now: Instant) {
        let Some(load) = self.running().map(str::to_owned) else { return };
        let Some((own, server)) = self.dhcp.lease().and_then(|l| Some((l.address, l.tftp?))) else {
            return;
        };
        let (mac, number) = (self.spec.mac, self.model.type_id);
        let java = self.model.kind == Kind::Java;
        let sip = load.parse::<LoadName>().is_ok_and(|load| load.protocol == Protocol::Sip);
        let from = SocketAddrV4::new(own, if sip { SIP } else { FIRST_PORT });
        // Classic phones say no load, neither in SIP nor in SCCP (`classic-phones` 7).
        let said = Some(load.as_str()).filter(|_| java);
        let agent = format!("Cisco-CP{}G/8.0", self.spec.model);
        let (port, bytes) = if sip {
            (SIP, sayings::sip_registration(mac, number, &agent, said, from))
        } else {
            (SCCP, sayings::sccp_registration(mac, number, said))
        };
        let datagram = Datagram { from, to: SocketAddrV4::new(server, port), bytes };
        for at in REGISTERS {
            self.post(now + at, vec![datagram.clone()]);
        }
    }

    /// Does what is due.
    fn advance(&mut self, now: Instant) {
        // A firmware that asked for reads it can't make would turn here for ever; it never makes so many in a row.
        for _ in 0..64 {
            let mut out = Vec::new();
            let news = self.dhcp.tick(now, &mut out);
            self.post(now, out);
            self.network_news(now, news);
            if !self.advance_task(now) {
                break;
            }
        }
    }

    /// Whether anything was due.
    fn advance_task(&mut self, now: Instant) -> bool {
        match &mut self.task {
            Task::Off => match self.back_at {
                Some(at) if at <= now => self.power_on(now),
                _ => return false,
            },
            Task::Keys(at) if *at <= now => self.start(now),
            Task::Wait(at) if *at <= now => self.tell(now, Heard::Waited),
            Task::Burn { cut: Some((at, back)), .. } if *at <= now => {
                let back = *back;
                self.cut(now, back);
            }
            Task::Burn { ends, cut: None } if *ends <= now => self.tell(now, Heard::Waited),
            Task::Silent { until, .. } if *until <= now => {
                self.tell(now, Heard::Fetched(Err(Failure::Timeout)));
            }
            Task::Answer(answer) => {
                let answer = std::mem::replace(answer, Ok(Vec::new()));
                self.tell(now, Heard::Fetched(answer));
            }
            Task::Get(get) if get.due <= now => match get.sent {
                false => {
                    let (from, bytes, name) = (get.from, get.question(), get.ask.name.clone());
                    (get.sent, get.due) = (true, now + web_client::PATIENCE);
                    let asked = !get.stumbles;
                    let to = SocketAddrV4::new(get.server, web_client::PORT);
                    if asked {
                        self.log.push((now, Deed::Asked(name)));
                    }
                    self.post(now, vec![Datagram { from, to, bytes }]);
                }
                true if get.stumbles => return false,
                true => self.by_tftp(now),
            },
            Task::Fetch(read) if read.deadline() <= now => {
                if !read.begun() {
                    let asked = Deed::Asked(read.name().to_owned());
                    self.log.push((now, asked));
                }
                let mut out = Vec::new();
                let next = &mut self.next_port;
                let progress = read.tick(now, || take_port(next), &mut out);
                self.post(now, out);
                self.read_news(now, progress);
            }
            _ => return false,
        }
        true
    }

    fn network_news(&mut self, now: Instant, news: News) {
        match news {
            News::Nothing => {}
            News::Lost => self.restart(now),
            News::Bound => {
                if let Some(address) = self.address() {
                    self.note(now, Deed::Leased(address));
                }
                if let Some(back) = self.wear.struck(Stage::Lease) {
                    self.cut(now, back);
                } else if matches!(self.task, Task::Lease) {
                    self.tell(now, Heard::Leased);
                }
            }
        }
    }

    fn read_news(&mut self, now: Instant, progress: Progress) {
        let Task::Fetch(read) = &self.task else { return };
        match progress {
            Progress::Going => {}
            Progress::Block(block) => {
                let (image, port, name) = (read.of_an_image(), read.port(), read.name().to_owned());
                if image
                    && block == CUT_BLOCK
                    && let Some(back) = self.wear.struck(Stage::Transfer)
                {
                    self.cut(now, back);
                } else {
                    match self.wear.broken(&name, block) {
                        Some(Break::Restart) => self.restart(now),
                        Some(Break::Silence) => self.task = Task::Silent { until: now + SILENCE, port },
                        None => {}
                    }
                }
            }
            Progress::Over(result) => {
                self.finished = if result.is_ok() { read.finished(now) } else { None };
                self.tell(now, Heard::Fetched(result));
            }
        }
    }

    /// The power goes by itself and comes back.
    fn cut(&mut self, now: Instant, back: Duration) {
        self.power_off(now);
        self.back_at = Some(now + back);
    }

    fn restart(&mut self, now: Instant) {
        self.note(now, Deed::Restarted);
        self.outbox.clear();
        self.start(now);
    }

    fn start(&mut self, now: Instant) {
        self.dhcp.stop();
        self.next_port = FIRST_PORT;
        (self.finished, self.web_closed) = (None, false);
        self.announce_at = Some(now + ANNOUNCE_FIRST);
        self.tell(now, Heard::Start);
    }

    /// Tells the firmware and does what it says.
    fn tell(&mut self, now: Instant, heard: Heard) {
        let mut cx = Context {
            now,
            mac: self.spec.mac,
            model: self.model,
            spec: &self.spec,
            rng: &mut self.rng,
            face: &mut self.face,
            log: &mut self.log,
        };
        let step = self.firmware.step(heard, &mut cx);
        self.task = match step {
            Step::Wait(time) => Task::Wait(now + time),
            Step::Burn(stage, time) => {
                let cut = self.wear.struck(stage).map(|back| (now + time / 2, back));
                Task::Burn { ends: now + time, cut }
            }
            Step::Lease(voice) => {
                self.dhcp.start(now + Pace::DhcpDelay.draw(&mut self.rng), voice);
                Task::Lease
            }
            Step::Fetch(ask) => match self.dhcp.lease() {
                Some(lease) if !lease.mute => match lease.tftp {
                    Some(server) => {
                        let from = SocketAddrV4::new(lease.address, take_port(&mut self.next_port));
                        let due = now + ask.after;
                        let stumbles = self.spec.faults.contains(&STUMBLES);
                        if !self.web_closed && (stumbles || self.firmware.asks_by_http()) {
                            Task::Get(Box::new(Get { ask, from, server, due, sent: false, stumbles }))
                        } else {
                            Task::Fetch(Box::new(Read::new(ask, due, from, server)))
                        }
                    }
                    None => Task::Answer(Err(Failure::NoServer)),
                },
                _ => Task::Answer(Err(Failure::NoServer)),
            },
            Step::Restart => return self.restart(now),
            Step::Rest => Task::Rest,
            Step::Register => {
                self.register(now);
                Task::Rest
            }
        };
    }

    fn note(&mut self, now: Instant, deed: Deed) {
        self.log.push((now, deed));
    }

    fn post(&mut self, at: Instant, out: Vec<Datagram>) {
        self.outbox.extend(out.into_iter().map(|d| (at, d)));
    }
}

/// The port for the next read.
fn take_port(next: &mut u16) -> u16 {
    let port = *next;
    *next = next.checked_add(1).unwrap_or(FIRST_PORT);
    port
}

#[cfg(test)]
mod tests;
