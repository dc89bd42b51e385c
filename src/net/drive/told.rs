//! What happened, on its way to whoever writes it down.

use crate::clock::Instant;
use crate::event::{Event, Kind};
use crate::limits;
use std::collections::VecDeque;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// What was not handed over yet, and when it will be.
pub(super) struct Told {
    waiting: VecDeque<Event>,
    to: mpsc::Sender<Event>,
    at: Option<Instant>,
}

impl Told {
    pub(super) const fn new(to: mpsc::Sender<Event>) -> Self {
        Self { waiting: VecDeque::new(), to, at: None }
    }

    /// Keeps an event until it is time to hand it over: to wake who writes it down costs more than the block of a file, and
    /// may take the processor from the next one.
    pub(super) fn tell(&mut self, now: Instant, event: Event) {
        let at = now + if is_spare(&event) { limits::PROGRESS_GATHERS } else { limits::EVENTS_GATHER };
        self.at = self.at.into_iter().chain([at]).min();
        self.waiting.push_back(event);
    }

    /// When it is time to hand over.
    pub(super) const fn at(&self) -> Option<Instant> {
        self.at
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.at.is_some_and(|at| at <= now) || self.is_much()
    }

    fn is_much(&self) -> bool {
        self.waiting.len() >= limits::EVENTS_AT_ONCE
    }

    /// Nobody takes it any more.
    pub(super) fn is_closed(&self) -> bool {
        self.to.is_closed()
    }

    /// Hands over what has happened, and waits where there is no room. For progress alone nobody is held up: it goes with
    /// what comes next.
    pub(super) fn hand_over(&mut self, now: Instant) {
        self.at = None;
        while let Some(event) = self.waiting.pop_front() {
            match self.to.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    if !self.is_much() && is_spare(&event) && self.waiting.iter().all(is_spare) {
                        self.waiting.push_front(event);
                        self.at = Some(now + limits::PROGRESS_GATHERS);
                        return;
                    }
                    if self.to.blocking_send(event).is_err() {
                        return;
                    }
                }
                Err(TrySendError::Closed(_)) => return,
            }
        }
    }
}

const fn is_spare(event: &Event) -> bool {
    matches!(event.kind, Kind::ReadProgress { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: u64, kind: Kind) -> Event {
        Event { n, at: Instant::ZERO, phone: None, kind }
    }

    #[test]
    fn progress_alone_is_not_waited_for_and_nothing_is_lost() {
        let (sender, mut receiver) = mpsc::channel(2);
        let mut told = Told::new(sender);
        for n in 1..=4 {
            told.tell(Instant::ZERO, event(n, Kind::ReadProgress { read: 1, bytes: n, resent: 0 }));
        }
        // Who waited here would wait for ever.
        told.hand_over(Instant::ZERO);
        assert_eq!(told.at(), Some(Instant::ZERO + limits::PROGRESS_GATHERS));
        told.tell(Instant::ZERO, event(5, Kind::Pausing));
        let taker = std::thread::spawn(move || {
            let taken: Vec<_> =
                std::iter::from_fn(|| receiver.blocking_recv()).map(|event| event.n).collect();
            taken
        });
        told.hand_over(Instant::ZERO);
        drop(told);
        assert_eq!(taker.join().unwrap(), [1, 2, 3, 4, 5]);
    }
}
