//! The laptop itself: made ready, looked after, put back, and examined. The names begin with the row of the guide or of
//! its readers (`G`, `S`) where there is one.

use super::rivals::{Running, dnsmasq};
use super::{CLIENT, LAPTOP_END, Lab, PHONE_END, SERVER, ip, left, run, said};
use crate::serving::{Serving, firmware, now, pause, put, until};
use rescue79::sim::firmware::Scale;
use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";
/// What `serve` sets by itself.
const OURS: &str = "192.168.1.1/24";

/// A laptop without an address of the bench.
pub(super) fn bare() -> Option<Lab> {
    let lab = Lab::open()?;
    ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
    Some(lab)
}

fn on(lab: &Lab, args: &str) {
    ip(&format!("-n {} {args}", lab.laptop)).unwrap();
}

/// All that `ip` tells of the laptop, byte for byte. What is still on its way (IPv6 addresses that are being probed,
/// links that come up) is waited for.
pub(super) fn state(lab: &Lab) -> String {
    let look = || {
        let part = |args: &[&str]| {
            let out = run(lab.on_laptop("ip").args(args));
            assert!(out.status.success(), "{}", said(&out));
            said(&out)
        };
        [part(&["-j", "addr"]), part(&["-j", "route"]), part(&["-j", "-6", "route"])].concat()
    };
    let mut last = look();
    let settled = until(10, || {
        pause(Duration::from_millis(100));
        let next = look();
        let still = next == last && !next.contains("tentative");
        last.clone_from(&next);
        still.then_some(next)
    });
    settled.unwrap_or(last)
}

pub(super) fn has(lab: &Lab, address: &str) -> bool {
    said(&run(lab.on_laptop("ip").args(["-o", "-4", "address", "show", "dev", LAPTOP_END]))).contains(address)
}

fn rescue79(lab: &Lab, args: &[&str]) -> Command {
    let mut command = lab.on_laptop(env!("CARGO_BIN_EXE_rescue79"));
    command
        .env_remove("RESCUE79_STATE")
        .env_remove("SUDO_UID")
        .env_remove("SUDO_GID")
        .args(args)
        .arg("--state")
        .arg(lab.path().join("state"));
    command.stdin(Stdio::null());
    command
}

fn serving(lab: &Lab, args: &[&str]) -> Serving {
    let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut all = vec!["--firmware", folder.to_str().unwrap(), "--interface", LAPTOP_END];
    all.extend(args);
    let mut command = lab.on_laptop(env!("CARGO_BIN_EXE_rescue79"));
    command.env_remove("RESCUE79_STATE");
    Serving::start(command, lab.path(), &all)
}

/// `serve`, to its end.
fn serve(lab: &Lab, args: &[&str]) -> Output {
    let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut all = vec!["serve", "--firmware", folder.to_str().unwrap(), "--for", "1s"];
    all.extend(args);
    run(&mut rescue79(lab, &all))
}

pub(super) fn signal(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

fn doctor(lab: &Lab) -> (Output, Value) {
    doctor_for(lab, &[])
}

fn doctor_for(lab: &Lab, args: &[&str]) -> (Output, Value) {
    let out = run(rescue79(lab, &["doctor", "--interface", LAPTOP_END, "--json"]).args(args));
    let report = serde_json::from_slice(&out.stdout).unwrap();
    (out, report)
}

fn check<'a>(report: &'a Value, code: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|c| c["code"] == code).unwrap_or_else(|| panic!("no check {code}: {report:#}"))
}

/// Refused with status 4, one line on standard error, and a laptop as it was.
#[track_caller]
fn refused(lab: &Lab, args: &[&str], words: &[&str]) {
    let before = state(lab);
    let out = serve(lab, args);
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(4), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "{word} is missing: {text}");
    }
    assert_eq!(state(lab), before);
}

#[test]
fn g3_the_address_is_set_and_all_is_put_back() {
    let Some(lab) = bare() else { return };
    on(&lab, &format!("address add 10.9.9.9/24 dev {LAPTOP_END}"));
    on(&lab, &format!("route add default via 10.9.9.1 dev {LAPTOP_END}"));
    let before = state(&lab);
    for how in ["-TERM", "-INT", "-HUP"] {
        let mut serving = serving(&lab, &[]);
        serving.wait("the address", |e| e["event"] == "address_set");
        assert!(has(&lab, OURS) && has(&lab, "10.9.9.9/24"), "{how}");
        signal(serving.pid(), how);
        let (status, _) = serving.end(10);
        assert_eq!(status.code(), Some(0), "{how}");
        assert_eq!(state(&lab), before, "{how}");
    }
}

