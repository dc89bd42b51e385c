//! Files over HTTP and pages of phones, with other people's clients and servers.

use super::phone::{Plugged, running};
use super::{CLIENT, Lab, PHONE_END, SERVER, ip, left, run, said};
use crate::serving::{bytes_of, firmware, pause};
use rescue79::limits;
use rescue79::sim::firmware::{Scale, set};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";
const APPLICATION: &str = "P0S3-8-12-00.sb2";

fn curl(lab: &Lab, args: &[&str]) -> String {
    let mut client = lab.on_phones("curl");
    client.args(["-sS", "-m", "60", "--path-as-is", "-w", "%{http_code}"]).args(args);
    said(&run(&mut client))
}

#[test]
fn curl_reads_what_is_served_and_nothing_else() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FULL);
    lab.address(CLIENT);
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    let url = |path: &str| format!("http://{SERVER}:6970/{path}");
    assert_eq!(curl(&lab, &["-o", "got", &url(APPLICATION)]), "200");
    let wanted = bytes_of(LOAD, APPLICATION, Scale::FULL);
    assert!(left(&lab, "got") == wanted, "other bytes than the shelf's");
    let started = serving.wait("the read", |e| e["event"] == "read_started");
    assert_eq!((&started["file"], &started["http"]), (&APPLICATION.into(), &true.into()));
    let finished = serving.wait("its end", |e| e["event"] == "read_finished");
    assert_eq!((&finished["read"], &finished["last_ack"]), (&started["read"], &true.into()));
    assert_eq!(finished["bytes"].as_u64(), u64::try_from(wanted.len()).ok());
    for (args, code) in [
        (vec!["-I", "-o", "head"], "200"),
        (vec!["-X", "PUT", "-d", "x", "-o", "head"], "405"),
        (vec!["-X", "DELETE", "-o", "head"], "405"),
    ] {
        let url = url(APPLICATION);
        assert_eq!(curl(&lab, &[&args[..], &[&url]].concat()), code);
    }
    for (path, code) in [
        ("ITLFile.tlv", "404"),
        ("../../../../etc/passwd", "403"),
        ("%2e%2e/%2e%2e/etc/passwd", "403"),
        ("..%5c..%5cetc%5cpasswd", "403"),
        ("", "403"),
        (&"a".repeat(6_000), "431"),
    ] {
        assert_eq!(curl(&lab, &["-o", "missed", &url(path)]), code, "{path}");
    }
    assert_eq!(serving.events_of("read_started").len(), 1);
}

#[test]
fn a_crowd_and_a_reader_that_does_not_read_keep_nobody_out() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FULL);
    let other = std::net::Ipv4Addr::new(192, 168, 79, 251);
    lab.address(CLIENT);
    lab.address(other);
    let serving = lab.serve(&firmware, &["--no-dhcp"]);
    let memory = |pid: u32| -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    let before = memory(serving.pid());
    let crowd = lab.inside(move || {
        let mut kept = Vec::new();
        for n in 0..200_u32 {
            let mut stream = TcpStream::connect((SERVER, 6970)).unwrap();
            // Some say nothing, some never end their question, some ask and don't read, some are no HTTP at all.
            let says: &[u8] = match n % 4 {
                0 => b"",
                1 => b"GET /x HTTP/1.1\r\nA: ",
                2 => b"GET /P0S3-8-12-00.sb2 HTTP/1.1\r\n\r\n",
                _ => b"\x00\xff\x16\x03nonsense\r\n\r\n",
            };
            let _ = stream.write_all(says);
            kept.push(stream);
        }
        // Those that were turned away are told so by the end of their connection.
        let mut open = 0;
        for stream in &mut kept {
            stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            open += usize::from(
                stream.read(&mut [0; 16]).is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock),
            );
        }
        (kept, open)
    });
    let (kept, open) = crowd.join().unwrap();
    assert!(open <= 8, "{open} connections of one address are kept open");
    let url = format!("http://{SERVER}:6970/{APPLICATION}");
    assert_eq!(curl(&lab, &["--interface", &other.to_string(), "-o", "got", &url]), "200");
    assert!(left(&lab, "got").len() > 700_000);
    let grown = memory(serving.pid()).saturating_sub(before);
    assert!(grown < 8_000, "{grown} kB more than before");
    // Those that never asked are ended, and make room.
    pause(Duration::from_secs(11));
    drop(kept);
    assert_eq!(curl(&lab, &["-o", "got", &url]), "200");
}

