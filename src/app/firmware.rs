//! `inspect` and `plan`: questions about firmware, answered without a network.

use super::{Exit, print_json, print_text, stop};
use crate::catalogue::Catalogue;
use crate::cli::{Inspect, PlanArgs};
use crate::firmware::{Shelf, report};
use crate::host::files;
use crate::job;
use crate::load::Family;
use crate::route::{self, Start};
use anyhow::Result;
use std::path::PathBuf;

/// Reads the firmware that was named.
pub(super) fn shelf(paths: &[PathBuf]) -> Result<Shelf> {
    files::gather(paths)
        .map_err(|unreadable| stop(Exit::Firmware, format!("{unreadable}. Check the path that was given.")))
}

fn models_of(family: Family) -> Vec<String> {
    Catalogue::builtin().models_of(family).map(|model| model.name.clone()).collect()
}

pub(super) fn inspect(args: &Inspect) -> Result<Exit> {
    let shelf = shelf(&args.paths)?;
    if args.json {
        print_json(&report::json(&shelf, models_of))?;
    } else {
        print_text(&report::text(&shelf, models_of))?;
    }
    let given = |file: &str| args.paths.iter().any(|path| path.to_string_lossy().replace('\\', "/") == file);
    if let Some(bad) = shelf.problems().iter().find(|problem| problem.is_unreadable() && given(&problem.file))
    {
        return Err(stop(Exit::Firmware, format!("{}: {}", bad.file, bad.text)));
    }
    if shelf.loads().iter().any(|load| load.complete) {
        return Ok(Exit::Done);
    }
    Err(stop(
        Exit::Firmware,
        "nothing in there is a whole load that a phone could be given. Add the complete archive.",
    ))
}

pub(super) fn plan(args: &PlanArgs) -> Result<Exit> {
    let catalogue = Catalogue::builtin();
    let model = catalogue
        .model(&args.model)
        .ok_or_else(|| usage(format!("there is no model {}; `rescue79 models` lists them", args.model)))?;
    let shelf = shelf(&args.firmware)?;
    let plan = route::plan(catalogue, model, &Start::parse(&args.from), &args.to, &job::owned(&shelf));
    if args.json {
        print_json(&plan)?;
    } else {
        print_text(&plan.to_string())?;
    }
    if plan.possible {
        return Ok(Exit::Done);
    }
    let (_, text, get) = plan.obstacle();
    Err(stop(Exit::Firmware, format!("{text} {get}")))
}

/// A command line that clap could not know to be wrong.
pub(super) fn usage(text: String) -> anyhow::Error {
    stop(Exit::Usage, text)
}