#[test]
fn an_interface_that_was_off_is_off_again() {
    let Some(lab) = bare() else { return };
    on(&lab, &format!("link set {LAPTOP_END} down"));
    let before = state(&lab);
    let serving = serving(&lab, &["--for", "2s", "--address", "172.20.0.1/16"]);
    assert!(has(&lab, "172.20.0.1/16"));
    assert_eq!(serving.end(20).0.code(), Some(0));
    assert_eq!(state(&lab), before);
}

/// The lights go out at a moment that nobody chose, again and again: `restore`, or the next start, gives the first state
/// back byte for byte. `kills` does it at every step, the ledger's own tests cut it at each byte.
#[test]
fn kill_at_any_moment_and_all_is_put_back() {
    let Some(lab) = bare() else { return };
    on(&lab, &format!("address add 10.9.9.9/24 dev {LAPTOP_END}"));
    on(&lab, &format!("link set {LAPTOP_END} down"));
    on(&lab, &format!("link set {LAPTOP_END} up"));
    on(&lab, &format!("link set {LAPTOP_END} down"));
    let before = state(&lab);
    let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut left_something = 0;
    for turn in 0..6 {
        let serve = ["serve", "--interface", LAPTOP_END, "--no-dhcp", "--firmware", folder.to_str().unwrap()];
        let mut child = rescue79(&lab, &serve).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let ledger = lab.path().join("state/ledger.jsonl");
        let wanted = (turn % 4) + 1;
        // Right behind a step of the ledger, or a little later.
        until(10, || {
            let lines = fs::read_to_string(&ledger).unwrap_or_default().lines().count();
            (lines >= wanted || lines == 2).then_some(())
        });
        pause(Duration::from_millis(u64::try_from(turn).unwrap() * 7 % 40));
        child.kill().unwrap();
        child.wait().unwrap();
        left_something += usize::from(fs::metadata(&ledger).is_ok_and(|m| m.len() > 0));
        if turn % 2 == 0 {
            let out = run(&mut rescue79(&lab, &["restore"]));
            assert!(out.status.success(), "{}", said(&out));
        } else {
            let out = self::serve(&lab, &["--interface", LAPTOP_END, "--no-dhcp"]);
            assert!(out.status.success(), "{}", said(&out));
        }
        assert_eq!(state(&lab), before, "turn {turn}");
    }
    assert!(left_something > 2, "the kills came too late: {left_something}");
}

#[test]
fn restore_with_nothing_to_do_says_so_and_leaves_a_living_session_alone() {
    let Some(lab) = bare() else { return };
    let out = run(&mut rescue79(&lab, &["restore"]));
    assert!(out.status.success() && said(&out).contains("nothing to undo"), "{}", said(&out));
    let mut serving = serving(&lab, &["--no-dhcp"]);
    serving.wait("the address", |e| e["event"] == "address_set");
    let out = run(&mut rescue79(&lab, &["restore"]));
    assert_eq!(out.status.code(), Some(4));
    assert!(said(&out).contains("another session"), "{}", said(&out));
    assert!(has(&lab, OURS));
}

/// Also `S13`'s and `F10`'s story: the phone restarts in the middle, the link goes with it, and so does the address.
#[test]
fn the_address_and_a_load_survive_the_link() {
    let Some(lab) = bare() else { return };
    let before = state(&lab);
    let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| u8::try_from(n * 7 % 251).unwrap()).collect();
    put(&folder, "large.bin", &bytes);
    let mut serving = serving(&lab, &["--no-dhcp"]);
    lab.address(Ipv4Addr::new(192, 168, 1, 20));
    let phones = lab.phones.clone();
    let mut client = lab.on_phones("atftp");
    let client = client.args(["--get", "-r", "large.bin", "-l", "got", "192.168.1.1"]).spawn();
    let mut client = Running(client.unwrap());
    serving.wait("the read", |e| e["event"] == "read_started");
    ip(&format!("-n {phones} link set {PHONE_END} down")).unwrap();
    serving.wait("the link to go", |e| e["event"] == "link" && e["up"] == false);
    // What Windows does with the link, and some managers.
    on(&lab, &format!("address flush dev {LAPTOP_END}"));
    serving.wait("the address to be back", |e| e["event"] == "address_set" && e["again"] == true);
    ip(&format!("-n {phones} link set {PHONE_END} up")).unwrap();
    serving.wait("the link to come", |e| e["event"] == "link" && e["up"] == true);
    assert!(has(&lab, OURS));
    let ended = until(60, || client.0.try_wait().unwrap());
    assert!(ended.is_some_and(|status| status.success()), "{}", serving.story());
    assert!(left(&lab, "got") == bytes, "other bytes");
    signal(serving.pid(), "-TERM");
    serving.end(10);
    assert_eq!(state(&lab), before);
}

