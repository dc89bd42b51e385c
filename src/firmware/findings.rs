//! What is wrong with files and sets.

use crate::firmware::loads::Bench;
use crate::firmware::problem::enumerate;
use crate::firmware::{Problem, Set, fold};
use std::collections::BTreeMap;

/// Judges each file by itself; what a phone would refuse is marked unsound.
pub(super) fn files(_bench: &mut Bench, _problems: &mut Vec<Problem>) {}

/// Judges what belongs together.
pub(super) fn sets(bench: &Bench, problems: &mut Vec<Problem>) {
    for set in &bench.sets {
        missing_parts(bench, set, problems);
    }
}

fn missing_parts(bench: &Bench, set: &Set, problems: &mut Vec<Problem>) {
    let mut missing: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for seen in bench.of(set) {
        for part in bench.parts.get(&seen.file.id).into_iter().flatten().filter(|part| !part.present) {
            let (_, lists) =
                missing.entry(fold(&part.name)).or_insert_with(|| (part.name.clone(), Vec::new()));
            lists.push(seen.file.name.clone());
        }
    }
    for (part, lists) in missing.into_values() {
        let file = format!("{}/{part}", set.origin);
        problems.push(Problem::error(
            "part-missing",
            &file,
            format!(
                "{part} is missing; {} needs it. A phone would stop in the middle of its load, so the list isn't \
                 served. Get the whole release again, or add the file.",
                enumerate(&lists)
            ),
        ));
    }
}
