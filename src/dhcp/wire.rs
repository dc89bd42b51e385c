//! Bytes to a [`Request`], a [`Reply`] to bytes. The only file that knows `dhcproto`.
//!
//! Requests are read here and not by `dhcproto`: its decoder stops silently at the first option that it finds
//! malformed and drops all later ones (a phone's option 150 with two addresses hides its message type), drops
//! options whose text is not UTF-8, keeps only the last of repeated options, reads no options from `sname` and
//! `file` (option 52), checks neither cookie nor hardware address length, and asserts on some lengths. A scan in
//! which the option's length is the only ruler has none of that.
//!
//! Replies are written with its typed options, one by one: its `Message` draws a random id in every constructor
//! (even in `new_with_id`), always sorts the options, writes no End when there are none, and does not pad.

use super::reply::{Order, Part, Reply, ReplyKind};
use crate::limits;
use crate::phone_id::Mac;
use dhcproto::v4::{DhcpOption, Encodable, Encoder, MAGIC, MessageType, OptionCode};
use std::net::Ipv4Addr;

/// What a client wants, option 53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Looks for servers.
    Discover,
    /// Selects an offer, comes back after a reboot, renews or rebinds (RFC 2131 4.3.2).
    Request,
    /// The address is in use by somebody else.
    Decline,
    /// The address is no longer needed.
    Release,
    /// Has an address, wants the rest.
    Inform,
    /// No option 53 at all: plain BOOTP.
    Bootp,
}

/// A request as it was on the wire; texts escaped, nothing judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The sender's hardware address. Never all zeros or all ones.
    pub mac: Mac,
    /// Transaction id. Classic phones use the tail of their MAC, for ever; it tells nothing about freshness.
    pub xid: u32,
    /// What is wanted.
    pub kind: Kind,
    /// Seconds that the client has been trying, by its own account.
    pub secs: u16,
    /// The address the client has and uses; unspecified unless it renews, rebinds, releases or informs.
    pub ciaddr: Ipv4Addr,
    /// The relay it came through; unspecified without one.
    pub giaddr: Ipv4Addr,
    /// The client can't receive unicast yet.
    pub broadcast: bool,
    /// Option 50, the address asked for.
    pub requested: Option<Ipv4Addr>,
    /// Option 54, the server that is meant.
    pub server: Option<Ipv4Addr>,
    /// Option 60: printable ASCII, everything else as `\xNN`; trailing NULs, which all phones send, cut off.
    pub class: Option<String>,
    /// Option 12, written as `class` is.
    pub host_name: Option<String>,
    /// Option 61, raw.
    pub client_id: Option<Vec<u8>>,
    /// Option 55: the options asked for, in the client's order.
    pub params: Vec<u8>,
    /// Codes of all options, in the order in which they came: a fingerprint of the sender's software.
    pub order: Vec<u8>,
}

impl Request {
    /// The client's state as RFC 2131 4.3.2 tells it from what it fills in.
    #[must_use]
    pub fn how(&self) -> &'static str {
        let has_address = !self.ciaddr.is_unspecified();
        match self.kind {
            Kind::Bootp => "bootp",
            Kind::Inform => "inform",
            Kind::Request if has_address && self.broadcast => "rebinding",
            Kind::Request if has_address => "renewing",
            Kind::Request if self.server.is_some() => "selecting",
            Kind::Request => "init-reboot",
            Kind::Discover => "discover",
            Kind::Decline => "decline",
            Kind::Release => "release",
        }
    }
}

/// The datagram is not a DHCP or BOOTP request of an Ethernet host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    /// The fixed part of the message and its cookie take 240 bytes.
    #[error("{0} bytes are too short for a DHCP message")]
    TooShort(usize),
    /// See [`limits::DHCP_REQUEST_BYTES`].
    #[error("{0} bytes are too long for a DHCP request")]
    TooLong(usize),
    /// Another server's reply, or noise.
    #[error("operation {0} is not a request")]
    NotARequest(u8),
    /// Hardware type and address length.
    #[error("hardware type {0} with {1} address bytes is not Ethernet")]
    NotEthernet(u8, u8),
    /// All zeros or all ones.
    #[error("{0} can't be the address of a device")]
    NotADevice(Mac),
    /// Without the cookie there are no options.
    #[error("the DHCP cookie is missing")]
    NoCookie,
    /// Option 53 names something that clients don't send.
    #[error("message type {0} is none that a client sends")]
    Kind(u8),
}

