//! What belongs together: lists and their parts, pairs, duplicates, releases over each other.

use super::content::truncated;
use crate::firmware::bench::{Bench, Seen, listed_stems};
use crate::firmware::kind::{Kind, term_family};
use crate::firmware::names::{self, fold};
use crate::firmware::others;
use crate::firmware::problem::{Problem, enumerate};
use crate::firmware::shelf::{FileId, Load, Set};
use crate::load::{Family, LoadName};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A `.sbn` is a `.bin` in an envelope: where both are, the shorter one was cut off.
pub(super) fn pairs(bench: &Bench, set: &Set) -> Vec<(FileId, Problem)> {
    let mut cut = Vec::new();
    for seen in bench.of(set).filter(|seen| names::extension(&seen.file.name) == "bin" && seen.file.sound) {
        let signed_name = format!("{}.sbn", names::stem(&seen.file.name));
        let unsigned = seen.look.envelope.is_none() && !seen.file.bytes.is_empty();
        let pair = bench.of(set).find(|other| other.file.wanted_name().eq_ignore_ascii_case(&signed_name));
        let Some((pair, envelope)) =
            pair.and_then(|p| Some((p, p.look.envelope.as_ref()?))).filter(|_| unsigned)
        else {
            continue;
        };
        let (bin, sbn) = (&seen.file.bytes, envelope.payload(&pair.file.bytes));
        let why = |short: usize, long: usize| {
            format!("its other half shows that {} bytes are missing", long.saturating_sub(short))
        };
        if sbn.len() > bin.len() && sbn.starts_with(bin) {
            cut.push((seen.file.id, truncated(&seen.file, why(bin.len(), sbn.len()))));
        } else if bin.len() > sbn.len() && !sbn.is_empty() && bin.starts_with(sbn) {
            cut.push((pair.file.id, truncated(&pair.file, why(sbn.len(), bin.len()))));
        }
    }
    cut
}

/// One problem for each missing part, naming the lists that need it.
pub(super) fn missing_parts(bench: &Bench, set: &Set, problems: &mut Vec<Problem>) {
    let strays: HashSet<FileId> = stray_terms(bench, set).map(|(seen, _)| seen.file.id).collect();
    let mut missing: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    // What a damaged list names is no more reliable than the list.
    for seen in bench.of(set).filter(|seen| seen.file.sound && !strays.contains(&seen.file.id)) {
        for part in bench.parts.get(&seen.file.id).into_iter().flatten().filter(|part| !part.present) {
            let (_, lists) =
                missing.entry(fold(&part.name)).or_insert_with(|| (part.name.clone(), Vec::new()));
            lists.push(seen.file.name.clone());
        }
    }
    for (part, lists) in missing.into_values() {
        let posing = bench.of(set).find(|seen| seen.file.name.eq_ignore_ascii_case(&part));
        let posing = posing.map_or_else(String::new, |seen| {
            format!(" (the file of that name is really {})", seen.file.wanted_name())
        });
        problems.push(Problem::error(
            "part-missing",
            &format!("{}/{part}", set.origin),
            format!(
                "{part} is missing{posing}, but named by {}. A phone would stop in the middle of its load, so the list \
                 isn't served. Get the whole release again, or add the file.",
                enumerate(&lists)
            ),
        ));
    }
    for load in
        bench.loads.iter().filter(|load| load.set == set.id && load.list.is_none() && !load.single_image)
    {
        let list = format!("{}.loads", load.name);
        if !load.members.first().is_some_and(|member| member.present) {
            problems.push(Problem::error(
                "list-missing",
                &format!("{}/{list}", set.origin),
                format!(
                    "{list} is missing. A phone asks for it before anything else of {}, so the load can't be served. \
                     Get the whole release again, or add the file.",
                    load.name
                ),
            ));
        }
    }
}

/// Numbers in the names of the term lists of a family (members of public cmterm archives).
const fn term_digits(family: Family) -> &'static [&'static str] {
    match family {
        Family::Classic => &[],
        Family::F11 => &["06", "11"],
        Family::F31 => &["31"],
        Family::F41 => &["41", "61"],
        Family::F42 => &["42", "62"],
        Family::F45 => &["45", "65"],
        Family::F70 => &["70", "71"],
        Family::F75 => &["75"],
    }
}