/// An adapter that is pulled out and plugged in again is another one to the system, by the same name.
#[test]
fn an_adapter_that_is_plugged_in_again_is_followed() {
    let Some(lab) = bare() else { return };
    let mut serving = serving(&lab, &[]);
    serving.wait("the self-test", |e| e["event"] == "self_test");
    on(&lab, &format!("link delete {LAPTOP_END}"));
    let gone = serving.wait("the adapter to go", |e| e["event"] == "interface" && e["there"] == false);
    assert_eq!(gone["interface"], LAPTOP_END);
    // The first number is free again, so another one is asked for.
    let peer = format!("type veth peer name {PHONE_END} netns {}", lab.phones);
    on(&lab, &format!("link add {LAPTOP_END} index 79 {peer}"));
    ip(&format!("-n {} link set {PHONE_END} up", lab.phones)).unwrap();
    serving.wait("the adapter to come", |e| e["event"] == "interface" && e["there"] == true);
    serving.wait("the address to be back", |e| e["event"] == "address_set" && e["again"] == true);
    assert!(has(&lab, OURS) && hears(&lab));
    // Both servers answer there, and the ear on the wire hears.
    assert!(lease(&lab).contains("siaddr=192.168.1.1"), "{}", serving.story());
    // No address that the lease above may be of: to that phone this load is none.
    lab.address(Ipv4Addr::new(192, 168, 1, 5));
    let url = format!("tftp://192.168.1.1/{LOAD}.loads");
    let out = run(lab.on_phones("curl").args(["-sS", "-m", "20", "-o", "got", &url]));
    assert!(out.status.success(), "{}\n{}", said(&out), serving.story());
    ask(&lab, "1.1.168.192");
    serving.wait("the wrong address", |e| e["event"] == "wrong_address");
    signal(serving.pid(), "-TERM");
    assert_eq!(serving.end(10).0.code(), Some(0));
    assert!(!has(&lab, OURS) && !hears(&lab));
}

/// The card is in the groups that CDP and LLDP are sent to; never in one alone.
fn hears(lab: &Lab) -> bool {
    let groups = said(&run(lab.on_laptop("ip").args(["maddress", "show", "dev", LAPTOP_END])));
    let [cdp, lldp] = ["01:00:0c:cc:cc:cc", "01:80:c2:00:00:0e"].map(|group| groups.contains(group));
    assert_eq!(cdp, lldp, "{groups}");
    cdp
}

/// Cards filter what is sent to groups that nobody on the laptop is in; announcements of phones would never be heard.
#[test]
fn the_card_lets_announcements_in_for_the_session() {
    let Some(lab) = bare() else { return };
    assert!(!hears(&lab));
    for how in ["-TERM", "-KILL"] {
        let mut serving = serving(&lab, &["--no-dhcp"]);
        serving.wait("the address", |e| e["event"] == "address_set");
        assert!(hears(&lab));
        signal(serving.pid(), how);
        serving.end(10);
        if how == "-KILL" {
            assert!(hears(&lab));
            assert!(run(&mut rescue79(&lab, &["restore"])).status.success());
        }
        assert!(!hears(&lab), "{how}");
    }
    // Who is in it anyhow stays in it.
    for group in ["01:00:0c:cc:cc:cc", "01:80:c2:00:00:0e"] {
        on(&lab, &format!("maddress add {group} dev {LAPTOP_END}"));
    }
    assert!(serve(&lab, &["--interface", LAPTOP_END, "--no-dhcp"]).status.success());
    assert!(hears(&lab));
}

/// The same where the address is the interface's own; the card is all that is changed.
#[test]
fn the_card_lets_announcements_in_where_the_address_is_kept() {
    let Some(lab) = Lab::open() else { return };
    let before = state(&lab);
    assert!(!hears(&lab));
    for how in ["-TERM", "-KILL"] {
        let mut serving = serving(&lab, &["--no-dhcp", "--keep-address"]);
        serving.wait("the begin", |e| e["event"] == "self_test");
        assert!(hears(&lab));
        signal(serving.pid(), how);
        serving.end(10);
        if how == "-KILL" {
            assert!(run(&mut rescue79(&lab, &["restore"])).status.success());
        }
        assert!(!hears(&lab), "{how}");
        assert_eq!(state(&lab), before);
    }
}

