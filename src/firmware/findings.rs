//! What is wrong with files and sets. Nothing is told twice, and nothing about what is whole.

mod content;
mod sets;
mod text_mode;

use crate::firmware::bench::Bench;
use crate::firmware::problem::Problem;
use std::collections::HashSet;

/// Judges each file; what a phone would refuse is marked unsound.
pub(super) fn files(bench: &mut Bench, sizes_count: bool, problems: &mut Vec<Problem>) {
    // A web page under a name of firmware was told at the door.
    let told: HashSet<String> = problems.iter().map(|problem| problem.file.clone()).collect();
    for seen in &mut bench.seen {
        if let Some((problem, refused)) = content::judge(seen, sizes_count) {
            seen.file.sound = !refused;
            if !told.contains(&seen.file.origin) {
                problems.push(problem);
            }
        }
    }
    for set in bench.sets.clone() {
        for (file, problem) in sets::pairs(bench, &set) {
            if let Some(seen) = bench.seen.get_mut(file.0) {
                seen.file.sound = false;
                problems.push(problem);
            }
        }
    }
}

/// Judges what belongs together.
pub(super) fn sets(bench: &Bench, problems: &mut Vec<Problem>) {
    for set in &bench.sets {
        sets::missing_parts(bench, set, problems);
        sets::missing_lists(bench, set, problems);
        sets::other_terms(bench, set, problems);
        sets::unlisted(bench, set, problems);
        sets::other_phones(bench, set, problems);
    }
    sets::duplicates(bench, problems);
}
