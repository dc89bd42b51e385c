//! Questions on the wire: is there another DHCP server, has somebody else our address, do our own servers answer.

use super::interfaces::Interface;
use super::system::System;
use super::wire::{Frame, Tap};
use crate::dhcp::probe::{self, Answer, answer, discover};
use crate::limits;
use crate::phone_id::Mac;
use crate::tftp;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::{Duration, Instant};

/// What the search for another DHCP server came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// There are some: what each says, and its hardware address where it can be seen.
    Found(Vec<(Answer, Option<Mac>)>),
    /// Nobody answered.
    Nobody,
    /// It can't be seen from here, and why.
    CantSee(String),
}

/// Why nothing can be seen on the wire while no cable is in.
pub const NO_LINK: &str = "there is no link";

/// One question is a number that nobody else on the wire uses now.
fn number() -> u32 {
    let now = std::process::id().wrapping_mul(0x9e37_79b9);
    now ^ 0x7907_9079
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a shell waits for an answer of the real world")]
    Instant::now()
}

fn socket(interface: &Interface, at: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_broadcast(true)?;
    socket.set_reuse_address(true)?;
    #[cfg(target_os = "linux")]
    socket.bind_device(Some(interface.name.as_bytes()))?;
    #[cfg(target_os = "macos")]
    socket.bind_device_by_index_v4(interface.index.try_into().ok())?;
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    let _ = interface;
    socket.bind(&at.into())?;
    Ok(socket.into())
}

/// Searches for DHCP servers other than this computer, for [`limits::FOREIGN_OFFER`].
#[must_use]
pub fn foreign(interface: &Interface) -> Search {
    if !interface.up {
        return Search::CantSee(NO_LINK.into());
    }
    match Asking::open(interface) {
        Ok(mut asking) => asking.search(interface),
        Err(why) => Search::CantSee(why),
    }
}

/// The way questions go out and answers come in.
struct Asking {
    socket: UdpSocket,
    /// The ear on the wire; without it the socket hears.
    tap: Option<Tap>,
    xid: u32,
    /// The address that an answer to an INFORM goes to.
    own: Option<Ipv4Addr>,
}

impl Asking {
    fn open(interface: &Interface) -> Result<Self, String> {
        let tap = Tap::open(interface.index).ok();
        let client = socket(interface, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68));
        let own = interface.addresses.first().map(|(own, _)| *own);
        let (socket, own) = match client {
            Ok(socket) => (socket, own),
            Err(e) if tap.is_none() => {
                return Err(match e.kind() {
                    io::ErrorKind::PermissionDenied => "only an administrator may ask".to_owned(),
                    io::ErrorKind::AddrInUse => "this computer's own DHCP client holds port 68".to_owned(),
                    _ => e.to_string(),
                });
            }
            // Somebody else holds port 68, or we may not: the tap hears what goes there, the socket the rest.
            Err(_) => {
                let any = self::socket(interface, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
                (any.map_err(|e| e.to_string())?, None)
            }
        };
        Ok(Self { socket, tap, xid: number(), own })
    }

    fn search(&mut self, interface: &Interface) -> Search {
        let mut found: Vec<(Answer, Option<Mac>)> = Vec::new();
        let began = now();
        let (mut asked, mut end) = (0_u32, limits::FOREIGN_OFFER);
        while began.elapsed() < end {
            // A question may be lost; once in every second is enough.
            if began.elapsed() >= limits::ASK_AGAIN * asked {
                asked += 1;
                for question in probe::questions(self.xid, self.own) {
                    if let Err(e) = self.socket.send_to(&question, (Ipv4Addr::BROADCAST, 67)) {
                        return Search::CantSee(e.to_string());
                    }
                }
            }
            let Some((answer, mac)) = self.hear() else { continue };
            if interface.addresses.iter().any(|(a, _)| *a == answer.server) {
                continue;
            }
            // The others answer about now, too, and who refuses may offer yet.
            end = end.min(began.elapsed() + limits::MORE_OFFERS);
            match found.iter_mut().find(|(known, _)| known.server == answer.server) {
                Some((known, known_mac)) => {
                    *known_mac = known_mac.or(mac);
                    known.offers = known.offers.or(answer.offers);
                    known.fault = known.fault.take().or(answer.fault);
                    if known.tftp.is_empty() {
                        known.tftp = answer.tftp;
                    }
                }
                None => found.push((answer, mac)),
            }
        }
        if found.is_empty() { Search::Nobody } else { Search::Found(found) }
    }

    fn hear(&self) -> Option<(Answer, Option<Mac>)> {
        let mut buf = [0; 2_048];
        if let Some(tap) = &self.tap {
            // dnsmasq answers an INFORM at the port that was asked from.
            if self.own.is_none()
                && let Some(answer) = self.received(&mut buf, Duration::from_millis(1))
            {
                return Some((answer, None));
            }
            return match tap.next(&mut buf, limits::LISTEN).ok()?? {
                Frame::Udp { from, source, port: 68, bytes, .. } => {
                    Some((answer(bytes, self.xid, source)?, Some(from)))
                }
                // Nobody looks for this address, but who wants to answer an INFORM that came from there.
                Frame::Arp { from, own, wanted: probe::NOWHERE } if self.own.is_none() => {
                    Some((Answer { server: own, offers: None, tftp: Vec::new(), fault: None }, Some(from)))
                }
                _ => None,
            };
        }
        Some((self.received(&mut buf, limits::LISTEN)?, None))
    }

