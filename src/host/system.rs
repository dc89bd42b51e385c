//! What the program needs of an operating system: one small trait, one file for each system behind it. All of them are
//! built on every system, so that their commands and parsers are tested everywhere.

use super::interfaces::{self, Kind};
use super::remedy::Remedy;
use super::run::{Argv, Real, Trouble};
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

/// Who is asked to let phones in, and what must be known to take that back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wall", rename_all = "snake_case")]
pub enum Wall {
    /// nftables, in the chain that drops.
    Nft {
        /// Family, table and name of the chain, with blanks between.
        chain: String,
    },
    /// iptables, in `INPUT`.
    Iptables,
    /// ufw.
    Ufw,
    /// firewalld: the interface is moved to the zone "trusted".
    Firewalld {
        /// The zone it was in; `None`: in none by name.
        zone: Option<String>,
    },
    /// The Windows firewall.
    Windows,
    /// The macOS application firewall's "block all".
    MacOsAll,
    /// The macOS packet filter.
    MacOsFilter,
}

/// What a firewall is told to let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lets {
    /// Requests to these UDP ports.
    Ports(Vec<u16>),
    /// Answers to what we sent, which is how phones read.
    Answers,
}

/// A change to the laptop. Each can be undone twice.
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
    /// The firewall was told to let phones in.
    Open {
        /// The interface.
        interface: String,
        /// Who was told.
        #[serde(flatten)]
        wall: Wall,
        /// What it lets in.
        lets: Lets,
    },
    /// The card was told to let announcements of neighbours (CDP) in, which it may filter.
    Hear {
        /// The interface.
        interface: String,
    },
    /// The reverse-path filter was made loose.
    LoosePath {
        /// The interface.
        interface: String,
        /// What it was.
        was: u8,
    },
    /// A service of the system was stopped.
    Stop {
        /// Its unit.
        service: String,
    },
}

impl Change {
    /// The interface that is changed, or the service.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Hold { interface, .. }
            | Self::Up { interface }
            | Self::Address { interface, .. }
            | Self::Open { interface, .. }
            | Self::Hear { interface }
            | Self::LoosePath { interface, .. } => interface,
            Self::Stop { service } => service,
        }
    }

    /// A restart of the computer doesn't undo it.
    #[must_use]
    pub const fn survives_restart(&self) -> bool {
        matches!(self, Self::Open { wall: Wall::Ufw | Wall::Windows | Wall::MacOsAll, .. })
    }

    /// What was done, in a few words.
    #[must_use]
    pub fn made(&self) -> String {
        match self {
            Self::Hold { interface, manager } => format!("{} leaves {interface} alone", manager.name()),
            Self::Up { interface } => format!("{interface} is switched on"),
            Self::Address { interface, address, prefix } => format!("{interface} has {address}/{prefix}"),
            Self::Open { interface, .. } => format!("the firewall lets phones in on {interface}"),
            Self::Hear { interface } => format!("{interface} lets announcements in"),
            Self::LoosePath { interface, .. } => format!("the reverse-path filter of {interface} is loose"),
            Self::Stop { service } => format!("{service} is stopped"),
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
            Self::Open { interface, .. } => format!("the firewall of {interface} is as it was"),
            Self::LoosePath { interface, .. } => {
                format!("the reverse-path filter of {interface} is as it was")
            }
            Self::Hear { interface } => format!("{interface} filters announcements again"),
            Self::Stop { service } => format!("{service} runs again"),
        }
    }
}

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

    /// Who looks after the interface by itself.
    fn manager(&self, interface: &str) -> Option<Manager>;

    /// Announcements of neighbours reach programs on this interface already, or can't be made to.
    fn hears(&self, _interface: &str) -> bool {
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

    /// What the firewall does with UDP to these ports on this interface.
    fn firewall(&self, interface: &str, ports: &[u16]) -> Firewall;

    /// The interface of the default route.
    fn default_route(&self) -> Option<String>;

    /// What kind of thing an interface is, where the system knows better than its name.
    fn kind(&self, interface: &str) -> Option<Kind>;

    /// The hardware address of a neighbour, once something was sent to it.
    fn neighbour(&self, interface: &str, address: Ipv4Addr) -> Result<Option<String>, Trouble>;

    /// The reverse-path filter of this interface; `None`: the system has none, or doesn't say.
    fn path_filter(&self, interface: &str) -> Option<PathFilter>;

    /// The command by which this change is made, where it is one command.
    fn command(&self, change: &Change) -> Option<Argv>;

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
