//! Floods: what a broken phone, a loop in the cabling or somebody who means harm can put on the wire. A phone in the middle
//! of its load finishes, and the journal does not grow with the packets.

use super::{CLIENT, Lab, PHONE_END, SERVER, TFTP};
use crate::reader::{Read, request};
use crate::serving::{Serving, bytes_of, firmware, now, pause, put, until};
use rescue79::limits;
use rescue79::sim::firmware::Scale;
use socket2::{Domain, Protocol, Socket, Type};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";
const BIG: &str = "jar41sip.8-5-4.sbn";
/// The phone that reads.
const READER: Ipv4Addr = Ipv4Addr::new(192, 168, 79, 249);

/// Two million bytes in which no two blocks are alike.
fn big() -> Vec<u8> {
    (0..500_000_u32).flat_map(|n| n.wrapping_mul(0x9e37_79b9).to_be_bytes()).collect()
}

/// A lab with two addresses for phones, and the servers with a file of some size.
fn bench(more: &[&str]) -> Option<(Lab, Serving)> {
    let lab = Lab::open()?;
    lab.address(CLIENT);
    lab.address(READER);
    let root: PathBuf = firmware(lab.path(), &[LOAD], Scale::FAST);
    put(&root, BIG, &big());
    let serving = lab.serve(&root, more);
    Some((lab, serving))
}

/// Reads the big file again and again until it is over; for each time, how long it took and how often nothing came for a
/// second.
fn read_until(lab: &Lab, over: &Arc<AtomicBool>) -> std::thread::JoinHandle<Vec<(Duration, u32)>> {
    let over = Arc::clone(over);
    lab.inside(move || {
        let wanted = big();
        let mut reads = Vec::new();
        while reads.len() < 2 || !over.load(Ordering::Relaxed) {
            let began = now();
            let mut read = Read::start(UdpSocket::bind((READER, 0)).unwrap(), TFTP, BIG);
            while !read.step().unwrap() {}
            assert!(read.bytes == wanted, "other bytes than the shelf's");
            reads.push((began.elapsed(), read.silences));
        }
        reads
    })
}

/// A phone reads in peace, and then while `flood` lasts. It is served all the same: how much slower is measured elsewhere,
/// on a machine that does nothing else. Here it is counted what was lost: a server that makes readers wait sends its blocks
/// again and again, or is silent.
fn under<T: Send + 'static>(lab: &Lab, serving: &Serving, flood: impl FnOnce() -> T + Send + 'static) -> T {
    let done = Arc::new(AtomicBool::new(true));
    let calm = read_until(lab, &done).join().unwrap().into_iter().min().unwrap().0;
    done.store(false, Ordering::Relaxed);
    let reader = read_until(lab, &done);
    let sent = lab.inside(flood).join().unwrap();
    done.store(true, Ordering::Relaxed);
    let reads = reader.join().unwrap();
    let resent = resent(serving);
    eprintln!(
        "{}: calm {calm:?}, under the flood {reads:?}, blocks resent {resent:?}",
        std::thread::current().name().unwrap_or_default(),
    );
    // One second of silence may be the machine's; a hundredth of the blocks may be what the wire lost.
    assert!(reads.iter().all(|(_, silences)| *silences <= 1), "{reads:?}");
    let most = big().len() as u64 / 512 / 100;
    assert!(resent.iter().all(|resent| *resent <= most), "{resent:?} of {} blocks", most * 100);
    sent
}

/// Of each read of the phone that has ended, how many blocks were sent more than once.
fn resent(serving: &Serving) -> Vec<u64> {
    let started = serving.events_of("read_started");
    let own = |e: &&serde_json::Value| e["peer"].as_str().unwrap().starts_with(&READER.to_string());
    let own: Vec<_> = started.iter().filter(own).map(|e| e["read"].clone()).collect();
    let finished = serving.events_of("read_finished").into_iter().filter(|e| own.contains(&e["read"]));
    finished.map(|e| e["resent"].as_u64().unwrap()).collect()
}

