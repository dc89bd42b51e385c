//! The real `NetworkManager` and systemd-networkd, each with a bus and a `/run` of its own on the laptop's side: they let
//! go of the interface for the session, and have it back as it was.

use super::rivals::Running;
use super::{LAPTOP_END, Lab, ip, run, said};
use crate::serving::{Serving, firmware, pause, until};
use rescue79::sim::firmware::Scale;
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};
use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";
/// What the manager has set.
const THEIRS: &str = "10.9.9.9/24";
/// What `serve` sets.
const OURS: &str = "192.168.1.1/24";

/// A bus, on a `/run` that nobody else sees. `/sys` can't be written: that is how both know that there is no udev.
const BUS: &str = "
set -e
mount --make-rprivate /
mount -t tmpfs none /run
mount -o remount,ro /sys
mkdir -p /run/dbus
dbus-daemon --system --nofork --nopidfile &
for n in $(seq 300); do [ -S /run/dbus/system_bus_socket ] && break; sleep 0.1; done
[ -S /run/dbus/system_bus_socket ] || { echo 'the bus never came'; exit 1; }
";

pub(super) const NETWORK_MANAGER: &str = "
for folder in /var/lib/NetworkManager /etc/NetworkManager; do mkdir -p $folder; mount -t tmpfs none $folder; done
mkdir -p /run/NetworkManager /etc/NetworkManager/system-connections
cat > /etc/NetworkManager/NetworkManager.conf <<END
[main]
plugins=keyfile
dns=none
hostname-mode=none
auth-polkit=false
no-auto-default=*
END
umask 077
cat > /etc/NetworkManager/system-connections/wired.nmconnection <<END
[connection]
id=wired
type=ethernet
interface-name=bench0
[ipv4]
method=manual
address1=10.9.9.9/24,10.9.9.1
[ipv6]
method=ignore
END
NetworkManager --debug &
wait
";

pub(super) const NETWORKD: &str = "
mkdir -p /run/systemd/network
mount -t tmpfs none /etc/systemd/network
cat > /run/systemd/network/50-wired.network <<END
[Match]
Name=bench0
[Network]
Address=10.9.9.9/24
Gateway=10.9.9.1
LinkLocalAddressing=no
END
/lib/systemd/systemd-networkd &
wait
";

/// A manager at work, in mounts of its own.
pub(super) struct Managed {
    pub(super) lab: Lab,
    manager: Running,
    /// What the manager says of the interface, and the words in it once it has set all that it sets.
    asked: &'static str,
    done: &'static [&'static str],
}

impl Drop for Managed {
    fn drop(&mut self) {
        // The bus and the manager are the script's children, and go with its group.
        let group = format!("-{}", self.manager.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
    }
}

impl Managed {
    /// Starts one, and waits until it has set all that it sets.
    pub(super) fn start(script: &str) -> Option<Self> {
        use std::os::unix::process::CommandExt as _;
        let lab = Lab::open()?;
        ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
        let path = lab.path().join("manager.sh");
        fs::write(&path, [BUS, script].concat()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = lab.on_laptop("unshare");
        command.args(["--mount", "--uts", "sh"]).arg(&path).process_group(0);
        let log = fs::File::create(lab.path().join("manager.log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let manager = Running(command.spawn().unwrap());
        let (asked, done): (_, &[_]) = match script {
            NETWORKD => ("networkctl --no-legend --no-pager list bench0", &["configured"]),
            NETWORK_MANAGER => (
                "nmcli -t -f GENERAL.STATE,GENERAL.CONNECTION device show bench0",
                &["100 (connected)", "CONNECTION:wired"],
            ),
            // Somebody else, who sets the address when he is done.
            _ => ("true", &[]),
        };
        let managed = Self { lab, manager, asked, done };
        // Neither is quick to start beside other tests.
        assert!(until(60, || managed.holds().then_some(())).is_some(), "{}", managed.log());
        assert!(managed.has_within(60, THEIRS), "the manager never set its address\n{}", managed.log());
        Some(managed)
    }

    /// The manager looks after the interface, and is done with it. Its addresses alone say nothing: they stay when it lets
    /// go.
    pub(super) fn holds(&self) -> bool {
        let said = self.said(self.asked);
        self.done.iter().all(|word| said.contains(word))
    }

    /// Runs a piece of the test where the manager is, in a thread that lives there.
    pub(super) fn there<T: Send + 'static>(&self, what: impl FnOnce() -> T + Send + 'static) -> T {
        let doors =
            [("net", LinkNameSpaceType::Network), ("mnt", LinkNameSpaceType::Mount)].map(|(name, kind)| {
                (fs::File::open(format!("/proc/{}/ns/{name}", self.manager.0.id())).unwrap(), kind)
            });
        let thread = std::thread::spawn(move || {
            // A thread sees other mounts only when its folder is no longer that of the whole process.
            #[expect(
                deprecated,
                reason = "only unsharing the table of open files can hurt, and this doesn't"
            )]
            rustix::thread::unshare(UnshareFlags::FS).unwrap();
            for (door, kind) in doors {
                move_into_link_name_space(door.as_fd(), Some(kind)).unwrap();
            }
            what()
        });
        thread.join().unwrap_or_else(|e| std::panic::resume_unwind(e))
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.lab.path().join("manager.log")).unwrap_or_default()
    }

    /// A program beside the manager.
    pub(super) fn beside(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--uts", "--net", "--target", &self.manager.0.id().to_string(), program]);
        command.stdin(Stdio::null());
        command
    }

