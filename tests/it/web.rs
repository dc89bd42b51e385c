//! The shelf over HTTP and the phone's own page, message by message: the same answers and events as over TFTP, and a page
//! that proves like a registration.

use crate::talk::{MAC, PHONE, Talk};
use rescue79::engine::{ConnId, Endpoint, Input};
use rescue79::event::{Evidence, Kind, ReadFailure, Role, Source, Verdict};
use rescue79::sim::firmware::{Scale, set};
use rescue79::sim::sayings;
use std::net::{Ipv4Addr, SocketAddrV4};

const TARGET: &str = "SIP41.8-5-2S";

impl Talk {
    /// Asks on a connection of its own; the answer, head and body.
    fn get(&mut self, n: u64, request: &str) -> String {
        let sent = self.input(Endpoint::Web(ConnId(n)), 50_000, request.as_bytes());
        let answers: Vec<_> = sent.iter().filter(|(at, _)| *at == Endpoint::Web(ConnId(n))).collect();
        assert!(answers.len() <= 1, "{answers:?}");
        answers.first().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    fn file(&mut self, n: u64, name: &str) -> String {
        self.get(n, &format!("GET /{name} HTTP/1.1\r\nHost: x\r\n\r\n"))
    }

    fn tell(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        self.drain();
    }

    /// The page that it is asked for within so many seconds: the connection and the question.
    fn visited(&mut self, seconds: u64) -> Option<(ConnId, String)> {
        for _ in 0..seconds {
            self.now += std::time::Duration::from_secs(1);
            self.engine.handle(self.now, Input::Tick);
            let visit = self.drain().into_iter().find_map(|(at, bytes)| match at {
                Endpoint::Page(id) => Some((id, String::from_utf8(bytes).unwrap())),
                _ => None,
            });
            if visit.is_some() {
                return visit;
            }
        }
        None
    }

    fn shows(&mut self, id: ConnId, answer: &[u8]) -> Option<(ConnId, String)> {
        let from = SocketAddrV4::new(PHONE, 80);
        self.engine.handle(self.now, Input::Datagram { at: Endpoint::Page(id), from, bytes: answer });
        self.drain().into_iter().find_map(|(at, bytes)| match at {
            Endpoint::Page(id) => Some((id, String::from_utf8(bytes).unwrap())),
            _ => None,
        })
    }

    /// A 7941 that another server gave its address, and that runs an application.
    fn application() -> Self {
        let mut talk = Self::new(false);
        let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        let frame = sayings::announcement(MAC.parse().unwrap(), "Cisco IP Phone 7941", "SCCP41.8-5-2S");
        talk.tell(Input::Datagram { at: Endpoint::Cdp, from, bytes: &frame });
        assert_eq!(talk.visited(100), None, "what only announces itself may have no address");
        talk.read(50_000, &format!("SEP{MAC}.cnf.xml"), 99);
        talk.ask(50_001, "English_United_States/mk-sip.jar");
        talk
    }
}

fn ok(page: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n\r\n", page].concat()
}

#[test]
fn a_read_over_http_is_told_like_any_other() {
    let mut talk = Talk::new(true);
    talk.dhcp(1);
    talk.dhcp(3);
    let over_tftp = talk.ask(50_010, &format!("SEP{MAC}.cnf.xml"));
    let answer = talk.file(1, &format!("SEP{MAC}.cnf.xml"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("Connection: close"), "{head}");
    let first_block = &over_tftp[0].1[4..];
    assert!(
        body.as_bytes().starts_with(first_block) && first_block.len() == 512,
        "the same file, made for this phone"
    );
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
    let started = talk.events.iter().rev().find_map(|e| match &e.kind {
        Kind::ReadStarted { read, role, made, http, .. } => Some((*read, *role, *made, *http)),
        _ => None,
    });
    let (read, role, made, http) = started.unwrap();
    assert_eq!((role, made, http), (Role::SepConfig, true, true));
    // A large file comes in pieces; the fold sees them.
    let application = set("P0S3-8-12-00", crate::scenarios::SEED, Scale::FAST);
    let (name, bytes) = application.iter().find(|(name, _)| name == "P0S3-8-12-00.sb2").unwrap();
    talk.tell(Input::Delivered(ConnId(1)));
    let ended = |talk: &Talk, n: u64| {
        talk.events.iter().find_map(|e| match e.kind {
            Kind::ReadFinished { read, bytes, last_ack, .. } if read == n => Some((bytes, last_ack)),
            _ => None,
        })
    };
    assert_eq!(ended(&talk, read), Some((u64::try_from(body.len()).unwrap(), true)));
    assert!(talk.file(2, name).len() > bytes.len());
    talk.wait(1);
    talk.tell(Input::Taken(ConnId(2), 512));
    let phone = talk.engine.state().phones[0].clone();
    assert_eq!(phone.read.as_ref().map(|r| (r.bytes, r.role)), Some((512, Role::Application)));
    talk.tell(Input::Stalled(ConnId(2)));
    let last = &talk.events.iter().rev().find(|e| matches!(e.kind, Kind::ReadFailed { .. })).unwrap().kind;
    assert!(matches!(last, Kind::ReadFailed { bytes: 512, why: ReadFailure::Silent, .. }), "{last:?}");
    // All was taken, and the phone goes on without a farewell: it has it.
    talk.file(3, name);
    talk.tell(Input::Taken(ConnId(3), u64::try_from(bytes.len()).unwrap()));
    talk.file(4, "RINGLIST.DAT");
    let whole = u64::try_from(bytes.len()).unwrap();
    let finished = talk
        .events
        .iter()
        .filter(|e| matches!(e.kind, Kind::ReadFinished { bytes, last_ack: false, .. } if bytes == whole));
    assert_eq!(finished.count(), 1);
}

#[test]
fn what_is_no_read_is_answered_and_changes_nothing() {
    let mut talk = Talk::new(true);
    let reads =
        |talk: &Talk| talk.events.iter().filter(|e| matches!(e.kind, Kind::ReadStarted { .. })).count();
    let mut n = 0;
    let mut status = |talk: &mut Talk, request: &str| {
        n += 1;
        talk.get(n, request).split(' ').nth(1).unwrap_or("none").to_owned()
    };
    for (request, code) in [
        ("GET /nowhere.bin HTTP/1.1\r\n\r\n", "404"),
        ("GET / HTTP/1.1\r\n\r\n", "403"),
        ("GET /../../etc/passwd HTTP/1.1\r\n\r\n", "403"),
        ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n\r\n", "403"),
        ("GET /..%5c..%5cboot.ini HTTP/1.1\r\n\r\n", "403"),
        ("GET /C:/boot.ini HTTP/1.1\r\n\r\n", "403"),
        ("GET /a%00b HTTP/1.1\r\n\r\n", "403"),
        ("GET http://10.0.0.1/P0S3-8-12-00.loads HTTP/1.1\r\n\r\n", "200"),
        ("PUT /P0S3-8-12-00.loads HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "405"),
        ("CONNECT 10.0.0.1:80 HTTP/1.1\r\n\r\n", "405"),
        ("HEAD /P0S3-8-12-00.loads HTTP/1.1\r\n\r\n", "200"),
        ("HEAD /nowhere HTTP/1.1\r\n\r\n", "404"),
        ("GET /P0S3-8-12-00.loads HTTP/1.1\r\n", "none"),
        ("\x16\x03\x01", "400"),
        (&format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(5_000)), "431"),
    ] {
        assert_eq!(status(&mut talk, request), code, "{request}");
    }
    assert_eq!(reads(&talk), 1, "the one GET that names a file");
    let refused = talk.events.iter().filter(|e| matches!(e.kind, Kind::ReadRefused { .. })).count();
    assert_eq!(refused, 1);
    assert!(talk.engine.state().phones.is_empty(), "none of it is a phone");
    // A head in pieces is one question, and a second question on the same connection is none.
    assert_eq!(talk.get(900, "GET /P0S3-8-12-00.loads HT"), "");
    assert!(talk.get(900, "TP/1.0\r\n\r\n").starts_with("HTTP/1.1 200"));
    assert_eq!(talk.file(900, "P0S3-8-12-00.loads"), "");
}

/// A part of a file is not what phones ask for: whoever does gets all of it, which is allowed (RFC 9110 14.2), or nothing
/// where the head has no end.
#[test]
fn what_else_stands_in_a_head_changes_nothing() {
    let mut talk = Talk::new(true);
    let whole = talk.file(1, "P0S3-8-12-00.loads");
    let ask = |talk: &mut Talk, n: u64, lines: &str| {
        talk.get(n, &format!("GET /P0S3-8-12-00.loads HTTP/1.1\r\n{lines}\r\n"))
    };
    for (n, lines) in [
        "Range: bytes=0-99\r\n",
        "Range: bytes=-1\r\nIf-Range: \"x\"\r\n",
        "Range: bytes=9999999999999999999999-\r\n",
        "Content-Length: 99999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Expect: 100-continue\r\nUpgrade: h2c\r\nConnection: upgrade\r\n",
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(ask(&mut talk, 10 + u64::try_from(n).unwrap(), lines), whole, "{lines}");
    }
    for (n, lines) in [
        format!("A: {}\r\n", "a".repeat(5_000)),
        format!("{}: a\r\n", "a".repeat(5_000)),
        "A: a\r\n".repeat(40),
        "A: a\r\n".repeat(2_000),
    ]
    .iter()
    .enumerate()
    {
        let answer = ask(&mut talk, 100 + u64::try_from(n).unwrap(), lines);
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    assert!(ask(&mut talk, 200, "A\0B: c\r\n").starts_with("HTTP/1.1 400"));
}

#[test]
fn connections_that_never_ask_are_bounded() {
    let mut talk = Talk::new(true);
    for n in 0..5_000 {
        talk.get(n, "GET /x");
    }
    let full = talk.events.iter().filter(|e| matches!(e.kind, Kind::LimitReached { .. })).count();
    assert!((1..5).contains(&full), "{full}");
    assert_eq!(
        talk.file(1, ""),
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 21\r\nConnection: close\r\n\r\nit is no HTTP request",
        "those that were kept are heard on"
    );
}

#[test]
fn a_page_proves_what_runs_and_names_the_unit() {
    let mut talk = Talk::application();
    let (id, question) = talk.visited(10).unwrap();
    assert!(question.starts_with("GET /DeviceInformationX HTTP/1.0\r\n"), "{question}");
    assert_eq!(talk.visited(100), None, "one question at a time");
    let files = set(TARGET, crate::scenarios::SEED, Scale::FAST);
    let jar = files
        .iter()
        .find_map(|(name, _)| name.strip_suffix(".sbn").filter(|n| n.starts_with("jar")))
        .unwrap();
    talk.shows(id, &ok(&sayings::page(MAC.parse().unwrap(), "CP-7941G", jar)));
    let phone = &talk.engine.state().phones[0];
    let said: &Evidence = &phone.says[&Source::Page].said;
    assert_eq!((said.load.as_deref(), said.model.as_deref(), said.weight), (Some(TARGET), Some("7941"), 3));
    assert_eq!(phone.serial.as_deref(), Some("FCH18BDC1"));
    let closed = phone.closed.as_ref().unwrap();
    assert_eq!(closed.verdict, Verdict::Recovered);
    assert!(closed.proof[0].contains("says-target: its own page names SIP41.8-5-2S"), "{:?}", closed.proof);
    assert!(talk.engine.state().report().contains("FCH18BDC1, hardware 1.0"));
    assert_eq!(talk.visited(200), None, "it has said it");
}

#[test]
fn a_page_that_names_another_load_contradicts() {
    let mut talk = Talk::application();
    let from = SocketAddrV4::new(PHONE, 5060);
    let register =
        sayings::sip_registration(MAC.parse().unwrap(), 115, "Cisco-CP7941G/8.5.2", Some(TARGET), from);
    let (id, _) = talk.visited(10).unwrap();
    talk.input(Endpoint::SipUdp, 5060, &register);
    assert_eq!(talk.engine.state().phones[0].verdict(), Some(Verdict::Recovered));
    talk.shows(id, &ok(&sayings::page(MAC.parse().unwrap(), "CP-7941G", "jar41sip.8-4-2SR1-1S")));
    assert_eq!(talk.engine.state().phones[0].verdict(), Some(Verdict::Failed));
    assert!(talk.stands("runs-another"));
}

#[test]
fn a_phone_without_a_page_is_asked_a_few_times_and_left_alone() {
    let mut talk = Talk::application();
    let (id, _) = talk.visited(10).unwrap();
    // No such page: its twins in HTML, then enough.
    let not_found = b"HTTP/1.1 404 Not Found\r\n\r\n";
    let (id, question) = talk.shows(id, not_found).unwrap();
    assert!(
        question.starts_with("GET /CGI/Java/Serviceability?adapter=device.statistics.device "),
        "{question}"
    );
    // A page of somebody else, and one that leads elsewhere, are none.
    let (id, question) = talk
        .shows(id, &ok(&sayings::page("00:11:22:33:44:55".parse().unwrap(), "CP-7941G", "jar41sip.8-5-2S")))
        .unwrap();
    assert!(question.starts_with("GET / HTTP/1.0\r\n"), "{question}");
    assert_eq!(talk.shows(id, b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n"), None);
    // Nobody listens there.
    for _ in 0..2 {
        let (id, _) = talk.visited(100).unwrap();
        talk.tell(Input::HungUp(id));
    }
    assert_eq!(talk.visited(1_000), None);
    assert!(!talk.engine.state().phones[0].says.contains_key(&Source::Page));
}

#[test]
fn one_address_asks_so_often_and_no_more_whichever_way_it_asks() {
    let mut talk = Talk::new(true);
    let within = u64::from(rescue79::limits::REQUESTS_PER_PEER);
    for n in 0..within {
        assert!(talk.file(n, "nothing").starts_with("HTTP/1.1 404"));
    }
    assert_eq!(talk.file(within, "nothing"), "", "it is hung up on");
    talk.input(Endpoint::Tftp, 50_000, b"\0\x01nothing\0octet\0");
    let limit = |e: &&rescue79::event::Event| matches!(&e.kind, Kind::LimitReached { what, .. } if what == "requests of one address");
    assert_eq!(talk.events.iter().filter(limit).count(), 1);
    let refused = talk.events.iter().filter(|e| matches!(e.kind, Kind::ReadRefused { .. })).count();
    assert_eq!(u32::try_from(refused), Ok(rescue79::limits::TOLD_PER_SENDER));
}