/// A Java set has the list of its load, and a term list for each model of its family.
pub(super) fn missing_lists(bench: &Bench, set: &Set, problems: &mut Vec<Problem>) {
    let terms = |family: Family| {
        bench
            .of(set)
            .map(|seen| seen.file.wanted_name())
            .filter(move |name| term_family(name) == Some(family))
    };
    for family in Family::ALL {
        let mut loads = bench.loads.iter().filter(|load| load.set == set.id && load.parsed.family == family);
        let (first, here) = (loads.next(), terms(family).map(fold).collect::<Vec<_>>());
        let Some(load) = first else {
            if !here.is_empty() {
                problems.push(Problem::error(
                    "list-missing",
                    &set.origin,
                    format!(
                        "Beside {} the list of the load itself is missing, such as SIP{family}.….loads. A wiped \
                         phone could take it, a running phone can't be given it by name. Get the whole release \
                         again, or add the file.",
                        enumerate(&here)
                    ),
                ));
            }
            continue;
        };
        let missing: Vec<String> = term_digits(family)
            .iter()
            .map(|digits| format!("term{digits}.default.loads"))
            .filter(|name| !here.contains(name))
            .collect();
        if load.list.is_some() && !missing.is_empty() {
            problems.push(Problem::info(
                "term-missing",
                &set.origin,
                format!(
                    "{} isn't here. Phones that were wiped ask for it; those that still run can be given {} by \
                     name. To recover wiped phones, get the whole release again.",
                    enumerate(&missing),
                    load.name
                ),
            ));
        }
    }
}

/// Term lists whose parts are those of no load here, though loads of their family are here.
fn stray_terms<'a>(bench: &'a Bench, set: &'a Set) -> impl Iterator<Item = (&'a Seen, Vec<&'a str>)> {
    bench.of(set).filter(|seen| seen.file.kind == Kind::TermList && seen.file.sound).filter_map(move |seen| {
        let family = term_family(seen.file.wanted_name())?;
        let of_family = || {
            // A load whose list is damaged says nothing about its parts.
            let listed = |l: &&Load| !l.members.is_empty();
            bench.loads.iter().filter(move |l| l.set == set.id && l.parsed.family == family).filter(listed)
        };
        let own = of_family().any(|load| load.terms.contains(&seen.file.id));
        let names: Vec<&str> = of_family().map(|load| load.name.as_str()).collect();
        (!own && !names.is_empty()).then_some((seen, names))
    })
}

/// Two releases over each other: the term list of one, the parts of another.
pub(super) fn other_terms(bench: &Bench, set: &Set, problems: &mut Vec<Problem>) {
    for (seen, loads) in stray_terms(bench, set) {
        let parts = bench.parts.get(&seen.file.id).map(Vec::as_slice).unwrap_or_default();
        let missing: Vec<&str> = parts.iter().filter(|p| !p.present).map(|p| p.name.as_str()).collect();
        let consequence = if missing.is_empty() {
            "A wiped phone would get the release of this list instead.".to_owned()
        } else {
            format!(
                "Its parts aren't here ({}), so it isn't served and a wiped phone gets nothing.",
                enumerate(&missing)
            )
        };
        problems.push(Problem::error(
            "term-other-release",
            &seen.file.origin,
            format!(
                "{} belongs to another release than {}: two releases were unpacked over each other. {consequence} \
                 Unpack each archive into a folder of its own, or give the archives themselves.",
                seen.file.name,
                enumerate(&loads)
            ),
        ));
    }
    let families: BTreeSet<Family> =
        bench.of(set).filter_map(|s| term_family(s.file.wanted_name())).collect();
    let listed = |load: &&Load| load.set == set.id && load.list.is_some() && !load.members.is_empty();
    for load in bench.loads.iter().filter(listed) {
        let covered = bench
            .loads
            .iter()
            .any(|l| l.set == set.id && l.parsed.family == load.parsed.family && !l.terms.is_empty());
        if load.terms.is_empty() && covered && families.contains(&load.parsed.family) {
            problems.push(Problem::warning(
                "releases-mixed",
                &format!("{}/{}.loads", set.origin, load.name),
                format!(
                    "{} shares its folder with another release, whose term lists are the ones here. It can be loaded \
                     by name, but not into a wiped phone. Give each release a folder of its own.",
                    load.name
                ),
            ));
        }
    }
}

