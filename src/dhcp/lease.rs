//! Which phone has which address. One address per MAC for as long as memory lasts; one MAC per address always.

use super::pool::Pool;
use crate::clock::Instant;
use crate::limits;
use crate::phone_id::Mac;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

/// How sure a phone's hold on its address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    /// Given back; kept for the phone as long as nobody needs it.
    Released,
    /// Offered and not yet taken.
    Offered,
    /// Known from an earlier session and not seen in this one.
    Remembered,
    /// Acknowledged.
    Bound,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    address: Ipv4Addr,
    hold: Hold,
    /// From then on others may have the address.
    until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Server,
    Phone(Mac),
    Declined,
}

/// Nothing can be given to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// The address is outside the pool.
    #[error("{0} is not an address of this bench")]
    Foreign(Ipv4Addr),
    /// Somebody else has it, or it was declined not long ago.
    #[error("{0} is in use by another device")]
    Held(Ipv4Addr),
    /// Every address is bound or declined.
    #[error("all addresses of this network are in use")]
    Exhausted,
    /// See [`limits::LEASES`].
    #[error("more phones hold an address than are remembered")]
    TableFull,
}

/// Why an address is not set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAside {
    /// It is somebody else's, or nobody's.
    #[error("it gives back {0}, which it does not hold")]
    NotItsAddress(Ipv4Addr),
    /// See [`limits::DECLINES_PER_PHONE`].
    #[error("it finds one address after the other in use; {0} stays the one it is offered")]
    TooMany(Ipv4Addr),
}

/// All leases. Bounded by [`limits::LEASES`]; every call costs a few map lookups, and [`Leases::decline`]
/// a walk along what is set aside.
#[derive(Debug)]
pub struct Leases {
    pool: Pool,
    lease: Duration,
    phones: BTreeMap<Mac, Lease>,
    /// The other direction of `phones`, and the addresses that no phone may have.
    addresses: BTreeMap<Ipv4Addr, Holder>,
    /// `phones` by how soon they may be forgotten.
    queue: BTreeSet<(Hold, Instant, Mac)>,
    /// Oldest first, and who said so; all are held equally long.
    declined: VecDeque<(Instant, Ipv4Addr, Mac)>,
}

impl Leases {
    /// With what earlier sessions remember, oldest first; of two entries for one MAC or one address the later one
    /// counts, entries outside the pool are dropped.
    pub fn new(pool: Pool, lease: Duration, remembered: impl IntoIterator<Item = (Mac, Ipv4Addr)>) -> Self {
        let mut leases = Self {
            pool,
            lease,
            phones: BTreeMap::new(),
            addresses: BTreeMap::from([(pool.server(), Holder::Server)]),
            queue: BTreeSet::new(),
            declined: VecDeque::new(),
        };
        let mut until = Instant::ZERO + lease;
        for (mac, address) in remembered {
            if !pool.contains(address) {
                continue;
            }
            if let Some(other) = leases.mac_of(address) {
                leases.forget(other);
            }
            leases.forget(mac);
            if leases.make_room(Instant::ZERO).is_ok() {
                // The phone may be using it this minute, by a lease of the session that ended. A microsecond
                // between two entries keeps the older one ahead in the queue.
                leases.put(mac, Lease { address, hold: Hold::Remembered, until });
                until += Duration::from_micros(1);
            }
        }
        leases
    }

    /// The address offered to a phone: its own; else the one it asks for if nobody has or had it; else one by the
    /// hash of its MAC; else, when the pool is short, the one whose holder is least likely to miss it.
    pub fn offer(&mut self, now: Instant, mac: Mac, asked: Option<Ipv4Addr>) -> Result<Ipv4Addr, NoAddress> {
        self.end_declines(now);
        let until = now + limits::OFFER_HOLD;
        if let Some(lease) = self.phones.get(&mac).copied() {
            // A bound phone that boots again keeps its lease; everybody else's becomes an offer.
            if lease.hold != Hold::Bound || lease.until <= now {
                self.put(mac, Lease { hold: Hold::Offered, until, ..lease });
            }
            return Ok(lease.address);
        }
        self.make_room(now)?;
        let free = asked.filter(|a| self.pool.contains(*a) && !self.addresses.contains_key(a));
        let address = match free.or_else(|| self.gap(self.pool.start(mac))) {
            Some(address) => address,
            None => self.evict(now).ok_or(NoAddress::Exhausted)?,
        };
        self.put(mac, Lease { address, hold: Hold::Offered, until });
        Ok(address)
    }

    /// Binds a phone to the address it asks for, if it may have it. `true` when that was not so before.
    pub fn take(&mut self, now: Instant, mac: Mac, address: Ipv4Addr) -> Result<bool, NoAddress> {
        self.end_declines(now);
        if !self.pool.contains(address) {
            return Err(NoAddress::Foreign(address));
        }
        let lease = Lease { address, hold: Hold::Bound, until: now + self.lease };
        match self.addresses.get(&address).copied() {
            Some(Holder::Phone(holder)) if holder == mac => {
                let new = self.phones.get(&mac).is_none_or(|l| l.hold != Hold::Bound);
                self.put(mac, lease);
                return Ok(new);
            }
            Some(Holder::Phone(holder)) if self.phones.get(&holder).is_some_and(|l| l.until <= now) => {
                self.forget(holder);
            }
            Some(_) => return Err(NoAddress::Held(address)),
            None => {}
        }
        self.forget(mac);
        self.make_room(now)?;
        self.put(mac, lease);
        Ok(true)
    }

