//! The reads under way: one [`Transfer`] each, their timers, and who reads what.

use super::TransferId;
use crate::clock::Instant;
use crate::event::{Kind, ReadFailure};
use crate::limits;
use crate::phone_id::Mac;
use crate::tftp::{Failure, Packet, Step, Transfer};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, VecDeque};
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
    /// Its reader has said something since it asked.
    confirmed: bool,
    /// Its start, which is told once it is confirmed.
    untold: Option<Box<Kind>>,
}

/// What [`Reads::poll`] found.
pub(super) enum Polled {
    /// A packet of so many bytes is in the buffer, for the reader of this read.
    Send(TransferId, SocketAddrV4, usize),
    /// Something to tell; the read goes on.
    Told(Option<Mac>, Kind),
    /// Something to tell; the read is over.
    Over(TransferId, Option<Mac>, Kind),
    /// The read is over, and its start was not told either.
    Gone(TransferId),
    /// Nothing until this moment.
    Idle(Option<Instant>),
}

/// Whether there is room for one more read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// There is.
    Free,
    /// When this dead one of the same address has gone.
    AfterOwn(TransferId),
    /// All are taken; when this one has gone.
    After(TransferId),
    /// Too many of this address were never confirmed.
    Crowded,
    /// All are taken, by readers who read.
    Full,
}

/// Reads of one address.
#[derive(Clone, Copy, Default)]
struct Crowd {
    reads: usize,
    unconfirmed: usize,
}

/// Reads by number. A slot is used again, a number never.
#[derive(Default)]
pub(super) struct Reads {
    slots: Vec<Option<(u64, Reading)>>,
    free: Vec<usize>,
    next: u64,
    peers: HashMap<SocketAddrV4, TransferId>,
    crowds: HashMap<Ipv4Addr, Crowd>,
    /// Those that were never confirmed, the oldest first: numbers only grow.
    unconfirmed: BTreeSet<u64>,
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

    /// Nothing is remembered of any read.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
            && self.peers.is_empty()
            && self.crowds.is_empty()
            && self.unconfirmed.is_empty()
    }

    /// The read of this address and port.
    pub(super) fn of_peer(&self, peer: SocketAddrV4) -> Option<(TransferId, &Reading)> {
        let id = *self.peers.get(&peer)?;
        Some((id, self.get(id)?))
    }

    /// Whether `peer` can have one more read. Dead reads of its own yield, when it has many; and of reads that were never
    /// confirmed nobody has many. When all are taken, the oldest that was never confirmed yields: who only says that he is
    /// there locks nobody out. Then the longest silent, if it is dead; then one of the address that has most, if those are
    /// many and not its own. No other read is pushed out.
    pub(super) fn room(&self, now: Instant, peer: SocketAddrV4) -> Room {
        let own = *peer.ip();
        let dead = |r: &&Reading| now.since(r.transfer.progress().heard) >= limits::TFTP_DEAD;
        let Crowd { reads, unconfirmed } = self.crowds.get(&own).copied().unwrap_or_default();
        if reads >= limits::TRANSFERS_PER_PEER {
            if let Some((id, _)) = self.silent_longest(Some(own)).filter(|(_, r)| dead(r)) {
                return Room::AfterOwn(id);
            }
            if unconfirmed >= limits::READS_UNHEARD {
                return Room::Crowded;
            }
        }
        if self.peers.len() < limits::TRANSFERS {
            return Room::Free;
        }
        if let Some(oldest) = self.unconfirmed.first() {
            return Room::After(TransferId(*oldest));
        }
        let most = || {
            let (address, crowd) =
                self.crowds.iter().max_by_key(|(address, crowd)| (crowd.reads, **address))?;
            let many = *address != own && crowd.reads > limits::TRANSFERS_PER_PEER;
            many.then(|| self.silent_longest(Some(*address)))?
        };
        let yields = self.silent_longest(None).filter(|(_, r)| dead(r)).or_else(most);
        yields.map_or(Room::Full, |(id, _)| Room::After(id))
    }

    /// The read that was silent longest, of all or of one address.
    fn silent_longest(&self, address: Option<Ipv4Addr>) -> Option<(TransferId, &Reading)> {
        let wanted = |r: &Reading| address.is_none_or(|address| address == *r.peer.ip());
        let all = self.slots.iter().flatten().filter(|(_, r)| wanted(r));
        let (id, reading) = all.min_by_key(|(_, r)| r.transfer.progress().heard)?;
        Some((TransferId(*id), reading))
    }

    /// A number for a read that is not one of these.
    pub(super) const fn number(&mut self) -> u64 {
        self.next += 1;
        (self.next << SLOT_BITS) | NO_SLOT
    }

    /// Has the start of a read told only once it is confirmed, and nothing of one that never is: whoever asks under false
    /// addresses, for which others must yield, doesn't fill the journal.
    pub(super) fn tell_when_confirmed(&mut self, id: TransferId, started: Kind) {
        if let Some(reading) = self.get_mut(id.0) {
            reading.untold = Some(Box::new(started));
        }
    }

    /// The start of this read, if it was not told yet.
    pub(super) fn untold(&mut self, id: TransferId) -> Option<Kind> {
        self.get_mut(id.0)?.untold.take().map(|kind| *kind)
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
            confirmed: false,
            untold: None,
        };
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some((id, reading));
        }
        self.ready.push_back(id);
        self.peers.insert(peer, TransferId(id));
        self.unconfirmed.insert(id);
        let crowd = self.crowds.entry(*peer.ip()).or_default();
        crowd.reads += 1;
        crowd.unconfirmed += 1;
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
        if !std::mem::replace(&mut reading.confirmed, true) {
            self.unconfirmed.remove(&id.0);
            if let Some(crowd) = self.crowds.get_mut(from.ip()) {
                crowd.unconfirmed = crowd.unconfirmed.saturating_sub(1);
            }
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
        self.unconfirmed.remove(&id);
        let address = *reading.peer.ip();
        if let Some(crowd) = self.crowds.get_mut(&address) {
            crowd.reads = crowd.reads.saturating_sub(1);
            crowd.unconfirmed = crowd.unconfirmed.saturating_sub(usize::from(!reading.confirmed));
            if crowd.reads == 0 {
                self.crowds.remove(&address);
            }
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
        if reading.confirmed
            && let Some(started) = reading.untold.take()
        {
            return Some(Polled::Told(reading.phone, *started));
        }
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
                if let Some(started) = reading.untold.take() {
                    return Some(Polled::Told(reading.phone, *started));
                }
                let reading = self.remove(id)?;
                let kind = finished(id, &reading, now, last_ack);
                Some(Polled::Over(TransferId(id), reading.phone, kind))
            }
            Step::Failed(failure) => {
                let reading = self.remove(id)?;
                if reading.untold.is_some() {
                    return Some(Polled::Gone(TransferId(id)));
                }
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
mod tests;
