//! Sockets: on one interface, on one address.

use super::doors::{Doors, Form};
use super::place::{Interface, Place};
use super::web::door::Door;
use crate::limits;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

/// A port can't be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has it.
    #[error(
        "another program already listens on UDP port {port}; end it (on Linux, `ss -lunp sport = :{port}` names it)"
    )]
    Taken {
        /// The port.
        port: u16,
    },
    /// Ports below 1024 need a permission.
    #[error("UDP port {port} needs a permission; run the program with sudo, or choose ports above 1023")]
    Permission {
        /// The port.
        port: u16,
    },
    /// No interface has the address.
    #[error("this computer does not have the address {address}; `rescue79 doctor` lists those it has")]
    NoAddress {
        /// The address.
        address: Ipv4Addr,
    },
    /// Anything else.
    #[error("UDP port {port} can't be used: {source}")]
    Other {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// The request ports, and what else could be had.
#[derive(Debug)]
pub struct Bound {
    pub(super) dhcp: Option<UdpSocket>,
    pub(super) tftp: UdpSocket,
    pub(super) address: Ipv4Addr,
    pub(super) doors: Doors,
    pub(super) web: Door,
}

impl Bound {
    /// What phones can't be heard at, in a sentence each; nothing of it is needed to recover them.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.doors.missing
    }

    /// What takes these ports along to another adapter.
    ///
    /// # Errors
    /// The system gives no further handles.
    pub fn follower(&self) -> io::Result<Follower> {
        Ok(Follower {
            dhcp: self.dhcp.as_ref().map(UdpSocket::try_clone).transpose()?,
            ears: self
                .doors
                .ears()
                .map(|(ear, form)| Ok((SockRef::from(ear).try_clone()?, form)))
                .collect::<io::Result<_>>()?,
        })
    }

    /// Where TFTP is spoken; tells the port when it was left to the system.
    ///
    /// # Errors
    /// The socket has no address, which a bound one has.
    pub fn tftp_address(&self) -> io::Result<std::net::SocketAddr> {
        self.tftp.local_addr()
    }
}

/// Takes along to another adapter what is bound to one: the port for addresses, and the ear for announcements. Everything
/// else is bound to an address, and works again as soon as that is there.
#[derive(Debug)]
pub struct Follower {
    dhcp: Option<UdpSocket>,
    ears: Vec<(Socket, Form)>,
}

impl Follower {
    /// Follows an adapter that was plugged in again, and is another one to the system.
    ///
    /// # Errors
    /// It needs a permission (`CAP_NET_RAW`), or there is no such interface.
    pub fn to(&self, interface: &Interface) -> io::Result<()> {
        for (ear, form) in &self.ears {
            super::doors::listen_on(ear, interface, *form)?;
        }
        self.dhcp.as_ref().map_or(Ok(()), |dhcp| to_interface(&SockRef::from(dhcp), interface))
    }
}

/// Takes the request ports.
///
/// # Errors
/// [`BindError`] says which port, why, and what to do.
pub fn bind(place: &Place) -> Result<Bound, BindError> {
    let tftp = request_socket(place.address, place.tftp_port, None)
        .map_err(|source| explained(source, place.tftp_port, place.address))?;
    // Broadcasts reach only a socket that is bound to no address; the interface keeps it to the bench.
    let dhcp = place
        .dhcp_port
        .map(|port| {
            request_socket(Ipv4Addr::UNSPECIFIED, port, place.interface.as_ref())
                .map_err(|source| explained(source, port, place.address))
        })
        .transpose()?;
    let mut doors = Doors::open(place);
    let (web, opened) = Door::open(place);
    if let Err(e) = opened {
        doors.missing.push(format!("files are not served over HTTP ({e}); phones read them by TFTP."));
    }
    Ok(Bound { dhcp, tftp, address: place.address, doors, web })
}

/// A TFTP request port at a further address of this computer.
///
/// # Errors
/// The system's word: the address isn't there, or the port needs a permission.
pub fn door(address: Ipv4Addr, port: u16) -> io::Result<UdpSocket> {
    request_socket(address, port, None)
}

fn request_socket(address: Ipv4Addr, port: u16, interface: Option<&Interface>) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_broadcast(true)?;
    // Two hundred phones that start at once fill the default buffer; as much as the system allows.
    let _ = socket.set_recv_buffer_size(limits::RECEIVE_BUFFER);
    if let Some(interface) = interface {
        to_interface(&socket, interface)?;
    }
    socket.bind(&SocketAddrV4::new(address, port).into())?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn to_interface(socket: &Socket, interface: &Interface) -> io::Result<()> {
    socket.bind_device(Some(interface.name.as_bytes()))
}

