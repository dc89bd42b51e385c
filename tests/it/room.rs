//! A room of phones and the engine as a state machine: moves that a wire, a power grid and a stranger make, and a reader
//! for each phone that knows what it must have got (RFC 1350, RFC 2131). Nothing here shares code with the server or the
//! virtual phones. Proptest looks for a sequence of moves that breaks a rule, and shortens it to one that a person can read.

use crate::fuzz_smoke::{dhcp_request, kind_of};
use crate::talk::Talk;
use proptest::prelude::*;
use proptest::sample::Index;
use rescue79::clock::Instant;
use rescue79::engine::{Command, Endpoint, Input, Output, TransferId};
use rescue79::event::Kind;
use rescue79::limits;
use rescue79::phone_id::Mac;
use rescue79::session::State;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

const PHONES: usize = 3;
/// Files and their sizes: a short one, one whose last block is empty, a long one.
const FILES: [(&str, usize); 3] = [("ringlist.xml", 23), ("dialplan.xml", 1_024), ("phonebook.xml", 20_000)];
const STRANGER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 250), 4_000);
/// Silence in one play: a reader that hears nothing for longer may be given up.
const SILENCE: Duration = limits::TFTP_GIVE_UP;

#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    Twice,
    Lost,
}

/// One move. A packet is chosen among all that are under way, so a path reorders and delays as it likes.
#[derive(Clone, Debug)]
enum Move {
    /// The phone is switched on, or off and on: it knows nothing, and looks for a server.
    Start(usize),
    /// It begins to read, at a new port; what it read before is left where it is.
    Ask(usize, usize),
    /// A packet of a phone.
    Up(Index, Fate),
    /// A packet of the server.
    Down(Index, Fate),
    /// Nothing moves.
    Wait(u64),
    /// Somebody else at the port of a read, or at that of all.
    Stranger(Index, Vec<u8>),
    /// The technician forgets a phone.
    Forget(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let phone = 0..PHONES;
    let index = any::<Index>;
    let fate = || prop_oneof![8 => Just(Fate::Arrives), 1 => Just(Fate::Twice), 1 => Just(Fate::Lost)];
    let wait = prop_oneof![1..30_u64, 30..300_u64, 300..5_000_u64];
    let nonsense = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        // An ACK or an ERROR of a read that isn't the stranger's.
        (prop::sample::select(vec![4_u8, 5]), any::<u8>()).prop_map(|(op, n)| vec![0, op, 0, n, 0]),
    ];
    let one = prop_oneof![
        2 => phone.clone().prop_map(Move::Start),
        3 => (phone.clone(), 0..FILES.len()).prop_map(|(phone, file)| Move::Ask(phone, file)),
        20 => (index(), fate()).prop_map(|(which, fate)| Move::Up(which, fate)),
        20 => (index(), fate()).prop_map(|(which, fate)| Move::Down(which, fate)),
        3 => wait.prop_map(Move::Wait),
        2 => (index(), nonsense).prop_map(|(which, bytes)| Move::Stranger(which, bytes)),
        1 => phone.prop_map(Move::Forget),
    ];
    prop::collection::vec(one, 0..250)
}

/// What a phone knows: its address and the read that it is in.
#[derive(Default)]
struct Reader {
    address: Option<Ipv4Addr>,
    ports: u16,
    read: Option<Reading>,
}

struct Reading {
    port: u16,
    file: usize,
    got: Vec<u8>,
    next: u16,
    /// Who sends it, once something came.
    from: Option<TransferId>,
    whole: bool,
}

struct Room {
    talk: Talk,
    readers: [Reader; PHONES],
    up: Vec<(Endpoint, SocketAddrV4, Vec<u8>)>,
    down: Vec<(Endpoint, SocketAddrV4, Vec<u8>)>,
    wake: Option<Instant>,
    /// DATA and options sent since time last passed, by read and number.
    sent: BTreeSet<(u64, [u8; 4])>,
    /// The fold that the screen keeps.
    screen: State,
    silence: Duration,
}

/// The text of a file: no two blocks are alike.
fn text(file: usize) -> String {
    let (name, size) = FILES[file];
    let lines = (0..).flat_map(|n| format!("{name} {n}\n").into_bytes());
    String::from_utf8(lines.take(size).collect()).unwrap()
}

fn mac(phone: usize) -> Mac {
    Mac([0x00, 0x1b, 0x0c, 0x18, 0xbd, 0xc0 + u8::try_from(phone).unwrap()])
}

impl Room {
    fn new() -> Self {
        let files: Vec<_> = (0..FILES.len()).map(|file| (FILES[file].0, text(file))).collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let mut room = Self {
            talk: Talk::with_files(&["P0S3-8-12-00"], &files),
            readers: Default::default(),
            up: Vec::new(),
            down: Vec::new(),
            wake: None,
            sent: BTreeSet::new(),
            screen: State::default(),
            silence: Duration::ZERO,
        };
        room.drain(None);
        (0..PHONES).for_each(|phone| room.start(phone));
        room
    }

