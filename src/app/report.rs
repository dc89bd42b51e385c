//! The report on disk: Markdown for people, JSON for programs, beside the journal.

use super::clocks::wall;
use crate::host::owner;
use crate::journal;
use crate::session::State;
use std::io;
use std::path::{Path, PathBuf};

/// Writes the report beside the journal, or into the folder where the program was started. Gives the Markdown's path.
pub(super) fn write(journal: Option<&Path>, state: &State) -> io::Result<PathBuf> {
    if let Some(journal) = journal {
        return beside(journal, state);
    }
    let name = format!("rescue79-report-{}", journal::rfc3339(wall()).replace(':', "-"));
    both(&std::path::absolute(name)?, state)
}

/// Writes it under the journal's name, `.md` and `.json`. An earlier one of the same session is replaced.
pub(super) fn beside(journal: &Path, state: &State) -> io::Result<PathBuf> {
    both(&journal.with_extension(""), state)
}

fn both(stem: &Path, state: &State) -> io::Result<PathBuf> {
    let summary = state.summary.clone().unwrap_or_else(|| state.summarise());
    let with = |ending: &str| {
        let mut name = stem.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let json = serde_json::json!({ "session": state.session, "summary": summary });
    owner::write(&with(".json"), &serde_json::to_vec_pretty(&json)?)?;
    let path = with(".md");
    owner::write(&path, state.report().as_bytes())?;
    Ok(path)
}
