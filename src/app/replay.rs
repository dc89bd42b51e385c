//! `replay`: an old session again, from its journal alone.

use super::bench::{self, Bench};
use super::recorder::Recorder;
use super::screen::{self, Live, Look};
use super::{Exit, Style, lines, print_text, stop};
use crate::cli::Replay;
use crate::clock::{Instant, Wall};
use crate::event::{Event, Kind};
use crate::host::aloud;
use crate::journal::{self, Reader};
use crate::limits;
use crate::session::State;
use crate::tui::Mode;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufReader, IsTerminal, stdout};
use tokio::sync::{mpsc, watch};

pub(super) fn run(args: &Replay, style: Style) -> Result<Exit> {
    let journal = Journal::open(args)?;
    if args.headless || style.plain || !stdout().is_terminal() {
        return told(journal, args.headless);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(shown(journal, style))
}

/// As lines, or as the summary alone.
fn told(mut journal: Journal, headless: bool) -> Result<Exit> {
    let mut state = State::default();
    while let Some(event) = journal.next()? {
        if let (false, Some(text)) = (headless, lines::line(&state, &event)) {
            print_text(&text)?;
        }
        state.apply(&event);
    }
    if state.summary.is_none() {
        print_text("This session has no end: it was interrupted, or it is still running.")?;
    }
    journal.say_torn();
    let summary = state.summarise();
    print_text(&lines::summary(&summary))?;
    bench::exit(&summary, state.session.as_ref().and_then(|s| s.expect))
}

/// On the screen, as it stood at its end.
async fn shown(mut journal: Journal, style: Style) -> Result<Exit> {
    let (sender, events) = mpsc::channel(limits::EVENTS_UNDER_WAY);
    let (time, clock) = watch::channel(Instant::ZERO);
    let first = journal.next()?;
    let look = Look { mode: Mode::Replay, interface: place(first.as_ref()), style };
    let reader = std::thread::Builder::new().name("journal".into()).spawn(move || -> Result<Journal> {
        let mut next = first;
        while let Some(event) = next {
            time.send_replace(event.at);
            if sender.blocking_send(event).is_err() {
                break;
            }
            next = journal.next()?;
        }
        Ok(journal)
    })?;
    let bench = Bench {
        events,
        order: Box::new(drop),
        wanted: None,
        recorder: Recorder::new(Wall::default()),
        join: Box::new(move || {
            let journal =
                reader.join().map_err(|_| anyhow::anyhow!("the journal could not be read on"))??;
            // The screen is closed by now.
            journal.say_torn();
            Ok(())
        }),
        finishing: false,
        state: State::default(),
        expect: None,
        time: None,
        journal: None,
    };
    screen::run(Live { bench, clock: Box::new(move || *clock.borrow()), loads: Vec::new() }, look).await
}

/// Where the servers of that session answered.
fn place(first: Option<&Event>) -> String {
    match first.map(|event| &event.kind) {
        Some(Kind::SessionStarted(session)) => session.server.to_string(),
        _ => String::new(),
    }
}

/// A journal that is read line by line, however long it is.
struct Journal {
    name: String,
    lines: BufReader<File>,
    reader: Reader,
    line: Vec<u8>,
    number: u64,
    torn: bool,
}

impl Journal {
    fn open(args: &Replay) -> Result<Self> {
        let name = args.journal.display().to_string();
        let unreadable =
            |e| stop(Exit::Usage, format!("{name} can't be read ({e}). Give the path of a journal."));
        let file = File::open(&args.journal).map_err(unreadable)?;
        let lines = BufReader::new(file);
        Ok(Self { name, lines, reader: Reader::default(), line: Vec::new(), number: 0, torn: false })
    }

    fn say_torn(&self) {
        if self.torn {
            aloud::say(&format!("the last line of {} is torn; everything before it counts.", self.name));
        }
    }

    /// The next event; `None` at the end. A last line that is torn is the end: the computer lost its power while it was
    /// being written.
    fn next(&mut self) -> Result<Option<Event>> {
        let name = &self.name;
        let more = journal::next_line(&mut self.lines, &mut self.line);
        let more = more.with_context(|| format!("{name} can't be read on"))?;
        if !more && self.number == 0 {
            return Err(stop(Exit::Usage, format!("{name} is empty. Give a journal of rescue79.")));
        }
        if !more {
            return Ok(None);
        }
        self.number += 1;
        // A line that was cut for its length is no end.
        let torn = !self.line.ends_with(b"\n")
            && u64::try_from(self.line.len()).is_ok_and(|length| length < limits::JOURNAL_LINE);
        match self.reader.bytes(&self.line) {
            Ok(event) => Ok(Some(event)),
            Err(_) if torn && self.number > 1 => {
                self.torn = true;
                Ok(None)
            }
            Err(e) => {
                let number = self.number;
                Err(stop(Exit::Usage, format!("line {number} of {name} is {e}. Give a journal of rescue79.")))
            }
        }
    }
}
