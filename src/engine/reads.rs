//! The reads under way: one [`Transfer`] each, their timers, and who reads what.

use super::TransferId;
use crate::clock::Instant;
use crate::event::{Kind, ReadFailure};
use crate::limits;
use crate::phone_id::Mac;
use crate::tftp::{Failure, Packet, Step, Transfer};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};

/// One read.
pub(super) struct Reading {
    pub(super) transfer: Transfer,
    pub(super) peer: SocketAddrV4,
    pub(super) phone: Option<Mac>,
    pub(super) file: Box<str>,
    /// The earliest timer that is set for it.
    timer: Option<Instant>,
    told: Instant,
    told_bytes: u64,
    queued: bool,
}

/// What [`Reads::poll`] found.
pub(super) enum Polled {
    /// A packet of so many bytes is in the buffer, for the reader of this read.
    Send(TransferId, SocketAddrV4, usize),
    /// Something to tell; the read goes on.
    Told(Option<Mac>, Kind),
    /// Something to tell; the read is over.
    Over(TransferId, Option<Mac>, Kind),
    /// Nothing until this moment.
    Idle(Option<Instant>),
}

/// Whether there is room for one more read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// There is.
    Free,
    /// When this one has gone.
    After(TransferId),
    /// There is none for this reader now.
    None,
}

/// Reads by number. A slot is used again, a number never.
#[derive(Default)]
pub(super) struct Reads {
    slots: Vec<Option<(u64, Reading)>>,
    free: Vec<usize>,
    next: u64,
    peers: HashMap<SocketAddrV4, TransferId>,
    timers: BinaryHeap<Reverse<(Instant, u64)>>,
    ready: VecDeque<u64>,
}

/// Slots stand in the low bits of a number.
const SLOT_BITS: u32 = 16;
/// A slot that is never reached: there are far fewer reads at once ([`limits::TRANSFERS`]).
const NO_SLOT: u64 = (1 << SLOT_BITS) - 1;

impl Reads {
    pub(super) fn slot(id: u64) -> usize {
        usize::try_from(id & ((1 << SLOT_BITS) - 1)).unwrap_or(usize::MAX)
    }

    pub(super) fn get(&self, id: TransferId) -> Option<&Reading> {
        let (number, reading) = self.slots.get(Self::slot(id.0))?.as_ref()?;
        (*number == id.0).then_some(reading)
    }

    fn get_mut(&mut self, id: u64) -> Option<&mut Reading> {
        let (number, reading) = self.slots.get_mut(Self::slot(id))?.as_mut()?;
        (*number == id).then_some(reading)
    }

    /// The read of this address and port.
    pub(super) fn of_peer(&self, peer: SocketAddrV4) -> Option<(TransferId, &Reading)> {
        let id = *self.peers.get(&peer)?;
        Some((id, self.get(id)?))
    }

    /// Whether `peer` can have one more read. Dead reads of its own yield, when it has many; and of reads that were never
    /// confirmed nobody has many. When all slots are taken, the longest silent one of the address that has most yields,
    /// unless that is its own: a crowd at one address never pushes a phone out, nor itself round and round.
    pub(super) fn room(&self, now: Instant, peer: SocketAddrV4) -> Room {
        let of =
            |address: Ipv4Addr| self.slots.iter().flatten().filter(move |(_, r)| *r.peer.ip() == address);
        let oldest = |address| of(address).min_by_key(|(_, r)| r.transfer.progress().heard);
        let dead = |r: &Reading| now.since(r.transfer.progress().heard) >= limits::TFTP_DEAD;
        let own = *peer.ip();
        if of(own).count() >= limits::TRANSFERS_PER_PEER {
            if let Some((id, _)) = oldest(own).filter(|(_, r)| dead(r)) {
                return Room::After(TransferId(*id));
            }
            let unheard = |(_, r): &&(u64, Reading)| r.transfer.unheard();
            if of(own).filter(unheard).count() >= limits::READS_UNHEARD {
                return Room::None;
            }
        }
        if self.peers.len() < limits::TRANSFERS {
            return Room::Free;
        }
        let mut crowds: HashMap<Ipv4Addr, usize> = HashMap::new();
        for (_, reading) in self.slots.iter().flatten() {
            *crowds.entry(*reading.peer.ip()).or_default() += 1;
        }
        let most = crowds.into_iter().max_by_key(|(address, reads)| (*reads, *address));
        let oldest = most.and_then(|(address, reads)| Some((address, reads, oldest(address)?)));
        match oldest {
            Some((address, reads, (id, r))) if dead(r) || (address != own && reads > 1) => {
                Room::After(TransferId(*id))
            }
            _ => Room::None,
        }
    }

    /// A number for a read that is not one of these.
    pub(super) const fn number(&mut self) -> u64 {
        self.next += 1;
        (self.next << SLOT_BITS) | NO_SLOT
    }

