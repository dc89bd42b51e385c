//! Each trap of `dhcproto`'s decoder with a datagram that springs it, and `dhcproto` as a second opinion
//! where it is right.
use super::super::{Kind, Reply, ReplyKind, Request, Variation};
use super::*;
use dhcproto::v4::{Decodable, Decoder, DhcpOption, Encodable, Flags, Message, MessageType, OptionCode};
use proptest::prelude::*;
use std::net::Ipv4Addr;

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
    let found = request(&[60, 2, b'C', b'i', 53, 1, 1, 55, 1, 1, 60, 3, b's', b'c', b'o', 55, 1, 150, 255]);
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
    for (kind, expected, options) in [
        (ReplyKind::Offer, Some(MessageType::Offer), 10),
        (ReplyKind::Ack, Some(MessageType::Ack), 10),
        (ReplyKind::Nak, Some(MessageType::Nak), 2),
        (ReplyKind::Bootp, None, 9),
    ] {
        let reply = reply(kind);
        let bytes = encode(&reply);
        assert!((limits::DHCP_REPLY_MIN..=400).contains(&bytes.len()), "{}", bytes.len());
        let seen = Message::decode(&mut Decoder::new(&bytes)).unwrap();
        assert_eq!((seen.opts().msg_type(), seen.xid()), (expected, reply.xid));
        assert_eq!((seen.chaddr(), seen.yiaddr()), (&MAC[..], reply.yiaddr));
        assert_eq!(seen.opts().iter().count(), options, "none is lost on it");
        for (_, option) in seen.opts().iter() {
            let server = reply.server;
            match option {
                DhcpOption::ServerIdentifier(is) | DhcpOption::TFTPServerAddress(is) => {
                    assert_eq!(*is, server)
                }
                DhcpOption::Router(list) | DhcpOption::DomainNameServer(list) => assert_eq!(*list, [server]),
                DhcpOption::TFTPServerName(name) => assert_eq!(*name, server.to_string().into_bytes()),
                DhcpOption::SubnetMask(mask) => assert_eq!(*mask, Ipv4Addr::new(255, 255, 255, 0)),
                DhcpOption::AddressLeaseTime(seconds) => assert_eq!(*seconds, 14_400),
                DhcpOption::Renewal(seconds) => assert_eq!(*seconds, 7_200),
                DhcpOption::Rebinding(seconds) => assert_eq!(*seconds, 12_600),
                DhcpOption::MessageType(kind) => assert_eq!(Some(*kind), expected),
                other => panic!("{other:?}"),
            }
        }
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
