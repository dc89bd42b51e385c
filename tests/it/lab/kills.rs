//! `kill -9` at every step by which the laptop is changed, and at every step by which it is put back: right before the
//! step's command does its work, and right behind it. `restore`, or the next start, gives the first state back.
//!
//! The commands of the system are replaced by a script, for this program only, that counts them and kills its caller.

use super::managers::{Managed, NETWORK_MANAGER, NETWORKD};
use super::{LAPTOP_END, Lab, ip, run, said};
use crate::serving::{firmware, until};
use rescue79::sim::firmware::Scale;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

const LOAD: &str = "P0S3-8-12-00";

/// Calls that change something, of the programs that are looked at; all others pass uncounted.
const TRAP: &str = r#"#!/bin/sh
here=HERE
name=$(basename "$0")
case "$name $*" in
"$(cat $here/program) link set dev "* | "$(cat $here/program) address add "* | "$(cat $here/program) address delete "* | \
"$(cat $here/program) maddress "* | "$(cat $here/program) device set "* | "$(cat $here/program) --wait "* | \
"$(cat $here/program) reload")
    count=$(($(cat $here/count) + 1))
    echo $count > $here/count
    if [ "$count $1" = "$(cat $here/at) $1" ]; then
        echo "$name $*" > $here/killed
        [ "$(cat $here/when)" = behind ] && $here/real/$name "$@"
        kill -9 $PPID
        exit 1
    fi
    ;;
esac
exec $here/real/$name "$@"
"#;

/// Puts the traps in place, in mounts that only this program sees, and becomes it.
const SET: &str = r#"
here=$1
shift
mount --make-rprivate /
for name in ip nmcli networkctl; do
    real=$(readlink -f "$(command -v $name)") || continue
    [ -e $here/real/$name ] || cp "$real" $here/real/$name
    mount --bind $here/$name "$real"
done
exec "$@"
"#;

/// Where to kill.
fn set_trap(folder: &Path, program: &str, at: usize, when: &str) {
    fs::create_dir_all(folder.join("real")).unwrap();
    for name in ["ip", "nmcli", "networkctl"] {
        let path = folder.join(name);
        if !path.exists() {
            fs::write(&path, TRAP.replace("HERE", folder.to_str().unwrap())).unwrap();
            assert!(Command::new("chmod").arg("755").arg(&path).status().unwrap().success());
        }
    }
    for (file, text) in [("program", program), ("count", "0"), ("at", &at.to_string()), ("when", when)] {
        fs::write(folder.join(file), text).unwrap();
    }
    let _ = fs::remove_file(folder.join("killed"));
}

/// Kills at one step after another until a session is no longer hit. Gives the calls that were hit.
fn at_every_step(
    lab: &Lab,
    beside: impl Fn(&str) -> Command,
    state: impl Fn() -> String,
    settled: impl Fn() -> bool,
    steps: &[&str],
) {
    let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
    let kept = lab.path().join("state");
    let serve = |trap: Option<&Path>| {
        let mut command = beside("unshare");
        command.args(["--mount", "sh", "-c"]);
        match trap {
            Some(trap) => command.args([SET, "sh"]).arg(trap),
            None => command.args(["exec \"$@\"", "sh"]),
        };
        command.arg(env!("CARGO_BIN_EXE_rescue79")).env_remove("RESCUE79_STATE");
        command.args(["serve", "--interface", LAPTOP_END, "--no-dhcp", "--for", "1s", "--firmware"]);
        command.arg(&folder).arg("--state").arg(&kept).stdin(Stdio::null());
        run(&mut command)
    };
    let before = state();
    let program = steps[0].split(' ').next().unwrap();
    let trap = lab.path().join("trap");
    let mut hit = Vec::new();
    'steps: for at in 1..=steps.len() + 1 {
        for when in ["before", "behind"] {
            set_trap(&trap, program, at, when);
            let out = serve(Some(&trap));
            let Ok(killed) = fs::read_to_string(trap.join("killed")) else {
                assert_eq!(out.status.code(), Some(0), "{}", said(&out));
                break 'steps;
            };
            assert!(
                out.status.signal() == Some(9) || out.status.code() == Some(137),
                "{killed}: {}",
                said(&out)
            );
            let noted = fs::metadata(kept.join("ledger.jsonl")).is_ok_and(|m| m.len() > 0);
            assert!(noted, "{when} {killed}: nothing was noted");
            let mended = if when == "before" {
                run(beside(env!("CARGO_BIN_EXE_rescue79")).arg("restore").arg("--state").arg(&kept))
            } else {
                serve(None)
            };
            assert!(mended.status.success(), "{when} {killed}: {}", said(&mended));
            let back = until(30, || (settled() && state() == before).then_some(()));
            assert!(back.is_some(), "{when} {killed}: before {before}\nafter {}", state());
            hit.push(killed.trim().to_owned());
        }
    }
    let expected: Vec<_> = steps.iter().flat_map(|step| [*step, *step]).collect();
    assert_eq!(hit, expected, "each step, with a kill before and behind it");
}

