//! Lines on their way to somebody who may read slowly, or not at all: standard output, a pipe, a file.
//!
//! They are written by a thread of their own. As many as [`limits::LINES_WAITING`] wait for it; then lines are lost, and
//! counted. The journal, which is written elsewhere, has everything.

use crate::limits;
use std::io::{BufWriter, ErrorKind, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// A way out for lines.
pub(super) struct Outlet {
    sender: mpsc::Sender<String>,
    name: String,
    /// Closed when the thread has ended; before that, why it ended early.
    over: Receiver<String>,
    lost: u32,
    last: Option<String>,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is on its way; so many before it were lost, since the last that wasn't.
    Sent(u32),
    /// It is lost; `true`: the first one.
    Lost(bool),
    /// It is lost as all others from here on, for this can't be written any more, and why; said once.
    Broken(String, String),
}

impl Outlet {
    /// A way to this writer. `name` is what it is called when it can't be written.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(super) fn new(name: String, out: impl Write + Send + 'static) -> std::io::Result<Self> {
        let (sender, lines) = mpsc::channel(limits::LINES_WAITING);
        let (end, over) = channel();
        std::thread::Builder::new().name("lines".into()).spawn(move || {
            // A reader that went away is no error of ours.
            if let Err(e) = write(out, lines)
                && e.kind() != ErrorKind::BrokenPipe
            {
                let _ = end.send(e.to_string());
            }
            drop(end);
        })?;
        Ok(Self { sender, name, over, lost: 0, last: None })
    }

    /// Sends a line without its end. `spare`: it can be done without, and gives way to others early.
    pub(super) fn line(&mut self, line: String, spare: bool) -> Fate {
        if spare && self.sender.capacity() < limits::LINES_WAITING / 2 {
            return Fate::Sent(0); // more of its kind come, and say more
        }
        match self.sender.try_send(line) {
            Ok(()) => Fate::Sent(std::mem::take(&mut self.lost)),
            Err(TrySendError::Closed(_)) => {
                self.over.try_recv().map_or(Fate::Sent(0), |why| Fate::Broken(self.name.clone(), why))
            }
            Err(TrySendError::Full(_)) => {
                self.lost = self.lost.saturating_add(1);
                Fate::Lost(self.lost == 1)
            }
        }
    }

    /// Sends the very last line, for which there is room at the end.
    pub(super) fn last(&mut self, line: String) {
        self.last = Some(line);
    }

    /// Waits until everything was read, but not for ever.
    fn finish(&mut self) {
        let (closed, _) = mpsc::channel(1);
        let mut line = self.last.take();
        let mut waited = Duration::ZERO;
        while let Some(unsent) = line.take().filter(|_| waited < limits::LAST_LINES) {
            if let Err(TrySendError::Full(unsent)) = self.sender.try_send(unsent) {
                line = Some(unsent);
                waited += limits::LAST_LINE_LOOK;
                if self.over.recv_timeout(limits::LAST_LINE_LOOK) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        }
        drop(std::mem::replace(&mut self.sender, closed));
        let _ = self.over.recv_timeout(limits::LAST_LINES);
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.finish();
    }
}

fn write(out: impl Write, mut lines: mpsc::Receiver<String>) -> std::io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut bundle = Vec::new();
    while lines.blocking_recv_many(&mut bundle, limits::EVENTS_AT_ONCE) > 0 {
        for line in bundle.drain(..) {
            out.write_all(line.as_bytes())?;
            out.write_all(b"\n")?;
        }
        if lines.is_empty() {
            out.flush()?;
            gather();
        }
    }
    Ok(())
}

fn gather() {
    #[expect(clippy::disallowed_methods, reason = "a thread that does nothing else")]
    std::thread::sleep(limits::BUNDLE_GATHERS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn outlet() -> (Outlet, std::io::PipeReader) {
        let (reader, writer) = std::io::pipe().unwrap();
        (Outlet::new("a pipe".into(), writer).unwrap(), reader)
    }

    #[test]
    fn whoever_reads_gets_every_line() {
        let (mut outlet, mut reader) = outlet();
        for n in 0..1_000 {
            assert_eq!(outlet.line(n.to_string(), false), Fate::Sent(0));
        }
        outlet.last("end".into());
        drop(outlet);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        let mut wanted: Vec<_> = (0..1_000).map(|n| n.to_string()).collect();
        wanted.push("end".into());
        assert_eq!(text.lines().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn whoever_does_not_read_holds_nobody_back_and_gets_the_end() {
        let (mut outlet, mut reader) = outlet();
        let line = "x".repeat(1_000);
        let fates: Vec<_> =
            (0..2 * limits::LINES_WAITING).map(|_| outlet.line(line.clone(), false)).collect();
        assert_eq!(fates.iter().filter(|fate| **fate == Fate::Lost(true)).count(), 1);
        let lost = fates.iter().filter(|fate| matches!(fate, Fate::Lost(_))).count();
        assert!(lost > limits::LINES_WAITING / 2, "{lost}");
        assert_eq!(outlet.line("spare".into(), true), Fate::Sent(0));
        outlet.last("end".into());
        let read = std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            text
        });
        drop(outlet);
        let text = read.join().unwrap();
        assert!(text.ends_with("\nend\n"));
        assert_eq!(text.lines().count(), fates.len() - lost + 1);
    }

    #[test]
    fn a_reader_that_went_away_is_no_matter() {
        let (mut outlet, reader) = outlet();
        drop(reader);
        for _ in 0..10 {
            assert!(matches!(outlet.line("x".into(), false), Fate::Sent(0)));
        }
    }
}
