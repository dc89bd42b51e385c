//! What passes on the wire without being meant for a socket of ours: who looks for files at a wrong address, and who
//! else answers DHCP. Only Linux lets a program look without foreign drivers.

mod askers;

pub use askers::{Askers, Wrong};

use crate::phone_id::Mac;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A frame, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Somebody asks who has an address.
    Arp {
        /// Who asks.
        from: Mac,
        /// The address it uses; unspecified for a probe before an address is used.
        own: Ipv4Addr,
        /// The address it looks for.
        wanted: Ipv4Addr,
    },
    /// A datagram.
    Udp {
        /// The hardware address it comes from.
        from: Mac,
        /// The address it comes from.
        source: Ipv4Addr,
        /// The address it is for.
        to: Ipv4Addr,
        /// The port it is for.
        port: u16,
        /// Its payload.
        bytes: &'a [u8],
    },
}

/// Reads an Ethernet frame; `None` for everything that doesn't matter here.
#[must_use]
pub fn frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let quad = |at: usize| -> Option<Ipv4Addr> {
        let quad: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(quad.into())
    };
    let pair =
        |at: usize| -> Option<u16> { Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)) };
    let from = Mac(bytes.get(6..12)?.try_into().ok()?);
    match pair(12)? {
        0x0806 if pair(16)? == 0x0800 && pair(20)? == 1 => {
            Some(Frame::Arp { from, own: quad(28)?, wanted: quad(38)? })
        }
        // UDP, and the first or only fragment.
        0x0800 if *bytes.get(23)? == 17 && pair(20)?.trailing_zeros() >= 13 => {
            let udp = 14 + usize::from(bytes.get(14)? & 15) * 4;
            let (source, to, port) = (quad(26)?, quad(30)?, pair(udp + 2)?);
            Some(Frame::Udp { from, source, to, port, bytes: bytes.get(udp + 8..)? })
        }
        _ => None,
    }
}

/// An ear on one interface for ARP, DHCP and TFTP requests, whomever they are for.
pub struct Tap {
    #[cfg(target_os = "linux")]
    sockets: [socket2::Socket; 2],
}

#[cfg(target_os = "linux")]
impl Tap {
    /// Opens it on the interface with this index.
    ///
    /// A socket for each protocol: one for all of them would be given a copy of everything that this computer sends, too,
    /// which costs a tenth of what serving files costs.
    ///
    /// # Errors
    /// It needs a permission (`CAP_NET_RAW`).
    pub fn open(index: u32) -> io::Result<Self> {
        /// `ETH_P_IP` and `ETH_P_ARP`.
        const IP: u16 = 0x0800;
        const ARP: u16 = 0x0806;
        Ok(Self { sockets: [ear(IP, index)?, ear(ARP, index)?] })
    }

    /// The next frame, or nothing within this time.
    ///
    /// # Errors
    /// The interface is gone.
    pub fn next<'b>(&self, buf: &'b mut [u8], wait: Duration) -> io::Result<Option<Frame<'b>>> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let [ip, arp] = &self.sockets;
        let mut ears = [PollFd::new(ip, PollFlags::IN), PollFd::new(arp, PollFlags::IN)];
        let wait = Timespec::try_from(wait).unwrap_or_default();
        match poll(&mut ears, Some(&wait)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        let heard = ears.iter().zip(&self.sockets).find(|(ear, _)| !ear.revents().is_empty());
        let Some((_, mut socket)) = heard else { return Ok(None) };
        match io::Read::read(&mut socket, buf) {
            Ok(len) => Ok(frame(buf.get(..len).unwrap_or_default())),
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
            // The link went: the socket stays and hears again when it is back.
            Err(e) if e.kind() == io::ErrorKind::NetworkDown => Ok(None),
            Err(e) => Err(e),
        }
    }
}

/// Hears one protocol on one interface.
#[cfg(target_os = "linux")]
fn ear(protocol: u16, index: u32) -> io::Result<socket2::Socket> {
    use socket2::{Domain, Protocol, Socket, Type};
    // In network order, as the kernel wants it.
    let protocol = Protocol::from(i32::from(protocol.to_be()));
    let socket = Socket::new(Domain::PACKET, Type::RAW, Some(protocol))?;
    socket.attach_filter(&filter(index))?;
    socket.set_nonblocking(true)?;
    // What came before the filter was there may be of any interface.
    let mut old = [0; 64];
    while io::Read::read(&mut &socket, &mut old).is_ok() {}
    Ok(socket)
}

/// A filter in the kernel, so that the transfers themselves cost nothing here: this interface; ARP, or UDP to port 67,
/// 68 or 69.
#[cfg(target_os = "linux")]
fn filter(index: u32) -> [socket2::SockFilter; 16] {
    const LOAD_WORD: u16 = 0x20;
    const LOAD_HALF: u16 = 0x28;
    const LOAD_BYTE: u16 = 0x30;
    const HEADER_LENGTH: u16 = 0xb1;
    const LOAD_HALF_BEHIND: u16 = 0x48;
    const EQUAL: u16 = 0x15;
    const ANY_BIT: u16 = 0x45;
    const RETURN: u16 = 0x06;
    /// The interface's index, beyond the packet (`SKF_AD_OFF` + `SKF_AD_IFINDEX`).
    const INTERFACE: u32 = 0xffff_f000 + 8;
    let step = socket2::SockFilter::new;
    [
        step(LOAD_WORD, 0, 0, INTERFACE),
        step(EQUAL, 0, 13, index),
        step(LOAD_HALF, 0, 0, 12),
        step(EQUAL, 10, 0, 0x0806),
        step(EQUAL, 0, 10, 0x0800),
        step(LOAD_BYTE, 0, 0, 23),
        step(EQUAL, 0, 8, 17),
        step(LOAD_HALF, 0, 0, 20),
        step(ANY_BIT, 6, 0, 0x1fff),
        step(HEADER_LENGTH, 0, 0, 14),
        step(LOAD_HALF_BEHIND, 0, 0, 16),
        step(EQUAL, 2, 0, 67),
        step(EQUAL, 1, 0, 68),
        step(EQUAL, 0, 1, 69),
        step(RETURN, 0, 0, 0xffff),
        step(RETURN, 0, 0, 0),
    ]
}

#[cfg(not(target_os = "linux"))]
impl Tap {
    /// There is none on this system.
    ///
    /// # Errors
    /// Always.
    pub fn open(_index: u32) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Nothing.
    ///
    /// # Errors
    /// Always.
    pub fn next<'b>(&self, _buf: &'b mut [u8], _wait: Duration) -> io::Result<Option<Frame<'b>>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