    fn received(&self, buf: &mut [u8], wait: Duration) -> Option<Answer> {
        self.socket.set_read_timeout(Some(wait)).ok()?;
        let (len, from) = self.socket.recv_from(buf).ok()?;
        let IpAddr::V4(source) = from.ip() else { return None };
        answer(buf.get(..len)?, self.xid, source)
    }
}

/// To the neighbour itself, never to a router (`MSG_DONTROUTE`, the same number on all systems).
const DIRECTLY: i32 = 4;

/// Who else on the wire has this address: its hardware address. Nothing is changed; the neighbour is asked by sending it
/// a datagram that it will throw away.
///
/// # Errors
/// It can't be seen from here, and why.
pub fn conflict(
    system: &dyn System,
    interface: &Interface,
    address: Ipv4Addr,
) -> Result<Option<String>, String> {
    if !interface.up {
        return Err(NO_LINK.into());
    }
    if interface.addresses.iter().any(|(a, _)| *a == address) {
        return Ok(None); // ours; the system itself defends it
    }
    let socket = socket(interface, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0)).map_err(|e| e.to_string())?;
    let to = SocketAddrV4::new(address, 9);
    let socket: Socket = socket.into();
    socket.send_to_with_flags(b"?", &to.into(), DIRECTLY).map_err(|e| e.to_string())?;
    let began = now();
    let mut seen = None;
    while seen.is_none() && began.elapsed() < limits::NEIGHBOUR {
        #[expect(clippy::disallowed_methods, reason = "a neighbour is given time to answer")]
        std::thread::sleep(limits::LISTEN);
        seen = system.neighbour(&interface.name, address).map_err(|e| e.to_string())?;
    }
    Ok(seen)
}

/// What the program's servers answer to the program itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTest {
    /// Everything was answered.
    pub ok: bool,
    /// What was asked and answered, in one sentence.
    pub text: String,
}

/// Reads a file from our own TFTP server and gets an OFFER from our own DHCP server, through the chosen address.
#[must_use]
pub fn self_test(
    interface: &Interface,
    address: Ipv4Addr,
    tftp_port: u16,
    dhcp_port: Option<u16>,
) -> SelfTest {
    let file = read_file(address, tftp_port);
    let offer = dhcp_port.map(|port| get_offer(interface, address, port));
    match (file, offer) {
        (false, _) => SelfTest {
            ok: false,
            text: format!(
                "The program's own TFTP server did not answer at {address} port {tftp_port}. A firewall is the usual reason; `rescue79 doctor` names it."
            ),
        },
        (true, Some(Some(false))) => SelfTest {
            ok: false,
            text: format!(
                "The program read a file from its own TFTP server at {address}, but got no offer from its own DHCP server. A firewall is the usual reason; `rescue79 doctor` names it."
            ),
        },
        (true, Some(Some(true))) => SelfTest {
            ok: true,
            text: format!(
                "The program read a file from its own TFTP server at {address} and got an offer from its own DHCP server."
            ),
        },
        (true, _) => SelfTest {
            ok: true,
            text: format!("The program read a file from its own TFTP server at {address}."),
        },
    }
}

fn read_file(address: Ipv4Addr, port: u16) -> bool {
    let read = || -> io::Result<bool> {
        let socket = UdpSocket::bind((address, 0))?;
        socket.set_read_timeout(Some(limits::OWN_ANSWER))?;
        let request = [b"\0\x01", tftp::SELF_TEST.as_bytes(), b"\0octet\0"].concat();
        let mut buf = [0; 600];
        for _ in 0..4 {
            socket.send_to(&request, (address, port))?;
            if let Ok((len, _)) = socket.recv_from(&mut buf) {
                return Ok(buf.get(4..len) == Some(tftp::SELF_TEST.as_bytes()));
            }
        }
        Ok(false)
    };
    read().unwrap_or(false)
}

/// `None`: this system doesn't let a program hear its own broadcasts.
fn get_offer(interface: &Interface, address: Ipv4Addr, port: u16) -> Option<bool> {
    if !cfg!(target_os = "linux") || interface.addresses.iter().any(|(a, _)| a.is_loopback()) {
        return None;
    }
    let ask = || -> io::Result<bool> {
        let socket = socket(interface, SocketAddrV4::new(address, 0))?;
        socket.set_read_timeout(Some(limits::OWN_ANSWER))?;
        let xid = number();
        let mut buf = [0; 2_048];
        for _ in 0..4 {
            socket.send_to(&discover(xid), (Ipv4Addr::BROADCAST, port))?;
            if let Ok(len) = socket.recv(&mut buf)
                && answer(buf.get(..len).unwrap_or_default(), xid, address)
                    .is_some_and(|a| a.server == address && a.offers.is_some())
            {
                return Ok(true);
            }
        }
        Ok(false)
    };
    // An error here is the interface's, not the server's.
    ask().ok()
}
