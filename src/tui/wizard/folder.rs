//! The file browser: what a folder holds, and what of it fits what is typed.

use std::path::PathBuf;

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// It is a folder.
    pub folder: bool,
    /// Bytes of a file.
    pub size: u64,
}

/// How much is in a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Files, also those in folders below.
    pub files: usize,
    /// Bytes of all of them.
    pub bytes: u64,
    /// There is more; nobody counted on.
    pub more: bool,
}

/// A folder that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Where it is; nothing before the first answer.
    pub path: PathBuf,
    /// What it holds: folders first, then files that may be firmware.
    pub entries: Vec<Entry>,
    /// Files that can't be firmware and are not shown.
    pub hidden: usize,
    /// Why it can't be read.
    pub error: Option<String>,
    /// What is typed to find a name.
    pub typed: String,
    /// The path that was typed for what is being read; it comes back when it can't be read.
    pub tried: Option<String>,
    /// The chosen row.
    pub at: usize,
}

/// What a row of the browser does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Takes this as firmware.
    Take(PathBuf),
    /// Looks into it.
    Into(PathBuf),
}

/// A row of the browser: a mark, a name, a note, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What stands there.
    pub name: String,
    /// A size, or a word.
    pub note: String,
    /// What it does.
    pub choice: Choice,
}

/// Earlier places that are shown; more would push the folder itself out of a small screen.
const SHOWN: usize = 4;

/// Endings of files that can be firmware.
const FIRMWARE: [&str; 13] = [
    ".zip", ".cop", ".sgn", ".tar", ".gz", ".tgz", ".loads", ".sbn", ".sb2", ".bin", ".sbin", ".zup", ".cnu",
];

/// A file of this name can be firmware.
#[must_use]
pub fn is_firmware(name: &str) -> bool {
    let lower = name.to_lowercase();
    FIRMWARE.iter().any(|ending| lower.ends_with(ending))
}

/// A text that names a place instead of a part of a name.
pub(super) fn is_path(text: &str) -> bool {
    text.contains(['/', '\\']) || text.starts_with('~')
}

/// A drive at the end of a text.
fn drive(text: &str) -> Option<String> {
    let letter = text.strip_suffix(':')?.chars().next_back().filter(char::is_ascii_alphabetic)?;
    Some(format!("{letter}:"))
}

/// The path in the address of a file.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let coded = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(coded.unwrap_or(*first));
        rest = behind.get(if coded.is_some() { 2.. } else { 0.. }).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A path without the strokes that a shell would need before its blanks.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

impl Folder {
    /// A path as it was typed, pasted or dropped here: quoted, escaped as for a shell, as an address of a file, or
    /// relative to this folder. `~` stays what it is.
    #[must_use]
    pub fn meant(&self, text: &str) -> PathBuf {
        let text = text.trim().trim_matches(['\'', '"']);
        let text = match text.strip_prefix("file://") {
            Some(address) => decoded(address),
            None if text.starts_with(['/', '~']) => unescaped(text),
            None => text.to_owned(),
        };
        if text.starts_with('~') { PathBuf::from(text) } else { self.path.join(text) }
    }

