//! What is known of the phones themselves: models, strangers, key sequences, stages.

use super::types::{Confidence, Era, Kind};
use crate::load::Family;
use serde::{Deserialize, Serialize};

/// Vendor classes that say "a Cisco telephone" and no model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnyPhone {
    /// Patterns for DHCP option 60.
    pub(super) class: Vec<String>,
    /// What stands before the number of a model.
    pub(super) number_behind: String,
    #[expect(dead_code, reason = "asked of the author of every entry, read by people")]
    source: String,
    #[expect(dead_code, reason = "as the source")]
    confidence: Confidence,
}

/// What a screen is like, for a drawing that tells phones apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Display {
    /// A few lines of text.
    Small,
    /// Black on green.
    Mono,
    /// Shades of grey.
    Grey,
    /// Colours.
    Colour,
    /// Colours, and a touchscreen.
    Touch,
}

impl Display {
    /// In one or two words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Mono => "monochrome",
            Self::Grey => "grey",
            Self::Colour => "colour",
            Self::Touch => "colour touch",
        }
    }
}

/// What a phone may show when it comes to the bench, and what that says about it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// Stable name.
    pub id: String,
    /// The phones that can show it.
    pub kinds: Vec<Kind>,
    /// As the technician would say it.
    pub text: String,
    /// What it means.
    pub means: String,
    /// The one thing to know before going on.
    pub hint: String,
    /// What it runs, as `route::Start::parse` reads it: `unknown`, `wiped`, `universal`, `sip`, `sccp`.
    pub start: String,
    /// Reset keys are of use before anything else.
    #[serde(default)]
    pub keys: bool,
    /// Where the facts come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
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
    /// What its screen is like.
    pub display: Display,
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

/// How long a stage usually takes, and what the technician sees meanwhile.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StageRange {
    /// For which phones.
    pub kind: Kind,
    /// `dhcp`, `leased`, `config`, `list`, `loader`, `parts`, `flashing`, `rebooting`, `wiping`, `proof`, `power`.
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
                // Whoever asks for an address is held against all patterns: straight to where this one can go on.
                let Some(want) = pattern.get(star) else { return true };
                let fits = |c: &u8| b"?*".contains(want) || want.eq_ignore_ascii_case(c);
                let rest = text.get(from + 1..).unwrap_or_default();
                t = from + 1 + rest.iter().position(fits).unwrap_or(rest.len());
                again = Some((star, t));
            }
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|c| *c == b'*'))
}
