//! DHCP clients of other people: busybox and ISC.

use super::{Lab, PHONE_END, SERVER, left, run, said};
use crate::serving::firmware;
use rescue79::sim::firmware::Scale;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

pub(super) const CLASS: &str = "Cisco Systems, Inc. IP Phone CP-7960";
const LOAD: &str = "P0S3-8-12-00";

/// A script that writes down what the client learnt, as `udhcpc` and `dhclient` call one.
fn script(lab: &Lab) {
    let text = "#!/bin/sh\ncase \"$1$reason\" in\nbound|BOUND) env > learnt.txt ;;\nesac\nexit 0\n";
    lab.script("learnt.sh", text);
}

pub(super) fn learnt(lab: &Lab) -> BTreeMap<String, String> {
    let text = String::from_utf8(left(lab, "learnt.txt")).unwrap();
    text.lines().filter_map(|l| l.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

pub(super) fn udhcpc(lab: &Lab, class: &[&str]) -> Output {
    script(lab);
    lab.udhcpc("./learnt.sh", &[&["-t", "3", "-T", "2"], class].concat())
}

fn is_lease(address: &str) -> bool {
    let address: std::net::Ipv4Addr = address.parse().unwrap();
    address.octets()[..3] == SERVER.octets()[..3] && address != SERVER
}

#[test]
fn busybox_as_a_phone_learns_the_laptop_in_every_place() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut serving = lab.serve(&firmware, &[]);
    // It asks for nothing by itself: option 150 comes whether or not it was asked for.
    let out = udhcpc(&lab, &["-o", "-V", CLASS]);
    assert!(out.status.success(), "{}", said(&out));
    let learnt = learnt(&lab);
    let get = |name: &str| learnt.get(name).map(String::as_str);
    let server = SERVER.to_string();
    assert!(is_lease(&learnt["ip"]), "{learnt:?}");
    assert_eq!(get("siaddr"), Some(&*server));
    assert_eq!(get("sname").or(get("tftp")), Some(&*server), "{learnt:?}");
    assert_eq!(get("tftp"), Some(&*server), "{learnt:?}");
    assert_eq!(get("opt150"), Some("c0a84f01"), "{learnt:?}");
    assert_eq!((get("subnet"), get("router")), (Some("255.255.255.0"), Some(&*server)));
    let ack = serving.wait("the lease", |e| e["event"] == "dhcp_ack");
    assert_eq!(ack["address"], learnt["ip"]);
    // The same phone comes back to the same address.
    assert!(udhcpc(&lab, &["-V", CLASS]).status.success());
    assert_eq!(ack["address"], self::learnt(&lab)["ip"]);
}

#[test]
fn isc_dhclient_as_a_phone_learns_the_laptop_in_every_place() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let _serving = lab.serve(&firmware, &[]);
    script(&lab);
    let conf = format!(
        "option tftp-address code 150 = ip-address;\nsend vendor-class-identifier \"{CLASS}\";\nrequest subnet-mask, \
         routers, tftp-server-name, tftp-address;\ntimeout 20;\n"
    );
    fs::write(lab.path().join("dhclient.conf"), conf).unwrap();
    let dhclient = |lab: &Lab, more: &[&str]| {
        let mut client = lab.on_phones("dhclient");
        client.args(["-4", "-1", "-v", "-cf", "dhclient.conf", "-lf", "leases", "-pf", "dhclient.pid"]);
        run(client.args(["-sf", "./learnt.sh"]).args(more).arg(PHONE_END))
    };
    fs::write(lab.path().join("leases"), "").unwrap();
    let out = dhclient(&lab, &[]);
    // It stays to renew its lease; `-x` has it go, and takes the process that it left behind with it.
    let bye = dhclient(&lab, &["-x"]);
    assert!(out.status.success() && bye.status.success(), "{}{}", said(&out), said(&bye));
    let learnt = learnt(&lab);
    let get = |name: &str| learnt.get(name).map(String::as_str);
    let server = SERVER.to_string();
    assert!(is_lease(&learnt["new_ip_address"]), "{learnt:?}");
    assert_eq!(get("new_tftp_address"), Some(&*server), "{learnt:?}");
    assert_eq!(get("new_tftp_server_name"), Some(&*server), "{learnt:?}");
    assert_eq!(get("new_next_server"), Some(&*server), "{learnt:?}");
    assert_eq!(get("new_dhcp_server_identifier"), Some(&*server), "{learnt:?}");
    let leases = String::from_utf8(left(&lab, "leases")).unwrap();
    assert!(leases.contains(&format!("server-name \"{server}\"")), "{leases}");
}

fn mac(lab: &Lab) -> String {
    let mut show = Command::new("ip");
    let out = run(show.args(["-n", &lab.phones, "-json", "link", "show", PHONE_END]));
    let links: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    links[0]["address"].as_str().unwrap().to_owned()
}

#[test]
fn a_computer_gets_no_address_unless_everybody_shall() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut serving = lab.serve(&firmware, &[]);
    assert!(!udhcpc(&lab, &[]).status.success());
    let ignored = serving.wait("a word about it", |e| e["event"] == "dhcp_ignored");
    assert_eq!(ignored["from"], mac(&lab));
    assert!(ignored["why"].as_str().is_some_and(|why| !why.is_empty()), "{ignored}");
    assert!(serving.events_of("dhcp_offer").is_empty());
    drop(serving);
    let mut serving = lab.serve(&firmware, &["--answer", "any"]);
    let out = udhcpc(&lab, &[]);
    assert!(out.status.success(), "{}", said(&out));
    serving.wait("the lease", |e| e["event"] == "dhcp_ack" && e["address"] == learnt(&lab)["ip"]);
}
