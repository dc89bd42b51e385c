use super::checks;
use super::rivals::{self, Commands};
use super::*;
use crate::dhcp::probe::{Answer, Fault};
use crate::host::interfaces::Kind;
use crate::host::remedy::Act;
use crate::host::system::{Firewall, Holder};
use crate::phone_id::Mac;

fn interface() -> Interface {
    Interface {
        name: "enp0s25".into(),
        friendly: None,
        index: 2,
        kind: Kind::Ethernet,
        mac: Some("00:21:cc:11:22:33".into()),
        addresses: vec![([192, 168, 1, 1].into(), 24)],
        on: true,
        up: true,
        speed: Some(1_000),
        default_route: false,
    }
}

fn holder(interface: Option<&str>, process: Option<(&str, u32)>) -> Holder {
    Holder {
        address: Ipv4Addr::UNSPECIFIED,
        interface: interface.map(str::to_owned),
        process: process.map(|(name, pid)| (name.to_owned(), pid)),
        service: None,
    }
}

#[test]
fn the_holder_of_a_port_is_named_unless_it_keeps_to_another_interface() {
    let held =
        rivals::port(67, "enp0s25", Ok(vec![holder(None, Some(("dnsmasq", 1234)))]), None, Commands::Linux);
    assert_eq!(held.state, Outcome::Fail);
    assert!(held.seen.contains("dnsmasq (process 1234)"), "{}", held.seen);
    let act = held.remedy.unwrap().act.unwrap();
    assert_eq!(act, Act::end(67, "dnsmasq", 1234));
    let service = Holder { service: Some("dnsmasq.service".into()), ..holder(None, Some(("dnsmasq", 1234))) };
    let held = rivals::port(67, "enp0s25", Ok(vec![service]), None, Commands::Linux);
    assert_eq!(held.to_do(), "sudo systemctl stop dnsmasq.service");
    let elsewhere = vec![holder(Some("virbr0"), Some(("dnsmasq", 1234)))];
    assert_eq!(rivals::port(67, "enp0s25", Ok(elsewhere), None, Commands::Linux).state, Outcome::Ok);
    let hidden = Rights { ports: true, network: false, wire: false };
    let hidden = rivals::port(69, "enp0s25", Ok(vec![holder(None, None)]), Some(hidden), Commands::Linux);
    assert!(hidden.seen.contains("only an administrator"), "{}", hidden.seen);
}

#[test]
fn what_is_not_to_be_ended_is_told_by_its_service_on_each_system() {
    let end = |port, os, process| {
        let check = rivals::port(port, "en5", Ok(vec![holder(None, process)]), None, os);
        let remedy = check.remedy.unwrap();
        (remedy.text, remedy.act)
    };
    let (text, act) = end(67, Commands::Windows, Some(("svchost.exe", 812)));
    assert!(text.contains("tasklist /SVC /FI \"PID eq 812\"") && text.contains("net stop"), "{text}");
    assert_eq!(act, None, "many services may be in it");
    assert_eq!(
        end(69, Commands::Windows, Some(("tftpd64.exe", 4711))).1,
        Some(Act::end(69, "tftpd64.exe", 4711))
    );
    for (port, service) in [(67, "com.apple.bootpd"), (69, "com.apple.tftpd")] {
        let (text, act) = end(port, Commands::MacOs, Some(("launchd", 1)));
        assert!(text.ends_with(&format!("sudo launchctl bootout system/{service}")), "{text}");
        assert_eq!(act, None, "the system's first process is never ended");
    }
    for (os, command) in [
        (Commands::Linux, "sudo ss -lunp sport = :67"),
        (Commands::MacOs, "sudo lsof -nP -iUDP:67"),
        (Commands::Windows, "netstat -ano -p UDP"),
    ] {
        assert!(end(67, os, None).0.starts_with(&format!("{command} names it")), "{os:?}");
    }
    let listener =
        |os| rivals::web_port("en5", Ok(vec![holder(None, Some(("svchost.exe", 9)))]), os).unwrap();
    assert_eq!(listener(Commands::MacOs).to_do(), "sudo kill 9");
    assert!(listener(Commands::Windows).to_do().contains("net stop"));
}

#[test]
fn another_server_is_told_with_address_and_mac() {
    let offer = Answer {
        server: [10, 0, 0, 1].into(),
        offers: Some([10, 0, 0, 50].into()),
        tftp: vec![[1, 1, 168, 192].into()],
        fault: None,
    };
    let mac = Mac([0, 0x1b, 0x0c, 1, 2, 3]);
    let wrong = Answer { tftp: Vec::new(), fault: Some(Fault::Text("0x0101A8C0".into())), ..offer.clone() };
    let wrong = checks::foreign(Search::Found(vec![(wrong, None)]));
    assert!(wrong.seen.contains("option 150 as the text \"0x0101A8C0\""), "{}", wrong.seen);
    let check = checks::foreign(Search::Found(vec![(offer, Some(mac))]));
    assert_eq!((check.state, check.code), (Outcome::Fail, "other-dhcp"));
    for word in ["10.0.0.1", "00:1b:0c:01:02:03", "1.1.168.192"] {
        assert!(check.seen.contains(word), "{}", check.seen);
    }
}

#[test]
fn each_failure_has_a_remedy_and_each_check_a_sentence() {
    let wifi = Interface { kind: Kind::WiFi, up: false, ..interface() };
    let all = [interface(), Interface { name: "eth1".into(), ..interface() }];
    let gathered = Gathered { interface: &all[0], address: ([192, 168, 1, 1].into(), 24), rights: None };
    let closed = Firewall::Closed { seen: "Closed.".into(), remedy: "open".into() };
    let found = [
        checks::rights(Some(Rights { ports: false, network: false, wire: false }), "sudo setcap x"),
        checks::kind(&wifi),
        checks::link(&wifi),
        checks::firewall(closed),
        checks::networks(&all, &gathered),
        checks::conflict([192, 168, 1, 1].into(), Ok(Some("00:1b:0c:01:02:03".into()))),
        checks::no_interface(Some("eth9"), &all),
        checks::clock(Wall(0)),
    ];
    for check in found {
        assert!(check.state >= Outcome::Warn, "{check:?}");
        assert!(check.seen.ends_with('.') && !check.means.is_empty() && check.remedy.is_some(), "{check:?}");
    }
}

#[test]
fn the_text_fits_eighty_columns_and_says_the_worst_first() {
    let report = Report {
        ready: false,
        interface: Some("enp0s25".into()),
        because: Some("it has a cable in it, and this laptop doesn't use it itself".into()),
        address: Some([192, 168, 1, 1].into()),
        checks: vec![
            rivals::port(
                67,
                "enp0s25",
                Ok(vec![holder(None, Some(("dnsmasq", 1234)))]),
                None,
                Commands::Linux,
            ),
            checks::link(&Interface { up: false, ..interface() }),
            checks::firewall(Firewall::Unknown { seen: "It can't be read.".into(), remedy: "sudo x".into() }),
            checks::clock(Wall(1_795_000_000_000)),
        ],
        interfaces: vec![interface()],
    };
    let text = text(&report);
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}