fn journal_lines(serving: &Serving) -> usize {
    serving.events().len()
}

/// How often a limit was told, and how many it counts in all.
fn limit(serving: &Serving, what: &str) -> (usize, u64) {
    let told: Vec<_> = serving.events_of("limit_reached").into_iter().filter(|e| e["what"] == what).collect();
    (told.len(), told.iter().map(|e| e["count"].as_u64().unwrap()).sum())
}

fn dhcp_socket() -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_broadcast(true).unwrap();
    socket.bind_device(Some(PHONE_END.as_bytes())).unwrap();
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68).into()).unwrap();
    socket.into()
}

#[test]
fn fifty_thousand_discovers_of_made_up_phones() {
    let Some((lab, mut serving)) = bench(&[]) else { return };
    under(&lab, &serving, || {
        let socket = dhcp_socket();
        for n in 0..50_000_u32 {
            let [_, a, b, c] = n.to_be_bytes();
            let mac = rescue79::phone_id::Mac([0x00, 0x1b, 0x0d, a, b, c]);
            let bytes = crate::fuzz_smoke::discover(mac);
            let _ = socket.send_to(&bytes, (Ipv4Addr::BROADCAST, 67));
            if n % 500 == 499 {
                pause(Duration::from_millis(20));
            }
        }
    });
    let what = "phones on one bench";
    serving.wait("the limit", |e| e["what"] == what);
    // A few events for each that there is room for, and then one now and then.
    let most = 6 * limits::PHONES;
    assert!(journal_lines(&serving) < most + 400, "{} lines", journal_lines(&serving));
    assert!(limit(&serving, what).0 <= 3, "told once in ten seconds, not for each packet");
    // Whoever takes an address up is a phone, also now.
    let out = lab.udhcpc("/bin/true", &["-t", "4", "-T", "2", "-V", "Cisco Systems, Inc. IP Phone CP-7960"]);
    assert!(out.status.success(), "{}", super::said(&out));
    serving.wait("the lease of a phone that came later", |e| e["event"] == "dhcp_ack");
    // What was counted and not told is told when the flood has stopped.
    until(15, || (limit(&serving, what).0 >= 2).then_some(())).expect("the rest is told");
    let told = limit(&serving, what);
    assert!(told.0 <= 4 && told.1 > 1_000, "{told:?}");
    assert!(serving.is_alive());
}

#[test]
fn ten_thousand_requests_that_are_never_confirmed() {
    let Some((lab, mut serving)) = bench(&["--no-dhcp"]) else { return };
    // Who is gone without a word: the system would say for it that its port is closed.
    let silent = format!("netns exec {} iptables -A OUTPUT -s {CLIENT} -p icmp -j DROP", lab.phones);
    let words: Vec<_> = silent.split(' ').collect();
    assert!(std::process::Command::new("ip").args(&words).status().unwrap().success());
    under(&lab, &serving, || {
        for n in 0..10_000 {
            let socket = UdpSocket::bind((CLIENT, 0)).unwrap();
            socket.send_to(&request(1, BIG), TFTP).unwrap();
            if n % 250 == 249 {
                pause(Duration::from_millis(20));
            }
        }
    });
    let started = serving.events_of("read_started");
    let of_flood =
        started.iter().filter(|e| e["peer"].as_str().unwrap().starts_with(&CLIENT.to_string())).count();
    assert!(of_flood <= limits::READS_UNHEARD, "{of_flood} reads of one address");
    let told = limit(&serving, "reads of one address that are never confirmed");
    assert!((1..=3).contains(&told.0), "{told:?}");
    assert!(serving.is_alive());
}

