//! Wires everything: the only place that knows engine, sockets, simulator, laptop and terminal at once.

mod bench;
mod clocks;
mod desk;
mod doctor;
mod face;
mod firmware;
mod laptop;
mod leases;
mod lines;
mod outlet;
mod pace;
mod plain;
mod recorder;
mod rehearse;
mod replay;
mod report;
mod screen;
mod scribe;
mod serve;
mod signals;

use crate::catalogue::{self, Catalogue};
use crate::cli::{Cli, Command};
use crate::host::aloud;
use crate::tui::Theme;
use anyhow::Result;
use std::fmt;
use std::io::IsTerminal;
use std::process::ExitCode;

/// How a session is shown.
#[derive(Clone, Copy, Debug)]
struct Style {
    /// Colours and letters of the screen.
    theme: Theme,
    /// In lines instead.
    plain: bool,
}

/// How a run ends, as the contract numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, and every expected phone is recovered.
    Done = 0,
    /// Bad command line.
    Usage = 2,
    /// Ended with a phone not recovered.
    NotRecovered = 3,
    /// The laptop isn't ready.
    NotReady = 4,
    /// The firmware can't do what was asked.
    Firmware = 5,
}

/// A run that ends before it is done, with the one line that says why and what to do.
#[derive(Debug)]
struct Stop {
    exit: Exit,
    line: String,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Stop {}

/// An error that ends the run with this exit status.
fn stop(exit: Exit, line: impl fmt::Display) -> anyhow::Error {
    Stop { exit, line: line.to_string() }.into()
}

/// Runs the program.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            let code = error.downcast_ref::<Stop>().map_or(1, |stop| stop.exit as u8);
            // A reader that went away (`| head`) is no error of ours.
            let gone = error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
            if !gone {
                aloud::say(&format!("{error:#}"));
            }
            ExitCode::from(if gone { 0 } else { code })
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit> {
    let state = cli.state.as_deref();
    // NO_COLOR (https://no-color.org): any value but the empty one.
    let theme =
        Theme { colour: cli.no_color.is_none_or(|v| v.is_empty()), light: cli.light, ascii: cli.ascii };
    // A terminal that can't put its cursor anywhere is written to line by line.
    let plain = cli.plain || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let style = Style { theme, plain };
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    match cli.command {
        Some(Command::Serve(mut args)) => {
            args.screen |= cli.plain;
            serve::run(&args, state, style)
        }
        Some(Command::Rehearse(args)) => rehearse::run(&args, style),
        Some(Command::Inspect(args)) => firmware::inspect(&args),
        Some(Command::Plan(args)) => firmware::plan(&args),
        Some(Command::Doctor(args)) => doctor::doctor(&args, state),
        Some(Command::Restore) => doctor::restore(state),
        Some(Command::Replay(args)) => replay::run(&args, style),
        Some(Command::Models { json }) => models(json),
        Some(Command::Symptoms { text, json }) => symptoms(&text.join(" "), json),
        None if terminal || cli.plain => desk::run(state, style),
        None => Err(stop(
            Exit::Usage,
            "the wizard needs a terminal. In a script or a pipe, `rescue79 --plain` asks in lines; `rescue79 --help` has the commands.",
        )),
    }
}

fn models(json: bool) -> Result<Exit> {
    let catalogue = Catalogue::builtin();
    if json {
        print_json(&catalogue.models())?;
    } else {
        print_text(&catalogue::text::models(catalogue))?;
    }
    Ok(Exit::Done)
}

fn symptoms(typed: &str, json: bool) -> Result<Exit> {
    let catalogue = Catalogue::builtin();
    let all = typed.trim().is_empty();
    let found = if all { catalogue.symptoms().iter().collect() } else { catalogue.symptoms_like(typed) };
    if found.is_empty() {
        let line = format!(
            "the book has no entry for \"{typed}\"; type the screen's own words, or nothing to read all of it"
        );
        return Err(stop(Exit::Usage, line));
    }
    if json {
        print_json(&found)?;
    } else {
        print_text(&catalogue::text::symptoms(&found))?;
        print_text(&format!("Edition {} of the book of symptoms.\n", catalogue.edition()))?;
    }
    Ok(Exit::Done)
}

fn print_text(text: &str) -> Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print_text(&serde_json::to_string_pretty(value)?)
}
