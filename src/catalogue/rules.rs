//! The shapes of `routes.toml`: rules on which load takes which, and ladders.

use super::Catalogue;
use super::types::{Confidence, Era, Families, release};
use crate::load::{Family, LoadName, Protocol, Release};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known of a step from one load to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It works.
    Allowed,
    /// It may work, or nobody knows.
    Uncertain,
    /// The phone refuses it.
    Forbidden,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Allowed => "allowed",
            Self::Uncertain => "uncertain",
            Self::Forbidden => "forbidden",
        })
    }
}

/// The condition a rule puts on a load; what isn't said holds for all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Loads {
    /// One of these protocols.
    pub protocol: Vec<Protocol>,
    /// One of these eras.
    pub era: Vec<Era>,
    /// From this release on.
    #[serde(deserialize_with = "release")]
    pub from: Option<Release>,
    /// Before this release.
    #[serde(deserialize_with = "release")]
    pub below: Option<Release>,
    /// Up to and including this release.
    #[serde(deserialize_with = "release")]
    pub upto: Option<Release>,
    /// Whether it speaks of a running or of a wiped phone; only the `from` of a rule has a use for it.
    pub state: Condition,
}

impl Loads {
    /// Whether a load meets the condition, its family and the phone's state apart.
    #[must_use]
    pub fn holds(&self, catalogue: &Catalogue, load: &LoadName) -> bool {
        (self.protocol.is_empty() || self.protocol.contains(&load.protocol))
            && (self.era.is_empty() || self.era.contains(&catalogue.era(load)))
            && self.from.as_ref().is_none_or(|r| load.release >= *r)
            && self.below.as_ref().is_none_or(|r| load.release < *r)
            && self.upto.as_ref().is_none_or(|r| load.release <= *r)
    }
}

impl fmt::Display for Loads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if self.state != Condition::Running {
            words.push(if self.state == Condition::Wiped { "wiped" } else { "any state" }.to_owned());
        }
        words.extend(join(&self.protocol));
        words.extend(join(&self.era));
        words.extend(self.from.as_ref().map(|r| format!("from {r}")));
        words.extend(self.below.as_ref().map(|r| format!("before {r}")));
        words.extend(self.upto.as_ref().map(|r| format!("up to {r}")));
        f.pad(&if words.is_empty() { "any".to_owned() } else { words.join(" ") })
    }
}

fn join<T: fmt::Display>(words: &[T]) -> Option<String> {
    (!words.is_empty()).then(|| words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))
}

/// What a rule asks of the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// It runs a load.
    #[default]
    Running,
    /// Its load was erased; its boot code decides.
    Wiped,
    /// Either.
    Any,
}

/// One rule. The first whose conditions hold decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name.
    pub id: String,
    /// For these phones.
    pub families: Families,
    /// What the phone runs.
    pub from: Loads,
    /// What it is to run next.
    pub to: Loads,
    /// Only between two loads of the same release.
    #[serde(default)]
    pub same_release: bool,
    /// What comes of it.
    pub verdict: Verdict,
    /// One line for a technician.
    pub why: String,
    /// Where the fact comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Rule {
    /// Whether the rule speaks of this step. `from` is `None` for a wiped phone.
    #[must_use]
    pub fn holds(&self, catalogue: &Catalogue, from: Option<&LoadName>, to: &LoadName) -> bool {
        let from_holds = match from {
            Some(load) => {
                self.from.state != Condition::Wiped
                    && self.from.holds(catalogue, load)
                    && (!self.same_release || load.release.cmp(&to.release).is_eq())
            }
            None => self.from.state != Condition::Running && !self.same_release,
        };
        from_holds && self.families.contains(to.family) && self.to.holds(catalogue, to)
    }
}

/// When a phone whose load is unknown climbs a rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum First {
    /// Only on the way up from a refusal.
    #[default]
    No,
    /// Whenever it is on the shelf.
    Always,
    /// When the next rung to climb isn't on the shelf.
    Instead,
}

/// One step of a ladder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The loads on this step.
    pub loads: Loads,
    /// Whether a phone whose load is unknown climbs it.
    #[serde(default)]
    pub first: First,
    /// One line for a technician.
    pub why: String,
}

/// The steps of a family, lowest first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Stable name.
    pub id: String,
    /// For these phones.
    pub families: Families,
    /// Climbed on the way to these loads.
    pub to: Loads,
    /// Lowest first.
    pub rung: Vec<Rung>,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What stands when no rule decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// One line for a technician.
    pub why: String,
}

/// All of `routes.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    /// For steps that no rule knows; they are uncertain.
    pub default: Fallback,
    /// In order.
    pub rule: Vec<Rule>,
    /// One for each kind of phone.
    pub ladder: Vec<Ladder>,
}

impl Routes {
    /// How the rule that stands when no other does is named in plans.
    pub const DEFAULT: &str = "default";

    /// The ladder of a family.
    #[must_use]
    pub fn ladder(&self, family: Family) -> Option<&Ladder> {
        self.ladder.iter().find(|l| l.families.contains(family))
    }
}