/// The fixed part, RFC 2131 2.
struct Header<'a> {
    op: u8,
    htype: u8,
    hlen: u8,
    xid: u32,
    secs: u16,
    flags: u16,
    ciaddr: Ipv4Addr,
    giaddr: Ipv4Addr,
    mac: Mac,
    sname: &'a [u8],
    file: &'a [u8],
    cookie: [u8; 4],
    options: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(mut bytes: &'a [u8]) -> Option<Self> {
        fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
            let (head, rest) = bytes.split_first_chunk::<N>()?;
            *bytes = rest;
            Some(head)
        }
        let [op, htype, hlen, _hops] = *take(&mut bytes)?;
        let xid = u32::from_be_bytes(*take(&mut bytes)?);
        let secs = u16::from_be_bytes(*take(&mut bytes)?);
        let flags = u16::from_be_bytes(*take(&mut bytes)?);
        let ciaddr = Ipv4Addr::from(*take::<4>(&mut bytes)?);
        let _yiaddr_siaddr = take::<8>(&mut bytes)?;
        let giaddr = Ipv4Addr::from(*take::<4>(&mut bytes)?);
        let mac = Mac(*take(&mut bytes)?);
        let _chaddr_padding = take::<10>(&mut bytes)?;
        let sname = take::<64>(&mut bytes)?;
        let file = take::<128>(&mut bytes)?;
        let cookie = *take(&mut bytes)?;
        Some(Self {
            op,
            htype,
            hlen,
            xid,
            secs,
            flags,
            ciaddr,
            giaddr,
            mac,
            sname,
            file,
            cookie,
            options: bytes,
        })
    }
}

/// What the scan of the options has found so far.
#[derive(Default)]
struct Found {
    kind: Option<u8>,
    overload: u8,
    requested: Option<Ipv4Addr>,
    server: Option<Ipv4Addr>,
    class: Vec<u8>,
    host_name: Vec<u8>,
    client_id: Vec<u8>,
    params: Vec<u8>,
    order: Vec<u8>,
}

impl Found {
    /// Reads options up to End or to one that is longer than what is left; those before it count.
    fn scan(&mut self, mut field: &[u8]) {
        loop {
            match field {
                [0, rest @ ..] => field = rest,
                [code, length, rest @ ..] if *code != 255 => {
                    let Some((value, after)) = rest.split_at_checked(usize::from(*length)) else { return };
                    self.take(*code, value);
                    field = after;
                }
                _ => return,
            }
        }
    }

    /// A fixed-size option of another size is as if it weren't there, and the first good one counts. Pieces of a
    /// text or list are joined wherever they stand (RFC 3396).
    fn take(&mut self, code: u8, value: &[u8]) {
        fn address(value: &[u8]) -> Option<Ipv4Addr> {
            <[u8; 4]>::try_from(value).ok().map(Ipv4Addr::from)
        }
        self.order.push(code);
        match (code, value) {
            (53, [kind]) => self.kind = self.kind.or(Some(*kind)),
            (52, [fields]) if self.overload == 0 => self.overload = *fields,
            (50, _) => self.requested = self.requested.or(address(value)),
            (54, _) => self.server = self.server.or(address(value)),
            (60, _) => self.class.extend_from_slice(value),
            (12, _) => self.host_name.extend_from_slice(value),
            (61, _) => self.client_id.extend_from_slice(value),
            (55, _) => self.params.extend_from_slice(value),
            _ => {}
        }
    }
}

/// Bytes as text that is safe to show and to keep; `None` when nothing is left.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|b| *b != 0)?;
    Some(bytes.get(..=end)?.escape_ascii().to_string())
}

