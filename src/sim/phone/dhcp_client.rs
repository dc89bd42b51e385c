//! A phone's DHCP client: the order of its options, its constant transaction id, its patience.
//! Source: classic loaders 8.x as observed, captures of 7911/7960, fingerprint collections.

mod message;
mod reply;

use super::machine::Voice;
use super::spec::{Fault, OfferNeed, PhoneSpec, ServerField, StoredLease};
use crate::clock::Instant;
use crate::sim::Datagram;
use message::{ACK, DISCOVER, NAK, OFFER, REQUEST, Speaker};
use reply::Reply;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// Sendings of one stage: gaps of 4, 8, 16, 32 s, 60 s in all.
const SENDINGS: u8 = 4;
/// A lease without option 51.
const LEASE_SECONDS: u32 = 40 * 60;
/// Between renewals that nobody answers.
const RENEW_EVERY: Duration = Duration::from_secs(60);
/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    Nothing,
    /// There is an address now.
    Bound,
    /// The address in use is gone; the phone restarts.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Off,
    /// The random delay before the first message.
    Starting(Instant),
    /// A stored lease is asked for again.
    Rebooting(Sending),
    Selecting(Sending),
    Requesting(Sending, Offer),
    Bound,
}

/// How often a message was sent, and when it is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sending {
    count: u8,
    due: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Offer {
    address: Ipv4Addr,
    server: Ipv4Addr,
}

/// What the phone works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) address: Ipv4Addr,
    /// The file server, if the answer gave one that this phone can use.
    pub(super) tftp: Option<Ipv4Addr>,
    /// A fault keeps the phone from asking for anything.
    pub(super) mute: bool,
    server: Ipv4Addr,
    renew: Instant,
    rebind: Instant,
    end: Instant,
}

#[derive(Debug)]
pub(super) struct DhcpClient {
    speaker: Speaker,
    state: State,
    stored: Option<StoredLease>,
    lease: Option<Lease>,
    deaf: bool,
    alternate: Option<Ipv4Addr>,
    ignores: Vec<ServerField>,
    /// It asks for nothing, unless the answer has what frees it.
    mute: bool,
    freed_by: Option<OfferNeed>,
    /// With a stored lease it keeps to the stored file server.
    faithful: bool,
}

impl DhcpClient {
    pub(super) fn new(spec: &PhoneSpec, class: &'static str) -> Self {
        let mut client = Self {
            speaker: Speaker { mac: spec.mac, class, voice: Voice::Java, wants_broadcast: true },
            state: State::Off,
            stored: spec.stored_lease,
            lease: None,
            deaf: false,
            alternate: None,
            ignores: Vec::new(),
            mute: false,
            freed_by: None,
            faithful: spec.faults.contains(&Fault::TrustsStoredServer),
        };
        for fault in &spec.faults {
            match fault {
                Fault::Deaf => client.deaf = true,
                Fault::AlternateTftp { address } => client.alternate = Some(*address),
                Fault::Ignores { field } => client.ignores.push(*field),
                Fault::AsksNothing { unless } => {
                    (client.mute, client.freed_by) = (true, *unless);
                    client.speaker.wants_broadcast = *unless != Some(OfferNeed::Unicast);
                }
                _ => {}
            }
        }
        client
    }

    /// The lease in use.
    pub(super) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// Begins after a delay, with the stored lease if there is one.
    pub(super) fn start(&mut self, at: Instant, voice: Voice) {
        self.speaker.voice = voice;
        self.lease = None;
        self.state = State::Starting(at);
    }

    /// Power or firmware is gone; the stored lease stays.
    pub(super) fn stop(&mut self) {
        self.state = State::Off;
        self.lease = None;
    }

