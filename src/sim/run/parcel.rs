//! What travels on the virtual wire.

use crate::engine::ConnId;
use crate::sim::Datagram;
use std::net::{Ipv4Addr, SocketAddrV4};

/// On the wire.
#[derive(Clone, Debug)]
pub(super) enum Parcel {
    ToServer(Datagram),
    /// A neighbour announcement.
    Announcement(Vec<u8>),
    ToPhones(Datagram),
    /// ICMP port unreachable for a packet of this server port.
    Unreachable(u16),
    /// The whole answer on a connection that a phone opened; `None`: nobody listens there.
    Answer(SocketAddrV4, Option<Vec<u8>>),
    /// The question for a page, and the whole answer to it.
    Question(ConnId, SocketAddrV4, Vec<u8>),
    Page(ConnId, SocketAddrV4, Option<Vec<u8>>),
}

/// A connection on the virtual wire is known by its other end.
pub(super) fn connection(from: SocketAddrV4) -> ConnId {
    ConnId(u64::from(from.ip().to_bits()) << 16 | u64::from(from.port()))
}

/// The other end of such a connection.
pub(super) fn peer(id: ConnId) -> SocketAddrV4 {
    let [_, _, a, b, c, d, high, low] = id.0.to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low]))
}
