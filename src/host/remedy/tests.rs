use super::super::ledger::tests::Laptop;
use super::super::ledger::{Ledger, glance};
use super::super::run::Real;
use super::super::system::{Announcement, Holder, Lets, Wall};
use super::*;
use std::net::Ipv4Addr;
use std::path::Path;

fn set_up(laptop: &Laptop, folder: &Path) -> Setup {
    Setup::begin(Box::new(laptop.clone()), Ledger::open(folder).unwrap()).0
}

fn open() -> Change {
    let lets = Lets::Ports(vec![67, 69]);
    Change::Open { interface: "eth0".into(), wall: Wall::Firewalld { zone: Some("home".into()) }, lets }
}

#[test]
fn a_change_lasts_as_long_as_the_set_up_and_is_in_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let before = laptop.state();
    let mut setup = set_up(&laptop, folder.path());
    let act = Act::change(open(), Argv::new("firewall-cmd --zone=trusted --change-interface=eth0"));
    let said = setup.carry_out(&act).unwrap();
    assert!(said.contains("lets phones in on eth0") && said.contains("put back"), "{said}");
    assert_ne!(laptop.state(), before);
    // A second yes changes nothing more.
    setup.carry_out(&act).unwrap();
    let text = std::fs::read_to_string(folder.path().join("ledger.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    drop(setup);
    assert_eq!(laptop.state(), before);
    assert_eq!(glance(folder.path()), None);
}

/// What every kind of change writes can be read again after a crash, and is undone.
#[test]
fn a_crash_behind_any_kind_of_change_is_undone() {
    let wall = |wall| Change::Open { interface: "eth0".into(), wall, lets: Lets::Answers };
    let changes = [
        open(),
        wall(Wall::Nft { chain: "inet bench in".into() }),
        wall(Wall::Iptables),
        wall(Wall::Ufw),
        wall(Wall::Windows),
        wall(Wall::MacOsAll),
        wall(Wall::MacOsFilter),
        Change::Hear { interface: "eth0".into(), what: Announcement::Cdp },
        Change::Hear { interface: "eth0".into(), what: Announcement::Lldp },
        Change::LoosePath { interface: "eth0".into(), was: 1 },
        Change::Stop { service: "dnsmasq.service".into() },
    ];
    for change in changes {
        let folder = tempfile::tempdir().unwrap();
        let laptop = Laptop::new();
        let before = laptop.state();
        let mut setup = set_up(&laptop, folder.path());
        setup.change(&change).unwrap();
        let text = std::fs::read(folder.path().join("ledger.jsonl")).unwrap();
        drop(setup);
        // The lights went out instead.
        super::super::system::System::make(&laptop, &change).unwrap();
        std::fs::write(folder.path().join("ledger.jsonl"), text).unwrap();
        let undone = Ledger::open(folder.path()).unwrap().undo_all(&laptop);
        assert_eq!(undone.done, [change.undone()]);
        assert_eq!(laptop.state(), before, "{change:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_holder_of_a_port_is_ended_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let mut sleeper = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let pid = sleeper.id();
    let process = Some(("tftpd".to_owned(), pid));
    let held = Holder { address: Ipv4Addr::UNSPECIFIED, interface: None, process, service: None };
    laptop.state.lock().unwrap().holders.push(held);
    let mut setup = set_up(&laptop, folder.path());
    // The number is another program's by now: nothing is ended.
    let said = setup.carry_out_with(&Real, &Act::end(69, "dnsmasq", pid)).unwrap();
    assert!(said.contains("nothing was done"), "{said}");
    assert!(sleeper.try_wait().unwrap().is_none());
    let act = Act::end(69, "tftpd", pid);
    assert_eq!(act.command.to_string(), format!("kill {pid}"));
    let said = setup.carry_out(&act).unwrap();
    assert!(said.contains("tftpd has ended") && said.contains("free"), "{said}");
    assert!(sleeper.wait().unwrap().code().is_none(), "ended by a signal");
}

#[test]
fn the_machine_readable_form_has_the_words_and_the_command() {
    let remedy: Remedy = Act::end(67, "dnsmasq", 1234).into();
    let json = serde_json::to_value(&remedy).unwrap();
    assert_eq!(json["remedy"], remedy.text);
    assert!(json["act"]["command"].as_array().unwrap().iter().any(|word| word == "1234"), "{json}");
    assert_eq!(serde_json::to_value(Remedy::from("Plug it in.")).unwrap().get("act"), None);
}
