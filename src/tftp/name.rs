//! The name in a request, cleaned into a key of the shelf. No path of the host is ever built from it.
//!
//! Phones spell names in more ways than people expect: `./SIP001B0C18BDC1.cnf`, `/7960-font.xml`,
//! `xmlDefault.CNF.XML`; tools write `\`. All of these mean the same file.

use thiserror::Error;

use super::escaped;
use crate::limits::TFTP_NAME_BYTES;

/// A name that may be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    asked: String,
    path: String,
    folded: String,
    blanks: bool,
}

impl Name {
    /// As it was asked for, printable: for the screen and the journal.
    #[must_use]
    pub fn asked(&self) -> &str {
        &self.asked
    }

    /// Cleaned: relative, parts separated by one `/`, in the reader's own case. Never empty, no `.` or `..`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// [`Self::path`] with its ASCII letters in lower case: the key to compare by.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The last part of [`Self::path`].
    #[must_use]
    pub fn base(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Blanks at the end (of the name or of a folder in it) were cut off. A load name typed with a trailing blank in a configuration file looks so on
    /// the wire, and the phone will go on asking for it.
    #[must_use]
    pub const fn had_blanks(&self) -> bool {
        self.blanks
    }
}

/// A name that is refused; the texts carry it escaped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadName {
    /// Nothing is left of it.
    #[error("the file name \"{0}\" is empty")]
    Empty(String),
    /// More than [`TFTP_NAME_BYTES`]; its beginning is kept.
    #[error("the file name is longer than {TFTP_NAME_BYTES} bytes, it begins with \"{0}\"")]
    Long(String),
    /// Not UTF-8.
    #[error("the file name \"{0}\" is no text")]
    NotText(String),
    /// Control characters.
    #[error("the file name \"{0}\" contains control characters")]
    Control(String),
    /// It climbs out with `..`.
    #[error("the file name \"{0}\" leads out of what is served")]
    Outside(String),
    /// A drive letter: somebody's full path on another machine.
    #[error("the file name \"{0}\" is a path on a disk drive")]
    Drive(String),
}

/// Cleans a name as it came over the wire.
///
/// # Errors
/// [`BadName`]; none of them can be a file that is served.
pub fn clean(raw: &[u8]) -> Result<Name, BadName> {
    if raw.len() > TFTP_NAME_BYTES {
        return Err(BadName::Long(escaped(raw, 40)));
    }
    let asked = escaped(raw, TFTP_NAME_BYTES);
    let Ok(text) = str::from_utf8(raw) else { return Err(BadName::NotText(asked)) };
    if text.contains(char::is_control) {
        return Err(BadName::Control(asked));
    }
    let mut path = String::with_capacity(text.len());
    let mut blanks = false;
    for part in text.split(['/', '\\']) {
        // In every part: `.. ` must not become `..` after it was looked at.
        let trimmed = part.trim_end_matches(' ');
        blanks |= trimmed.len() < part.len();
        match trimmed {
            "" | "." => {}
            ".." => return Err(BadName::Outside(asked)),
            part if path.is_empty() && drive(part) => return Err(BadName::Drive(asked)),
            part => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
            }
        }
    }
    if path.is_empty() {
        return Err(BadName::Empty(asked));
    }
    let folded = path.to_ascii_lowercase();
    Ok(Name { asked, path, folded, blanks })
}

/// Whether the first part of a path is, or begins with, a drive letter.
fn drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_file_in_many_spellings() {
        for spelling in [
            "SIP001B.cnf",
            "./SIP001B.cnf",
            "/SIP001B.cnf",
            "//SIP001B.cnf",
            "\\SIP001B.cnf",
            ".\\./SIP001B.cnf",
            "SIP001B.cnf  ",
            "sip001b.CNF",
        ] {
            let name = clean(spelling.as_bytes()).unwrap();
            assert_eq!(name.folded(), "sip001b.cnf", "{spelling}");
            assert_eq!(name.asked(), spelling);
            assert_eq!(name.had_blanks(), spelling.ends_with(' '));
        }
    }

    #[test]
    fn sub_folders_keep_their_parts_and_case() {
        let name = clean(b"/English_United_States\\.//7960-Tones.xml").unwrap();
        assert_eq!(name.path(), "English_United_States/7960-Tones.xml");
        assert_eq!(name.base(), "7960-Tones.xml");
        assert_eq!(name.folded(), "english_united_states/7960-tones.xml");
    }

    #[test]
    fn names_that_only_look_bad() {
        for fine in ["..a", "a..b", ".hidden", "...", "a b.raw", "%n%s", "1:x", "AB:x", "Ümlaut.raw", "con"]
        {
            assert_eq!(clean(fine.as_bytes()).unwrap().path(), fine);
        }
        assert_eq!(clean(b"ring/C:").unwrap().path(), "ring/C:");
    }

    #[test]
    fn names_that_are_refused() {
        for (raw, why) in [
            (&b""[..], "is empty"),
            (b"/", "is empty"),
            (b"./.", "is empty"),
            (b"   ", "is empty"),
            (b"..", "leads out"),
            (b"../etc/passwd", "leads out"),
            (b"a/../../b", "leads out"),
            (b"a\\..\\b", "leads out"),
            (b"a/.. /.", "leads out"),
            (b"C:\\tftp\\x", "disk drive"),
            (b"/c:/x", "disk drive"),
            (b"c:x", "disk drive"),
            (b"a\x1b[2Jb", "control"),
            (b"a\nb", "control"),
            ("a\u{85}b".as_bytes(), "control"),
            (b"a\xffb", "no text"),
            (&[b'a'; TFTP_NAME_BYTES + 1], "longer than"),
        ] {
            let error = clean(raw).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert!(error.len() < 200 && !error.contains(char::is_control), "{error}");
        }
        assert!(clean(&[b'a'; TFTP_NAME_BYTES]).is_ok());
    }

    proptest! {
        #[test]
        fn a_clean_name_stays_inside(raw in proptest::collection::vec(
            prop_oneof![Just(b'.'), Just(b'/'), Just(b'\\'), Just(b' '), Just(b':'), any::<u8>()], 0..300,
        )) {
            if let Ok(name) = clean(&raw) {
                prop_assert!(name.path().split('/').all(|p| !matches!(p, "" | "." | "..")));
                prop_assert!(!name.path().contains(['\\', '\0']) && !name.asked().contains(char::is_control));
                prop_assert!(name.path().ends_with(name.base()));
                let again = clean(name.path().as_bytes()).unwrap();
                prop_assert_eq!(again.path(), name.path());
            }
        }
    }
}
