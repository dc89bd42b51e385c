//! What phones say of themselves beside DHCP and TFTP: neighbour announcements, registrations, their own pages.
//!
//! Pure readers. Each takes bytes from a stranger, by bounds and never by expected size, and gives what it understood or
//! nothing. Layouts: `classic-phones` 7, `java-phones` 7.

pub mod cdp;
pub mod device_page;
pub mod lldp;
pub mod sccp;
pub mod sip;

use crate::load::LoadName;
use crate::phone_id::Mac;

/// What a phone said of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Who it is.
    pub mac: Option<Mac>,
    /// Its device type number: 115 is a 7941.
    pub device_type: Option<u32>,
    /// Its model as it calls itself, without `Cisco` and `IP Phone`: `7962`, `CP-7941G`.
    pub model: Option<String>,
    /// The load it runs, as in a configuration: `SCCP41.8-5-3S`. `TERM70_LOAD` is the boot code of a wiped phone.
    pub load: Option<String>,
    /// Only the release, where the load is not said: `8.5.4`.
    pub release: Option<String>,
    /// Its words, for a person: the reason of its registration.
    pub text: String,
    /// What it starts its load with: `tnp42.8-3-1-21a.bin`.
    pub boot: Option<String>,
    /// The revision of its board.
    pub hardware: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
}

/// Bytes as text: up to the first NUL, control characters and what is not ASCII left out, at most 128 characters.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let kept = bytes.iter().take(end).filter(|b| (0x20..0x7f).contains(*b)).take(128);
    kept.map(|b| char::from(*b)).collect::<String>().trim().to_owned()
}

/// The same, where it says anything.
fn some_text(bytes: &[u8]) -> Option<String> {
    Some(text(bytes)).filter(|text| !text.is_empty())
}

/// A model without the words in front of it: `Cisco IP Phone 7962` is `7962`.
fn model(platform: &str) -> Option<String> {
    let bare = platform.trim_start_matches("Cisco").trim_start().trim_start_matches("IP Phone").trim();
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// A name that a load can have, or that boot code goes by.
fn is_load(name: &str) -> bool {
    name.parse::<LoadName>().is_ok() || is_boot_code(name)
}

/// What a wiped phone announces in the place of its load (`java-phones` 1.3).
#[must_use]
pub fn is_boot_code(name: &str) -> bool {
    name.starts_with("TERM") || name.contains("default_load")
}

/// What an alarm says: `25: Name=SEP001B0C18BDC1 Load= 8.5(3) Last=Initialized`, or the whole name of a load.
fn alarm(said: &mut Said, words: &[u8]) {
    let text = text(words);
    let field = |name: &str| {
        let (_, rest) = text.split_once(name)?;
        let value = rest.trim_start().split([' ', '"', '\t']).next()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    said.mac = said.mac.or_else(|| field("Name=").and_then(|name| Mac::in_name(&name)));
    if let Some(load) = field("Load=") {
        if load.starts_with(|c: char| c.is_ascii_digit()) {
            said.release = Some(load);
        } else {
            said.load = Some(load);
        }
    }
    said.text = text;
}
