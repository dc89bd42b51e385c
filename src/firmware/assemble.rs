//! From files to the finished shelf: sorted into sets, judged, put together as loads, judged again.

use crate::firmware::bench::{Bench, Container, Seen, Taken};
use crate::firmware::names::fold;
use crate::firmware::problem::Problem;
use crate::firmware::shelf::{Inner, Shelf};
use crate::firmware::{findings, loads};
use crate::limits;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) fn shelf(
    containers: &[Container],
    taken: Vec<Taken>,
    problems: Vec<Problem>,
    bytes: usize,
    sizes_count: bool,
) -> Shelf {
    let mut problems = problems;
    let mut bench = Bench::new(containers, taken);
    findings::files(&mut bench, sizes_count, &mut problems);
    for set in bench.sets.clone() {
        loads::find(&mut bench, &set);
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