/// A laptop that was asleep: for the program the clock jumps, for the phone there was a silence.
#[test]
fn a_load_survives_a_laptop_that_sleeps() {
    let Some(lab) = bare() else { return };
    let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|n| u8::try_from(n * 5 % 251).unwrap()).collect();
    put(&folder, "large.bin", &bytes);
    let mut serving = serving(&lab, &[]);
    serving.wait("the self-test", |e| e["event"] == "self_test");
    let address = lease(&lab);
    lab.address(Ipv4Addr::new(192, 168, 1, 20));
    let mut client = lab.on_phones("atftp");
    let client = client.args(["--get", "-r", "large.bin", "-l", "got", "192.168.1.1"]).spawn();
    let mut client = Running(client.unwrap());
    serving.wait("the read", |e| e["event"] == "read_started");
    signal(serving.pid(), "-STOP");
    pause(Duration::from_secs(7));
    signal(serving.pid(), "-CONT");
    let ended = until(60, || client.0.try_wait().unwrap());
    assert!(ended.is_some_and(|status| status.success()), "{}", serving.story());
    assert!(left(&lab, "got") == bytes, "other bytes");
    assert!(serving.events_of("read_failed").is_empty(), "{}", serving.story());
    // The phone has its address again.
    assert_eq!(lease(&lab), address);
}

#[test]
fn g6_another_dhcp_server_is_found_and_named() {
    let Some(lab) = bare() else { return };
    let _rogue = dnsmasq(&lab, &[]);
    let began = now();
    let (out, report) = doctor(&lab);
    let took = began.elapsed();
    let found = check(&report, "other-dhcp");
    assert_eq!((out.status.code(), &found["state"]), (Some(4), &Value::from("fail")), "{report:#}");
    let link = said(&run(lab.on_phones("cat").arg(format!("/sys/class/net/{PHONE_END}/address"))));
    for word in ["10.9.9.1", link.trim()] {
        assert!(found["seen"].as_str().unwrap().contains(word), "{word}: {found}");
    }
    // `rivals` times the search itself; the rest is for the neighbour and the commands.
    assert!(took < Duration::from_secs(8), "{took:?}");
    refused(&lab, &["--interface", LAPTOP_END], &["another DHCP server", "10.9.9.1", "--no-dhcp"]);
}

/// The cable comes in when everything runs, as it should; then there is somebody else on it.
#[test]
fn g6_another_server_is_found_when_the_cable_comes_in() {
    let Some(lab) = bare() else { return };
    ip(&format!("-n {} link set {PHONE_END} down", lab.phones)).unwrap();
    let gone = until(10, || {
        let (_, report) = doctor(&lab);
        (check(&report, "link")["state"] != "ok").then_some(())
    });
    assert!(gone.is_some());
    let mut serving = serving(&lab, &[]);
    serving.wait("a word about the cable", |e| e["event"] == "link" && e["up"] == false);
    ip(&format!("-n {} link set {PHONE_END} up", lab.phones)).unwrap();
    let _rogue = dnsmasq(&lab, &[]);
    let found = serving.wait("the other server", |e| e["event"] == "other_server");
    assert!(found["text"].as_str().unwrap().contains("10.9.9.1"), "{found}");
}

/// With the cable out nobody can be asked who has our address; who has it is heard when it speaks.
#[test]
fn who_has_our_address_is_named_when_the_cable_comes_in() {
    let Some(lab) = bare() else { return };
    ip(&format!("-n {} link set {PHONE_END} down", lab.phones)).unwrap();
    let mut serving = serving(&lab, &[]);
    serving.wait("a word about the cable", |e| e["event"] == "link" && e["up"] == false);
    let own = serving.wait("our address", |e| e["event"] == "address_set")["address"].clone();
    let address = own.as_str().unwrap();
    ip(&format!("-n {} addr add {address}/24 dev {PHONE_END}", lab.phones)).unwrap();
    ip(&format!("-n {} link set {PHONE_END} up", lab.phones)).unwrap();
    serving.wait("that the link came", |e| e["event"] == "link" && e["up"] == true);
    // Any device looks for somebody sooner or later.
    lab.inside(|| {
        let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
        let _ = socket.send_to(b"?", "192.168.1.77:9");
    })
    .join()
    .unwrap();
    let taken = serving.wait("who has our address", |e| e["event"] == "address_taken");
    let link = said(&run(lab.on_phones("cat").arg(format!("/sys/class/net/{PHONE_END}/address"))));
    assert_eq!(taken["by"].as_str().unwrap().to_lowercase(), link.trim(), "{taken}");
    assert_eq!(taken["address"], own);
}

