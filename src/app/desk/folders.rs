//! What folders hold, for the file browser.

use crate::host::files;
use crate::limits;
use crate::tui::wizard::{Entry, Weight, is_firmware};
use std::path::{Path, PathBuf};

/// A path as it was typed or pasted: `~` is the home folder, an empty one the folder where the program was started.
pub(super) fn meant(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() {
        return std::env::current_dir().unwrap_or_default();
    }
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// Folders, then files that may be firmware, by name; and how many other files there are. Hidden ones are left out.
pub(super) fn entries(path: &Path) -> std::io::Result<(Vec<Entry>, usize)> {
    let mut found = Vec::new();
    let mut others = 0;
    for entry in std::fs::read_dir(path)?.flatten().take(limits::SHELF_FILES) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
        if name.starts_with('.') {
        } else if metadata.is_dir() || is_firmware(&name) {
            found.push(Entry { name, folder: metadata.is_dir(), size: metadata.len() });
        } else {
            others += 1;
        }
    }
    found.sort_by_key(|e| (!e.folder, e.name.to_lowercase()));
    Ok((found, others))
}

/// What is in a folder, when that is so much that nobody should read it by mistake.
pub(super) fn too_much(path: &Path) -> Option<Weight> {
    let (files, bytes) = files::weigh(path);
    let more = files >= limits::SHELF_FILES;
    (files > limits::ASK_FILES || bytes > limits::ASK_BYTES).then_some(Weight { files, bytes, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_what_cannot_be_firmware_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.zip", "A.cop.sgn", "notes.txt", ".hidden.zip"] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir(folder.path().join("loads")).unwrap();
        let (found, others) = entries(folder.path()).unwrap();
        let names: Vec<_> = found.iter().map(|e| e.name.as_str()).collect();
        assert_eq!((names.as_slice(), others), (&["loads", "A.cop.sgn", "b.zip"][..], 1));
    }

    #[test]
    fn a_huge_folder_is_asked_about() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.zip"), b"x").unwrap();
        assert_eq!(too_much(folder.path()), None);
        // It takes no room: nothing is written into it.
        let large = std::fs::File::create(folder.path().join("b.zip")).unwrap();
        large.set_len(limits::ASK_BYTES).unwrap();
        assert_eq!(
            too_much(folder.path()),
            Some(Weight { files: 2, bytes: limits::ASK_BYTES + 1, more: false })
        );
    }

    #[test]
    fn a_typed_path_means_what_a_person_means() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(meant(Path::new("~/loads")), home.join("loads"));
        assert_eq!(meant(Path::new("/srv/~x")), Path::new("/srv/~x"));
        assert_eq!(meant(Path::new("")), std::env::current_dir().unwrap());
    }
}
