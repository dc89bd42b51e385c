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

impl Folder {
    /// The rows: the folder as a whole, the folder above, a few earlier places, then what fits. A path that is typed
    /// stands alone.
    #[must_use]
    pub fn items(&self, places: &[PathBuf]) -> Vec<Item> {
        let mut items = Vec::new();
        if self.typed.contains(['/', '\\']) || self.typed.starts_with('~') {
            let path = PathBuf::from(self.typed.trim());
            let item = |name: &str, choice| Item {
                name: format!("{name} {}", path.display()),
                note: "as typed".into(),
                choice,
            };
            items.push(item("use", Choice::Take(path.clone())));
            items.push(item("look into", Choice::Into(path.clone())));
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
