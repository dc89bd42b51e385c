//! The shapes of the catalogue's entries.

use crate::load::{Family, LoadName, Protocol, Release};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Hearsay, or an inference.
    Low,
    /// One good source, or a clear inference.
    Medium,
    /// Seen in a file or capture, or told by two independent sources.
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// The families an entry is for. In the text `"java"` stands for all but the 7940 and 7960.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Families(Vec<Family>);

impl Families {
    /// Whether the entry is for this family.
    #[must_use]
    pub fn contains(&self, family: Family) -> bool {
        self.0.contains(&family)
    }

    /// The families, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = Family> {
        self.0.iter().copied()
    }
}

impl TryFrom<Vec<String>> for Families {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        let mut families = Vec::new();
        for name in names {
            let before = families.len();
            families.extend(Family::ALL.iter().filter(|f| match name.as_str() {
                "java" => **f != Family::Classic,
                other => f.as_str() == other,
            }));
            if families.len() == before {
                return Err(format!("`{name}` is no family"));
            }
        }
        Ok(Self(families))
    }
}

impl fmt::Display for Families {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let java = Family::ALL.len() - 1;
        let text = if self.0.len() == java && !self.contains(Family::Classic) {
            "all Java".to_owned()
        } else {
            self.0.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", ")
        };
        f.pad(&text)
    }
}

/// How a load is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Era {
    /// One unsigned image, `.bin`.
    Unsigned,
    /// One signed image, `.sbn`.
    Signed,
    /// `.loads`, a loader `.sbn` and an application `.sb2`.
    Universal,
    /// `.loads` or a term list, and five `.sbn` parts.
    Java,
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unsigned => "unsigned",
            Self::Signed => "signed",
            Self::Universal => "universal",
            Self::Java => "java",
        })
    }
}

/// One range of releases and how its loads are packed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraRange {
    /// For these phones.
    pub families: Families,
    /// In this protocol; any when not said.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// From this release on.
    #[serde(default, deserialize_with = "release")]
    pub from: Option<Release>,
    /// Up to, not including, this release.
    #[serde(default, deserialize_with = "release")]
    pub below: Option<Release>,
    /// How they are packed.
    pub era: Era,
    /// Where the fact comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl EraRange {
    pub(super) fn holds(&self, load: &LoadName) -> bool {
        self.families.contains(load.family)
            && self.protocol.is_none_or(|p| p == load.protocol)
            && self.from.as_ref().is_none_or(|r| load.release >= *r)
            && self.below.as_ref().is_none_or(|r| load.release < *r)
    }
}

/// The two kinds of phones, which work quite differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 7940 and 7960.
    Classic,
    /// All others.
    Java,
}

impl Kind {
    /// The kind of a family.
    #[must_use]
    pub const fn of(family: Family) -> Self {
        match family {
            Family::Classic => Self::Classic,
            _ => Self::Java,
        }
    }

    /// Whether the reset keys can take the load away. On a 7940 or 7960 they erase settings only.
    #[must_use]
    pub const fn wipe_erases_load(self) -> bool {
        matches!(self, Self::Java)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Classic => "classic",
            Self::Java => "java",
        })
    }
}

/// A load that many ways lead through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hub {
    /// When the main one is refused.
    Fallback,
    /// The one to own.
    Main,
}

/// A published load.
#[derive(Clone, Debug, Serialize)]
pub struct KnownLoad {
    /// Its name, as in a configuration.
    pub name: String,
    /// What the name says.
    #[serde(skip)]
    pub load: LoadName,
    /// The archive it is usually published in.
    pub archive: String,
    /// Bytes of its members, where measured.
    pub parts: BTreeMap<String, u64>,
    /// Whether many ways lead through it.
    pub hub: Option<Hub>,
    /// Where the facts come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
}

/// Reads an optional release such as `8.3.3`.
pub(super) fn release<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Release>, D::Error> {
    let text = String::deserialize(from)?;
    Release::parse(&text).map(Some).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no release")))
}
