//! What goes into the engine and what comes out of it.

use super::reads::Reads;
use crate::clock::Instant;
use crate::event::{Event, Remedy, Request};
use crate::phone_id::Mac;
use std::net::SocketAddrV4;
use std::sync::Arc;

/// A place where datagrams arrive and leave. A name, not a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// The DHCP server port.
    Dhcp,
    /// The TFTP request port.
    Tftp,
    /// The port of one read.
    Transfer(TransferId),
    /// The SIP port, for datagrams.
    SipUdp,
    /// A connection at the SIP port; its bytes come in pieces.
    Sip(ConnId),
    /// A connection at the SCCP port; its bytes come in pieces.
    Sccp(ConnId),
    /// Neighbour announcements, from their LLC header on; nothing is ever sent from here.
    Cdp,
    /// The same in the standard's form, from their first field on.
    Lldp,
    /// A connection at the HTTP port; its bytes come in pieces.
    Web(ConnId),
    /// A connection of ours to a phone's own page; its answer comes whole.
    Page(ConnId),
}

/// One connection, for as long as it lasts; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(pub u64);

/// One read, for as long as it lasts; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransferId(pub u64);

impl TransferId {
    /// A small number that no other read has that is open at the same time: for tables.
    #[must_use]
    pub fn slot(self) -> usize {
        Reads::slot(self.0)
    }
}

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
    /// The peer has ended a connection, or it is broken.
    HungUp(ConnId),
    /// The peer has taken so many bytes of the body that it was given.
    Taken(ConnId, u64),
    /// The peer has ended the connection in order, with all that it was given.
    Delivered(ConnId),
    /// The peer has taken nothing for too long; the connection was ended.
    Stalled(ConnId),
    /// The deadline of the last [`Output::Idle`] has come.
    Tick,
    /// The technician decided something.
    Command(&'a Command),
}

/// What a technician can decide while the bench is live. What can't be carried out is told as
/// [`crate::event::Kind::OrderRefused`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Forget everything about a phone; its next packet makes it new.
    Forget(Mac),
    /// Serve it nothing for a while. It keeps its address; a phone that reads or writes firmware finishes that first.
    Pause(Mac),
    /// Serve it again.
    Resume(Mac),
    /// Lead it elsewhere, or from elsewhere. Names are as on the command line; what is not given stays.
    Replan {
        /// Which phone.
        phone: Mac,
        /// The load it is to run.
        target: Option<String>,
        /// What it runs: a load, a release, `wiped`, `unknown` ([`crate::route::Start::parse`]).
        from: Option<String>,
    },
    /// Do something for it that is not done by default.
    Remedy {
        /// Which phone.
        phone: Mac,
        /// What.
        remedy: Remedy,
    },
    /// What the program asked for was carried out.
    Done {
        /// Which phone.
        phone: Mac,
        /// What.
        request: Request,
    },
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
    /// A connection is over, once what was sent on it has left.
    HangUp(ConnId),
    /// Send this on a connection, then end it; say how far it got.
    Give {
        /// The connection.
        to: ConnId,
        /// What stands before the file.
        head: Vec<u8>,
        /// The file.
        body: Arc<[u8]>,
    },
    /// Ask a phone for its page. The whole answer comes back from [`Endpoint::Page`], or [`Input::HungUp`].
    Visit {
        /// The connection.
        id: ConnId,
        /// The phone.
        at: SocketAddrV4,
        /// What to send.
        question: Vec<u8>,
    },
    /// Open or close the HTTP port; what is under way there goes on.
    WebDoor {
        /// Open it.
        open: bool,
    },
    /// Something happened. The engine has folded it already.
    Event(Event),
    /// Nothing more to do until the next input, or until this moment.
    Idle(Option<Instant>),
}