    /// Sets an address aside that its phone found in use. On an error nothing happens.
    pub fn decline(&mut self, now: Instant, mac: Mac, address: Ipv4Addr) -> Result<(), NotAside> {
        self.end_declines(now);
        if self.address_of(mac) != Some(address) {
            return Err(NotAside::NotItsAddress(address));
        }
        let most = limits::DECLINES_PER_PHONE.min(self.pool.hosts() / 2).max(1);
        if self.declined.iter().filter(|(_, _, who)| *who == mac).count() >= most {
            return Err(NotAside::TooMany(address));
        }
        self.forget(mac);
        self.addresses.insert(address, Holder::Declined);
        self.declined.push_back((now + limits::DECLINE_HOLD, address, mac));
        Ok(())
    }

    /// Frees an address; the phone gets it again if nobody needed it meanwhile. `false` when it isn't that phone's.
    pub fn release(&mut self, now: Instant, mac: Mac, address: Ipv4Addr) -> bool {
        let own = self.address_of(mac) == Some(address);
        if own {
            self.put(mac, Lease { address, hold: Hold::Released, until: now });
        }
        own
    }

    /// Drops everything known about a phone.
    pub fn forget(&mut self, mac: Mac) {
        if let Some(lease) = self.phones.remove(&mac) {
            self.addresses.remove(&lease.address);
            self.queue.remove(&(lease.hold, lease.until, mac));
        }
    }

    /// The phone that has the address, or had it last.
    #[must_use]
    pub fn mac_of(&self, address: Ipv4Addr) -> Option<Mac> {
        match self.addresses.get(&address) {
            Some(Holder::Phone(mac)) => Some(*mac),
            _ => None,
        }
    }

    /// The phone took its address in this session.
    #[must_use]
    pub fn is_bound(&self, mac: Mac) -> bool {
        self.phones.get(&mac).is_some_and(|lease| lease.hold == Hold::Bound)
    }

    /// The address a phone has, or would get.
    #[must_use]
    pub fn address_of(&self, mac: Mac) -> Option<Ipv4Addr> {
        self.phones.get(&mac).map(|lease| lease.address)
    }

    /// All phones by MAC with their address and whether it was acknowledged in this session.
    pub fn iter(&self) -> impl Iterator<Item = (Mac, Ipv4Addr, bool)> {
        self.phones.iter().map(|(mac, lease)| (*mac, lease.address, lease.hold == Hold::Bound))
    }

    /// The pool the addresses are from.
    #[must_use]
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Gives the phone this lease instead of the one it had; nobody else has the address.
    fn put(&mut self, mac: Mac, lease: Lease) {
        let old = self.phones.insert(mac, lease);
        if let Some(old) = old {
            self.queue.remove(&(old.hold, old.until, mac));
        }
        if old.map(|old| old.address) != Some(lease.address) {
            if let Some(old) = old {
                self.addresses.remove(&old.address);
            }
            self.addresses.insert(lease.address, Holder::Phone(mac));
        }
        self.queue.insert((lease.hold, lease.until, mac));
    }

    /// The first address from `start` on, around the pool, that nobody has or had: a walk along the taken ones.
    fn gap(&self, start: u32) -> Option<Ipv4Addr> {
        let within = |from: u32, to: u32| {
            let taken = self.addresses.range(Ipv4Addr::from(from)..=Ipv4Addr::from(to));
            let run = taken.zip(from..).take_while(|((address, _), n)| u32::from(**address) == *n).count();
            let free = from + u32::try_from(run).ok()?;
            (free <= to).then(|| Ipv4Addr::from(free))
        };
        within(start, self.pool.last).or_else(|| within(self.pool.first, self.pool.last))
    }

    /// Frees one address that may be taken away: first what ran out, then what an earlier session remembers (that
    /// phone has most likely left the bench), then the oldest offer. Never a bound one.
    fn evict(&mut self, now: Instant) -> Option<Ipv4Addr> {
        let oldest =
            |hold| self.queue.range((hold, Instant::ZERO, Mac([0; 6]))..).next().filter(|q| q.0 == hold);
        let ran_out = [Hold::Released, Hold::Offered, Hold::Bound, Hold::Remembered]
            .into_iter()
            .find_map(|hold| oldest(hold).filter(|(_, until, _)| *until <= now));
        let (_, _, mac) = *ran_out.or_else(|| oldest(Hold::Remembered)).or_else(|| oldest(Hold::Offered))?;
        let address = self.address_of(mac);
        self.forget(mac);
        address
    }

    /// Makes room in the tables for one more phone.
    fn make_room(&mut self, now: Instant) -> Result<(), NoAddress> {
        if self.phones.len() + self.declined.len() < limits::LEASES {
            return Ok(());
        }
        self.evict(now).map(drop).ok_or(NoAddress::TableFull)
    }

    fn end_declines(&mut self, now: Instant) {
        while let Some((until, address, _)) = self.declined.front().copied()
            && until <= now
        {
            self.declined.pop_front();
            self.addresses.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests;
