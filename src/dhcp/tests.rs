use super::*;
use crate::limits;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);
const OTHER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 254);
const NOBODY: Ipv4Addr = Ipv4Addr::UNSPECIFIED;
const PHONE: Mac = Mac([0x00, 0x0e, 0x84, 0xc0, 0x60, 0xa6]);
const NEIGHBOUR: Mac = Mac([0x00, 0x1d, 0x45, 0x96, 0x3f, 0x27]);
const CLASS: &[u8] = b"Cisco Systems, Inc. IP Phone CP-7960G\0";

fn host(n: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 168, 1, n)
}

fn config() -> Config {
    Config {
        server: SERVER,
        prefix: 24,
        lease: limits::LEASE,
        answer: Policy::Phones,
        variation: Variation::default(),
    }
}

fn server() -> Server {
    Server::new(config(), [(PHONE, host(20)), (NEIGHBOUR, host(30))]).unwrap()
}

/// A request as a phone builds it, octet by octet; shares nothing with the code under test.
#[derive(Clone, Debug)]
struct Ask {
    mac: Mac,
    kind: u8,
    broadcast: bool,
    ciaddr: Ipv4Addr,
    giaddr: Ipv4Addr,
    options: Vec<(u8, Vec<u8>)>,
}

impl Ask {
    fn new(mac: Mac, kind: u8) -> Self {
        let options = vec![(60, CLASS.to_vec())];
        Self { mac, kind, broadcast: true, ciaddr: NOBODY, giaddr: NOBODY, options }
    }

    fn with(mut self, code: u8, value: impl AsRef<[u8]>) -> Self {
        self.options.push((code, value.as_ref().to_vec()));
        self
    }

    fn without_class(mut self) -> Self {
        self.options.retain(|(code, _)| *code != 60);
        self
    }

    fn asking(self, address: Ipv4Addr) -> Self {
        self.with(50, address.octets())
    }

    fn naming(self, server: Ipv4Addr) -> Self {
        self.with(54, server.octets())
    }

    fn using(mut self, address: Ipv4Addr) -> Self {
        (self.ciaddr, self.broadcast) = (address, false);
        self
    }

    fn through(mut self, relay: Ipv4Addr) -> Self {
        self.giaddr = relay;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 1, 6, 0];
        bytes.extend(&self.mac.0[2..]);
        bytes.extend([0, 0, if self.broadcast { 0x80 } else { 0 }, 0]);
        for address in [self.ciaddr, NOBODY, NOBODY, self.giaddr] {
            bytes.extend(address.octets());
        }
        bytes.extend(self.mac.0);
        bytes.resize(236, 0);
        bytes.extend([0x63, 0x82, 0x53, 0x63]);
        if self.kind != 0 {
            bytes.extend([53, 1, self.kind]);
        }
        for (code, value) in &self.options {
            bytes.extend([*code, u8::try_from(value.len()).unwrap()]);
            bytes.extend(value);
        }
        bytes.push(255);
        bytes
    }
}

const DISCOVER: u8 = 1;
const REQUEST: u8 = 3;
const DECLINE: u8 = 4;
const RELEASE: u8 = 7;
const INFORM: u8 = 8;
const BOOTP: u8 = 0;

fn from(address: Ipv4Addr, port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(address, port)
}

/// One line for each outcome, as a table of conversations shows it.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Garbage(garbage) => format!("garbage: {garbage}"),
        Outcome::Silent { why, .. } => format!("silent: {why}"),
        Outcome::Probe { .. } => "answered a question of our own".to_owned(),
        Outcome::Overheard => "overheard a question to others".to_owned(),
        Outcome::Noted { change, .. } => format!("noted: {}", change_word(change)),
        Outcome::Send { reply, to, change, .. } => {
            let change = change.as_ref().map(|c| format!(", {}", change_word(c))).unwrap_or_default();
            let everybody = SocketAddrV4::new(Ipv4Addr::BROADCAST, 68);
            let to = if *to == everybody { "everybody".to_owned() } else { to.to_string() };
            format!("{:?} {} to {to}{change}", reply.kind, reply.yiaddr)
        }
    }
}

