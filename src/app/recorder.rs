//! Writes events down: the journal in the state folder, and where `--events` says. A record that can't be written never
//! ends a session: that becomes an event, and it is tried again. What was begun to be written is then written on, so no
//! line is torn; what happened in between is missing, and counted.

use super::clocks::monotonic;
use super::outlet::{Fate, Outlet};
use crate::clock::Wall;
use crate::event::{Event, Kind};
use crate::journal;
use crate::limits;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::Instant;

/// The record of a session.
pub(super) struct Recorder {
    start: Wall,
    sinks: Vec<Sink>,
    /// Who reads the events while they happen, at his own pace.
    reader: Option<Outlet>,
}

struct Sink {
    what: &'static str,
    path: String,
    out: Box<dyn Write + Send>,
    /// Whole lines on their way; when the disk was full, the rest of one first.
    waiting: Vec<u8>,
    broken: Option<Broken>,
    /// Whoever read it went away.
    over: bool,
}

/// What can't be written.
struct Broken {
    lost: u64,
    tried: Instant,
}

impl Recorder {
    /// A record of a session that began at `start`.
    pub(super) const fn new(start: Wall) -> Self {
        Self { start, sinks: Vec::new(), reader: None }
    }

    /// Also writes to the journal.
    pub(super) fn journal(&mut self, file: File, path: &Path) {
        self.add("the journal", path.display().to_string(), Box::new(file));
    }

    /// Also writes to a file, `-` is standard output; whoever reads there slowly is waited for.
    ///
    /// # Errors
    /// The file can't be made.
    pub(super) fn events(&mut self, target: &str) -> io::Result<()> {
        let (name, out) = open(target)?;
        self.add(EVENTS, name, out);
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

    /// Something can't be written just now, and is to be tried again.
    pub(super) fn is_broken(&self) -> bool {
        self.sinks.iter().any(|sink| sink.broken.is_some())
    }

    fn add(&mut self, what: &'static str, path: String, out: Box<dyn Write + Send>) {
        self.sinks.push(Sink { what, path, out, waiting: Vec::new(), broken: None, over: false });
    }

    /// Writes an event. Lines leave for the disk in blocks; what matters leaves at once. Gives what is to be told of it.
    pub(super) fn write(&mut self, event: &Event) -> Vec<Kind> {
        let line = self.keep(event);
        let spare = matches!(event.kind, Kind::ReadProgress { .. });
        let mut told = if spare { Vec::new() } else { self.flush() };
        told.extend(line.and_then(|line| self.pass_on(event, line)));
        told
    }

    /// Writes several events at once: first to the journal, then for whoever reads, so that what somebody was told stands in
    /// the journal. Gives what is to be told of it: that something can't be written, or that a reader is too slow.
    pub(super) fn write_all(&mut self, events: &[Event]) -> Vec<Kind> {
        let lines: Vec<_> = events.iter().filter_map(|event| Some((event, self.keep(event)?))).collect();
        let mut told = self.flush();
        told.extend(lines.into_iter().filter_map(|(event, line)| self.pass_on(event, line)));
        told
    }

    /// Puts the line of an event where it is kept.
    fn keep(&mut self, event: &Event) -> Option<String> {
        if self.sinks.is_empty() && self.reader.is_none() {
            return None;
        }
        let line = journal::encode(self.start, event).ok()?;
        for sink in &mut self.sinks {
            sink.keep(&line);
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
            Fate::Broken(path, why) => Some(not_written(EVENTS, &path, &why)),
            _ => None,
        }
    }

    fn flush(&mut self) -> Vec<Kind> {
        self.sinks.iter_mut().filter_map(|sink| sink.flush(monotonic())).collect()
    }
}

impl Sink {
    fn keep(&mut self, line: &str) {
        if let Some(broken) = &mut self.broken {
            broken.lost += 1;
        } else if !self.over {
            self.waiting.extend_from_slice(line.as_bytes());
            self.waiting.push(b'\n');
        }
    }

    /// Writes what waits, or tries it again when it is time. Gives what has changed.
    fn flush(&mut self, now: Instant) -> Option<Kind> {
        let tried = self.broken.as_ref().map(|broken| broken.tried);
        if self.over || tried.is_some_and(|at| now.saturating_duration_since(at) < limits::WRITE_AGAIN) {
            return None;
        }
        match (self.write(), &mut self.broken) {
            (Ok(()), broken) => broken
                .take()
                .map(|broken| Kind::WrittenAgain { what: self.what.to_owned(), lost: broken.lost }),
            (Err(e), _) if e.kind() == ErrorKind::BrokenPipe => {
                (self.over, self.broken, self.waiting) = (true, None, Vec::new());
                None
            }
            (Err(_), Some(broken)) => {
                broken.tried = now;
                None
            }
            (Err(e), None) => {
                self.broken = Some(Broken { lost: 0, tried: now });
                Some(not_written(self.what, &self.path, &e.to_string()))
            }
        }
    }

    /// Writes what waits as far as it goes.
    fn write(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            let some = self.waiting.get(..limits::WRITTEN_AT_ONCE).unwrap_or(&self.waiting);
            match self.out.write(some) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => drop(self.waiting.drain(..n.min(self.waiting.len()))),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.out.flush()
    }
}

/// What `--events` asks for.
const EVENTS: &str = "what --events asks for";

/// Something can't be written.
pub(super) fn not_written(what: &str, path: &str, why: &str) -> Kind {
    Kind::NotWritten { what: what.to_owned(), path: path.to_owned(), why: why.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    /// A disk with so many bytes left, and what is on it.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(usize, Vec<u8>)>>);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let n = bytes.len().min(disk.0);
            if n == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            disk.0 -= n;
            disk.1.extend_from_slice(&bytes[..n]);
            Ok(n)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_full_disk_broke_off_is_written_on_and_what_is_missing_is_counted() {
        let disk = Disk::default();
        disk.0.lock().unwrap().0 = 6;
        let mut recorder = Recorder::new(Wall::default());
        recorder.add("the journal", "journal".into(), Box::new(disk.clone()));
        let sink = &mut recorder.sinks[0];
        let start = monotonic();
        sink.keep("one");
        sink.keep("two");
        let told = sink.flush(start);
        assert!(matches!(&told, Some(Kind::NotWritten { what, .. }) if what == "the journal"), "{told:?}");
        for after in [Duration::ZERO, limits::WRITE_AGAIN] {
            sink.keep("lost");
            assert_eq!(sink.flush(start + after), None, "it is said once");
        }
        disk.0.lock().unwrap().0 = 1_000;
        assert_eq!(sink.flush(start + limits::WRITE_AGAIN), None, "it was tried just now");
        let again = sink.flush(start + 2 * limits::WRITE_AGAIN);
        assert_eq!(again, Some(Kind::WrittenAgain { what: "the journal".into(), lost: 2 }));
        sink.keep("three");
        assert_eq!(sink.flush(start + 2 * limits::WRITE_AGAIN), None);
        assert_eq!(disk.0.lock().unwrap().1, b"one\ntwo\nthree\n");
    }
}
