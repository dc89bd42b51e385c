//! A virtual bench as its file has it.

use super::phone::{Expect, PhoneEntry};
use crate::event::Remedy;
use crate::sim::lan::LanSpec;
use crate::sim::phone::Phone;
use crate::sim::phone::spec::{BadPhone, PhoneSpec};
use crate::sim::router::RouterSpec;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A virtual bench.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name it is called by: the file's name without `.toml`. Not in the file.
    #[serde(skip)]
    pub name: String,
    /// One line for a list.
    pub title: String,
    /// What a technician learns from it.
    pub teaches: String,
    /// The rows of the guide (`G9`) and its readers (`S1`) that it stands for.
    pub seed_rows: Vec<String>,
    /// Ends after so many seconds of bench time.
    pub seconds: u64,
    /// What the shelf holds.
    #[serde(default)]
    pub shelf: ShelfSpec,
    /// Model (or `*`) to the load it is to run.
    #[serde(default)]
    pub targets: BTreeMap<String, String>,
    /// Model (or `*`) to the load that the technician says it runs.
    #[serde(default)]
    pub from: BTreeMap<String, String>,
    /// What our servers do.
    #[serde(default)]
    pub server: ServerSpec,
    /// The wire.
    #[serde(default)]
    pub lan: LanSpec,
    /// Other DHCP servers on it.
    #[serde(default)]
    pub routers: Vec<RouterSpec>,
    /// A SIP account to write into the configuration files.
    pub line: Option<LineSpec>,
    /// The phones.
    pub phones: Vec<PhoneEntry>,
    /// What the technician does.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What is said before anything is served.
    #[serde(default)]
    pub plan: PlanSpec,
}

/// Synthetic firmware, and what is wrong with it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShelfSpec {
    /// Loads to make.
    pub loads: Vec<String>,
    /// Done to the files afterwards, in order.
    pub damage: Vec<Damage>,
    /// Files beside the loads.
    pub files: Vec<ExtraFile>,
}

/// What can be wrong with a folder of firmware.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Damage {
    /// The file isn't there.
    Missing {
        /// Its name.
        file: String,
    },
    /// The file has another name than its envelope says.
    Renamed {
        /// The true name.
        file: String,
        /// The name it goes by.
        to: String,
    },
    /// Only the first bytes are there.
    Truncated {
        /// Its name.
        file: String,
        /// How many bytes are left.
        keep: usize,
    },
}

/// A text file beside the loads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// What our servers do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSpec {
    /// Answer DHCP; without it another router must.
    pub dhcp: bool,
    /// The laptop's address.
    pub address: Ipv4Addr,
    /// Moments (seconds) at which the program is killed and started again with what it wrote down.
    pub restarts: Vec<u64>,
    /// Hear what phones say of themselves: announcements always, registrations where we give the addresses.
    pub listens: bool,
    /// Serve files by HTTP, too.
    pub http: bool,
}

impl Default for ServerSpec {
    /// As the guide has it.
    fn default() -> Self {
        Self {
            dhcp: true,
            address: Ipv4Addr::new(192, 168, 1, 1),
            restarts: Vec::new(),
            listens: true,
            http: true,
        }
    }
}

/// A SIP account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSpec {
    /// The exchange.
    pub proxy: String,
    /// The extension.
    pub user: String,
    /// Its password.
    pub password: String,
}

/// Something the technician does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// When, in seconds.
    pub at: u64,
    /// To which phone, counted from 0 over all entries.
    pub phone: usize,
    /// What.
    #[serde(rename = "do")]
    pub what: Deed,
}

/// What a technician can do to a phone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Power off, and on again after 5 s.
    PowerCycle,
    /// Hold `#` at power-on, then type these keys.
    ResetKeys(String),
    /// Power off, for good.
    Unplug,
    /// Press the key of this remedy on the laptop.
    Remedy(Remedy),
}

/// What is said before anything is served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlanSpec {
    /// Models for which the order is refused, with the code of the reason: `family`, `hop-missing`, `incomplete`.
    pub refused: BTreeMap<String, String>,
}

/// A file that isn't a scenario.
#[derive(Debug, thiserror::Error)]
pub enum BadScenario {
    /// Not the TOML of a scenario.
    #[error("not a scenario: {0}")]
    Toml(#[from] toml::de::Error),
    /// An action is done to a phone that isn't there.
    #[error("an action is done to phone {0}, but there are only {1}")]
    NoSuchPhone(usize, usize),
    /// A phone that the simulator can't build.
    #[error("{0}")]
    Phone(#[from] BadPhone),
}

impl Scenario {
    /// Reads a scenario; `name` is what it is called by.
    pub fn read(name: &str, text: &str) -> Result<Self, BadScenario> {
        let mut scenario: Self = toml::from_str(text)?;
        name.clone_into(&mut scenario.name);
        let phones = scenario.phones();
        for (spec, _) in &phones {
            Phone::new(spec, 0)?;
        }
        match scenario.actions.iter().find(|a| a.phone >= phones.len()) {
            Some(action) => Err(BadScenario::NoSuchPhone(action.phone, phones.len())),
            None => Ok(scenario),
        }
    }

    /// The same bench with `n` phones: its kinds of phones in turn. What was done by hand to single phones is left out.
    #[must_use]
    pub fn with_phones(mut self, n: usize) -> Self {
        let kinds = self.phones.len().max(1);
        for (place, entry) in self.phones.iter_mut().enumerate() {
            let count = n / kinds + usize::from(place < n % kinds);
            entry.count = u8::try_from(count).unwrap_or(u8::MAX);
        }
        self.phones.retain(|entry| entry.count > 0);
        self.actions.clear();
        self
    }

    /// Every phone by itself, with what must become of it.
    #[must_use]
    pub fn phones(&self) -> Vec<(PhoneSpec, Expect)> {
        let mut all = Vec::new();
        for (place, entry) in (0u64..).zip(&self.phones) {
            all.extend((0..entry.count).map(|n| (entry.spec(place, n), entry.expect.clone())));
        }
        all
    }
}
