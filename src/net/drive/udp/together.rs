//! Packets of one window that leave in one system call, where the system can cut them apart (UDP segmentation offload).

use crate::engine::Endpoint;
use crate::limits;
use crate::net::sockets::say;
use mio::net::UdpSocket;
use std::io;
use std::net::SocketAddrV4;

/// Packets behind one another in a buffer: all as long as the first, but the last may be shorter.
#[derive(Clone, Copy)]
pub(in crate::net::drive) struct Run {
    pub(super) from: Endpoint,
    pub(super) to: SocketAddrV4,
    /// Bytes of each packet.
    pub(super) packet: usize,
    /// Bytes of all.
    pub(in crate::net::drive) bytes: usize,
}

impl Run {
    pub(in crate::net::drive) const fn new(from: Endpoint, to: SocketAddrV4, len: usize) -> Self {
        Self { from, to, packet: len, bytes: len }
    }

    /// Takes one more packet in, when it is of the same read and there is room for it and one more.
    pub(in crate::net::drive) fn takes(&mut self, from: Endpoint, to: SocketAddrV4, len: usize) -> bool {
        let whole = self.packet > 0 && self.bytes.is_multiple_of(self.packet);
        let room = self.bytes + len + limits::PACKET_BYTES <= limits::BYTES_TOGETHER
            && self.bytes < self.packet * (limits::PACKETS_TOGETHER - 1);
        let same = matches!(from, Endpoint::Transfer(_)) && from == self.from && to == self.to;
        let takes = same && whole && room && len <= self.packet;
        self.bytes += if takes { len } else { 0 };
        takes
    }
}

/// Sends packets together, or one after the other.
pub(in crate::net::drive) struct Together {
    #[cfg(target_os = "linux")]
    offload: Option<quinn_udp::UdpSocketState>,
}

impl Together {
    /// In one system call, if this system can do that.
    #[cfg(target_os = "linux")]
    pub(in crate::net::drive) fn where_possible() -> Self {
        // The state is about the system, not about one socket; it changes options of the socket it is made from.
        let probe = std::net::UdpSocket::bind((std::net::Ipv4Addr::LOCALHOST, 0));
        let state = probe.and_then(|probe| quinn_udp::UdpSocketState::new((&probe).into()));
        Self { offload: state.ok() }
    }

    /// One after the other: this system can't do otherwise.
    #[cfg(not(target_os = "linux"))]
    pub(in crate::net::drive) const fn where_possible() -> Self {
        Self {}
    }

    /// One after the other.
    #[cfg(all(test, target_os = "linux"))]
    pub(in crate::net::drive) const fn never() -> Self {
        Self { offload: None }
    }

    /// Sends packets of `packet` bytes each to whom the socket is connected to.
    pub(super) fn send(
        &self,
        socket: &UdpSocket,
        to: SocketAddrV4,
        bytes: &[u8],
        packet: usize,
    ) -> io::Result<usize> {
        if bytes.len() <= packet {
            return say(socket, bytes);
        }
        #[cfg(target_os = "linux")]
        if let Some(offload) = self.offload.as_ref().filter(|o| o.max_gso_segments() > 1) {
            let transmit = quinn_udp::Transmit {
                destination: to.into(),
                ecn: None,
                contents: bytes,
                segment_size: Some(packet),
                src_ip: None,
            };
            match offload.try_send(socket.into(), &transmit) {
                // This network card can't; from now on it isn't asked any more.
                Err(_) if offload.max_gso_segments() == 1 => {}
                sent => return sent.map(|()| bytes.len()),
            }
        }
        let _ = to;
        bytes.chunks(packet.max(1)).try_fold(0, |sent, packet| Ok(sent + say(socket, packet)?))
    }
}
