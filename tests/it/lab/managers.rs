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
for n in 1 2 3 4 5 6 7 8 9 10; do [ -S /run/dbus/system_bus_socket ] && break; sleep 0.2; done
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
NetworkManager --no-daemon &
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
}

impl Drop for Managed {
    fn drop(&mut self) {
        // The bus and the manager are the script's children, and go with its group.
        let group = format!("-{}", self.manager.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
    }
}

impl Managed {
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
        let managed = Self { lab, manager };
        assert!(managed.has_within(15, THEIRS), "the manager never set its address\n{}", managed.log());
        Some(managed)
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

    /// A session; then one that is killed, and `restore`. `holds` says whether the manager looks after the interface.
    fn session_and_crash(&self, holds: impl Fn(&Self) -> bool) {
        assert!(until(10, || holds(self).then_some(())).is_some(), "{}", self.log());
        let before = self.state();
        for how in ["-TERM", "-KILL"] {
            let mut serving = self.serving();
            serving.wait("the address", |e| e["event"] == "address_set");
            assert!(!holds(self), "{how}: it was not told\n{}", self.log());
            // When a phone restarts, the link goes and comes; that is when a manager would step in.
            for state in ["down", "up"] {
                ip(&format!("-n {} link set {} {state}", self.lab.phones, super::PHONE_END)).unwrap();
                pause(Duration::from_millis(1_500));
            }
            assert!(self.has_within(5, OURS), "{how}: {}\n{}", serving.story(), self.log());
            assert!(!holds(self), "{how}");
            super::laptop::signal(serving.pid(), how);
            serving.end(10);
            if how == "-KILL" {
                let state = self.lab.path().join("state");
                let out =
                    run(self.beside(env!("CARGO_BIN_EXE_rescue79")).arg("restore").arg("--state").arg(state));
                assert!(out.status.success(), "{}", said(&out));
            }
            let back = until(15, || (holds(self) && self.state() == before).then_some(()));
            assert!(back.is_some(), "{how}: before {before}\nafter {}\n{}", self.state(), self.log());
        }
    }
}

#[test]
fn g3_network_manager_lets_go_and_has_the_interface_back() {
    let Some(managed) = Managed::start(NETWORK_MANAGER) else { return };
    let state = format!("nmcli -t -f GENERAL.STATE,GENERAL.CONNECTION device show {LAPTOP_END}");
    managed.session_and_crash(|m| {
        let said = m.said(&state);
        said.contains("100 (connected)") && said.contains("CONNECTION:wired")
    });
}

#[test]
fn g3_networkd_lets_go_and_has_the_interface_back() {
    let Some(managed) = Managed::start(NETWORKD) else { return };
    let list = format!("networkctl --no-legend --no-pager list {LAPTOP_END}");
    managed.session_and_crash(|m| !m.said(&list).contains("unmanaged") && m.has_within(1, THEIRS));
    assert_eq!(managed.said("ls /run/systemd/network").trim(), "50-wired.network");
}
