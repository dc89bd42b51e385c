//! DHCP servers of other people on the phones' side: how soon the program knows of each.

use super::{LAPTOP_END, Lab, PHONE_END, ip, run, said};
use crate::serving::{now, pause, until};
use rescue79::host::interfaces::{Interface, Kind};
use rescue79::host::probe::{Search, foreign};
use std::fs;
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A program that is ended with the test.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const RIVAL: Ipv4Addr = Ipv4Addr::new(10, 9, 9, 1);

/// Starts it on the phones' side, and waits until it listens.
fn start(lab: &Lab, mut command: Command) -> Running {
    ip(&format!("-n {} address replace {RIVAL}/24 dev {PHONE_END}", lab.phones)).unwrap();
    let running = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let bound = until(10, || said(&run(lab.on_phones("ss").arg("-lunH"))).contains(":67").then_some(()));
    assert!(bound.is_some(), "{command:?} listens");
    running
}

pub(super) fn dnsmasq(lab: &Lab, options: &[&str]) -> Running {
    let mut command = lab.on_phones("dnsmasq");
    command.args(["--no-daemon", "--conf-file=/dev/null", "--port=0", "--bind-interfaces", "--leasefile-ro"]);
    command.args(["--interface", PHONE_END, "--dhcp-range=10.9.9.50,10.9.9.99,1h"]).args(options);
    start(lab, command)
}

fn udhcpd(lab: &Lab) -> Running {
    let conf = format!(
        "start 10.9.9.50\nend 10.9.9.99\nmax_leases 50\ninterface {PHONE_END}\nlease_file leases\npidfile udhcpd.pid\n"
    );
    fs::write(lab.path().join("udhcpd.conf"), conf).unwrap();
    fs::write(lab.path().join("leases"), "").unwrap();
    let mut command = lab.on_phones("busybox");
    command.args(["udhcpd", "-f", "udhcpd.conf"]);
    start(lab, command)
}

fn isc(lab: &Lab, begin: &str) -> Running {
    let conf = format!("{begin}\nsubnet 10.9.9.0 netmask 255.255.255.0 {{ range 10.9.9.50 10.9.9.99; }}\n");
    fs::write(lab.path().join("dhcpd.conf"), conf).unwrap();
    fs::write(lab.path().join("leases"), "").unwrap();
    let mut command = lab.on_phones("dhcpd");
    command.args(["-4", "-f", "-cf", "dhcpd.conf", "-lf", "leases", "-pf", "dhcpd.pid"]).arg(PHONE_END);
    start(lab, command)
}

fn of(lab: &Lab, side: &str, end: &str) -> serde_json::Value {
    let out = run(Command::new("ip").args(["-n", side, "-j", "address", "show", "dev", end]));
    let all: serde_json::Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", lab.laptop));
    all[0].clone()
}

/// Searches from the laptop's end, whose addresses are these; what was found, and after how long.
fn search(lab: &Lab, addresses: &[(Ipv4Addr, u8)]) -> (Search, Duration) {
    let index = of(lab, &lab.laptop, LAPTOP_END)["ifindex"].as_u64().unwrap();
    let interface = Interface {
        name: LAPTOP_END.into(),
        friendly: None,
        index: u32::try_from(index).unwrap(),
        kind: Kind::Ethernet,
        mac: None,
        addresses: addresses.to_vec(),
        on: true,
        up: true,
        speed: None,
        default_route: false,
    };
    let search = lab.on_laptops_thread(move || {
        let began = now();
        (foreign(&interface), began.elapsed())
    });
    search.join().unwrap()
}

/// Starts a server anew for each question, for some remember that they looked for an address a minute ago.
fn found_in_time(name: &str, start: impl Fn(&Lab) -> Running) {
    for own in [None, Some((Ipv4Addr::new(192, 168, 1, 1), 24))] {
        let Some(lab) = Lab::open() else { return };
        ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
        if let Some((own, prefix)) = own {
            ip(&format!("-n {} address add {own}/{prefix} dev {LAPTOP_END}", lab.laptop)).unwrap();
        }
        let _running = start(&lab);
        // A link that has just come up is not heard at once.
        pause(Duration::from_millis(300));
        let (found, took) = search(&lab, own.as_slice());
        let Search::Found(found) = found else { panic!("{name}, {own:?}: {found:?} after {took:?}") };
        println!("{name}, {own:?}: found after {took:?}: {found:?}");
        assert!(took < Duration::from_secs(3), "{name}: {took:?}");
        assert_eq!(found.len(), 1, "{found:?}");
        let (answer, mac) = &found[0];
        let link = of(&lab, &lab.phones, PHONE_END);
        assert_eq!(answer.server, RIVAL);
        assert_eq!(mac.unwrap().to_string(), link["address"].as_str().unwrap());
    }
}

#[test]
fn g6_dnsmasq_as_people_have_it_is_found_in_three_seconds() {
    found_in_time("dnsmasq", |lab| dnsmasq(lab, &[]));
    found_in_time("dnsmasq, authoritative", |lab| dnsmasq(lab, &["--dhcp-authoritative"]));
    found_in_time("dnsmasq, without ping", |lab| dnsmasq(lab, &["--no-ping"]));
}

#[test]
fn g6_udhcpd_is_found_in_three_seconds() {
    found_in_time("udhcpd", udhcpd);
}

#[test]
fn g6_isc_dhcpd_is_found_in_three_seconds() {
    found_in_time("dhcpd", |lab| isc(lab, ""));
    found_in_time("dhcpd, authoritative", |lab| isc(lab, "authoritative;"));
}

#[test]
fn nobody_is_found_where_nobody_is() {
    let Some(lab) = Lab::open() else { return };
    lab.address(Ipv4Addr::new(192, 168, 79, 20));
    let (found, took) = search(&lab, &[(super::SERVER, 24)]);
    assert_eq!(found, Search::Nobody);
    assert!(took < Duration::from_secs(3), "{took:?}");
}