fn change_word(change: &Change) -> String {
    match change {
        Change::Bound(_, address) => format!("bound {address}"),
        Change::Declined(_, address) => format!("declined {address}"),
        Change::Released(_, address) => format!("released {address}"),
    }
}

/// One conversation with a server that remembers two phones: what is sent from where, and what comes of it.
fn talk(lines: &[(Ask, SocketAddrV4, &str)]) {
    let mut server = server();
    for (n, (ask, from, expected)) in lines.iter().enumerate() {
        let now = Instant::from_millis(n as u64 * 100);
        assert_eq!(told(&server.handle(now, *from, &ask.bytes())), *expected, "line {n}");
    }
}

/// From a phone without an address.
const BLANK: SocketAddrV4 = SocketAddrV4::new(NOBODY, 68);

fn discover() -> Ask {
    Ask::new(PHONE, DISCOVER)
}

fn request() -> Ask {
    Ask::new(PHONE, REQUEST)
}

#[test]
fn a_first_boot_with_lost_replies() {
    let chosen = || request().naming(SERVER).asking(host(20));
    talk(&[
        (discover(), BLANK, "Offer 192.168.1.20 to everybody"),
        (discover(), BLANK, "Offer 192.168.1.20 to everybody"),
        (chosen(), BLANK, "Ack 192.168.1.20 to everybody, bound 192.168.1.20"),
        (chosen(), BLANK, "Ack 192.168.1.20 to everybody"),
    ]);
}

#[test]
fn selecting_what_is_not_ours_to_give() {
    talk(&[
        (
            request().naming(OTHER).asking(host(77)),
            BLANK,
            "silent: it chose another DHCP server, 192.168.1.254",
        ),
        (request().naming(SERVER).asking(host(30)), BLANK, "Nak 0.0.0.0 to everybody"),
    ]);
}

#[test]
fn init_reboot() {
    let unknown = Ask::new(Mac([2; 6]), REQUEST);
    talk(&[
        (request().asking([10, 1, 1, 5].into()), BLANK, "Nak 0.0.0.0 to everybody"),
        (request().asking(host(20)), BLANK, "Ack 192.168.1.20 to everybody, bound 192.168.1.20"),
        (unknown.clone().asking(host(99)), BLANK, "Ack 192.168.1.99 to everybody, bound 192.168.1.99"),
        (unknown.asking(host(20)), BLANK, "Nak 0.0.0.0 to everybody"),
        (request().asking(SERVER), BLANK, "Nak 0.0.0.0 to everybody"),
        (request().asking(host(255)), BLANK, "Nak 0.0.0.0 to everybody"),
        (request(), BLANK, "silent: it names no address"),
    ]);
}

#[test]
fn renewing_and_rebinding() {
    let abroad = Ipv4Addr::new(172, 16, 0, 9);
    let own = from(host(20), 68);
    talk(&[
        (request().using(host(20)), own, "Ack 192.168.1.20 to 192.168.1.20:68, bound 192.168.1.20"),
        (request().using(host(20)), own, "Ack 192.168.1.20 to 192.168.1.20:68"),
        (request().using(host(30)), from(host(30), 68), "Nak 0.0.0.0 to everybody"),
        (request().using(abroad), from(abroad, 68), "Nak 0.0.0.0 to everybody"),
        (request().using(host(20)), own, "Ack 192.168.1.20 to 192.168.1.20:68"),
    ]);
}

#[test]
fn decline_and_release() {
    let decline = Ask::new(PHONE, DECLINE).without_class().naming(SERVER).asking(host(20));
    let release = Ask::new(NEIGHBOUR, RELEASE).without_class();
    talk(&[
        (decline.clone(), BLANK, "noted: declined 192.168.1.20"),
        (decline, BLANK, "silent: it gives back 192.168.1.20, which it does not hold"),
        (request().asking(host(20)), BLANK, "Nak 0.0.0.0 to everybody"),
        (
            release.clone().naming(OTHER).using(host(30)),
            BLANK,
            "silent: it chose another DHCP server, 192.168.1.254",
        ),
        (release.clone().naming(SERVER).using(host(30)), BLANK, "noted: released 192.168.1.30"),
        (Ask::new(NEIGHBOUR, DISCOVER), BLANK, "Offer 192.168.1.30 to everybody"),
        (release, BLANK, "silent: it names no address"),
    ]);
}

