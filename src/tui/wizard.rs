//! The technician's answers, page by page, and what follows from them. No page forgets an answer when it is left.

mod account;
mod answers;
mod coach;
mod exercise;
mod firmware;
mod folder;
mod offers;
mod ready;
mod session;
mod step;
mod typing;
mod update;
mod wire;

pub use account::{Field, Form};
pub(super) use answers::{checked, fixed, large, listed, ports, preflight, progress, refused, shelf};
pub use coach::Outcome;
pub use coach::{Coach, Phase};
pub use exercise::{Exercise, Refused};
pub(super) use firmware::read_large;
pub use folder::{Choice, Entry, Folder, Weight, is_firmware};
pub use offers::{LoadRow, Offer};
pub(super) use ready::{fix, insist};
pub(super) use session::{not_started, open_coach, started};
pub use step::Step;
pub(super) use typing::paste;
pub(super) use update::{jump, key, move_by, pick};
pub use wire::{Address, Finding, Grade, Port, Preflight, ReadyRow};

use crate::catalogue::{Catalogue, Class, Foreign, Kind, Model, Shows, Symptom};
use crate::firmware::Shelf;
use crate::job::{Blocker, Draft, Wish};
use crate::load::{LoadName, Protocol};
use crate::route::Start;
use std::path::PathBuf;

/// What the servers are started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The answers.
    pub draft: Draft,
    /// The interface.
    pub interface: String,
    /// It keeps the address it has.
    pub keep: bool,
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
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct Wizard {
    /// What is typed into the search for a model.
    pub search: String,
    /// The chosen row of the models found; the last row is "I don't know".
    pub model_at: usize,
    /// The chosen row of what it shows.
    pub shows_at: usize,
    /// The id of that row: another model may show the same.
    pub shows_id: Option<String>,
    /// The page's field holds an answer that was gone on from: the next letter begins another.
    pub fresh: bool,
    /// What the technician says it runs: a load or a release.
    pub said: String,
    /// The firmware that was read.
    pub shelf: Shelf,
    /// Where it came from.
    pub paths: Vec<PathBuf>,
    /// What was taken off the shelf last.
    pub removed: Option<PathBuf>,
    /// It is being read.
    pub reading: bool,
    /// What is being read, or was asked for last; the newest first.
    pub wanted: Vec<PathBuf>,
    /// How much is in the folder that it is asked about.
    pub weight: Weight,
    /// Why the last path was not taken.
    pub unreadable: Option<String>,
    /// The chosen load.
    pub load_at: usize,
    /// The row under the cursor: a load, the account, or adding firmware.
    pub load_row: usize,
    /// Loads that the technician wants against the plan.
    pub forced: Vec<Wish>,
    /// The X-ray's findings about phones of other families are shown, too.
    pub all_findings: bool,
    /// The SIP account of the phone.
    pub form: Form,
    /// The file browser.
    pub folder: Folder,
    /// Folders and archives of earlier sessions.
    pub places: Vec<PathBuf>,
    /// The interfaces of this computer.
    pub ports: Vec<Port>,
    /// They have been looked at.
    pub looked: bool,
    /// The chosen interface.
    pub port_at: usize,
    /// The address of the servers.
    pub address: Address,
    /// Whether this computer is ready.
    pub preflight: Preflight,
    /// The row under the cursor of that page.
    pub ready_at: usize,
    /// The technician goes on whatever the checks of this computer say.
    pub insists: bool,
    /// Give addresses; if not, another server does.
    pub dhcp: bool,
    /// The servers.
    pub servers: Servers,
    /// What has been done so far to start them.
    pub steps: Vec<String>,
    /// What can be practised.
    pub exercises: Vec<Exercise>,
    /// What is typed to find one.
    pub sought: String,
    /// The chosen one of those found.
    pub exercise_at: usize,
    /// Whether the servers answered when they asked themselves, and what they said.
    pub self_test: Option<(bool, String)>,
    /// The servers answer virtual phones, or the firmware on the page is that of an exercise.
    pub practice: bool,
    /// The real answers, while an exercise is looked at that is refused before anything is served.
    pub aside: Option<Box<Self>>,
}

