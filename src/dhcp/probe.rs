//! The program's own question to DHCP servers: does ours answer, and does somebody else's?

use super::elsewhere;
use crate::limits;
use crate::phone_id::Mac;
use dhcproto::v4::{DhcpOption, Encodable, Encoder, Flags, Message, MessageType, OptionCode};
use std::net::Ipv4Addr;

/// The class (option 60) by which our own server knows the question; it answers and remembers nothing.
pub const CLASS: &str = "rescue79 self-test";

/// The hardware address that asks: locally administered, so that no device has it.
pub const MAC: Mac = Mac([0x02, 0x79, 0x79, 0x79, 0x79, 0x79]);

/// What stands before the options (RFC 2131 3).
const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// An address of a network that is only ever written about (RFC 5737): nobody has it, and nobody asks for it by itself.
pub const NOWHERE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 79);

/// What a server says of itself in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The server (option 54, else siaddr, else where the answer came from).
    pub server: Ipv4Addr,
    /// The address it offers, when it offers one.
    pub offers: Option<Ipv4Addr>,
    /// Where it sends phones for their files (option 150), as many addresses as it names.
    pub tftp: Vec<Ipv4Addr>,
    /// What is wrong with what it says of files.
    pub fault: Option<Fault>,
}

/// What is wrong with what a server says of files, so that phones that take its address find none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Option 150 is a text: this one.
    Text(String),
    /// Option 150 has so many bytes, which make no addresses.
    Length(usize),
    /// Neither option 150, nor option 66, nor siaddr names a server.
    Nothing,
}

/// What an answer says of files.
#[derive(Default)]
struct Says<'a> {
    option_150: &'a [u8],
    named: bool,
}

impl Says<'_> {
    fn fault(&self) -> Option<Fault> {
        match self.option_150 {
            [] if self.named => None,
            [] => Some(Fault::Nothing),
            value => {
                let text = value.strip_suffix(b"\0").unwrap_or(value);
                let letters = text.len() > 4 && text.iter().all(|c| elsewhere::is_of_address(*c));
                if letters {
                    Some(Fault::Text(String::from_utf8_lossy(text).into_owned()))
                } else {
                    (value.len() % 4 != 0).then_some(Fault::Length(value.len()))
                }
            }
        }
    }
}

/// A DISCOVER that wants its answer broadcast, and asks for what phones ask for.
#[must_use]
pub fn discover(xid: u32) -> Vec<u8> {
    question(MessageType::Discover, xid, Ipv4Addr::UNSPECIFIED, None)
}

/// The questions that bring any DHCP server to say something, in the order in which they must be sent.
///
/// Measured: dnsmasq pings an address for 3 s before it offers it, and reads nothing meanwhile; udhcpd needs 2 s, ISC 1 s. An
/// INFORM is answered at once by dnsmasq, Kea and udhcpd, a REQUEST for an address of another network by udhcpd and by
/// whoever thinks to be in charge (dnsmasq and ISC with "authoritative"), with NAK. `own` is an address of this
/// computer, to which an INFORM is answered; without one the server looks for [`NOWHERE`], which can be heard.
#[must_use]
pub fn questions(xid: u32, own: Option<Ipv4Addr>) -> [Vec<u8>; 3] {
    [
        question(MessageType::Inform, xid, own.unwrap_or(NOWHERE), None),
        question(MessageType::Request, xid, Ipv4Addr::UNSPECIFIED, Some(NOWHERE)),
        discover(xid),
    ]
}

/// Written by another codec than our server's: what both understand is DHCP, and not a misreading that they share.
fn question(kind: MessageType, xid: u32, own: Ipv4Addr, wanted: Option<Ipv4Addr>) -> Vec<u8> {
    let none = Ipv4Addr::UNSPECIFIED;
    let mut message = Message::new_with_id(xid, own, none, none, none, &MAC.0);
    message.set_flags(Flags::default().set_broadcast());
    let wishes = [
        OptionCode::SubnetMask,
        OptionCode::Router,
        OptionCode::DomainNameServer,
        OptionCode::TFTPServerName,
        OptionCode::TFTPServerAddress,
    ];
    let options = message.opts_mut();
    options.insert(DhcpOption::MessageType(kind));
    options.insert(DhcpOption::ParameterRequestList(wishes.into()));
    options.insert(DhcpOption::ClassIdentifier(CLASS.into()));
    if let Some(wanted) = wanted {
        options.insert(DhcpOption::RequestedIpAddress(wanted));
    }
    let mut bytes = Vec::with_capacity(limits::DHCP_REPLY_MIN);
    // Nothing of this is too long for its field, which is all that can fail; an empty question is answered by nobody.
    if message.encode(&mut Encoder::new(&mut bytes)).is_err() {
        return Vec::new();
    }
    bytes.resize(bytes.len().max(limits::DHCP_REPLY_MIN), 0);
    bytes
}

