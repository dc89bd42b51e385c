//! Packets that no virtual phone made: captures of other people's programs, made in the lab (`golden/*.hex`), and packets of
//! real phones as the references describe them.

use super::{Label, Score};
use crate::talk::{PHONE, Talk};
use rescue79::catalogue::Catalogue;
use rescue79::engine::{Endpoint, Input};
use rescue79::event::{Identity, Kind};
use rescue79::load::Family;
use rescue79::phone_id::Mac;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;

/// A program, and what it put on the wire: to which port, which bytes.
type Capture = (String, Vec<(u16, Vec<u8>)>);

/// All captures. The first line of each says how it was made; every other is a port and a payload.
fn captures() -> Vec<Capture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/identification/golden");
    let mut all: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| read(&entry.unwrap().path())).collect();
    all.sort();
    all
}

fn read(path: &Path) -> Capture {
    let text = std::fs::read_to_string(path).unwrap();
    let (how, packets) = text.split_once('\n').unwrap();
    assert!(how.starts_with("# ") && how.contains("Captured "), "{}: {how}", path.display());
    let packet = |line: &str| {
        let (port, hex) = line.split_once(' ').unwrap();
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (port.parse().unwrap(), (0..hex.len()).step_by(2).map(byte).collect())
    };
    (path.file_stem().unwrap().to_str().unwrap().to_owned(), packets.lines().map(packet).collect())
}

/// Where the options of a DHCP message begin.
const OPTIONS: usize = 240;

/// A captured packet arrives. `maker`: its card is of this maker.
fn arrives(talk: &mut Talk, port: u16, bytes: &[u8], maker: Option<[u8; 3]>) {
    let mut bytes = bytes.to_vec();
    let (at, from) = if port == 69 {
        (Endpoint::Tftp, SocketAddrV4::new(PHONE, 50_000))
    } else {
        if let Some(maker) = maker {
            bytes[28..31].copy_from_slice(&maker);
        }
        (Endpoint::Dhcp, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68))
    };
    talk.engine.handle(talk.now, Input::Datagram { at, from, bytes: &bytes });
    talk.drain();
    talk.wait(1);
}

/// Everything that was said of anybody, with the label of everybody on this bench.
fn judge(score: &mut Score, who: &str, label: &Label, talk: &Talk) {
    for event in &talk.events {
        if let Kind::Identified(said) = &event.kind {
            score.judge(who, label, said);
        }
    }
    // Somebody of whom nothing was said counts as not named.
    if !talk.events.iter().any(|e| matches!(e.kind, Kind::Identified(_))) {
        score.judge(who, label, &Identity::default());
    }
}

/// Each DHCP client with each TFTP client, on a laptop's card and on one of the phones' maker: even one that asks for the
/// list of a phone's load, as a technician does who tries the server, is no phone.
#[test]
fn other_peoples_programs_are_taken_for_no_phone() {
    let (dhcp, tftp): (Vec<_>, Vec<_>) = captures().into_iter().partition(|(_, packets)| packets[0].0 == 67);
    assert!(dhcp.len() >= 4 && tftp.len() >= 4, "{} and {} captures", dhcp.len(), tftp.len());
    let none = Label { model: None, family: None, states: Vec::new() };
    let mut score = Score::default();
    for maker in [None, Some([0x00, 0x1b, 0x0c])] {
        for (client, lease) in &dhcp {
            for (reader, requests) in &tftp {
                let mut talk = Talk::new(true);
                for (port, bytes) in lease.iter().chain(requests) {
                    arrives(&mut talk, *port, bytes, maker);
                }
                let had = |is: fn(&Kind) -> bool| talk.events.iter().any(|e| is(&e.kind));
                assert!(had(|k| matches!(k, Kind::DhcpIgnored { .. })), "{client} was understood");
                assert!(
                    had(|k| matches!(k, Kind::ReadStarted { .. })),
                    "{reader} was understood, and is served"
                );
                assert!(talk.engine.state().phones.is_empty(), "{client}, {reader}");
                judge(&mut score, &format!("{client}, then {reader}, maker {maker:02x?}"), &none, &talk);
            }
        }
    }
    assert_eq!(score.named(), 0, "taken for phones: {:#?}", score.of);
    let taken_for =
        |is: &str| score.families.iter().filter(|((_, said), _)| said == is).map(|(_, n)| n).sum::<u32>();
    assert_eq!(taken_for("unknown"), u32::try_from(2 * dhcp.len() * tftp.len()).unwrap());
}