/// Reads a datagram. Total: every input is a request or [`Garbage`].
pub fn decode(bytes: &[u8]) -> Result<Request, Garbage> {
    if bytes.len() > limits::DHCP_REQUEST_BYTES {
        return Err(Garbage::TooLong(bytes.len()));
    }
    let header = Header::read(bytes).ok_or(Garbage::TooShort(bytes.len()))?;
    if header.op != 1 {
        return Err(Garbage::NotARequest(header.op));
    }
    if (header.htype, header.hlen) != (1, 6) {
        return Err(Garbage::NotEthernet(header.htype, header.hlen));
    }
    if matches!(header.mac.0, [0, 0, 0, 0, 0, 0] | [255, 255, 255, 255, 255, 255]) {
        return Err(Garbage::NotADevice(header.mac));
    }
    if header.cookie != MAGIC {
        return Err(Garbage::NoCookie);
    }
    let mut found = Found::default();
    found.scan(header.options);
    // Option 52 may only stand in the options field; it names further fields that hold options.
    let overload = found.overload;
    if matches!(overload, 1 | 3) {
        found.scan(header.file);
    }
    if matches!(overload, 2 | 3) {
        found.scan(header.sname);
    }
    let kind = match found.kind {
        None => Kind::Bootp,
        Some(1) => Kind::Discover,
        Some(3) => Kind::Request,
        Some(4) => Kind::Decline,
        Some(7) => Kind::Release,
        Some(8) => Kind::Inform,
        Some(other) => return Err(Garbage::Kind(other)),
    };
    Ok(Request {
        mac: header.mac,
        xid: header.xid,
        kind,
        secs: header.secs,
        ciaddr: header.ciaddr,
        giaddr: header.giaddr,
        broadcast: header.flags & 0x8000 != 0,
        requested: found.requested,
        server: found.server,
        class: text(&found.class),
        host_name: text(&found.host_name),
        client_id: Some(found.client_id).filter(|id| !id.is_empty()),
        params: found.params,
        order: found.order,
    })
}

/// Writes a reply, padded with zeros to [`limits::DHCP_REPLY_MIN`]; its length. `None` when `buf` is too short
/// (400 bytes always suffice).
pub fn encode(reply: &Reply, buf: &mut [u8]) -> Option<usize> {
    let mut bytes = Vec::with_capacity(400);
    write(reply, &mut Encoder::new(&mut bytes)).ok()?;
    if reply.variation.has(Part::Padding) && bytes.len() < limits::DHCP_REPLY_MIN {
        bytes.resize(limits::DHCP_REPLY_MIN, 0);
    }
    buf.get_mut(..bytes.len())?.copy_from_slice(&bytes);
    Some(bytes.len())
}

fn write(reply: &Reply, to: &mut Encoder<'_>) -> Result<(), dhcproto::error::EncodeError> {
    let names_files = reply.kind != ReplyKind::Nak;
    let server_if =
        |part| if names_files && reply.variation.has(part) { reply.server } else { Ipv4Addr::UNSPECIFIED };
    to.write([2, 1, 6, 0])?;
    to.write_u32(reply.xid)?;
    to.write_u16(0)?;
    to.write_u16(if reply.broadcast { 0x8000 } else { 0 })?;
    to.write(reply.ciaddr.octets())?;
    to.write(reply.yiaddr.octets())?;
    to.write(server_if(Part::Siaddr).octets())?;
    to.write(reply.giaddr.octets())?;
    to.write_fill_bytes(&reply.mac.0, 16)?;
    let sname = (names_files && reply.variation.has(Part::Sname)).then(|| reply.server.to_string());
    to.write_fill(&sname, 64)?;
    to.write([0; 128])?;
    to.write(MAGIC)?;
    for option in options(reply) {
        option.encode(to)?;
    }
    DhcpOption::End.encode(to)
}