#[cfg(target_os = "macos")]
fn to_interface(socket: &Socket, interface: &Interface) -> io::Result<()> {
    socket.bind_device_by_index_v4(interface.index.try_into().ok())
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail here")]
fn to_interface(_socket: &Socket, _interface: &Interface) -> io::Result<()> {
    Ok(()) // Windows has no such option; the engine's policy and the subnet keep strangers out.
}

fn explained(source: io::Error, port: u16, address: Ipv4Addr) -> BindError {
    match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken { port },
        io::ErrorKind::PermissionDenied => BindError::Permission { port },
        io::ErrorKind::AddrNotAvailable => BindError::NoAddress { address },
        _ => BindError::Other { port, source },
    }
}

/// The sockets of one read.
#[derive(Debug)]
pub(super) struct Line {
    /// Connected to the phone.
    pub(super) phone: mio::net::UdpSocket,
    /// The same port for everybody else, so that a stranger is told that it is one (RFC 1350 4).
    pub(super) strangers: Option<mio::net::UdpSocket>,
}

/// Takes what the other end of a connected socket sent. Gives its bytes; a longer datagram is cut.
#[cfg(target_os = "linux")]
pub(super) fn hear(socket: &mio::net::UdpSocket, buf: &mut [u8]) -> io::Result<usize> {
    // Asked directly: the C library makes each of these a place where a thread can be cancelled, which costs more than what
    // the program does with a block.
    Ok(rustix::net::recv(socket, buf, rustix::net::RecvFlags::empty())?.1)
}

/// Takes what the other end of a connected socket sent. Gives its bytes; a longer datagram is cut.
#[cfg(not(target_os = "linux"))]
pub(super) fn hear(socket: &mio::net::UdpSocket, buf: &mut [u8]) -> io::Result<usize> {
    socket.recv(buf)
}

/// Sends one packet to the other end of a connected socket.
#[cfg(target_os = "linux")]
pub(super) fn say(socket: &mio::net::UdpSocket, packet: &[u8]) -> io::Result<usize> {
    Ok(rustix::net::send(socket, packet, rustix::net::SendFlags::empty())?)
}

/// Sends one packet to the other end of a connected socket.
#[cfg(not(target_os = "linux"))]
pub(super) fn say(socket: &mio::net::UdpSocket, packet: &[u8]) -> io::Result<usize> {
    socket.send(packet)
}

/// Datagrams, and no waiting for them: where the system takes both at once, that is a call less for each read.
#[cfg(any(target_os = "linux", target_os = "android"))]
const KIND: Type = Type::DGRAM.nonblocking();
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const KIND: Type = Type::DGRAM;

#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail here")]
const fn not_waiting(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn not_waiting(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(true)
}

/// A port of its own for a read, on the address that was asked. The door for strangers is opened later.
pub(super) fn line(address: Ipv4Addr, phone: SocketAddrV4) -> io::Result<Line> {
    let own = Socket::new(Domain::IPV4, KIND, Some(Protocol::UDP))?;
    not_waiting(&own)?;
    own.bind(&SocketAddrV4::new(address, 0).into())?;
    own.connect(&phone.into())?;
    let own: UdpSocket = own.into();
    Ok(Line { phone: mio::net::UdpSocket::from_std(own), strangers: None })
}

/// A second, unconnected socket on the same port. The kernel gives it only what the connected one does not take.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn second_door(own: &mio::net::UdpSocket) -> io::Result<mio::net::UdpSocket> {
    // Allowed only from here on: the system must have chosen a port that no other read has.
    socket2::SockRef::from(own).set_reuse_address(true)?;
    let door = Socket::new(Domain::IPV4, KIND, Some(Protocol::UDP))?;
    door.set_reuse_address(true)?;
    door.bind(&own.local_addr()?.into())?;
    not_waiting(&door)?;
    let door: UdpSocket = door.into();
    Ok(mio::net::UdpSocket::from_std(door))
}

/// Elsewhere sharing a port means something else, so strangers get the system's "port unreachable".
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn second_door(_own: &mio::net::UdpSocket) -> io::Result<mio::net::UdpSocket> {
    Err(io::ErrorKind::Unsupported.into())
}
