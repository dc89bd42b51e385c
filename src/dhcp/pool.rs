//! Which addresses can be given out.

use crate::limits;
use crate::phone_id::Mac;
use std::net::Ipv4Addr;

/// The addresses that are given out: the subnet without its network and broadcast address, without the first
/// [`limits::RESERVED_HOSTS`] hosts, and without the server's own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    server: Ipv4Addr,
    prefix: u8,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// No addresses can be given out beside this server address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPool {
    /// A prefix outside /8 to /30.
    #[error("a /{0} network can't be served; use a prefix from /8 to /28, for example 192.168.1.1/24")]
    Prefix(u8),
    /// The subnet is smaller than the reserved hosts and one phone.
    #[error("a /{0} network has no room for phones; use /28 or a shorter prefix, for example 192.168.1.1/24")]
    NoRoom(u8),
    /// Network, broadcast, multicast or unspecified address.
    #[error("{0} can't be the address of this computer; use a host address, for example 192.168.1.1/24")]
    NotAHost(Ipv4Addr),
}

impl Pool {
    /// The pool around a server's own address.
    pub fn new(server: Ipv4Addr, prefix: u8) -> Result<Self, BadPool> {
        if !(8..=30).contains(&prefix) {
            return Err(BadPool::Prefix(prefix));
        }
        let mask = u32::from(mask(prefix));
        let (network, broadcast) = (u32::from(server) & mask, u32::from(server) | !mask);
        let own = u32::from(server);
        if own == network || own == broadcast || server.is_multicast() || server.is_unspecified() {
            return Err(BadPool::NotAHost(server));
        }
        let (first, last) = (network.saturating_add(limits::RESERVED_HOSTS + 1), broadcast - 1);
        let room = (last + 1).saturating_sub(first).saturating_sub(u32::from(own >= first));
        if room == 0 {
            return Err(BadPool::NoRoom(prefix));
        }
        Ok(Self { server, prefix, first, last })
    }

    /// The server's own address.
    #[must_use]
    pub const fn server(&self) -> Ipv4Addr {
        self.server
    }

    /// Length of the subnet's prefix in bits.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether the address may be given to a phone.
    #[must_use]
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        address != self.server && (self.first..=self.last).contains(&u32::from(address))
    }

    /// Whether the address lies in the subnet at all.
    #[must_use]
    pub fn on_network(&self, address: Ipv4Addr) -> bool {
        (u32::from(address) ^ u32::from(self.server)) & u32::from(mask(self.prefix)) == 0
    }

    /// How many addresses it has, the server's own included where that lies among them.
    pub(super) fn hosts(&self) -> usize {
        usize::try_from(self.last - self.first + 1).unwrap_or(usize::MAX)
    }

    /// Where the search for a phone's address begins: FNV-1a of its MAC, so that it is likely the same on another
    /// day and on another laptop.
    pub(super) fn start(&self, mac: Mac) -> u32 {
        let hash = mac.0.iter().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193));
        self.first + hash % (self.last - self.first + 1)
    }
}

/// The subnet mask of a prefix length; all ones for 32 and more.
#[must_use]
pub fn mask(prefix: u8) -> Ipv4Addr {
    let host_bits = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    Ipv4Addr::from(!host_bits)
}