/// 64 read at once, eight at each address, while others hand in their questions letter by letter: all get their file, and
/// no question takes longer than its time.
#[test]
fn sixty_four_readers_at_once_and_questions_letter_by_letter() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FULL);
    let wanted =
        set(LOAD, 79, Scale::FULL).into_iter().find(|(name, _)| name == APPLICATION).unwrap().1.len();
    let readers: Vec<_> = (100..108).map(|n| std::net::Ipv4Addr::new(192, 168, 79, n)).collect();
    lab.address(CLIENT);
    for address in &readers {
        lab.address(*address);
    }
    let serving = lab.serve(&firmware, &["--no-dhcp"]);
    let slow = lab.inside(|| {
        let mut letters: Vec<_> = (0..4).map(|_| TcpStream::connect((SERVER, 6970)).unwrap()).collect();
        let began = crate::serving::now();
        for letter in format!("GET /{APPLICATION} HTTP/1.1\r\nA: {}", "a".repeat(600)).bytes() {
            pause(Duration::from_millis(50));
            letters.retain_mut(|stream| {
                stream.set_nonblocking(true).unwrap();
                let ended = matches!(stream.read(&mut [0; 16]), Ok(0));
                !ended && stream.write_all(&[letter]).is_ok()
            });
            if letters.is_empty() {
                break;
            }
        }
        (letters.len(), began.elapsed())
    });
    let clients: Vec<_> = readers
        .iter()
        .flat_map(|address| [address; 8])
        .enumerate()
        .map(|(n, address)| {
            let mut client = lab.on_phones("curl");
            let url = format!("http://{SERVER}:6970/{APPLICATION}");
            client.args(["-sS", "-m", "60", "--interface", &address.to_string(), "-o", &format!("got-{n}")]);
            (n, client.arg(url).stderr(Stdio::piped()).spawn().unwrap())
        })
        .collect();
    for (n, client) in clients {
        let out = client.wait_with_output().unwrap();
        assert!(out.status.success(), "{n}: {}", said(&out));
        assert_eq!(left(&lab, &format!("got-{n}")).len(), wanted);
    }
    let (kept, took) = slow.join().unwrap();
    assert_eq!(kept, 0, "questions that are handed in letter by letter are ended");
    assert!(took < 2 * limits::HTTP_QUESTION, "{took:?}");
    assert_eq!(serving.events_of("read_started").len(), 64);
}

#[test]
fn a_port_that_is_taken_is_said_and_done_without() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let mut first = lab.serve(&firmware, &["--no-dhcp", "--tftp-port", "1069"]);
    let serving = lab.serve(&firmware, &["--no-dhcp"]);
    assert!(serving.said().contains("files are not served over HTTP"), "{}", serving.said());
    first.kill();
    drop(serving);
    let serving = lab.serve(&firmware, &["--no-dhcp", "--http-port", "0"]);
    assert!(!serving.said().contains("HTTP"), "{}", serving.said());
    let door = lab.inside(|| TcpStream::connect((SERVER, 6970)).map(drop));
    assert_eq!(door.join().unwrap().unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
}

/// A load that knows HTTP is led to another one without a single TFTP read once it runs, and its page is asked.
#[test]
fn a_late_phone_reads_by_http_and_shows_its_page() {
    let Some(lab) = Lab::open() else { return };
    let target = "SIP41.9-4-2SR3-1S";
    let firmware = firmware(lab.path(), &[target], Scale::FAST);
    let from = "SCCP41.9-4-2SR1-1S";
    let mut serving =
        lab.serve(&firmware, &["--target", target, "--from", &format!("7941={from}"), "--for", "150s"]);
    let phone = Plugged::new(&lab, &running("7941", "00:1d:45:96:3f:27", from), 10);
    let verdict = serving.wait("its verdict", |e| e["event"] == "verdict");
    assert_eq!((&verdict["verdict"], &verdict["running"]), (&"recovered".into(), &target.into()));
    let page = serving.wait("its page", |e| e["event"] == "evidence" && e["source"] == "page");
    assert_eq!((&page["load"], &page["serial"]), (&target.into(), &"FCH963F27".into()));
    let reads = serving.events_of("read_started");
    assert!(reads.len() > 5 && reads.iter().all(|e| e["http"] == true), "{}", serving.story());
    assert_eq!(phone.unplug().running(), Some(target));
}

/// A page written by hand, shown by Python's own server.
const PAGE: &str = r#"
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ours = self.path == "/DeviceInformationX"
        self.send_response(200 if ours else 404)
        self.end_headers()
        if ours:
            self.wfile.write(b"<?xml version=\"1.0\"?><DeviceInformation><HostName>SEP001B0C18BDC1</HostName><phoneDN/>"
                b"<MACAddress>001B0C18BDC1</MACAddress><appLoadID>P00308000900</appLoadID><bootLoadID>PC0303010200</bootLoadID>"
                b"<versionID>8.0(9.0)</versionID><hardwareRevision>0.0</hardwareRevision><serialNumber>INM084919JL</serialNumber>"
                b"<modelNumber>CP-7960G</modelNumber></DeviceInformation>")
http.server.HTTPServer(("0.0.0.0", 80), Page).serve_forever()
"#;

#[test]
fn a_page_of_another_server_names_the_load() {
    let Some(lab) = Lab::open() else { return };
    let target = "P00308000900";
    let firmware = firmware(lab.path(), &[target], Scale::FAST);
    ip(&format!("-n {} link set {PHONE_END} address 00:1b:0c:18:bd:c1", lab.phones)).unwrap();
    let mut serving = lab.serve(&firmware, &["--target", target, "--for", "100s"]);
    lab.lease("Cisco Systems, Inc. IP Phone CP-7960G");
    let mut page = lab.on_phones("python3");
    let mut page = page.args(["-c", PAGE]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    run(lab.on_phones("tftp").args([&*SERVER.to_string(), "-c", "get", "RINGLIST.XML"]));
    let evidence = serving.wait("its page", |e| e["event"] == "evidence");
    assert_eq!((&evidence["source"], &evidence["load"]), (&"page".into(), &target.into()));
    assert_eq!((&evidence["serial"], &evidence["hardware"]), (&"INM084919JL".into(), &"0.0".into()));
    let verdict = serving.wait("its verdict", |e| e["event"] == "verdict");
    assert_eq!((&verdict["verdict"], &verdict["running"]), (&"recovered".into(), &target.into()));
    page.kill().unwrap();
    page.wait().unwrap();
}
