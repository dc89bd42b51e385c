//! The shelf: every file by name, every load with its parts.

use crate::firmware::kind::Kind;
use crate::firmware::known::{Known, hex};
use crate::firmware::names::{self, fold};
use crate::firmware::problem::{Problem, enumerate};
use crate::load::LoadName;
use std::collections::HashMap;
use std::sync::Arc;

/// Number of a file on its shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) usize);

/// Number of a set on its shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub(super) usize);

/// One file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its number.
    pub id: FileId,
    /// Its name without folders, as it was found.
    pub name: String,
    /// Relative to the folder or archive, with `/`.
    pub path: String,
    /// What was given, then the way inside: for people.
    pub origin: String,
    /// The set it belongs to.
    pub set: SetId,
    /// The content. Equal contents are held once.
    pub bytes: Arc<[u8]>,
    /// Digest of the content.
    pub sha256: [u8; 32],
    /// What it is.
    pub kind: Kind,
    /// The name it was signed under; a phone accepts it under no other.
    pub true_name: Option<String>,
    /// Nothing is known that makes a phone refuse it.
    pub sound: bool,
}

impl File {
    /// The name under which a phone accepts the file.
    #[must_use]
    pub fn wanted_name(&self) -> &str {
        self.true_name.as_deref().unwrap_or(&self.name)
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// Files that belong together: a folder, or an archive. Two releases in one folder are one set, in two folders two.
#[derive(Clone, Debug)]
pub struct Set {
    /// Its number.
    pub id: SetId,
    /// What was given, then the way inside: for people.
    pub origin: String,
    /// Came out of an archive.
    pub archive: bool,
    /// What the published digests say about that archive.
    pub known: Known,
    /// Its files.
    pub files: Vec<FileId>,
}

/// A part of a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name the phone will ask for.
    pub name: String,
    /// Octets, when present.
    pub size: Option<u64>,
    /// A file of this name is in the set.
    pub present: bool,
    /// That file.
    pub file: Option<FileId>,
    /// It is present and nothing is known that makes a phone refuse it.
    pub sound: bool,
}

/// One load, as one set has it.
#[derive(Clone, Debug)]
pub struct Load {
    /// Its name without an extension.
    pub name: String,
    /// What the name says.
    pub parsed: LoadName,
    /// The parts, in the order of the list. A load of the single-image era has its image, signed or not, or both.
    pub members: Vec<Member>,
    /// Every part is present and sound.
    pub complete: bool,
    /// The set it was found in.
    pub set: SetId,
    /// Its list; none in the single-image era.
    pub list: Option<FileId>,
    /// Lists for phones without a load (`term41.default.loads`) that name the same parts.
    pub terms: Vec<FileId>,
    /// Universal loader it comes with (`PAS30830`).
    pub loader_version: Option<String>,
    /// Hardware mark of the list.
    pub hardware: Option<u32>,
    /// One image without a list: up to 4.x unsigned, 5.x and 6.x signed.
    pub single_image: bool,
    /// Some image of it is signed. An unsigned load runs only on phones that never had a signed one.
    pub signed: bool,
}

impl Load {
    /// Names of parts that are missing or unusable.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.members.iter().filter(|m| !m.sound).map(|m| m.name.as_str())
    }

    /// Why an incomplete load can't be served: `missing dsp41.8-5-4TH1-6.sbn`.
    #[must_use]
    pub fn lacking(&self) -> String {
        let names = |wanted: fn(&&Member) -> bool| -> Vec<&str> {
            self.members.iter().filter(wanted).map(|m| m.name.as_str()).collect()
        };
        let missing = names(|m| !m.present);
        let damaged = names(|m| m.present && !m.sound);
        match (missing.is_empty(), damaged.is_empty()) {
            (false, true) => format!("missing {}", enumerate(&missing)),
            (true, false) => format!("damaged {}", enumerate(&damaged)),
            (false, false) => format!("missing {}, damaged {}", enumerate(&missing), enumerate(&damaged)),
            (true, true) => "its list is damaged".to_owned(),
        }
    }
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) files: Vec<File>,
    pub(super) sets: Vec<Set>,
    pub(super) loads: Vec<Load>,
    pub(super) problems: Vec<Problem>,
    /// Parts of every list, by file.
    pub(super) parts: HashMap<FileId, Vec<Member>>,
    pub(super) bytes: usize,
    pub(super) names: HashMap<String, Vec<FileId>>,
    pub(super) paths: HashMap<String, Vec<FileId>>,
}

/// Everything that can be served. Cheap to clone, never changed.
#[derive(Clone, Default)]
pub struct Shelf(pub(super) Arc<Inner>);

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (files, loads) = (self.0.files.len(), self.0.loads.len());
        f.debug_struct("Shelf").field("files", &files).field("loads", &loads).finish()
    }
}

impl Shelf {
    /// All loads; one load may be in several sets.
    #[must_use]
    pub fn loads(&self) -> &[Load] {
        &self.0.loads
    }

    /// A load by its name, in any case, with or without `.loads`. A complete one wins over an incomplete one.
    #[must_use]
    pub fn load(&self, name: &str) -> Option<&Load> {
        let name = fold(name);
        let name = name.strip_suffix(".loads").unwrap_or(&name);
        let mut named = self.0.loads.iter().filter(|load| load.name.eq_ignore_ascii_case(name));
        let first = named.clone().next();
        named.find(|load| load.complete).or(first)
    }

    /// All sets.
    #[must_use]
    pub fn sets(&self) -> &[Set] {
        &self.0.sets
    }

    /// One set.
    #[must_use]
    pub fn set(&self, id: SetId) -> Option<&Set> {
        self.0.sets.get(id.0)
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.0.files.iter()
    }

    /// One file.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.0.files.get(id.0)
    }

    /// A file by its name, or by its path when the name has a `/`; in any case.
    ///
    /// A file that was renamed is found under the name it was signed with, and under the wrong name only when
    /// nothing better is there. Among equals the preferred set wins, then the exact case, then a sound file,
    /// then the one taken in first.
    #[must_use]
    pub fn find(&self, name: &str, prefer: Option<SetId>) -> Option<&File> {
        let index = if name.contains('/') { &self.0.paths } else { &self.0.names };
        let candidates = index.get(&fold(name))?;
        candidates.iter().filter_map(|id| self.file(*id)).min_by_key(|file| {
            let misnamed = !name.contains('/') && !file.wanted_name().eq_ignore_ascii_case(name);
            let other_case = file.name != name && file.path != name;
            (misnamed, Some(file.set) != prefer, other_case, !file.sound, file.id)
        })
    }

    /// Whether a list and all parts that it names are in its set and usable. Files that aren't lists are whole.
    ///
    /// # Errors
    /// The names of what is missing or damaged: parts, or the list itself.
    pub fn list_is_whole(&self, file: FileId) -> Result<(), Vec<String>> {
        let list = self.file(file).filter(|file| names::extension(file.wanted_name()) == "loads");
        if let Some(damaged) = list.filter(|file| !file.sound) {
            return Err(vec![damaged.wanted_name().to_owned()]);
        }
        let parts = self.0.parts.get(&file).map(Vec::as_slice).unwrap_or_default();
        let missing: Vec<String> =
            parts.iter().filter(|part| !part.sound).map(|part| part.name.clone()).collect();
        if missing.is_empty() { Ok(()) } else { Err(missing) }
    }

    /// What is wrong, worst first.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// Octets held, equal contents counted once.
    #[must_use]
    pub fn total_bytes(&self) -> usize {
        self.0.bytes
    }
}
