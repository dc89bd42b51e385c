//! What is answered to which request, and where the answer goes: the decision table of RFC 2131 4.3, for a server
//! that is the only authority on its network.

use super::lease::{Leases, NoAddress, NotAside};
use super::reply::{Reply, ReplyKind};
use super::request::{Kind, Request};
use crate::clock::Instant;
use crate::phone_id::Mac;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Why a request gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The phone took another server's offer.
    #[error("it chose another DHCP server, {0}")]
    AnotherServer(Ipv4Addr),
    /// See [`super::Policy::Phones`].
    #[error("it does not say that it is a Cisco telephone")]
    NotAPhone,
    /// A relay or a host of a network that isn't served.
    #[error("{0} belongs to a network that is not served here")]
    ForeignNetwork(Ipv4Addr),
    /// It declines or releases what it doesn't have, or declines too much.
    #[error(transparent)]
    NotAside(#[from] NotAside),
    /// A REQUEST, DECLINE, RELEASE or INFORM about no address.
    #[error("it names no address")]
    NamesNoAddress,
    /// There is nothing to give.
    #[error(transparent)]
    NoAddress(#[from] NoAddress),
}

/// A change in the table of leases, worth writing down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The phone has the address from now on; a mere renewal is no change.
    Bound(Mac, Ipv4Addr),
    /// The phone found the address in use by somebody else.
    Declined(Mac, Ipv4Addr),
    /// The phone gave the address back.
    Released(Mac, Ipv4Addr),
}

/// What is done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Answer { kind: ReplyKind, yiaddr: Ipv4Addr, change: Option<Change> },
    Note(Change),
}

/// Decides about a request; changes the leases accordingly.
pub(super) fn decide(now: Instant, request: &Request, leases: &mut Leases) -> Result<Decision, Why> {
    let (mac, pool) = (request.mac, *leases.pool());
    if !request.giaddr.is_unspecified() && !pool.on_network(request.giaddr) {
        return Err(Why::ForeignNetwork(request.giaddr));
    }
    // A DISCOVER, an INFORM and BOOTP are for every server, whatever they say.
    let addressed = matches!(request.kind, Kind::Request | Kind::Decline | Kind::Release);
    if let Some(other) = request.server.filter(|server| addressed && *server != pool.server()) {
        return Err(Why::AnotherServer(other));
    }
    let answer = |kind, yiaddr, change| Ok(Decision::Answer { kind, yiaddr, change });
    let own = Some(request.ciaddr).filter(|a| !a.is_unspecified());
    match request.kind {
        Kind::Discover => answer(ReplyKind::Offer, leases.offer(now, mac, request.requested)?, None),
        Kind::Request => {
            // Selecting and init-reboot say it in option 50, renewing and rebinding in ciaddr.
            let wanted = request.requested.or(own).ok_or(Why::NamesNoAddress)?;
            match leases.take(now, mac, wanted) {
                Ok(new) => answer(ReplyKind::Ack, wanted, new.then_some(Change::Bound(mac, wanted))),
                // At once: a classic phone waits 60 s for an answer about its old network's address.
                Err(NoAddress::Foreign(_) | NoAddress::Held(_)) => {
                    answer(ReplyKind::Nak, Ipv4Addr::UNSPECIFIED, None)
                }
                Err(none) => Err(none.into()),
            }
        }
        Kind::Decline => {
            let address = request.requested.or(own).ok_or(Why::NamesNoAddress)?;
            leases.decline(now, mac, address)?;
            Ok(Decision::Note(Change::Declined(mac, address)))
        }
        Kind::Release => {
            let address = own.ok_or(Why::NamesNoAddress)?;
            let done = leases.release(now, mac, address);
            let change = Decision::Note(Change::Released(mac, address));
            Ok(done.then_some(change).ok_or(NotAside::NotItsAddress(address))?)
        }
        Kind::Inform => {
            let address = own.ok_or(Why::NamesNoAddress)?;
            if !pool.on_network(address) {
                return Err(Why::ForeignNetwork(address));
            }
            answer(ReplyKind::Ack, Ipv4Addr::UNSPECIFIED, None)
        }
        Kind::Bootp => {
            let address = leases.offer(now, mac, own)?;
            let new = leases.take(now, mac, address)?;
            answer(ReplyKind::Bootp, address, new.then_some(Change::Bound(mac, address)))
        }
    }
}

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;

/// Where a reply goes.
///
/// | the request came | the reply goes to |
/// |---|---|
/// | through a relay | the relay, port 67 |
/// | from another port than 67 and 68 (tests, unprivileged clients) | the sender |
/// | and is refused | everybody: the phone believes in an address that isn't of this network |
/// | from a phone that has its address (renewing, rebinding, INFORM) | that address |
/// | otherwise | everybody: the phone can't be reached by an address it doesn't have yet |
#[must_use]
pub fn destination(request: &Request, reply: &Reply, from: SocketAddrV4) -> SocketAddrV4 {
    if !request.giaddr.is_unspecified() {
        SocketAddrV4::new(request.giaddr, SERVER_PORT)
    } else if !matches!(from.port(), SERVER_PORT | CLIENT_PORT) {
        from
    } else if reply.kind == ReplyKind::Nak {
        SocketAddrV4::new(Ipv4Addr::BROADCAST, CLIENT_PORT)
    } else if !reply.ciaddr.is_unspecified() {
        SocketAddrV4::new(reply.ciaddr, CLIENT_PORT)
    } else if reply.variation.unicast && !reply.yiaddr.is_unspecified() {
        SocketAddrV4::new(reply.yiaddr, CLIENT_PORT)
    } else {
        SocketAddrV4::new(Ipv4Addr::BROADCAST, CLIENT_PORT)
    }
}
