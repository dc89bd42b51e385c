//! Writes a live session down and passes it on, in a thread of its own: a screen that stands still, or somebody who does
//! not read what he asked for, must not hold the servers back.
//!
//! Events are taken in bundles; a bundle costs the journal one write. For who watches, as many as
//! [`limits::EVENTS_WAITING`] wait. Progress is left out as soon as some do: more of it comes, and says more.

use super::leases::Leases;
use super::recorder::{Recorder, too_slow};
use crate::event::{Event, Kind};
use crate::limits;
use std::collections::VecDeque;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Has something told as an event.
pub(super) type Note = Box<dyn Fn(Kind) + Send>;

/// The thread that writes.
pub(super) struct Scribe {
    recorder: Recorder,
    leases: Leases,
    /// Who watches.
    out: Sender<Event>,
    waiting: VecDeque<Event>,
    /// That too many wait was told and is still so.
    told: bool,
    note: Note,
}

impl Scribe {
    /// Begins. What happens comes out of the receiver; it is written down whether or not somebody takes it.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(super) fn start(
        events: Receiver<Event>,
        recorder: Recorder,
        leases: Leases,
        note: Note,
    ) -> io::Result<(Receiver<Event>, JoinHandle<()>)> {
        let (out, passed_on) = channel(limits::EVENTS_UNDER_WAY);
        let scribe = Self { recorder, leases, out, waiting: VecDeque::new(), told: false, note };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let work = move || runtime.block_on(scribe.run(events));
        Ok((passed_on, std::thread::Builder::new().name("journal".into()).spawn(work)?))
    }

    async fn run(mut self, mut events: Receiver<Event>) {
        let mut bundle = Vec::new();
        loop {
            let idle = self.waiting.is_empty() && !self.leases.unwritten() && !self.recorder.is_broken();
            let patience = if idle { Duration::MAX } else { limits::WAITING_LOOK };
            let more = events.recv_many(&mut bundle, limits::EVENTS_AT_ONCE);
            if tokio::time::timeout(patience, more).await == Ok(0) {
                break;
            }
            self.write_down(&bundle);
            self.pass_on(bundle.drain(..));
            tokio::time::sleep(limits::BUNDLE_GATHERS).await;
        }
        // The servers have ended, so they can't be held back any more.
        for event in self.waiting.drain(..) {
            let _ = self.out.send(event).await;
        }
    }

    fn write_down(&mut self, bundle: &[Event]) {
        for news in self.recorder.write_all(bundle) {
            (self.note)(news);
        }
        for event in bundle {
            self.leases.take(event);
        }
        if let Some(news) = self.leases.write_in_time() {
            (self.note)(news);
        }
    }

    fn pass_on(&mut self, bundle: impl Iterator<Item = Event>) {
        while let Some(event) = self.waiting.pop_front() {
            if let Err(TrySendError::Full(event)) = self.out.try_send(event) {
                self.waiting.push_front(event);
                break;
            }
        }
        self.told &= !self.waiting.is_empty();
        for event in bundle {
            let spare = matches!(event.kind, Kind::ReadProgress { .. });
            let event = match self.waiting.is_empty().then(|| self.out.try_reserve()) {
                Some(Ok(place)) => {
                    place.send(event);
                    continue;
                }
                Some(Err(TrySendError::Closed(()))) => continue,
                _ => event,
            };
            let last = matches!(event.kind, Kind::Summary(_));
            if last || !spare && self.waiting.len() < limits::EVENTS_WAITING {
                self.waiting.push_back(event);
            } else if !spare && !std::mem::replace(&mut self.told, true) {
                (self.note)(too_slow("the screen", 1));
            }
        }
    }
}

#[cfg(test)]
mod tests;