#[test]
fn ports_that_close_end_their_reads_at_once() {
    let Some((lab, mut serving)) = bench(&["--no-dhcp"]) else { return };
    under(&lab, &serving, || {
        // The system says so at most once a second for each address, unless it is told otherwise.
        std::fs::write("/proc/sys/net/ipv4/icmp_ratelimit", "0").unwrap();
        for n in 0..1_000 {
            // Closed before the answer comes: ICMP port unreachable.
            let socket = UdpSocket::bind((CLIENT, 0)).unwrap();
            socket.send_to(&request(1, BIG), TFTP).unwrap();
            if n % 10 == 9 {
                pause(Duration::from_millis(20));
            }
        }
    });
    let open = until(30, || {
        let count = |kind| serving.events_of(kind).len();
        (count("read_started") == count("read_failed") + count("read_finished")).then_some(())
    });
    assert!(open.is_some() && serving.is_alive(), "a read of a closed port goes on");
}

#[test]
fn misses_and_writes_without_end() {
    let Some((lab, mut serving)) = bench(&["--no-dhcp"]) else { return };
    under(&lab, &serving, || {
        let socket = UdpSocket::bind((CLIENT, 0)).unwrap();
        for n in 0..6_000 {
            socket.send_to(&request(1, &format!("nothing-{n}.sbn")), TFTP).unwrap();
            socket.send_to(&request(2, &format!("written-{n}.sbn")), TFTP).unwrap();
            if n % 100 == 99 {
                pause(Duration::from_millis(10));
            }
        }
    });
    let vain = |e: &serde_json::Value| e["what"] == "files asked for in vain";
    serving.wait("the limit", vain);
    let misses = serving.events_of("read_refused").len();
    assert!(misses <= 3 * limits::TOLD_PER_SENDER as usize, "{misses} misses are told");
    assert!(serving.events_of("write_refused").len() <= 3, "writes are told once");
}

#[test]
fn acks_without_end_get_no_answer() {
    let Some((lab, mut serving)) = bench(&["--no-dhcp"]) else { return };
    let bytes = lab.inside(|| {
        let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, BIG);
        for block in 0_u32.. {
            if read.step().unwrap() {
                break;
            }
            // A storm at every hundredth block: of the last ACK, of old ones, of ones to come.
            if block % 100 == 0 {
                // A reader that acknowledges a block before it has it may lose it for ever; that is no storm.
                let newest = u8::try_from(block).unwrap_or(u8::MAX);
                for n in 0..200_u8 {
                    read.repeat();
                    read.socket.send_to(&[0, 4, 0, n.min(newest)], read.from.unwrap()).unwrap();
                    read.socket.send_to(&[0, 4, 0xff, n], read.from.unwrap()).unwrap();
                }
            }
        }
        read.bytes
    });
    assert!(bytes.join().unwrap() == big(), "other bytes than the shelf's");
    let end = serving.wait("the end", |e| e["event"] == "read_finished");
    // Answered, the storm would be 24 000 blocks.
    assert!(end["resent"].as_u64().unwrap() < 100, "{end}");
}

