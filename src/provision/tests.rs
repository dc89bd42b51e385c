use super::*;
use crate::load::Protocol;
use std::net::Ipv4Addr;

const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

fn sep_of(load: &str, protocol: Protocol, java: bool) -> String {
    let line = Some(Line::to_be_seen("192.168.1.1", "18BDC1"));
    let content = Sep { load, protocol, server: "192.168.1.1", stamp: "hop-1", java, line };
    String::from_utf8(sep(&content).unwrap()).unwrap()
}

#[test]
fn a_stranger_reads_what_was_meant() {
    for (load, protocol, java) in [
        ("P0S3-8-12-00", Protocol::Sip, false),
        ("SIP41.8-5-4S", Protocol::Sip, true),
        ("SCCP41.8-5-2S", Protocol::Sccp, true),
    ] {
        let xml = sep_of(load, protocol, java);
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let found = |name: &str| {
            tree.descendants().filter(|n| n.has_tag_name(name)).map(|n| n.text()).collect::<Vec<_>>()
        };
        assert_eq!(found("loadInformation"), [Some(load)]);
        assert_eq!(found("processNodeName"), [Some("192.168.1.1")]);
        assert_eq!(found("deviceProtocol").len(), usize::from(java));
        let registers = java && protocol == Protocol::Sip;
        assert_eq!(found("authName"), if registers { vec![Some("18BDC1")] } else { vec![] });
        assert_eq!(found("peerFirmwareSharing"), [Some("0")]);
        assert!(!xml.contains("<!--") && xml.len() <= 8192, "{xml}");
    }
}

#[test]
fn each_device_type_has_its_load() {
    let loads =
        [(8, "7940", "P00308000900"), (7, "7960", "P00308000900"), (115, "7941", "SIP41.8-5-4S")].map(
            |(device_type, model, load)| DefaultLoad { device_type, model: model.into(), load: load.into() },
        );
    let xml = String::from_utf8(xml_default(SERVER, Some("P00308000900"), &loads).unwrap()).unwrap();
    let tree = roxmltree::Document::parse(&xml).unwrap();
    let load = |name: &str| tree.descendants().find(|n| n.has_tag_name(name)).and_then(|n| n.text());
    assert_eq!(load("loadInformation8"), Some("P00308000900"));
    assert_eq!(load("loadInformation115"), Some("SIP41.8-5-4S"));
    assert!(xml_default(SERVER, None, &[]).is_err(), "never a file without a load");
}

#[test]
fn load_names_are_bare() {
    for (given, meant) in [
        ("P0S3-8-12-00.loads", "P0S3-8-12-00"),
        (" P00308000900.sbn ", "P00308000900"),
        ("SIP41.8-5-4S", "SIP41.8-5-4S"),
    ] {
        assert_eq!(load_name(given).unwrap(), meant);
    }
    for bad in ["", " ", "P0S3 8-12", "A234567890123456789012345678901X", "P0S3<x"] {
        assert!(load_name(bad).is_err(), "{bad}");
    }
    assert_eq!(os79xx("P003-8-12-00").unwrap(), b"P003-8-12-00\r\n");
    assert_eq!(
        text_config("P0S3-8-12-00", "192.168.1.1", None).unwrap().split(|b| *b == b'\r').next(),
        Some(&b"image_version: P0S3-8-12-00"[..])
    );
}

#[test]
fn an_account_stands_in_the_files_of_both_kinds_of_phones() {
    let account =
        Account::read("pbx.example.org:5080", "201", "", "s<3&cret", "Front desk, north", "").unwrap();
    let text = text_config("P0S3-8-12-00", &account.proxy, Some(account.line())).unwrap();
    let text = String::from_utf8(text).unwrap();
    for said in [
        "proxy1_address: \"pbx.example.org\"\r\n",
        "proxy1_port: 5080\r\n",
        "nat_enable: 0\r\n",
        "line1_name: \"201\"\r\n",
        "line1_displayname: \"Front desk, north\"\r\n",
        "line1_password: \"s<3&cret\"\r\n",
        "phone_label: \"Front desk,\"\r\n",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    let content = Sep {
        load: "SIP41.9-4-2SR3-1S",
        protocol: Protocol::Sip,
        server: &account.proxy,
        stamp: "x",
        java: true,
        line: Some(account.line()),
    };
    let xml = String::from_utf8(sep(&content).unwrap()).unwrap();
    let tree = roxmltree::Document::parse(&xml).unwrap();
    let found = |name: &str| tree.descendants().find(|n| n.has_tag_name(name)).and_then(|n| n.text());
    assert_eq!(found("authPassword"), Some("s<3&cret"), "escaped as XML wants it");
    assert_eq!((found("proxy"), found("port")), (Some("pbx.example.org"), Some("5080")));
    assert_eq!((found("name"), found("displayName")), (Some("201"), Some("Front desk, north")));
    assert_eq!(found("processNodeName"), Some("pbx.example.org"));
    // Said, and said to be off: what was typed on the phone does not stay.
    assert_eq!((found("natEnabled"), found("natAddress")), (Some("false"), None));
    assert!(tree.descendants().any(|n| n.has_tag_name("natAddress")));
    // A line that is only there to be seen has no password.
    let seen = text_config("P0S3-8-12-00", "192.168.1.1", Some(Line::to_be_seen("192.168.1.1", "18BDC1")));
    assert!(!String::from_utf8(seen.unwrap()).unwrap().contains("password"));
}
