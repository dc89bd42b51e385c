//! A phone asks a server that is not there: the technician has its address answered by the laptop, for the session.

use super::laptop::{ask, bare, has, state};
use super::rivals::Running;
use super::{CLIENT, LAPTOP_END, Lab, PHONE_END, ip, left, run, said};
use crate::serving::{firmware, unique, until};
use rescue79::sim::firmware::Scale;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Stdio;

const LOAD: &str = "P0S3-8-12-00";
/// A server that the phone remembers, and what its bytes make of ours when they are swapped.
const OLD: &str = "192.168.1.200";
const SWAPPED: &str = "1.79.168.192";

/// `serve` with a face in lines, and whoever types.
struct Typing {
    program: Running,
    events: PathBuf,
}

impl Typing {
    fn start(lab: &Lab, args: &[&str]) -> Self {
        let folder = firmware(lab.path(), &[LOAD], Scale::FAST);
        let events = lab.path().join(format!("typed-{}.jsonl", unique()));
        let mut command = lab.on_laptop(env!("CARGO_BIN_EXE_rescue79"));
        command.env_remove("RESCUE79_STATE").env_remove("SUDO_UID").env_remove("SUDO_GID");
        command.args(["--plain", "serve", "--interface", LAPTOP_END, "--firmware"]).arg(folder);
        command.args(args).arg("--events").arg(&events).arg("--state").arg(lab.path().join("state"));
        let log = File::create(lab.path().join("told.txt")).unwrap();
        command.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        Self { program: Running(command.spawn().unwrap()), events }
    }

    fn types(&mut self, lines: &str) {
        self.program.0.stdin.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    }

    #[track_caller]
    fn wait(&self, lab: &Lab, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = || {
            let text = fs::read_to_string(&self.events).ok()?;
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).find(|event| wanted(event))
        };
        until(60, look).unwrap_or_else(|| {
            let told = fs::read_to_string(lab.path().join("told.txt")).unwrap_or_default();
            panic!("no {what}\n{}\n{told}", fs::read_to_string(&self.events).unwrap_or_default())
        })
    }

    /// Waits until the key is offered; for which phone.
    fn offered(&self, lab: &Lab) -> String {
        let offers = |e: &Value| e["code"] == "asks-elsewhere" && e["remedies"][0] == "adopt_address";
        let symptom = self.wait(lab, "symptom", offers);
        symptom["phone"].as_str().unwrap().replace(':', "").to_uppercase()
    }

    fn end(mut self) {
        super::laptop::signal(self.program.0.id(), "-TERM");
        assert!(until(10, || self.program.0.try_wait().unwrap()).is_some(), "it ends");
    }
}

#[test]
fn an_address_is_adopted_at_a_key_and_after_a_yes() {
    let Some(lab) = bare() else { return };
    let before = state(&lab);
    let mut typing = Typing::start(&lab, &[]);
    typing.wait(&lab, "start", |e| e["event"] == "session_started");
    let mut client = lab.on_phones("busybox");
    client.args(["udhcpc", "-f", "-q", "-n", "-i", PHONE_END, "-s", "/bin/true", "-V"]);
    assert!(run(client.arg("Cisco Systems, Inc. IP Phone CP-7960")).status.success());
    lab.address(Ipv4Addr::new(192, 168, 1, 20));
    ask(&lab, OLD);
    let mac = typing.offered(&lab);
    assert!(!has(&lab, OLD), "nobody has said yes");
    typing.types("m\nno\nm\nyes\n");
    typing.wait(&lab, "adoption", |e| e["event"] == "address_set" && e["address"] == OLD);
    assert!(has(&lab, &format!("{OLD}/32")));
    let read = |name: &str| {
        let url = format!("tftp://{OLD}/{name}");
        run(lab.on_phones("curl").args(["-sS", "-m", "20", "-o", "got", &url]))
    };
    let out = read(&format!("{LOAD}.loads"));
    assert!(out.status.success() && !left(&lab, "got").is_empty(), "{}", said(&out));
    // Without a target there is none, and it has asked us.
    read(&format!("SEP{mac}.cnf.xml"));
    typing.wait(&lab, "the end of the symptom", |e| {
        e["event"] == "symptom_gone" && e["code"] == "asks-elsewhere"
    });
    typing.end();
    ip(&format!("-n {} route delete {OLD}/32 dev {PHONE_END}", lab.phones)).unwrap();
    assert_eq!(state(&lab), before);
}

/// `--keep-address` changes nothing else; and an address that somebody has stays with its owner.
#[test]
fn an_address_that_somebody_has_is_not_adopted_at_a_key() {
    let Some(lab) = Lab::open() else { return };
    let before = state(&lab);
    let mut typing = Typing::start(&lab, &["--no-dhcp", "--keep-address"]);
    typing.wait(&lab, "start", |e| e["event"] == "session_started");
    lab.address(CLIENT);
    ask(&lab, SWAPPED);
    typing.offered(&lab);
    // It comes back while the technician reads.
    ip(&format!("-n {} address add {SWAPPED}/32 dev {PHONE_END}", lab.phones)).unwrap();
    typing.types("m\nyes\n");
    let refused = typing.wait(&lab, "word of why not", |e| e["event"] == "order_refused");
    assert!(refused["why"].as_str().unwrap().contains(&format!("has the address {SWAPPED}")), "{refused}");
    assert!(!has(&lab, SWAPPED));
    ip(&format!("-n {} address delete {SWAPPED}/32 dev {PHONE_END}", lab.phones)).unwrap();
    // A minute later this computer has forgotten whom it saw there.
    ip(&format!("-n {} neighbour flush dev {LAPTOP_END}", lab.laptop)).unwrap();
    typing.types("m\nyes\n");
    typing.wait(&lab, "adoption", |e| e["event"] == "address_set" && e["address"] == SWAPPED);
    typing.end();
    assert_eq!(state(&lab), before);
}
