//! The ports where phones say what they are: SIP, SCCP, and the neighbour announcements below IP.
//!
//! None of them is needed to lead a phone to its load. One that can't be had is said once and left out.

use super::place::{Interface, Place};
#[cfg(target_os = "linux")]
use crate::evidence::lldp;
#[cfg(target_os = "linux")]
use crate::limits;
use socket2::Socket;
#[cfg(target_os = "linux")]
use socket2::{Domain, Protocol, Type};
use std::io;
use std::net::{SocketAddr, SocketAddrV4};

/// Where phones register by SIP.
const SIP: u16 = 5060;
/// Where phones register by SCCP.
const SCCP: u16 = 2000;

/// Doors that are open; each may be missing.
#[derive(Debug, Default)]
pub(super) struct Doors {
    pub(super) sip_datagrams: Option<mio::net::UdpSocket>,
    pub(super) sip: Option<mio::net::TcpListener>,
    pub(super) sccp: Option<mio::net::TcpListener>,
    pub(super) cdp: Option<mio::net::UdpSocket>,
    pub(super) lldp: Option<mio::net::UdpSocket>,
    /// What could not be had, in a sentence each.
    pub(super) missing: Vec<String>,
}

impl Doors {
    /// Opens what this place allows: registrations where the network is ours alone, announcements wherever the interface is
    /// known.
    pub(super) fn open(place: &Place) -> Self {
        let mut doors = Self::default();
        if place.dhcp_port.is_some() && !place.island {
            let why = "this network leads elsewhere, where their exchange may be; phones can't register here and are recovered all the same.";
            doors.missing.push(why.to_owned());
        } else if place.dhcp_port.is_some() {
            let at = |port| SocketAddrV4::new(place.address, port);
            doors.sip_datagrams = kept(&mut doors.missing, "UDP port 5060", datagrams(at(SIP)));
            doors.sip = kept(&mut doors.missing, "TCP port 5060", listener(at(SIP)));
            doors.sccp = kept(&mut doors.missing, "TCP port 2000", listener(at(SCCP)));
        }
        if let Some(interface) = &place.interface {
            doors.cdp = kept(&mut doors.missing, "announcements (CDP)", announcements(interface, Form::Cdp));
            // Where the one can't be heard, the other can't; once said is enough.
            doors.lldp = announcements(interface, Form::Lldp).ok();
        }
        doors
    }

    /// What hears announcements, and in which form.
    pub(super) fn ears(&self) -> impl Iterator<Item = (&mio::net::UdpSocket, Form)> {
        [(&self.cdp, Form::Cdp), (&self.lldp, Form::Lldp)]
            .into_iter()
            .filter_map(|(ear, form)| Some((ear.as_ref()?, form)))
    }
}

fn kept<T>(missing: &mut Vec<String>, what: &str, had: io::Result<T>) -> Option<T> {
    match had {
        Ok(had) => Some(had),
        Err(e) => {
            missing.push(format!("phones are not heard at {what} ({e}); they are recovered all the same."));
            None
        }
    }
}

fn datagrams(at: SocketAddrV4) -> io::Result<mio::net::UdpSocket> {
    mio::net::UdpSocket::bind(SocketAddr::V4(at))
}

fn listener(at: SocketAddrV4) -> io::Result<mio::net::TcpListener> {
    mio::net::TcpListener::bind(SocketAddr::V4(at))
}

/// In which form neighbours announce themselves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Cisco's own: behind an LLC header.
    Cdp,
    /// The standard's: with a type of its own.
    Lldp,
}

/// A packet socket that hears announcements on one interface.
#[cfg(target_os = "linux")]
fn announcements(interface: &Interface, form: Form) -> io::Result<mio::net::UdpSocket> {
    // `ETH_P_802_2` stands for frames with a length in the place of a type.
    let protocol = match form {
        Form::Cdp => 4,
        Form::Lldp => lldp::ETHERTYPE,
    };
    let in_network_order = Protocol::from(i32::from(protocol.to_be()));
    let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(in_network_order))?;
    listen_on(&socket, interface, form)?;
    socket.set_nonblocking(true)?;
    // What came before the filter stood.
    let mut early = [std::mem::MaybeUninit::uninit(); 64];
    for _ in 0..limits::TALKS {
        if socket.recv(&mut early).is_err() {
            break;
        }
    }
    Ok(mio::net::UdpSocket::from_std(socket.into()))
}

/// Has the ear for announcements hear this interface. The kernel's filter picks the interface and the protocol, because
/// binding a packet socket would need unsafe code.
#[cfg(target_os = "linux")]
pub(super) fn listen_on(socket: &Socket, interface: &Interface, form: Form) -> io::Result<()> {
    use socket2::SockFilter;
    // linux/filter.h and linux/bpf_common.h: load a word, jump if equal, return.
    let (load, equal, give) = (0x20, 0x15, 0x06);
    // `SKF_AD_OFF + SKF_AD_IFINDEX`: the interface that a frame came in by.
    let interface_index = 0xffff_f000_u32 + 8;
    let mut words = vec![(interface_index, interface.index)];
    if matches!(form, Form::Cdp) {
        words.extend([(0, 0xaaaa_0300), (4, 0x000c_2000)]);
    }
    let mut filter = Vec::new();
    for (at, must_be) in words {
        filter.push(SockFilter::new(load, 0, 0, at));
        filter.push(SockFilter::new(equal, 1, 0, must_be));
        filter.push(SockFilter::new(give, 0, 0, 0));
    }
    filter.push(SockFilter::new(give, 0, 0, u32::MAX));
    socket.attach_filter(&filter)
}

/// There is no such ear on this system.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail here")]
pub(super) fn listen_on(_socket: &Socket, _interface: &Interface, _form: Form) -> io::Result<()> {
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn announcements(_interface: &Interface, _form: Form) -> io::Result<mio::net::UdpSocket> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this system lets no program listen to them without a driver",
    ))
}
