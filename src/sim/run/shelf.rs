//! The synthetic firmware of a scenario.

use crate::firmware::{Intake, Shelf};
use crate::sim::firmware::{self, Scale, damage};
use crate::sim::scenario::{Damage, Scenario};

/// The firmware of a scenario, each load in a set of its own.
#[must_use]
pub fn shelf(scenario: &Scenario, seed: u64, scale: Scale) -> Shelf {
    let mut sets: Vec<(String, firmware::Files)> = Vec::new();
    for load in &scenario.shelf.loads {
        sets.push((load.clone(), firmware::set(load, seed, scale)));
    }
    for (_, files) in &mut sets {
        for done in &scenario.shelf.damage {
            match done {
                Damage::Missing { file } => damage::drop_part(files, file),
                Damage::Renamed { file, to } => damage::rename(files, file, to),
                Damage::Truncated { file, keep } => damage::truncate(files, file, *keep),
            }
        }
    }
    let mut intake = Intake::of_any_size();
    for (load, files) in sets {
        for (name, bytes) in files {
            intake.file(&load, &name, bytes);
        }
    }
    for file in &scenario.shelf.files {
        intake.file("files", &file.name, file.text.clone().into_bytes());
    }
    intake.finish()
}
