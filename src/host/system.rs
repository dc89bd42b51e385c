//! What the program needs of an operating system: one small trait, one file for each system behind it. All of them are
//! built on every system, so that their commands and parsers are tested everywhere.

pub use super::change::{Announcement, Belongings, Change, Lets, Manager, Wall};
use super::interfaces::{self, Kind};
use super::remedy::Remedy;
use super::run::{Argv, Real, Trouble};
use super::{linux::Linux, macos::MacOs, windows::Windows};
use serde::Serialize;
use std::net::Ipv4Addr;

/// An interface as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its index for the operating system; another one, and it is another adapter by the same name.
    pub index: u32,
    /// It is switched on.
    pub up: bool,
    /// It has a link.
    pub link: bool,
    /// Its addresses and the lengths of their networks.
    pub addresses: Vec<(Ipv4Addr, u8)>,
}

/// Who listens on a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The address it listens on; unspecified for all.
    pub address: Ipv4Addr,
    /// The interface it keeps to, where the system tells.
    pub interface: Option<String>,
    /// Its name and process number; `None` when only an administrator may know.
    pub process: Option<(String, u32)>,
    /// The system's service that it is, where it is one.
    pub service: Option<String>,
}

impl Holder {
    /// Its name for a person, where it may be known.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.process.as_ref().map(|(name, pid)| format!("{name} (process {pid})"))
    }
}

/// How an interface treats packets that come from where it wouldn't send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathFilter {
    /// They are thrown away.
    pub strict: bool,
    /// The interface's own setting.
    pub own: u8,
}

/// What the firewall does with what phones send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Firewall {
    /// Nothing stands in the way.
    Open {
        /// What was looked at.
        seen: String,
    },
    /// Something is dropped.
    Closed {
        /// What drops it.
        seen: String,
        /// What opens it.
        remedy: Remedy,
    },
    /// It can't be said.
    Unknown {
        /// Why.
        seen: String,
        /// What shows it.
        remedy: String,
    },
}

/// An operating system.
pub trait System: Send + Sync {
    /// An id of this start of the computer, where there is one: what was set before it is gone.
    fn boot(&self) -> Option<String>;

    /// The interface as it is now; `None`: there is no such interface.
    fn look(&self, interface: &str) -> Option<Seen> {
        let found = interfaces::named(interface)?;
        Some(Seen { index: found.index, up: found.on, link: found.up, addresses: found.addresses })
    }

    /// Who looks after the interface by itself; `None`: nobody.
    ///
    /// # Errors
    /// Somebody may, and doesn't answer.
    fn manager(&self, interface: &str) -> Result<Option<Manager>, Trouble>;

    /// What this manager may not bring back by itself when it is told to look after the interface again.
    fn belongings(&self, _interface: &str, _manager: Manager) -> Belongings {
        Belongings::default()
    }

    /// Announcements of neighbours reach programs on this interface already, or can't be made to.
    fn hears(&self, _interface: &str, _what: Announcement) -> bool {
        true
    }

    /// Makes a change.
    ///
    /// # Errors
    /// The system's word.
    fn make(&self, change: &Change) -> Result<(), Trouble>;

    /// Undoes a change that may have been made, or not, or have been undone already.
    ///
    /// # Errors
    /// The system's word.
    fn undo(&self, change: &Change) -> Result<(), Trouble>;

    /// Who listens on a UDP port.
    ///
    /// # Errors
    /// It can't be seen.
    fn holders(&self, port: u16) -> Result<Vec<Holder>, Trouble>;

    /// Who takes connections at a TCP port.
    ///
    /// # Errors
    /// It can't be seen.
    fn listeners(&self, port: u16) -> Result<Vec<Holder>, Trouble>;

    /// What the firewall does with UDP to these ports on this interface.
    fn firewall(&self, interface: &str, ports: &[u16]) -> Firewall;

    /// The interface of the default route.
    fn default_route(&self) -> Option<String>;

    /// What kind of thing an interface is, where the system knows better than its name.
    fn kind(&self, interface: &str) -> Option<Kind>;

    /// The hardware address of a neighbour, once something was sent to it.
    fn neighbour(&self, interface: &str, address: Ipv4Addr) -> Result<Option<String>, Trouble>;

    /// The reverse-path filter of this interface; `None`: the system has none, or doesn't say.
    fn path_filter(&self, _interface: &str) -> Option<PathFilter> {
        None
    }

    /// The command by which this change is made, where it is one command.
    fn command(&self, change: &Change) -> Option<Argv>;

    /// Bytes free where a file would be written.
    fn free_bytes(&self, folder: &std::path::Path) -> Option<u64>;

    /// The command that gives this program the right to the ports below 1024.
    fn rights(&self, program: &str) -> String;
}

/// Who holds a UDP port, in words; `None` when nobody does or it can't be seen.
#[must_use]
pub fn holder(system: &dyn System, port: u16) -> Option<String> {
    let held = system.holders(port).ok()?;
    held.iter().find(|h| h.process.is_some()).or(held.first())?.name()
}

/// The system that this program runs on.
#[must_use]
pub fn system() -> Box<dyn System> {
    if cfg!(windows) {
        Box::new(Windows::new(Real))
    } else if cfg!(target_os = "macos") {
        Box::new(MacOs::new(Real))
    } else {
        Box::new(Linux::new(Real))
    }
}
