//! What phones say of themselves, said by somebody else's code: a script with raw sockets, by the layouts and not by ours.

use super::{CLIENT, Lab, PHONE_END, run, said};
use crate::serving::firmware;
use rescue79::limits;
use rescue79::sim::firmware::Scale;
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::Duration;

const LOAD: &str = "SIP41.8-5-2S";

/// Speaks as phones do, from Python's own sockets. Arguments: what, MAC (bare), load.
const SCRIPT: &str = r#"
import socket, struct, sys
what, mac, load = sys.argv[1:4]
server, end = sys.argv[4], sys.argv[5]
name = b"SEP" + mac.encode()

def tlv(kind, value):
    return struct.pack("!HH", kind, len(value) + 4) + value

def register(size):
    body = bytearray(size)
    body[0:len(name)] = name
    body[28:32] = struct.pack("<I", 115)
    body[40] = 0x11
    if size > 92:
        body[52:58] = bytes.fromhex(mac)
        body[92:92 + len(load)] = load.encode()
    return struct.pack("<III", len(body) + 4, 0, 1) + bytes(body)

def sip():
    return ("REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4:5060;branch=z9hG4bK1\r\nFrom: <sip:9@x>;tag=1\r\n"
        "To: <sip:9@x>\r\nCall-ID: 1@x\r\nCSeq: 101 REGISTER\r\nUser-Agent: Cisco-CP7941G/8.5.2\r\n"
        "Contact: <sip:9@1.2.3.4:5060>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-%s>\";+u.sip!model.ccm.cisco.com=\"115\"\r\n"
        "Reason: SIP;cause=200;text=\"cisco-alarm:23 Name=SEP%s Load=%s Last=reset-restart\"\r\n"
        "Content-Length: 0\r\nExpires: 3600\r\n\r\n" % (server, mac.lower(), mac, load)).encode()

if what == "cdp":
    body = bytes([2, 180, 0, 0]) + tlv(1, name) + tlv(3, b"Port 1") + tlv(5, load.encode()) + tlv(6, b"Cisco IP Phone 7941")
    body = bytes.fromhex("aaaa0300000c2000") + body
    frame = bytes.fromhex("01000ccccccc" + mac) + struct.pack("!H", len(body)) + body
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((end, 0))
    raw.send(frame)
elif what == "lldp":
    def field(kind, value):
        return struct.pack("!H", kind << 9 | len(value)) + value
    def med(kind, value):
        return field(127, bytes([0, 0x12, 0xbb, kind]) + value)
    body = field(1, b"\x05\x01" + socket.inet_aton("192.168.79.99")) + field(2, b"\x07" + mac.encode() + b":P1")
    body += field(3, struct.pack("!H", 180)) + field(5, name) + field(6, b"Cisco IP Phone 7941G,V2, " + load.encode())
    body += med(6, b"tnp41.8-3-1-21a.bin") + med(7, load.encode()) + med(8, b"FCH12345678") + med(10, b"CP-7941G") + field(0, b"")
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((end, 0))
    raw.send(bytes.fromhex("0180c200000e" + mac + "88cc") + body)
elif what == "sip-udp":
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(10)
    s.sendto(sip(), (server, 5060))
    print(s.recv(2000).decode().split("\r\n")[0])
else:
    s = socket.create_connection((server, 2000 if what.startswith("sccp") else 5060), 10)
    if what == "noise":
        s.send(bytes(range(256)))
        print(len(s.recv(100)))
    elif what == "sip-tcp":
        message = sip()
        s.send(message[:100])
        s.send(message[100:])
        print(s.recv(2000).decode().split("\r\n")[0])
    else:
        s.send(register(124 if what == "sccp" else 44))
        print(s.recv(100)[8:12].hex(), len(s.recv(100)))
"#;

fn speak(lab: &Lab, what: &str, mac: &str, load: &str) -> String {
    let mut python = lab.on_phones("python3");
    python.args(["-c", SCRIPT, what, mac, load, &super::SERVER.to_string(), PHONE_END]);
    let output = run(&mut python);
    assert!(output.status.success(), "{what}: {}", said(&output));
    said(&output).trim().to_owned()
}

