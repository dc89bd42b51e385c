//! What goes wrong on the laptop while phones read: nothing is lost, nothing lies, and the phone goes on.

use super::{CLIENT, LAPTOP_END, Lab, TFTP, ip, run, said};
use crate::pty::Terminal;
use crate::reader::Read;
use crate::serving::{bytes_of, firmware, pause, until};
use portable_pty::CommandBuilder;
use rescue79::journal::Reader;
use rescue79::session::State;
use rescue79::sim::firmware::Scale;
use serde_json::Value;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";
const APPLICATION: &str = "P0S3-8-12-00.sb2";

fn wanted(scale: Scale) -> Vec<u8> {
    bytes_of(LOAD, APPLICATION, scale)
}

fn read(lab: &Lab) -> Vec<u8> {
    lab.inside(|| Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION).finish().unwrap())
        .join()
        .unwrap()
}

/// Mounted for a test, and away with it.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    fn new(at: &'a Path, options: &str) -> Self {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        let out = run(mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at));
        assert!(out.status.success(), "{}", said(&out));
        Self(at)
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_is_said_and_the_phone_goes_on() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let state = lab.path().join("state");
    let _mount = Mount::new(&state, "size=64k");
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    fs::write(state.join("filler"), vec![0; 64 << 10]).expect_err("the disk is full now");
    // Until a line does not fit any more; then there are still phones.
    for n in 0..400 {
        assert!(read(&lab) == wanted(Scale::FAST), "read {n}: other bytes than the shelf's");
        if serving.said().contains("can't be written any more") {
            break;
        }
    }
    assert!(serving.said().contains("the session goes on without it"), "{}", serving.said());
    assert!(read(&lab) == wanted(Scale::FAST), "and after it was said");
    assert!(serving.is_alive());
    // What fitted can be read, up to where it was cut off.
    let (before, torn) = folded(&state);
    assert!(before.events > 0 && torn <= 1, "{} events, {torn} torn", before.events);
    let told = serving.wait("that it is said", |e| e["event"] == "not_written" && e["what"] == "the journal");
    assert!(told["why"].as_str().unwrap().contains("No space left"), "{told}");
    // There is room again: it is written on where it broke off, and says how much is missing.
    fs::remove_file(state.join("filler")).unwrap();
    let again = serving.wait("that it is written again", |e| e["event"] == "written_again");
    assert!(again["lost"].as_u64().unwrap() > 0, "{again}");
    assert!(read(&lab) == wanted(Scale::FAST), "and after that");
    let after =
        until(10, || Some(folded(&state)).filter(|(state, _)| state.events > again["n"].as_u64().unwrap()));
    let (after, torn) = after.expect("the journal goes on");
    assert!(torn == 0 && after.unwritten.is_empty(), "{torn} torn, {:?}", after.unwritten);
}

/// What is said must not be written over what is drawn.
#[test]
fn a_full_disk_is_shown_on_the_screen_as_long_as_it_is_full() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let state = lab.path().join("state");
    let _mount = Mount::new(&state, "size=64k");
    let mut command = CommandBuilder::new("ip");
    command.args(["netns", "exec", &lab.laptop, env!("CARGO_BIN_EXE_rescue79"), "serve", "--screen"]);
    command.args(["--no-dhcp", "--keep-address", "--interface", LAPTOP_END, "--state"]);
    command.arg(&state);
    command.arg("--firmware");
    command.arg(&firmware);
    let terminal = Terminal::run(lab.path(), "xterm-256color", command);
    terminal.until("The program read a file from its own TFTP server");
    fs::write(state.join("filler"), vec![0; 64 << 10]).expect_err("the disk is full now");
    let shown = (0..400).any(|_| {
        assert!(read(&lab) == wanted(Scale::FAST), "other bytes than the shelf's");
        terminal.text().contains("The journal is not written since")
    });
    assert!(shown, "{}", terminal.text());
    assert!(terminal.text().contains("No space left"), "{}", terminal.text());
    // Every row is where it belongs.
    let lines: Vec<_> = terminal.text().lines().map(str::to_owned).collect();
    let first = |at: usize| lines[at].trim_start().split(' ').next().unwrap_or_default().to_owned();
    assert_eq!((first(0).as_str(), first(22).as_str()), ("rescue79", "▲"), "{}", lines.join("\n"));
    assert!(!terminal.text().contains("rescue79:"), "{}", terminal.text());
    fs::remove_file(state.join("filler")).unwrap();
    terminal.until("The journal is written again");
    assert!(!terminal.text().contains("is not written since"), "{}", terminal.text());
    terminal.signal("TERM");
    terminal.end();
}

/// The newest journal as far as it can be read, and how many lines can't be.
fn folded(folder: &Path) -> (State, usize) {
    let journal = fs::read_dir(folder.join("journals")).unwrap().map(|e| e.unwrap().path()).max().unwrap();
    let text = fs::read(journal).unwrap();
    let (mut state, mut reader, mut torn) = (State::default(), Reader::default(), 0);
    for line in String::from_utf8_lossy(&text).lines() {
        match reader.line(line) {
            Ok(event) if torn == 0 => state.apply(&event),
            _ => torn += 1,
        }
    }
    (state, torn)
}