    pub(super) fn said(&self, line: &str) -> String {
        let mut words = line.split(' ');
        said(&run(self.beside(words.next().unwrap()).args(words)))
    }

    fn has_within(&self, seconds: u64, address: &str) -> bool {
        let show = format!("ip -o -4 address show dev {LAPTOP_END}");
        until(seconds, || self.said(&show).contains(address).then_some(())).is_some()
    }

    /// Addresses and routes, once they stand still.
    pub(super) fn state(&self) -> String {
        let look = || [self.said("ip -j -4 addr"), self.said("ip -j route")].concat();
        let mut last = look();
        for _ in 0..20 {
            pause(Duration::from_millis(300));
            let next = look();
            if next == last {
                break;
            }
            last = next;
        }
        last
    }

    fn serving(&self) -> Serving {
        self.serving_with(&["--no-dhcp"])
    }

    pub(super) fn serving_with(&self, args: &[&str]) -> Serving {
        let folder = firmware(self.lab.path(), &[LOAD], Scale::FAST);
        let mut command = self.beside(env!("CARGO_BIN_EXE_rescue79"));
        command.env_remove("RESCUE79_STATE");
        let mut all = vec!["--firmware", folder.to_str().unwrap(), "--interface", LAPTOP_END];
        all.extend(args);
        Serving::start(command, self.lab.path(), &all)
    }

    /// A session; then one that is killed, and `restore`.
    fn session_and_crash(&self) {
        let before = self.state();
        for how in ["-TERM", "-KILL"] {
            let mut serving = self.serving();
            serving.wait("the address", |e| e["event"] == "address_set");
            assert!(!self.holds(), "{how}: it was not told\n{}", self.log());
            // When a phone restarts, the link goes and comes; that is when a manager would step in.
            for state in ["down", "up"] {
                ip(&format!("-n {} link set {} {state}", self.lab.phones, super::PHONE_END)).unwrap();
                pause(Duration::from_millis(1_500));
            }
            assert!(self.has_within(5, OURS), "{how}: {}\n{}", serving.story(), self.log());
            assert!(!self.holds(), "{how}");
            super::laptop::signal(serving.pid(), how);
            serving.end(10);
            if how == "-KILL" {
                let state = self.lab.path().join("state");
                let out =
                    run(self.beside(env!("CARGO_BIN_EXE_rescue79")).arg("restore").arg("--state").arg(state));
                assert!(out.status.success(), "{}", said(&out));
            }
            let back = until(15, || (self.holds() && self.state() == before).then_some(()));
            assert!(back.is_some(), "{how}: before {before}\nafter {}\n{}", self.state(), self.log());
        }
    }
}

/// Addresses and routes in an order that doesn't depend on who was first.
fn sorted(managed: &Managed) -> Vec<String> {
    let said = ["-4", "-6"].map(|family| {
        let addresses = managed.said(&format!("ip {family} -o address show dev {LAPTOP_END} scope global"));
        [addresses, managed.said(&format!("ip {family} route show dev {LAPTOP_END}"))].concat()
    });
    let mut lines: Vec<_> = said.concat().lines().map(|line| line.trim().to_owned()).collect();
    lines.sort();
    lines
}

/// What somebody had set beside the manager's own is there again, after a session and after one that was killed.
fn what_was_set_by_hand_is_there_again(script: &str) {
    let Some(managed) = Managed::start(script) else { return };
    for line in [
        "-n LAPTOP address add 10.8.8.8/24 dev bench0",
        "-n LAPTOP -6 address add 2001:db8::79/64 dev bench0",
        "-n LAPTOP route add 10.77.0.0/16 via 10.8.8.1 dev bench0",
    ] {
        ip(&line.replace("LAPTOP", &managed.lab.laptop)).unwrap();
    }
    // An IPv6 address is probed first.
    let whole =
        || Some(sorted(&managed)).filter(|lines| lines.len() >= 6 && !lines.concat().contains("tentative"));
    let before = until(10, whole).unwrap();
    for how in ["-TERM", "-KILL"] {
        let mut serving = managed.serving();
        serving.wait("the address", |e| e["event"] == "address_set");
        super::laptop::signal(serving.pid(), how);
        serving.end(25);
        if how == "-KILL" {
            let state = managed.lab.path().join("state");
            let mut restore = managed.beside(env!("CARGO_BIN_EXE_rescue79"));
            let out = run(restore.arg("restore").arg("--state").arg(state));
            assert!(out.status.success(), "{}", said(&out));
        }
        let back = until(15, || (managed.holds() && sorted(&managed) == before).then_some(()));
        assert!(back.is_some(), "{how}: {before:#?}\n{:#?}\n{}", sorted(&managed), managed.log());
    }
}

#[test]
fn g3_network_manager_lets_go_and_has_the_interface_back() {
    let Some(managed) = Managed::start(NETWORK_MANAGER) else { return };
    managed.session_and_crash();
}

#[test]
fn g3_networkd_lets_go_and_has_the_interface_back() {
    let Some(managed) = Managed::start(NETWORKD) else { return };
    managed.session_and_crash();
    assert_eq!(managed.said("ls /run/systemd/network").trim(), "50-wired.network");
}

#[test]
fn what_was_set_beside_network_manager_is_there_again() {
    what_was_set_by_hand_is_there_again(NETWORK_MANAGER);
}

#[test]
fn what_was_set_beside_networkd_is_there_again() {
    what_was_set_by_hand_is_there_again(NETWORKD);
}