#[test]
fn the_load_is_heard_at_every_door() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let mut serving = lab.serve(&firmware, &["--target", LOAD, "--for", "180s"]);
    for (n, (what, source, heard)) in [
        ("cdp", "cdp", ""),
        ("lldp", "lldp", ""),
        ("sccp", "sccp", "9d000000 0"),
        ("sip-udp", "sip", "SIP/2.0 200 OK"),
        ("sip-tcp", "sip", "SIP/2.0 200 OK"),
    ]
    .into_iter()
    .enumerate()
    {
        let (mac, shown) = (format!("001D45963F0{n}"), format!("00:1d:45:96:3f:0{n}"));
        assert_eq!(speak(&lab, what, &mac, LOAD), heard);
        let evidence = serving.wait(what, |e| e["event"] == "evidence" && e["phone"] == shown);
        assert_eq!((&evidence["source"], &evidence["load"]), (&source.into(), &LOAD.into()));
        if heard.is_empty() {
            // A loader announces itself, too: an announcement proves a load beside what only an application asks for.
            assert!(serving.events_of("verdict").iter().all(|e| e["phone"] != shown), "{what}");
            for file in [format!("SEP{mac}.cnf.xml"), "dialplan.xml".to_owned()] {
                let url = format!("tftp://{}/{file}", super::SERVER);
                run(lab.on_phones("curl").args(["-sS", "-m", "10", "-o", "file", &url]));
            }
        }
        let verdict = serving.wait("its verdict", |e| e["event"] == "verdict" && e["phone"] == shown);
        assert_eq!((&verdict["verdict"], &verdict["running"]), (&"recovered".into(), &LOAD.into()));
    }
    assert_eq!(speak(&lab, "sccp-short", "001D45963F0A", ""), "9d000000 0");
    let evidence =
        serving.wait("the short form", |e| e["event"] == "evidence" && e["phone"] == "00:1d:45:96:3f:0a");
    assert_eq!((&evidence["model"], evidence.get("load")), (&"7941".into(), None));
    let understood = serving.events_of("evidence").len();
    assert_eq!(speak(&lab, "noise", "000000000000", ""), "0");
    serving.wait("the noise to be told", |e| e["event"] == "garbage" && e["port"] == "sip");
    assert_eq!(serving.events_of("garbage").len(), 1);
    assert_eq!(serving.events_of("evidence").len(), understood);
}

#[test]
fn nobody_listens_where_another_gives_the_addresses_or_the_wire_leads_elsewhere() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let closed = |lab: &Lab| {
        for port in [2000, 5060] {
            let door = lab.inside(move || std::net::TcpStream::connect((super::SERVER, port)).map(drop));
            assert_eq!(door.join().unwrap().unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
        }
    };
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    closed(&lab);
    serving.kill();
    super::ip(&format!("-n {} route add default via {CLIENT} dev {}", lab.laptop, super::LAPTOP_END))
        .unwrap();
    let serving = lab.serve(&firmware, &[]);
    closed(&lab);
    assert!(serving.said().contains("leads elsewhere"), "{}", serving.said());
}

/// Opens so many connections from an address and begins to speak on each; those that the program keeps.
fn kept(from: Ipv4Addr, port: u16, count: u32) -> Vec<TcpStream> {
    let mut talks: Vec<TcpStream> = Vec::new();
    for _ in 0..count {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
        socket.bind(&SocketAddrV4::new(from, 0).into()).unwrap();
        socket.connect(&SocketAddrV4::new(super::SERVER, port).into()).unwrap();
        let mut talk: TcpStream = socket.into();
        let _ = talk.write_all(b"R");
        talks.push(talk);
    }
    talks.retain_mut(|talk| {
        talk.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        // Silence is a connection that is kept; who is turned away is told so by its end.
        talk.read(&mut [0; 16]).is_err_and(|e| e.kind() == ErrorKind::WouldBlock)
    });
    talks
}

#[test]
fn one_address_has_its_share_of_the_connections_and_no_more() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let other = Ipv4Addr::new(192, 168, 79, 251);
    lab.address(CLIENT);
    lab.address(other);
    let mut serving = lab.serve(&firmware, &["--target", LOAD]);
    let counts = lab.inside(move || {
        let (sccp, sip) = (kept(CLIENT, 2_000, 6), kept(CLIENT, 5_060, 6));
        let another = kept(other, 2_000, 2);
        (sccp.len() + sip.len(), another.len())
    });
    assert_eq!(counts.join().unwrap(), (limits::TALKS_PER_PEER, 2));
    assert!(serving.is_alive());
}
