//! The ledger: every change to the laptop is on the disk before it is made, and is crossed out after it was undone.
//!
//! One JSON object a line: `{"n":1,"boot":"…","change":"address",…}` for a change, `{"done":1}` when it is undone. A
//! line that was torn by a power cut was never acted on. The file is held while a session lives, so that nobody undoes
//! the changes of a session that still needs them.
//!
//! What is read here is undone with the rights of an administrator. So the file stays with whoever wrote it, also in the
//! folder of the caller of `sudo`, and one that another user wrote is not acted upon.

use super::owner;
use super::run::Trouble;
use super::system::{Change, System};
use crate::limits;
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

fn pause() {
    #[expect(clippy::disallowed_methods, reason = "a shell that waits for the system")]
    std::thread::sleep(limits::LOCK_LOOK);
}

/// The ledger can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A session is at work with it.
    #[error(
        "another session of rescue79 is at work on this computer and puts its changes back when it ends; end it first"
    )]
    Busy,
    /// The file can't be read or written.
    #[error(
        "{path} can't be used ({source}); nothing on this computer is changed without it. Give the program a folder it may write to with --state DIR"
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another user wrote it.
    #[error(
        "{path} holds changes that another user noted, and is not acted upon; run `rescue79 restore` as that user (with sudo when it was root), or delete the file"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A name that no command is given.
    #[error("\"{0}\" is a name that this program gives to no command; nothing was changed")]
    Name(String),
    /// The change was refused by the system.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Done {
        done: u64,
    },
    Made {
        n: u64,
        #[serde(default)]
        boot: Option<String>,
        #[serde(flatten)]
        change: Change,
    },
}

struct Entry {
    n: u64,
    boot: Option<String>,
    change: Change,
}

/// The ledger, held by this process.
pub struct Ledger {
    file: File,
    path: PathBuf,
    open: Vec<Entry>,
    next: u64,
}

/// A place in a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64);

/// What came of an undoing.
#[derive(Debug, Default)]
pub struct Undone {
    /// What was put back, in words.
    pub done: Vec<String>,
    /// What could not be put back, and why. It stays in the ledger.
    pub failed: Vec<String>,
}

