//! One machine without sockets or clock: datagrams and commands in, datagrams and events out.
//!
//! The contract: after every [`Engine::handle`], call [`Engine::poll`] until it says [`Output::Idle`].

use crate::clock::Instant;
use crate::event::Event;
use std::net::SocketAddrV4;

/// A place where datagrams arrive and leave. A name, not a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// The DHCP server port.
    Dhcp,
    /// The TFTP request port.
    Tftp,
    /// The port of one read.
    Transfer(TransferId),
}

/// One read, for as long as it lasts; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransferId(pub u64);

/// What the world tells the engine.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A datagram arrived.
    Datagram {
        /// Where it arrived.
        at: Endpoint,
        /// Who sent it.
        from: SocketAddrV4,
        /// Its payload.
        bytes: &'a [u8],
    },
    /// The peer of a read has closed its port (ICMP port unreachable).
    Unreachable(TransferId),
    /// The deadline of the last [`Output::Idle`] has come.
    Tick,
    /// The technician decided something.
    Command(&'a Command),
}

/// What a technician can decide while the bench is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Forget everything about a phone; its next packet makes it new.
    Forget(crate::phone_id::Mac),
}

/// What the engine wants done.
#[derive(Debug)]
pub enum Output {
    /// Send the first `len` bytes of the buffer.
    Send {
        /// From which endpoint; a `Transfer` is opened by its first send.
        from: Endpoint,
        /// To whom.
        to: SocketAddrV4,
        /// How many bytes of the buffer.
        len: usize,
    },
    /// A read is over; its endpoint can go.
    Close(TransferId),
    /// Something happened. The engine has folded it already.
    Event(Event),
    /// Nothing more to do until the next input, or until this moment.
    Idle(Option<Instant>),
}
