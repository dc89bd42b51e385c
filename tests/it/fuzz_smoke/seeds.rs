//! What the fuzzer starts from: whole, friendly inputs of every kind, made by the simulator and by hand.

use super::bodies::conversation::request;
use super::bodies::{tar, zip};
use rescue79::clock::{Instant, Wall};
use rescue79::firmware::signed;
use rescue79::journal;
use rescue79::phone_id::Mac;
use rescue79::sim::firmware::{Files, Scale, set};
use rescue79::sim::run::{self, World};
use rescue79::sim::sayings;
use rescue79::sim::scenario;
use std::fs;

const PHONE: Mac = Mac([0x00, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]);

/// The seeds of a target.
pub(super) fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "dhcp" => dhcp(),
        "tftp" => tftp(),
        "conversation" => conversations(),
        "signed" => firmware().into_iter().map(|(_, bytes)| bytes).collect(),
        "loads" => payloads(|name| name.ends_with("loads")),
        "cnu" => payloads(|name| name.ends_with("sbn")),
        "archive" => archives(),
        "sip" => sip(),
        "sccp" => sccp(),
        "cdp" => cdp(),
        "lldp" => {
            ["SIP42.8-5-4S", "SCCP41.8-5-2S", ""].map(|load| sayings::lldp(PHONE, "CP-7962G", load)).into()
        }
        "page" => {
            let pages =
                ["SIP42.8-5-4S", "P0S3-8-12-00", ""].map(|load| sayings::page(PHONE, "CP-7962G", load));
            pages.into()
        }
        "journal" => journals(),
        "catalogue" => texts(),
        other => panic!("no seeds for {other}"),
    }
}

fn dhcp() -> Vec<Vec<u8>> {
    let address = Some([192, 168, 1, 10].into());
    let kinds = [
        (1, 1),
        (1, 128),
        (3, 1 | 16 | 32),
        (3, 2),
        (3, 16),
        (3, 16 | 64),
        (4, 16 | 32),
        (7, 2 | 32),
        (8, 2),
        (0, 0),
        (1, 4),
    ];
    kinds.into_iter().map(|(kind, flags)| request(PHONE, kind, flags, address)).collect()
}

