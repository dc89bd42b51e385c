//! The sorting bench: files on their way from the intake to a finished shelf, with what their content tells.

use crate::firmware::kind::{self, Kind, Look};
use crate::firmware::known::Known;
use crate::firmware::names::{self, fold, join};
use crate::firmware::shelf::{File, FileId, Load, Member, Set, SetId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Where files come from: a folder that was given, or an archive.
pub(super) struct Container {
    /// What was given, then the way inside.
    pub(super) label: String,
    pub(super) archive: bool,
    /// What the published digests say about the archive.
    pub(super) known: Known,
}

/// A file on its way to the shelf.
pub(super) struct Taken {
    pub(super) container: usize,
    /// Relative to its container, with `/`.
    pub(super) path: String,
    pub(super) bytes: Arc<[u8]>,
    pub(super) sha256: [u8; 32],
    /// An archive that was opened as well.
    pub(super) opened: bool,
}

/// A file and what its content tells, while the shelf is built.
pub(super) struct Seen {
    pub(super) file: File,
    pub(super) look: Look,
}

/// Everything about one set that its findings need.
pub(super) struct Bench {
    pub(super) seen: Vec<Seen>,
    pub(super) sets: Vec<Set>,
    pub(super) loads: Vec<Load>,
    pub(super) parts: HashMap<FileId, Vec<Member>>,
}

impl Bench {
    /// Files sorted into sets; loads are yet to be found.
    pub(super) fn new(containers: &[Container], taken: Vec<Taken>) -> Self {
        let (seen, sets) = sort(containers, taken);
        Self { seen, sets, loads: Vec::new(), parts: HashMap::new() }
    }

    pub(super) fn of(&self, set: &Set) -> impl Iterator<Item = &Seen> {
        set.files.iter().filter_map(|id| self.seen.get(id.0))
    }
}

/// A part by the name it was signed under. A file that only carries the name isn't the part.
pub(super) fn member(bench: &Bench, set: &Set, name: &str) -> Member {
    let named = |seen: &&Seen| seen.file.wanted_name().eq_ignore_ascii_case(name);
    let found = bench.of(set).filter(named).min_by_key(|seen| !seen.file.sound).map(|seen| &seen.file);
    Member {
        name: name.to_owned(),
        size: found.map(|file| file.bytes.len() as u64),
        present: found.is_some(),
        file: found.map(|file| file.id),
        sound: found.is_some_and(|file| file.sound),
    }
}

/// Names that lists of the set give, without extension: `P003-8-12-00` of `P003-8-12-00.sbn`.
pub(super) fn listed_stems(bench: &Bench, set: &Set) -> HashSet<String> {
    let lists = bench.of(set).filter_map(|seen| seen.look.list.as_ref());
    lists.flat_map(|list| &list.parts).map(|part| fold(names::stem(part))).collect()
}

/// A folder is one set for each directory that holds files. An archive is one set, unless the same name lies in it
/// twice with different contents: then each of its directories is one.
fn sort(containers: &[Container], taken: Vec<Taken>) -> (Vec<Seen>, Vec<Set>) {
    let mut contents: HashMap<(usize, String), HashSet<[u8; 32]>> = HashMap::new();
    for file in &taken {
        contents.entry((file.container, fold(names::base(&file.path)))).or_default().insert(file.sha256);
    }
    let split: HashSet<usize> = contents
        .iter()
        .filter(|(_, digests)| digests.len() > 1)
        .map(|((container, _), _)| *container)
        .collect();
    let (mut seen, mut sets) = (Vec::with_capacity(taken.len()), Vec::<Set>::new());
    let mut index: BTreeMap<(usize, String), SetId> = BTreeMap::new();
    for (number, file) in taken.into_iter().enumerate() {
        let Some(container) = containers.get(file.container) else { continue };
        let apart = !container.archive || split.contains(&file.container);
        let folder = if apart { names::folder(&file.path) } else { "" };
        let set = *index.entry((file.container, folder.to_owned())).or_insert_with(|| {
            let origin = match folder {
                "" => names::shown(&container.label),
                folder => join(&container.label, folder),
            };
            sets.push(Set {
                id: SetId(sets.len()),
                origin,
                archive: container.archive,
                known: container.known.clone(),
                files: Vec::new(),
            });
            SetId(sets.len() - 1)
        });
        let id = FileId(number);
        if let Some(set) = sets.get_mut(set.0) {
            set.files.push(id);
        }
        let name = names::base(&file.path).to_owned();
        let mut look = kind::look(&name, &file.bytes);
        if file.opened {
            look.kind = Kind::Archive;
        }
        let file = File {
            id,
            name,
            origin: join(&container.label, &file.path),
            path: file.path,
            set,
            bytes: file.bytes,
            sha256: file.sha256,
            kind: look.kind,
            true_name: look.envelope.as_ref().and_then(|envelope| envelope.name.clone()),
            sound: true,
        };
        seen.push(Seen { file, look });
    }
    (seen, sets)
}