#[test]
fn inform() {
    let inform = Ask::new(PHONE, INFORM);
    let nowhere = "silent: 8.8.8.8 belongs to a network that is not served here";
    talk(&[
        (inform.clone().using(host(5)), from(host(5), 68), "Ack 0.0.0.0 to 192.168.1.5:68"),
        (inform.clone().using([8, 8, 8, 8].into()), from([8, 8, 8, 8].into(), 68), nowhere),
        (inform, BLANK, "silent: it names no address"),
    ]);
}

#[test]
fn relays_tests_and_bootp() {
    let (relay, far) = (from(host(2), 67), Ipv4Addr::new(10, 9, 9, 1));
    let refused = || request().asking([10, 0, 0, 1].into());
    let nowhere = "silent: 10.9.9.1 belongs to a network that is not served here";
    let bootp = Ask::new(PHONE, BOOTP);
    talk(&[
        (discover().through(host(2)), relay, "Offer 192.168.1.20 to 192.168.1.2:67"),
        (refused().through(host(2)), relay, "Nak 0.0.0.0 to 192.168.1.2:67"),
        (discover().through(far), from(far, 67), nowhere),
        (discover(), from(host(5), 40_000), "Offer 192.168.1.20 to 192.168.1.5:40000"),
        (refused(), from(host(5), 40_000), "Nak 0.0.0.0 to 192.168.1.5:40000"),
        (bootp.clone(), BLANK, "Bootp 192.168.1.20 to everybody, bound 192.168.1.20"),
        (bootp.without_class(), BLANK, "silent: it does not say that it is a Cisco telephone"),
    ]);
}

#[test]
fn who_is_a_phone() {
    let mut plain = Ask::new(PHONE, DISCOVER).without_class();
    plain.options.clear();
    for (ask, phone) in [
        (plain.clone(), false),
        (plain.clone().with(60, CLASS), true),
        (plain.clone().with(60, b"Cisco Systems, Inc. IP Phone\0"), true),
        (plain.clone().with(60, b"Cisco Systems, Inc.\0\0"), true),
        (plain.clone().with(60, b"Cisco System, Inc. IP Phone CP-8945\0"), true),
        (plain.clone().with(60, b"Cisco Systems, Inc. Wireless Bridge"), false),
        (plain.clone().with(60, b"Cisco AP c1140"), false),
        (plain.clone().with(60, b"MSFT 5.0").with(55, [1, 3, 6, 15]), false),
        (plain.clone().with(55, [6, 3, 1, 66, 15, 150]), true),
        (plain.clone().with(12, b"SEP000E84C060A6"), true),
        (plain.clone().with(12, b"mgc000e84c060a6"), true),
        (plain.clone().with(12, b"SEP001D45963F27"), false),
        (plain.with(12, b"\xff\xfeSEP"), false),
    ] {
        let bytes = ask.bytes();
        let outcome = server().handle(Instant::ZERO, BLANK, &bytes);
        assert_eq!(matches!(outcome, Outcome::Send { .. }), phone, "{:?}", ask.options);
        let mut any = Server::new(Config { answer: Policy::Any, ..config() }, []).unwrap();
        assert!(matches!(any.handle(Instant::ZERO, BLANK, &bytes), Outcome::Send { .. }));
    }
}

/// Header fields and options of a reply, read without any of the code under test.
struct Seen {
    bytes: Vec<u8>,
    options: BTreeMap<u8, Vec<u8>>,
    order: Vec<u8>,
}

impl Seen {
    fn read(bytes: &[u8]) -> Self {
        assert_eq!(bytes[..4], [2, 1, 6, 0]);
        assert_eq!(bytes[236..240], [0x63, 0x82, 0x53, 0x63]);
        let (mut at, mut options, mut order) = (240, BTreeMap::new(), Vec::new());
        while bytes[at] != 255 {
            let (code, length) = (bytes[at], usize::from(bytes[at + 1]));
            assert!(options.insert(code, bytes[at + 2..at + 2 + length].to_vec()).is_none(), "{code} twice");
            order.push(code);
            at += 2 + length;
        }
        assert!(bytes[at + 1..].iter().all(|b| *b == 0), "only padding after End");
        Self { bytes: bytes.to_vec(), options, order }
    }

