use super::*;
use crate::catalogue::Catalogue;
use crate::event::ReadFailure;
use crate::firmware::Intake;
use crate::job::Draft;
use crate::net::{Place, bind};
use crate::session::State;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const FILE: &str = "ring.raw";

fn bytes() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_le_bytes).take(300_001).collect()
}

/// Servers that run on the loopback address; dropping them ends them.
struct Servers {
    running: Option<Running>,
    events: mpsc::Receiver<Event>,
    at: SocketAddr,
}

impl Servers {
    fn start(poller: Poller, together: Together) -> Self {
        Self::with(poller, together, |_| {})
    }

    /// The same, with something of the place changed.
    fn with(poller: Poller, together: Together, change: impl FnOnce(&mut Bound)) -> Self {
        let mut intake = Intake::of_any_size();
        intake.file("tones", FILE, bytes());
        let shelf = intake.finish();
        let draft = Draft { server: Some(HERE), prefix: 8, ..Draft::default() };
        let job = draft.finish(Catalogue::builtin(), &shelf).unwrap();
        let engine = Engine::new(Catalogue::builtin(), shelf, job, State::default(), []).unwrap();
        let mut bound = bind(&Place {
            address: HERE,
            interface: None,
            dhcp_port: None,
            tftp_port: 0,
            http_port: None,
            island: false,
        })
        .unwrap();
        change(&mut bound);
        let at = bound.tftp_address().unwrap();
        let (sender, events) = mpsc::channel(limits::EVENTS_UNDER_WAY);
        let session = Session {
            program: String::new(),
            mode: "serve".into(),
            server: HERE,
            dhcp: false,
            leads_elsewhere: false,
            targets: Vec::new(),
            forced: Vec::new(),
            account: None,
            expect: None,
            scenario: None,
            seed: None,
        };
        let running = start_with(poller, together, engine, bound, Instant::ZERO, session, sender).unwrap();
        Self { running: Some(running), events, at }
    }

    /// What happens next; a test that waits in vain ends by the runner's patience.
    fn next(&mut self) -> Kind {
        self.events.blocking_recv().unwrap().kind
    }

    fn stop(&mut self) -> Option<()> {
        let running = self.running.take()?;
        running.orders().give(Order::Finish);
        running.join().ok()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.stop();
    }
}

/// All ways to serve that this system has.
fn ways() -> Vec<Servers> {
    vec![
        Servers::start(Poller::new().unwrap(), Together::where_possible()),
        #[cfg(target_os = "linux")]
        Servers::start(Poller::new().unwrap(), Together::never()),
        Servers::start(Poller::portable().unwrap(), Together::where_possible()),
    ]
}

fn reader() -> UdpSocket {
    let reader = UdpSocket::bind((HERE, 0)).unwrap();
    reader.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    reader
}

/// Every packet that a reader got, and what they were put together.
fn read(at: SocketAddr, options: &str, window: u16) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (reader, mut packets, mut file, mut buf) = (reader(), Vec::new(), Vec::new(), [0; 2048]);
    let request = format!("\0\u{1}{FILE}\0octet\0{options}");
    reader.send_to(request.as_bytes(), at).unwrap();
    loop {
        let (len, from) = reader.recv_from(&mut buf).unwrap();
        let packet = buf[..len].to_vec();
        let number = u16::from_be_bytes([packet[2], packet[3]]);
        let blksize = if options.contains("1428") { 1_428 } else { 512 };
        let ack = match packet[1] {
            6 => Some(0),
            3 => {
                file.extend_from_slice(&packet[4..]);
                (number.is_multiple_of(window) || packet.len() < blksize + 4).then_some(number)
            }
            other => panic!("operation {other}"),
        };
        let last = packet[1] == 3 && packet.len() < blksize + 4;
        packets.push(packet);
        if let Some(number) = ack {
            let [high, low] = number.to_be_bytes();
            reader.send_to(&[0, 4, high, low], from).unwrap();
        }
        if last {
            return (packets, file);
        }
    }
}

