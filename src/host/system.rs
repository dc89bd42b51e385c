//! What the program needs of an operating system: one small trait, one file for each system behind it. All of them are
//! built on every system, so that their commands and parsers are tested everywhere.

use super::interfaces::{self, Kind};
use super::run::{Real, Trouble};
use super::{linux::Linux, macos::MacOs, windows::Windows};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// A program that looks after interfaces by itself, and would undo what we set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manager {
    /// `NetworkManager`.
    NetworkManager,
    /// `systemd-networkd`.
    Networkd,
}

impl Manager {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetworkManager => "NetworkManager",
            Self::Networkd => "systemd-networkd",
        }
    }
}

/// A change to the laptop. Each is gone after a restart of the computer, and each can be undone twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A manager was told to leave the interface alone.
    Hold {
        /// The interface.
        interface: String,
        /// The manager.
        manager: Manager,
    },
    /// The interface was switched on; it was off.
    Up {
        /// The interface.
        interface: String,
    },
    /// An address was added; it was not there.
    Address {
        /// The interface.
        interface: String,
        /// The address.
        address: Ipv4Addr,
        /// The length of its network.
        prefix: u8,
    },
}

impl Change {
    /// The interface that is changed.
    #[must_use]
    pub fn interface(&self) -> &str {
        match self {
            Self::Hold { interface, .. } | Self::Up { interface } | Self::Address { interface, .. } => {
                interface
            }
        }
    }

    /// How the change is undone, in a few words.
    #[must_use]
    pub fn undone(&self) -> String {
        match self {
            Self::Hold { interface, manager } => {
                format!("{} looks after {interface} again", manager.name())
            }
            Self::Up { interface } => format!("{interface} is switched off again"),
            Self::Address { interface, address, prefix } => {
                format!("{address}/{prefix} is taken from {interface}")
            }
        }
    }
}

/// An interface as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
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
        /// The command that opens it.
        remedy: String,
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
        Some(Seen { up: found.on, link: found.up, addresses: found.addresses })
    }

    /// Who looks after the interface by itself.
    fn manager(&self, interface: &str) -> Option<Manager>;

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

    /// What the firewall does with UDP to these ports on this interface.
    fn firewall(&self, interface: &str, ports: &[u16]) -> Firewall;

    /// The interface of the default route.
    fn default_route(&self) -> Option<String>;

    /// What kind of thing an interface is, where the system knows better than its name.
    fn kind(&self, interface: &str) -> Option<Kind>;

    /// The hardware address of a neighbour, once something was sent to it.
    fn neighbour(&self, interface: &str, address: Ipv4Addr) -> Result<Option<String>, Trouble>;

    /// Strict reverse-path filtering is on for this interface; `None`: the system has none, or doesn't say.
    fn strict_reverse_path(&self, interface: &str) -> Option<bool>;

    /// Bytes free where a file would be written.
    fn free_bytes(&self, folder: &std::path::Path) -> Option<u64>;

    /// The command that gives this program the right to the ports below 1024.
    fn rights(&self, program: &str) -> String;
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
