//! How bad a symptom is, and how a case ends.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad a symptom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Note,
    /// The phone needs a hand.
    Hand,
    /// It speaks against a recovery.
    Wrong,
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is proof that the phone runs its target.
    Recovered,
    /// There is no proof, and nothing speaks against it.
    Unproven,
    /// It did not get there.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Recovered => "recovered",
            Self::Unproven => "unproven",
            Self::Failed => "failed",
        })
    }
}
