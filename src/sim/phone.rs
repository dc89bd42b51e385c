//! A virtual phone: power, network, one firmware, and a few things that are wrong with it.

mod classic;
mod config_reader;
mod dhcp_client;
mod firmware;
mod image;
mod java;
mod machine;
mod model;
mod presence;
pub mod sayings;
pub mod spec;
mod task;
mod tftp_client;
pub mod web_client;
mod work;

pub use machine::{Deed, Failure, Refusal};

use super::Datagram;
use super::rng::Rng;
use crate::clock::Instant;
use crate::phone_id::Mac;
use dhcp_client::DhcpClient;
use firmware::Firmware;
use machine::{Face, Heard};
use model::{Kind, Model, Pace, model};
use spec::{BadPhone, Fault, PhoneSpec};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;
use task::{Task, Wear};
use tftp_client::{Finished, Read};
use web_client::Get;

/// The first port a phone reads from after a restart; each read takes the next one.
const FIRST_PORT: u16 = 49_152;
/// Its exchange listens there.
const SIP: u16 = 5060;
/// On the virtual wire a connection is one datagram from a port of its own.
const SCCP: u16 = 2000;
/// It announces itself soon after its start, then every minute.
const ANNOUNCE_FIRST: Duration = Duration::from_millis(400);
const ANNOUNCE_EVERY: Duration = Duration::from_secs(60);
/// Time for a key sequence.
const TYPING: Duration = Duration::from_secs(20);
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
        // Phones of one bench have one seed; the MAC keeps them from doing everything at the same moment.
        let [.., x, y, z] = spec.mac.0;
        Ok(Self {
            spec: spec.clone(),
            model,
            firmware: Firmware::new(spec, model)?,
            rng: Rng::new(seed ^ (u64::from(u32::from_be_bytes([0, x, y, z])) << 20)),
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
        self.firmware.running()
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
        self.firmware.power_lost(burning);
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
        let (taken, lasts) =
            if ignored { (false, Duration::ZERO) } else { self.firmware.reset(keys, &mut self.rng) };
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