/// The options of a reply in the order in which they are sent, without End.
fn options(reply: &Reply) -> Vec<DhcpOption> {
    let has = |part| reply.variation.has(part);
    let server = reply.server;
    let mut options = Vec::with_capacity(10);
    match reply.kind {
        ReplyKind::Offer => options.push(DhcpOption::MessageType(MessageType::Offer)),
        ReplyKind::Ack => options.push(DhcpOption::MessageType(MessageType::Ack)),
        ReplyKind::Nak => options.push(DhcpOption::MessageType(MessageType::Nak)),
        ReplyKind::Bootp => {}
    }
    options.push(DhcpOption::ServerIdentifier(server));
    if reply.kind == ReplyKind::Nak {
        return options;
    }
    if let Some(lease) = reply.lease.filter(|_| has(Part::LeaseTime)) {
        let seconds = u32::try_from(lease.as_secs()).unwrap_or(u32::MAX);
        options.push(DhcpOption::AddressLeaseTime(seconds));
        options.push(DhcpOption::Renewal(seconds / 2));
        options.push(DhcpOption::Rebinding(seconds - seconds / 8));
    }
    options.push(DhcpOption::SubnetMask(reply.mask()));
    if has(Part::Router) {
        options.push(DhcpOption::Router(vec![server]));
    }
    if has(Part::Dns) {
        options.push(DhcpOption::DomainNameServer(vec![server]));
    }
    if has(Part::Option150) {
        options.push(DhcpOption::TFTPServerAddress(server));
    }
    if has(Part::Option66) {
        options.push(DhcpOption::TFTPServerName(server.to_string().into_bytes()));
    }
    match reply.variation.order {
        Order::Usual => {}
        Order::Ascending => options.sort_by_key(|option| u8::from(OptionCode::from(option))),
        Order::First150 => options.sort_by_key(|option| match u8::from(OptionCode::from(option)) {
            53 => 0,
            150 => 1,
            _ => 2,
        }),
    }
    options
}

#[cfg(test)]
mod tests {
    //! Each trap of `dhcproto`'s decoder with a datagram that springs it, and `dhcproto` as a second opinion
    //! where it is right.
    use super::super::reply::Variation;
    use super::*;
    use dhcproto::v4::{Decodable, Decoder, Flags, Message};
    use proptest::prelude::*;

    const MAC: [u8; 6] = [0, 0x1b, 0x0c, 0x18, 0xbd, 0xc1];

