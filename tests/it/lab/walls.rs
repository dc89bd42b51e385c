//! The real ufw and firewalld on the laptop's side, each with an `/etc` and a `/run` of its own: doctor names the rule that
//! drops, the remedy opens it so that a phone is served, and the session's end or `restore` closes it again.

use super::managers::Managed;
use super::remedies::{closed, set_up};
use super::{LAPTOP_END, PHONE_END, ip, left, run, said};
use rescue79::host::remedy::Act;
use std::fs;

/// Once it has set its rules, the address shows that the laptop is as it shall be.
const READY: &str = "
ip address add 10.9.9.9/24 dev bench0
wait
";

/// Its settings are copied first: on the machine itself nothing changes.
const UFW: &str = "
for folder in /etc/ufw /etc/default /lib/ufw; do
    mkdir -p /run/copy$folder
    cp -a $folder/. /run/copy$folder
    mount --bind /run/copy$folder $folder
done
ufw --force enable
";

const FIREWALLD: &str = "
mount -t tmpfs none /etc/firewalld
firewalld --nofork --nopid &
for n in $(seq 50); do firewall-cmd --state && break; sleep 0.2; done
";

/// Phones reach nobody; the remedy lets them in; it is put back by the end of the session, and after a crash.
fn opened_for_a_phone(managed: &Managed, command: &str, state: impl Fn() -> String) {
    let before = state();
    let found = managed.there(closed).unwrap_or_else(|| panic!("nothing drops\n{}", managed.log()));
    assert_eq!(found.1.act.as_ref().unwrap().command.to_string(), command, "{}", found.0);
    for crash in [false, true] {
        let (folder, kept) =
            (managed.lab.path().join(format!("hands-{crash}")), managed.lab.path().join("kept"));
        let (act, ledger, copy): (Act, _, _) = (found.1.act.clone().unwrap(), folder.clone(), kept.clone());
        let setup = managed.there(move || {
            let mut setup = set_up(&ledger);
            let said = setup.carry_out(&act).unwrap();
            assert!(said.contains("lets phones in"), "{said}");
            assert!(closed().is_none(), "still {closed:?}", closed = closed());
            fs::create_dir_all(&copy).unwrap();
            fs::copy(ledger.join("ledger.jsonl"), copy.join("ledger.jsonl")).unwrap();
            setup
        });
        assert_ne!(state(), before);
        if crash {
            // What a session that was killed leaves is its ledger.
            std::mem::forget(setup);
            let out =
                run(managed.beside(env!("CARGO_BIN_EXE_rescue79")).arg("restore").arg("--state").arg(&kept));
            assert!(out.status.success() && said(&out).contains("as it was"), "{}", said(&out));
        } else {
            served(managed);
            managed.there(move || drop(setup));
        }
        assert_eq!(state(), before, "crash: {crash}\n{}", managed.log());
        assert!(managed.there(closed).is_some(), "crash: {crash}");
    }
}

/// That nothing drops is not only what the rules say: a phone gets an address and reads a file.
fn served(managed: &Managed) {
    let lab = &managed.lab;
    let serving = managed.serving_with(&[]);
    let mut client = lab.on_phones("busybox");
    client.args(["udhcpc", "-f", "-q", "-n", "-i", PHONE_END, "-s", "/bin/true", "-V"]);
    let out = run(client.arg("Cisco Systems, Inc. IP Phone CP-7960"));
    assert!(out.status.success(), "{}\n{}", said(&out), serving.story());
    ip(&format!("-n {} address add 192.168.1.250/24 dev {PHONE_END}", lab.phones)).unwrap();
    let url = "tftp://192.168.1.1/P0S3-8-12-00.sb2";
    let out = run(lab.on_phones("curl").args(["-sS", "-m", "20", "-o", "got", url]));
    assert!(out.status.success() && !left(lab, "got").is_empty(), "{}\n{}", said(&out), serving.story());
    ip(&format!("-n {} address flush dev {PHONE_END}", lab.phones)).unwrap();
    super::laptop::signal(serving.pid(), "-TERM");
    serving.end(10);
}

#[test]
fn g2_ufw_is_opened_and_put_back() {
    let Some(managed) = Managed::start(&[UFW, READY].concat()) else { return };
    let state = || managed.said("cat /etc/ufw/user.rules /etc/ufw/ufw.conf");
    let command = format!("ufw allow in on {LAPTOP_END} to any port 67,69 proto udp");
    opened_for_a_phone(&managed, &command, state);
}

#[test]
fn g2_firewalld_is_opened_and_put_back() {
    let Some(managed) = Managed::start(&[FIREWALLD, READY].concat()) else { return };
    // The chains of a zone that nobody uses any more stay, empty; what counts is who is sent there.
    let state = || {
        ["firewall-cmd --get-active-zones", "nft -s list chain inet firewalld filter_INPUT_ZONES"]
            .map(|line| managed.said(line))
            .concat()
    };
    let command = format!("firewall-cmd --zone=trusted --change-interface={LAPTOP_END}");
    opened_for_a_phone(&managed, &command, state);
}

/// An interface that was in a zone by name is in it again.
#[test]
fn g2_firewalld_has_its_zone_back() {
    let Some(managed) = Managed::start(&[FIREWALLD, READY].concat()) else { return };
    assert_eq!(managed.said("firewall-cmd --zone=work --change-interface=bench0").trim(), "success");
    let command = format!("firewall-cmd --zone=trusted --change-interface={LAPTOP_END}");
    let zone = || managed.said("firewall-cmd --get-zone-of-interface=bench0");
    opened_for_a_phone(&managed, &command, zone);
    assert_eq!(zone().trim(), "work");
}
