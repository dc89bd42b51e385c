//! The wizard in lines: standard input is read line by line, and what is new is written below.

mod echo;

use super::face::Face;
use crate::host::privileges;
use crate::limits;
use crate::tui::{Effect, Model, Plain};
use anyhow::Result;
use echo::Echo;
use std::io::{BufRead, IsTerminal, Read, Write, stdin, stdout};
use tokio::sync::mpsc::{Receiver, channel};

/// The line mode.
pub(super) struct Lines {
    plain: Plain,
    /// Asks for one line; whether it is a secret.
    wanted: std::sync::mpsc::Sender<bool>,
    typed: Receiver<String>,
    /// A line has been asked for and hasn't come.
    waiting: bool,
    /// What is typed next is a secret.
    secret: bool,
    /// A person types; answers that come out of a pipe wait until what they are for has been read.
    person: bool,
    echo: Echo,
}

impl Lines {
    /// Reads standard input from now on.
    pub(super) fn open() -> Result<Self> {
        let (wanted, asked) = std::sync::mpsc::channel();
        let (sender, typed) = channel(1);
        // Ends with the program: a read of standard input can't be called off.
        std::thread::Builder::new().name("lines".into()).spawn(move || {
            privileges::give_up_all();
            while let Ok(secret) = asked.recv() {
                let unseen = if secret { echo::unseen() } else { None };
                let Some(line) = unseen.or_else(|| line(&mut stdin().lock())) else { return };
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        })?;
        let person = stdin().is_terminal();
        let (plain, echo) = (Plain::default(), Echo::default());
        Ok(Self { plain, wanted, typed, waiting: false, secret: false, person, echo })
    }
}

/// One line, or as much of it as a line may have; `None` at the end.
fn line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits::TYPED_LINE).unwrap_or(u64::MAX);
    match input.take(most).read_until(b'\n', &mut bytes) {
        Ok(1..) => Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()),
        Ok(0) | Err(_) => None,
    }
}

/// A path that begins at home, as a shell would have it: nobody else puts the name of that folder in.
fn at_home(line: String) -> String {
    match (line.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest).to_string_lossy().into_owned(),
        _ => line,
    }
}

impl Face for Lines {
    type Input = String;

    /// Whoever answered was a script, or has left; the phones are still led.
    const GOES_ON: bool = true;

    fn size(&self) -> Result<(u16, u16)> {
        Ok((80, 24))
    }

    /// Ctrl-C asks before it leaves, as it does on the screen.
    async fn input(&mut self) -> Option<String> {
        // Not before: how it is read depends on what the line before it has led to.
        if !self.waiting {
            self.waiting = self.wanted.send(self.secret).is_ok();
        }
        tokio::select! {
            line = self.typed.recv() => {
                self.waiting = false;
                line
            }
            _ = tokio::signal::ctrl_c() => Some("Ctrl-C".to_owned()),
        }
    }

    fn listens(&self, model: &Model) -> bool {
        self.person || !Plain::busy(model)
    }

    fn take(&mut self, model: &mut Model, input: String) -> Vec<Effect> {
        let effects = self.plain.line(model, &at_home(input));
        // Each line has its answer, also where many come at once. If it can't be written, the next frame says so.
        let _ = self.show(model);
        effects
    }

    fn show(&mut self, model: &Model) -> Result<()> {
        // Before it is asked for.
        self.secret = self.person && Plain::asks_secret(model);
        self.echo.hide(self.secret);
        let told = self.plain.tell(model);
        if !told.is_empty() {
            let mut out = stdout().lock();
            out.write_all(told.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{at_home, line};
    use crate::limits;

    #[test]
    fn a_path_may_begin_at_home() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(at_home("~/loads/a.zip".into()), home.join("loads/a.zip").to_str().unwrap());
        assert_eq!(at_home("7960".into()), "7960");
    }

    #[test]
    fn lines_come_with_any_ending_and_end_somewhere() {
        let long = "x".repeat(limits::TYPED_LINE + 3);
        let text = format!("7960\r\n\n{long}\nlast");
        let mut input = text.as_bytes();
        let lines: Vec<_> = std::iter::from_fn(|| line(&mut input)).collect();
        assert_eq!(lines[..2], ["7960", ""]);
        assert_eq!(lines[2].len(), limits::TYPED_LINE);
        assert_eq!(lines[3..], ["xxx", "last"]);
    }
}
