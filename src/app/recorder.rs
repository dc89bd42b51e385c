//! Writes events down: the journal in the state folder, and where `--events` says. A record that can't be written never
//! ends a session; it is said once.

use super::outlet::{Fate, Outlet};
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

    /// Also writes where [`open`] leads, without waiting for whoever reads there. It starts a thread.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(super) fn events_at_leisure(&mut self, (name, out): Target) -> io::Result<()> {
        self.reader = Some(Outlet::new(name, out)?);
        Ok(())
    }

    /// Somebody is told of each event.
    pub(super) const fn is_read(&self) -> bool {
        !self.sinks.is_empty() || self.reader.is_some()
    }

    fn add(&mut self, name: String, out: Box<dyn Write + Send>) {
        self.sinks.push(Sink { name, out, broken: false });
    }

    /// Writes an event. Lines leave for the disk in blocks; what matters leaves at once.
    pub(super) fn write(&mut self, event: &Event) {
        let line = self.keep(event);
        if !matches!(event.kind, Kind::ReadProgress { .. }) {
            self.flush();
        }
        if let Some(line) = line {
            self.pass_on(event, line);
        }
    }

    /// Writes several events at once: first to the journal, then for whoever reads, so that what somebody was told stands in
    /// the journal. Gives what is to be told of it: that a reader is too slow.
    pub(super) fn write_all(&mut self, events: &[Event]) -> Vec<Kind> {
        let lines: Vec<_> = events.iter().filter_map(|event| Some((event, self.keep(event)?))).collect();
        self.flush();
        lines.into_iter().filter_map(|(event, line)| self.pass_on(event, line)).collect()
    }

    /// Puts the line of an event where it is kept.
    fn keep(&mut self, event: &Event) -> Option<String> {
        if self.sinks.is_empty() && self.reader.is_none() {
            return None;
        }
        let line = journal::encode(self.start, event).ok()?;
        for sink in &mut self.sinks {
            sink.then(|out| writeln!(out, "{line}"));
        }
        Some(line)
    }

    /// Gives the line to who reads.
    fn pass_on(&mut self, event: &Event, line: String) -> Option<Kind> {
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

/// Somebody takes things too slowly.
pub(super) fn too_slow(who: &str, count: u32) -> Kind {
    Kind::LimitReached { what: format!("events that wait for {who}; the journal has them all"), count }
}

/// Something to write to, and what it is called.
pub(super) type Target = (String, Box<dyn Write + Send>);

/// A file that is made, `-` is standard output.
///
/// # Errors
/// The file can't be made.
pub(super) fn open(target: &str) -> io::Result<Target> {
    Ok(match target {
        "-" => ("standard output".to_owned(), Box::new(io::stdout())),
        path => (path.to_owned(), Box::new(File::create(path)?)),
    })
}
