//! What a phone is, and which way it is led.

use crate::load::{Family, Protocol};
use serde::{Deserialize, Serialize};

/// How a phone asks for an address: enough to tell its generation (`classic-phones` era tables).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Option 60, without trailing NUL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Option 12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_name: Option<String>,
    /// Option 55: what it wants to know.
    pub params: Vec<u8>,
    /// The order of its options.
    pub order: Vec<u8>,
}

/// How a phone starts, as far as the wire tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Not known yet.
    #[default]
    Unknown,
    /// Factory state: asks for its default list and nothing else.
    Wiped,
    /// A loader is asking, the application may be broken.
    Loader,
    /// A load of the years before the universal loader.
    SingleImage,
    /// An application runs.
    Application,
}

/// What a phone is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its model, by the catalogue's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The family of loads it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// How it starts.
    pub condition: Condition,
    /// The protocol of the application that runs, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// What showed it.
    pub because: String,
    /// What the way it asked for an address said of it, before anything else did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks: Option<Box<Looks>>,
}

/// What the way a phone asks for an address says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// What it may be: one, or each of several that ask in the same way.
    #[serde(default)]
    pub may_be: Vec<Likely>,
    /// The protocol that its host name stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
}

/// One of the things that a phone may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likely {
    /// In words: `SIP 8.12 application`.
    pub what: String,
    /// How it starts.
    pub condition: Condition,
    /// The protocol of the application that runs, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The file asked for next that shows that it is this one.
    pub next: String,
    /// `low`, `medium` or `high`.
    pub confidence: String,
}

/// The way a phone is led.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where it starts: a load, or `unknown`.
    pub from: String,
    /// Where it ends.
    pub target: String,
    /// The loads on the way, the target last. Empty when it runs the target already.
    pub hops: Vec<PlannedHop>,
    /// Why this plan replaces an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised: Option<String>,
}

/// One load on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedHop {
    /// Its name.
    pub load: String,
    /// Why it is there.
    pub why: String,
    /// The step is known to work; if not, it is the best that is known.
    pub certain: bool,
}

/// Why a phone can't be led to its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoPlan {
    /// Stable code.
    pub code: String,
    /// What is in the way.
    pub text: String,
    /// What to get.
    pub get: String,
}
