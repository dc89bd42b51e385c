//! The real binary on the loopback address, with high ports and without any permission.

use crate::reader::{Read, Refused, request};
use crate::serving::{Serving, bytes_of, firmware, now, program, put, unique};
use rescue79::sim::firmware::{Scale, set};
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const LOAD: &str = "P0S3-8-12-00";
const APPLICATION: &str = "P0S3-8-12-00.sb2";

/// Two ports that nobody has, below those that the system gives away by itself.
pub(crate) fn ports() -> [u16; 2] {
    let start = std::process::id().wrapping_mul(16);
    let free = |port: &u16| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok();
    let mut found = std::iter::repeat_with(|| 12_000 + u16::try_from((start + unique()) % 16_000).unwrap());
    [found.by_ref().find(free).unwrap(), found.find(free).unwrap()]
}

struct Bench {
    serving: Serving,
    server: SocketAddrV4,
    dhcp: SocketAddrV4,
    _folder: TempDir,
}

fn bench(scale: Scale, more: &[&str]) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let root = firmware(folder.path(), &[LOAD], scale);
    put(&root, "tones/Ring 1.raw", b"ring ring");
    let [tftp, dhcp] = ports();
    let (tftp_port, dhcp_port, root) =
        (tftp.to_string(), dhcp.to_string(), root.to_str().unwrap().to_owned());
    let mut args = vec!["--listen", "127.0.0.1", "--tftp-port", &tftp_port, "--dhcp-port", &dhcp_port];
    args.extend(["--firmware", &root]);
    args.extend(more);
    let serving = Serving::start(program(), folder.path(), &args);
    Bench {
        serving,
        server: SocketAddrV4::new(HERE, tftp),
        dhcp: SocketAddrV4::new(HERE, dhcp),
        _folder: folder,
    }
}

fn application(scale: Scale) -> Vec<u8> {
    bytes_of(LOAD, APPLICATION, scale)
}

fn socket() -> UdpSocket {
    UdpSocket::bind((HERE, 0)).unwrap()
}

impl Bench {
    fn read(&self, name: &str) -> Result<Vec<u8>, Refused> {
        Read::start(socket(), self.server, name).finish()
    }
}

#[test]
fn two_hundred_and_fifty_readers_at_once() {
    let bench = bench(Scale::divided_by(8), &["--no-dhcp"]);
    let (wanted, server) = (application(Scale::divided_by(8)), bench.server);
    // All have asked before the first has read to its end.
    let mut reads: Vec<_> = (0..250).map(|_| Read::start(socket(), server, APPLICATION)).collect();
    for read in &mut reads {
        assert_eq!(read.step(), Ok(false));
    }
    let threads: Vec<_> = reads.into_iter().map(|read| thread::spawn(move || read.finish())).collect();
    for thread in threads {
        assert!(thread.join().unwrap() == Ok(wanted.clone()), "other bytes than the shelf's");
    }
    assert_eq!(bench.serving.events_of("read_started").len(), 250);
}

#[test]
fn any_file_by_its_name_by_its_path_and_in_any_case() {
    let bench = bench(Scale::FAST, &["--no-dhcp"]);
    let ring = Ok(b"ring ring".to_vec());
    for name in ["Ring 1.raw", "RING 1.RAW", "tones/ring 1.raw", "/tones/Ring 1.raw", ".\\tones\\Ring 1.raw"]
    {
        assert_eq!(bench.read(name), ring, "{name}");
    }
    assert_eq!(bench.read("p0s3-8-12-00.SB2"), Ok(application(Scale::FAST)));
}

#[test]
fn a_miss_is_said_at_once() {
    let bench = bench(Scale::FAST, &["--no-dhcp"]);
    for (name, code) in
        [("CTLSEP001B0C18BDC1.tlv", 1), ("/etc/passwd", 1), ("../firmware/P0S3-8-12-00.sb2", 2)]
    {
        let asked = now();
        let refused = bench.read(name).unwrap_err();
        assert_eq!(refused.code, code, "{name}: {}", refused.text);
        // A reader repeats after 1 s: anything below is the first answer, on however busy a machine.
        assert!(asked.elapsed() < Duration::from_millis(900), "{:?}", asked.elapsed());
    }
}