    fn play(&mut self, what: &Move) {
        match what {
            Move::Start(phone) => self.start(*phone),
            Move::Ask(phone, file) => self.ask(*phone, *file),
            Move::Up(which, fate) if !self.up.is_empty() => {
                let (at, from, bytes) = self.up.remove(which.index(self.up.len()));
                self.times(*fate, |room| room.input(at, from, &bytes));
            }
            Move::Down(which, fate) if !self.down.is_empty() => {
                let (from, to, bytes) = self.down.remove(which.index(self.down.len()));
                self.times(*fate, |room| room.arrives(from, to, &bytes));
            }
            Move::Up(..) | Move::Down(..) => {}
            Move::Wait(ms) => {
                let time = Duration::from_millis(*ms);
                if self.silence + time < SILENCE {
                    self.silence += time;
                    self.wait(time);
                }
            }
            Move::Stranger(which, bytes) => {
                let reads: Vec<_> = self.readers.iter().filter_map(|r| r.read.as_ref()?.from).collect();
                let ports = reads.into_iter().map(Endpoint::Transfer).chain([Endpoint::Tftp, Endpoint::Dhcp]);
                let at = *which.get(&ports.collect::<Vec<_>>());
                self.input(at, STRANGER, bytes);
            }
            Move::Forget(phone) => {
                self.talk.engine.handle(self.talk.now, Input::Command(&Command::Forget(mac(*phone))));
                self.drain(None);
            }
        }
        self.holds();
    }

    fn times(&mut self, fate: Fate, each: impl Fn(&mut Self)) {
        let times = match fate {
            Fate::Arrives => 1,
            Fate::Twice => 2,
            Fate::Lost => 0,
        };
        (0..times).for_each(|_| each(self));
    }

    // ---- the phones ----

    fn start(&mut self, phone: usize) {
        let ports = self.readers[phone].ports;
        self.readers[phone] = Reader { ports, ..Reader::default() };
        self.says(phone, 1, None);
    }