impl Ledger {
    /// Opens the ledger of a state folder and holds it.
    ///
    /// # Errors
    /// [`LedgerError::Busy`] while another process holds it; else the file can't be used.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let path = folder.join("ledger.jsonl");
        let wrong = |source| LedgerError::Io { path: path.clone(), source };
        let mut file = match owner::open(&path, File::options().read(true).append(true).create(true)) {
            Ok(file) if file.metadata().is_ok_and(|data| owner::is_mine(&data)) => file,
            Err(e) if e.kind() != io::ErrorKind::PermissionDenied => return Err(wrong(e)),
            _ => instead(folder, &path)?,
        };
        // A session that was killed may have been starting a command, which lets go of the file a moment later.
        let mut tries = 0;
        while let Err(refused) = file.try_lock() {
            tries += 1;
            match refused {
                TryLockError::WouldBlock if tries < limits::LOCK_LOOKS => pause(),
                TryLockError::WouldBlock => return Err(LedgerError::Busy),
                TryLockError::Error(source) => return Err(wrong(source)),
            }
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(wrong)?;
        let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        // What follows the last whole line was never acted on.
        file.set_len(u64::try_from(whole).unwrap_or(0)).map_err(wrong)?;
        let mut ledger = Self { file, path: path.clone(), open: Vec::new(), next: 1 };
        for line in text.get(..whole).unwrap_or_default().split(|b| *b == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Line::Done { done }) => ledger.open.retain(|entry| entry.n != done),
                Ok(Line::Made { n, boot, change }) if change.is_sound() => {
                    ledger.next = ledger.next.max(n.saturating_add(1));
                    ledger.open.push(Entry { n, boot, change });
                }
                _ => {} // damaged on the disk, or of a later version: nothing that could be undone
            }
        }
        #[cfg(unix)]
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(ledger)
    }

    /// Changes that are made and not undone, oldest first.
    #[must_use]
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.open.iter().map(|entry| &entry.change)
    }

    /// Writes a change down, then makes it.
    ///
    /// # Errors
    /// It can't be written or names what no command is given, then nothing is changed; or the system refused it, then it is crossed out.
    pub fn make(&mut self, system: &dyn System, change: &Change) -> Result<(), LedgerError> {
        if !change.is_sound() {
            return Err(LedgerError::Name(change.subject().to_owned()));
        }
        let (n, boot) = (self.next, system.boot());
        self.next += 1;
        self.write(&Line::Made { n, boot: boot.clone(), change: change.clone() })?;
        let made = system.make(change);
        self.open.push(Entry { n, boot, change: change.clone() });
        if let Err(trouble) = made {
            // It may have been made in part.
            if system.undo(change).is_ok() {
                self.cross_out(n)?;
            }
            return Err(trouble.into());
        }
        Ok(())
    }

    /// The state folder that it is in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// A place in the ledger, to undo what comes after it.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark(self.next)
    }

    /// Undoes everything, the newest change first.
    pub fn undo_all(&mut self, system: &dyn System) -> Undone {
        self.undo_since(Mark(0), system)
    }

    /// Undoes what was changed since then, the newest change first.
    pub fn undo_since(&mut self, mark: Mark, system: &dyn System) -> Undone {
        let boot = system.boot();
        let mut result = Undone::default();
        let later = self.open.iter().rev().filter(|e| e.n >= mark.0);
        let later: Vec<_> = later.map(|e| (e.n, e.boot.clone(), e.change.clone())).collect();
        for (n, made_in, change) in later {
            // Most changes are of the kind that a restart undoes; what looks alike after it is not ours.
            let restarted =
                made_in.is_some() && boot.is_some() && made_in != boot && !change.survives_restart();
            let undone = if restarted { Ok(()) } else { system.undo(&change) };
            match undone {
                Ok(()) if restarted => result.done.push(format!("{} (the restart did it)", change.undone())),
                Ok(()) => result.done.push(change.undone()),
                Err(trouble) => {
                    result.failed.push(format!("{}: {trouble}", change.subject()));
                    continue;
                }
            }
            if let Err(e) = self.cross_out(n) {
                result.failed.push(e.to_string());
            }
        }
        result
    }

    fn cross_out(&mut self, n: u64) -> Result<(), LedgerError> {
        self.open.retain(|entry| entry.n != n);
        if self.open.is_empty() {
            let emptied = self.file.set_len(0).and_then(|()| self.file.rewind());
            let emptied = emptied.and_then(|()| self.file.sync_all());
            return emptied.map_err(|source| LedgerError::Io { path: self.path.clone(), source });
        }
        self.write(&Line::Done { done: n })
    }

    fn write(&mut self, line: &Line) -> Result<(), LedgerError> {
        let wrong = |source| LedgerError::Io { path: self.path.clone(), source };
        let mut text = serde_json::to_vec(line).map_err(|e| wrong(e.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).and_then(|()| self.file.sync_all()).map_err(wrong)
    }
}

/// A ledger in the place of one that another user wrote, when nothing stands in that.
fn instead(folder: &Path, path: &Path) -> Result<File, LedgerError> {
    match glance(folder) {
        Some(Glance::AtWork) => return Err(LedgerError::Busy),
        None if path.symlink_metadata().is_ok_and(|data| data.len() == 0) => drop(std::fs::remove_file(path)),
        None if !path.is_file() => {}
        _ => return Err(LedgerError::Foreign { path: path.to_owned() }),
    }
    let made = owner::open(path, File::options().read(true).append(true).create_new(true));
    made.map_err(|source| LedgerError::Io { path: path.to_owned(), source })
}

/// What a glance at the ledger of a folder shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glance {
    /// A session holds it.
    AtWork,
    /// A session that broke off left changes.
    Left,
}

/// Looks at the ledger of a folder without touching it; `None`: there is nothing to undo.
#[must_use]
pub fn glance(folder: &Path) -> Option<Glance> {
    let file = match owner::open(&folder.join("ledger.jsonl"), File::options().read(true)) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
            return None;
        }
        // Whoever opens it says what is wrong with it.
        Err(_) => return Some(Glance::Left),
    };
    let mut tries = 0;
    while let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
        tries += 1;
        // As above: somebody may just be starting a command.
        if tries == limits::LOCK_LOOKS {
            return Some(Glance::AtWork);
        }
        pause();
    }
    file.metadata().is_ok_and(|m| m.len() > 0).then_some(Glance::Left)
}

#[cfg(test)]
pub(super) mod tests;