/// `--keep-address` leaves the interface's own address alone; what phones wrongly ask is added all the same.
#[test]
fn an_address_is_adopted_beside_one_that_is_kept() {
    let Some(lab) = Lab::open() else { return };
    let before = state(&lab);
    let mut serving = serving(&lab, &["--no-dhcp", "--keep-address", "--adopt-addresses"]);
    lab.address(CLIENT);
    ask(&lab, "1.79.168.192");
    serving.wait("the adoption", |e| e["event"] == "address_set" && e["address"] == "1.79.168.192");
    assert!(has(&lab, "1.79.168.192/32"));
    signal(serving.pid(), "-TERM");
    serving.end(10);
    assert_eq!(state(&lab), before);
}

#[test]
fn a_port_that_is_taken_names_its_holder() {
    let Some(lab) = bare() else { return };
    let mut command = lab.on_laptop("dnsmasq");
    command.args(["--no-daemon", "--conf-file=/dev/null", "--port=0", "--leasefile-ro"]);
    command.args(["--dhcp-range=10.8.8.50,10.8.8.99,1h"]).stdout(Stdio::null()).stderr(Stdio::null());
    let holder = Running(command.spawn().unwrap());
    until(10, || said(&run(lab.on_laptop("ss").arg("-lunH"))).contains(":67").then_some(())).unwrap();
    let named = format!("dnsmasq (process {})", holder.0.id());
    let (_, report) = doctor(&lab);
    let found = check(&report, "port-67");
    assert!(found["state"] == "fail" && found["seen"].as_str().unwrap().contains(&named), "{found}");
    refused(&lab, &["--interface", LAPTOP_END], &["port 67", &named]);
}

#[test]
fn a_web_server_at_the_phones_port_is_named() {
    let Some(lab) = bare() else { return };
    let mut command = lab.on_laptop("python3");
    command.args(["-m", "http.server", "6970"]).current_dir(lab.path());
    let holder = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    until(10, || said(&run(lab.on_laptop("ss").arg("-ltnH"))).contains(":6970").then_some(())).unwrap();
    let (out, report) = doctor(&lab);
    let found = check(&report, "port-6970");
    let named = format!("python3 (process {})", holder.0.id());
    assert!(found["state"] == "warn" && found["seen"].as_str().unwrap().contains(&named), "{found}");
    assert_eq!(out.status.code(), Some(0), "phones are led without that port");
    drop(holder);
    let (_, report) = doctor(&lab);
    assert!(report["checks"].as_array().unwrap().iter().all(|c| c["code"] != "port-6970"), "{report:#}");
}

#[test]
fn g2_a_firewall_rule_that_drops_is_named_with_its_remedy() {
    let Some(lab) = bare() else { return };
    let nft = |rule: &str| {
        let out = run(lab.on_laptop("nft").arg(rule));
        assert!(out.status.success(), "{}", said(&out));
    };
    nft("add table inet bench");
    nft("add chain inet bench in { type filter hook input priority 0; policy accept; }");
    nft("add rule inet bench in udp dport { 67, 69 } counter drop");
    let (_, report) = doctor(&lab);
    let found = check(&report, "firewall");
    assert_eq!(found["state"], "fail", "{found}");
    assert!(found["seen"].as_str().unwrap().contains("inet bench in"), "{found}");
    refused(&lab, &["--interface", LAPTOP_END], &["inet bench in", "nft insert rule"]);
    // And the remedy is one.
    let remedy = found["remedy"].as_str().unwrap().strip_prefix("sudo ").unwrap();
    assert!(run(lab.on_laptop("sh").args(["-c", remedy])).status.success(), "{remedy}");
    let (_, report) = doctor(&lab);
    assert_eq!(check(&report, "firewall")["state"], "ok", "{report:#}");
}

/// What `doctor` says is what `serve` does, with the same words on the command line.
#[test]
fn doctor_and_serve_judge_the_same_plan() {
    let Some(lab) = bare() else { return };
    on(&lab, &format!("address add 10.9.9.9/24 dev {LAPTOP_END}"));
    on(&lab, "link add name second0 type veth peer name second1");
    on(&lab, "address add 192.168.1.37/24 dev second0");
    on(&lab, "link set second0 up");
    for (args, status) in [
        (&[][..], 4),
        (&["--address", "192.168.5.1/24"], 0),
        (&["--keep-address"], 0),
        (&["--address", "10.9.9.9/16"], 4),
    ] {
        let (out, report) = doctor_for(&lab, args);
        assert_eq!(out.status.code(), Some(status), "{args:?}: {report:#}");
        let mut all = vec!["--interface", LAPTOP_END];
        all.extend(args);
        let out = serve(&lab, &all);
        assert_eq!(out.status.code(), Some(status), "{args:?}: {}", said(&out));
    }
}

