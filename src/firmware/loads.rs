//! Finds the loads among the files of a set.

use crate::firmware::bench::{Bench, Seen, listed_stems, member};
use crate::firmware::kind::Kind;
use crate::firmware::list::List;
use crate::firmware::names::{self, fold};
use crate::firmware::shelf::{FileId, Load, Member, Set};
use crate::load::{Family, LoadName};
use std::collections::{BTreeMap, HashSet};

/// Loads with a list, loads of a single image, and applications whose list is missing.
pub(super) fn find(bench: &mut Bench, set: &Set) {
    lists(bench, set);
    single_images(bench, set);
    applications_without_list(bench, set);
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