    /// Begins a read.
    pub(super) fn begin(
        &mut self,
        now: Instant,
        peer: SocketAddrV4,
        phone: Option<Mac>,
        file: String,
        transfer: Transfer,
    ) -> TransferId {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.next += 1;
        let id = (self.next << SLOT_BITS) | u64::try_from(slot).unwrap_or(0);
        let reading = Reading {
            transfer,
            peer,
            phone,
            file: file.into(),
            timer: None,
            told: now,
            told_bytes: 0,
            queued: true,
        };
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some((id, reading));
        }
        self.ready.push_back(id);
        self.peers.insert(peer, TransferId(id));
        TransferId(id)
    }

    /// A packet from the reader. `false`: it is from somebody else.
    pub(super) fn packet(
        &mut self,
        now: Instant,
        id: TransferId,
        from: SocketAddrV4,
        packet: &Packet<'_>,
    ) -> bool {
        let Some((number, reading)) = self.slots.get_mut(Self::slot(id.0)).and_then(Option::as_mut) else {
            return true;
        };
        if *number != id.0 {
            return true;
        }
        if reading.peer != from {
            return false;
        }
        reading.transfer.packet(now, packet);
        if !std::mem::replace(&mut reading.queued, true) {
            self.ready.push_back(id.0);
        }
        true
    }

    /// The reader has closed its port.
    pub(super) fn closed(&mut self, now: Instant, id: TransferId) {
        if let Some(reading) = self.get_mut(id.0) {
            reading.transfer.closed(now);
            self.make_ready(id.0);
        }
    }

    fn make_ready(&mut self, id: u64) {
        if let Some(reading) = self.get_mut(id).filter(|r| !r.queued) {
            reading.queued = true;
            self.ready.push_back(id);
        }
    }

    /// Reads of this phone of which every block was sent: when it goes on to something else, it has them, and only its
    /// last ACK was lost.
    pub(super) fn all_sent_to(&self, phone: Mac) -> Vec<TransferId> {
        let of_phone = |(_, r): &&(u64, Reading)| r.phone == Some(phone) && r.transfer.all_sent();
        self.slots.iter().flatten().filter(of_phone).map(|(id, _)| TransferId(*id)).collect()
    }

    /// Ends a read as read, its last ACK missing.
    pub(super) fn end_read_whole(&mut self, now: Instant, id: TransferId) -> Option<(Option<Mac>, Kind)> {
        let reading = self.remove(id.0)?;
        Some((reading.phone, finished(id.0, &reading, now, false)))
    }

    /// Ends a read from our side.
    pub(super) fn end(&mut self, id: TransferId, why: ReadFailure) -> Option<(Option<Mac>, Kind)> {
        let reading = self.remove(id.0)?;
        Some((reading.phone, failed(id.0, &reading, why, String::new())))
    }

    fn remove(&mut self, id: u64) -> Option<Reading> {
        self.get_mut(id)?;
        let slot = Self::slot(id);
        let (_, reading) = self.slots.get_mut(slot)?.take()?;
        self.free.push(slot);
        if self.peers.get(&reading.peer) == Some(&TransferId(id)) {
            self.peers.remove(&reading.peer);
        }
        Some(reading)
    }

    /// The next thing to do for any read.
    pub(super) fn poll(&mut self, now: Instant, buf: &mut [u8]) -> Polled {
        while let Some(Reverse((at, id))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            if let Some(reading) = self.get_mut(id).filter(|r| r.timer == Some(at)) {
                reading.timer = None;
                self.make_ready(id);
            }
        }
        while let Some(id) = self.ready.front().copied() {
            let polled = self.poll_one(now, id, buf);
            if let Some(polled) = polled {
                return polled;
            }
            self.ready.pop_front();
        }
        Polled::Idle(self.timers.peek().map(|Reverse((at, _))| *at))
    }

    /// `None`: this read has nothing to do now.
    fn poll_one(&mut self, now: Instant, id: u64, buf: &mut [u8]) -> Option<Polled> {
        let reading = self.get_mut(id)?;
        match reading.transfer.poll(now, buf) {
            Step::Send(len) => Some(Polled::Send(TransferId(id), reading.peer, len)),
            Step::Wait(deadline) => {
                if let Some(told) = progress(id, reading, now) {
                    return Some(Polled::Told(reading.phone, told));
                }
                reading.queued = false;
                // A timer that is early is set again when it fires; setting one for each block would cost more.
                if reading.timer.is_none_or(|at| deadline < at) {
                    reading.timer = Some(deadline);
                    self.timers.push(Reverse((deadline, id)));
                }
                None
            }
            Step::Finished { last_ack } => {
                let reading = self.remove(id)?;
                let kind = finished(id, &reading, now, last_ack);
                Some(Polled::Over(TransferId(id), reading.phone, kind))
            }
            Step::Failed(failure) => {
                let reading = self.remove(id)?;
                let (why, text) = match failure {
                    Failure::Silent => (ReadFailure::Silent, String::new()),
                    Failure::Closed => (ReadFailure::Closed, String::new()),
                    Failure::Stuck => (ReadFailure::Stuck, String::new()),
                    Failure::Peer { code, message } => (ReadFailure::Peer, format!("{code} {message}")),
                };
                let kind = failed(id, &reading, why, text);
                Some(Polled::Over(TransferId(id), reading.phone, kind))
            }
        }
    }
}

