//! The technician's answers, page by page, and what follows from them. No page forgets an answer when it is left.

mod coach;
mod folder;
mod offers;
mod step;
mod update;

pub use coach::Outcome;
pub use coach::{Coach, Phase};
pub use folder::{Entry, Folder};
pub use offers::Offer;
pub use step::Step;
pub(super) use update::{jump, key, listed, move_by, open_coach, paste, pick, ports, shelf, started};

use crate::catalogue::{Catalogue, Class, Foreign, Kind, Model, Shows};
use crate::firmware::Shelf;
use crate::job::{Blocker, Draft, Wish};
use crate::load::Protocol;
use crate::route::Start;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// A network interface of this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name for the operating system.
    pub name: String,
    /// Its name for people, where there is one.
    pub friendly: Option<String>,
    /// Its addresses and the lengths of their networks.
    pub addresses: Vec<(Ipv4Addr, u8)>,
    /// It has a link.
    pub up: bool,
}

/// A virtual bench that can be practised on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Its name for the program.
    pub name: String,
    /// One line.
    pub title: String,
    /// What it teaches.
    pub teaches: String,
}

/// What the servers are started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The answers.
    pub draft: Draft,
    /// The interface.
    pub interface: String,
}

/// Where the servers stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Servers {
    /// Nothing has been touched.
    #[default]
    Off,
    /// They are being started.
    Starting,
    /// They did not start.
    Failed(Blocker),
    /// They answer.
    On,
}

/// The answers so far.
#[derive(Clone, Debug)]
pub struct Wizard {
    /// What is typed into the search for a model.
    pub search: String,
    /// The chosen row of the models found; the last row is "I don't know".
    pub model_at: usize,
    /// The chosen row of what it shows.
    pub shows_at: usize,
    /// What the technician says it runs: a load or a release.
    pub said: String,
    /// The firmware that was read.
    pub shelf: Shelf,
    /// Where it came from.
    pub paths: Vec<PathBuf>,
    /// It is being read.
    pub reading: bool,
    /// Why the last path was not taken.
    pub unreadable: Option<String>,
    /// The chosen row of the loads.
    pub load_at: usize,
    /// The file browser.
    pub folder: Folder,
    /// Folders and archives of earlier sessions.
    pub places: Vec<PathBuf>,
    /// The interfaces of this computer.
    pub ports: Vec<Port>,
    /// The chosen interface.
    pub port_at: usize,
    /// The row under the cursor: an interface, or who gives the addresses.
    pub port_row: usize,
    /// Give addresses; if not, another server does.
    pub dhcp: bool,
    /// The servers.
    pub servers: Servers,
    /// What can be practised.
    pub exercises: Vec<Exercise>,
    /// The chosen one.
    pub exercise_at: usize,
    /// The servers answer virtual phones.
    pub practice: bool,
}

impl Default for Wizard {
    fn default() -> Self {
        Self {
            search: String::new(),
            model_at: 0,
            shows_at: 0,
            said: String::new(),
            shelf: Shelf::default(),
            paths: Vec::new(),
            reading: false,
            unreadable: None,
            load_at: 0,
            folder: Folder::default(),
            places: Vec::new(),
            ports: Vec::new(),
            port_at: 0,
            port_row: 0,
            dhcp: true,
            servers: Servers::Off,
            exercises: Vec::new(),
            exercise_at: 0,
            practice: false,
        }
    }
}

impl Wizard {
    /// The models that fit what was typed; all of them when nothing does, or nothing was typed.
    #[must_use]
    pub fn found(&self) -> Vec<&'static Model> {
        let catalogue = Catalogue::builtin();
        let typed = self.search.trim().to_ascii_uppercase();
        let typed = typed.strip_prefix("CP").unwrap_or(&typed).trim_start_matches('-');
        let bare = typed.trim_end_matches("-GE").trim_end_matches('G');
        let exact = catalogue.model(typed);
        let fits = |m: &&Model| m.name.contains(typed) || m.name.contains(bare);
        let mut found: Vec<_> = catalogue.models().iter().filter(fits).collect();
        // What is meant stands first: 7941G-GE before 7941 when all of it was typed.
        found.sort_by_key(|m| exact.is_none_or(|e| e.name != m.name));
        if typed.is_empty() {
            found.sort_by(|a, b| a.name.cmp(&b.name));
        }
        found
    }

    /// Whose phone was typed, when it is not ours.
    #[must_use]
    pub fn foreign(&self) -> Option<&'static Foreign> {
        let typed = self.search.trim().to_ascii_uppercase();
        let number = typed.strip_prefix("CP").unwrap_or(&typed).trim_start_matches('-');
        if number.len() < 4 || !self.found().is_empty() {
            return None;
        }
        match Catalogue::builtin().by_class(&format!("Cisco Systems, Inc. IP Phone CP-{number}")) {
            Class::Foreign(foreign) => Some(foreign),
            _ => None,
        }
    }

    /// The model that was chosen; `None`: it is not known yet.
    #[must_use]
    pub fn model(&self) -> Option<&'static Model> {
        self.found().get(self.model_at).copied()
    }

    /// What it may show.
    #[must_use]
    pub fn shows(&self) -> Vec<&'static Shows> {
        let kind = self.model().map(|m| Kind::of(m.family));
        kind.map(|kind| Catalogue::builtin().shows(kind).collect()).unwrap_or_default()
    }

    /// What it shows.
    #[must_use]
    pub fn shown(&self) -> Option<&'static Shows> {
        self.shows().get(self.shows_at).copied()
    }

    /// What it runs, as far as was said.
    #[must_use]
    pub fn start(&self) -> Start {
        let said = self.said.trim();
        if said.is_empty() {
            self.shown().map_or(Start::Unknown, |s| Start::parse(&s.start))
        } else {
            Start::parse(said)
        }
    }

    /// The protocol that is most likely wanted: the other one.
    fn wanted(&self) -> Protocol {
        match self.start() {
            Start::Protocol(Protocol::Sip) => Protocol::Sccp,
            _ => Protocol::Sip,
        }
    }

    /// The load that was chosen.
    #[must_use]
    pub fn offer(&self) -> Option<Offer> {
        self.offers().into_iter().nth(self.load_at)
    }

    /// The interface that was chosen.
    #[must_use]
    pub fn port(&self) -> Option<&Port> {
        self.ports.get(self.port_at)
    }

    /// The answers as a draft.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let address = self.port().and_then(|port| port.addresses.first().copied());
        let named = |load: String| Wish { model: self.model().map(|m| m.name.clone()), load };
        let from = if self.said.trim().is_empty() {
            self.shown().map(|s| s.start.clone())
        } else {
            Some(self.said.trim().to_owned())
        };
        Draft {
            targets: self.offer().map(|offer| offer.targets).unwrap_or_default(),
            froms: from.filter(|from| from != "unknown").map(named).into_iter().collect(),
            server: address.map(|(address, _)| address),
            prefix: address.map_or(24, |(_, prefix)| prefix),
            dhcp: self.dhcp,
            any: false,
            forced: Vec::new(),
            account: None,
        }
    }

    /// What the servers are started with.
    #[must_use]
    pub fn order(&self) -> Order {
        Order { draft: self.draft(), interface: self.port().map(|p| p.name.clone()).unwrap_or_default() }
    }
}
