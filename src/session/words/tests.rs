use super::*;
use crate::clock::Instant;
use crate::event::{ClosedBy, Condition, NoPlan, Order, PlannedHop, Remedy, Request, Role};
use crate::load::Family;
use crate::phone_id::Mac;

fn said(kind: Kind) -> String {
    sentence(&event(kind))
}

fn event(kind: Kind) -> Event {
    Event { n: 1, at: Instant::ZERO, phone: Some(Mac([0, 0x1b, 0x0c, 0x18, 0xbd, 0xc1])), kind }
}

fn read(file: &str, made: bool, load: Option<&str>, part: Option<(u32, u32)>) -> Kind {
    Kind::ReadStarted {
        read: 1,
        peer: "192.168.1.20:50000".parse().unwrap(),
        asked: file.to_owned(),
        file: file.to_owned(),
        role: Role::Part,
        load: load.map(str::to_owned),
        size: 708_123,
        made,
        part,
        http: false,
    }
}

#[expect(clippy::too_many_lines, reason = "a list of all kinds")]
fn one_of_each() -> Vec<Kind> {
    let address = "192.168.1.20".parse().unwrap();
    let peer = "192.168.1.20:50000".parse().unwrap();
    let name = || "P00308000900.sb2".to_owned();
    vec![
        Kind::SessionStarted(Session {
            program: "rescue79 0.1.0".into(),
            mode: "serve".into(),
            server: address,
            dhcp: true,
            leads_elsewhere: false,
            targets: vec!["7960=P0S3-8-12-00".into()],
            forced: Vec::new(),
            account: None,
            expect: None,
            scenario: None,
            seed: None,
        }),
        Kind::SessionResumed { gap_s: 75 },
        Kind::AddressSet { interface: "enp0s25".into(), address, again: false },
        Kind::AddressSet { interface: "enp0s25".into(), address, again: true },
        Kind::Link { interface: "enp0s25".into(), up: true },
        Kind::Link { interface: "enp0s25".into(), up: false },
        Kind::AddressTaken { address: [192, 168, 1, 1].into(), by: Mac([0, 0x1b, 0x0c, 1, 2, 3]) },
        Kind::OtherServer { text: "There is another DHCP server: 10.0.0.1.".into() },
        Kind::Interface { interface: "enp0s25".into(), there: true },
        Kind::Interface { interface: "enp0s25".into(), there: false },
        Kind::SelfTest { ok: true, text: "The program read a file from its own TFTP server".into() },
        Kind::NotWritten {
            what: "the journal".into(),
            path: "/home/me/session.jsonl".into(),
            why: "No space left on device".into(),
        },
        Kind::WrittenAgain { what: "the journal".into(), lost: 12 },
        Kind::WrittenAgain { what: "the list of leases".into(), lost: 0 },
        Kind::AddressWanted { address },
        Kind::WrongAddress {
            from: Mac([0, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]),
            asked: "1.1.168.192".parse().unwrap(),
            means: "That is ours backwards".into(),
        },
        Kind::DhcpOffer { address, asked: None },
        Kind::DhcpAck { address, how: "selecting".into(), asked: None },
        Kind::DhcpNak { address, foreign: true, ordered: false },
        Kind::DhcpDecline { address },
        Kind::DhcpRelease { address },
        Kind::DhcpElsewhere { server: "10.0.0.138".parse().unwrap() },
        Kind::DhcpIgnored { from: Mac([2; 6]), why: "it is no phone".into(), asked: None, count: 3 },
        read("P00308000900.sb2", false, Some("P00308000900"), Some((2, 2))),
        Kind::ReadRefused {
            peer,
            asked: name(),
            role: Role::Part,
            why: "not on the shelf".into(),
            usual: false,
        },
        Kind::ReadProgress { read: 1, bytes: 482_000, resent: 0 },
        Kind::ReadFinished { read: 1, bytes: 708_123, ms: 7_430, resent: 2, last_ack: false },
        Kind::ReadFailed {
            read: 1,
            bytes: 482_000,
            resent: 9,
            why: ReadFailure::Silent,
            text: String::new(),
        },
        Kind::WriteRefused { peer, asked: name() },
        Kind::Garbage { port: "tftp".into(), from: peer, why: "opcode 9".into(), count: 12 },
        Kind::LimitReached { what: "transfers under way".into(), count: 1 },
        Kind::Identified(crate::event::Identity {
            model: Some("7960".into()),
            family: Some(Family::Classic),
            condition: Condition::Loader,
            protocol: None,
            because: "it asks for OS79XX.TXT".into(),
            looks: None,
        }),
        Kind::Planned(plan(&["P00305000500", "P00308000900", "P0S3-8-12-00"])),
        Kind::NoPlan(NoPlan {
            code: "missing".into(),
            text: "P00305000500 is missing".into(),
            get: "Add it.".into(),
        }),
        Kind::Booted { because: "it asks for OS79XX.TXT".into() },
        Kind::HopDone { hop: 1, load: "P00305000500".into(), proof: vec![] },
        Kind::Verdict {
            verdict: Verdict::Recovered,
            running: None,
            proof: vec![],
            reason: "It runs P0S3-8-12-00.".into(),
        },
        Kind::Symptom {
            severity: crate::event::Severity::Hand,
            code: "x".into(),
            seen: "Seen.".into(),
            means: "Meaning.".into(),
            next: "Do this.".into(),
            remedies: Vec::new(),
        },
        Kind::SymptomGone { code: "no-read".into() },
        Kind::Pausing,
        Kind::Paused,
        Kind::Resumed,
        Kind::Replanned { target: "P0S3-8-12-00".into(), from: None },
        Kind::Remedied {
            remedy: Remedy::HideDefault,
            unasked: false,
            text: remedied(Remedy::HideDefault).into(),
        },
        Kind::Requested {
            request: Request::PowerCycle,
            symptom: None,
            text: "Switch it off and on once.".into(),
            closes: "it asks for an address".into(),
        },
        Kind::RequestClosed {
            request: Request::PowerCycle,
            by: ClosedBy::Wire,
            because: "#12 it started anew".into(),
        },
        Kind::OrderRefused { order: Order::Pause, why: "it is paused already".into() },
        Kind::Forgotten,
        Kind::Summary(Summary { verdict: "failed".into(), phones: vec![] }),
    ]
}

