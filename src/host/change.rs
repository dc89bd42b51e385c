//! The changes that are made to the laptop, as the ledger writes them down.

use crate::evidence::{cdp, lldp};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

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

/// What an interface had when its manager was told to let go. Told back, a manager brings what is its own and takes away
/// what somebody else had set beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belongings {
    /// The manager's own name of the connection that was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// Addresses that were not leased, and the lengths of their networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<(IpAddr, u8)>,
    /// Routes that somebody set, as the system writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<String>,
}

impl Belongings {
    fn is_sound(&self) -> bool {
        let most = |address: &IpAddr| if address.is_ipv4() { 32 } else { 128 };
        self.connection.as_ref().is_none_or(|name| is_plain(name, "-"))
            && self.addresses.iter().all(|(address, prefix)| *prefix <= most(address))
            && self.routes.iter().all(|route| is_route(route))
    }
}

/// A route that can be typed again: words and addresses, no option among them.
pub(super) fn is_route(route: &str) -> bool {
    route.split(' ').all(|word| is_plain(word, "./:-"))
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
        /// What is to be there again when it is told back.
        #[serde(default)]
        had: Belongings,
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

    /// Every name in it is one that a command may be given: none is an option, a path, a pattern or a second command. What
    /// isn't so was not written by this program.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let names = match self {
            Self::Stop { service } => return service.ends_with(".service") && is_plain(service, "@._-"),
            Self::Open { wall: Wall::Nft { chain }, .. } => {
                chain.split(' ').count() == 3 && chain.split(' ').all(|word| is_plain(word, "._-"))
            }
            Self::Open { wall: Wall::Firewalld { zone: Some(zone) }, .. } => is_plain(zone, "_-"),
            Self::Hold { had, .. } => had.is_sound(),
            Self::Address { prefix, .. } => *prefix <= 32,
            Self::LoosePath { was, .. } => *was <= 2,
            _ => true,
        };
        names && is_interface(self.subject())
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
            Self::Hold { interface, manager, .. } => format!("{} leaves {interface} alone", manager.name()),
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
            Self::Hold { interface, manager, .. } => {
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

/// Letters and digits, and these other characters behind the first.
fn is_plain(name: &str, others: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 255
        && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// The name of an interface; on Windows it is what people call it.
fn is_interface(name: &str) -> bool {
    if cfg!(windows) {
        return name.starts_with(char::is_alphanumeric)
            && name.chars().count() <= 255
            && !name.contains(|c: char| c.is_control() || c == '"');
    }
    name.len() <= 15 && is_plain(name, "._-@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_command_may_be_given_are_sound() {
        let up = |interface: &str| Change::Up { interface: interface.into() };
        let stop = |service: &str| Change::Stop { service: service.into() };
        let open = |wall| Change::Open { interface: "eth0".into(), wall, lets: Lets::Answers };
        let chain = |chain: &str| open(Wall::Nft { chain: chain.into() });
        let zone = |zone: &str| open(Wall::Firewalld { zone: Some(zone.into()) });
        let sound = [
            up("enp0s25"),
            up("eth0.100"),
            up("enx001122334455"),
            stop("dnsmasq.service"),
            stop("dnsmasq@br0.service"),
            chain("inet filter input"),
            zone("home"),
            open(Wall::Firewalld { zone: None }),
        ];
        for change in sound {
            assert!(change.is_sound(), "{change:?}");
        }
        let hold = |route: &str| {
            let had = Belongings { routes: vec![route.into()], ..Belongings::default() };
            Change::Hold { interface: "eth0".into(), manager: Manager::Networkd, had }
        };
        for route in ["default via 10.9.9.1 proto static metric 100", "2001:db8::/32 via fe80::1"] {
            assert!(hold(route).is_sound(), "{route}");
        }
        let odd = [
            hold("default via 10.9.9.1; reboot"),
            hold("-batch /tmp/x"),
            up(""),
            up("-all"),
            up("../../etc/x"),
            up("eth0\nName=*"),
            stop("reboot.target"),
            stop("--root=x.service"),
            stop("/tmp/x.service"),
            chain("inet filter input; flush ruleset"),
            chain("inet filter in;put"),
            chain("inet  input"),
            zone("home --panic-on"),
            Change::Address { interface: "eth0".into(), address: Ipv4Addr::LOCALHOST, prefix: 33 },
            Change::LoosePath { interface: "eth0".into(), was: 3 },
        ];
        for change in odd {
            assert!(!change.is_sound(), "{change:?}");
        }
        assert_eq!(up("sixteen-letters0").is_sound(), cfg!(windows));
        assert_eq!(up("Ethernet 2 (dock)").is_sound(), cfg!(windows));
    }
}
