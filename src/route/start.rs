//! What is known of what a phone runs.

use crate::catalogue::Era;
use crate::load::{LoadName, Protocol, Release};
use std::fmt;

/// What is known of what a phone runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// A load, by its name.
    Load(String),
    /// A release only, from a sticker or a screen.
    Release(Release),
    /// A protocol only.
    Protocol(Protocol),
    /// How its load is packed: a 7940 whose vendor class names its model, or that says "Protocol Application
    /// Invalid", has the universal loader.
    Era(Era),
    /// Nothing.
    Unknown,
    /// Its load was erased by the reset keys.
    Wiped,
}

impl Start {
    /// Reads what a person or a phone says: `unknown`, `wiped`, `sip`, `8.3(2)`, `P00303010102`,
    /// `jar75sccp.9-4-2SR3-1S` (a device page), `TERM70_LOAD` (a CDP frame of a wiped phone).
    /// Anything else is kept as a load name, which [`super::plan`] refuses.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = clean(text);
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "" | "unknown" | "?" => return Self::Unknown,
            "wiped" => return Self::Wiped,
            "sip" => return Self::Protocol(Protocol::Sip),
            "sccp" | "skinny" => return Self::Protocol(Protocol::Sccp),
            "mgcp" => return Self::Protocol(Protocol::Mgcp),
            "unsigned" => return Self::Era(Era::Unsigned),
            "signed" => return Self::Era(Era::Signed),
            "universal" | "universal loader" | "pai" | "protocol application invalid" => {
                return Self::Era(Era::Universal);
            }
            _ => {}
        }
        if (lower.starts_with("term") && lower.ends_with("_load")) || lower.ends_with("_default_load") {
            return Self::Wiped;
        }
        if text.parse::<LoadName>().is_ok() {
            return Self::Load(text.to_owned());
        }
        if let Some(load) = from_jar(&lower) {
            return Self::Load(load);
        }
        Release::parse(text).map_or_else(|| Self::Load(text.to_owned()), Self::Release)
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(name) => f.pad(name),
            Self::Release(release) => release.fmt(f),
            Self::Protocol(protocol) => protocol.fmt(f),
            Self::Era(Era::Universal) => f.pad("universal loader"),
            Self::Era(era) => era.fmt(f),
            Self::Unknown => f.pad("unknown"),
            Self::Wiped => f.pad("wiped"),
        }
    }
}

/// A device page names the part `jar75sccp.9-4-2SR3-1S` where the load is meant.
fn from_jar(lower: &str) -> Option<String> {
    let (part, release) = lower.strip_prefix("jar")?.split_once('.')?;
    let digits = part.get(..2)?;
    let protocol = part.get(2..)?.to_ascii_uppercase();
    let name = format!("{protocol}{digits}.{}", release.to_ascii_uppercase());
    name.parse::<LoadName>().is_ok().then_some(name)
}

/// A load name without blanks around it and without the ending of one of its files.
pub(super) fn clean(text: &str) -> &str {
    let text = text.trim();
    for ending in [".loads", ".sbn", ".sb2", ".bin"] {
        if let Some((name, tail)) =
            text.len().checked_sub(ending.len()).and_then(|at| text.split_at_checked(at))
            && tail.eq_ignore_ascii_case(ending)
        {
            return name;
        }
    }
    text
}
