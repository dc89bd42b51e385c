//! The symptom book (`assets/symptoms/*.toml`): what goes wrong, in words, and how it is found by what a phone shows.

use super::Confidence;
use crate::event::{Kind, Remedy, Request, Severity};
use serde::{Deserialize, Serialize};

/// A file of symptoms.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Symptoms {
    /// The edition of the book; it stands in one of the files.
    #[serde(default)]
    pub(super) edition: Option<String>,
    pub(super) symptom: Vec<Symptom>,
}

/// How a symptom comes to light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ShownBy {
    /// A rule sees it on the wire.
    Wire,
    /// Somebody reads it off the phone and types it.
    Screen,
    /// The firmware shows it before anything is served.
    Archive,
    /// The laptop shows it.
    Laptop,
}

/// What a phone that reads or writes firmware must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Touches {
    /// Its power.
    Power,
    /// Its cable, which may carry its power.
    Cable,
}

/// One symptom of the book.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    /// Stable code.
    pub code: String,
    /// How it comes to light.
    pub shown_by: ShownBy,
    /// The stage whose usual range must have passed before it is raised.
    #[serde(default)]
    pub stage: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What was seen.
    pub seen: String,
    /// What it means.
    pub means: String,
    /// The one thing to do.
    pub next: String,
    /// What that takes hold of.
    #[serde(default)]
    pub touches: Option<Touches>,
    /// It is to leave the phone powered: nothing may be said to be safe to unplug beside it.
    #[serde(default)]
    pub leave_powered: bool,
    /// What the program can do about it at one key, in this order.
    #[serde(default)]
    pub remedies: Vec<Remedy>,
    /// What only the technician can do about it, one after the other.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// What to try after that, in this order.
    #[serde(default)]
    pub further: Vec<String>,
    /// Texts on the phone's screen that stand for it.
    #[serde(default)]
    pub screen: Vec<String>,
    /// The reports that it answers: rows of `seed-cases` (S) and `peers` (F).
    pub rows: Vec<String>,
    /// Where this is known from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Symptom {
    /// The event that raises it, with each `{name}` replaced by its value, and those of its remedies that can help.
    #[must_use]
    pub fn raise(&self, values: &[(&str, String)], remedies: Vec<Remedy>) -> Kind {
        let fill = |text: &str| {
            values
                .iter()
                .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        Kind::Symptom {
            code: self.code.clone(),
            severity: self.severity,
            seen: fill(&self.seen),
            means: fill(&self.means),
            next: fill(&self.next),
            remedies,
        }
    }

    /// How well a typed text fits: the number of letters that agree, more for a screen text than for other words.
    fn fits(&self, typed: &[String]) -> usize {
        let whole = typed.concat();
        let of_text = |text: &String| {
            let shown = words(text);
            let letters = shown.concat();
            // Short codes such as `E6` must begin a word; a longer text may stand anywhere in what was typed.
            let inside = if letters.len() < 5 {
                typed.iter().any(|word| word.starts_with(&letters))
            } else {
                whole.contains(&letters) || letters.contains(&whole) && whole.len() >= 4
            };
            match inside {
                _ if letters == whole => 1_000 + letters.len(),
                true => 100 + letters.len().min(whole.len()),
                false => 0,
            }
        };
        if self.code == typed.join("-") {
            return 2_000;
        }
        self.screen.iter().map(of_text).max().unwrap_or(0)
    }
}

/// Lower-case words of letters and digits.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    let bare = |word: &str| word.replace(['\'', '’'], "").to_lowercase();
    split.map(bare).filter(|word| !word.is_empty()).collect()
}

