//! Firmware files as phones look at them: envelope, lists, images. Layout: public copies of real releases.

/// First bytes of the signed envelope.
const MAGIC: [u8; 3] = [1, 0, 2];
/// Where an image carries its load id, and its loader version.
const LOAD_ID: usize = 0x20;
const LOADER_ID: usize = 0x120;
/// What every loader version begins with.
const LOADER_PREFIX: &[u8] = b"PAS3";
/// First bytes of a Java archive.
const ARCHIVE: &[u8] = b"CNU_File_Archive_3.0";
/// Where the archive's table begins, and the size of its rows.
const ARCHIVE_TABLE: usize = 0x248;
const ARCHIVE_ROW: usize = 20;

/// A signed file taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed<'a> {
    /// The name in the envelope.
    pub(super) name: String,
    pub(super) payload: &'a [u8],
}

/// Opens the envelope; the payload may be cut off (first block of a transfer).
pub(super) fn open(bytes: &[u8]) -> Option<Signed<'_>> {
    if bytes.get(..3)? != MAGIC {
        return None;
    }
    let mut at = 0;
    let mut header = usize::MAX;
    let mut name = None;
    while at < header.min(bytes.len()) {
        let tag = *bytes.get(at)?;
        // Padding has no length; container 3, 7 and 9 are entered.
        if tag == 13 {
            at += 1;
            continue;
        }
        let length = usize::from(word(bytes, at + 1)?);
        let value = bytes.get(at + 3..at + 3 + length);
        match tag {
            2 => header = usize::from(word(bytes, at + 3)?),
            14 => name = Some(text(value?)),
            _ => {}
        }
        at += if matches!(tag, 3 | 7 | 9) { 3 } else { 3 + length };
    }
    Some(Signed { name: name?, payload: bytes.get(header..)? })
}

/// The envelope of what came names another file than the one asked for.
pub(super) fn misnamed(bytes: &[u8], asked: &str) -> bool {
    let asked = asked.rsplit('/').next().unwrap_or("");
    open(bytes).is_some_and(|signed| !signed.name.eq_ignore_ascii_case(asked))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()
}

/// Printable text up to the first NUL.
fn text(bytes: &[u8]) -> String {
    bytes.iter().take_while(|b| b.is_ascii_graphic()).map(|b| char::from(*b)).collect()
}

/// What an image for classic phones is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ClassicImage {
    /// The universal loader, with its version.
    Loader(String),
    /// A whole application, or the application of a universal load.
    Application,
}

/// Looks at the payload of a `.bin`, `.sbn` or `.sb2`.
pub(super) fn classic(payload: &[u8]) -> Option<ClassicImage> {
    if text(payload.get(LOAD_ID..LOAD_ID + 16)?).len() < 4 {
        return None;
    }
    let version = payload.get(LOADER_ID..LOADER_ID + 8).unwrap_or(&[]);
    Some(if version.starts_with(LOADER_PREFIX) {
        ClassicImage::Loader(text(version))
    } else {
        ClassicImage::Application
    })
}

/// The three lines of a classic `.loads`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClassicList {
    /// The loader's file.
    pub(super) loader: String,
    /// The application's file.
    pub(super) application: String,
    /// The version of the loader in that file.
    pub(super) version: String,
}

/// Reads the payload of a classic `.loads`.
pub(super) fn classic_list(payload: &[u8]) -> Option<ClassicList> {
    let all = String::from_utf8_lossy(payload);
    let mut lines = all.lines().map(str::trim).filter(|l| !l.is_empty());
    let (loader, application) = (lines.next()?, lines.next()?);
    let version = lines.find_map(|l| l.strip_prefix("LA_VERSION="))?;
    let right = extension(loader) == Some("sbn") && extension(application) == Some("sb2");
    right.then(|| ClassicList {
        loader: loader.to_owned(),
        application: application.to_owned(),
        version: version.to_owned(),
    })
}

/// What stands behind the last dot; phones write it small.
fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, end)| end)
}