fn plan(hops: &[&str]) -> Plan {
    let hop = |load: &&str| PlannedHop { load: (*load).to_owned(), why: String::new(), certain: true };
    Plan {
        from: "P00303010102".into(),
        target: "P0S3-8-12-00".into(),
        hops: hops.iter().map(hop).collect(),
        revised: None,
    }
}

#[test]
fn every_kind_has_one_sentence() {
    let kinds = one_of_each();
    let names: std::collections::BTreeSet<_> =
        kinds.iter().map(|k| format!("{k:?}").split([' ', '(']).next().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 45, "one of each kind of event: {names:?}");
    let told: Vec<_> = kinds.into_iter().map(|kind| format!("{:<5}  {}", area(&kind), said(kind))).collect();
    for line in &told {
        assert!(line.ends_with('.') && !line.contains("..") && !line.contains("  It  "), "{line}");
        assert!(line.len() > 12, "{line}");
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    bench  The servers answer on 192.168.1.20: addresses and files; target 7960=P0S3-8-12-00.
    bench  The session goes on after a break of 1:15.
    bench  enp0s25 has the address 192.168.1.20 for this session.
    bench  enp0s25 had lost the address 192.168.1.20; it has it again.
    bench  enp0s25 has a link.
    bench  enp0s25 has no link: a phone restarts, or the cable or the switch is off.
    bench  Unplug 00:1b:0c:01:02:03: it uses 192.168.1.1, this computer's address, and phones may ask it for their files.
    bench  There is another DHCP server: 10.0.0.1.
    bench  enp0s25 is there again; the session goes on.
    bench  enp0s25 is gone: its adapter was pulled out. Plug it in again; the session then goes on.
    bench  The program read a file from its own TFTP server.
    bench  The journal (/home/me/session.jsonl) can't be written any more: No space left on device; the session goes on without it. Make room on that disk; it is tried again.
    bench  The journal is written again; 12 events of the time between are not in it.
    bench  The list of leases is written again.
    bench  The technician wants this computer to answer at 192.168.1.20, too.
    bench  00:1b:0c:18:bd:c1 looks for files at 1.1.168.192, which is not this computer. That is ours backwards.
    dhcp   It asked for an address and was offered 192.168.1.20.
    dhcp   It took the address 192.168.1.20.
    dhcp   It wanted 192.168.1.20 of another network and was told to ask anew.
    dhcp   It found 192.168.1.20 in use; that address is set aside.
    dhcp   It gave 192.168.1.20 back.
    dhcp   It took the address that another DHCP server, 10.0.0.138, offered it.
    dhcp   02:02:02:02:02:02 asked for an address 3 times and got no answer: it is no phone.
    tftp   It reads P00308000900.sb2 (708 kB), part 2 of 2.
    tftp   It asked for P00308000900.sb2 and was refused: not on the shelf.
    tftp   It has read 482 kB of the file.
    tftp   It has read the file: 708 kB in 7.4 s, 2 blocks sent again, and closed its port after the last block.
    tftp   It fell silent in the file after 482 kB.
    tftp   192.168.1.20:50000 wanted to write P00308000900.sb2; nothing is written here.
    bench  192.168.1.20:50000 sent the tftp port something that makes no sense 12 times: opcode 9.
    bench  A limit is reached: transfers under way.
    phone  It is a 7960: it asks for OS79XX.TXT.
    plan   The way: from P00303010102 over P00305000500 and P00308000900 to P0S3-8-12-00.
    plan   P00305000500 is missing. Add it.
    phone  It started anew: it asks for OS79XX.TXT.
    phone  Hop 1 is behind it: it has P00305000500.
    phone  Recovered. It runs P0S3-8-12-00.
    hand   Seen. Meaning. Do this.
    hand   That has passed (no-read).
    hand   It will be paused once it has written what it is reading; leave it powered.
    hand   Paused: it keeps its address and gets no file until it is resumed.
    hand   Resumed: it is served again.
    hand   The technician chose P0S3-8-12-00 for it.
    hand   It finds no XMLDefault.cnf.xml any more and goes on to its other files.
    hand   Please: Switch it off and on once. It is done when it asks for an address.
    hand   Seen to be done (switch it off and on once): #12 it started anew.
    hand   That can't be done (pause): it is paused already.
    bench  Forgotten; if it asks again it is a new phone.
    bench  The session has ended; no phone was seen.
    ");
}

#[test]
fn reads_are_told_by_what_they_are() {
    assert_eq!(
        said(read("SEP001B0C18BDC1.cnf.xml", true, Some("P00308000900"), None)),
        "It reads SEP001B0C18BDC1.cnf.xml (708 kB), written for it, naming P00308000900."
    );
    assert_eq!(
        said(read("apps41.8-5-2.sbn", false, Some("SCCP41.8-5-2S"), Some((2, 5)))),
        "It reads apps41.8-5-2.sbn (708 kB), part 2 of 5 of SCCP41.8-5-2S."
    );
    let finished =
        event(Kind::ReadFinished { read: 1, bytes: 708_123, ms: 65_000, resent: 0, last_ack: true });
    assert_eq!(sentence_of(&finished, Some("a.sbn")), "It has read a.sbn: 708 kB in 1:05.");
}

#[test]
fn plans_are_told_by_their_length() {
    assert_eq!(said(Kind::Planned(plan(&[]))), "It runs P0S3-8-12-00 already; nothing has to be loaded.");
    let straight = Plan { revised: Some("it is older than thought".into()), ..plan(&["P0S3-8-12-00"]) };
    assert_eq!(
        said(Kind::Planned(straight)),
        "Planned anew: it is older than thought. The way: from P00303010102 straight to P0S3-8-12-00."
    );
}

#[test]
fn sizes_and_times_have_units() {
    let sizes = [(0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (999_999, "999 kB"), (12_450_000, "12.4 MB")];
    for (n, text) in sizes {
        assert_eq!(bytes(n), text);
    }
    for (s, text) in [(0, "0:00"), (61, "1:01"), (3_599, "59:59"), (3_600, "1:00:00"), (36_000, "10:00:00")] {
        assert_eq!(clock(Duration::from_secs(s)), text);
    }
}

#[test]
fn what_stands_beside_a_key_fits_and_no_two_are_alike() {
    let remedies: std::collections::BTreeSet<_> = Remedy::ALL.map(remedy).into();
    let requests: std::collections::BTreeSet<_> = Request::ALL.map(request).into();
    assert_eq!((remedies.len(), requests.len()), (Remedy::ALL.len(), Request::ALL.len()));
    assert!(remedies.iter().all(|text| text.len() <= 34) && requests.iter().all(|text| text.len() <= 30));
}