#[test]
fn every_way_of_sending_sends_the_same_packets() {
    let asked = [
        ("", 1),
        ("blksize\x001428\0", 1),
        ("windowsize\x0016\0", 16),
        ("blksize\x001428\0windowsize\x0064\0", 64),
    ];
    for (options, window) in asked {
        let all: Vec<_> = ways().iter().map(|servers| read(servers.at, options, window)).collect();
        for (packets, file) in &all {
            assert!(*file == bytes(), "other bytes than the shelf's, with {options:?}");
            assert!(*packets == all[0].0, "other packets, with {options:?}");
        }
    }
}

#[test]
fn two_packets_that_came_together_are_both_heard() {
    for servers in ways() {
        let (reader, mut buf) = (reader(), [0; 2048]);
        reader.send_to(format!("\0\u{1}{FILE}\0octet\0").as_bytes(), servers.at).unwrap();
        let (_, from) = reader.recv_from(&mut buf).unwrap();
        // An ACK, and the ACK of the block that it will bring: whoever reads once and waits for a change hears the second
        // with the third, or never.
        for _ in 0..3 {
            reader.send_to(&[0, 4, 0, 1], from).unwrap();
        }
        let (len, _) = reader.recv_from(&mut buf).unwrap();
        assert_eq!((len, &buf[..4]), (516, &[0, 3, 0, 2][..]));
        reader.send_to(&[0, 4, 0, 2], from).unwrap();
        let (_, _) = reader.recv_from(&mut buf).unwrap();
        assert_eq!(&buf[..4], [0, 3, 0, 3]);
    }
}

#[test]
fn a_stranger_is_told_that_it_is_one_and_a_reader_that_is_gone_ends_its_read() {
    for mut servers in ways() {
        let (own, stranger, mut buf) = (reader(), reader(), [0; 2048]);
        own.send_to(format!("\0\u{1}{FILE}\0octet\0").as_bytes(), servers.at).unwrap();
        let (_, from) = own.recv_from(&mut buf).unwrap();
        if cfg!(target_os = "linux") {
            // The door for strangers opens right behind the first block; who is faster than that is not heard.
            let mut ask = |_| {
                stranger.send_to(&[0, 4, 0, 1], from).unwrap();
                stranger.recv_from(&mut buf).ok()
            };
            let (len, _) = (0..3).find_map(&mut ask).unwrap();
            assert_eq!(&buf[..4], [0, 5, 0, 5], "{:?}", &buf[..len]);
        }
        // Its port is closed: the next DATA finds nobody.
        own.send_to(&[0, 4, 0, 1], from).unwrap();
        drop(own);
        while !matches!(servers.next(), Kind::ReadFailed { why: ReadFailure::Closed, .. }) {}
    }
}

/// A listener, as mio has it, and where it is.
fn door() -> (mio::net::TcpListener, SocketAddr) {
    let door = mio::net::TcpListener::bind((HERE, 0).into()).unwrap();
    let at = door.local_addr().unwrap();
    (door, at)
}

#[test]
fn who_talks_without_end_makes_nobody_wait_and_is_hung_up_on() {
    for poller in [Poller::new, Poller::portable] {
        let [(sccp, sccp_at), (sip, sip_at)] = [door(), door()];
        let servers = Servers::with(poller().unwrap(), Together::where_possible(), |bound| {
            (bound.doors.sccp, bound.doors.sip) = (Some(sccp), Some(sip));
        });
        let over = Arc::new(AtomicBool::new(false));
        let keep_alive = [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].repeat(5_000);
        let talkers = [(sccp_at, keep_alive), (sip_at, b"\r\n".repeat(30_000))].map(|(at, words)| {
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                let mut hung_up = 0;
                while !over.load(Ordering::Relaxed) || hung_up == 0 {
                    let mut talk = TcpStream::connect(at).unwrap();
                    while talk.write_all(&words).is_ok() && (!over.load(Ordering::Relaxed) || hung_up == 0) {}
                    hung_up += 1;
                }
                hung_up
            })
        });
        // What is read has its time; so has one that begins meanwhile.
        for _ in 0..3 {
            let (_, file) = read(servers.at, "blksize\x001428\0windowsize\x0016\0", 16);
            assert!(file == bytes(), "other bytes than the shelf's");
        }
        over.store(true, Ordering::Relaxed);
        for talker in talkers {
            assert!(talker.join().unwrap() > 0);
        }
    }
}
