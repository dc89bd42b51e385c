//! A whole conversation with the engine, interleaved: phones that ask for addresses and files, readers that fall silent
//! or talk nonsense, streams, announcements, decisions of the technician, time that passes, and a program that is killed
//! and comes again. Around it stands a bench that believes nothing and checks everything.

use super::Pieces;
use rescue79::catalogue::Catalogue;
use rescue79::clock::{Instant, Wall};
use rescue79::engine::{Command, ConnId, Endpoint, Engine, Input, Output, TransferId};
use rescue79::event::{Event, Kind, Session};
use rescue79::firmware::{Intake, Shelf};
use rescue79::job::{Draft, Job, Wish};
use rescue79::journal::{self, Reader};
use rescue79::limits;
use rescue79::phone_id::Mac;
use rescue79::session::State;
use rescue79::sim::firmware::{Scale, set};
use rescue79::sim::sayings;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::OnceLock;
use std::time::Duration;

/// Packets and events that one input may lead to.
const OUTPUTS: usize = 4_000;
/// Moves in one conversation; a fuzzer gains nothing from longer ones.
const MOVES: usize = 200;
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);
const START: Wall = Wall(1_800_000_000_000);

/// Bytes as a conversation.
pub fn conversation(data: &[u8]) {
    let mut pieces = Pieces(data);
    let mut bench = Bench::new(pieces.byte());
    for _ in 0..MOVES {
        if pieces.is_empty() {
            break;
        }
        bench.play(&mut pieces);
    }
    bench.end();
}

/// So many phones look for a server within a second, each once; what is told until half a minute later.
#[must_use]
pub fn crowd(senders: u32) -> Vec<Event> {
    let mut bench = Bench::new(0);
    let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
    for n in 0..senders {
        bench.now = Instant::from_millis(u64::from(n) * 1_000 / u64::from(senders));
        let [_, a, b, c] = n.to_be_bytes();
        let bytes = request(Mac([0x00, 0x1b, 0x0d, a, b, c]), 1, 1, None);
        bench.input(Input::Datagram { at: Endpoint::Dhcp, from, bytes: &bytes });
    }
    bench.pass(Duration::from_secs(30));
    bench.heard
}

/// One address asks so often for a file within a second, from one port; what is told until half a minute later.
#[must_use]
pub fn insistent(requests: u32) -> Vec<Event> {
    let mut bench = Bench::new(0);
    let from = SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 250), 50_000);
    for n in 0..requests {
        bench.now = Instant::from_millis(u64::from(n) * 1_000 / u64::from(requests));
        bench.input(Input::Datagram { at: Endpoint::Tftp, from, bytes: b"\0\x01nothing\0octet\0" });
    }
    bench.pass(Duration::from_secs(30));
    bench.heard
}

/// So many addresses ask for a file within two seconds, each once, and confirm nothing. Then somebody reads who does. What is
/// told until half a minute later.
#[must_use]
pub fn strangers(senders: u32, file: &str) -> Vec<Event> {
    let mut bench = Bench::new(0);
    let asks = [b"\0\x01", file.as_bytes(), b"\0octet\0"].concat();
    for n in 0..senders {
        bench.now = Instant::from_micros(u64::from(n) * 2_000_000 / u64::from(senders));
        bench.now = whole(bench.now);
        let from = SocketAddrV4::new(Ipv4Addr::from_bits(0x0a00_0000 + n), 50_000);
        bench.input(Input::Datagram { at: Endpoint::Tftp, from, bytes: &asks });
    }
    bench.input(Input::Datagram { at: Endpoint::Tftp, from: READER, bytes: &asks });
    if let Some(newest) = bench.ports.last().copied() {
        let at = Endpoint::Transfer(TransferId(newest));
        bench.input(Input::Datagram { at, from: READER, bytes: &[0, 4, 0, 1] });
    }
    bench.pass(Duration::from_secs(30));
    bench.heard
}

/// Who reads behind [`strangers`].
pub const READER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 250), 50_000);

/// What becomes of a datagram on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    Twice,
    /// Behind that of the next move.
    Late,
    Lost,
}

/// What was sent of one read.
#[derive(Default)]
struct Sent {
    blocks: BTreeMap<u16, Vec<u8>>,
    last: u16,
}

/// A read as its event announced it.
struct Open {
    peer: SocketAddrV4,
    file: String,
    size: u64,
    made: bool,
}

