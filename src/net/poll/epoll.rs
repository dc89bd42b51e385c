//! `epoll`, as mio doesn't give it: level-triggered where that saves a system call.

use super::Watched;
use crate::clock::Instant;
use crate::limits;
use mio::{Interest, Token};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// What the alarm is named by; no socket is.
const ALARM: Token = Token(usize::MAX);

pub(in crate::net) struct Epoll {
    epoll: OwnedFd,
    /// Kept open for as long as somebody may wait for it.
    wakers: Arc<OwnedFd>,
    /// Ends a wait. A timeout of the wait itself would be set and taken back by the system for each block that a reader
    /// is waited for; the deadlines of reads move far less often than that.
    alarm: OwnedFd,
    /// For when it is set.
    set: Option<Instant>,
}

/// Wakes an [`Epoll`] from another thread.
pub(in crate::net) struct Waker(Arc<OwnedFd>);

impl Epoll {
    pub(super) fn new() -> io::Result<Self> {
        let new = Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            wakers: Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?),
            alarm: timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?,
            set: None,
        };
        new.add(&new.alarm, ALARM, EventFlags::IN | EventFlags::ET)?;
        Ok(new)
    }

    pub(super) fn waker(&self, token: Token) -> io::Result<Waker> {
        self.add(&self.wakers, token, EventFlags::IN | EventFlags::ET)?;
        Ok(Waker(Arc::clone(&self.wakers)))
    }

    /// Named for as long as something waits there.
    pub(super) fn again(&self, source: &impl AsFd, token: Token) -> io::Result<()> {
        self.add(source, token, EventFlags::IN)
    }

    /// Named once for each change.
    pub(super) fn once(&self, source: &impl Watched, token: Token, interest: Interest) -> io::Result<()> {
        let mut flags = EventFlags::ET;
        if interest.is_readable() {
            flags |= EventFlags::IN | EventFlags::RDHUP;
        }
        if interest.is_writable() {
            flags |= EventFlags::OUT;
        }
        self.add(source, token, flags)
    }

    pub(super) fn no_more(&self, source: &impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, source)?)
    }

    fn add(&self, source: impl AsFd, token: Token, flags: EventFlags) -> io::Result<()> {
        // A `usize` has 64 bits at most.
        let data = EventData::new_u64(u64::try_from(token.0).unwrap_or(u64::MAX));
        Ok(epoll::add(&self.epoll, source, data, flags)?)
    }

    /// Waits for somebody to be named, at most until then.
    pub(super) fn wait(
        &mut self,
        ready: &mut Vec<Token>,
        now: Instant,
        until: Option<Instant>,
    ) -> io::Result<()> {
        let mut named = [const { MaybeUninit::<Event>::uninit() }; limits::READY_AT_ONCE];
        let at_once = until.is_some_and(|until| until <= now);
        // An alarm for an earlier moment stays: when it rings, the caller comes again.
        if let Some(until) = until.filter(|until| !at_once && self.set.is_none_or(|set| *until < set)) {
            self.ring(until.since(now))?;
            self.set = Some(until);
        }
        let none = Timespec::default();
        let (named, _) = epoll::wait(&self.epoll, &mut named[..], at_once.then_some(&none))?;
        for event in named.iter() {
            let data = event.data;
            match Token(usize::try_from(data.u64()).unwrap_or(usize::MAX)) {
                ALARM => self.set = None,
                token => ready.push(token),
            }
        }
        Ok(())
    }

    /// Sets the alarm.
    fn ring(&self, after: Duration) -> io::Result<()> {
        let after = Timespec::try_from(after).map_err(io::Error::other)?;
        let alarm = Itimerspec { it_interval: Timespec::default(), it_value: after };
        timerfd_settime(&self.alarm, TimerfdTimerFlags::empty(), &alarm)?;
        Ok(())
    }
}

impl Waker {
    pub(super) fn wake(&self) -> io::Result<()> {
        rustix::io::write(&self.0, &1_u64.to_ne_bytes())?;
        Ok(())
    }
}