    /// A DHCP message of this kind about an address.
    fn says(&mut self, phone: usize, kind: u8, address: Option<Ipv4Addr>) {
        let flags = if address.is_some() { 1 | 16 | 32 } else { 1 };
        let bytes = dhcp_request(mac(phone), kind, flags, address);
        self.up.push((Endpoint::Dhcp, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68), bytes));
    }

    fn ask(&mut self, phone: usize, file: usize) {
        let reader = &mut self.readers[phone];
        if reader.address.is_none() {
            return;
        }
        reader.ports += 1;
        let port = 50_000 + reader.ports;
        reader.read = Some(Reading { port, file, got: Vec::new(), next: 1, from: None, whole: false });
        self.asks(phone);
    }

    fn asks(&mut self, phone: usize) {
        let reader = &self.readers[phone];
        let (Some(address), Some(read)) = (reader.address, &reader.read) else { return };
        let bytes = [b"\0\x01", FILES[read.file].0.as_bytes(), b"\0octet\0"].concat();
        self.up.push((Endpoint::Tftp, SocketAddrV4::new(address, read.port), bytes));
    }

    /// A packet of the server has come to where it was sent.
    fn arrives(&mut self, from: Endpoint, to: SocketAddrV4, bytes: &[u8]) {
        match from {
            Endpoint::Dhcp => self.reply(bytes),
            Endpoint::Transfer(id) => self.block(id, to, bytes),
            _ => {}
        }
    }

    fn reply(&mut self, bytes: &[u8]) {
        let Some(phone) = (0..PHONES).find(|phone| mac(*phone).0 == bytes[28..34]) else { return };
        let yours = Ipv4Addr::from(*bytes[16..].first_chunk().unwrap());
        match kind_of(bytes) {
            2 if self.readers[phone].address.is_none() => self.says(phone, 3, Some(yours)),
            5 => self.readers[phone].address = Some(yours),
            _ => {}
        }
    }

    fn block(&mut self, id: TransferId, to: SocketAddrV4, packet: &[u8]) {
        let of = |reader: &&mut Reader| reader.address == Some(*to.ip());
        let open = |read: &&mut Reading| read.port == to.port() && read.from.is_none_or(|from| from == id);
        let read = self.readers.iter_mut().find(of).and_then(|reader| reader.read.as_mut()).filter(open);
        let Some(read) = read else {
            // Nobody is at this port (any more): the phone's system says so.
            self.talk.engine.handle(self.talk.now, Input::Unreachable(id));
            return self.drain(None);
        };
        let [0, 3, high, low, data @ ..] = packet else { panic!("{packet:?} for a read of what is there") };
        read.from = Some(id);
        let number = u16::from_be_bytes([*high, *low]);
        if number == read.next && !read.whole {
            read.got.extend(data);
            read.next += 1;
            read.whole = data.len() < 512;
        }
        if number < read.next {
            self.up.push((Endpoint::Transfer(id), to, vec![0, 4, *high, *low]));
        }
    }

    // ---- the server ----

    fn input(&mut self, at: Endpoint, from: SocketAddrV4, bytes: &[u8]) {
        self.talk.engine.handle(self.talk.now, Input::Datagram { at, from, bytes });
        self.drain(Some(from));
    }

    fn wait(&mut self, time: Duration) {
        let until = self.talk.now + time;
        while let Some(wake) = self.wake.filter(|wake| *wake <= until) {
            self.passes(wake);
        }
        self.passes(until);
    }

    fn passes(&mut self, to: Instant) {
        self.talk.now = self.talk.now.max(to);
        self.sent.clear();
        self.talk.engine.handle(self.talk.now, Input::Tick);
        self.drain(None);
    }

    fn drain(&mut self, asked: Option<SocketAddrV4>) {
        let mut buf = [0; 2048];
        loop {
            match self.talk.engine.poll(self.talk.now, &mut buf) {
                Output::Send { from, to, len } => {
                    if to == STRANGER {
                        assert!(
                            asked == Some(STRANGER) && buf[..2] == [0, 5],
                            "an answer to a stranger: {:?}",
                            &buf[..len]
                        );
                        continue;
                    }
                    if let Endpoint::Transfer(TransferId(id)) = from {
                        let head = *buf.first_chunk().unwrap();
                        assert!(self.sent.insert((id, head)), "{head:?} of read {id} twice at one moment");
                    }
                    self.down.push((from, to, buf[..len].to_vec()));
                }
                Output::Event(event) => {
                    self.screen.apply(&event);
                    self.talk.events.push(event);
                }
                Output::Idle(wake) => return self.wake = wake,
                _ => {}
            }
        }
    }

    // ---- what must hold ----

    fn holds(&self) {
        let addresses: Vec<_> = self.talk.engine.leases().map(|(_, address)| address).collect();
        assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), addresses.len(), "leases: {addresses:?}");
        let believed: Vec<_> = self.readers.iter().filter_map(|reader| reader.address).collect();
        assert_eq!(believed.iter().collect::<BTreeSet<_>>().len(), believed.len(), "addresses: {believed:?}");
        for read in self.readers.iter().filter_map(|reader| reader.read.as_ref()) {
            let text = text(read.file);
            assert!(text.as_bytes().starts_with(&read.got), "wrong bytes of {}", FILES[read.file].0);
            assert!(!read.whole || text.len() == read.got.len(), "{} broke off", FILES[read.file].0);
        }
        assert!(self.screen == *self.talk.engine.state(), "the screen's fold");
    }

    fn reading(&self) -> bool {
        self.readers.iter().any(|reader| reader.read.as_ref().is_some_and(|read| !read.whole))
    }

    /// The path becomes a good one: every phone that reads gets its file to the end, although
    /// none of them ever repeats an ACK: the server's timer mends what is missing.
    fn mends(&mut self) {
        for _ in 0..4_000 {
            while let Some((at, from, bytes)) = (!self.up.is_empty()).then(|| self.up.remove(0)) {
                self.input(at, from, &bytes);
            }
            while let Some((from, to, bytes)) = (!self.down.is_empty()).then(|| self.down.remove(0)) {
                self.arrives(from, to, &bytes);
            }
            if !self.up.is_empty() {
                continue;
            }
            if !self.reading() {
                return;
            }
            // A loader that has heard nothing asks once more.
            for phone in 0..PHONES {
                if self.readers[phone].read.as_ref().is_some_and(|read| read.from.is_none()) {
                    self.asks(phone);
                }
            }
            self.wait(Duration::from_secs(1));
        }
        let left: Vec<_> = self.readers.iter().filter_map(|r| r.read.as_ref()).filter(|r| !r.whole).collect();
        panic!(
            "{} phones never got to the end: block {} of {}",
            left.len(),
            left[0].next,
            FILES[left[0].file].0
        );
    }

    /// Everybody falls silent: every read ends, and is told to have ended once.
    fn falls_silent(&mut self) {
        self.up.clear();
        self.wait(limits::TFTP_GIVE_UP * 2);
        let mut open = BTreeSet::new();
        for event in &self.talk.events {
            match event.kind {
                Kind::ReadStarted { read, .. } => assert!(open.insert(read), "a number is used once"),
                Kind::ReadFinished { read, .. } | Kind::ReadFailed { read, .. } => {
                    assert!(open.remove(&read), "read {read} has ended before");
                }
                _ => {}
            }
        }
        assert!(open.is_empty() && !self.talk.engine.remembers_a_read(), "reads without an end: {open:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn phones_on_a_bad_wire_get_their_files(moves in moves()) {
        let mut room = Room::new();
        for what in &moves {
            room.play(what);
        }
        room.mends();
        room.holds();
        room.falls_silent();
        room.holds();
    }
}
