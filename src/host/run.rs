//! Other people's commands: built as plain argument lists, run with a limit on their time.

use crate::limits;
use serde::Serialize;
use std::fmt;
use std::io::{self, Read};
#[cfg(unix)]
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A command with its arguments, ready to be run or to be shown to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argv(pub Vec<String>);

impl Argv {
    /// From one line in which no argument holds a blank.
    #[must_use]
    pub fn new(line: &str) -> Self {
        Self(line.split_whitespace().map(str::to_owned).collect())
    }

    /// With more arguments, none of which holds a blank.
    #[must_use]
    pub fn and(mut self, arguments: &str) -> Self {
        self.0.extend(arguments.split_whitespace().map(str::to_owned));
        self
    }

    /// With one more argument, blanks and all.
    #[must_use]
    pub fn with(mut self, argument: impl Into<String>) -> Self {
        self.0.push(argument.into());
        self
    }
}

impl fmt::Display for Argv {
    /// As it is typed at a prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, word) in self.0.iter().enumerate() {
            let blank = if n > 0 { " " } else { "" };
            let plain = !word.is_empty() && !word.contains([' ', '(', ')', '|', '*', '$', '&', ';']);
            if plain {
                write!(f, "{blank}{word}")?;
            } else {
                write!(f, "{blank}\"{word}\"")?;
            }
        }
        Ok(())
    }
}

/// Why a command gave nothing that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The program is not on this computer.
    #[error("there is no `{0}` on this computer")]
    Missing(String),
    /// It was refused.
    #[error("`{0}` needs more rights")]
    Permission(String),
    /// It ran too long and was ended.
    #[error("`{0}` didn't come to an end")]
    Slow(String),
    /// There is no such interface (any more).
    #[error("there is no interface {0}")]
    NoInterface(String),
    /// It ended with an error of its own.
    #[error("`{command}` failed: {said}")]
    Failed {
        /// The command, as typed.
        command: String,
        /// The first line of what it said.
        said: String,
    },
}

/// Runs commands; the tests have one that only pretends.
pub trait Run: Send + Sync {
    /// Runs it to its end and gives its standard output.
    ///
    /// # Errors
    /// [`Trouble`]: it isn't there, was refused, hung, or failed.
    fn run(&self, command: &Argv) -> Result<String, Trouble>;
}

/// The real world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Real;

impl Run for Real {
    fn run(&self, command: &Argv) -> Result<String, Trouble> {
        let (Some(program), arguments) = (command.0.first(), command.0.get(1..).unwrap_or_default()) else {
            return Err(Trouble::Missing(String::new()));
        };
        let mut child = Command::new(program);
        child.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Plain English out, and administration programs found where a plain user's path doesn't look.
        // A group of its own: an impatient second Ctrl-C must not end what puts the laptop back.
        #[cfg(unix)]
        child.process_group(0).env("LC_ALL", "C").env(
            "PATH",
            "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin",
        );
        let mut child = child.spawn().map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Trouble::Missing(program.clone()),
            io::ErrorKind::PermissionDenied => Trouble::Permission(command.to_string()),
            _ => Trouble::Failed { command: command.to_string(), said: e.to_string() },
        })?;
        let out = child.stdout.take().map(collect);
        let err = child.stderr.take().map(collect);
        let text = |pipe: Option<Receiver<String>>| {
            pipe.map_or(Ok(String::new()), |p| p.recv_timeout(limits::COMMAND))
        };
        let (Ok(out), Ok(err)) = (text(out), text(err)) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Trouble::Slow(command.to_string()));
        };
        match child.wait() {
            Ok(status) if status.success() => Ok(out),
            _ => Err(failure(command, &out, &err)),
        }
    }
}

/// What a failed command meant.
fn failure(command: &Argv, out: &str, err: &str) -> Trouble {
    let said = err.lines().chain(out.lines()).map(str::trim).find(|line| !line.is_empty());
    let said = said.unwrap_or("it said nothing").to_owned();
    let folded = said.to_lowercase();
    let refused =
        ["not permitted", "permission denied", "must be root", "need to be root", "requires elevation"];
    if refused.iter().any(|word| folded.contains(word)) {
        Trouble::Permission(command.to_string())
    } else {
        Trouble::Failed { command: command.to_string(), said }
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, text) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.by_ref().take(limits::COMMAND_BYTES).read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    text
}

#[cfg(test)]
pub(crate) mod pretend {
    use super::{Argv, Run, Trouble};
    use std::sync::Mutex;

    /// Answers from a list of (beginning of the command, answer) and remembers what was asked.
    #[derive(Default)]
    pub(crate) struct Pretend {
        pub(crate) answers: Vec<(&'static str, Result<String, Trouble>)>,
        pub(crate) asked: Mutex<Vec<String>>,
    }

    impl Pretend {
        pub(crate) fn new(answers: &[(&'static str, &str)]) -> Self {
            let answers = answers.iter().map(|(c, a)| (*c, Ok((*a).to_owned()))).collect();
            Self { answers, asked: Mutex::default() }
        }
    }

    impl Run for Pretend {
        fn run(&self, command: &Argv) -> Result<String, Trouble> {
            let line = command.to_string();
            self.asked.lock().unwrap().push(line.clone());
            let answer = self.answers.iter().find(|(start, _)| line.starts_with(start));
            answer.map_or_else(
                || Err(Trouble::Missing(command.0.first().cloned().unwrap_or_default())),
                |(_, a)| a.clone(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        let argv = Argv::new("netsh interface ipv4 add address").with("name=Local Area Connection 2");
        assert_eq!(argv.to_string(), r#"netsh interface ipv4 add address "name=Local Area Connection 2""#);
    }

    #[test]
    fn a_missing_program_and_a_refusal_are_told_apart() {
        assert_eq!(
            Real.run(&Argv::new("rescue79-no-such-program")),
            Err(Trouble::Missing("rescue79-no-such-program".into()))
        );
        let argv = Argv::new("ip address add 192.168.1.1/24 dev x");
        assert!(matches!(
            failure(&argv, "", "RTNETLINK answers: Operation not permitted\n"),
            Trouble::Permission(_)
        ));
        assert!(matches!(failure(&argv, "", "Cannot find device \"x\"\n"), Trouble::Failed { .. }));
    }

    #[cfg(unix)]
    #[test]
    fn what_it_says_comes_back() {
        assert_eq!(Real.run(&Argv::new("echo two words")), Ok("two words\n".into()));
    }
}
