//! Writes events down: the journal in the state folder, and where `--events` says. A record that can't be written never
//! ends a session; it is said once.

use super::outlet::{Fate, Outlet};
use super::scribe::too_slow;
use crate::clock::Wall;
use crate::event::{Event, Kind};
use crate::journal;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The record of a session.
pub(super) struct Recorder {
    start: Wall,
    sinks: Vec<Sink>,
    /// Who reads the events while they happen, at his own pace.
    reader: Option<Outlet>,
}

struct Sink {
    name: String,
    out: Box<dyn Write + Send>,
    broken: bool,
}

impl Recorder {
    /// A record of a session that began at `start`.
    pub(super) const fn new(start: Wall) -> Self {
        Self { start, sinks: Vec::new(), reader: None }
    }

    /// Also writes to the journal.
    pub(super) fn journal(&mut self, file: File, path: &Path) {
        self.add(path.display().to_string(), Box::new(BufWriter::new(file)));
    }

    /// Also writes to a file, `-` is standard output; whoever reads there slowly is waited for.
    ///
    /// # Errors
    /// The file can't be made.
    pub(super) fn events(&mut self, target: &str) -> io::Result<()> {
        let (name, out) = open(target)?;
        self.add(name, Box::new(BufWriter::new(out)));
        Ok(())
    }

    /// As [`Self::events`], but nobody is waited for.
    ///
    /// # Errors
    /// The file can't be made.
    pub(super) fn events_at_leisure(&mut self, target: &str) -> io::Result<()> {
        let (name, out) = open(target)?;
        self.reader = Some(Outlet::new(name, out)?);
        Ok(())
    }

    fn add(&mut self, name: String, out: Box<dyn Write + Send>) {
        self.sinks.push(Sink { name, out, broken: false });
    }

    /// Writes an event. Lines leave for the disk in blocks; what matters leaves at once.
    pub(super) fn write(&mut self, event: &Event) {
        let matters = !matches!(event.kind, Kind::ReadProgress { .. });
        self.put(event);
        if matters {
            self.flush();
        }
    }

    /// Writes several events at once. Gives what is to be told of it: that a reader is too slow.
    pub(super) fn write_all(&mut self, events: &[Event]) -> Vec<Kind> {
        let news = events.iter().filter_map(|event| self.put(event)).collect();
        self.flush();
        news
    }

    fn put(&mut self, event: &Event) -> Option<Kind> {
        let line = journal::encode(self.start, event).ok()?;
        for sink in &mut self.sinks {
            sink.then(|out| writeln!(out, "{line}"));
        }
        let reader = self.reader.as_mut()?;
        if matches!(event.kind, Kind::Summary(_)) {
            reader.last(line);
            return None;
        }
        let spare = matches!(event.kind, Kind::ReadProgress { .. });
        match reader.line(line, spare) {
            Fate::Lost(true) => Some(too_slow("whoever reads --events", 1)),
            Fate::Sent(lost) if lost > 1 => Some(too_slow("whoever reads --events", lost - 1)),
            _ => None,
        }
    }

    fn flush(&mut self) {
        for sink in &mut self.sinks {
            sink.then(|out| out.flush());
        }
    }
}

impl Sink {
    fn then(&mut self, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.broken {
            return;
        }
        if let Err(e) = work(&mut self.out) {
            self.broken = true;
            if e.kind() != io::ErrorKind::BrokenPipe {
                eprintln!(
                    "rescue79: {} can't be written any more ({e}); the session goes on without it.",
                    self.name
                );
            }
        }
    }
}

fn open(target: &str) -> io::Result<(String, Box<dyn Write + Send>)> {
    Ok(match target {
        "-" => ("standard output".to_owned(), Box::new(io::stdout())),
        path => (path.to_owned(), Box::new(File::create(path)?)),
    })
}