    /// What is typed names a place, here or elsewhere.
    #[must_use]
    pub fn is_path(&self) -> bool {
        is_path(&self.typed)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn chosen(&self, places: &[PathBuf]) -> Option<Item> {
        self.items(places).into_iter().nth(self.at)
    }

    /// One more letter of a name or a path. A path that begins at the top or at home stands alone, whatever was typed
    /// before it: terminals without a paste of their own type a path behind it, letter by letter.
    pub(super) fn type_in(&mut self, c: char) {
        let typed = self.typed.trim();
        let folder = |e: &Entry| e.folder && e.name.eq_ignore_ascii_case(typed);
        let goes_on = is_path(typed) || matches!(typed, "." | "..") || self.entries.iter().any(folder);
        let begins = match c {
            '/' if typed.ends_with('~') => Some("~".to_owned()),
            // Also behind a path that ended with one.
            '/' | '\\' if drive(typed).is_some() => drive(typed),
            '/' if typed.ends_with('/') || !goes_on => Some(String::new()),
            _ => None,
        };
        if let Some(begins) = begins {
            self.typed = begins;
        }
        self.typed.push(c);
    }

    /// The rows: the folder as a whole, the folder above, a few earlier places, then what fits. A path that is typed
    /// stands alone.
    #[must_use]
    pub fn items(&self, places: &[PathBuf]) -> Vec<Item> {
        let mut items = Vec::new();
        if is_path(&self.typed) {
            let path = self.meant(&self.typed);
            let item = |name: &str, choice| Item {
                name: format!("{name} {}", path.display()),
                note: "as typed".into(),
                choice,
            };
            items.push(item("use", Choice::Take(path.clone())));
            if !is_firmware(&path.to_string_lossy()) {
                items.push(item("look into", Choice::Into(path.clone())));
            }
            return items;
        }
        if self.typed.is_empty() {
            items.push(Item {
                name: "use this whole folder".into(),
                note: String::new(),
                choice: Choice::Take(self.path.clone()),
            });
            if let Some(above) = self.path.parent() {
                items.push(Item {
                    name: "..".into(),
                    note: "folder above".into(),
                    choice: Choice::Into(above.to_owned()),
                });
            }
        }
        if self.typed.is_empty() {
            items.extend(places.iter().take(SHOWN).map(|place| Item {
                name: place.display().to_string(),
                note: "used before".into(),
                choice: Choice::Take(place.clone()),
            }));
        }
        let typed = self.typed.to_lowercase();
        for entry in self.entries.iter().filter(|e| e.name.to_lowercase().contains(&typed)) {
            let path = self.path.join(&entry.name);
            items.push(if entry.folder {
                Item { name: format!("{}/", entry.name), note: "folder".into(), choice: Choice::Into(path) }
            } else {
                let note = crate::session::words::bytes(entry.size);
                Item { name: entry.name.clone(), note, choice: Choice::Take(path) }
            });
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> String {
        let entry = |name: &str, folder| Entry { name: name.into(), folder, size: 0 };
        let entries = vec![entry("Loads", true), entry("a.zip", false)];
        let mut folder = Folder { path: "/home/tech".into(), entries, ..Folder::default() };
        text.chars().for_each(|c| folder.type_in(c));
        folder.typed
    }

    #[test]
    fn a_path_behind_other_text_stands_alone() {
        for (text, seen) in [
            ("7960/media/stick/a.zip", "/media/stick/a.zip"),
            ("A~/loads", "~/loads"),
            ("/srv//media/stick", "/media/stick"),
            ("/srv/~/loads", "~/loads"),
            ("zC:\\loads\\a.zip", "C:\\loads\\a.zip"),
            // A folder that is here, and the ones above, lead on from here.
            ("loads/8-12", "loads/8-12"),
            ("../srv/x", "../srv/x"),
            ("a.zip", "a.zip"),
        ] {
            assert_eq!(typed(text), seen, "{text}");
        }
    }

    #[test]
    fn a_path_means_what_was_pasted_or_dropped() {
        let folder = Folder { path: "/home/tech".into(), ..Folder::default() };
        for (text, path) in [
            ("'/media/my stick/a.zip'\n", "/media/my stick/a.zip"),
            ("/media/my\\ stick/a.zip", "/media/my stick/a.zip"),
            ("file:///media/my%20stick/a%2Bb.zip", "/media/my stick/a+b.zip"),
            ("file:///media/100%", "/media/100%"),
            ("~/loads", "~/loads"),
            ("loads/8-12", "/home/tech/loads/8-12"),
        ] {
            assert_eq!(folder.meant(text), PathBuf::from(path), "{text}");
        }
    }
}