/// The bench.
pub struct Bench {
    job: Job,
    engine: Engine,
    now: Instant,
    /// The screen's fold.
    screen: State,
    /// Reads the lines of the journal as they are written.
    reader: Reader,
    /// What they say.
    heard: Vec<Event>,
    /// What that comes to.
    replayed: State,
    reads: BTreeMap<u64, Open>,
    sent: BTreeMap<u64, Sent>,
    /// Endpoints that were opened by a first packet and not closed yet.
    ports: BTreeSet<u64>,
    /// Who holds which address, and until when.
    held: HashMap<Ipv4Addr, (Mac, Instant)>,
    /// What the phones believe to be their address.
    addresses: HashMap<Mac, Ipv4Addr>,
    wake: Option<Instant>,
    fate: Fate,
    /// What is still on its way.
    late: Vec<(Endpoint, SocketAddrV4, Vec<u8>)>,
}

fn shelf() -> &'static Shelf {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    SHELF.get_or_init(|| {
        let mut intake = Intake::of_any_size();
        for load in ["P0S3-8-12-00", "SIP41.8-5-4S"] {
            for (name, bytes) in set(load, 3, Scale::divided_by(2_000)) {
                intake.file(load, &name, bytes);
            }
        }
        intake.file("files", "ringlist.xml", b"<CiscoIPPhoneRingList/>\n".to_vec());
        intake.finish()
    })
}

fn job(any: bool) -> Job {
    static JOB: OnceLock<Job> = OnceLock::new();
    let wish = |model: &str, load: &str| Wish { model: Some(model.to_owned()), load: load.to_owned() };
    let job = JOB.get_or_init(|| {
        // A target for each model would have every engine plan sixteen ways before it hears anything.
        let targets = vec![wish("7960", "P0S3-8-12-00"), wish("7961", "SIP41.8-5-4S")];
        let draft = Draft { targets, server: Some(SERVER), prefix: 24, dhcp: true, ..Draft::default() };
        draft.finish(Catalogue::builtin(), shelf()).unwrap()
    });
    let mut job = job.clone();
    job.any = any;
    job
}

fn mac(phone: u8) -> Mac {
    Mac([0x00, 0x1b, 0x0c, 0x18, 0xbd, 0xc0 + phone % 5])
}

impl Bench {
    /// A bench before anybody came; an odd `kind` answers everybody.
    #[must_use]
    pub fn new(kind: u8) -> Self {
        let job = job(kind % 2 == 1);
        let engine =
            Engine::new(Catalogue::builtin(), shelf().clone(), job.clone(), State::default(), []).unwrap();
        let mut bench = Self {
            job,
            engine,
            now: Instant::ZERO,
            screen: State::default(),
            reader: Reader::default(),
            heard: Vec::new(),
            replayed: State::default(),
            reads: BTreeMap::new(),
            sent: BTreeMap::new(),
            ports: BTreeSet::new(),
            held: HashMap::new(),
            addresses: HashMap::new(),
            wake: None,
            fate: Fate::Arrives,
            late: Vec::new(),
        };
        bench.engine.start(bench.now, session());
        bench.drain(None);
        bench
    }

    fn play(&mut self, pieces: &mut Pieces<'_>) {
        let (what, phone) = (pieces.byte(), pieces.byte());
        let late = std::mem::take(&mut self.late);
        self.fate = match what / 16 {
            13 => Fate::Twice,
            14 => Fate::Late,
            15 => Fate::Lost,
            _ => Fate::Arrives,
        };
        // A phone that is switched off and on knows nothing of its address and its reads.
        if what / 16 == 12 {
            self.addresses.remove(&mac(phone));
        }
        self.moves(what % 16, phone, pieces);
        self.fate = Fate::Arrives;
        for (at, from, bytes) in late {
            self.input(Input::Datagram { at, from, bytes: &bytes });
        }
    }

    fn moves(&mut self, what: u8, phone: u8, pieces: &mut Pieces<'_>) {
        match what {
            0 | 1 => self.asks_for_an_address(phone, pieces),
            2 | 3 => self.asks_for_a_file(phone, pieces),
            4 => self.acks(phone, pieces.byte()),
            5 => self.reads_on(phone, pieces.byte()),
            6 => self.says_to_a_read(phone, pieces),
            7 => self.pass(Duration::from_millis(u64::from(phone) * u64::from(pieces.byte()))),
            8 => self.pass(Duration::from_secs(u64::from(phone))),
            9 => {
                if let Some(id) = self.some_read(phone) {
                    self.input(Input::Unreachable(TransferId(id)));
                }
            }
            10 => self.streams(phone, pieces),
            11 => self.announces(phone, pieces),
            12 => self.input(Input::Command(&Command::Forget(mac(phone)))),
            13 => self.is_killed(),
            14 => self.throws(phone, pieces),
            _ => self.input(Input::HungUp(ConnId(u64::from(phone % 8)))),
        }
    }

