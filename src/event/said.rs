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
    /// What it starts its load with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
    /// The revision of its board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<String>,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// Where a phone says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Its announcement to its neighbour, in Cisco's own form.
    Cdp,
    /// The same in the standard's form.
    Lldp,
    /// The page that it shows to a browser.
    Page,
    /// Its registration at an SCCP exchange.
    Sccp,
    /// Its registration at a SIP exchange.
    Sip,
}

impl Source {
    /// Only a running application says so; boot code announces itself, too.
    #[must_use]
    pub const fn is_application(self) -> bool {
        matches!(self, Self::Page | Self::Sccp | Self::Sip)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cdp => "CDP",
            Self::Lldp => "LLDP",
            Self::Page => "own page",
            Self::Sccp => "SCCP registration",
            Self::Sip => "SIP registration",
        })
    }
}

/// How much a piece proves: 3 an application that names its load (it registers, or shows its page), 2 an announcement that
/// does (a loader announces itself, too), 1 what names none.
#[must_use]
pub const fn weight(source: Source, names_load: bool) -> u8 {
    match (names_load, source.is_application()) {
        (false, _) => 1,
        (true, false) => 2,
        (true, true) => 3,
    }
}
