//! One read: a file on its way to one reader, without sockets and clocks.
//!
//! Lock-step with 512 bytes, as the phones do it, unless the request asked for more. Block numbers roll over; a
//! block shorter than the others, if need be an empty one, ends the file.
//!
//! **What is never done.** A repeated ACK sends nothing and moves no timer in lock-step (RFC 1123 4.2.3.1): a
//! server that answers it doubles all traffic from then on, one that restarts its timer for it never repairs a
//! loss. An ACK of something not yet sent is ignored.
//!
//! **Windows.** An ACK inside the window, or a repeated one, says that what follows it was lost (RFC 7440); but a
//! doubled or late packet makes a reader say the same. Who sends the window again at once sends it to some readers
//! again and again. So such an ACK is a hint: sending goes on, and the window is sent again if nothing more comes
//! for the time that the answer needs, without the timer's floor. A repeated ACK that may be an echo of something
//! sent twice is not even a hint.

mod told;

pub use told::{Failure, Progress, Step};

use std::sync::Arc;
use std::time::Duration;

use super::escaped;
use super::source::{Cursor, Source};
use super::timer::Timer;
use super::wire::{self, Mode, Options, Packet};
use crate::clock::Instant;
use crate::limits::{
    TFTP_BLOCK, TFTP_GIVE_UP, TFTP_MESSAGE_BYTES, TFTP_REPEAT, TFTP_UNANSWERED, TFTP_WINDOW,
};

/// Bytes in a block unless something else is agreed (RFC 1350).
const BLOCK: usize = 512;

#[derive(Debug)]
enum Phase {
    /// Options were granted and ACK 0 is awaited. `sent`: at least once; `due`: to be sent now.
    Offer { sent: bool, due: bool },
    /// Blocks are sent.
    Blocks,
    /// Over. In a box of its own, since each read has room for it in the memory that each block goes through.
    Over(Box<Step>),
}

/// One file on its way to one reader.
///
/// Blocks are counted from 0 and not wrapped; on the wire a block's number is one higher, modulo 65536.
#[derive(Debug)]
pub struct Transfer {
    source: Source,
    /// None: nothing was granted.
    granted: Option<Box<Options>>,
    block_bytes: usize,
    window: u64,
    blocks: u64,
    phase: Phase,
    timer: Timer,
    /// Blocks confirmed: the window's first block, and its place in the source.
    acked: u64,
    base: Cursor,
    /// The block to send next, and its place.
    next: u64,
    head: Cursor,
    /// Blocks that were sent at least once.
    reached: u64,
    /// Blocks below this one may have been sent more than once; none: nothing was.
    doubtful: Option<u64>,
    /// The round trip that is measured: it ends when so many blocks are confirmed, it began then.
    timed: Option<(u64, Instant)>,
    /// An ACK has hinted at a loss.
    hint: bool,
    /// The last sending, and when it is repeated if nothing hints at a loss.
    sent: Instant,
    due: Instant,
    /// Resends by the timer since the last progress.
    unanswered: u32,
    progressed: Instant,
    blocks_resent: u64,
    started: Instant,
    heard: Instant,
}

impl Transfer {
    /// Starts the answer to a read request; the first [`Self::poll`] sends its first packet.
    ///
    /// Granted are: `blksize` from 8 on, cut to [`TFTP_BLOCK`]; `windowsize` from 1 on, cut to [`TFTP_WINDOW`];
    /// `timeout` from 1 to 255 s; `tsize`, always. Other values are passed over as if not asked for, and without
    /// anything granted there is no OACK.
    #[must_use]
    pub fn new(now: Instant, bytes: Arc<[u8]>, mode: Mode, options: Options) -> Self {
        let source = Source::new(bytes, mode);
        let granted = grant(options, source.size());
        let block_bytes = granted.blksize.and_then(|n| usize::try_from(n).ok()).unwrap_or(BLOCK);
        let window = granted.windowsize.unwrap_or(1);
        let offer = granted != Options::default();
        let phase = if offer { Phase::Offer { sent: false, due: true } } else { Phase::Blocks };
        Self {
            blocks: source.size() / block_bytes as u64 + 1,
            source,
            block_bytes,
            window,
            phase,
            timer: Timer::new(granted.timeout.map(Duration::from_secs), window == 1),
            granted: offer.then(|| Box::new(granted)),
            acked: 0,
            base: Cursor::default(),
            next: 0,
            head: Cursor::default(),
            reached: 0,
            doubtful: None,
            timed: None,
            hint: false,
            sent: now,
            due: now,
            unanswered: 0,
            progressed: now,
            blocks_resent: 0,
            started: now,
            heard: now,
        }
    }