    fn address(&self, at: usize) -> Ipv4Addr {
        Ipv4Addr::new(self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3])
    }
}

fn answer(server: &mut Server, ask: &Ask) -> Seen {
    let outcome = server.handle(Instant::ZERO, BLANK, &ask.bytes());
    let Outcome::Send { reply, .. } = outcome else { panic!("{}", told(&outcome)) };
    Seen::read(&encode(&reply))
}

#[test]
fn offer_and_ack_name_this_computer_everywhere() {
    let mut server = server();
    let ip = SERVER.octets().to_vec();
    for (ask, kind) in [
        (Ask::new(PHONE, DISCOVER), 2),
        (Ask::new(PHONE, REQUEST).naming(SERVER).asking(host(20)), 5),
        (Ask::new(PHONE, REQUEST).using(host(20)), 5),
    ] {
        let seen = answer(&mut server, &ask);
        let expected: BTreeMap<u8, Vec<u8>> = [
            (53, vec![kind]),
            (54, ip.clone()),
            (51, 14_400_u32.to_be_bytes().to_vec()),
            (58, 7_200_u32.to_be_bytes().to_vec()),
            (59, 12_600_u32.to_be_bytes().to_vec()),
            (1, vec![255, 255, 255, 0]),
            (3, ip.clone()),
            (6, ip.clone()),
            (150, ip.clone()),
            (66, b"192.168.1.1".to_vec()),
        ]
        .into();
        assert_eq!(seen.options, expected);
        assert_eq!(seen.order, [53, 54, 51, 58, 59, 1, 3, 6, 150, 66]);
        assert_eq!(seen.bytes[4..8], PHONE.0[2..], "the xid is the request's");
        assert_eq!(seen.bytes[10], if ask.broadcast { 0x80 } else { 0 });
        assert_eq!(seen.address(12), ask.ciaddr);
        assert_eq!((seen.address(16), seen.address(20), seen.address(24)), (host(20), SERVER, NOBODY));
        assert_eq!(seen.bytes[28..44], [&PHONE.0[..], &[0; 10]].concat());
        assert_eq!(seen.bytes[44..56], *b"192.168.1.1\0");
        assert!(seen.bytes.len() >= 300);
    }
}

#[test]
fn nak_inform_and_bootp_say_less() {
    let mut server = server();
    let nak = answer(&mut server, &Ask::new(PHONE, REQUEST).asking([10, 0, 0, 1].into()).through(host(2)));
    assert_eq!(nak.order, [53, 54]);
    assert_eq!(nak.options[&53], [6]);
    assert_eq!((nak.address(12), nak.address(16), nak.address(20)), (NOBODY, NOBODY, NOBODY));
    assert_eq!((nak.address(24), nak.bytes[10], nak.bytes[44], nak.bytes.len()), (host(2), 0x80, 0, 300));

    let inform = answer(&mut server, &Ask::new(PHONE, INFORM).using(host(5)));
    assert_eq!(inform.order, [53, 54, 1, 3, 6, 150, 66]);
    assert_eq!((inform.address(12), inform.address(16)), (host(5), NOBODY));

    let bootp = answer(&mut server, &Ask::new(PHONE, BOOTP));
    assert_eq!(bootp.order, [54, 1, 3, 6, 150, 66]);
    assert_eq!((bootp.address(16), bootp.address(20)), (host(20), SERVER));
}

