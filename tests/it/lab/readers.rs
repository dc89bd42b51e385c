//! TFTP clients of other people: tftp-hpa, atftp and curl.

use super::{CLIENT, LAPTOP_END, Lab, PHONE_END, SERVER, ip, left, run, said};
use crate::reader::Read;
use crate::serving::{bytes_of, firmware, put, until};
use rescue79::sim::firmware::Scale;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::Output;

const LOAD: &str = "P0S3-8-12-00";
const APPLICATION: &str = "P0S3-8-12-00.sb2";
const CLASS: &str = "Cisco Systems, Inc. IP Phone CP-7960";

type Client = fn(&Lab, &str, &str) -> Output;

fn hpa(lab: &Lab, name: &str, local: &str) -> Output {
    run(lab.on_phones("tftp").args(["-m", "binary", &SERVER.to_string(), "-c", "get", name, local]))
}

fn atftp(lab: &Lab, name: &str, local: &str) -> Output {
    run(lab.on_phones("atftp").args(["--get", "-r", name, "-l", local, &SERVER.to_string()]))
}

fn atftp_large_blocks(lab: &Lab, name: &str, local: &str) -> Output {
    let mut client = lab.on_phones("atftp");
    client.args(["--option", "blksize 1428", "--option", "tsize"]);
    run(client.args(["--get", "-r", name, "-l", local, &SERVER.to_string()]))
}

fn curl(lab: &Lab, name: &str, local: &str) -> Output {
    let url = format!("tftp://{SERVER}/{}", name.replace(' ', "%20"));
    run(lab.on_phones("curl").args(["-sS", "-m", "60", "-o", local, &url]))
}

const CLIENTS: [(&str, Client); 4] =
    [("tftp-hpa", hpa), ("atftp", atftp), ("atftp with options", atftp_large_blocks), ("curl", curl)];

#[test]
fn each_client_reads_loads_of_full_size_and_files_of_folders() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD, "SCCP41.9-4-2SR3-1S"], Scale::FULL);
    put(&firmware, "Locale/English_United_States/ipc-sccp.jar", &[7; 1024]);
    lab.address(CLIENT);
    let _serving = lab.serve(&firmware, &["--no-dhcp"]);
    let wanted = [
        (APPLICATION, bytes_of(LOAD, APPLICATION, Scale::FULL)),
        ("p0s3-8-12-00.LOADS", bytes_of(LOAD, "P0S3-8-12-00.loads", Scale::FULL)),
        ("SCCP41.9-4-2SR3-1S.loads", bytes_of("SCCP41.9-4-2SR3-1S", "SCCP41.9-4-2SR3-1S.loads", Scale::FULL)),
        // A multiple of the block length ends in an empty block.
        ("Locale/English_United_States/ipc-sccp.jar", vec![7; 1024]),
    ];
    for (client, get) in CLIENTS {
        for (name, bytes) in &wanted {
            let out = get(&lab, name, "got");
            assert!(out.status.success(), "{client} {name}: {}", said(&out));
            assert!(left(&lab, "got") == *bytes, "{client} got other bytes of {name}");
        }
    }
}

#[test]
fn each_client_is_told_of_a_miss_and_none_may_write() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    for (client, get) in CLIENTS {
        let out = get(&lab, "ITLFile.tlv", "missed");
        let text = said(&out).to_ascii_lowercase();
        // curl says it with its status: 68 is "file not found on TFTP server".
        let told =
            text.contains("not found") || text.contains("not on the shelf") || out.status.code() == Some(68);
        assert!(told, "{client} {:?}: {text}", out.status);
    }
    let missed = until(10, || (serving.events_of("read_refused").len() == CLIENTS.len()).then_some(()));
    assert!(missed.is_some(), "{:?}", serving.events_of("read_refused"));
    put(lab.path(), "mine", b"mine");
    let server = SERVER.to_string();
    let out = run(lab.on_phones("tftp").args([&*server, "-c", "put", "mine", APPLICATION]));
    assert!(said(&out).contains("code 2"), "{}", said(&out));
    serving.wait("the event of it", |e| e["event"] == "write_refused");
}

/// Files that the program makes are read by other people's clients and another XML parser.
#[test]
fn made_files_name_the_load_of_the_phone_that_asks() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD, "P00308000900"], Scale::FAST);
    ip(&format!("-n {} link set {PHONE_END} address 00:1b:0c:18:bd:c1", lab.phones)).unwrap();
    let mut serving = lab.serve(&firmware, &["--target", "7960=P0S3-8-12-00", "--from", "7960=P00308000900"]);
    lab.lease(CLASS);
    serving.wait("a plan", |e| e["event"] == "planned");
    for (client, get) in CLIENTS {
        for name in ["SEP001B0C18BDC1.cnf.xml", "XMLDefault.cnf.xml"] {
            let out = get(&lab, name, "made.xml");
            assert!(out.status.success(), "{client} {name}: {}", said(&out));
            let text = String::from_utf8(left(&lab, "made.xml")).unwrap();
            let xml = roxmltree::Document::parse(&text).unwrap();
            let names_it = |node: roxmltree::Node<'_, '_>| {
                node.tag_name().name().starts_with("loadInformation") && node.text() == Some(LOAD)
            };
            assert!(xml.descendants().any(names_it), "{client} {name}: {text}");
        }
    }
}

#[test]
fn answers_leave_from_the_address_that_was_asked() {
    let Some(lab) = Lab::open() else { return };
    let second = Ipv4Addr::new(192, 168, 79, 2);
    ip(&format!("-n {} address add {second}/24 dev {LAPTOP_END}", lab.laptop)).unwrap();
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let _serving = lab.serve(&firmware, &["--no-dhcp", "--listen", &second.to_string()]);
    let (from, missed_at) = lab
        .inside(move || {
            let mut read = Read::start(socket(), SocketAddrV4::new(second, 69), APPLICATION);
            while !read.step().unwrap() {}
            let missed = socket();
            missed.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
            missed.send_to(&crate::reader::request(1, "nowhere"), (second, 69)).unwrap();
            (read.from.unwrap(), missed.recv_from(&mut [0; 600]).unwrap().1)
        })
        .join()
        .unwrap();
    assert_eq!((from.ip(), missed_at.ip()), (second.into(), second.into()));
}

fn socket() -> UdpSocket {
    UdpSocket::bind((CLIENT, 0)).unwrap()
}