    /// Takes a packet from this read's own reader. Whether it is its reader's (address and port) is for the
    /// caller to see; others get ERROR 5 and never come here.
    #[inline]
    pub fn packet(&mut self, now: Instant, packet: &Packet<'_>) {
        if matches!(self.phase, Phase::Over(_)) {
            return;
        }
        match packet {
            Packet::Ack(number) => self.ack(now, *number),
            Packet::Error { code, message } => {
                self.heard = now;
                let message = escaped(message, TFTP_MESSAGE_BYTES);
                self.over(Step::Failed(Failure::Peer { code: *code, message }));
            }
            // Nothing that a reader says.
            Packet::Read(_) | Packet::Write(_) | Packet::Data { .. } | Packet::OptionAck => {}
        }
    }

    /// The reader's host says that its port is closed (ICMP port unreachable).
    pub fn closed(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Over(_)) {
            return;
        }
        self.heard = now;
        self.over(if self.reached == self.blocks {
            Step::Finished { last_ack: false }
        } else {
            Step::Failed(Failure::Closed)
        });
    }

    fn over(&mut self, step: Step) {
        self.phase = Phase::Over(Box::new(step));
    }

    /// Every block was sent; only the ACK of the last ones is missing.
    #[must_use]
    pub const fn all_sent(&self) -> bool {
        self.reached == self.blocks
    }

    /// What to do now; poll until it says [`Step::Wait`].
    ///
    /// `buf` must hold [`wire::PACKET_BYTES`]; if the packet doesn't fit, nothing is sent and the answer is to wait
    /// until `now`, so that several packets of a window may be put behind one another until the room is used up.
    #[inline]
    pub fn poll(&mut self, now: Instant, buf: &mut [u8]) -> Step {
        if !self.ready() && now >= self.deadline() {
            if now >= self.due { self.expire(now) } else { self.resend() }
        }
        let written = match &self.phase {
            Phase::Over(step) => return Step::clone(step),
            _ if !self.ready() => return Step::Wait(self.deadline()),
            Phase::Offer { .. } => self.granted.as_ref().and_then(|granted| wire::option_ack(granted, buf)),
            Phase::Blocks => self.write_block(buf),
        };
        let Some(len) = written else { return Step::Wait(now) };
        self.sent(now);
        Step::Send(len)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            bytes_acked: self.acked.saturating_mul(self.block_bytes as u64).min(self.source.size()),
            size: self.source.size(),
            blocks_resent: self.blocks_resent,
            started: self.started,
            heard: self.heard,
        }
    }

    /// Whether a request for the same file from this read's reader (same address and port) only repeats the one
    /// that this read answers: then it is ignored, since the timer does what is needed. Otherwise the reader has
    /// begun anew and so must the answer.
    ///
    /// As long as nothing was confirmed it is a repetition, later only within [`TFTP_REPEAT`] of the last sign of
    /// life: a packet that the path has delayed or doubled. After the end it never is.
    #[must_use]
    pub fn repeated(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Over(_) => false,
            Phase::Offer { .. } => true,
            Phase::Blocks => self.acked == 0 || now.since(self.heard) < TFTP_REPEAT,
        }
    }

    /// Something may be sent now.
    fn ready(&self) -> bool {
        match self.phase {
            Phase::Offer { due, .. } => due,
            Phase::Blocks => self.next < (self.acked + self.window).min(self.blocks),
            Phase::Over(_) => false,
        }
    }

    /// DATA with the block `next`; moves only the place in the source, so that it may fail.
    fn write_block(&mut self, buf: &mut [u8]) -> Option<usize> {
        let (header, rest) = buf.split_first_chunk_mut::<4>()?;
        let [.., high, low] = (self.next + 1).to_be_bytes();
        *header = [0, 3, high, low];
        let (len, behind) = self.source.read(self.head, rest.get_mut(..self.block_bytes)?);
        self.head = behind;
        Some(4 + len)
    }

    /// What is to be sent now was written.
    fn sent(&mut self, now: Instant) {
        self.sent = now;
        self.due = now + self.timer.wait();
        if let Phase::Offer { sent, due } = &mut self.phase {
            if !*sent {
                self.timed = Some((0, now));
            }
            (*sent, *due) = (true, false);
            return;
        }
        let fresh = self.next == self.reached;
        self.next += 1;
        if fresh {
            self.reached = self.next;
            self.timed.get_or_insert((self.next, now));
        } else {
            self.blocks_resent += 1;
        }
    }

    /// When something is sent again.
    fn deadline(&self) -> Instant {
        if self.hint { self.due.min(self.sent + self.timer.answer()) } else { self.due }
    }

    fn ack(&mut self, now: Instant, number: u16) {
        self.heard = now;
        if let Phase::Offer { sent, .. } = self.phase {
            if sent && number == 0 {
                self.phase = Phase::Blocks;
                self.advance(now, 0);
            }
            return;
        }
        // How far ahead of the window's start; an old ACK is seen as one far ahead of what was sent.
        let ahead = u64::from(number.wrapping_sub(low_16(self.acked)));
        if ahead == 0 {
            let echo = self.doubtful.is_some_and(|to| self.acked <= to);
            self.hint |= self.window > 1 && self.reached > self.acked && !echo;
            // The last block confirmed was sent again, and both were answered.
            if self.doubtful == Some(self.acked) {
                self.timer.hasty();
            }
        } else if ahead <= self.reached - self.acked {
            self.advance(now, ahead);
        }
    }

    /// `ahead` more blocks (none: the options) are confirmed.
    fn advance(&mut self, now: Instant, ahead: u64) {
        self.acked += ahead;
        if self.acked == self.next {
            self.base = self.head;
        } else {
            // At most a window, so the product is small.
            let bytes = usize::try_from(ahead).unwrap_or(0).saturating_mul(self.block_bytes);
            self.base = self.source.skip(self.base, bytes);
        }
        if self.acked > self.next {
            // The answer to what was sent before the timer rang, while it is being sent again.
            self.next = self.acked;
            self.head = self.base;
        }
        if let Some((_, began)) = self.timed.take_if(|(to, _)| *to <= self.acked) {
            self.timer.measure(now.since(began));
        }
        self.hint = self.acked < self.reached;
        self.progressed = now;
        self.unanswered = 0;
        if self.acked == self.blocks {
            self.over(Step::Finished { last_ack: true });
        }
    }

    /// Nothing came in time: once more, or give up.
    fn expire(&mut self, now: Instant) {
        let silence = now.since(self.progressed);
        if silence >= TFTP_GIVE_UP && self.unanswered >= TFTP_UNANSWERED {
            let talking = self.heard.since(self.progressed) > TFTP_GIVE_UP / 2;
            let failure = if talking { Failure::Stuck } else { Failure::Silent };
            return self.over(Step::Failed(failure));
        }
        self.unanswered += 1;
        self.timer.double();
        self.resend();
    }

    /// Sending goes on at the window's start; what is sent twice is not measured (Karn).
    fn resend(&mut self) {
        self.doubtful = Some(self.reached);
        self.timed = None;
        self.hint = false;
        self.next = self.acked;
        self.head = self.base;
        if let Phase::Offer { due, .. } = &mut self.phase {
            *due = true;
        }
    }
}

/// What we grant of what was asked.
fn grant(asked: Options, size: u64) -> Options {
    let blksize = asked.blksize.filter(|n| *n >= 8).map(|n| n.min(u64::from(TFTP_BLOCK)));
    let windowsize = asked.windowsize.filter(|n| *n >= 1).map(|n| n.min(u64::from(TFTP_WINDOW)));
    let timeout = asked.timeout.filter(|n| (1..=255).contains(n));
    Options { blksize, timeout, tsize: asked.tsize.map(|_| size), windowsize }
}

/// The number on the wire of the last of `blocks` blocks.
fn low_16(blocks: u64) -> u16 {
    let [.., high, low] = blocks.to_be_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests;
