//! The wire the phone is on: the interfaces of this computer, the address of the servers, and whether all is ready.

use super::{Wizard, blocked};
use crate::job::Blocker;
use std::net::Ipv4Addr;

/// The address of the guides that people know.
const USUAL: &str = "192.168.1.1/24";

/// A network interface of this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    /// Its name for the operating system.
    pub name: String,
    /// Its name for people, where there is one.
    pub friendly: Option<String>,
    /// Its addresses and the lengths of their networks.
    pub addresses: Vec<(Ipv4Addr, u8)>,
    /// It has a link.
    pub up: bool,
    /// Its speed in Mb/s, where it is known.
    pub speed: Option<u64>,
    /// Why no phone can be on it, such as: it is Wi-Fi.
    pub unfit: Option<String>,
    /// Why this one should be chosen; at most one interface has a reason.
    pub recommended: Option<String>,
    /// This computer's own way to the internet goes over it.
    pub internet: bool,
}

/// How a check of this computer came out, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Fine,
    /// It can't be seen from here.
    Unseen,
    /// It works, and something should be known.
    Note,
    /// A session can't work like this.
    Bad,
}

/// One check of this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: String,
    /// What it is about, in two or three words.
    pub title: String,
    /// How it came out.
    pub grade: Grade,
    /// What was seen.
    pub seen: String,
    /// What it means.
    pub means: String,
    /// The one thing to do.
    pub remedy: Option<String>,
    /// What the program itself can do about it, in words; it does so only when told.
    pub fix: Option<String>,
}

/// Whether this computer is ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// It is being looked at.
    pub running: bool,
    /// Which look the findings belong to; an answer to an older one is too late.
    pub number: u64,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// The address of the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The interface keeps what it has.
    pub keep: bool,
    /// The address to set, and the length of its network.
    pub typed: String,
    /// It is being typed; holds what stood there before.
    pub before: Option<String>,
    /// Why it can't work on the chosen interface.
    pub wrong: Option<Blocker>,
}

impl Default for Address {
    fn default() -> Self {
        Self { keep: false, typed: USUAL.to_owned(), before: None, wrong: None }
    }
}

/// A row of the page that asks whether this computer is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyRow {
    /// To the next page.
    On,
    /// Set an address for the session.
    Set,
    /// Keep the address that is there.
    Keep,
    /// This program gives addresses.
    Ours,
    /// Another DHCP server does.
    Theirs,
    /// What was found, by its place among those that are not as they should be.
    Finding(usize),
}

impl Address {
    /// The address that is to be set, as far as it can be read.
    #[must_use]
    pub fn parsed(&self) -> Option<(Ipv4Addr, u8)> {
        let (address, prefix) = self.typed.trim().split_once('/').unwrap_or((self.typed.trim(), "24"));
        Some((address.trim().parse().ok()?, prefix.trim().parse().ok().filter(|p| *p <= 32)?))
    }
}

impl Preflight {
    /// What is not as it should be, the worst first.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.grade != Grade::Fine)
    }

    /// How many checks came out so.
    #[must_use]
    pub fn count(&self, grade: Grade) -> usize {
        self.findings.iter().filter(|f| f.grade == grade).count()
    }
}

impl Wizard {
    /// The interface that was chosen.
    #[must_use]
    pub fn port(&self) -> Option<&Port> {
        self.ports.get(self.port_at)
    }

    /// Where the servers will answer, and the length of the network.
    #[must_use]
    pub fn server(&self) -> Option<(Ipv4Addr, u8)> {
        if self.address.keep {
            self.port().and_then(|port| port.addresses.first().copied())
        } else {
            self.address.parsed()
        }
    }

    /// The rows of the page that asks whether this computer is ready.
    #[must_use]
    pub fn ready_rows(&self) -> Vec<ReadyRow> {
        let fixed = [ReadyRow::On, ReadyRow::Set, ReadyRow::Keep, ReadyRow::Ours, ReadyRow::Theirs];
        let found = (0..self.preflight.open().count()).map(ReadyRow::Finding);
        fixed.into_iter().chain(found).collect()
    }

    /// The row under the cursor.
    #[must_use]
    pub fn ready_row(&self) -> ReadyRow {
        self.ready_rows().get(self.ready_at).copied().unwrap_or(ReadyRow::On)
    }

    /// The finding under the cursor.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        match self.ready_row() {
            ReadyRow::Finding(n) => self.preflight.open().nth(n),
            _ => None,
        }
    }

    /// Whether the breadcrumb leads back: not while the servers are being started, nor from an exercise.
    #[must_use]
    pub fn may_go_back(&self) -> bool {
        self.servers != super::Servers::Starting && self.aside.is_none()
    }

    pub(super) fn port_blocker(&self) -> Option<Blocker> {
        let Some(port) = self.port() else {
            if !self.looked {
                return Some(blocked("looking", "The sockets of this computer are being looked at.", ""));
            }
            let text = "This computer has no network interface.";
            return Some(blocked(
                "no-interface",
                text,
                "Plug a network adapter in; it appears here by itself.",
            ));
        };
        let why = port.unfit.as_ref().filter(|_| !self.insists)?;
        let remedy = "Choose the socket that the phone's cable is in. An expert may insist (X).";
        Some(blocked("unfit", format!("No phone can be on {}: {why}.", port.name), remedy))
    }

    pub(super) fn ready_blocker(&self) -> Option<Blocker> {
        let name = self.port().map_or("the interface", |port| &port.name);
        if self.address.before.is_some() {
            return Some(blocked("typing", "The address is being typed.", "Enter takes it, Esc leaves it."));
        }
        if self.address.keep && self.server().is_none() {
            let text = format!("{name} has no IPv4 address that could be kept.");
            return Some(blocked("no-address", text, "Have the program set one (A)."));
        }
        if self.server().is_none() {
            let text = format!("\"{}\" is no address.", self.address.typed);
            return Some(blocked("no-address", text, format!("Type it (A) as {USUAL}.")));
        }
        if let Some(wrong) = self.address.wrong.as_ref().filter(|_| !self.address.keep) {
            return Some(wrong.clone());
        }
        if self.insists {
            return None;
        }
        let worst = self.preflight.open().find(|f| f.grade == Grade::Bad)?;
        Some(Blocker {
            code: worst.code.clone(),
            text: worst.seen.clone(),
            remedy: worst.remedy.clone().unwrap_or_default(),
        })
    }
}
