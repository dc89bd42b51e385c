//! `replay`: an old session again, from its journal alone.

use super::{Exit, bench, lines, print_text, stop};
use crate::cli::Replay;
use crate::journal::Reader;
use crate::session::State;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufRead, BufReader};

pub(super) fn run(args: &Replay) -> Result<Exit> {
    let name = args.journal.display();
    let file = File::open(&args.journal)
        .map_err(|e| stop(Exit::Usage, format!("{name} can't be read ({e}). Give the path of a journal.")))?;
    let mut lines = BufReader::new(file);
    let mut reader = Reader::default();
    let (mut state, mut line, mut number) = (State::default(), String::new(), 0);
    while lines.read_line(&mut line).with_context(|| format!("{name} can't be read on"))? > 0 {
        number += 1;
        match reader.line(&line) {
            Ok(event) => {
                if let (false, Some(text)) = (args.headless, lines::line(&state, &event)) {
                    print_text(&text)?;
                }
                state.apply(&event);
            }
            // A journal is torn at most at its end: the computer lost its power while it was written.
            Err(_) if !line.ends_with('\n') && number > 1 => {
                eprintln!("rescue79: the last line of {name} is torn; everything before it counts.");
            }
            Err(e) => {
                return Err(stop(
                    Exit::Usage,
                    format!("line {number} of {name} is {e}. Give a journal of rescue79."),
                ));
            }
        }
        line.clear();
    }
    if number == 0 {
        return Err(stop(Exit::Usage, format!("{name} is empty. Give a journal of rescue79.")));
    }
    let finished = state.summary.is_some();
    let summary = state.summarise();
    if !finished {
        print_text("This session has no end: it was interrupted, or it is still running.")?;
    }
    print_text(&lines::summary(&summary))?;
    let expect = state.session.as_ref().and_then(|s| s.expect);
    bench::exit(&summary, expect)
}
