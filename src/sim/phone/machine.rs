//! The words between a phone's shell (power, network) and what its firmware does.

use super::model::{Model, Pace};
use super::spec::{PhoneSpec, Stage};
use crate::clock::Instant;
use crate::phone_id::Mac;
use crate::sim::rng::Rng;
use std::time::Duration;

/// What the firmware learns.
#[derive(Debug)]
pub(super) enum Heard {
    /// Power, or a restart.
    Start,
    /// The time is over.
    Waited,
    /// There is an address.
    Leased,
    /// A read is over.
    Fetched(Fetched),
}

/// A file, or why there is none.
pub(super) type Fetched = Result<Vec<u8>, Failure>;

/// Why a read gave no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// ERROR 1.
    NotFound,
    /// Another ERROR, or a packet that the client can't accept.
    Error,
    /// Nobody answered, in all rounds.
    Timeout,
    /// Larger than the buffer.
    TooBig,
    /// Its own name is not the name that was asked for; the port was closed at the first block.
    WrongName,
    /// No TFTP address is known.
    NoServer,
}

/// What the firmware wants next.
#[derive(Debug)]
pub(super) enum Step {
    Wait(Duration),
    /// Write flash: a wait in which a power cut does harm.
    Burn(Stage, Duration),
    Lease(Voice),
    Fetch(Ask),
    /// Restart without loss of power.
    Restart,
    /// Nothing until the power goes.
    Rest,
    /// Turn to the exchange that the configuration names, then nothing until the power goes.
    Register,
}

/// A file to read.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) name: String,
    /// Time before the request leaves.
    pub(super) after: Duration,
    /// Largest size the buffer takes.
    pub(super) limit: usize,
    pub(super) patience: Patience,
    /// Close the port at the first block when the envelope carries another name.
    pub(super) check_name: bool,
}

/// How often and how long a TFTP client repeats itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Classic loader and SIP application: 0, 1, 5, 9 s, given up after 13 s, three ports.
    Loader,
    /// SCCP and Java applications: five times, 4 s apart, three ports.
    Application,
}

impl Patience {
    /// The gaps after each sending of one round, in seconds.
    pub(super) const fn gaps(self) -> &'static [u64] {
        match self {
            Self::Loader => &[1, 4, 4, 4],
            Self::Application => &[4, 4, 4, 4, 4],
        }
    }

    /// Rounds, each from a new port.
    pub(super) const ROUNDS: u8 = 3;
}

/// How a phone speaks DHCP: which firmware is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// A classic load before the universal loader.
    Old(&'static str),
    /// The universal loader, or a SIP application of its era.
    Loader(&'static str),
    /// An SCCP application of the universal loader's era.
    SccpApplication,
    /// Any Java load.
    Java,
}

/// What a phone did that a test wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Power came.
    PowerOn,
    /// Power went.
    PowerOff,
    /// It restarted by itself.
    Restarted,
    /// An address was taken.
    Leased(std::net::Ipv4Addr),
    /// A file was asked for.
    Asked(String),
    /// This load (or loader version) is in flash now.
    Flashed(String),
    /// This file was not accepted.
    Refused {
        /// The file.
        file: String,
        /// Why.
        why: Refusal,
    },
    /// The reset keys took: settings, and on Java phones the loads, are gone.
    Reset,
    /// The reset keys did nothing.
    KeysIgnored,
}

/// Why a phone did not take what it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No envelope where one is needed, or one where none is understood.
    NotSigned,
    /// The name in the envelope is another.
    WrongName,
    /// Not an image or list of this kind.
    NotAnImage,
    /// This era can't take that kind of image: a hop is missing.
    HopMissing,
    /// Signed with a key that the running load doesn't know.
    UnknownKey,
    /// The load is older than the hardware.
    Hardware,
    /// The load is for other phones.
    WrongFamily,
    /// The archive is shorter than its table says.
    Truncated,
    /// The file isn't there.
    Missing,
    /// The file is larger than the buffer.
    TooBig,
    /// The configuration names no load that this phone can use.
    NoLoad,
    /// The configuration file is not well-formed.
    BadConfig,
}

/// What a person in front of the phone sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Face {
    pub(super) screen: &'static str,
    pub(super) lamps: &'static str,
}

impl Face {
    pub(super) const DARK: Self = Self { screen: "", lamps: "off" };
}

/// What the firmware may look at and touch while it decides.
pub(super) struct Context<'a> {
    pub(super) now: Instant,
    pub(super) mac: Mac,
    pub(super) model: &'static Model,
    pub(super) spec: &'a PhoneSpec,
    pub(super) rng: &'a mut Rng,
    pub(super) face: &'a mut Face,
    pub(super) log: &'a mut Vec<(Instant, Deed)>,
}

impl Context<'_> {
    pub(super) fn draw(&mut self, pace: Pace) -> Duration {
        pace.draw(self.rng)
    }

    pub(super) fn wait(&mut self, pace: Pace) -> Step {
        Step::Wait(self.draw(pace))
    }

    pub(super) fn show(&mut self, screen: &'static str, lamps: &'static str) {
        *self.face = Face { screen, lamps };
    }

    pub(super) fn screen(&mut self, screen: &'static str) {
        self.face.screen = screen;
    }

    pub(super) fn refuse(&mut self, file: &str, why: Refusal) {
        self.log.push((self.now, Deed::Refused { file: file.to_owned(), why }));
    }

    pub(super) fn flashed(&mut self, load: &str) {
        self.log.push((self.now, Deed::Flashed(load.to_owned())));
    }
}
