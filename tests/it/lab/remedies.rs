//! What the program does about a finding after a yes: it helps, and is put back, also after a crash.

use super::rivals::Running;
use super::{LAPTOP_END, Lab, ip, run, said};
use crate::serving::until;
use rescue79::host::ledger::Ledger;
use rescue79::host::remedy::{Act, Remedy};
use rescue79::host::setup::Setup;
use rescue79::host::system::{Change, Firewall, holder, system};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// On the laptop's side, in a thread of its own: what is asked and done there is asked of and done to the laptop.
fn there<T: Send + 'static>(lab: &Lab, what: impl FnOnce() -> T + Send + 'static) -> T {
    lab.on_laptops_thread(what).join().unwrap_or_else(|e| std::panic::resume_unwind(e))
}

fn shell(lab: &Lab, line: &str) -> String {
    let out = run(lab.on_laptop("sh").args(["-c", line]));
    assert!(out.status.success(), "{line}: {}", said(&out));
    said(&out)
}

pub(super) fn set_up(folder: &PathBuf) -> Setup {
    fs::create_dir_all(folder).unwrap();
    Setup::begin(system(), Ledger::open(folder).unwrap()).0
}

pub(super) fn closed() -> Option<(String, Remedy)> {
    match system().firewall(LAPTOP_END, &[67, 69]) {
        Firewall::Closed { seen, remedy } => Some((seen, remedy)),
        _ => None,
    }
}

/// Opens the firewall as often as something is found closed, ends as `ending` says, and gives the first state back.
fn opened_and_put_back(lab: &Lab, rules: &str, list: &str) {
    shell(lab, rules);
    let before = shell(lab, list);
    for crash in [false, true] {
        let folder = lab.path().join(format!("state-{crash}"));
        let kept = lab.path().join("crashed");
        let (state, copy) = (folder.clone(), kept.clone());
        let setup = there(lab, move || {
            let mut setup = set_up(&state);
            for _ in 0..2 {
                let Some((seen, remedy)) = closed() else { break };
                let said = setup.carry_out(&remedy.act.unwrap()).unwrap();
                assert!(said.contains("lets phones in"), "{seen}: {said}");
            }
            assert!(closed().is_none(), "still {closed:?}", closed = closed());
            fs::create_dir_all(&copy).unwrap();
            fs::copy(state.join("ledger.jsonl"), copy.join("ledger.jsonl")).unwrap();
            setup
        });
        assert_ne!(shell(lab, list), before);
        if crash {
            // What a session that was killed leaves is its ledger.
            std::mem::forget(setup);
            let mut restore = lab.on_laptop(env!("CARGO_BIN_EXE_rescue79"));
            let out = run(restore.arg("restore").arg("--state").arg(&kept));
            assert!(out.status.success() && said(&out).contains("as it was"), "{}", said(&out));
        } else {
            there(lab, move || drop(setup));
        }
        assert_eq!(shell(lab, list), before, "crash: {crash}");
    }
}

#[test]
fn g2_nftables_is_opened_and_put_back() {
    let Some(lab) = Lab::open() else { return };
    let rules = "nft add table inet bench
        nft add chain inet bench in '{ type filter hook input priority 0; policy drop; }'
        nft add rule inet bench in iifname other0 accept";
    opened_and_put_back(&lab, rules, "nft -j -s list ruleset");
}

#[test]
fn g2_iptables_is_opened_and_put_back() {
    let Some(lab) = Lab::open() else { return };
    opened_and_put_back(
        &lab,
        "iptables -P INPUT DROP && iptables -A INPUT -i other0 -j ACCEPT",
        "iptables -S",
    );
}

#[test]
fn the_strict_path_filter_is_made_loose_and_put_back() {
    let Some(lab) = Lab::open() else { return };
    let file = format!("/proc/sys/net/ipv4/conf/{LAPTOP_END}/rp_filter");
    shell(&lab, &format!("echo 1 > {file}"));
    let state = lab.path().join("state");
    let setup = there(&lab, move || {
        let filter = system().path_filter(LAPTOP_END).unwrap();
        assert!(filter.strict);
        let loose = Change::LoosePath { interface: LAPTOP_END.into(), was: filter.own };
        let command = system().command(&loose).unwrap();
        let mut setup = set_up(&state);
        setup.carry_out(&Act::change(loose, command)).unwrap();
        assert!(!system().path_filter(LAPTOP_END).unwrap().strict);
        setup
    });
    there(&lab, move || drop(setup));
    assert_eq!(shell(&lab, &format!("cat {file}")).trim(), "1");
}

#[test]
fn the_holder_of_a_port_is_ended() {
    let Some(lab) = Lab::open() else { return };
    let mut command = lab.on_laptop("dnsmasq");
    command.args(["--no-daemon", "--conf-file=/dev/null", "--port=0", "--leasefile-ro"]);
    command.args(["--dhcp-range=10.8.8.50,10.8.8.99,1h"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut rival = Running(command.spawn().unwrap());
    until(10, || said(&run(lab.on_laptop("ss").arg("-lunH"))).contains(":67").then_some(())).unwrap();
    let pid = rival.0.id();
    // Somebody must take the ended child in, as the system does with a real one.
    let end = std::thread::spawn(move || rival.0.wait().unwrap());
    let state = lab.path().join("state");
    let told = there(&lab, move || {
        assert_eq!(holder(&*system(), 67).unwrap(), format!("dnsmasq (process {pid})"));
        set_up(&state).carry_out(&Act::end(67, "dnsmasq", pid)).unwrap()
    });
    assert!(told.contains("dnsmasq has ended, UDP port 67 is free"), "{told}");
    end.join().unwrap();
}

/// The wire's remedies, as `doctor --json` gives them to other programs.
#[test]
fn doctor_gives_the_command_in_pieces() {
    let Some(lab) = Lab::open() else { return };
    ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
    shell(&lab, "iptables -A INPUT -p udp --dport 69 -j DROP");
    let mut command: Command = lab.on_laptop(env!("CARGO_BIN_EXE_rescue79"));
    command.args(["doctor", "--json", "--interface", LAPTOP_END, "--state"]).arg(lab.path().join("none"));
    let report: serde_json::Value = serde_json::from_slice(&run(&mut command).stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let firewall = checks.iter().find(|c| c["code"] == "firewall").unwrap();
    let words: Vec<_> =
        firewall["act"]["command"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert_eq!(firewall["remedy"], format!("sudo {}", words.join(" ")));
    let (program, arguments) = words.split_first().unwrap();
    assert!(run(lab.on_laptop(program).args(arguments)).status.success(), "{words:?}");
    let report: serde_json::Value = serde_json::from_slice(&run(&mut command).stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.iter().find(|c| c["code"] == "firewall").unwrap()["state"], "ok");
}
