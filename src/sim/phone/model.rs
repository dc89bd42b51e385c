//! What a phone was built as, and how long it takes for things: `assets/sim/phones.toml`.

use crate::load::Family;
use crate::sim::rng::Rng;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

/// The generation of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// 7940 and 7960.
    Classic,
    /// Everything later.
    Java,
}

/// What stands in a phone's manufacturing data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// DHCP class, without the NUL.
    pub(super) class: String,
    /// The number in `loadInformation<number>`.
    pub(super) type_id: u32,
    /// The list a wiped phone asks for.
    pub(super) term: Option<String>,
    /// None for phones that no load of ours is for.
    #[serde(default)]
    pub(super) family: Option<Family>,
    #[expect(dead_code, reason = "for people; a test asks for it by being a required field")]
    source: String,
    #[expect(dead_code, reason = "for people")]
    confidence: String,
}

/// How long something takes: a range of milliseconds or of microseconds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    ms: Option<[u64; 2]>,
    us: Option<[u64; 2]>,
    #[expect(dead_code, reason = "for people")]
    source: String,
    #[expect(dead_code, reason = "for people")]
    confidence: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    old_class: String,
    model: Vec<Model>,
    pace: BTreeMap<Pace, Span>,
}

/// A stretch of a phone's time that the table gives a range for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pace {
    Boot,
    Vlan,
    DhcpDelay,
    FileGap,
    LoaderGap,
    ApplicationGap,
    LoaderFlash,
    ApplicationFlash,
    WholeFlash,
    Launch,
    PaiLoop,
    CtlRetry,
    Unprovisioned,
    ConfigRetry,
    JavaBoot,
    JavaFileGap,
    JavaPartGap,
    JavaFlash,
    JavaLoop,
    JavaFormat,
    JavaNoServer,
    TermAgain,
    ClassicAck,
    JavaAck,
}

impl Pace {
    /// A time in the range, as this phone takes it now.
    pub(super) fn draw(self, rng: &mut Rng) -> Duration {
        let span = TABLE.pace.get(&self);
        let (range, unit) = match span {
            Some(Span { us: Some(us), .. }) => (*us, 1),
            Some(Span { ms: Some(ms), .. }) => (*ms, 1000),
            _ => ([0, 0], 1),
        };
        let [low, high] = range;
        rng.micros(low * unit, high * unit)
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the program and read by every test of a phone"
    )]
    toml::from_str(include_str!("../../../assets/sim/phones.toml")).expect("assets/sim/phones.toml")
});

/// The class string of loads before the universal loader.
pub(super) fn old_class() -> &'static str {
    &TABLE.old_class
}

/// The model of that name, as the command line writes it.
pub(super) fn model(name: &str) -> Option<&'static Model> {
    TABLE.model.iter().find(|m| m.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pace_has_a_range() {
        // The enum has as many values as the file has ranges; an unknown name fails the reading.
        assert_eq!(TABLE.pace.len(), Pace::JavaAck as usize + 1);
        for (pace, span) in &TABLE.pace {
            let [low, high] = span.ms.or(span.us).unwrap();
            assert!(span.ms.is_some() != span.us.is_some() && low <= high, "{pace:?}");
        }
    }

    #[test]
    fn java_phones_ask_for_the_list_of_their_digits() {
        for model in &TABLE.model {
            let Some(term) = &model.term else { continue };
            let digits = term.strip_prefix("term").and_then(|t| t.get(..2)).unwrap();
            assert_eq!(Family::from_digits(digits), model.family, "{}", model.name);
            assert_eq!(model.name.get(2..4), Some(digits));
        }
    }
}
