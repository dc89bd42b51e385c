//! `epoll`, as mio doesn't give it: level-triggered where that saves a system call.

use super::Watched;
use crate::limits;
use mio::{Interest, Token};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

pub(in crate::net) struct Epoll {
    epoll: OwnedFd,
    /// Kept open for as long as somebody may wait for it.
    wakers: Arc<OwnedFd>,
}

/// Wakes an [`Epoll`] from another thread.
pub(in crate::net) struct Waker(Arc<OwnedFd>);

impl Epoll {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            wakers: Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?),
        })
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

    pub(super) fn wait(&self, ready: &mut Vec<Token>, timeout: Option<Duration>) -> io::Result<()> {
        let mut named = [const { MaybeUninit::<Event>::uninit() }; limits::READY_AT_ONCE];
        // Up to whole milliseconds: old kernels know no others, and a deadline must not be missed by a hair.
        let timeout = timeout.map(|t| {
            let ms = t.as_nanos().div_ceil(1_000_000);
            let ms = i64::try_from(ms).unwrap_or(i64::MAX).min(i32::MAX.into());
            Timespec { tv_sec: ms / 1_000, tv_nsec: ms % 1_000 * 1_000_000 }
        });
        let (named, _) = epoll::wait(&self.epoll, &mut named[..], timeout.as_ref())?;
        ready.extend(named.iter().map(|event| {
            let data = event.data;
            Token(usize::try_from(data.u64()).unwrap_or(usize::MAX))
        }));
        Ok(())
    }
}

impl Waker {
    pub(super) fn wake(&self) -> io::Result<()> {
        rustix::io::write(&self.0, &1_u64.to_ne_bytes())?;
        Ok(())
    }
}
