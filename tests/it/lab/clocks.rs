//! Clocks that jump while phones read: somebody sets the laptop's clock right, or the laptop sleeps for hours, and its
//! monotonic clock goes on meanwhile, as on Windows.
//!
//! The clocks of the real binary are read through a small library of the lab's own (`clock.c`).

use super::addresses::{CLASS, learnt, udhcpc};
use super::{CLIENT, LAPTOP_END, Lab, TFTP, run, said};
use crate::reader::Read;
use crate::serving::{Serving, firmware, until};
use rescue79::sim::firmware::{Scale, set};
use serde_json::Value;
use std::fs;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::Command;

const LOAD: &str = "P0S3-8-12-00";
const APPLICATION: &str = "P0S3-8-12-00.sb2";
const HOUR: i64 = 3_600;

/// A lab with a program whose clocks can be set.
struct Clocks {
    lab: Lab,
    library: PathBuf,
    firmware: PathBuf,
}

impl Clocks {
    fn open() -> Option<Self> {
        let lab = Lab::open()?;
        lab.address(CLIENT);
        let (source, library) = (lab.path().join("clock.c"), lab.path().join("clock.so"));
        fs::write(&source, include_str!("clock.c")).unwrap();
        // Whoever builds Rust programs has a linker that is a C compiler.
        let out = run(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source));
        assert!(out.status.success(), "{}", said(&out));
        let firmware = firmware(lab.path(), &[LOAD], Scale::divided_by(8));
        let clocks = Self { lab, library, firmware };
        clocks.set(0, 0);
        Some(clocks)
    }

    /// From now on the clocks are so many seconds ahead of the real ones.
    fn set(&self, wall: i64, monotonic: i64) {
        let new = self.lab.path().join("clocks.new");
        fs::write(&new, format!("{wall} {monotonic}")).unwrap();
        fs::rename(new, self.lab.path().join("clocks")).unwrap();
    }

    fn serve(&self) -> Serving {
        let mut command = self.lab.on_laptop("env");
        command.arg(format!("LD_PRELOAD={}", self.library.display()));
        command.arg(format!("CLOCKS={}", self.lab.path().join("clocks").display()));
        command.arg(env!("CARGO_BIN_EXE_rescue79"));
        command.env_remove("RESCUE79_STATE").env_remove("SUDO_UID").env_remove("SUDO_GID");
        let target = format!("7960={LOAD}");
        let mut args = vec!["--firmware", self.firmware.to_str().unwrap()];
        args.extend(["--interface", LAPTOP_END, "--keep-address", "--target", &target]);
        Serving::start(command, self.lab.path(), &args)
    }

    /// Reads the application; at each of these blocks the clocks are set.
    fn read(&self, jumps: &[(usize, i64, i64)]) -> Vec<u8> {
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let (stop, stopped) = std::sync::mpsc::channel();
        let at: Vec<_> = jumps.iter().map(|(block, ..)| *block).collect();
        let reader = self.lab.inside(move || {
            let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION);
            for block in 1.. {
                let last = read.step().unwrap();
                if at.contains(&block) {
                    stop.send(()).unwrap();
                    gone.recv().unwrap();
                }
                if last {
                    break;
                }
            }
            read.bytes
        });
        for (_, wall, monotonic) in jumps {
            stopped.recv().unwrap();
            self.set(*wall, *monotonic);
            go.send(()).unwrap();
        }
        reader.join().unwrap()
    }
}

fn wanted() -> Vec<u8> {
    set(LOAD, 79, Scale::divided_by(8)).into_iter().find(|(name, _)| name == APPLICATION).unwrap().1
}

/// Numbers and time go forward.
fn in_order(events: &[Value]) -> bool {
    events.windows(2).all(|two| {
        // Progress may be left out for whoever reads slowly.
        two[0]["n"].as_u64() < two[1]["n"].as_u64() && two[0]["at"].as_str() <= two[1]["at"].as_str()
    })
}

#[test]
fn a_wall_clock_that_is_set_while_phones_read_changes_nothing() {
    let Some(clocks) = Clocks::open() else { return };
    let mut serving = clocks.serve();
    assert!(udhcpc(&clocks.lab, &["-V", CLASS]).status.success());
    let address = learnt(&clocks.lab)["ip"].clone();
    let bytes = clocks.read(&[(2, 9 * HOUR, 0), (5, -9 * HOUR, 0), (8, 0, 0)]);
    assert!(bytes == wanted(), "other bytes than the shelf's");
    serving.wait("the end of the read", |e| e["event"] == "read_finished");
    assert!(
        serving.events_of("read_failed").is_empty() && in_order(&serving.events()),
        "{}",
        serving.story()
    );
    // Ended by force in each of these times, the session is found again, and goes on behind its last event.
    for (before, wall) in [9 * HOUR, -9 * HOUR, 0].into_iter().enumerate() {
        serving.kill();
        clocks.set(wall, 0);
        serving = clocks.serve();
        // It is told of all of its session.
        let resumed = until(20, || serving.events_of("session_resumed").into_iter().nth(before));
        let resumed = resumed.unwrap_or_else(|| panic!("not the same session: {}", serving.story()));
        // Where the clock was set back, nobody can know how long nobody was there.
        let most = if before == 0 { 10 * HOUR } else { 60 };
        assert!(resumed["gap_s"].as_i64().unwrap() <= most, "{resumed}");
        assert!(udhcpc(&clocks.lab, &["-V", CLASS]).status.success());
        assert_eq!(learnt(&clocks.lab)["ip"], address, "the phone's address stays");
        assert!(clocks.read(&[]) == wanted(), "other bytes than the shelf's");
        assert!(in_order(&serving.events()), "{}", serving.story());
    }
}

#[test]
fn a_laptop_that_slept_for_hours_goes_on_where_it_was() {
    let Some(clocks) = Clocks::open() else { return };
    let mut serving = clocks.serve();
    assert!(udhcpc(&clocks.lab, &["-V", CLASS]).status.success());
    let address = learnt(&clocks.lab)["ip"].clone();
    // Longer than a reader may be silent, then longer than a lease.
    let bytes = clocks.read(&[(2, HOUR, HOUR), (5, 7 * HOUR, 7 * HOUR)]);
    assert!(bytes == wanted(), "other bytes than the shelf's");
    serving.wait("the end of the read", |e| e["event"] == "read_finished");
    assert!(
        serving.events_of("read_failed").is_empty() && in_order(&serving.events()),
        "{}",
        serving.story()
    );
    let back = until(20, || udhcpc(&clocks.lab, &["-V", CLASS]).status.success().then_some(()));
    assert!(back.is_some(), "{}", serving.story());
    assert_eq!(learnt(&clocks.lab)["ip"], address, "the phone's address stays");
    assert!(clocks.read(&[]) == wanted() && serving.is_alive(), "{}", serving.story());
}