fn progress(id: u64, reading: &mut Reading, now: Instant) -> Option<Kind> {
    if now.since(reading.told) < limits::PROGRESS_EVERY {
        return None;
    }
    let p = reading.transfer.progress();
    reading.told = now;
    if p.bytes_acked == reading.told_bytes {
        return None;
    }
    reading.told_bytes = p.bytes_acked;
    Some(Kind::ReadProgress { read: id, bytes: p.bytes_acked, resent: p.blocks_resent })
}

fn finished(id: u64, reading: &Reading, now: Instant, last_ack: bool) -> Kind {
    let p = reading.transfer.progress();
    Kind::ReadFinished {
        read: id,
        bytes: p.size,
        ms: u64::try_from(now.since(p.started).as_millis()).unwrap_or(u64::MAX),
        resent: p.blocks_resent,
        last_ack,
    }
}

fn failed(id: u64, reading: &Reading, why: ReadFailure, text: String) -> Kind {
    let p = reading.transfer.progress();
    Kind::ReadFailed { read: id, bytes: p.bytes_acked, resent: p.blocks_resent, why, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tftp::Mode;
    use std::time::Duration;

    fn peer(host: u8, port: u16) -> SocketAddrV4 {
        SocketAddrV4::new([192, 168, 1, host].into(), port)
    }

    fn begin(reads: &mut Reads, now: Instant, peer: SocketAddrV4) -> TransferId {
        let transfer =
            Transfer::new(now, vec![7; 9_000].into(), Mode::Octet, crate::tftp::Options::default());
        reads.begin(now, peer, None, "a.bin".to_owned(), transfer)
    }

    #[test]
    fn dead_reads_of_one_address_yield_and_live_ones_do_not() {
        let mut reads = Reads::default();
        let start = Instant::ZERO;
        let first = begin(&mut reads, start, peer(20, 1));
        for port in 2..=250 {
            begin(&mut reads, start + Duration::from_millis(port.into()), peer(20, port));
        }
        let dead = start + limits::TFTP_DEAD;
        assert_eq!(reads.room(Instant::from_millis(dead.as_millis() - 1), peer(20, 900)), Room::Free);
        assert_eq!(reads.room(dead, peer(20, 900)), Room::After(first));
        assert_eq!(reads.room(dead, peer(21, 900)), Room::Free);
    }

    #[test]
    fn a_crowd_at_one_address_pushes_out_its_own() {
        let mut reads = Reads::default();
        begin(&mut reads, Instant::ZERO, peer(21, 1));
        let later = Instant::ZERO + Duration::from_secs(1);
        let first = begin(&mut reads, later, peer(20, 1));
        for port in 2..limits::TRANSFERS {
            begin(&mut reads, later + Duration::from_secs(1), peer(20, u16::try_from(port).unwrap()));
        }
        assert_eq!(reads.room(later, peer(22, 1)), Room::After(first), "not the phone that is silent longer");
        assert_eq!(reads.room(later, peer(20, 5_000)), Room::None, "nor round and round");
    }

    #[test]
    fn who_never_confirms_has_few_reads_and_pushes_nobody_out() {
        let mut reads = Reads::default();
        let mut had = 0;
        for port in 1..=10_000 {
            if reads.room(Instant::ZERO, peer(20, port)) == Room::Free {
                begin(&mut reads, Instant::ZERO, peer(20, port));
                had += 1;
            }
        }
        assert_eq!(had, limits::READS_UNHEARD);
        assert_eq!(reads.room(Instant::ZERO, peer(21, 1)), Room::Free);
    }

    #[test]
    fn many_addresses_with_one_read_each_push_out_only_the_dead() {
        let mut reads = Reads::default();
        for n in 0..limits::TRANSFERS {
            let address = Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(n).unwrap());
            begin(&mut reads, Instant::ZERO, SocketAddrV4::new(address, 9));
        }
        assert_eq!(reads.room(Instant::from_millis(20_000), peer(20, 1)), Room::None);
        assert!(matches!(reads.room(Instant::ZERO + limits::TFTP_DEAD, peer(20, 1)), Room::After(_)));
    }
}