    fn at(&self, phone: u8, port: u8) -> SocketAddrV4 {
        let unknown = Ipv4Addr::new(192, 168, 1, 200 + phone % 5);
        let address = self.addresses.get(&mac(phone)).copied().unwrap_or(unknown);
        SocketAddrV4::new(address, 50_000 + u16::from(port % 4))
    }

    fn asks_for_an_address(&mut self, phone: u8, pieces: &mut Pieces<'_>) {
        let (kind, flags, damage) = (pieces.byte() % 9, pieces.byte(), pieces.byte());
        let mut bytes = request(mac(phone), kind, flags, self.addresses.get(&mac(phone)).copied());
        if damage > 200 {
            for _ in 0..damage % 4 {
                let (at, to) = (usize::from(pieces.word()) % bytes.len(), pieces.byte());
                bytes[at] = to;
            }
        }
        let from = match flags & 8 {
            0 => SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68),
            _ => SocketAddrV4::new(*self.at(phone, 0).ip(), 68),
        };
        self.input(Input::Datagram { at: Endpoint::Dhcp, from, bytes: &bytes });
    }

    fn asks_for_a_file(&mut self, phone: u8, pieces: &mut Pieces<'_>) {
        let (port, which, how) = (pieces.byte(), pieces.byte(), pieces.byte());
        let bare = mac(phone).bare();
        let name = match which % 24 {
            0 => format!("SEP{bare}.cnf.xml"),
            1 => format!("SIP{bare}.cnf"),
            2 => format!("CTLSEP{bare}.tlv"),
            3 => "XMLDefault.cnf.xml".to_owned(),
            4 => "OS79XX.TXT".to_owned(),
            5 => "SIPDefault.cnf".to_owned(),
            6 => "../../etc/passwd".to_owned(),
            7 => "xx/nowhere.sbn".to_owned(),
            8 => format!("SEP{bare}.cnf.xml.sgn"),
            n => shelf().files().nth(usize::from(n) - 9).map_or_else(String::new, |file| file.name.clone()),
        };
        let mode = if how & 1 == 0 { "octet" } else { "netascii" };
        let mut bytes = [&[0, 1], name.as_bytes(), b"\0", mode.as_bytes(), b"\0"].concat();
        for (bit, option) in
            [(2, "blksize\x001000\0"), (4, "windowsize\x005\0"), (8, "tsize\x000\0"), (16, "timeout\x001\0")]
        {
            if how & bit != 0 {
                bytes.extend(option.as_bytes());
            }
        }
        let from = self.at(phone, port);
        self.input(Input::Datagram { at: Endpoint::Tftp, from, bytes: &bytes });
    }

    fn some_read(&self, which: u8) -> Option<u64> {
        let reads = self.reads.len();
        self.reads.keys().nth(usize::from(which) % reads.max(1)).copied()
    }

    /// An ACK for a block near the last one.
    fn acks(&mut self, which: u8, away: u8) {
        let Some(id) = self.some_read(which) else { return };
        let last = self.sent.get(&id).map_or(0, |sent| sent.last);
        let block = last.wrapping_add(u16::from(away)).wrapping_sub(128);
        self.says(id, &[0, 4, block.to_be_bytes()[0], block.to_be_bytes()[1]]);
    }

    /// A reader as it should be, for some blocks.
    fn reads_on(&mut self, which: u8, blocks: u8) {
        let Some(id) = self.some_read(which) else { return };
        for _ in 0..blocks % 32 {
            let last = self.sent.get(&id).map_or(0, |sent| sent.last);
            self.says(id, &[0, 4, last.to_be_bytes()[0], last.to_be_bytes()[1]]);
            if !self.reads.contains_key(&id) {
                break;
            }
        }
    }

    fn says(&mut self, id: u64, bytes: &[u8]) {
        let from = self.reads[&id].peer;
        self.input(Input::Datagram { at: Endpoint::Transfer(TransferId(id)), from, bytes });
    }

    /// Anything, at the port of a read, by its reader or by a stranger.
    fn says_to_a_read(&mut self, which: u8, pieces: &mut Pieces<'_>) {
        let Some(id) = self.some_read(which) else { return };
        let stranger = pieces.byte();
        let bytes = pieces.piece();
        if stranger.is_multiple_of(2) {
            self.says(id, bytes);
        } else {
            let from = SocketAddrV4::new([192, 168, 1, 250].into(), 4_000 + u16::from(stranger));
            self.input(Input::Datagram { at: Endpoint::Transfer(TransferId(id)), from, bytes });
        }
    }

    /// Time, with every timer that rings on the way.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(wake) = self.wake.filter(|wake| *wake <= until) {
            // After a laptop's sleep the timer is long over.
            self.now = self.now.max(whole(wake));
            self.input(Input::Tick);
        }
        self.now = self.now.max(until);
        self.input(Input::Tick);
    }

    fn streams(&mut self, phone: u8, pieces: &mut Pieces<'_>) {
        let how = pieces.byte();
        let from = self.at(phone, how);
        let id = ConnId(u64::from(how % 8));
        let at = if how & 128 == 0 { Endpoint::Sccp(id) } else { Endpoint::Sip(id) };
        let load = ["SCCP41.8-5-4S", "P0S3-8-12-00", "P003-8-12-00", "SIP41.8-5-4S"][usize::from(phone) % 4];
        let bytes = match how / 8 % 4 {
            0 => sayings::sccp_registration(mac(phone), 115, Some(load)),
            1 => sayings::sip_registration(mac(phone), 7, "Cisco-CP7960G/8.0", Some(load), from),
            _ => pieces.piece().to_vec(),
        };
        self.input(Input::Datagram { at, from, bytes: &bytes });
    }

    fn announces(&mut self, phone: u8, pieces: &mut Pieces<'_>) {
        let load = String::from_utf8_lossy(pieces.some(12)).into_owned();
        let load = if load.is_empty() { "P0S3-8-12-00" } else { load.as_str() };
        let bytes = sayings::announcement(mac(phone), "Cisco IP Phone 7960", load);
        let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        self.input(Input::Datagram { at: Endpoint::Cdp, from, bytes: &bytes });
    }

    /// Anything, anywhere, from anybody.
    fn throws(&mut self, phone: u8, pieces: &mut Pieces<'_>) {
        let at = match pieces.byte() % 6 {
            0 => Endpoint::Dhcp,
            1 => Endpoint::Tftp,
            2 => Endpoint::Transfer(TransferId(u64::from(pieces.word()))),
            3 => Endpoint::SipUdp,
            4 => Endpoint::Cdp,
            _ => Endpoint::Sip(ConnId(u64::from(phone % 8))),
        };
        let from = self.at(phone, phone);
        let bytes = pieces.piece();
        self.input(Input::Datagram { at, from, bytes });
    }

    /// The program is killed between two lines of its journal, and started again.
    fn is_killed(&mut self) {
        let state = self.replayed.clone();
        assert_eq!(state.events, self.heard.len() as u64, "every line is an event");
        let leases: Vec<_> = self.engine.leases().collect();
        self.engine =
            Engine::new(Catalogue::builtin(), shelf().clone(), self.job.clone(), state, leases).unwrap();
        self.reads.clear();
        self.sent.clear();
        self.ports.clear();
        self.held.clear();
        self.engine.start(self.now, session());
        self.drain(None);
    }

    /// One input, and everything that comes of it.
    pub fn input(&mut self, input: Input<'_>) {
        match (self.fate, input) {
            (Fate::Lost, Input::Datagram { .. }) => return,
            (Fate::Late, Input::Datagram { at, from, bytes }) => {
                return self.late.push((at, from, bytes.to_vec()));
            }
            (Fate::Twice, Input::Datagram { .. }) => self.takes(input),
            _ => {}
        }
        self.takes(input);
    }

    fn takes(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        let asked = match input {
            Input::Datagram { at, from, bytes } => Some((at, from, bytes)),
            _ => None,
        };
        self.drain(asked);
        assert!(self.wake.is_none_or(|wake| wake > self.now), "{:?} at {:?}", self.wake, self.now);
    }

    fn drain(&mut self, asked: Option<(Endpoint, SocketAddrV4, &[u8])>) {
        let mut buf = [0; 1_500];
        for _ in 0..OUTPUTS {
            match self.engine.poll(self.now, &mut buf) {
                Output::Send { from: Endpoint::Transfer(TransferId(id)), to, len } => {
                    // The last word to a stranger at the port of a read goes to the stranger.
                    let stranger = asked.is_some_and(|(_, from, _)| from == to) && buf[..2] == [0, 5];
                    let reader = self.reads.get(&id).is_none_or(|read| read.peer == to);
                    assert!(stranger || reader, "a block for {to}, who does not read");
                    self.block(id, &buf[..len]);
                }
                Output::Send { from, to, len } => {
                    let Some((at, sender, bytes)) = asked else { panic!("{from:?} speaks unasked to {to}") };
                    assert_eq!(at, from, "an answer comes from where the question went");
                    match from {
                        Endpoint::Dhcp => self.reply(to, &buf[..len], bytes),
                        _ => assert_eq!(to, sender, "an answer goes to whoever asked"),
                    }
                }
                Output::Close(TransferId(id)) => {
                    assert!(!self.reads.contains_key(&id), "closed before its end was told");
                    self.ports.remove(&id);
                    self.sent.remove(&id);
                }
                Output::HangUp(_) | Output::WebDoor { .. } => {}
                Output::Give { .. } => {
                    assert!(matches!(asked, Some((Endpoint::Web(_), ..))), "a file for nobody who asked");
                }
                Output::Visit { at, .. } => assert_ne!(*at.ip(), SERVER, "it would ask itself"),
                Output::Event(event) => self.told(&event),
                Output::Idle(wake) => {
                    self.wake = wake;
                    return;
                }
            }
        }
        panic!("{OUTPUTS} outputs for one input");
    }

    fn block(&mut self, id: u64, packet: &[u8]) {
        self.ports.insert(id);
        let Some(([0, 3], rest)) = packet.split_first_chunk() else { return };
        let (number, bytes) = rest.split_first_chunk().unwrap();
        let number = u16::from_be_bytes(*number);
        let sent = self.sent.entry(id).or_default();
        sent.last = number;
        let block = sent.blocks.entry(number).or_insert_with(|| bytes.to_vec());
        assert_eq!(block, bytes, "block {number} is what it was");
    }

    fn reply(&mut self, to: SocketAddrV4, reply: &[u8], request: &[u8]) {
        assert!(reply.len() >= limits::DHCP_REPLY_MIN);
        assert_eq!((&reply[4..8], &reply[28..34]), (&request[4..8], &request[28..34]), "of another request");
        let [yours, theirs, relay] = [16, 12, 24].map(|at| address(reply, at));
        let known = [yours, theirs, relay, address(request, 24), Ipv4Addr::BROADCAST];
        assert!(
            known.contains(to.ip()) || *to.ip() == address(request, 12),
            "{to} has nothing to do with it"
        );
        let mac = Mac(*reply[28..].first_chunk().unwrap());
        let kind = kind_of(reply);
        let own = yours == SERVER;
        if yours.is_unspecified() || own {
            return;
        }
        if kind == 5 || kind == 0 {
            let until = self.now + limits::LEASE;
            let before = self.held.insert(yours, (mac, until));
            if let Some((other, until)) = before.filter(|(other, _)| *other != mac) {
                assert!(until <= self.now, "{yours} is given to {mac}, and {other} has it until {until:?}");
            }
        }
        self.addresses.insert(mac, yours);
    }

    fn told(&mut self, event: &Event) {
        assert_eq!(event.n, self.screen.events + 1, "events are numbered without gaps");
        assert!(event.at >= self.screen.last, "time goes forward");
        self.screen.apply(event);
        let read = self.reader.line(&journal::encode(START, event).unwrap()).unwrap();
        self.replayed.apply(&read);
        self.heard.push(read);
        match &event.kind {
            Kind::ReadStarted { read, peer, file, size, made, .. } => {
                let open = Open { peer: *peer, file: file.clone(), size: *size, made: *made };
                assert!(self.reads.insert(*read, open).is_none(), "a number is used once");
                assert!(self.reads.len() <= limits::TRANSFERS);
            }
            Kind::ReadFinished { read, bytes, .. } => {
                let open = self.reads.remove(read).unwrap_or_else(|| panic!("read {read} had not begun"));
                self.whole(*read, &open, *bytes);
            }
            Kind::ReadFailed { read, .. } => assert!(self.reads.remove(read).is_some(), "it had begun"),
            Kind::DhcpRelease { address } | Kind::DhcpDecline { address } => {
                let of = self.held.get(address).map(|(mac, _)| *mac);
                if of == event.phone {
                    self.held.remove(address);
                }
            }
            Kind::Forgotten => self.held.retain(|_, (mac, _)| Some(*mac) != event.phone),
            _ => {}
        }
    }

    /// A read that is called finished: what was sent is the file.
    fn whole(&self, id: u64, open: &Open, bytes: u64) {
        let sent: Vec<u8> =
            self.sent.get(&id).map(|s| s.blocks.values().flatten().copied().collect()).unwrap_or_default();
        assert!(bytes >= open.size, "{bytes} of {} bytes of {}", open.size, open.file);
        if !open.made {
            let found = shelf().files().filter(|file| file.name == open.file);
            let same = found.map(|file| &*file.bytes).any(|file| file == sent || netascii(file) == sent);
            assert!(same, "what was sent is not {}", open.file);
        }
    }

    /// Nothing more is heard: every read ends, every port is closed, and all folds agree.
    fn end(mut self) {
        let quiet = self.now + limits::TFTP_GIVE_UP * 2;
        while self.now < quiet && !(self.reads.is_empty() && self.ports.is_empty()) {
            self.pass(Duration::from_secs(5));
        }
        assert!(self.reads.is_empty(), "a read has no end: {:?}", self.reads.keys());
        assert!(self.ports.is_empty(), "a port stays open: {:?}", self.ports);
        assert!(self.sent.is_empty() && !self.engine.remembers_a_read(), "a read is remembered");
        assert!(self.screen.phones.iter().all(|phone| phone.read.is_none()), "a phone reads what has ended");
        self.engine.finish(self.now);
        self.drain(None);
        assert_eq!(self.screen, *self.engine.state(), "the screen's fold");
        assert_eq!(self.replayed, self.screen, "the journal's fold");
    }
}

