//! The laptop outside a session: `doctor`, `restore`, and what a session that broke off left.

use super::clocks::wall;
use super::{Exit, print_json, print_text, stop};
use crate::cli::Doctor;
use crate::host::aloud;
use crate::host::doctor::{self, Scene};
use crate::host::ledger::{Glance, Ledger, Undone, glance};
use crate::host::plan;
use crate::host::privileges;
use crate::host::state::{StateDir, restore_line};
use crate::host::system::system;
use anyhow::Result;
use std::path::Path;

/// Is this laptop ready? Changes nothing.
pub(super) fn doctor(args: &Doctor, state: Option<&Path>) -> Result<Exit> {
    let system = system();
    let program = std::env::current_exe().map_or_else(|_| "rescue79".to_owned(), |p| p.display().to_string());
    let folder = StateDir::place(state).ok();
    let scene = Scene {
        system: system.as_ref(),
        program: &program,
        folder: folder.as_deref(),
        address: (!args.keep_address).then(|| args.address.unwrap_or(plan::DEFAULT)),
        wall: wall(),
    };
    let report = doctor::examine(&scene, args.interface.as_deref());
    if args.json {
        print_json(&report)?;
    } else {
        print_text(&doctor::text(&report))?;
    }
    if report.ready {
        return Ok(Exit::Done);
    }
    let first = report.checks.first();
    let line = first.map(|c| format!("{} Do this: {}", c.seen, c.to_do()));
    Err(stop(Exit::NotReady, line.unwrap_or_default()))
}

/// Undoes what a session that broke off left.
pub(super) fn restore(state: Option<&Path>) -> Result<Exit> {
    let folder = StateDir::place(state).map_err(|e| stop(Exit::NotReady, e))?;
    if glance(&folder).is_none() {
        let sudo = if privileges::rights().is_some_and(|r| !r.network) {
            " If the session ran with sudo, run `sudo rescue79 restore`."
        } else {
            ""
        };
        print_text(&format!("There is nothing to undo: no session left anything on this computer.{sudo}"))?;
        return Ok(Exit::Done);
    }
    let mut ledger = Ledger::open(&folder).map_err(|e| stop(Exit::NotReady, e))?;
    privileges::hand_down();
    let undone = ledger.undo_all(system().as_ref());
    for done in &undone.done {
        print_text(&format!("Undone: {done}."))?;
    }
    match undone.failed.first() {
        None => Ok(Exit::Done),
        Some(failed) => Err(stop(Exit::NotReady, not_undone(failed, &folder))),
    }
}

fn not_undone(failed: &str, folder: &Path) -> String {
    let how = if cfg!(windows) { " as administrator" } else { "" };
    let line = restore_line(folder);
    format!("this could not be undone: {failed}. Run `{line}`{how}; it stays noted until then.")
}

/// Undoes what an earlier session left, whatever this one will need.
pub(super) fn after_a_crash(store: Option<&StateDir>) {
    let Some(folder) = store.map(StateDir::path).filter(|f| glance(f) == Some(Glance::Left)) else { return };
    if let Ok(mut ledger) = Ledger::open(folder) {
        privileges::hand_down();
        say(&ledger.undo_all(system().as_ref()), folder);
    }
}

pub(super) fn say(undone: &Undone, folder: &Path) {
    for done in &undone.done {
        aloud::say(&format!("an earlier session broke off; undone: {done}."));
    }
    for failed in &undone.failed {
        aloud::say(&not_undone(failed, folder));
    }
}
