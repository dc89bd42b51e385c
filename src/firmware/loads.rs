//! Sorts files into sets and loads.

use crate::firmware::intake::{Container, Taken, join};
use crate::firmware::kind::{self, Look};
use crate::firmware::list::List;
use crate::firmware::shelf::Inner;
use crate::firmware::{File, FileId, Kind, Load, Member, Problem, Set, SetId, Shelf, findings, fold, names};
use crate::limits;
use crate::load::{Family, LoadName};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

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
    pub(super) fn of(&self, set: &Set) -> impl Iterator<Item = &Seen> {
        set.files.iter().filter_map(|id| self.seen.get(id.0))
    }
}

pub(super) fn build(
    containers: &[Container],
    taken: Vec<Taken>,
    problems: Vec<Problem>,
    bytes: usize,
    sizes_count: bool,
) -> Shelf {
    let mut problems = problems;
    let (seen, sets) = sort(containers, taken);
    let mut bench = Bench { seen, sets, loads: Vec::new(), parts: HashMap::new() };
    findings::files(&mut bench, sizes_count, &mut problems);
    for set in bench.sets.clone() {
        lists(&mut bench, &set);
        single_images(&mut bench, &set);
        applications_without_list(&mut bench, &set);
    }
    findings::sets(&bench, &mut problems);
    problems.sort_by(|a, b| (a.severity, &a.file, a.code).cmp(&(b.severity, &b.file, b.code)));
    if problems.len() > limits::SHELF_PROBLEMS {
        let more = problems.len() - limits::SHELF_PROBLEMS;
        problems.truncate(limits::SHELF_PROBLEMS);
        let text =
            format!("{more} more findings aren't shown. Give only the folder that holds the firmware.");
        problems.push(Problem::info("findings-cut", "", text));
    }
    let (mut by_name, mut by_path): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
    for Seen { file, .. } in &bench.seen {
        let keys: HashSet<String> = [fold(&file.name), fold(file.wanted_name())].into();
        for key in keys {
            by_name.entry(key).or_default().push(file.id);
        }
        by_path.entry(fold(&file.path)).or_default().push(file.id);
    }
    Shelf(Arc::new(Inner {
        files: bench.seen.into_iter().map(|seen| seen.file).collect(),
        sets: bench.sets,
        loads: bench.loads,
        parts: bench.parts,
        problems,
        bytes,
        names: by_name,
        paths: by_path,
    }))
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

fn lists(bench: &mut Bench, set: &Set) {
    let mut loads = Vec::new();
    let mut parts = Vec::new();
    for Seen { file, look } in bench.of(set) {
        let name = names::stem(file.wanted_name());
        let parsed = name.parse::<LoadName>();
        // A list that can't be read any more is still a load, one that can't be served.
        let ruined = !file.sound && parsed.is_ok() && names::extension(file.wanted_name()) == "loads";
        let list = match (&look.list, file.kind) {
            (Some(list), Kind::LoadsList | Kind::TermList) => list,
            _ if ruined => &List::default(),
            _ => continue,
        };
        let members: Vec<Member> = list.parts.iter().map(|part| member(bench, set, part)).collect();
        parts.push((file.id, members.clone()));
        let Ok(parsed) = parsed else { continue };
        loads.push(Load {
            name: name.to_owned(),
            parsed,
            complete: file.sound && members.iter().all(|m| m.sound),
            members,
            set: set.id,
            list: Some(file.id),
            terms: Vec::new(),
            loader_version: list.loader_version.clone(),
            hardware: list.hardware,
            single_image: false,
            signed: true,
        });
    }
    for load in &mut loads {
        load.terms = terms(bench, set, load);
    }
    bench.parts.extend(parts);
    bench.loads.extend(loads);
}

/// Term lists that name exactly the parts of this load.
fn terms(bench: &Bench, set: &Set, load: &Load) -> Vec<FileId> {
    let named: HashSet<String> = load.members.iter().map(|m| fold(&m.name)).collect();
    let same = |seen: &&Seen| {
        seen.file.kind == Kind::TermList
            && seen
                .look
                .list
                .as_ref()
                .is_some_and(|list| list.parts.iter().map(|p| fold(p)).collect::<HashSet<_>>() == named)
    };
    bench.of(set).filter(same).map(|seen| seen.file.id).collect()
}

/// A part by the name it was signed under. A file that only carries the name isn't the part.
fn member(bench: &Bench, set: &Set, name: &str) -> Member {
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

/// Loads of the era before lists: one `.sbn`, one `.bin`, or both.
fn single_images(bench: &mut Bench, set: &Set) {
    let listed = listed_stems(bench, set);
    let mut loads: BTreeMap<String, Load> = BTreeMap::new();
    for Seen { file, look } in bench.of(set) {
        let stem = names::stem(file.wanted_name());
        let Ok(parsed) = stem.parse::<LoadName>() else { continue };
        if file.kind != Kind::SingleImage || parsed.loader || listed.contains(&fold(stem)) {
            continue;
        }
        let signed = look.envelope.is_some();
        let load = loads.entry(fold(stem)).or_insert_with(|| Load {
            name: stem.to_owned(),
            parsed,
            members: Vec::new(),
            complete: true,
            set: set.id,
            list: None,
            terms: Vec::new(),
            loader_version: None,
            hardware: None,
            single_image: true,
            signed,
        });
        load.signed |= signed;
        load.members.push(Member {
            name: file.wanted_name().to_owned(),
            size: Some(file.bytes.len() as u64),
            present: true,
            file: Some(file.id),
            sound: file.sound,
        });
        load.complete &= file.sound;
    }
    bench.loads.extend(loads.into_values());
}

/// An application whose list is missing is a load that can't be served: the phone asks for the list first.
fn applications_without_list(bench: &mut Bench, set: &Set) {
    let listed = listed_stems(bench, set);
    let mut loads = Vec::new();
    for Seen { file, .. } in bench.of(set).filter(|seen| seen.file.kind == Kind::App) {
        let stem = names::stem(file.wanted_name());
        let Ok(parsed) = stem.parse::<LoadName>() else { continue };
        let told = bench.loads.iter().any(|load| load.set == set.id && load.name.eq_ignore_ascii_case(stem));
        if parsed.family != Family::Classic || listed.contains(&fold(stem)) || told {
            continue;
        }
        loads.push(Load {
            name: stem.to_owned(),
            parsed,
            members: vec![
                member(bench, set, &format!("{stem}.loads")),
                member(bench, set, file.wanted_name()),
            ],
            complete: false,
            set: set.id,
            list: None,
            terms: Vec::new(),
            loader_version: None,
            hardware: None,
            single_image: false,
            signed: true,
        });
    }
    bench.loads.extend(loads);
}