/// The first packet of a real phone, as a reference tells of it: class, request list, and the order of options where there
/// is a capture. The order of the models without one (those without a host name here) is a plain one of ours, and so are all
/// MACs but the first.
struct Discover {
    source: &'static str,
    mac: &'static str,
    class: &'static str,
    /// Option 12: the letters of the protocol and the MAC.
    host: Option<&'static str>,
    /// The order of its options.
    order: &'static [u8],
    /// Option 55.
    params: &'static [u8],
    label: Option<(Family, &'static str)>,
    /// What it may be by this packet; the truth is one of them.
    may_be: &'static [&'static str],
}

const LOADER: &[u8] = &[1, 66, 6, 3, 15, 150, 35, 151];
const APPLICATION: &[u8] = &[1, 66, 6, 3, 15, 150, 35];
const JAVA: &[u8] = &[53, 61, 12, 60, 55];

const DISCOVERS: &[Discover] = &[
    Discover {
        source: "classic-phones 1.3: a 7960G with SIP 8.12 in a capture of 2020",
        mac: "000E84C060A6",
        class: "Cisco Systems, Inc. IP Phone CP-7960G\0",
        host: Some("SIP000E84C060A6"),
        order: &[53, 61, 60, 12, 55],
        params: LOADER,
        label: Some((Family::Classic, "7960")),
        may_be: &["loader", "SIP 8.12 application"],
    },
    Discover {
        source: "classic-phones 1.3: the SCCP application of a 7940",
        mac: "000E84C060A7",
        class: "Cisco Systems, Inc. IP Phone CP-7940\0",
        host: Some("SEP000E84C060A7"),
        order: JAVA,
        params: APPLICATION,
        label: Some((Family::Classic, "7940")),
        may_be: &["SCCP application"],
    },
    Discover {
        source: "classic-phones 1.3: a load of the first years says no model",
        mac: "000E84C060A8",
        class: "Cisco Systems, Inc. IP Phone\0",
        host: None,
        order: &[53, 61, 60, 55],
        params: &[6, 3, 1, 66, 15, 150],
        label: None,
        may_be: &["first-years load", "Java boot loader", "other phone"],
    },
    Discover {
        source: "classic-phones 1.3, staticdhcpd 28: a 7911G in a capture",
        mac: "001B0C18BDC2",
        class: "Cisco Systems, Inc. IP Phone CP-7911G\0",
        host: Some("SEP001B0C18BDC2"),
        order: JAVA,
        params: APPLICATION,
        label: Some((Family::F11, "7911")),
        may_be: &["application", "wiped phone"],
    },
    Discover {
        source: "java-phones 1.2: a 7945G",
        mac: "001B0C18BDC3",
        class: "Cisco Systems, Inc. IP Phone CP-7945G\0",
        host: Some("SEP001B0C18BDC3"),
        order: JAVA,
        params: APPLICATION,
        label: Some((Family::F45, "7945")),
        may_be: &["application", "wiped phone"],
    },
    Discover {
        source: "java-phones 1.2: a 7961G in the other database",
        mac: "001B0C18BDC4",
        class: "Cisco Systems, Inc. IP Phone CP-7961G\0",
        host: Some("SEP001B0C18BDC4"),
        order: JAVA,
        params: LOADER,
        label: Some((Family::F41, "7961")),
        may_be: &["application", "wiped phone"],
    },
    Discover {
        source: "java-phones 1.2 and 9: an 8945 is another kind of phone",
        mac: "001B0C18BDC5",
        class: "Cisco System, Inc. IP Phone CP-8945",
        host: Some("SEP001B0C18BDC5"),
        order: JAVA,
        params: &[1, 3, 15, 6, 12, 35, 66, 150],
        label: None,
        may_be: &[],
    },
    Discover {
        source: "java-phones 1.2 and 9: so is a 7841, in spite of its number",
        mac: "001B0C18BDC6",
        class: "Cisco Systems, Inc. IP Phone CP-7841",
        host: Some("SEP001B0C18BDC6"),
        order: JAVA,
        params: &[1, 42, 66, 6, 3, 15, 150, 35],
        label: None,
        may_be: &[],
    },
    Discover {
        source: "classic-phones 9: a 7905",
        mac: "001B0C18BDC7",
        class: "Cisco Systems, Inc. IP Phone 7905",
        host: None,
        order: &[53, 61, 60, 55],
        params: &[1, 3, 6, 15, 42, 66, 150],
        label: None,
        may_be: &[],
    },
    Discover {
        source: "classic-phones 9: a 7910 says what a load of the first years says",
        mac: "001B0C18BDC8",
        class: "Cisco Systems, Inc. IP Phone\0",
        host: None,
        order: &[53, 61, 60, 55],
        params: APPLICATION,
        label: None,
        may_be: &["first-years load", "Java boot loader", "other phone"],
    },
    Discover {
        source: "classic-phones 9: a 7935, for conferences",
        mac: "001B0C18BDC9",
        class: "Cisco Systems, Inc. IP Phone CP-7935",
        host: None,
        order: &[53, 61, 60, 55],
        params: &[1, 28, 66, 6, 15, 3, 35, 150],
        label: None,
        may_be: &[],
    },
];

