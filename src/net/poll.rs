//! Who has something to say: the system's poller.
//!
//! On Linux it is `epoll` itself, which names a datagram socket again for as long as something waits at it. So a socket
//! is read once each time it is named, and a block of a file costs two system calls: its ACK and the next DATA. mio,
//! which serves everywhere else, names a socket once for each change; then it must be read until it is empty, which
//! costs a third. What is no datagram socket is always named once for each change.

use crate::clock::Instant;
use mio::event::Source;
use mio::{Interest, Token};
use std::io;

#[cfg(target_os = "linux")]
mod epoll;
#[cfg(target_os = "linux")]
use epoll::Epoll;

/// What can be watched.
#[cfg(unix)]
pub(super) trait Watched: Source + std::os::fd::AsFd {}
#[cfg(unix)]
impl<S: Source + std::os::fd::AsFd> Watched for S {}
/// What can be watched.
#[cfg(not(unix))]
pub(super) trait Watched: Source {}
#[cfg(not(unix))]
impl<S: Source> Watched for S {}

/// The poller of one thread.
pub(super) enum Poller {
    #[cfg(target_os = "linux")]
    Epoll(Epoll),
    Mio(mio::Poll, mio::Events),
}

/// Where sockets are handed to it and taken away.
#[derive(Clone, Copy)]
pub(super) enum Registry<'a> {
    #[cfg(target_os = "linux")]
    Epoll(&'a Epoll),
    Mio(&'a mio::Registry),
}

/// Wakes the poller from another thread.
pub(super) enum Waker {
    #[cfg(target_os = "linux")]
    Epoll(epoll::Waker),
    Mio(mio::Waker),
}

impl Poller {
    /// The one that is quickest on this system.
    #[cfg(target_os = "linux")]
    pub(super) fn new() -> io::Result<Self> {
        Epoll::new().map(Self::Epoll).or_else(|_| Self::portable())
    }

    /// The one that is quickest on this system.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn new() -> io::Result<Self> {
        Self::portable()
    }

    /// The one that every system has.
    pub(super) fn portable() -> io::Result<Self> {
        Ok(Self::Mio(mio::Poll::new()?, mio::Events::with_capacity(crate::limits::READY_AT_ONCE)))
    }

    pub(super) fn registry(&self) -> Registry<'_> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => Registry::Epoll(epoll),
            Self::Mio(poll, _) => Registry::Mio(poll.registry()),
        }
    }

    /// A way to end [`Self::wait`] early.
    pub(super) fn waker(&self, token: Token) -> io::Result<Waker> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.waker(token).map(Waker::Epoll),
            Self::Mio(poll, _) => mio::Waker::new(poll.registry(), token).map(Waker::Mio),
        }
    }

    /// A datagram socket is named again while something waits there; otherwise it must be read until it is empty.
    pub(super) const fn names_again(&self) -> bool {
        !matches!(self, Self::Mio(..))
    }

    /// Waits until somebody has something to say, and writes down who; at most until then, which may be told by nobody being
    /// named, and may be a little early: the caller looks at its deadlines and comes again.
    pub(super) fn wait(
        &mut self,
        ready: &mut Vec<Token>,
        now: Instant,
        until: Option<Instant>,
    ) -> io::Result<()> {
        ready.clear();
        let waited = match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.wait(ready, now, until),
            Self::Mio(poll, events) => poll.poll(events, until.map(|at| at.since(now))).map(|()| {
                ready.extend(events.iter().map(mio::event::Event::token));
            }),
        };
        // A signal is for others.
        waited.or_else(|e| if e.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(e) })
    }
}

impl Registry<'_> {
    /// Watches a datagram socket for what comes.
    pub(super) fn datagrams(self, socket: &mut mio::net::UdpSocket, token: Token) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.again(socket, token),
            Self::Mio(registry) => registry.register(socket, token, Interest::READABLE),
        }
    }

    /// Watches anything; it is named once for each change.
    pub(super) fn register(
        self,
        source: &mut impl Watched,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.once(source, token, interest),
            Self::Mio(registry) => registry.register(source, token, interest),
        }
    }

    /// Watches it no more.
    pub(super) fn deregister(self, source: &mut impl Watched) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(epoll) => epoll.no_more(source),
            Self::Mio(registry) => registry.deregister(source),
        }
    }
}

impl Waker {
    /// Ends the wait that is under way, or the next one.
    pub(super) fn wake(&self) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Epoll(waker) => waker.wake(),
            Self::Mio(waker) => waker.wake(),
        }
    }
}

#[cfg(test)]
mod tests;