/// A Java list: `<load>.loads` or `term….default.loads`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JavaList {
    /// The build in its comment `# RELEASE load version …`. A real phone checks a signature; a virtual one has none to
    /// check and judges keys by this.
    pub(super) build: Option<String>,
    /// The parts, in order.
    pub(super) parts: Vec<String>,
}

/// Reads the payload of a Java list.
pub(super) fn java_list(payload: &[u8]) -> Option<JavaList> {
    let all = String::from_utf8_lossy(payload);
    let mut list = JavaList { build: None, parts: Vec::new() };
    for line in all.split(['\r', '\n']).map(str::trim).filter(|l| !l.is_empty()) {
        if let Some(comment) = line.strip_prefix('#') {
            let build = comment.trim().strip_prefix("RELEASE load version").map(str::trim);
            list.build = list.build.or_else(|| build.map(str::to_owned));
        } else if line.to_ascii_lowercase().ends_with(".sbn") {
            list.parts.push(line.to_owned());
        } else {
            return None;
        }
    }
    (!list.parts.is_empty()).then_some(list)
}

/// What is wrong with the payload of a Java part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartFault {
    /// Not an archive.
    NotAnArchive,
    /// Shorter than its table says.
    Truncated,
}

/// Adds up the archive: offset of the first content plus the sizes in the table must be there.
pub(super) fn java_part(payload: &[u8]) -> Result<(), PartFault> {
    if !payload.starts_with(ARCHIVE) {
        return Err(PartFault::NotAnArchive);
    }
    let (Some(count), Some(mut end)) = (long(payload, 0x30), long(payload, 0x34)) else {
        return Err(PartFault::Truncated);
    };
    for row in 0..count {
        let size = long(payload, ARCHIVE_TABLE + row * ARCHIVE_ROW + 8).ok_or(PartFault::Truncated)?;
        end = end.saturating_add(size);
    }
    if payload.len() < end { Err(PartFault::Truncated) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::testbench::{archive, loader_image, signed, whole_image};

    #[test]
    fn envelopes_open() {
        let file = signed("P0S3-8-12-00.sb2", b"payload");
        assert_eq!(open(&file), Some(Signed { name: "P0S3-8-12-00.sb2".into(), payload: b"payload" }));
        assert_eq!(file.len(), 404 + 7);
        assert_eq!(open(&file[..300]), None);
        assert_eq!(open(b"\x01\x00\x02"), None);
        assert_eq!(open(b""), None);
    }

    #[test]
    fn images_say_what_they_are() {
        assert_eq!(
            classic(&loader_image("P003-8-12-00", "PAS30830")),
            Some(ClassicImage::Loader("PAS30830".into()))
        );
        assert_eq!(classic(&whole_image("P00305000500")), Some(ClassicImage::Application));
        assert_eq!(classic(&[0; 600]), None);
        assert_eq!(classic(b"short"), None);
    }

    #[test]
    fn lists_are_read_with_their_blanks() {
        let list = java_list(
            b"\r\r#\r\n# RELEASE load version 8-5-2TH1-6\r\n\r\njar41sip.8-5-2.sbn\r\ndsp41.8-5-2.sbn \r\n",
        )
        .unwrap();
        assert_eq!(list.build.as_deref(), Some("8-5-2TH1-6"));
        assert_eq!(list.parts, ["jar41sip.8-5-2.sbn", "dsp41.8-5-2.sbn"]);
        assert_eq!(java_list(b"\r\n# nothing\r\n"), None);
        let list = classic_list(b"P003-8-12-00.sbn\nP0S3-8-12-00.sb2\nLA_VERSION=PAS30830\n").unwrap();
        assert_eq!(list.version, "PAS30830");
        assert_eq!(classic_list(b"P003-8-12-00.sbn\n"), None);
    }

    #[test]
    fn a_truncated_archive_is_seen() {
        let whole = archive(&[700, 300]);
        assert_eq!(java_part(&whole), Ok(()));
        assert_eq!(java_part(&whole[..whole.len() - 1]), Err(PartFault::Truncated));
        assert_eq!(java_part(b"PK"), Err(PartFault::NotAnArchive));
    }
}