/// Reads an answer, OFFER, ACK or NAK, to the questions with this number; `None` for everything else. `source` is where
/// the datagram came from.
#[must_use]
pub fn answer(bytes: &[u8], xid: u32, source: Ipv4Addr) -> Option<Answer> {
    let quad = |at: usize| -> Option<[u8; 4]> { bytes.get(at..at + 4)?.try_into().ok() };
    if bytes.first() != Some(&2) || quad(4)? != xid.to_be_bytes() || quad(236)? != MAGIC {
        return None;
    }
    let named = Some(Ipv4Addr::from(quad(20)?)).filter(|server| !server.is_unspecified());
    let mut found = Answer { server: named.unwrap_or(source), offers: None, tftp: Vec::new(), fault: None };
    let mut says = Says { named: named.is_some(), ..Says::default() };
    let (mut rest, mut kind) = (bytes.get(240..)?, 0);
    while let Some((code, tail)) = rest.split_first() {
        match code {
            0 => rest = tail,
            255 => break,
            code => {
                let Some((len, tail)) = tail.split_first() else { break };
                let Some((value, tail)) = tail.split_at_checked(usize::from(*len)) else { break };
                match (code, value) {
                    (53, [value]) => kind = *value,
                    (54, [a, b, c, d]) => found.server = Ipv4Addr::new(*a, *b, *c, *d),
                    (150, value) => says.option_150 = value,
                    (66, value) => says.named |= !value.is_empty(),
                    _ => {}
                }
                rest = tail;
            }
        }
    }
    if kind == 2 {
        found.offers = Some(quad(16)?.into());
        found.fault = says.fault();
    }
    if found.fault.is_none() {
        found.tftp.extend(says.option_150.as_chunks::<4>().0.iter().map(|a| Ipv4Addr::from(*a)));
    }
    matches!(kind, 2 | 5 | 6).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::dhcp::{Config, Outcome, Policy, Server, Variation, encode};
    use proptest::prelude::*;
    use std::net::SocketAddrV4;

    #[test]
    fn our_own_server_answers_and_remembers_nothing() {
        let server = Ipv4Addr::new(192, 168, 1, 1);
        let config = Config {
            server,
            prefix: 24,
            lease: crate::limits::LEASE,
            answer: Policy::Phones,
            variation: Variation::default(),
        };
        let mut ours = Server::new(config, []).unwrap();
        let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
        let Outcome::Probe { reply, to } = ours.handle(Instant::ZERO, from, &discover(79)) else { panic!() };
        assert_eq!(to, SocketAddrV4::new(Ipv4Addr::BROADCAST, 68));
        let bytes = encode(&reply);
        let seen = answer(&bytes, 79, server).unwrap();
        assert_eq!(seen, Answer { server, offers: Some(server), tftp: vec![server], fault: None });
        assert_eq!(answer(&bytes, 80, server), None);
        // The questions for others are none of its business, and no stranger's either.
        for question in &questions(79, Some(server))[..2] {
            assert_eq!(ours.handle(Instant::ZERO, from, question), Outcome::Overheard);
        }
        assert_eq!(ours.leases().count(), 0);
    }

    #[test]
    fn a_refusal_tells_of_a_server_too() {
        let nak = |server: &[u8]| {
            let mut bytes = question(MessageType::Request, 79, Ipv4Addr::UNSPECIFIED, None);
            bytes[0] = 2;
            bytes.truncate(240);
            bytes.extend([53, 1, 6]);
            bytes.extend(server);
            bytes.push(255);
            answer(&bytes, 79, [10, 9, 9, 1].into()).unwrap()
        };
        let expected =
            |server: [u8; 4]| Answer { server: server.into(), offers: None, tftp: Vec::new(), fault: None };
        assert_eq!(nak(&[54, 4, 10, 0, 0, 2]), expected([10, 0, 0, 2]));
        assert_eq!(nak(&[]), expected([10, 9, 9, 1]));
        let asked = question(MessageType::Request, 79, Ipv4Addr::UNSPECIFIED, Some(NOWHERE));
        assert_eq!(answer(&asked, 79, NOWHERE), None, "a question is no answer");
    }

    #[test]
    fn what_it_says_of_files_is_judged() {
        let offer = |siaddr: [u8; 4], options: &[u8]| {
            let mut bytes = question(MessageType::Request, 79, Ipv4Addr::UNSPECIFIED, None);
            bytes[0] = 2;
            bytes.truncate(240);
            bytes[20..24].copy_from_slice(&siaddr);
            bytes.extend([53, 1, 2]);
            bytes.extend(options);
            bytes.push(255);
            let answer = answer(&bytes, 79, [10, 9, 9, 1].into()).unwrap();
            (answer.fault, answer.tftp.len())
        };
        let none = [0; 4];
        let text = |text: &str| [&[150, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        for wrong in ["0x0101A8C0", "192.168.1.1", "10.1.0.1", "C0A80101"] {
            assert_eq!(offer(none, &text(wrong)), (Some(Fault::Text(wrong.to_owned())), 0));
        }
        assert_eq!(offer(none, &[150, 3, 1, 2, 3]), (Some(Fault::Length(3)), 0));
        assert_eq!(offer(none, &[]), (Some(Fault::Nothing), 0));
        // Near misses: an address, two, another way to name it.
        assert_eq!(offer(none, &[150, 4, 49, 57, 50, 46]), (None, 1));
        assert_eq!(offer(none, &[150, 8, 192, 168, 1, 1, 192, 168, 1, 2]), (None, 2));
        assert_eq!(offer([10, 9, 9, 1], &[]), (None, 0));
        assert_eq!(offer(none, &[66, 1, b'x']), (None, 0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = answer(&bytes, 79, Ipv4Addr::UNSPECIFIED);
        }
    }
}