#[test]
fn a_state_folder_that_can_not_be_written_is_said_and_the_phone_goes_on() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let state = lab.path().join("state");
    let _mount = Mount::new(&state, "ro,size=64k");
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    assert!(serving.said().contains("nothing is kept of this session"), "{}", serving.said());
    assert!(read(&lab) == wanted(Scale::FAST), "other bytes than the shelf's");
    assert!(serving.is_alive());
}

#[test]
fn killed_at_any_moment_nothing_is_lost_that_was_told() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let args = ["--no-dhcp", "--target", "7960=P0S3-8-12-00"];
    let mut told = 0;
    for n in 0..12_u64 {
        let mut serving = lab.serve(&firmware, &args);
        // While events are on their way to the disk: readers come and go, and it dies among them.
        let readers = lab.inside(|| {
            for n in 0..40 {
                let name = if n % 2 == 0 { "SEP001B0C18BDC1.cnf.xml" } else { APPLICATION };
                let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, name);
                read.socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
                let mut buf = [0; 600];
                let Ok((_, from)) = read.socket.recv_from(&mut buf) else { break };
                read.socket.send_to(&[0, 4, buf[2], buf[3]], from).unwrap();
                read.bytes.clear();
            }
        });
        pause(Duration::from_millis(3 + 7 * n));
        serving.kill();
        let outside = serving.events();
        readers.join().unwrap();
        let (state, torn) = folded(&lab.path().join("state"));
        assert!(torn <= 1, "{torn} lines after the tear");
        // What was told to others stands in the journal: it is written there first, or in the same moment.
        let last = outside.iter().filter_map(|e| e["n"].as_u64()).max().unwrap_or(0);
        assert!(state.events + 1 >= last, "{} in the journal, {last} told", state.events);
        assert!(state.events >= told, "what was written stays: {} after {told}", state.events);
        told = state.events;
    }
    // And whoever comes last finds the same session.
    let mut serving = lab.serve(&firmware, &args);
    serving.wait("the session", |e| e["event"] == "session_resumed");
    assert!(read(&lab) == wanted(Scale::FAST), "other bytes than the shelf's");
}

#[test]
fn a_laptop_that_slept_goes_on_with_its_reads() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    let pid = serving.pid();
    let bytes = lab.inside(move || {
        let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION);
        assert!(!read.step().unwrap());
        let signal = |name: &str| {
            assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
        };
        signal("-STOP");
        read.repeat();
        pause(Duration::from_secs(3));
        signal("-CONT");
        while !read.step().unwrap() {}
        read.bytes
    });
    assert!(bytes.join().unwrap() == wanted(Scale::FAST), "other bytes than the shelf's");
    serving.wait("the end of the read", |e| e["event"] == "read_finished");
    assert!(serving.events_of("read_failed").is_empty());
}

#[test]
fn the_wall_clock_may_jump_both_ways() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let state = lab.path().join("state/journals");
    fs::create_dir_all(&state).unwrap();
    // A journal of tomorrow, as the clock stood before it was put right, and one of 1970.
    for (name, at) in [
        ("2099-01-01T00-00-00.000Z-00", "2099-01-01T00:00:00.000Z"),
        ("1970-01-01T00-00-00.000Z-00", "1970-01-01T00:00:00.000Z"),
    ] {
        let line = format!(r#"{{"at":"{at}","n":1,"event":"session_resumed","gap_s":1}}"#);
        fs::write(state.join(format!("{name}.jsonl")), line + "\n").unwrap();
    }
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    serving.wait("a session of its own", |e| e["event"] == "session_started");
    assert!(read(&lab) == wanted(Scale::FAST), "other bytes than the shelf's");
    let events = serving.events();
    assert!(
        events.windows(2).all(|two| two[0]["at"].as_str() <= two[1]["at"].as_str()),
        "{}",
        serving.story()
    );
}

#[test]
fn an_interface_that_goes_and_comes_back_is_served_again() {
    let Some(lab) = Lab::open() else { return };
    lab.address(CLIENT);
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let mut serving = lab.serve(&firmware, &[]);
    let laptop = &lab.laptop;
    let bytes = lab.inside({
        let laptop = laptop.clone();
        move || {
            let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION);
            assert!(!read.step().unwrap());
            ip(&format!("-n {laptop} link set {LAPTOP_END} down")).unwrap();
            pause(Duration::from_secs(2));
            ip(&format!("-n {laptop} link set {LAPTOP_END} up")).unwrap();
            while !read.step().unwrap() {}
            read.bytes
        }
    });
    assert!(bytes.join().unwrap() == wanted(Scale::FAST), "the same read goes on");
    let link = |up: bool| move |e: &Value| e["event"] == "link" && e["up"] == up;
    serving.wait("that the link went", link(false));
    serving.wait("that the link came", link(true));
    let class = "Cisco Systems, Inc. IP Phone CP-7960";
    let leased = until(10, || {
        lab.udhcpc("/bin/true", &["-t", "2", "-T", "1", "-V", class]).status.success().then_some(())
    });
    assert!(leased.is_some() && serving.is_alive(), "{}", serving.story());
}
