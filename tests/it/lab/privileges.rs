//! What the running program may do, what it listens on, and whose files it leaves behind.

use super::{CLIENT, LAPTOP_END, Lab, SERVER, TFTP, ip, run, said};
use crate::pty::Terminal;
use crate::reader::{Read, Refused, request};
use crate::serving::firmware;
use portable_pty::CommandBuilder;
use rescue79::sim::firmware::Scale;
use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";

#[test]
fn nothing_listens_on_another_interface() {
    let Some(lab) = Lab::open() else { return };
    let laptop = &lab.laptop;
    ip(&format!("-n {laptop} link add other0 type veth peer name other1")).unwrap();
    ip(&format!("-n {laptop} address add 10.7.7.7/24 dev other0")).unwrap();
    ip(&format!("-n {laptop} link set other0 up")).unwrap();
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let _serving = lab.serve(&firmware, &[]);
    let out = run(lab.on_laptop("ss").args(["-lntupH"]));
    let lines: Vec<String> =
        said(&out).lines().filter(|line| line.contains("rescue79")).map(str::to_owned).collect();
    assert!(lines.len() >= 5, "DHCP, TFTP, SIP twice, SCCP: {}", said(&out));
    for line in &lines {
        let local = line.split_whitespace().nth(4).unwrap();
        // DHCP hears broadcasts, so it is bound to the interface instead of the address.
        let on_bench = local.contains(&format!("%{LAPTOP_END}:")) || local.starts_with(&format!("{SERVER}:"));
        assert!(on_bench, "{line}");
    }
    // A phone's packet for it, on the other side of the house.
    let mut get = lab.on_laptop("curl");
    let out = run(get.args(["-sS", "-m", "1", "tftp://10.7.7.7/XMLDefault.cnf.xml"]));
    assert!(!out.status.success(), "{}", said(&out));
}