fn bare(lab: &Lab) {
    ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
    ip(&format!("-n {} address add 10.9.9.9/24 dev {LAPTOP_END}", lab.laptop)).unwrap();
}

#[test]
fn kill_at_every_step_with_an_address_and_a_default_route() {
    let Some(lab) = Lab::open() else { return };
    bare(&lab);
    ip(&format!("-n {} route add default via 10.9.9.1 dev {LAPTOP_END}", lab.laptop)).unwrap();
    let steps = [
        "ip address add 192.168.1.1/24 broadcast + dev bench0",
        "ip maddress add 01:00:0c:cc:cc:cc dev bench0",
        "ip maddress add 01:80:c2:00:00:0e dev bench0",
        "ip maddress delete 01:80:c2:00:00:0e dev bench0",
        "ip maddress delete 01:00:0c:cc:cc:cc dev bench0",
        "ip address delete 192.168.1.1/24 dev bench0",
    ];
    at_every_step(&lab, |program| lab.on_laptop(program), || super::laptop::state(&lab), || true, &steps);
}

#[test]
fn kill_at_every_step_with_an_interface_that_is_off() {
    let Some(lab) = Lab::open() else { return };
    bare(&lab);
    ip(&format!("-n {} link set {LAPTOP_END} down", lab.laptop)).unwrap();
    let steps = [
        "ip link set dev bench0 up",
        "ip address add 192.168.1.1/24 broadcast + dev bench0",
        "ip maddress add 01:00:0c:cc:cc:cc dev bench0",
        "ip maddress add 01:80:c2:00:00:0e dev bench0",
        "ip maddress delete 01:80:c2:00:00:0e dev bench0",
        "ip maddress delete 01:00:0c:cc:cc:cc dev bench0",
        "ip address delete 192.168.1.1/24 dev bench0",
        "ip link set dev bench0 down",
    ];
    at_every_step(&lab, |program| lab.on_laptop(program), || super::laptop::state(&lab), || true, &steps);
}

#[test]
fn kill_at_every_word_to_networkd() {
    let Some(managed) = Managed::start(NETWORKD) else { return };
    let steps = ["networkctl reload", "networkctl reload"];
    at_every_step(
        &managed.lab,
        |program| managed.beside(program),
        || managed.state(),
        || managed.holds(),
        &steps,
    );
    let list = format!("networkctl --no-legend --no-pager list {LAPTOP_END}");
    assert!(!managed.said(&list).contains("unmanaged"));
}

#[test]
fn kill_at_every_word_to_network_manager() {
    let Some(managed) = Managed::start(NETWORK_MANAGER) else { return };
    let steps = ["nmcli device set bench0 managed no", "nmcli device set bench0 managed yes"];
    at_every_step(
        &managed.lab,
        |program| managed.beside(program),
        || managed.state(),
        || managed.holds(),
        &steps,
    );
}