#[test]
fn variations_leave_out_what_they_say() {
    let answer_with = |variation| {
        let mut server = Server::new(Config { variation, ..config() }, []).unwrap();
        answer(&mut server, &Ask::new(PHONE, DISCOVER))
    };
    let full = answer_with(Variation::default());
    for (part, codes) in [
        (Part::Option150, vec![150]),
        (Part::Option66, vec![66]),
        (Part::Router, vec![3]),
        (Part::Dns, vec![6]),
        (Part::LeaseTime, vec![51, 58, 59]),
        (Part::Siaddr, vec![]),
        (Part::Sname, vec![]),
        (Part::Padding, vec![]),
    ] {
        let seen = answer_with(Variation::default().without(part));
        let rest: Vec<_> = full.order.iter().copied().filter(|code| !codes.contains(code)).collect();
        assert_eq!(seen.order, rest, "{part:?}");
        assert_eq!(seen.address(20) == NOBODY, part == Part::Siaddr, "{part:?}");
        assert_eq!(seen.bytes[44] == 0, part == Part::Sname, "{part:?}");
    }
    let nothing = Variation::default().without(Part::LeaseTime).without(Part::Padding);
    assert_eq!(answer_with(nothing).bytes.last(), Some(&255), "no padding: End is the last octet");
    let ascending = answer_with(Variation::default().ordered(Order::Ascending));
    assert_eq!(ascending.order, [1, 3, 6, 51, 53, 54, 58, 59, 66, 150]);
    assert_eq!(ascending.options, full.options);

    let variation = Variation::default().unicast();
    let mut server = Server::new(Config { variation, ..config() }, [(PHONE, host(20))]).unwrap();
    let mut to = |ask: Ask| told(&server.handle(Instant::ZERO, BLANK, &ask.bytes()));
    assert_eq!(to(Ask::new(PHONE, DISCOVER)), "Offer 192.168.1.20 to 192.168.1.20:68");
    assert_eq!(to(Ask::new(PHONE, REQUEST).asking(SERVER)), "Nak 0.0.0.0 to everybody");
}

#[test]
fn made_up_phones_do_not_block_a_real_one() {
    let mut server = server();
    for n in 0..300_u16 {
        let [a, b] = n.to_be_bytes();
        let ask = Ask::new(Mac([2, 0, 0, 0, a, b]), DISCOVER);
        let outcome = server.handle(Instant::from_millis(1), BLANK, &ask.bytes());
        assert!(matches!(outcome, Outcome::Send { .. }), "{}", told(&outcome));
    }
    let mac = Mac([0, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]);
    let outcome = server.handle(Instant::from_millis(2), BLANK, &Ask::new(mac, DISCOVER).bytes());
    let Outcome::Send { reply, .. } = outcome else { panic!("{}", told(&outcome)) };
    let ask = Ask::new(mac, REQUEST).naming(SERVER).asking(reply.yiaddr);
    let outcome = server.handle(Instant::from_millis(3), BLANK, &ask.bytes());
    assert!(told(&outcome).starts_with("Ack"), "{}", told(&outcome));
    assert_eq!(server.mac_of(reply.yiaddr), Some(mac));
    assert_eq!(server.address_of(mac), Some(reply.yiaddr));
    assert!(server.leases().any(|lease| lease == (mac, reply.yiaddr, true)));
    server.forget(mac);
    assert_eq!(server.address_of(mac), None);
}

#[test]
fn a_full_bench_is_told_and_not_answered() {
    let mut server = Server::new(Config { prefix: 28, ..config() }, []).unwrap();
    for n in 10..15 {
        let ask = Ask::new(Mac([2, 0, 0, 0, 0, n]), REQUEST).asking(host(n));
        assert!(told(&server.handle(Instant::ZERO, BLANK, &ask.bytes())).starts_with("Ack"));
    }
    let outcome = server.handle(Instant::ZERO, BLANK, &Ask::new(PHONE, DISCOVER).bytes());
    assert_eq!(told(&outcome), "silent: all addresses of this network are in use");
    let bad = Server::new(Config { prefix: 31, ..config() }, []).unwrap_err();
    assert_eq!(bad, BadPool::Prefix(31));
}

