//! The DHCP server, as a machine without sockets: a datagram in, one [`Outcome`] out.
//!
//! It gives each phone a stable address and names this computer as everything a phone looks for (router, DNS,
//! TFTP server in option 150, option 66, siaddr and sname), asked or not, in OFFER and ACK alike: phones differ in
//! which of them they believe.

pub mod attempts;
pub mod decide;
pub mod elsewhere;
pub mod lease;
pub mod pool;
pub mod probe;
pub mod reply;
pub mod request;
pub mod wire;

pub use attempts::{ATTEMPTS, Attempt};
pub use decide::{Change, Why, destination};
pub use lease::NoAddress;
pub use pool::{BadPool, Pool};
pub use reply::{Order, Part, Reply, ReplyKind, Variation};
pub use request::{Kind, Request};
pub use wire::{Garbage, encode};

use crate::catalogue::{Catalogue, Class};
use crate::clock::Instant;
use crate::phone_id::Mac;
use decide::Decision;
use lease::Leases;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// Who gets an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Who is recognisably a Cisco telephone, see [`is_phone`].
    #[default]
    Phones,
    /// Everybody.
    Any,
}

/// How the server answers.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// This computer's address on the bench.
    pub server: Ipv4Addr,
    /// Length of the subnet's prefix in bits, 8 to 28.
    pub prefix: u8,
    /// Lease time, usually [`crate::limits::LEASE`].
    pub lease: Duration,
    /// Who gets an answer.
    pub answer: Policy,
    /// What replies leave out; for one phone only, change [`Reply::variation`] before it is encoded.
    pub variation: Variation,
}

/// What a datagram led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was no request.
    Garbage(Garbage),
    /// It gets no answer.
    Silent {
        /// What was asked.
        request: Request,
        /// Why.
        why: Why,
    },
    /// It was noted; DECLINE and RELEASE have no answer.
    Noted {
        /// What was said.
        request: Request,
        /// What it changed.
        change: Change,
    },
    /// It is this program's own question ([`probe`]); nothing is remembered of it.
    Probe {
        /// To be written by [`encode`].
        reply: Reply,
        /// Where to.
        to: SocketAddrV4,
    },
    /// It is a question of a program like this one to other servers; nothing is said.
    Overheard,
    /// It is answered.
    Send {
        /// What was asked.
        request: Request,
        /// To be written by [`encode`].
        reply: Reply,
        /// Where to.
        to: SocketAddrV4,
        /// What it changed, if anything.
        change: Option<Change>,
    },
}

/// The server.
#[derive(Debug)]
pub struct Server {
    config: Config,
    leases: Leases,
}

impl Server {
    /// A server with the leases of earlier sessions, oldest first. Fails on a network that can't be served.
    pub fn new(
        config: Config,
        remembered: impl IntoIterator<Item = (Mac, Ipv4Addr)>,
    ) -> Result<Self, BadPool> {
        let pool = Pool::new(config.server, config.prefix)?;
        Ok(Self { config, leases: Leases::new(pool, config.lease, remembered) })
    }

    /// Decides about one datagram.
    pub fn handle(&mut self, now: Instant, from: SocketAddrV4, bytes: &[u8]) -> Outcome {
        let request = match wire::decode(bytes) {
            Ok(request) => request,
            Err(garbage) => return Outcome::Garbage(garbage),
        };
        if request.class.as_deref() == Some(probe::CLASS) {
            if request.kind != Kind::Discover {
                return Outcome::Overheard;
            }
            // Our own address is one that nobody can take up.
            let reply = self.reply(&request, ReplyKind::Offer, self.config.server);
            let to = destination(&request, &reply, from);
            return Outcome::Probe { reply, to };
        }
        // DECLINE and RELEASE carry no class; whether the sender holds the address says enough.
        let gives_back = matches!(request.kind, Kind::Decline | Kind::Release);
        if self.config.answer == Policy::Phones && !gives_back && !is_phone(&request) {
            return Outcome::Silent { request, why: Why::NotAPhone };
        }
        match decide::decide(now, &request, &mut self.leases) {
            Err(why) => Outcome::Silent { request, why },
            Ok(Decision::Note(change)) => Outcome::Noted { request, change },
            Ok(Decision::Answer { kind, yiaddr, change }) => {
                let reply = self.reply(&request, kind, yiaddr);
                let to = destination(&request, &reply, from);
                Outcome::Send { request, reply, to, change }
            }
        }
    }

    fn reply(&self, request: &Request, kind: ReplyKind, yiaddr: Ipv4Addr) -> Reply {
        let leased = matches!(kind, ReplyKind::Offer | ReplyKind::Ack) && request.kind != Kind::Inform;
        Reply {
            kind,
            xid: request.xid,
            mac: request.mac,
            yiaddr,
            ciaddr: if matches!(kind, ReplyKind::Ack) { request.ciaddr } else { Ipv4Addr::UNSPECIFIED },
            giaddr: request.giaddr,
            // The relay must not send a NAK to the address that is being refused.
            broadcast: request.broadcast || kind == ReplyKind::Nak,
            server: self.config.server,
            prefix: self.config.prefix,
            lease: leased.then_some(self.config.lease),
            variation: self.config.variation,
        }
    }

    /// All phones by MAC, their address, and whether it was acknowledged in this session.
    pub fn leases(&self) -> impl Iterator<Item = (Mac, Ipv4Addr, bool)> {
        self.leases.iter()
    }

    /// Drops what is known about a phone.
    pub fn forget(&mut self, mac: Mac) {
        self.leases.forget(mac);
    }

    /// The phone that has an address, or had it last.
    #[must_use]
    pub fn mac_of(&self, address: Ipv4Addr) -> Option<Mac> {
        self.leases.mac_of(address)
    }

    /// The phone that took this address in this session.
    #[must_use]
    pub fn bound_to(&self, address: Ipv4Addr) -> Option<Mac> {
        let mac = self.leases.mac_of(address)?;
        self.leases.is_bound(mac).then_some(mac)
    }

    /// The address a phone has, or would get.
    #[must_use]
    pub fn address_of(&self, mac: Mac) -> Option<Ipv4Addr> {
        self.leases.address_of(mac)
    }
}

/// Whether a request comes from a Cisco telephone: by its class (what the catalogue knows of), by asking for option 150,
/// or by calling itself `SEP`, `SIP` or `MGC` and its own MAC.
#[must_use]
pub fn is_phone(request: &Request) -> bool {
    let class = request.class.as_deref().unwrap_or_default();
    !matches!(Catalogue::builtin().by_class(class), Class::Other)
        || request.params.contains(&150)
        || request.host_name.as_deref().is_some_and(|name| Mac::in_name(name) == Some(request.mac))
}

#[cfg(test)]
mod tests;