    /// A request with these octets after the cookie.
    fn datagram(options: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 236];
        bytes[..4].copy_from_slice(&[1, 1, 6, 0]);
        bytes[28..34].copy_from_slice(&MAC);
        bytes.extend(MAGIC);
        bytes.extend(options);
        bytes
    }

    fn request(options: &[u8]) -> Request {
        decode(&datagram(options)).unwrap()
    }

    #[test]
    fn a_captured_request_of_a_7960() {
        let mut options = vec![53, 1, 3, 61, 7, 1];
        options.extend(MAC);
        options.extend([60, 38]);
        options.extend(b"Cisco Systems, Inc. IP Phone CP-7960G\0");
        options.extend([12, 15]);
        options.extend(b"SEP001B0C18BDC1");
        options.extend([50, 4, 192, 168, 1, 20, 55, 8, 1, 66, 6, 3, 15, 150, 35, 151, 255]);
        let mut bytes = datagram(&options);
        bytes[4..12].copy_from_slice(&[0x0c, 0x18, 0xbd, 0xc1, 0, 4, 0x80, 0]);
        let expected = Request {
            mac: Mac(MAC),
            xid: 0x0c18_bdc1,
            kind: Kind::Request,
            secs: 4,
            ciaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: Ipv4Addr::UNSPECIFIED,
            broadcast: true,
            requested: Some(Ipv4Addr::new(192, 168, 1, 20)),
            server: None,
            class: Some("Cisco Systems, Inc. IP Phone CP-7960G".into()),
            host_name: Some("SEP001B0C18BDC1".into()),
            client_id: Some([&[1][..], &MAC].concat()),
            params: vec![1, 66, 6, 3, 15, 150, 35, 151],
            order: vec![53, 61, 60, 12, 50, 55],
        };
        assert_eq!(decode(&bytes), Ok(expected));
    }

    #[test]
    fn an_option_that_dhcproto_finds_bad_hides_nothing_behind_it() {
        let before: [&[u8]; 6] = [
            &[150, 8, 192, 168, 1, 1, 192, 168, 1, 2],
            &[12, 3, 0xff, 0xfe, 0xfd],
            &[1, 3, 255, 255, 255],
            &[50, 0],
            &[54, 5, 1, 2, 3, 4, 5],
            &[51, 1, 9],
        ];
        for bad in before {
            let found = request(&[bad, &[53, 1, 1, 60, 1, b'x', 255]].concat());
            assert_eq!((found.kind, found.class.as_deref()), (Kind::Discover, Some("x")), "{bad:?}");
            assert_eq!((found.requested, found.server), (None, None), "{bad:?}");
        }
        let hidden =
            Message::decode(&mut Decoder::new(&datagram(&[before[0], &[53, 1, 1, 255]].concat()))).unwrap();
        assert_eq!(hidden.opts().msg_type(), None, "the trap is still there");
    }

    #[test]
    fn lengths_that_dhcproto_asserts_on() {
        for code in [80, 81, 94, 152, 153, 154, 155] {
            for length in 0..6 {
                let mut options = vec![code, length];
                options.resize(2 + usize::from(length), 7);
                options.extend([53, 1, 1, 255]);
                assert_eq!(request(&options).kind, Kind::Discover, "{code} of {length}");
            }
        }
    }

    #[test]
    fn what_is_not_a_request_of_an_ethernet_host() {
        let good = datagram(&[53, 1, 1, 255]);
        let changed = |at: usize, octets: &[u8]| {
            let mut bytes = good.clone();
            bytes[at..at + octets.len()].copy_from_slice(octets);
            decode(&bytes).unwrap_err()
        };
        assert_eq!(changed(0, &[2]), Garbage::NotARequest(2));
        assert_eq!(changed(1, &[6]), Garbage::NotEthernet(6, 6));
        for hlen in [0, 5, 7, 16, 17, 255] {
            assert_eq!(changed(2, &[hlen]), Garbage::NotEthernet(1, hlen), "more than 16 panics in dhcproto");
        }
        assert_eq!(changed(28, &[0; 6]), Garbage::NotADevice(Mac([0; 6])));
        assert_eq!(changed(28, &[255; 6]), Garbage::NotADevice(Mac([255; 6])));
        assert_eq!(changed(236, &[99, 130, 83, 98]), Garbage::NoCookie);
        assert_eq!(changed(242, &[2]), Garbage::Kind(2));
        for length in 0..240 {
            assert_eq!(decode(&good[..length]), Err(Garbage::TooShort(length)));
        }
        assert_eq!(decode(&[1; 1501]), Err(Garbage::TooLong(1501)));
    }

    #[test]
    fn the_length_is_the_only_ruler() {
        assert_eq!(request(&[]).kind, Kind::Bootp);
        assert_eq!(request(&[53, 1, 1]).kind, Kind::Discover, "no End");
        assert_eq!(request(&[0, 0, 53, 1, 1, 0, 60]).order, [53], "a code without a length");
        assert_eq!(request(&[53, 1, 1, 60, 9, b'C']).class, None, "longer than what is left");
        assert_eq!(request(&[53, 2, 1, 1, 255]).kind, Kind::Bootp, "a message type has one octet");
        assert_eq!(request(&[53, 1, 1, 53, 1, 3, 255]).kind, Kind::Discover, "the first one counts");
        assert_eq!(request(&[255, 53, 1, 1]).kind, Kind::Bootp, "nothing counts after End");
        assert_eq!(request(&[60, 2, 0, 0, 12, 0, 61, 0]).class, None, "nothing but NULs");
        assert_eq!(request(&[60, 4, b'a', 0, b'\n', 0]).class.as_deref(), Some("a\\x00\\n"));
    }

    #[test]
    fn pieces_are_joined_wherever_they_stand() {
        let found =
            request(&[60, 2, b'C', b'i', 53, 1, 1, 55, 1, 1, 60, 3, b's', b'c', b'o', 55, 1, 150, 255]);
        assert_eq!((found.class.as_deref(), &found.params[..]), (Some("Cisco"), &[1, 150][..]));
        assert_eq!(found.order, [60, 53, 55, 60, 55]);
    }

    #[test]
    fn options_in_sname_and_file_are_read_when_option_52_says_so() {
        for (overload, class) in [(0, None), (1, Some("F")), (2, Some("S")), (3, Some("FS")), (9, None)] {
            let mut bytes = datagram(&[53, 1, 1, 52, 1, overload, 255]);
            bytes[44..48].copy_from_slice(&[60, 1, b'S', 255]);
            bytes[108..112].copy_from_slice(&[60, 1, b'F', 255]);
            assert_eq!(decode(&bytes).unwrap().class.as_deref(), class, "{overload}");
        }
        let mut bytes = datagram(&[52, 1, 3]);
        bytes[44..108].fill(60);
        bytes[108..236].fill(53);
        assert_eq!(decode(&bytes).unwrap().kind, Kind::Bootp, "fields without End, lengths beyond them");
    }

    fn reply(kind: ReplyKind) -> Reply {
        Reply {
            kind,
            xid: 0x0c18_bdc1,
            mac: Mac(MAC),
            yiaddr: Ipv4Addr::new(192, 168, 1, 20),
            ciaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: Ipv4Addr::UNSPECIFIED,
            broadcast: true,
            server: Ipv4Addr::new(192, 168, 1, 1),
            prefix: 24,
            lease: Some(limits::LEASE),
            variation: Variation::default(),
        }
    }

    #[test]
    fn dhcproto_reads_our_replies() {
        for (kind, expected) in [
            (ReplyKind::Offer, Some(MessageType::Offer)),
            (ReplyKind::Ack, Some(MessageType::Ack)),
            (ReplyKind::Nak, Some(MessageType::Nak)),
            (ReplyKind::Bootp, None),
        ] {
            let (reply, mut buf) = (reply(kind), [0; 400]);
            let length = encode(&reply, &mut buf).unwrap();
            assert!(length >= limits::DHCP_REPLY_MIN, "dhcproto does not pad");
            let seen = Message::decode(&mut Decoder::new(&buf[..length])).unwrap();
            assert_eq!((seen.opts().msg_type(), seen.xid()), (expected, reply.xid));
            assert_eq!((seen.chaddr(), seen.yiaddr()), (&MAC[..], reply.yiaddr));
            assert_eq!(seen.opts().iter().count(), options(&reply).len(), "none is lost on it");
        }
    }

    proptest! {
        /// Where `dhcproto` reads a request rightly, both read the same.
        #[test]
        fn both_read_what_dhcproto_writes(
            xid: u32, secs: u16, broadcast: bool, ciaddr: u32, giaddr: u32,
            asked in proptest::option::of(any::<u32>()), host in "[A-Za-z0-9]{1,30}",
            class in proptest::collection::vec(1u8..=255, 1..400), params in proptest::collection::vec(1u8..255, 1..20),
        ) {
            let unset = Ipv4Addr::UNSPECIFIED;
            let mut message = Message::new_with_id(xid, ciaddr.into(), unset, unset, giaddr.into(), &MAC);
            message.set_secs(secs);
            message.set_flags(if broadcast { Flags::default().set_broadcast() } else { Flags::default() });
            let codes = params.iter().map(|code| OptionCode::from(*code)).collect();
            message.opts_mut().insert(DhcpOption::MessageType(MessageType::Discover));
            message.opts_mut().insert(DhcpOption::Hostname(host.clone()));
            message.opts_mut().insert(DhcpOption::ClassIdentifier(class.clone()));
            message.opts_mut().insert(DhcpOption::ParameterRequestList(codes));
            if let Some(asked) = asked {
                message.opts_mut().insert(DhcpOption::RequestedIpAddress(asked.into()));
            }
            let found = decode(&message.to_vec().unwrap()).unwrap();
            prop_assert_eq!((found.mac, found.xid, found.kind), (Mac(MAC), xid, Kind::Discover));
            prop_assert_eq!((found.secs, found.broadcast), (secs, broadcast));
            prop_assert_eq!((found.ciaddr, found.giaddr), (ciaddr.into(), giaddr.into()));
            prop_assert_eq!(found.requested, asked.map(Ipv4Addr::from));
            prop_assert_eq!(found.host_name, Some(host));
            prop_assert_eq!(found.class, Some(class.escape_ascii().to_string()));
            prop_assert_eq!(found.params, params);
        }
    }
}