#[test]
fn what_root_writes_belongs_to_the_caller_of_sudo() {
    let Some(lab) = Lab::open() else { return };
    fs::set_permissions(lab.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let args = ["--firmware", firmware.to_str().unwrap(), "--interface", LAPTOP_END];
    // Sets its own address, so that the ledger is written, too.
    ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
    let mut serving = crate::serving::Serving::start(by_sudo(&lab), lab.path(), &args);
    let class = "Cisco Systems, Inc. IP Phone CP-7960";
    let out = lab.udhcpc("/bin/true", &["-t", "4", "-T", "2", "-V", class]);
    assert!(out.status.success(), "{}", said(&out));
    serving.wait("the lease", |e| e["event"] == "dhcp_ack");
    let state = lab.path().join("state");
    let leases = crate::serving::until(10, || state.join("leases.json").exists().then_some(()));
    assert!(leases.is_some(), "{}", serving.story());
    let mut found = vec![state.clone()];
    for folder in [state.clone(), state.join("journals")] {
        found.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    assert!(found.len() >= 5, "folder, journals, a journal, leases, ledger: {found:?}");
    for path in found {
        let data = fs::symlink_metadata(&path).unwrap();
        // Who can write the ledger says what root undoes.
        let owner = if path.ends_with("ledger.jsonl") { (0, 0) } else { (12_345, 12_346) };
        assert_eq!((data.uid(), data.gid()), owner, "{}", path.display());
    }
}

/// The program as root, called with `sudo` by user 12345, whose state folder it is.
fn by_sudo(lab: &Lab) -> Command {
    let mut command = lab.on_laptop("env");
    command.args(["SUDO_UID=12345", "SUDO_GID=12346", env!("CARGO_BIN_EXE_rescue79")]);
    command
}

/// A state folder of that user, and a file that is root's.
fn folder_of_the_caller(lab: &Lab) -> (PathBuf, PathBuf) {
    fs::set_permissions(lab.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (state, roots) = (lab.path().join("state"), lab.path().join("roots"));
    fs::create_dir_all(state.join("journals")).unwrap();
    for folder in [&state, &state.join("journals")] {
        chown(folder, Some(12_345), Some(12_346)).unwrap();
    }
    fs::write(&roots, ROOTS).unwrap();
    (state, roots)
}

const ROOTS: &str = "what only root may change\nand its second line, which has no end";

#[test]
fn root_follows_no_link_in_a_folder_of_somebody_else() {
    let Some(lab) = Lab::open() else { return };
    let (state, roots) = folder_of_the_caller(&lab);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    for name in
        ["leases.json", "leases.json.new", "leases.new", "places.json.new", "journals/2099-01-01-00.jsonl"]
    {
        symlink(&roots, state.join(name)).unwrap();
    }
    let args = ["--firmware", firmware.to_str().unwrap(), "--interface", LAPTOP_END];
    let args = [&args[..], &["--keep-address"]].concat();
    let mut serving = crate::serving::Serving::start(by_sudo(&lab), lab.path(), &args);
    assert!(serving.said().contains("leases.json can't be read (it is a link"), "{}", serving.said());
    lab.lease("Cisco Systems, Inc. IP Phone CP-7960");
    serving.wait("the lease", |e| e["event"] == "dhcp_ack");
    let leases = state.join("leases.json");
    let written = || fs::symlink_metadata(&leases).is_ok_and(|data| data.is_file()).then_some(());
    assert!(crate::serving::until(10, written).is_some(), "{}", serving.story());
    assert_eq!(fs::symlink_metadata(&leases).unwrap().uid(), 12_345);
    drop(serving);
    assert_eq!(fs::read_to_string(&roots).unwrap(), ROOTS);
    // The folder of the journals is one, too.
    fs::rename(state.join("journals"), lab.path().join("aside")).unwrap();
    symlink(lab.path(), state.join("journals")).unwrap();
    let serving = crate::serving::Serving::start(by_sudo(&lab), lab.path(), &args);
    let said = serving.said();
    assert!(said.contains("the state folder can't be used") && said.contains("is a link"), "{said}");
}

/// What is in a ledger is undone as root; so it must be root's own.
#[test]
fn a_ledger_that_is_not_roots_makes_root_do_nothing() {
    let Some(lab) = Lab::open() else { return };
    let (state, roots) = folder_of_the_caller(&lab);
    let ledger = state.join("ledger.jsonl");
    let restore = || {
        let out = run(by_sudo(&lab).arg("restore").arg("--state").arg(&state));
        (out.status.code(), said(&out))
    };
    symlink(&roots, &ledger).unwrap();
    let (code, words) = restore();
    assert!(code == Some(4) && words.contains("ledger.jsonl can't be used (it is a link"), "{words}");
    assert_eq!(fs::read_to_string(&roots).unwrap(), ROOTS);
    fs::remove_file(&ledger).unwrap();
    // The interface has been switched on by somebody else.
    let forged = format!("{}\n", r#"{"n":1,"change":"up","interface":"bench0"}"#);
    let write = |owner| {
        fs::write(&ledger, &forged).unwrap();
        chown(&ledger, Some(owner), None).unwrap();
    };
    let up = || said(&run(lab.on_laptop("ip").args(["link", "show", LAPTOP_END]))).contains(",UP");
    assert!(up());
    for owner in [12_345, 65_534] {
        write(owner);
        let (code, words) = restore();
        assert!(code == Some(4) && words.contains("ledger.jsonl"), "{owner}: {words}");
        assert!(up() && fs::read_to_string(&ledger).unwrap() == forged, "{owner}: {words}");
    }
    // Its own is undone.
    write(0);
    let (code, words) = restore();
    assert!(code == Some(0) && !up(), "{words}");
    // An empty one of somebody else is nothing to stop at.
    ip(&format!("-n {} address flush dev {LAPTOP_END}", lab.laptop)).unwrap();
    fs::write(&ledger, "").unwrap();
    chown(&ledger, Some(12_345), None).unwrap();
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let args = ["--firmware", firmware.to_str().unwrap(), "--interface", LAPTOP_END];
    let serving = crate::serving::Serving::start(by_sudo(&lab), lab.path(), &args);
    let data = fs::symlink_metadata(&ledger).unwrap();
    assert!(data.uid() == 0 && data.len() > 0, "{}", serving.story());
}

/// The program in a terminal on the laptop's side.
fn on_screen(lab: &Lab, args: &[&str]) -> Terminal {
    let mut command = CommandBuilder::new("ip");
    command.args(["netns", "exec", &lab.laptop, env!("CARGO_BIN_EXE_rescue79"), "--state"]);
    command.arg(lab.path().join("state"));
    command.args(args);
    for name in ["SUDO_UID", "SUDO_GID", "RESCUE79_STATE"] {
        command.env_remove(name);
    }
    Terminal::run(lab.path(), "xterm-256color", command)
}

/// What each thread of a process may do, by the thread's name.
fn rights(pid: u32) -> Vec<(String, u64)> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let of = |status: String| {
        let field =
            |name: &str| status.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
        (field("Name:").unwrap(), u64::from_str_radix(&field("CapEff:").unwrap(), 16).unwrap())
    };
    tasks.filter_map(|task| Some(of(fs::read_to_string(task.ok()?.path().join("status")).ok()?))).collect()
}

/// Those who may do more than that.
fn beyond(pid: u32, capabilities: &[u32]) -> Vec<(String, u64)> {
    let most: u64 = capabilities.iter().map(|bit| 1 << bit).sum();
    rights(pid).into_iter().filter(|(_, has)| has & !most != 0).collect()
}

/// `CAP_DAC_OVERRIDE`, `CAP_NET_BIND_SERVICE`, `CAP_NET_ADMIN`, `CAP_NET_RAW`.
const IN_A_SESSION: [u32; 4] = [1, 10, 12, 13];
/// And `CAP_KILL`, `CAP_SETPCAP`, `CAP_SYS_PTRACE`.
const BEFORE_IT: [u32; 7] = [1, 5, 8, 10, 12, 13, 19];

#[test]
fn no_thread_behind_a_screen_may_do_more_than_the_session_needs() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let args = ["serve", "--screen", "--interface", LAPTOP_END, "--firmware", firmware.to_str().unwrap()];
    let serve = on_screen(&lab, &[&args[..], &["--keep-address"]].concat());
    serve.until("The program read a file from its own TFTP server");
    assert_eq!(beyond(serve.pid(), &IN_A_SESSION), []);
    serve.signal("TERM");
    serve.end();

    let mut wizard = on_screen(&lab, &[]);
    wizard.until("which phone?");
    assert_eq!(beyond(wizard.pid(), &BEFORE_IT), []);
    wizard.press("7960\r");
    wizard.until("what does the 7960 show now?");
    wizard.press("\r");
    wizard.until("use this whole folder");
    wizard.press("\r");
    wizard.until("P0S3-8-12-00");
    wizard.press("\r");
    wizard.until("where is the phone?");
    wizard.until(LAPTOP_END);
    wizard.press("\r");
    wizard.until("it is ready: go on");
    wizard.press("\r");
    wizard.until("Nothing has been touched so far.");
    wizard.press("\r");
    wizard.until("The program read a file from its own TFTP server");
    assert_eq!(beyond(wizard.pid(), &IN_A_SESSION), []);
    let readers = rights(wizard.pid()).into_iter().filter(|(_, has)| *has == 0).count();
    assert!(readers > 0, "who reads the keys may do nothing: {:?}", rights(wizard.pid()));
    wizard.signal("TERM");
    wizard.end();
}

#[test]
fn listeners_only_give_and_never_what_was_not_named() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    fs::write(lab.path().join("secret.txt"), "secret").unwrap();
    let before = tree(&lab);
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    let answers = lab.inside(|| {
        let get = |name: &str| Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, name).finish();
        let mut answers: Vec<_> = [
            "../secret.txt",
            "..\\secret.txt",
            "/etc/passwd",
            "firmware/../../secret.txt",
            "%2e%2e/secret.txt",
            "C:\\secret.txt",
            "secret.txt",
            "./../secret.txt",
            "P0S3-8-12-00/../../secret.txt",
            "state/leases.json",
        ]
        .map(|name| get(name).unwrap_err().code)
        .to_vec();
        let writer = UdpSocket::bind((CLIENT, 0)).unwrap();
        writer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        for name in ["P0S3-8-12-00.sb2", "new.txt", "../new.txt"] {
            writer.send_to(&request(2, name), TFTP).unwrap();
            let mut buf = [0; 600];
            let (len, from) = writer.recv_from(&mut buf).unwrap();
            assert_eq!((from, &buf[..2]), (TFTP.into(), &[0, 5][..]), "{:?}", &buf[..len]);
            answers.push(buf[3].into());
            writer.send_to(b"\0\x03\0\x01gotcha", TFTP).unwrap();
        }
        let whole: Result<_, Refused> = get("P0S3-8-12-00.sb2");
        assert!(whole.is_ok(), "and what is there is given");
        answers
    });
    let codes = answers.join().unwrap();
    assert!(codes.iter().all(|code| matches!(code, 1 | 2)), "{codes:?}");
    serving.wait("the write that was refused", |e| e["event"] == "write_refused");
    let after = tree(&lab);
    assert!(before.iter().all(|file| after.contains(file)), "a file was changed");
    assert!(!after.iter().any(|(name, _)| name.contains("new.txt")));
}

/// Names and lengths of everything in the lab's folder.
fn tree(lab: &Lab) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![lab.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let data = entry.metadata().unwrap();
            if data.is_dir() {
                folders.push(entry.path());
            } else {
                found.push((entry.path().display().to_string(), data.len()));
            }
        }
    }
    found
}

#[test]
fn a_host_that_is_no_phone_gets_no_address_and_nothing_made_for_a_phone() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut serving = lab.serve(&firmware, &["--target", "7960=P0S3-8-12-00"]);
    let out = lab.udhcpc("/bin/true", &["-t", "2", "-T", "1", "-V", "MSFT 5.0"]);
    assert!(!out.status.success(), "{}", said(&out));
    let ignored = serving.wait("that it was ignored", |e| e["event"] == "dhcp_ignored");
    assert!(ignored["why"].as_str().is_some_and(|why| !why.is_empty()));
    let get = || Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, "SIPDefault.cnf").finish();
    let made = lab.inside(get).join().unwrap();
    assert_eq!(made.map_err(|refused| refused.code), Err(1), "made only for a phone that is on its way");
}