/// A length, then the bytes.
fn piece(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn tftp() -> Vec<Vec<u8>> {
    let asked: [&[u8]; 5] = [
        b"\0\x01SEP001B0C18BDC1.cnf.xml\0octet\0",
        b"\0\x01OS79XX.TXT\0netascii\0",
        b"\0\x01a/b.sbn\0octet\0blksize\x001000\0tsize\x000\0",
        b"\0\x01\\x.sbn\0octet\0windowsize\x004\0timeout\x001\0",
        b"\0\x02../etc/passwd\0octet\0",
    ];
    let answers = |blocks: std::ops::Range<u16>| -> Vec<u8> {
        let ack = |block: u16| [&[3, 5][..], &piece(&[[0, 4], block.to_be_bytes()].concat())].concat();
        blocks.flat_map(ack).collect()
    };
    let mut seeds: Vec<_> = asked.iter().map(|asked| [piece(asked), answers(0..5)].concat()).collect();
    seeds.push([piece(asked[0]), answers(1..2), vec![200, 100], piece(b"\0\x05\0\0bye\0")].concat());
    seeds.push([piece(asked[0]), answers(1..2), answers(1..2), vec![255, 255], piece(b"")].concat());
    seeds
}

fn conversations() -> Vec<Vec<u8>> {
    let lease: &[u8] = &[0, 1, 1, 1, 0, 0, 1, 3, 1 | 16 | 32, 0];
    let reads: &[u8] = &[2, 1, 0, 0, 0, 5, 0, 31, 2, 1, 1, 4, 0, 5, 0, 31, 2, 1, 2, 9, 6, 5, 0, 31];
    let says: &[u8] = &[10, 1, 0, 10, 1, 128 + 8, 11, 1];
    vec![
        [&[0][..], lease, reads].concat(),
        [&[1][..], lease, reads, &[13, 0], reads, says].concat(),
        [&[0][..], lease, &[2, 1, 0, 9, 0, 7, 255, 255, 8, 90], reads, &[12, 1], reads].concat(),
        [&[0][..], reads, lease, &[2, 1, 0, 10, 4, 4, 0, 127, 4, 0, 128, 4, 0, 129, 9, 0], says].concat(),
        [
            &[0][..],
            lease,
            &[0, 2, 1, 1, 0, 0, 1, 4, 16 | 32, 0, 0, 1, 7, 2, 0, 14, 0, 3],
            &piece(b"REGISTER"),
        ]
        .concat(),
    ]
}

fn firmware() -> Files {
    let mut files = set("SIP41.8-5-4S", 3, Scale::divided_by(100_000));
    files.extend(set("P0S3-8-12-00", 3, Scale::divided_by(100_000)));
    files.truncate(14);
    files
}

fn payloads(wanted: fn(&str) -> bool) -> Vec<Vec<u8>> {
    let payload = |bytes: &Vec<u8>| signed::read(bytes).map(|envelope| envelope.payload(bytes).to_vec());
    firmware().iter().filter(|(name, _)| wanted(name)).filter_map(|(_, bytes)| payload(bytes)).collect()
}

fn archives() -> Vec<Vec<u8>> {
    let members = |files: &Files| -> Vec<u8> {
        let one = |(name, bytes): &(String, Vec<u8>)| {
            let bytes = &bytes[..bytes.len().min(2_047)];
            [&[u8::try_from(name.len()).unwrap()], name.as_bytes(), &piece(bytes)].concat()
        };
        files.iter().flat_map(one).collect()
    };
    let small: Files = vec![("a/b.txt".to_owned(), b"hello".to_vec()), ("../c.sbn".to_owned(), vec![7; 40])];
    let mut seeds: Vec<Vec<u8>> = (2..5).map(|how| [vec![how], members(&firmware())].concat()).collect();
    seeds.extend((2..5).map(|how| [vec![how], members(&small)].concat()));
    seeds.push([vec![0], zip(&small)].concat());
    seeds.push([vec![1], tar(&small)].concat());
    seeds
}

fn sip() -> Vec<Vec<u8>> {
    let from = "192.168.1.10:5060".parse().unwrap();
    vec![
        sayings::sip_registration(PHONE, 115, "Cisco-CP7941G/8.5.3", Some("SIP41.8-5-3S"), from),
        sayings::sip_registration(PHONE, 7, "Cisco-CP7960G/8.0", None, from),
        b"OPTIONS sip:a SIP/2.0\r\nl: 4\r\nVia: x\r\n\r\nbodyOPTIONS sip:b SIP/2.0\r\n\r\n".to_vec(),
    ]
}

fn sccp() -> Vec<Vec<u8>> {
    let frame = |kind: u32, payload: &[u8]| {
        let length = u32::try_from(payload.len() + 4).unwrap();
        [&length.to_le_bytes()[..], &[0; 4], &kind.to_le_bytes(), payload].concat()
    };
    let alarm = [&[0; 4][..], b"25: Name=SEP001B0C18BDC1 Load= 8.5(3) Last=Initialized\0"].concat();
    vec![
        sayings::sccp_registration(PHONE, 115, Some("SCCP41.8-5-4S")),
        sayings::sccp_registration(PHONE, 7, None),
        [
            frame(0, &[]),
            frame(0x20, &alarm),
            frame(0x29, b"SEP001B0C18BDC1\0"),
            frame(0x15a, b"<a>SEP001B0C18BDC1"),
        ]
        .concat(),
    ]
}

fn cdp() -> Vec<Vec<u8>> {
    let frames = [("Cisco IP Phone 7970", "TERM70_LOAD"), ("Cisco IP Phone 7962", "SCCP42.8-4-2S"), ("", "")];
    frames.into_iter().map(|(platform, load)| sayings::announcement(PHONE, platform, load)).collect()
}

/// The journals of some scenarios, shortened.
fn journals() -> Vec<Vec<u8>> {
    let all = scenario::builtin().unwrap();
    let of = |name: &str| {
        let scenario = all.iter().find(|scenario| scenario.name == name).unwrap();
        let mut world = World::new(scenario, run::shelf(scenario, 3, Scale::FAST), 3).unwrap();
        let mut events = world.advance(Instant::from_millis(600_000));
        events.extend(world.finish());
        let lines: Vec<_> =
            events.iter().map(|event| journal::encode(Wall(1_800_000_000_000), event).unwrap()).collect();
        let (first, last) = lines.split_at(lines.len().min(24));
        [first, &last[last.len().saturating_sub(10)..]].concat().join("\n").into_bytes()
    };
    ["pai-to-sip", "key-wall", "router-gives-addresses"].into_iter().map(of).collect()
}

/// The beginning of each file of the catalogue, and some scenarios.
fn texts() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (which, file) in rescue79::catalogue::Catalogue::FILES.iter().enumerate() {
        let path = if *file == "symptoms.toml" {
            "assets/symptoms/bench.toml".to_owned()
        } else {
            format!("assets/catalogue/{file}")
        };
        let text = fs::read_to_string(path).unwrap();
        let end =
            text.match_indices("\n\n").map(|(at, _)| at).take_while(|at| *at < 3_000).last().unwrap_or(0);
        seeds.push([&[u8::try_from(which).unwrap()], &text.as_bytes()[..end]].concat());
    }
    for name in ["mixed-bench", "lossy-line"] {
        let text = fs::read(format!("assets/scenarios/{name}.toml")).unwrap();
        seeds.push([&[255], text.as_slice()].concat());
    }
    seeds
}
