//! The changes that are made to the laptop, as the ledger writes them down.

use crate::evidence::{cdp, lldp};
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
    /// The macOS packet filter, which was on: nothing of one that is off keeps phones out.
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

/// How neighbours announce themselves, each to a group below IP that no system joins by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// Cisco's own. A ledger of before there were two means it.
    #[default]
    Cdp,
    /// The standard's, which late loads send beside it.
    Lldp,
}

impl Announcement {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cdp, Self::Lldp];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cdp => "CDP",
            Self::Lldp => "LLDP",
        }
    }

    /// The group that it is sent to.
    #[must_use]
    pub const fn group(self) -> [u8; 6] {
        match self {
            Self::Cdp => cdp::GROUP,
            Self::Lldp => lldp::GROUP,
        }
    }
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
    /// The card was told to let announcements of neighbours in, which it may filter.
    Hear {
        /// The interface.
        interface: String,
        /// Which.
        #[serde(default)]
        what: Announcement,
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
            | Self::Hear { interface, .. }
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
            Self::Hear { interface, what } => {
                format!("{interface} lets announcements ({}) in", what.name())
            }
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
            Self::Hear { interface, what } => {
                format!("{interface} filters announcements ({}) again", what.name())
            }
            Self::Stop { service } => format!("{service} runs again"),
        }
    }
}