impl Discover {
    /// Broadcast, as in the captures of a 7960G and a 7911G; the xid is the end of the MAC, as the 7960G has it.
    fn packet(&self) -> Vec<u8> {
        let mac = self.mac.parse::<Mac>().unwrap().0;
        let mut packet = vec![0; OPTIONS];
        packet[..4].copy_from_slice(&[1, 1, 6, 0]);
        packet[4..8].copy_from_slice(&mac[2..]);
        packet[10] = 0x80;
        packet[28..34].copy_from_slice(&mac);
        packet[236..].copy_from_slice(&[99, 130, 83, 99]);
        for code in self.order {
            let value = match code {
                53 => vec![1],
                61 => [&[1], &mac[..]].concat(),
                60 => self.class.as_bytes().to_vec(),
                12 => match self.host {
                    Some(host) => host.as_bytes().to_vec(),
                    None => continue,
                },
                _ => self.params.to_vec(),
            };
            packet.extend([*code, u8::try_from(value.len()).unwrap()]);
            packet.extend(value);
        }
        packet.push(255);
        packet
    }
}

#[test]
fn first_packets_of_the_references_are_taken_for_what_they_are() {
    let mut score = Score::default();
    for discover in DISCOVERS {
        let mut talk = Talk::new(true);
        arrives(&mut talk, 67, &discover.packet(), None);
        let label = Label {
            model: discover.label.map(|(_, model)| model.to_owned()),
            family: discover.label.map(|(family, _)| family),
            states: Vec::new(),
        };
        judge(&mut score, discover.source, &label, &talk);
        // What says its model is known by its first packet.
        let phone = talk.engine.state().phones.iter().find(|p| p.mac == discover.mac.parse().unwrap());
        let named = phone.and_then(|p| p.identity.model.clone());
        assert_eq!(named, label.model, "{}", discover.source);
        let looks = phone.and_then(|p| p.identity.looks.as_deref());
        let may_be: Vec<_> = looks.into_iter().flat_map(|l| &l.may_be).map(|l| l.what.as_str()).collect();
        assert_eq!(may_be, discover.may_be, "{}", discover.source);
        let asks = phone.and_then(|p| p.asks.as_ref());
        if let (Some(asks), Some((_, model))) = (asks, discover.label) {
            assert_eq!(
                (asks.order.as_slice(), asks.params.as_slice()),
                (discover.order, discover.params),
                "{model}"
            );
            assert!(Catalogue::builtin().model(model).is_some());
        }
    }
    score.holds();
    assert!(score.wrong().is_empty(), "{}", score.wrong().join("\n"));
}
