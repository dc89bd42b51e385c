//! What a phone says of itself, and how much that proves.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a phone said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it said so.
    pub source: Source,
    /// How much that proves ([`weight`]); the strongest piece wins.
    pub weight: u8,
    /// Its model, by the catalogue's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The load it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<String>,
    /// The release alone, as it writes it: too coarse to prove a load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Its own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Where a phone says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Its announcement to its neighbour.
    Cdp,
    /// Its registration at an SCCP exchange.
    Sccp,
    /// Its registration at a SIP exchange.
    Sip,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cdp => "CDP",
            Self::Sccp => "SCCP registration",
            Self::Sip => "SIP registration",
        })
    }
}

/// How much a piece proves: 3 an application that registers and names its load, 2 an announcement that does (a loader
/// announces itself, too), 1 what names none.
#[must_use]
pub const fn weight(source: Source, names_load: bool) -> u8 {
    match (names_load, source) {
        (false, _) => 1,
        (true, Source::Cdp) => 2,
        (true, Source::Sccp | Source::Sip) => 3,
    }
}