    /// The reset keys took: nothing is stored any more, the alternate address included.
    pub(super) fn forget(&mut self) {
        self.stored = None;
        self.alternate = None;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Off => None,
            State::Starting(at) => Some(at),
            State::Rebooting(s) | State::Selecting(s) | State::Requesting(s, _) => Some(s.due),
            State::Bound => self.lease.map(|l| l.renew.min(l.end)),
        }
    }

    pub(super) fn tick(&mut self, now: Instant, out: &mut Vec<Datagram>) -> News {
        if self.deadline().is_none_or(|due| now < due) {
            return News::Nothing;
        }
        match self.state {
            State::Off => {}
            State::Starting(_) => {
                let first = Sending { count: 0, due: now };
                // Single-image loads are taken to begin anew each time; nothing else is known of them.
                let anew = self.stored.is_none() || matches!(self.speaker.voice, Voice::Old(_));
                self.state = if anew { State::Selecting(first) } else { State::Rebooting(first) };
                return self.tick(now, out);
            }
            State::Rebooting(s) => match again(s, now) {
                Some(s) => {
                    self.state = State::Rebooting(s);
                    out.push(self.speaker.broadcast(REQUEST, s.count, self.stored.map(|s| s.address), None));
                }
                None => self.discover(now, out),
            },
            State::Selecting(s) => match again(s, now) {
                Some(s) => {
                    self.state = State::Selecting(s);
                    out.push(self.speaker.broadcast(DISCOVER, s.count, None, None));
                }
                None => return self.nobody_answers(now, out),
            },
            State::Requesting(s, offer) => match again(s, now) {
                Some(s) => {
                    self.state = State::Requesting(s, offer);
                    out.push(self.speaker.broadcast(
                        REQUEST,
                        s.count,
                        Some(offer.address),
                        Some(offer.server),
                    ));
                }
                None => self.discover(now, out),
            },
            State::Bound => return self.renew(now, out),
        }
        News::Nothing
    }

    fn discover(&mut self, now: Instant, out: &mut Vec<Datagram>) {
        let first = Sending { count: 1, due: now + Duration::from_secs(4) };
        self.state = State::Selecting(first);
        out.push(self.speaker.broadcast(DISCOVER, 1, None, None));
    }

    /// 60 s of DISCOVER: the stored settings are used as they are, or it begins again.
    fn nobody_answers(&mut self, now: Instant, out: &mut Vec<Datagram>) -> News {
        let Some(stored) = self.stored else {
            self.discover(now, out);
            return News::Nothing;
        };
        let never = now + Duration::from_secs(u64::from(u32::MAX));
        self.state = State::Bound;
        self.lease = Some(Lease {
            address: stored.address,
            tftp: self.alternate.or(stored.tftp),
            mute: self.mute,
            server: Ipv4Addr::UNSPECIFIED,
            renew: never,
            rebind: never,
            end: never,
        });
        News::Bound
    }

    fn renew(&mut self, now: Instant, out: &mut Vec<Datagram>) -> News {
        let Some(lease) = &mut self.lease else { return News::Nothing };
        if now >= lease.end {
            self.stored = None;
            self.stop();
            return News::Lost;
        }
        let server = if now >= lease.rebind { Ipv4Addr::BROADCAST } else { lease.server };
        lease.renew = now + RENEW_EVERY;
        let address = lease.address;
        let bytes = self.speaker.message(REQUEST, 1, address, None, None);
        out.push(Datagram { from: SocketAddrV4::new(address, 68), to: SocketAddrV4::new(server, 67), bytes });
        News::Nothing
    }

    /// A datagram for this address is for a phone that asks for no broadcast and was offered it.
    pub(super) fn awaits(&self, bytes: &[u8], to: Ipv4Addr) -> bool {
        let reply = Reply::read(bytes, self.speaker.mac, self.speaker.xid(), true);
        !self.speaker.wants_broadcast && reply.is_some_and(|reply| reply.yours == to)
    }

    /// An answer; `alone` when it was sent to nobody else.
    pub(super) fn handle(
        &mut self,
        now: Instant,
        bytes: &[u8],
        alone: bool,
        out: &mut Vec<Datagram>,
    ) -> News {
        let Some(reply) = Reply::read(bytes, self.speaker.mac, self.speaker.xid(), alone) else {
            return News::Nothing;
        };
        if self.deaf || (self.speaker.voice == Voice::Java && reply.odd_150()) {
            return News::Nothing;
        }
        match (self.state, reply.kind) {
            (State::Selecting(_), OFFER) => {
                let Some(server) = reply.address(54) else { return News::Nothing };
                let offer = Offer { address: reply.yours, server };
                self.state =
                    State::Requesting(Sending { count: 1, due: now + Duration::from_secs(4) }, offer);
                out.push(self.speaker.broadcast(REQUEST, 1, Some(offer.address), Some(server)));
            }
            (State::Requesting(_, offer), ACK) if reply.address(54) == Some(offer.server) => {
                return self.bind(now, &reply);
            }
            (State::Rebooting(_), ACK) => {
                let stored = self.stored.and_then(|stored| stored.tftp).filter(|_| self.faithful);
                let news = self.bind(now, &reply);
                if let (Some(tftp), Some(lease), Some(kept)) = (stored, &mut self.lease, &mut self.stored) {
                    (lease.tftp, kept.tftp) = (Some(tftp), Some(tftp));
                }
                return news;
            }
            (State::Requesting(..) | State::Rebooting(_), NAK) => {
                self.stored = None;
                self.discover(now, out);
            }
            (State::Bound, ACK) => {
                self.bind(now, &reply);
            }
            (State::Bound, NAK) => {
                self.stored = None;
                self.stop();
                return News::Lost;
            }
            _ => {}
        }
        News::Nothing
    }

    fn bind(&mut self, now: Instant, reply: &Reply<'_>) -> News {
        let seconds = reply.long(51).unwrap_or(LEASE_SECONDS);
        let part = |n: u64| Duration::from_secs(u64::from(seconds) * n / 8);
        let own = |code| reply.long(code).map(|s| Duration::from_secs(u64::from(s)));
        let tftp = self.alternate.or_else(|| reply.file_server(&self.ignores));
        let mute = self.mute && !self.freed_by.is_some_and(|need| reply.meets(need));
        self.lease = Some(Lease {
            address: reply.yours,
            tftp,
            mute,
            server: reply.address(54).unwrap_or(Ipv4Addr::BROADCAST),
            renew: now + own(58).unwrap_or(part(4)),
            rebind: now + own(59).unwrap_or(part(7)),
            end: now + part(8),
        });
        self.stored = Some(StoredLease { address: reply.yours, tftp });
        self.state = State::Bound;
        News::Bound
    }
}

/// The next sending, unless the stage is over.
fn again(s: Sending, now: Instant) -> Option<Sending> {
    (s.count < SENDINGS).then(|| Sending { count: s.count + 1, due: now + Duration::from_secs(4 << s.count) })
}

#[cfg(test)]
mod tests;
