//! The shapes of the catalogue's entries.

use crate::load::{Family, LoadName, Protocol, Release};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Vendor classes that say "a Cisco telephone" and no model: old loads and boot code send them (WAZO plugin).
pub(super) const PHONE_CLASSES: [&str; 2] = ["Cisco Systems, Inc. IP Phone", "Cisco Systems, Inc."];

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

    /// The families, oldest first.
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

/// A phone that this program recovers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// As the command line names it: `7960`, `7941G-GE`.
    pub name: String,
    /// The phones that run the same loads.
    pub family: Family,
    /// DHCP option 60 without its trailing NUL.
    pub class: Vec<String>,
    /// What it asks for after a wipe: `term61.default.loads`. The 7940 and 7960 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_list: Option<String>,
    /// The number in `loadInformationN` and in registrations.
    pub device_type: u32,
    /// Line keys.
    pub lines: u8,
    /// What it looks like, in a few words.
    pub shape: String,
    /// Which jack the network cable goes into.
    pub jack: String,
    /// What it can be powered with.
    pub power: String,
    /// It takes Cisco's pre-standard inline power and no 802.3af.
    #[serde(default)]
    pub pre_standard_power: bool,
    /// Where the facts come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
}

/// Telephones that are not this program's.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Foreign {
    /// As a person would name them.
    pub name: String,
    /// Patterns for DHCP option 60.
    pub class: Vec<String>,
    /// Patterns for names of loads and their parts.
    pub files: Vec<String>,
    /// One sentence on what would work.
    pub works: String,
    /// Where the facts come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
}

/// Who sends a vendor class.
#[derive(Clone, Copy, Debug)]
pub enum Class<'a> {
    /// One of our models.
    Model(&'a Model),
    /// A Cisco telephone that doesn't say its model: an old load, or boot code.
    Phone,
    /// A Cisco telephone that is not ours.
    Foreign(&'a Foreign),
    /// No Cisco telephone.
    Other,
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

/// What a key sequence erases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wipes {
    /// Nothing: the phone restarts, or nothing is to be pressed.
    Nothing,
    /// Settings; the load stays.
    Settings,
    /// The load too: the phone asks for its term list next.
    Load,
}

/// A key sequence, or the word that none is needed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Stable name.
    pub id: String,
    /// The models, as [`Model::name`] says them.
    pub models: Vec<String>,
    /// The loads it works on, in words.
    pub loads: String,
    /// The eras it works on; all when empty.
    #[serde(default)]
    pub eras: Vec<Era>,
    /// Only for loads older than this release, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// How to get to where keys are taken.
    pub enter: String,
    /// The keys, one character each; none when nothing is to be pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
    /// The key that answers the question afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Seconds, least and most, that # is held until the lamps answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<[u32; 2]>,
    /// Seconds that the phone waits for the keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// What it erases.
    pub wipes: Wipes,
    /// What the lamps do.
    pub lamps: String,
    /// What happens next.
    pub then: String,
    /// What to make of it when something else happens.
    pub wrong: String,
    /// Where the facts come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
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

/// How long a stage usually takes, and what the technician sees meanwhile.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StageRange {
    /// For which phones.
    pub kind: Kind,
    /// `dhcp`, `config`, `list`, `loader`, `parts`, `flashing`, `rebooting`, `wiping`, `proof`, `power`.
    pub stage: String,
    /// Seconds, least and most.
    pub usual: [u32; 2],
    /// Seconds of silence after which the technician is told.
    pub alarm: u32,
    /// `"no"` where cutting the power may kill the phone.
    #[serde(default)]
    unplug: Unplug,
    /// What the screen says.
    pub screen: String,
    /// What the lamps do.
    pub lamps: String,
    /// Where the facts come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
}

impl StageRange {
    /// Cutting the power now may kill the phone.
    #[must_use]
    pub fn do_not_unplug(&self) -> bool {
        self.unplug == Unplug::No
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Unplug {
    #[default]
    Safe,
    No,
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

/// Whether `text` fits `pattern`, in which `*` is any text and `?` any character. Case is ignored.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where to take up again after the last `*`, one character further each time: linear in practice, never recursive.
    let mut again: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                again = Some((p, t));
            }
            Some(&want) if want == b'?' || want.eq_ignore_ascii_case(&c) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, from)) = again else { return false };
                p = star;
                t = from + 1;
                again = Some((star, t));
            }
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|c| *c == b'*'))
}