#[test]
fn garbage_at_every_port() {
    let Some((lab, mut serving)) = bench(&[]) else { return };
    under(&lab, &serving, || {
        let socket = UdpSocket::bind((CLIENT, 0)).unwrap();
        let noise: Vec<u8> = (0..60_000_u32).map(|n| (n.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
        for round in 0..300_usize {
            for port in [67, 69, 5060] {
                for len in [0, 1, 2, 3, 4, 239, 243, 513, 1_472, 1_600, 60_000] {
                    let _ = socket.send_to(&noise[..len], (SERVER, port));
                    let _ = socket.send_to(&noise[round..round + len.min(1_000)], (SERVER, port));
                }
            }
            if round % 10 == 0 {
                // Many more connections than there is room for, each with nonsense and left open.
                let mut open = Vec::new();
                for port in [2_000, 5_060] {
                    for _ in 0..20 {
                        if let Ok(mut talk) =
                            TcpStream::connect_timeout(&(SERVER, port).into(), Duration::from_secs(1))
                        {
                            let _ = talk.write_all(&noise[round..round + 600]);
                            open.push(talk);
                        }
                    }
                }
            }
            pause(Duration::from_millis(1));
        }
    });
    let garbage = |serving: &Serving| serving.events_of("garbage");
    assert!(!garbage(&serving).is_empty() && garbage(&serving).len() <= 6, "{:#?}", garbage(&serving));
    // It has stopped: the rest is told without another packet.
    let counted = until(15, || {
        let sum: u64 = garbage(&serving).iter().map(|e| e["count"].as_u64().unwrap()).sum();
        (sum > 5_000).then_some(sum)
    });
    assert!(counted.is_some() && serving.is_alive(), "{:#?}", garbage(&serving));
    serving.wait("the self-test", |e| e["event"] == "self_test");
}

/// Says the same on connection after connection, for as long as it is let; how often it was hung up on.
fn talk_without_end(port: u16, words: &[u8]) -> u32 {
    let (began, mut hung_up) = (now(), 0);
    while hung_up < 200 && began.elapsed() < Duration::from_secs(20) {
        let Ok(mut talk) = TcpStream::connect_timeout(&(SERVER, port).into(), Duration::from_secs(5)) else {
            continue;
        };
        talk.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
        while began.elapsed() < Duration::from_secs(20) {
            if talk.write_all(words).is_err() {
                hung_up += 1;
                break;
            }
        }
    }
    hung_up
}

#[test]
fn keep_alives_without_end() {
    let Some((lab, mut serving)) = bench(&[]) else { return };
    let over = Arc::new(AtomicBool::new(false));
    let small = bytes_of(LOAD, "P0S3-8-12-00.sb2", Scale::FAST);
    let newcomers = {
        let over = Arc::clone(&over);
        lab.inside(move || {
            let mut served = 0;
            while !over.load(Ordering::Relaxed) {
                let read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, "P0S3-8-12-00.sb2");
                assert!(read.finish().unwrap() == small, "other bytes than the shelf's");
                served += 1;
            }
            served
        })
    };
    let hung_up = under(&lab, &serving, || {
        let keep_alives = [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].repeat(5_000);
        let talkers = [(2_000, keep_alives.clone()), (2_000, keep_alives), (5_060, b"\r\n".repeat(30_000))]
            .map(|(port, words)| std::thread::spawn(move || talk_without_end(port, &words)));
        talkers.map(|talker| talker.join().unwrap())
    });
    over.store(true, Ordering::Relaxed);
    assert!(newcomers.join().unwrap() > 0, "who came meanwhile was not served");
    assert!(hung_up.iter().all(|times| *times > 0), "{hung_up:?}");
    assert!(serving.is_alive());
}

/// Asks for a file from five ports of every address of the net but for those that are somebody's, and confirms nothing.
const SPOOF: &str = r#"
import socket, struct, sys
server, file = socket.inet_aton(sys.argv[1]), sys.argv[2].encode()
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
asks = b"\0\1" + file + b"\0octet\0"
for host in range(2, 246):
    for port in range(40000, 40005):
        udp = struct.pack("!HHHH", port, 69, 8 + len(asks), 0) + asks
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
        out.sendto(head + server[:3] + bytes([host]) + server + udp, (sys.argv[1], 0))
"#;

#[test]
fn requests_of_made_up_addresses_lock_nobody_out() {
    let Some((lab, mut serving)) = bench(&["--no-dhcp"]) else { return };
    let mut python = lab.on_phones("python3");
    python.args(["-c", SPOOF, &SERVER.to_string(), BIG]);
    let spoofed = super::run(&mut python);
    assert!(spoofed.status.success(), "{}", super::said(&spoofed));
    serving.wait("the limit", |e| e["what"] == "reads under way at once");
    let newcomer =
        lab.inside(|| Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, BIG).finish().unwrap());
    assert!(newcomer.join().unwrap() == big(), "other bytes than the shelf's");
    serving.wait("its end", |e| e["event"] == "read_finished");
    let started = serving.events_of("read_started").len();
    assert!(started <= limits::TRANSFERS + 1, "{started} are told");
    assert!(serving.is_alive());
}