fn session() -> Session {
    Session {
        program: "fuzz".to_owned(),
        mode: "serve".to_owned(),
        server: SERVER,
        dhcp: true,
        leads_elsewhere: false,
        targets: Vec::new(),
        forced: Vec::new(),
        account: None,
        expect: None,
        scenario: None,
        seed: None,
    }
}

/// The next whole millisecond: the journal knows no smaller ones.
fn whole(at: Instant) -> Instant {
    Instant::from_millis(at.as_micros().div_ceil(1_000))
}

fn address(bytes: &[u8], at: usize) -> Ipv4Addr {
    Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3])
}

/// The kind of a DHCP message; 0 for one that has none (BOOTP).
#[must_use]
pub fn kind_of(message: &[u8]) -> u8 {
    message[240..].windows(3).find(|option| option[..2] == [53, 1]).map_or(0, |option| option[2])
}

fn netascii(bytes: &[u8]) -> Vec<u8> {
    let coded = |byte: &u8| match byte {
        b'\n' => vec![b'\r', b'\n'],
        b'\r' => vec![b'\r', 0],
        other => vec![*other],
    };
    bytes.iter().flat_map(coded).collect()
}

/// A request of a phone, written by hand. `flags`: 1 broadcast, 2 with its address in ciaddr, 4 without a class, 16 asks
/// for its address, 32 names our server, 64 names another, 128 a Java phone.
pub fn request(mac: Mac, kind: u8, flags: u8, address: Option<Ipv4Addr>) -> Vec<u8> {
    let mut bytes = vec![0; 240];
    bytes[..4].copy_from_slice(&[1, 1, 6, 0]);
    bytes[4..8].copy_from_slice(&mac.0[2..]);
    bytes[10] = if flags & 1 == 0 { 0 } else { 0x80 };
    if let (Some(address), true) = (address, flags & 2 != 0) {
        bytes[12..16].copy_from_slice(&address.octets());
    }
    bytes[28..34].copy_from_slice(&mac.0);
    bytes[236..].copy_from_slice(&[99, 130, 83, 99]);
    if kind > 0 {
        bytes.extend([53, 1, kind]);
    }
    if flags & 4 == 0 {
        let class: &[u8] = if flags & 128 == 0 {
            b"Cisco Systems, Inc. IP Phone 7960\0"
        } else {
            b"Cisco Systems, Inc. IP Phone CP-7961G\0"
        };
        bytes.extend([60, u8::try_from(class.len()).unwrap()]);
        bytes.extend(class);
    }
    if let (Some(address), true) = (address, flags & 16 != 0) {
        bytes.extend([50, 4]);
        bytes.extend(address.octets());
    }
    if flags & 0x60 != 0 {
        bytes.extend([54, 4]);
        bytes.extend(if flags & 32 == 0 { [192, 168, 1, 2] } else { SERVER.octets() });
    }
    bytes.extend([55, 6, 1, 3, 6, 15, 66, 150, 255]);
    bytes
}