#[test]
fn a_part_of_a_bridge_is_refused() {
    let Some(lab) = bare() else { return };
    on(&lab, "link add name br0 type bridge");
    on(&lab, &format!("link set {LAPTOP_END} master br0"));
    let (out, report) = doctor(&lab);
    assert_eq!(out.status.code(), Some(4), "{report:#}");
    refused(&lab, &["--interface", LAPTOP_END], &["part of a bridge"]);
}

#[test]
fn two_interfaces_in_one_network_are_refused() {
    let Some(lab) = bare() else { return };
    on(&lab, "link add name second0 type veth peer name second1");
    on(&lab, "address add 192.168.1.77/24 dev second0");
    on(&lab, "link set second0 up");
    let (_, report) = doctor(&lab);
    let found = check(&report, "same-network");
    assert!(found["state"] == "fail" && found["seen"].as_str().unwrap().contains("second0"), "{found}");
    refused(&lab, &["--interface", LAPTOP_END], &["second0", "192.168.1.77/24", "--address"]);
}

#[test]
fn g4_plans_that_can_not_work_are_refused() {
    let Some(lab) = bare() else { return };
    for plan in ["192.168.1.1/32", "192.168.1.1/31", "192.168.1.1/29", "192.168.1.0/24", "192.168.1.255/24"] {
        refused(&lab, &["--interface", LAPTOP_END, "--address", plan], &["192.168.1.1/24"]);
    }
    on(&lab, "link add name br0 type bridge");
    refused(&lab, &["--interface", "br0"], &["br0", "bridge"]);
    refused(&lab, &["--interface", "nowhere0"], &["nowhere0", LAPTOP_END]);
}

#[test]
fn an_address_that_somebody_has_is_refused() {
    let Some(lab) = bare() else { return };
    lab.address(Ipv4Addr::new(192, 168, 1, 1));
    on(&lab, &format!("address add 10.9.9.9/24 dev {LAPTOP_END}"));
    refused(&lab, &["--interface", LAPTOP_END], &["192.168.1.1 is in use by"]);
}

/// What a phone does that was told `1.1.168.192`.
pub(super) fn ask(lab: &Lab, address: &str) {
    let route = format!("-n {} route replace {address}/32 dev {PHONE_END}", lab.phones);
    ip(&route).unwrap();
    let to = (address.parse::<Ipv4Addr>().unwrap(), 69);
    lab.inside(move || {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        for _ in 0..3 {
            let _ = socket.send_to(b"\0\x01XMLDefault.cnf.xml\0octet\0", to);
            pause(Duration::from_millis(1_100));
        }
    })
    .join()
    .unwrap();
}

#[test]
fn g5_swapped_bytes_of_a_foreign_server_are_noticed_on_the_wire() {
    let Some(lab) = bare() else { return };
    let _foreign = dnsmasq(&lab, &["--dhcp-option-force=150,1.1.168.192"]);
    let mut serving = serving(&lab, &["--no-dhcp"]);
    ask(&lab, "1.1.168.192");
    let wrong = serving.wait("the wrong address", |e| e["event"] == "wrong_address");
    assert_eq!(wrong["asked"], "1.1.168.192");
    assert!(wrong["means"].as_str().unwrap().contains("bytes swapped"), "{wrong}");
    pause(Duration::from_secs(2));
    assert_eq!(serving.events_of("wrong_address").len(), 1, "said once");
    let (_, report) = doctor(&lab);
    let found = check(&report, "other-dhcp")["seen"].as_str().unwrap();
    assert!(found.contains("1.1.168.192"), "{found}");
}

#[test]
fn an_old_address_that_a_phone_remembers_is_noticed() {
    let Some(lab) = bare() else { return };
    let mut serving = serving(&lab, &[]);
    // The phone believes that the laptop is its router, and sends the request itself.
    lab.address(Ipv4Addr::new(192, 168, 1, 20));
    ip(&format!("-n {} route add 10.20.30.40/32 via 192.168.1.1", lab.phones)).unwrap();
    lab.inside(|| {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.send_to(b"\0\x01XMLDefault.cnf.xml\0octet\0", "10.20.30.40:69").unwrap();
    })
    .join()
    .unwrap();
    let wrong = serving.wait("the wrong address", |e| e["event"] == "wrong_address");
    assert_eq!(wrong["asked"], "10.20.30.40");
    assert!(wrong["means"].as_str().unwrap().contains("Alternate TFTP"), "{wrong}");
}

