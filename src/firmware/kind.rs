//! What a file is, told from its content; its name only decides where the content says nothing.

use crate::firmware::{cnu, image, list, names, others, signed};
use crate::load::{Family, LoadName};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `SIP41.8-5-4S.loads`, `P0S3-8-12-00.loads`: the parts of one load.
    LoadsList,
    /// `term41.default.loads`: what a phone without a load asks for.
    TermList,
    /// Universal loader of a 7940/7960, signed or not.
    Loader,
    /// Protocol application of a 7940/7960 (`.sb2`).
    App,
    /// Whole application of a 7940/7960 in one file: `.bin` up to 4.x, `.sbn` in 5.x and 6.x.
    SingleImage,
    /// Part of a Java phone's load.
    JavaPart,
    /// A configuration or text file that phones read.
    Config,
    /// An archive that lies in a folder and was opened as well.
    Archive,
    /// Firmware of phones that this program doesn't serve.
    OtherPhone,
    /// Anything else: ring tones, locales, scripts.
    Other,
}

/// What the content of one file tells.
pub(super) struct Look {
    pub(super) kind: Kind,
    pub(super) envelope: Option<signed::Envelope>,
    pub(super) list: Option<list::List>,
    pub(super) image: Option<image::Image>,
    pub(super) archive: Option<cnu::Archive>,
}

/// `term41.default.loads` → the family of 41.
pub(super) fn term_family(name: &str) -> Option<Family> {
    let folded = names::fold(name);
    Family::from_digits(folded.strip_prefix("term")?.strip_suffix(".default.loads")?)
}

/// Looks at one file.
pub(super) fn look(name: &str, bytes: &[u8]) -> Look {
    let envelope = signed::read(bytes);
    let payload = envelope.as_ref().map_or(bytes, |envelope| envelope.payload(bytes));
    let own = envelope.as_ref().and_then(|envelope| envelope.name.as_deref()).unwrap_or(name);
    let list =
        (envelope.is_some() || names::extension(name) == "loads").then(|| list::read(payload)).flatten();
    let image = image::read(payload);
    let archive = envelope.as_ref().and_then(|_| cnu::read(payload));
    let java = payload.starts_with(cnu::MAGIC);
    let kind = if bytes.starts_with(&signed::LATER_PHONES) || is_other_phone(own, bytes) {
        Kind::OtherPhone
    } else if list.is_some() && term_family(own).is_some() {
        Kind::TermList
    } else if list.is_some() && own.parse::<LoadName>().is_ok() {
        Kind::LoadsList
    } else if java {
        Kind::JavaPart
    } else if envelope.is_some() || image.is_some() || names::extension(name) == "bin" {
        classic(own, image.as_ref())
    } else {
        text(bytes)
    };
    Look { kind, envelope, list, image, archive }
}

/// Up to here a `.sbn` or `.bin` is a whole application; the universal loader came with SCCP 6 and SIP 7
/// (7940/7960 firmware upgrade matrix). SIP 6 images tell by having no loader version.
const SINGLE_IMAGE_UP_TO: u16 = 5;

/// Firmware by its extension, of a phone that isn't ours by its name.
fn is_other_phone(name: &str, bytes: &[u8]) -> bool {
    let firmware = ["loads", "sbn", "sb2", "bin", "sgn"].contains(&names::extension(name).as_str());
    firmware && !bytes.is_empty() && others::other_phones(name).is_some()
}

/// A classic image by its load id, and by its name where it has none.
fn classic(name: &str, image: Option<&image::Image>) -> Kind {
    let load = image.map_or(names::stem(name), |image| &image.load);
    let Ok(load) = load.parse::<LoadName>() else { return Kind::Other };
    if load.family != Family::Classic {
        return Kind::Other;
    }
    let loads_others = image.is_some_and(|image| image.loader_version.is_some());
    match names::extension(name).as_str() {
        "sb2" => Kind::App,
        "sbn" | "bin" if load.loader => Kind::Loader,
        "sbn" | "bin" if loads_others && load.release.major() > SINGLE_IMAGE_UP_TO => Kind::Loader,
        "sbn" | "bin" => Kind::SingleImage,
        _ => Kind::Other,
    }
}

fn text(bytes: &[u8]) -> Kind {
    let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    let text =
        !head.is_empty() && head.iter().all(|b| matches!(b, b'\t' | b'\r' | b'\n' | b' '..=b'~' | 0x80..));
    if text { Kind::Config } else { Kind::Other }
}
