//! Scenarios: virtual benches as TOML, with what must come out. Rehearsal and tests read the same files.

mod builtin;
mod phone;

pub use super::lan::LanSpec;
pub use super::phone::spec::{
    Break, Fault, OfferNeed, PhoneSpec, ServerField, Stage, StartState, StoredLease,
};
pub use super::router::RouterSpec;
pub use builtin::builtin;
pub use phone::PhoneEntry;

use crate::event::Remedy;
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

/// What must have come out at the end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What the program must say.
    pub verdict: Verdict,
    /// What the phone must really run; empty: nothing.
    pub running: Option<String>,
    /// Symptoms that must have been named.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// The loads it must have been led through, the last one included.
    #[serde(default)]
    pub hops: Vec<String>,
}

/// The three words of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Proven.
    Recovered,
    /// Nothing proves or contradicts it.
    Unproven,
    /// Contradicted.
    Failed,
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
    Phone(#[from] super::phone::spec::BadPhone),
}

impl Scenario {
    /// Reads a scenario; `name` is what it is called by.
    pub fn read(name: &str, text: &str) -> Result<Self, BadScenario> {
        let mut scenario: Self = toml::from_str(text)?;
        name.clone_into(&mut scenario.name);
        let phones = scenario.phones();
        for (spec, _) in &phones {
            super::phone::Phone::new(spec, 0)?;
        }
        match scenario.actions.iter().find(|a| a.phone >= phones.len()) {
            Some(action) => Err(BadScenario::NoSuchPhone(action.phone, phones.len())),
            None => Ok(scenario),
        }
    }
}