#[test]
fn an_address_that_phones_wrongly_ask_is_adopted_for_the_session() {
    let Some(lab) = bare() else { return };
    let before = state(&lab);
    let mut serving = serving(&lab, &["--no-dhcp", "--adopt-addresses"]);
    lab.address(Ipv4Addr::new(192, 168, 1, 20));
    ip(&format!("-n {} route replace 1.1.168.192/32 dev {PHONE_END}", lab.phones)).unwrap();
    let url = format!("tftp://1.1.168.192/{LOAD}.loads");
    let out = run(lab.on_phones("curl").args(["-sS", "-m", "40", "-o", "got", &url]));
    assert!(out.status.success() && !left(&lab, "got").is_empty(), "{}\n{}", said(&out), serving.story());
    serving.wait("the adoption", |e| e["event"] == "address_set" && e["address"] == "1.1.168.192");
    signal(serving.pid(), "-TERM");
    serving.end(10);
    ip(&format!("-n {} route delete 1.1.168.192/32 dev {PHONE_END}", lab.phones)).unwrap();
    assert_eq!(state(&lab), before);
}

#[test]
fn s6_the_servers_answer_a_self_test_before_anybody_powers_a_phone() {
    let Some(lab) = bare() else { return };
    let mut serving = serving(&lab, &[]);
    let test = serving.wait("the self-test", |e| e["event"] == "self_test");
    assert_eq!(test["ok"], true, "{test}");
    let text = test["text"].as_str().unwrap();
    assert!(text.contains("read a file") && text.contains("an offer"), "{text}");
    // It left nothing behind: no phone, no read, no lease.
    for kind in ["dhcp_offer", "dhcp_ignored", "read_started", "booted"] {
        assert_eq!(serving.events_of(kind).len(), 0, "{kind}");
    }
}

/// What a phone learns that asks for an address.
fn lease(lab: &Lab) -> String {
    let text = "#!/bin/sh\n[ \"$1\" = bound ] && env | grep -E '^(ip|siaddr|tftp|opt)' | sort > learnt.txt\nexit 0\n";
    lab.script("learnt.sh", text);
    let out = lab.udhcpc("./learnt.sh", &["-V", "Cisco Systems, Inc. IP Phone CP-7961G"]);
    assert!(out.status.success(), "{}", said(&out));
    String::from_utf8(left(lab, "learnt.txt")).unwrap()
}

#[test]
fn s5_an_offer_names_the_laptop_in_option_150_and_66_and_siaddr() {
    let Some(lab) = bare() else { return };
    let _serving = serving(&lab, &[]);
    let learnt = lease(&lab);
    for line in ["opt150=c0a80101", "siaddr=192.168.1.1", "tftp=192.168.1.1"] {
        assert!(learnt.lines().any(|l| l == line), "{line}: {learnt}");
    }
}

#[test]
fn s3_with_another_dhcp_server_its_option_line_is_shown() {
    let Some(lab) = bare() else { return };
    let _router = dnsmasq(&lab, &[]);
    let mut serving = serving(&lab, &["--no-dhcp"]);
    for line in ["option 150 ip 192.168.1.1", "dhcp-option-force=150,192.168.1.1", "OptionId 150"] {
        assert!(serving.said().contains(line), "{line}: {}", serving.said());
    }
    let test = serving.wait("the self-test", |e| e["event"] == "self_test");
    assert_eq!(test["ok"], true);
}

#[test]
fn g7_the_link_is_shown_with_the_jack() {
    let Some(lab) = bare() else { return };
    let (_, report) = doctor(&lab);
    assert_eq!(check(&report, "link")["state"], "ok");
    ip(&format!("-n {} link set {PHONE_END} down", lab.phones)).unwrap();
    // The kernel tells of a link that went within a second.
    let seen = until(10, || Some(doctor(&lab)).filter(|(_, report)| check(report, "link")["state"] != "ok"));
    let (out, report) = seen.unwrap_or_else(|| panic!("the link is not seen to be gone"));
    let link = check(&report, "link");
    assert!(link["state"] == "warn" && link["remedy"].as_str().unwrap().contains("10/100 SW"), "{link}");
    // A cable that is not in yet is no reason to refuse.
    assert_eq!(out.status.code(), Some(0), "{report:#}");
}

