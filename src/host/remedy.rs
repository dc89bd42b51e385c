//! What helps against a finding, and having it done by the program once a person has said yes.
//!
//! Every [`Check`](super::doctor::Check) may carry a [`Remedy`]: a text for the person and, where the program
//! can do it itself, an [`Act`] with the exact command. For a list of findings with a key that puts one right:
//!
//! ```text
//! let report = doctor::examine(&scene, Some(&interface));            // takes some seconds: on a thread of its own
//! check.remedy: Option<Remedy>     Remedy { text: String, act: Option<Act> }
//! act.command: Argv                what will be run, shown before the person confirms (`to_string()`)
//! act.promise() -> &'static str    what becomes of it later, one sentence for the question
//!
//! let (mut setup, undone) = Setup::begin(system(), Ledger::open(store.path())?);   // once; keep it
//! setup.carry_out(&act) -> Result<String, NotDone>                   // a sentence: what was done, or why not and what to do
//! ```
//!
//! What is changed lasts as long as the [`Setup`]; dropping it puts everything back. A session that follows takes it over
//! (`app::serve::open` takes it out of an `Option`, and puts it there again when the session can't start). After an act the laptop is examined again: only that shows whether it helped.

use super::ledger::LedgerError;
use super::privileges;
use super::run::{Argv, Run, Trouble};
use super::setup::Setup;
use super::system::{self, Change, System};
use crate::limits;
use serde::Serialize;

/// The one thing to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// It, for a person: a sentence, or the command to type.
    #[serde(rename = "remedy")]
    pub text: String,
    /// It, where the program can do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
}

/// What the program can do about a finding, after it was told to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// The command that is run.
    pub command: Argv,
    /// What it is for.
    #[serde(skip)]
    pub deed: Deed,
}

/// The kinds of act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A change to the laptop that the ledger remembers.
    Change(Change),
    /// A program that holds a port is ended.
    End {
        /// The port.
        port: u16,
        /// The program.
        name: String,
        /// Its process number.
        pid: u32,
    },
    /// What an earlier session left is undone.
    Restore,
}

/// An act that was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The ledger or the system refused the change.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The system refused the command.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The program doesn't end.
    #[error("{name} (process {pid}) was told to end and still holds UDP port {port}")]
    Holds {
        /// The port.
        port: u16,
        /// The program.
        name: String,
        /// Its process number.
        pid: u32,
    },
}

impl From<String> for Remedy {
    fn from(text: String) -> Self {
        Self { text, act: None }
    }
}

impl From<&str> for Remedy {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Act> for Remedy {
    /// The text is the command as an administrator types it.
    fn from(act: Act) -> Self {
        let sudo = if cfg!(windows) { "" } else { "sudo " };
        Self { text: format!("{sudo}{}", act.command), act: Some(act) }
    }
}

impl Act {
    /// A change, by the command that makes it.
    #[must_use]
    pub const fn change(change: Change, command: Argv) -> Self {
        Self { command, deed: Deed::Change(change) }
    }

    /// Ends the program that holds a port.
    #[must_use]
    pub fn end(port: u16, name: &str, pid: u32) -> Self {
        // A program without a window doesn't hear Windows' polite word.
        let command = if cfg!(windows) {
            Argv::new("taskkill /F /PID").with(pid.to_string())
        } else {
            Argv::new("kill").with(pid.to_string())
        };
        Self { command, deed: Deed::End { port, name: name.to_owned(), pid } }
    }

    /// Undoes what an earlier session left.
    #[must_use]
    pub fn restore() -> Self {
        Self { command: Argv::new("rescue79 restore"), deed: Deed::Restore }
    }

    /// What becomes of it later, for the question whether it shall be done.
    #[must_use]
    pub const fn promise(&self) -> &'static str {
        match self.deed {
            Deed::Change(_) => "It is put back when the program ends.",
            Deed::End { .. } => "The program that is ended is not started again.",
            Deed::Restore => "It puts back what an earlier session changed.",
        }
    }
}

impl Setup {
    /// Does what a remedy says, and says what was done.
    ///
    /// # Errors
    /// [`NotDone`]: nothing was changed, or it is noted in the ledger and put back at the end.
    pub fn carry_out(&mut self, act: &Act) -> Result<String, NotDone> {
        self.carry_out_with(&super::run::Real, act)
    }

    fn carry_out_with(&mut self, run: &impl Run, act: &Act) -> Result<String, NotDone> {
        privileges::hand_down();
        match &act.deed {
            Deed::Change(change) => {
                self.change(change)?;
                Ok(format!("Done: {}. {}", change.made(), act.promise()))
            }
            Deed::End { port, name, pid } => end(self.system(), run, act, (*port, name, *pid)),
            // The set-up began with undoing it.
            Deed::Restore => Ok("Done: nothing of an earlier session is left.".to_owned()),
        }
    }
}

fn end(
    system: &dyn System,
    run: &impl Run,
    act: &Act,
    (port, name, pid): (u16, &str, u32),
) -> Result<String, NotDone> {
    let holds = || {
        let held = system.holders(port).unwrap_or_default();
        held.iter().any(|h| h.process.as_ref().is_some_and(|(n, p)| n == name && *p == pid))
    };
    // The number may be another program's by now.
    if !holds() {
        return Ok(format!(
            "{name} (process {pid}) doesn't hold UDP port {port} any more; nothing was done."
        ));
    }
    run.run(&act.command)?;
    for _ in 0..limits::ENDS_LOOKS {
        if !holds() {
            return Ok(match system::holder(system, port) {
                Some(next) => format!("Done: {name} has ended. UDP port {port} is now held by {next}."),
                None => format!("Done: {name} has ended, UDP port {port} is free."),
            });
        }
        #[expect(clippy::disallowed_methods, reason = "a program is given time to end")]
        std::thread::sleep(limits::ENDS_LOOK);
    }
    Err(NotDone::Holds { port, name: name.to_owned(), pid })
}

#[cfg(test)]
mod tests;