/// The symptoms that a typed text stands for (what the screen says, or a code), the best first. Case, blanks and
/// punctuation don't matter. Empty: the book does not know it.
#[must_use]
pub(super) fn find<'a>(book: &'a [Symptom], typed: &str) -> Vec<&'a Symptom> {
    let typed = words(typed);
    if typed.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<_> = book.iter().map(|s| (s.fits(&typed), s)).filter(|(fit, _)| *fit > 0).collect();
    // Of equals the one that speaks of the screen comes first: somebody has read it there.
    found.sort_by_key(|(fit, s)| (std::cmp::Reverse(*fit), s.shown_by != ShownBy::Screen));
    found.into_iter().map(|(_, s)| s).collect()
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;

    #[test]
    fn what_a_phone_shows_is_found_however_it_is_typed() {
        for (typed, code) in [
            ("Load rejected HC", "load-rejected-hc"),
            ("load REJECTED hc!", "load-rejected-hc"),
            ("LoadRejectedHC", "load-rejected-hc"),
            ("the screen says: Protocol application  invalid", "no-application"),
            ("W710", "loader-failed-upgrade"),
            ("TFTP timeout", "tftp-timeout"),
            ("Phone Unprovisioned", "unprovisioned"),
            ("Couldn’t find any config files", "config-not-found"),
            ("registering...", "registering"),
            ("Upgrading", "upgrading"),
            ("Auth Fail", "auth-fail"),
            ("Duplicate IP", "address-in-use"),
            ("no-read", "no-read"),
        ] {
            let found = Catalogue::builtin().symptoms_like(typed);
            assert_eq!(found.first().map(|s| s.code.as_str()), Some(code), "{typed}");
        }
        for nothing in ["", "  ", "?!", "hello world", "qq"] {
            let found = Catalogue::builtin().symptoms_like(nothing);
            assert!(found.is_empty(), "{nothing}: {:?}", found.first().map(|s| &s.code));
        }
    }

    #[test]
    fn every_text_that_a_phone_is_known_to_show_leads_somewhere() {
        // classic-phones 6.2
        let loader = "Protocol Application Invalid|TFTP timeout|TFTP file not found|File auth error|No Load Specified|\
            Right Load Not Specified|Configuration Failed|Couldn't find any config files|Loader upgrade failed|\
            Application upgrade failed|Restore BA failed|Phone Unprovisioned|Ethernet disconnected|Duplicate IP Address|\
            IP Address Released|Resetting|Forced Reload Rebooting Phone|Loader paused - console in use|\
            Factory reset initiated|Factory reset cancelled|Reset key sequence detected";
        // classic-phones 6.3
        let sccp = "DHCP Timeout|TFTP Error|TFTP General Error|TFTP Access Error|CFG File Not Found|CFG TFTP Size Error|\
            File Not Found|Load ID Incorrect|Load Rejected HC|Checksum Error|ROM Checksum Error|\
            Error Verifying Config Info|File Auth Fail|TFTP Not Authorized|TFTP Not in CTL|No DNS Server IP|\
            DNS Unknown Host|DNS Timeout|No Default Router|Duplicate IP|BOOTP Server Used|Version Error|\
            Programming Error|Disk Full|Manufacturing Info Invalid|Registration Rejected|Opening 192.168.1.1|\
            Registering|Requesting Template|Configuring CM List|Upgrading Software";
        // classic-phones 6.4
        let sip = "W210 TFTP Error Buffer Full|W220|W250|W270|W260|W261|W310 2 Error(s) Parsing|W340|W350|W351|W360|W361|\
            W362|W363|W369|W389|W710 Loader failed upgrade, ignoring reset|W900|E601|Config Error, unable to boot|\
            TFTP Server Required|Router Not On Subnet";
        // java-phones 6
        let java = "Auth Fail|Load Authentication Failed|Upgrading|No Trust List installed|Error updating CTL|\
            Error updating ITL|TFTP server not authorized|Unprovisioned|No Valid Unified CMs|Line 1 not configured|\
            Error update locale|Error updating locale|XmlDefault.cnf.xml|invalid default load name";
        for shown in [loader, sccp, sip, java].iter().flat_map(|texts| texts.split('|')) {
            let found = Catalogue::builtin().symptoms_like(shown);
            assert!(!found.is_empty(), "{shown}");
        }
    }

    #[test]
    fn every_text_of_the_book_leads_back_to_its_entry() {
        for symptom in Catalogue::builtin().symptoms() {
            for text in symptom.screen.iter().chain([&symptom.code]) {
                let found = Catalogue::builtin().symptoms_like(text);
                assert!(found.iter().any(|s| s.code == symptom.code), "{text}");
            }
        }
    }
}
