//! What passes on the wire without being meant for a socket of ours: who looks for files at a wrong address, and who
//! else answers DHCP. Only Linux lets a program look without foreign drivers.

use crate::dhcp;
use crate::limits;
use crate::phone_id::Mac;
use std::collections::{HashMap, HashSet};
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
            Some(Frame::Udp { from, to: quad(30)?, port: pair(udp + 2)?, bytes: bytes.get(udp + 8..)? })
        }
        _ => None,
    }
}

/// Somebody wants files from an address that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Who.
    pub from: Mac,
    /// The address it asks.
    pub asked: Ipv4Addr,
    /// What that means, in one sentence.
    pub means: String,
}

/// Finds those who look for files at a wrong address.
#[derive(Debug)]
pub struct Askers {
    own: Ipv4Addr,
    prefix: u8,
    phones: HashSet<Mac>,
    asked: HashMap<(Mac, Ipv4Addr), u32>,
}

/// Unanswered questions of a phone for one address before it is named; a single one may be an old neighbour's.
const QUESTIONS: u32 = 2;

impl Askers {
    /// With our own address and the length of its network.
    #[must_use]
    pub fn new(own: Ipv4Addr, prefix: u8) -> Self {
        Self { own, prefix, phones: HashSet::new(), asked: HashMap::new() }
    }

    /// Takes one frame in; each asker is named once for each address.
    pub fn take(&mut self, frame: Frame<'_>) -> Option<Wrong> {
        let (from, asked, sure) = match frame {
            Frame::Udp { from, port: 67, bytes, .. } => {
                let request = dhcp::wire::decode(bytes).ok().filter(dhcp::is_phone);
                if request.is_some() && self.phones.len() < limits::WRONG_ASKERS {
                    self.phones.insert(from);
                }
                return None;
            }
            Frame::Udp { from, to, port: 69, .. } => (from, to, true),
            Frame::Arp { from, own, wanted } => {
                // A probe for one's own address, or the announcement of it, is no question.
                let probe = own.is_unspecified() || own == wanted || wanted.is_link_local();
                if probe || !(self.phones.contains(&from) || self.swapped(wanted)) {
                    return None;
                }
                (from, wanted, false)
            }
            Frame::Udp { .. } => return None,
        };
        if asked == self.own || asked.is_broadcast() || asked.is_multicast() || asked.is_unspecified() {
            return None;
        }
        if self.asked.len() >= limits::WRONG_ASKERS && !self.asked.contains_key(&(from, asked)) {
            return None;
        }
        let count = self.asked.entry((from, asked)).or_default();
        let before = *count;
        *count = count.saturating_add(if sure { QUESTIONS } else { 1 });
        let news = before < QUESTIONS && *count >= QUESTIONS;
        news.then(|| Wrong { from, asked, means: self.means(asked) })
    }

    fn swapped(&self, asked: Ipv4Addr) -> bool {
        let [a, b, c, d] = self.own.octets();
        asked.octets() == [d, c, b, a]
    }

    fn means(&self, asked: Ipv4Addr) -> String {
        let mask = u32::from(dhcp::lease::mask(self.prefix));
        if self.swapped(asked) {
            format!(
                "That is {} backwards: the DHCP server that the phone listens to has option 150 with its bytes swapped. Write the address {} there as an IP address, then restart the phone.",
                self.own, self.own
            )
        } else if u32::from(asked) & mask == u32::from(self.own) & mask {
            "The phone was told so by another DHCP server, or has that address as its \"Alternate TFTP\". Erase the phone's settings, or serve with --adopt-addresses to have it answered there, too.".to_owned()
        } else {
            "The phone remembers that server from its old place, or has it as its \"Alternate TFTP\". Erase the phone's settings, or serve with --adopt-addresses to have it answered there, too.".to_owned()
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PHONE: Mac = Mac([0x00, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]);
    const OWN: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

    fn arp(own: Ipv4Addr, wanted: Ipv4Addr) -> Vec<u8> {
        let mut bytes = vec![0xff; 6];
        bytes.extend(PHONE.0);
        bytes.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
        bytes.extend(PHONE.0);
        bytes.extend(own.octets());
        bytes.extend([0; 6]);
        bytes.extend(wanted.octets());
        bytes
    }

    fn udp(to: Ipv4Addr, port: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 6];
        bytes.extend(PHONE.0);
        bytes.extend([8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 1, 20]);
        bytes.extend(to.octets());
        bytes.extend([0xc0, 0]);
        bytes.extend(port.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes
    }

    fn asker() -> Askers {
        Askers::new(OWN, 24)
    }

    #[test]
    fn swapped_bytes_are_recognised_from_the_second_question_on_and_told_once() {
        let mut askers = asker();
        let question = arp([192, 168, 1, 20].into(), [1, 1, 168, 192].into());
        let told: Vec<_> = (0..5).filter_map(|_| askers.take(frame(&question).unwrap())).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].asked, Ipv4Addr::new(1, 1, 168, 192));
        assert!(told[0].means.contains("bytes swapped"), "{}", told[0].means);
    }

    #[test]
    fn a_read_request_to_a_stranger_is_named_at_once() {
        let read = udp([10, 1, 2, 3].into(), 69, b"\0\x01x\0octet\0");
        let wrong = asker().take(frame(&read).unwrap()).unwrap();
        assert_eq!((wrong.from, wrong.asked), (PHONE, Ipv4Addr::new(10, 1, 2, 3)));
        assert!(wrong.means.contains("Alternate TFTP"));
        let ours = udp(OWN, 69, b"\0\x01x\0octet\0");
        assert_eq!(asker().take(frame(&ours).unwrap()), None);
    }

    #[test]
    fn only_phones_questions_count_and_probes_never() {
        let question = arp([192, 168, 1, 20].into(), [192, 168, 1, 5].into());
        let mut askers = asker();
        assert!((0..9).all(|_| askers.take(frame(&question).unwrap()).is_none()), "a stranger's");
        // The same device shows itself as a phone.
        let mut discover = crate::dhcp::probe::discover(1);
        let class = discover.windows(18).position(|w| w == crate::dhcp::probe::CLASS.as_bytes()).unwrap();
        discover[class..class + 18].copy_from_slice(b"Cisco Systems, Inc");
        assert_eq!(askers.take(frame(&udp(Ipv4Addr::BROADCAST, 67, &discover)).unwrap()), None);
        let told = (0..9).filter_map(|_| askers.take(frame(&question).unwrap())).count();
        assert_eq!(told, 1);
        let probe = arp(Ipv4Addr::UNSPECIFIED, [192, 168, 1, 30].into());
        let announcement = arp([192, 168, 1, 30].into(), [192, 168, 1, 30].into());
        for bytes in [probe, announcement] {
            assert!((0..9).all(|_| askers.take(frame(&bytes).unwrap()).is_none()));
        }
    }

    proptest! {
        #[test]
        fn any_frame_is_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(frame) = frame(&bytes) {
                let _ = asker().take(frame);
            }
        }
    }
}