/// Parts that no list of their set names.
pub(super) fn unlisted(bench: &Bench, set: &Set, problems: &mut Vec<Problem>) {
    let listed: HashSet<String> = bench
        .of(set)
        .filter_map(|seen| seen.look.list.as_ref())
        .flat_map(|list| list.parts.iter().map(|part| fold(part)))
        .collect();
    let stems = listed_stems(bench, set);
    let unlisted: Vec<&str> = bench
        .of(set)
        .filter(|seen| {
            let name = seen.file.wanted_name();
            match seen.file.kind {
                Kind::JavaPart => !listed.contains(&fold(name)),
                Kind::Loader => {
                    !stems.contains(&fold(names::stem(name))) && !has_application(bench, set, name)
                }
                _ => false,
            }
        })
        .map(|seen| seen.file.wanted_name())
        .collect();
    if !unlisted.is_empty() {
        problems.push(Problem::warning(
            "part-unlisted",
            &set.origin,
            format!(
                "No list here names {}, so no phone will ask for it. The .loads file of its release is missing, or \
                 it is a leftover of another one.",
                enumerate(&unlisted)
            ),
        ));
    }
}

/// The missing list was already told.
fn has_application(bench: &Bench, set: &Set, loader: &str) -> bool {
    let release = |name: &str| names::stem(name).parse::<LoadName>().ok().map(|load| load.release);
    let wanted = release(loader);
    bench.of(set).any(|seen| seen.file.kind == Kind::App && release(seen.file.wanted_name()) == wanted)
}

/// What is signed; the whole of an unsigned file.
fn content(seen: &Seen) -> &[u8] {
    seen.look.envelope.as_ref().map_or(&seen.file.bytes, |envelope| envelope.payload(&seen.file.bytes))
}

/// One name, two contents: one of them is damaged or isn't what it says.
pub(super) fn duplicates(bench: &Bench, problems: &mut Vec<Problem>) {
    let mut named: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
    for seen in &bench.seen {
        let told = matches!(
            seen.file.kind,
            Kind::LoadsList | Kind::App | Kind::Loader | Kind::SingleImage | Kind::JavaPart
        );
        if told && seen.file.sound {
            named.entry(fold(seen.file.wanted_name())).or_default().push(seen);
        }
    }
    for seen in named.into_values() {
        // The SIP and the SCCP package of a release hold the same parts, signed twice.
        let [first, others @ ..] = seen.as_slice() else { continue };
        let first_content = content(first);
        if let Some(other) = others.iter().find(|other| content(other) != first_content) {
            problems.push(Problem::warning(
                "duplicate-differs",
                &other.file.origin,
                format!(
                    "{} is here twice with different contents; the other one is {}. At most one is what was \
                     published. Keep the release you trust and leave the other out.",
                    first.file.wanted_name(),
                    first.file.origin
                ),
            ));
        }
    }
}

/// Firmware of phones that this program doesn't serve.
pub(super) fn other_phones(bench: &Bench, set: &Set, problems: &mut Vec<Problem>) {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for seen in bench.of(set).filter(|seen| seen.file.kind == Kind::OtherPhone) {
        let phones =
            others::other_phones(&seen.file.name).unwrap_or("a later generation (78xx, 88xx or newer)");
        found.entry(phones).or_default().push(&seen.file.name);
    }
    for (phones, files) in found {
        problems.push(Problem::warning(
            "other-phone",
            &set.origin,
            format!(
                "{}: firmware for Cisco {phones}. No 79xx phone of this program runs it, and it is never offered as \
                 a load. Get the release for your model.",
                enumerate(&files)
            ),
        ));
    }
}