impl Default for Wizard {
    fn default() -> Self {
        Self {
            search: String::new(),
            model_at: 0,
            shows_at: 0,
            shows_id: None,
            fresh: false,
            said: String::new(),
            shelf: Shelf::default(),
            paths: Vec::new(),
            removed: None,
            reading: false,
            wanted: Vec::new(),
            weight: Weight::default(),
            unreadable: None,
            load_at: 0,
            load_row: 0,
            forced: Vec::new(),
            all_findings: false,
            form: Form::default(),
            folder: Folder::default(),
            places: Vec::new(),
            ports: Vec::new(),
            looked: false,
            port_at: 0,
            address: Address::default(),
            preflight: Preflight::default(),
            ready_at: 0,
            insists: false,
            dhcp: true,
            servers: Servers::Off,
            steps: Vec::new(),
            exercises: Vec::new(),
            sought: String::new(),
            exercise_at: 0,
            self_test: None,
            practice: false,
            aside: None,
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
        let numbered = number.contains(|c: char| c.is_ascii_digit());
        if !numbered || number.len() < 4 || !self.found().is_empty() {
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

    /// What it runs, as far as that was typed: a load, a release, a protocol.
    #[must_use]
    pub fn typed_start(&self) -> Option<Start> {
        let said = self.said.trim();
        match Start::parse(said) {
            _ if said.is_empty() => None,
            // The number of a model is no release.
            Start::Release(_) if said.len() > 2 && said.bytes().all(|b| b.is_ascii_digit()) => None,
            Start::Load(name) if self.is_its_own(&name) != Some(true) => None,
            start => Some(start),
        }
    }

    /// Whether a load is one of the chosen model; `None`: it is no name of a load.
    pub(super) fn is_its_own(&self, load: &str) -> Option<bool> {
        let family = load.parse::<LoadName>().ok()?.family;
        Some(self.model().is_none_or(|model| model.family == family))
    }

    /// What was typed and what was chosen can't both be so; what was typed counts.
    #[must_use]
    pub fn contradiction(&self) -> bool {
        let shown = self.shown().map(|shown| Start::parse(&shown.start));
        match (shown, self.typed_start()) {
            // The loader is all that is left of it, and that is what was typed.
            (Some(Start::Era(_)), Some(Start::Load(name))) => {
                !name.parse::<LoadName>().is_ok_and(|n| n.loader)
            }
            (Some(Start::Protocol(shown)), Some(Start::Load(name))) => {
                name.parse::<LoadName>().is_ok_and(|name| !name.loader && name.protocol != shown)
            }
            (Some(Start::Protocol(shown)), Some(Start::Protocol(typed))) => shown != typed,
            (Some(shown @ (Start::Era(_) | Start::Wiped)), Some(typed)) => shown != typed,
            _ => false,
        }
    }

    /// What the book says about the text that was typed off the phone's screen, the best first; nothing for a load.
    #[must_use]
    pub fn symptoms(&self) -> Vec<&'static Symptom> {
        let typed = if self.model().is_none() { &self.search } else { &self.said };
        if typed.trim().chars().count() < 4 || self.typed_start().is_some() {
            return Vec::new();
        }
        Catalogue::builtin().symptoms_like(typed)
    }

    /// What it runs, as far as was said.
    #[must_use]
    pub fn start(&self) -> Start {
        let shown = || self.shown().map_or(Start::Unknown, |s| Start::parse(&s.start));
        self.typed_start().unwrap_or_else(shown)
    }

    /// The protocol that is most likely wanted: the other one.
    fn wanted(&self) -> Protocol {
        match self.start() {
            Start::Protocol(Protocol::Sip) => Protocol::Sccp,
            _ => Protocol::Sip,
        }
    }

    /// The answers as a draft.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let server = self.server();
        let named = |load: String| Wish { model: self.model().map(|m| m.name.clone()), load };
        let from = match self.typed_start() {
            Some(_) => Some(self.said.trim().to_owned()),
            None => self.shown().map(|s| s.start.clone()),
        };
        let targets = self.offer().map(|offer| offer.targets).unwrap_or_default();
        Draft {
            forced: self.forced.iter().filter(|wish| targets.contains(wish)).cloned().collect(),
            account: self.form.account().ok().flatten().filter(|_| self.wants_account()),
            targets,
            froms: from.filter(|from| from != "unknown").map(named).into_iter().collect(),
            server: server.map(|(address, _)| address),
            prefix: server.map_or(24, |(_, prefix)| prefix),
            dhcp: self.dhcp,
            leads_elsewhere: false,
            any: false,
        }
    }

    /// What the servers are started with.
    #[must_use]
    pub fn order(&self) -> Order {
        Order {
            draft: self.draft(),
            interface: self.port().map(|p| p.name.clone()).unwrap_or_default(),
            keep: self.address.keep,
        }
    }
}

fn blocked(code: &str, text: impl Into<String>, remedy: impl Into<String>) -> Blocker {
    Blocker { code: code.into(), text: text.into(), remedy: remedy.into() }
}
