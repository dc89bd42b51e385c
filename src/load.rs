//! Load names: what `P0S3-8-12-00`, `P00308000900` and `SIP41.9-4-2SR3-1S` say about themselves.
//!
//! Only the grammar of the names stands here (sources: Cisco release notes and real sets, see
//! `assets/catalogue/`). What a load can run on, and after which other load, is the catalogue's knowledge.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
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

/// A release number such as `8.12.0`, `8.0.9` or `9.4.2SR3-1`; ordered as Cisco published them.
#[derive(Clone, Debug)]
pub struct Release {
    /// Major, minor, maintenance, build; those that the name gives.
    parts: Vec<u16>,
    /// Service release and its sub-number: `SR3-1` is `(3, 1)`.
    service: Option<(u16, u16)>,
    /// What follows and is not ordered further: an engineering special such as `ES4-0-1`.
    special: Option<String>,
}

impl Release {
    /// The first number: 8 of `8.12.0`.
    #[must_use]
    pub fn major(&self) -> u16 {
        self.parts.first().copied().unwrap_or(0)
    }

    /// The release without what is not ordered: 8.5(2) of the build 8-5-2TH1-6.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self { special: None, ..self.clone() }
    }

    fn key(&self) -> ([u16; 4], (u16, u16)) {
        let at = |i: usize| self.parts.get(i).copied();
        // A service release that is given without a maintenance number, 8.1(SR.2), came after all of 8.1(x).
        let late = if self.service.is_some() { u16::MAX } else { 0 };
        let parts = [self.major(), at(1).unwrap_or(0), at(2).unwrap_or(late), at(3).unwrap_or(0)];
        (parts, self.service.unwrap_or((0, 0)))
    }

    /// Reads `8.12.0`, `8-5-2`, `9-4-2SR3-1`, `8-0-4ES4-0-1`, `8.5(2)SR1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace(['(', ')'], ".").to_ascii_uppercase();
        let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (numbers, rest) = text.split_at_checked(split)?;
        let parts = numbers
            .split(['.', '-'])
            .filter(|p| !p.is_empty())
            .map(|p| p.parse().ok())
            .collect::<Option<Vec<u16>>>()?;
        if parts.is_empty() || parts.len() > 4 {
            return None;
        }
        let mut release = Self { parts, service: None, special: None };
        if let Some(sr) = rest.strip_prefix("SR") {
            let mut numbers = sr.split(['-', '.']).filter(|p| !p.is_empty());
            release.service =
                Some((numbers.next()?.parse().ok()?, numbers.next().map_or(Some(0), |n| n.parse().ok())?));
        } else if !rest.is_empty() {
            release.special = Some(rest.to_owned());
        }
        Some(release)
    }
}

/// 7.0.2 and 7.0.2.0 are the same release.
impl PartialEq for Release {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Release {}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| self.special.cmp(&other.special))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.parts.iter().map(u16::to_string).collect::<Vec<_>>().join(".");
        if let Some((sr, sub)) = self.service {
            text += "SR";
            text += &sr.to_string();
            if sub > 0 {
                text.push('-');
                text += &sub.to_string();
            }
        }
        text.push_str(self.special.as_deref().unwrap_or(""));
        f.pad(&text)
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

/// `08000900` is 8.0(9), `03010102` is 3.1(1.2), `0801SR02` is 8.1(SR.2), `0202` is 2.2.
fn digits_release(version: &str) -> Option<Release> {
    let (digits, service) = match version.split_once("SR") {
        Some((digits, sr)) => (digits, Some((sr.parse().ok()?, 0))),
        None => (version, None),
    };
    if !matches!(digits.len(), 4 | 6 | 8) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut parts = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok()?.parse().ok())
        .collect::<Option<Vec<u16>>>()?;
    if parts.len() == 4 && parts.last() == Some(&0) {
        parts.pop();
    }
    Some(Release { parts, service, special: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> (Family, Protocol, String, bool) {
        let load: LoadName = name.parse().unwrap_or_else(|_| panic!("{name}"));
        (load.family, load.protocol, load.release.to_string(), load.loader)
    }

    #[test]
    fn names_of_real_loads() {
        use {Family::*, Protocol::*};
        for (name, expected) in [
            ("P0S3-8-12-00", (Classic, Sip, "8.12.0", false)),
            ("P0S3-08-11-00", (Classic, Sip, "8.11.0", false)),
            ("P003-8-12-00", (Classic, Sccp, "8.12.0", true)),
            ("P00308000900", (Classic, Sccp, "8.0.9", false)),
            ("P00303010102", (Classic, Sccp, "3.1.1.2", false)),
            ("P0030801SR02", (Classic, Sccp, "8.1SR2", false)),
            ("P0S30202", (Classic, Sip, "2.2", false)),
            ("P0M3-07-7-00", (Classic, Mgcp, "7.7.0", false)),
            ("sip41.8-5-4s.loads", (F41, Sip, "8.5.4", false)),
            ("SIP41.9-4-2SR3-1S", (F41, Sip, "9.4.2SR3-1", false)),
            ("SCCP41.8-0-4ES4-0-1S", (F41, Sccp, "8.0.4ES4-0-1", false)),
            ("TERM70.7-0-2-0S", (F70, Sccp, "7.0.2.0", false)),
        ] {
            assert_eq!(read(name), (expected.0, expected.1, expected.2.to_owned(), expected.3), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_loads() {
        for name in [
            "",
            "P00405000700",
            "S001",
            "SIP9951.9-4-2",
            "sip78xx.12-1-1",
            "term41.default",
            "P0S3",
            "P0S3-",
            "SIP41.",
        ] {
            assert_eq!(name.parse::<LoadName>(), Err(NotALoad), "{name}");
        }
    }

    #[test]
    fn releases_are_ordered_as_published() {
        let order = [
            "2.2",
            "8.0.9",
            "8.1.2",
            "8.3.3",
            "8.5.2",
            "8.5.2SR1",
            "8.5.3",
            "8.12.0",
            "9.3.1SR1",
            "9.4.2SR3-1",
        ];
        let releases: Vec<_> = order.iter().filter_map(|r| Release::parse(r)).collect();
        assert_eq!(releases.len(), order.len());
        assert!(releases.is_sorted());
        assert!(Release::parse("8.5(2)SR1") == Release::parse("8-5-2SR1"));
        assert!(digits_release("0801SR02") > digits_release("08010200"));
    }
}