/// An address, and never a request for a file; or DISCOVER over and over: what can be wrong on the laptop is listed.
#[test]
fn s2_s8_what_keeps_answers_from_a_phone_is_checked() {
    let Some(lab) = bare() else { return };
    let (_, report) = doctor(&lab);
    for code in
        ["firewall", "other-dhcp", "address-conflict", "reverse-path", "same-network", "port-67", "port-69"]
    {
        assert_eq!(check(&report, code)["state"], "ok", "{report:#}");
    }
    on(&lab, &format!("address add 192.168.1.1/24 dev {LAPTOP_END}"));
    on(&lab, &format!("address add 10.7.7.7/24 dev {LAPTOP_END}"));
    let (_, report) = doctor(&lab);
    assert_eq!(check(&report, "answer-address")["state"], "warn");
}

/// The files are in memory: what becomes of the folder during a session doesn't matter.
#[test]
fn s20_the_folder_may_go_while_phones_read() {
    let Some(lab) = bare() else { return };
    lab.address(Ipv4Addr::new(192, 168, 1, 20));
    let _serving = serving(&lab, &["--no-dhcp"]);
    fs::remove_dir_all(lab.path().join("firmware")).unwrap();
    let url = format!("tftp://192.168.1.1/{LOAD}.loads");
    let out = run(lab.on_phones("curl").args(["-sS", "-m", "20", "-o", "got", &url]));
    assert!(out.status.success() && !left(&lab, "got").is_empty(), "{}", said(&out));
}

#[test]
fn doctor_without_root_tells_what_it_sees_and_changes_nothing() {
    let Some(lab) = bare() else { return };
    fs::set_permissions(lab.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = lab.path().join("rescue79");
    fs::copy(env!("CARGO_BIN_EXE_rescue79"), &program).unwrap();
    let before = state(&lab);
    let mut command = lab.on_laptop("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]).arg(&program);
    command.args(["doctor", "--interface", LAPTOP_END, "--json", "--state"]).arg(lab.path().join("none"));
    let out = run(&mut command);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&out)));
    assert_eq!(out.status.code(), Some(4), "{}", said(&out));
    assert_eq!(check(&report, "rights")["state"], "fail");
    assert!(check(&report, "rights")["remedy"].as_str().unwrap().contains("setcap"));
    for (code, state) in
        [("other-dhcp", "unknown"), ("firewall", "unknown"), ("link", "ok"), ("port-67", "ok")]
    {
        assert_eq!(check(&report, code)["state"], state, "{report:#}");
    }
    assert_eq!(state(&lab), before);
    assert!(!lab.path().join("none").exists());
}

#[test]
fn rights_that_are_not_needed_any_more_are_given_up() {
    let Some(lab) = bare() else { return };
    let effective = |pid: u32| {
        let mut all = Vec::new();
        for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let line = status.lines().find_map(|l| l.strip_prefix("CapEff:")).unwrap();
            all.push(u64::from_str_radix(line.trim(), 16).unwrap());
        }
        all
    };
    // CAP_DAC_OVERRIDE is bit 1, CAP_NET_ADMIN bit 12, CAP_NET_RAW bit 13.
    let mut set = serving(&lab, &["--no-dhcp"]);
    set.wait("the address", |e| e["event"] == "address_set");
    assert!(
        effective(set.pid()).iter().all(|caps| *caps == 1 << 1 | 1 << 12 | 1 << 13),
        "{:x?}",
        effective(set.pid())
    );
    signal(set.pid(), "-TERM");
    set.end(10);
    lab.address(CLIENT);
    on(&lab, &format!("address add {SERVER}/24 dev {LAPTOP_END}"));
    let mut kept = serving(&lab, &["--no-dhcp", "--keep-address"]);
    kept.wait("the self-test", |e| e["event"] == "self_test");
    // The card that lets announcements in must filter them again.
    assert!(
        effective(kept.pid()).iter().all(|caps| *caps == 1 << 1 | 1 << 12 | 1 << 13),
        "{:x?}",
        effective(kept.pid())
    );
    signal(kept.pid(), "-TERM");
    kept.end(10);
    // Where it let them in before, nothing is to be put back.
    for group in ["01:00:0c:cc:cc:cc", "01:80:c2:00:00:0e"] {
        on(&lab, &format!("maddress add {group} dev {LAPTOP_END}"));
    }
    let mut kept = serving(&lab, &["--no-dhcp", "--keep-address"]);
    kept.wait("the self-test", |e| e["event"] == "self_test");
    assert!(effective(kept.pid()).iter().all(|caps| *caps == 1 << 1), "{:x?}", effective(kept.pid()));
}
