//! Writes events down: the journal in the state folder, and where `--events` says. A record that can't be written never
//! ends a session; it is said once.

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
}

struct Sink {
    name: String,
    out: Box<dyn Write>,
    broken: bool,
}

impl Recorder {
    /// A record of a session that began at `start`.
    pub(super) fn new(start: Wall) -> Self {
        Self { start, sinks: Vec::new() }
    }

    /// Also writes to the journal.
    pub(super) fn journal(&mut self, file: File, path: &Path) {
        self.add(path.display().to_string(), Box::new(BufWriter::new(file)));
    }

    /// Also writes to a file; `-` is standard output.
    ///
    /// # Errors
    /// The file can't be made.
    pub(super) fn events(&mut self, target: &str) -> io::Result<()> {
        let out: Box<dyn Write> = match target {
            "-" => Box::new(BufWriter::new(io::stdout())),
            path => Box::new(BufWriter::new(File::create(path)?)),
        };
        self.add(if target == "-" { "standard output".to_owned() } else { target.to_owned() }, out);
        Ok(())
    }

    fn add(&mut self, name: String, out: Box<dyn Write>) {
        self.sinks.push(Sink { name, out, broken: false });
    }

    /// Writes an event. Lines leave for the disk in blocks; what matters leaves at once.
    pub(super) fn write(&mut self, event: &Event) {
        let Ok(line) = journal::encode(self.start, event) else { return };
        let matters = !matches!(event.kind, Kind::ReadProgress { .. });
        for sink in self.sinks.iter_mut().filter(|sink| !sink.broken) {
            let written =
                writeln!(sink.out, "{line}").and_then(|()| if matters { sink.out.flush() } else { Ok(()) });
            if let Err(e) = written {
                sink.broken = true;
                if e.kind() != io::ErrorKind::BrokenPipe {
                    eprintln!(
                        "rescue79: {} can't be written any more ({e}); the session goes on without it.",
                        sink.name
                    );
                }
            }
        }
    }
}
