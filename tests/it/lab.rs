//! The lab: two network namespaces and a cable, the real binary on one side, other people's clients and virtual phones
//! with real sockets on the other.
//!
//! It needs root and `ip netns`. Without them a person's machine skips these tests and says so; where `CI` is set that
//! is a failure. With `RESCUE79_LAB_MARK=FILE` each test that ran writes its name there.

mod addresses;
mod adoption;
mod clocks;
mod faults;
mod floods;
mod kills;
mod laptop;
mod managers;
mod phone;
mod privileges;
mod readers;
mod recovery;
mod remedies;
mod rivals;
mod strangers;
mod talks;
mod walls;
mod web;

use crate::serving::{Serving, unique};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Once;
use std::thread;
use tempfile::TempDir;

/// The laptop's address.
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 79, 1);
/// Where it is asked for files.
const TFTP: SocketAddrV4 = SocketAddrV4::new(SERVER, 69);
/// An address on the other side, for clients that need no lease.
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 168, 79, 250);
/// The two ends of the cable.
const LAPTOP_END: &str = "bench0";
const PHONE_END: &str = "phone0";

/// That the lab is skipped is said once.
static SAID: Once = Once::new();

/// Two namespaces and a cable; gone when this is dropped.
struct Lab {
    laptop: String,
    phones: String,
    folder: TempDir,
}

fn ip(args: &str) -> Result<(), String> {
    match Command::new("ip").args(args.split_whitespace()).output() {
        Ok(out) if out.status.success() => Ok(()),
        Ok(out) => Err(format!("ip {args}: {}", String::from_utf8_lossy(&out.stderr).trim())),
        Err(e) => Err(format!("ip {args}: {e}")),
    }
}

impl Lab {
    /// A lab, or `None` where none can be made; then that has been said.
    fn open() -> Option<Self> {
        let name = thread::current().name().unwrap_or("a lab test").to_owned();
        let number = format!("{}-{}", std::process::id(), unique());
        let lab = Self {
            laptop: format!("r79-laptop-{number}"),
            phones: format!("r79-phones-{number}"),
            folder: tempfile::tempdir().unwrap(),
        };
        if let Err(why) = lab.build() {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci.is_empty()),
                "{name} must run here, and can't: {why}"
            );
            // Past the test runner, which keeps the words of a test that passes to itself.
            let line = format!("lab: skipped, needs root and network namespaces ({why})\n");
            SAID.call_once(|| std::io::stderr().write_all(line.as_bytes()).unwrap());
            return None;
        }
        if let Some(mark) = std::env::var_os("RESCUE79_LAB_MARK") {
            let mut mark = OpenOptions::new().create(true).append(true).open(mark).unwrap();
            writeln!(mark, "{name}").unwrap();
        }
        Some(lab)
    }

    fn build(&self) -> Result<(), String> {
        let Self { laptop, phones, .. } = self;
        ip(&format!("netns add {laptop}"))?;
        ip(&format!("netns add {phones}"))?;
        ip(&format!("-n {laptop} link add {LAPTOP_END} type veth peer name {PHONE_END} netns {phones}"))?;
        for (side, end) in [(laptop, LAPTOP_END), (phones, PHONE_END)] {
            ip(&format!("-n {side} link set lo up"))?;
            ip(&format!("-n {side} link set {end} up"))?;
        }
        ip(&format!("-n {laptop} address add {SERVER}/24 dev {LAPTOP_END}"))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the phones' end an address.
    fn address(&self, address: Ipv4Addr) {
        ip(&format!("-n {} address add {address}/24 dev {PHONE_END}", self.phones)).unwrap();
    }

    /// A program on the laptop's side; arguments are to be added.
    fn on_laptop(&self, program: &str) -> Command {
        netns(&self.laptop, program)
    }

    /// A program on the phones' side.
    fn on_phones(&self, program: &str) -> Command {
        let mut command = netns(&self.phones, program);
        command.current_dir(self.path()).stdin(Stdio::null());
        command
    }

    /// `serve` on the laptop's side, with the interface's own address unless `args` say `--listen`.
    fn serve(&self, firmware: &Path, args: &[&str]) -> Serving {
        let mut all = vec!["--firmware", firmware.to_str().unwrap()];
        if !args.contains(&"--listen") {
            all.extend(["--interface", LAPTOP_END, "--keep-address"]);
        }
        all.extend(args);
        // For measurements the program of a release build can be named.
        let program = std::env::var_os("RESCUE79_PROGRAM").map(|program| program.into_string().unwrap());
        let mut command = self.on_laptop(program.as_deref().unwrap_or(env!("CARGO_BIN_EXE_rescue79")));
        command.env_remove("RESCUE79_STATE").env_remove("SUDO_UID").env_remove("SUDO_GID");
        Serving::start(command, self.path(), &all)
    }

    /// A script for a client on the phones' side, which knows it as `./NAME`.
    fn script(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    /// Busybox asks for an address from the phones' side, once; `script` is told what it learns.
    fn udhcpc(&self, script: &str, more: &[&str]) -> Output {
        let mut client = self.on_phones("busybox");
        client.args(["udhcpc", "-f", "-q", "-n", "-i", PHONE_END, "-s", script]);
        run(client.args(more))
    }

    /// A phone of that DHCP class takes a lease, and its end of the cable the address.
    fn lease(&self, class: &str) {
        let text = "#!/bin/sh\n[ \"$1\" != bound ] || ip addr add $ip/24 dev $interface\n";
        self.script("lease.sh", text);
        let out = self.udhcpc("./lease.sh", &["-V", class]);
        assert!(out.status.success(), "{}", said(&out));
    }

    /// Runs a piece of the test on the phones' side, in a thread that lives there.
    fn inside<T: Send + 'static>(&self, what: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
        inside(&self.phones, what)
    }

    /// Runs a piece of the test on the laptop's side, in a thread that lives there.
    fn on_laptops_thread<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> T + Send + 'static,
    ) -> thread::JoinHandle<T> {
        inside(&self.laptop, what)
    }
}

fn inside<T: Send + 'static>(name: &str, what: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    let door = File::open(Path::new("/run/netns").join(name)).unwrap();
    thread::spawn(move || {
        move_into_link_name_space(door.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
        what()
    })
}

fn netns(name: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", name, program]);
    command
}

impl Drop for Lab {
    fn drop(&mut self) {
        // The cable goes with either end.
        for side in [&self.laptop, &self.phones] {
            let _ = ip(&format!("netns delete {side}"));
        }
    }
}

/// Runs a client to its end, which each of them finds by itself.
fn run(command: &mut Command) -> Output {
    let output = command.output();
    output.unwrap_or_else(|e| panic!("{command:?} can't be started: {e}; `.ci/run` says what to install"))
}

/// What a client says, in one string.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A file that a client left behind.
fn left(lab: &Lab, name: &str) -> Vec<u8> {
    fs::read(lab.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}
