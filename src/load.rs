//! Load names: what `P0S3-8-12-00`, `P00308000900` and `SIP41.9-4-2SR3-1S` say about themselves.
//!
//! Only the grammar of the names stands here (sources: Cisco release notes and real sets, see
//! `assets/catalogue/`). What a load can run on, and after which other load, is the catalogue's knowledge.

mod release;

pub use release::Release;

use release::digits_release;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The call protocol of an application load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Cisco's Skinny protocol, spoken by call managers.
    Sccp,
    /// The standard protocol, spoken by everybody else.
    Sip,
    /// The third protocol of the 7940/7960.
    Mgcp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sccp => "SCCP",
            Self::Sip => "SIP",
            Self::Mgcp => "MGCP",
        })
    }
}

/// Phones that run the same loads. Named by the digits in the names of the loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Family {
    /// 7940 and 7960.
    #[serde(rename = "classic")]
    Classic,
    /// 7906 and 7911.
    #[serde(rename = "11")]
    F11,
    /// 7931.
    #[serde(rename = "31")]
    F31,
    /// 7941 and 7961, with and without -GE.
    #[serde(rename = "41")]
    F41,
    /// 7942 and 7962.
    #[serde(rename = "42")]
    F42,
    /// 7945 and 7965.
    #[serde(rename = "45")]
    F45,
    /// 7970 and 7971.
    #[serde(rename = "70")]
    F70,
    /// 7975.
    #[serde(rename = "75")]
    F75,
}

impl Family {
    /// All families, oldest first.
    pub const ALL: [Self; 8] =
        [Self::Classic, Self::F11, Self::F31, Self::F41, Self::F42, Self::F45, Self::F70, Self::F75];

    /// As the command line and JSON name it: `classic`, `11`, … `75`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::F11 => "11",
            Self::F31 => "31",
            Self::F41 => "41",
            Self::F42 => "42",
            Self::F45 => "45",
            Self::F70 => "70",
            Self::F75 => "75",
        }
    }

    /// The family of the digits in a load name or a `term…` list: `06` and `11` are one family.
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        Some(match digits {
            "06" | "11" => Self::F11,
            "31" => Self::F31,
            "41" | "61" => Self::F41,
            "42" | "62" => Self::F42,
            "45" | "65" => Self::F45,
            "70" | "71" => Self::F70,
            "75" => Self::F75,
            _ => return None,
        })
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a load's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadName {
    /// The phones it is for.
    pub family: Family,
    /// The protocol it speaks; for a loader, the protocol letter it carries.
    pub protocol: Protocol,
    /// Its release.
    pub release: Release,
    /// A universal loader as shipped in a SIP or MGCP set (`P003-8-12-00`): a part, not a target.
    pub loader: bool,
}

/// The text is not the name of a 79xx load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a 79xx load (such as P0S3-8-12-00, P00308000900 or SIP41.8-5-4S)")]
pub struct NotALoad;

impl FromStr for LoadName {
    type Err = NotALoad;

    /// Reads a load name in any case, with or without `.loads` behind it.
    fn from_str(text: &str) -> Result<Self, NotALoad> {
        let name = text.trim().to_ascii_uppercase();
        let name = name.strip_suffix(".LOADS").unwrap_or(&name);
        java(name).or_else(|| classic(name)).ok_or(NotALoad)
    }
}

/// `SIP41.8-5-4S`, `SCCP42.9-4-2SR1-1S`, `TERM70.7-0-2-0S`.
fn java(name: &str) -> Option<LoadName> {
    let (head, release) = name.split_once('.')?;
    let (protocol, digits) = [("SIP", Protocol::Sip), ("SCCP", Protocol::Sccp), ("TERM", Protocol::Sccp)]
        .iter()
        .find_map(|(word, protocol)| Some((*protocol, head.strip_prefix(word)?)))?;
    let release = Release::parse(release.strip_suffix('S').unwrap_or(release))?;
    Some(LoadName { family: Family::from_digits(digits)?, protocol, release, loader: false })
}

/// `P0S3-8-12-00`, `P003-8-12-00`, `P00308000900`, `P0030801SR02`, `P0S30202`.
fn classic(name: &str) -> Option<LoadName> {
    let rest = name.strip_prefix("P0")?;
    let mut letters = rest.chars();
    let protocol = match letters.next()? {
        '0' | 'D' => Protocol::Sccp,
        'S' => Protocol::Sip,
        'M' => Protocol::Mgcp,
        _ => return None,
    };
    if letters.next()? != '3' {
        return None;
    }
    let version = letters.as_str();
    let release = match version.strip_prefix('-') {
        Some(dashed) => Release::parse(dashed)?,
        None => digits_release(version)?,
    };
    let loader = version.starts_with('-') && protocol == Protocol::Sccp;
    Some(LoadName { family: Family::Classic, protocol, release, loader })
}

#[cfg(test)]
mod tests;