fn ask() -> impl Strategy<Value = Ask> {
    let address = prop_oneof![
        4 => any::<u8>().prop_map(host),
        1 => any::<u32>().prop_map(Ipv4Addr::from),
        2 => Just(NOBODY),
    ];
    let kind =
        prop_oneof![Just(DISCOVER), Just(REQUEST), Just(DECLINE), Just(RELEASE), Just(INFORM), Just(BOOTP)];
    (0u16..300, kind, address.clone(), address, any::<bool>()).prop_map(
        |(n, kind, ciaddr, requested, naming)| {
            let [a, b] = n.to_be_bytes();
            let mut ask = Ask::new(Mac([2, 0, 0, 0, a, b]), kind).using(ciaddr);
            if !requested.is_unspecified() {
                ask = ask.asking(requested);
            }
            if naming { ask.naming(SERVER) } else { ask }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// 300 phones in any conversation: the addresses acknowledged and not given back are all different.
    #[test]
    fn acknowledged_addresses_are_unique(asks in proptest::collection::vec(ask(), 1..600)) {
        let mut server = Server::new(config(), []).unwrap();
        let mut bound: BTreeMap<Mac, Ipv4Addr> = BTreeMap::new();
        for (n, ask) in asks.iter().enumerate() {
            let now = Instant::from_millis(n as u64 * 50);
            match server.handle(now, BLANK, &ask.bytes()) {
                Outcome::Send { reply, change, .. } => {
                    prop_assert_eq!((reply.mac, reply.server), (ask.mac, SERVER));
                    if let Some(Change::Bound(mac, address)) = change {
                        bound.insert(mac, address);
                    }
                }
                Outcome::Noted { change: Change::Declined(mac, _) | Change::Released(mac, _), .. } => {
                    bound.remove(&mac);
                }
                _ => {}
            }
            prop_assert_eq!(bound.values().collect::<HashSet<_>>().len(), bound.len());
            for (mac, address) in &bound {
                prop_assert_eq!(server.mac_of(*address), Some(*mac));
            }
        }
    }

    #[test]
    fn random_bytes_are_garbage_or_a_request(bytes in proptest::collection::vec(any::<u8>(), 0..1600)) {
        drop(server().handle(Instant::ZERO, BLANK, &bytes));
    }

    /// Valid requests with some octets changed reach the deep places.
    #[test]
    fn changed_requests_do_no_harm(ask in ask(), changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..12), cut in any::<u16>()) {
        let mut bytes = ask.with(55, [1, 66, 6, 3, 15, 150, 35]).with(12, b"SEP000E84C060A6").bytes();
        for (at, octet) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = octet;
        }
        bytes.truncate(usize::from(cut).max(200));
        if let Outcome::Send { reply, .. } = server().handle(Instant::ZERO, BLANK, &bytes) {
            prop_assert_eq!(Seen::read(&encode(&reply)).address(16), reply.yiaddr);
        }
    }

    /// Every reply, read independently, says what it was made of.
    #[test]
    fn what_is_written_is_what_was_meant(xid: u32, mac: [u8; 6], addresses: [u32; 4], prefix in 8u8..29, lease in proptest::option::of(0u64..1 << 33), broadcast: bool) {
        let [yiaddr, ciaddr, giaddr, server] = addresses.map(Ipv4Addr::from);
        for (kind, code) in [(ReplyKind::Offer, Some(2)), (ReplyKind::Ack, Some(5)), (ReplyKind::Nak, Some(6)), (ReplyKind::Bootp, None)] {
            let reply = Reply { kind, xid, mac: Mac(mac), yiaddr, ciaddr, giaddr, broadcast, server, prefix,
                lease: lease.map(Duration::from_secs), variation: Variation::default() };
            let bytes = encode(&reply);
            prop_assert!(bytes.len() <= 400);
            let seen = Seen::read(&bytes);
            prop_assert_eq!(&seen.bytes[4..8], xid.to_be_bytes());
            prop_assert_eq!(seen.bytes[10] == 0x80, broadcast);
            prop_assert_eq!((seen.address(12), seen.address(16), seen.address(24)), (ciaddr, yiaddr, giaddr));
            prop_assert_eq!(&seen.bytes[28..34], mac);
            prop_assert_eq!(seen.options.get(&53).map(|v| v[0]), code);
            prop_assert_eq!(&seen.options[&54], &server.octets());
            if kind == ReplyKind::Nak {
                continue;
            }
            let seconds = lease.map(|l| u32::try_from(l).unwrap_or(u32::MAX).to_be_bytes().to_vec());
            prop_assert_eq!(seen.options.get(&51), seconds.as_ref());
            let bits = seen.options[&1].iter().map(|b| b.count_ones()).sum::<u32>();
            prop_assert_eq!(bits, u32::from(prefix));
            prop_assert_eq!(&seen.options[&150], &server.octets());
            prop_assert_eq!(&seen.options[&66], &server.to_string().into_bytes());
        }
    }
}
