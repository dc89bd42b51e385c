//! Keeps the leases of a live session on disk, for the next one.

use super::clocks::monotonic;
use super::recorder::not_written;
use crate::event::{Event, Kind};
use crate::host::state::StateDir;
use crate::limits;
use crate::phone_id::Mac;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Instant;

/// What is written, in words.
const LEASES: &str = "the list of leases";

/// Addresses and whose they are.
pub(super) struct Leases {
    store: Option<StateDir>,
    /// Each with its age.
    of: HashMap<Mac, (u64, Ipv4Addr)>,
    next: u64,
    unwritten: bool,
    written: Option<Instant>,
    /// The last time it could not be written.
    broken: bool,
}

impl Leases {
    /// With those of earlier sessions, oldest first.
    pub(super) fn new(store: Option<StateDir>, known: &[(Mac, Ipv4Addr)]) -> Self {
        let of = known.iter().zip(0..).map(|((mac, address), n)| (*mac, (n, *address))).collect();
        let next = known.len().try_into().unwrap_or(u64::MAX);
        Self { store, of, next, unwritten: false, written: None, broken: false }
    }

    /// Takes an event in.
    pub(super) fn take(&mut self, event: &Event) {
        let (Some(mac), Kind::DhcpAck { address, .. }) = (event.phone, &event.kind) else { return };
        if self.of.get(&mac).is_some_and(|(_, known)| known == address) {
            return;
        }
        self.of.insert(mac, (self.next, *address));
        self.next += 1;
        self.unwritten = true;
    }

    /// Something is still to be written.
    pub(super) const fn unwritten(&self) -> bool {
        self.unwritten && self.store.is_some()
    }

    /// Writes the list when it is time, and tries it again when it couldn't be. Gives what is to be told of that.
    pub(super) fn write_in_time(&mut self) -> Option<Kind> {
        let due = self.unwritten() && self.written.is_none_or(|at| at.elapsed() >= limits::LEASES_EVERY);
        if due { self.write() } else { None }
    }

    fn write(&mut self) -> Option<Kind> {
        let store = self.store.as_ref().filter(|_| self.unwritten)?;
        let written = store.save_leases(&self.list());
        let path = store.path().display().to_string();
        (self.unwritten, self.written) = (written.is_err(), Some(monotonic()));
        let was = std::mem::replace(&mut self.broken, written.is_err());
        match written {
            Ok(()) => was.then(|| Kind::WrittenAgain { what: LEASES.to_owned(), lost: 0 }),
            Err(e) => (!was).then(|| not_written(LEASES, &path, &e.to_string())),
        }
    }

    /// Oldest first; of two with one address the newer.
    fn list(&self) -> Vec<(Mac, Ipv4Addr)> {
        let mut list: Vec<_> = self.of.iter().map(|(mac, (age, address))| (*age, *mac, *address)).collect();
        list.sort_unstable();
        let newest: HashMap<Ipv4Addr, u64> = list.iter().map(|(age, _, address)| (*address, *age)).collect();
        list.retain(|(age, _, address)| newest.get(address) == Some(age));
        list.into_iter().map(|(_, mac, address)| (mac, address)).collect()
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(last: u8, address: u8) -> Event {
        let address = Ipv4Addr::new(192, 168, 1, address);
        Event {
            n: 1,
            at: crate::clock::Instant::ZERO,
            phone: Some(Mac([0, 0, 0, 0, 0, last])),
            kind: Kind::DhcpAck { address, how: "selecting".into(), asked: None },
        }
    }

    #[test]
    fn a_list_is_oldest_first_and_an_address_has_one_owner() {
        let folder = tempfile::tempdir().unwrap();
        let store = StateDir::open(Some(folder.path())).unwrap();
        let mac = |last| Mac([0, 0, 0, 0, 0, last]);
        let at = |last| Ipv4Addr::new(192, 168, 1, last);
        let mut leases = Leases::new(Some(store.clone()), &[(mac(1), at(10)), (mac(2), at(11))]);
        leases.take(&ack(3, 12));
        assert_eq!(leases.write_in_time(), None);
        assert_eq!(store.leases().0, [(mac(1), at(10)), (mac(2), at(11)), (mac(3), at(12))]);
        // A second one within a second waits, and is there at the end.
        leases.take(&ack(4, 10));
        assert_eq!(leases.write_in_time(), None);
        assert!(leases.unwritten());
        assert_eq!(store.leases().0.len(), 3);
        drop(leases);
        assert_eq!(store.leases().0, [(mac(2), at(11)), (mac(3), at(12)), (mac(4), at(10))]);
    }
}