/// The shelf is in memory: what was judged at the start is what a phone gets, until the next start.
#[test]
fn what_becomes_of_the_files_meanwhile_changes_nothing_for_a_phone() {
    const ZIPPED: &str = "P0S3-8-4-00";
    const IN_ZIP: &str = "P0S3-8-4-00.sb2";
    let folder = tempfile::tempdir().unwrap();
    let root = firmware(folder.path(), &[LOAD], Scale::divided_by(8));
    let zipped = set(ZIPPED, 79, Scale::divided_by(8));
    put(&root, "more.zip", &crate::fuzz_smoke::zip(&zipped));
    let wanted = [application(Scale::divided_by(8)), zipped.into_iter().find(|f| f.0 == IN_ZIP).unwrap().1];
    let [tftp, _] = ports();
    let (server, port) = (SocketAddrV4::new(HERE, tftp), tftp.to_string());
    let args =
        ["--listen", "127.0.0.1", "--tftp-port", &port, "--no-dhcp", "--firmware", root.to_str().unwrap()];
    let mut serving = Serving::start(program(), folder.path(), &args);
    let start = || {
        [APPLICATION, IN_ZIP].map(|name| {
            let mut read = Read::start(socket(), server, name);
            assert_eq!(read.step(), Ok(false));
            read
        })
    };
    let file = root.join(LOAD).join(APPLICATION);
    let deeds: [(&str, &dyn Fn()); 4] = [
        ("changed", &|| {
            for path in [&file, &root.join("more.zip")] {
                let len = fs::metadata(path).unwrap().len();
                let mut file = fs::File::options().write(true).open(path).unwrap();
                file.write_all(&vec![0x55; usize::try_from(len).unwrap()]).unwrap();
            }
        }),
        ("cut short", &|| {
            for path in [&file, &root.join("more.zip")] {
                fs::File::options().write(true).open(path).unwrap().set_len(700).unwrap();
            }
        }),
        ("replaced", &|| put(&root, "more.zip", b"another")),
        ("taken away", &|| fs::remove_dir_all(&root).unwrap()),
    ];
    for (what, deed) in deeds {
        let reads = start();
        deed();
        for (read, wanted) in reads.into_iter().zip(&wanted) {
            assert!(read.finish().as_ref() == Ok(wanted), "begun before it was {what}");
        }
        for (read, wanted) in start().into_iter().zip(&wanted) {
            assert!(read.finish().as_ref() == Ok(wanted), "begun after it was {what}");
        }
    }
    assert!(serving.is_alive());
}

#[test]
fn nothing_can_be_written() {
    let mut bench = bench(Scale::FAST, &["--no-dhcp"]);
    let socket = socket();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.send_to(&request(2, "P0S3-8-12-00.sb2"), bench.server).unwrap();
    let mut buf = [0; 600];
    let len = socket.recv(&mut buf).unwrap();
    assert_eq!(&buf[..4], [0, 5, 0, 2], "{:?}", &buf[..len]);
    bench.serving.wait("the event of it", |e| e["event"] == "write_refused" && e["asked"] == APPLICATION);
    assert_eq!(bench.read(APPLICATION), Ok(application(Scale::FAST)));
}

/// Random octets (splitmix64); half of them begin as real packets do.
struct Rubbish(u64);

impl Rubbish {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^ (z >> 29)
    }

    fn datagram(&mut self, begins: &[&[u8]]) -> Vec<u8> {
        let len = usize::try_from(self.next() % 700).unwrap();
        let mut bytes: Vec<u8> = (0..len).map(|_| self.next().to_le_bytes()[0]).collect();
        let pick = usize::try_from(self.next() % (2 * begins.len() as u64)).unwrap();
        if let Some(begin) = begins.get(pick) {
            bytes.splice(..begin.len().min(bytes.len()), begin.iter().copied());
        }
        bytes
    }
}

#[test]
fn ten_thousand_random_datagrams_change_nothing_for_a_reader() {
    let mut bench = bench(Scale::divided_by(8), &[]);
    let wanted = application(Scale::divided_by(8));
    let mut read = Read::start(socket(), bench.server, APPLICATION);
    assert_eq!(read.step(), Ok(false));
    let (mut rubbish, noisy) = (Rubbish(79), socket());
    let mut discover = vec![1, 1, 6, 0];
    discover.resize(236, 0);
    discover.extend([99, 130, 83, 99, 53, 1, 1]);
    let tftp: [&[u8]; 5] = [&[0, 1], &[0, 2], &[0, 3], &[0, 4], &[0, 5]];
    let (mut sent, mut over) = (0, false);
    while sent < 10_000 {
        for _ in 0..32 {
            noisy.send_to(&rubbish.datagram(&tftp), bench.server).unwrap();
            noisy.send_to(&rubbish.datagram(&[&discover, &discover[..12]]), bench.dhcp).unwrap();
            let port_of_the_read = read.from.unwrap();
            noisy.send_to(&rubbish.datagram(&tftp), port_of_the_read).unwrap();
            sent += 2;
        }
        if !over {
            over = read.step().unwrap();
        }
    }
    while !over {
        over = read.step().unwrap();
    }
    assert!(read.bytes == wanted, "other bytes than the shelf's");
    bench.serving.wait("rubbish to be noticed", |e| e["event"] == "garbage");
    assert_eq!(bench.read(APPLICATION), Ok(wanted));
}
