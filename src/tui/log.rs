//! The events in words: a bounded ring with a filter and a place to stand still.

use super::theme::Meaning;
use crate::clock::Instant;
use crate::event::{Event, Kind, Severity, Verdict};
use crate::limits;
use crate::phone_id::Mac;
use crate::session::words;
use std::collections::{HashMap, VecDeque};

/// One event in words.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) n: u64,
    pub(super) at: Instant,
    pub(super) phone: Option<Mac>,
    pub(super) area: &'static str,
    pub(super) text: String,
    pub(super) meaning: Option<Meaning>,
    /// It happens with every phone and says nothing.
    pub(super) usual: bool,
}

impl Entry {
    /// `4:12.214`.
    pub(super) fn time(&self) -> String {
        let ms = self.at.as_millis();
        format!("{}.{:03}", words::clock(self.at.since(Instant::ZERO)), ms % 1000)
    }

    /// `·18BDC1`, or blanks for an event that concerns no phone.
    pub(super) fn tail(&self) -> String {
        self.phone.map_or_else(|| " ".repeat(7), |mac| format!("·{}", mac.tail()))
    }

    /// The whole line, as it is saved and searched.
    pub(super) fn line(&self) -> String {
        format!("{:>9}  {}  {:<5}  {}", self.time(), self.tail(), self.area, self.text)
    }

    fn fits(&self, filter: &str) -> bool {
        filter.is_empty()
            || holds(&self.text, filter)
            || holds(self.area, filter)
            || self.phone.is_some_and(|mac| holds(&mac.bare(), filter) || holds(&mac.to_string(), filter))
    }
}

/// Whether `text` holds `part`, in any case.
fn holds(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    text.windows(part.len()).any(|w| w.eq_ignore_ascii_case(part))
}

/// The log of the screen.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// Names of the files that are being read.
    files: HashMap<u64, String>,
    pub(super) filter: String,
    /// Keys go into the filter.
    pub(super) typing: bool,
    /// Number of the last event shown; the newest when not set.
    stop: Option<u64>,
}

impl Log {
    pub(super) fn push(&mut self, event: &Event) {
        let file = match &event.kind {
            Kind::ReadStarted { read, file, .. } => {
                if self.files.len() < limits::TRANSFERS {
                    self.files.insert(*read, file.clone());
                }
                None
            }
            // The gauge shows it; five lines a second for each phone would drown the rest.
            Kind::ReadProgress { .. } => return,
            Kind::ReadFinished { read, .. } | Kind::ReadFailed { read, .. } => self.files.remove(read),
            _ => None,
        };
        if self.entries.len() >= limits::LOG_LINES {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            n: event.n,
            at: event.at,
            phone: event.phone,
            area: words::area(&event.kind),
            text: words::sentence_of(event, file.as_deref()),
            meaning: meaning(&event.kind),
            usual: matches!(event.kind, Kind::ReadRefused { usual: true, .. } | Kind::Summary(_)),
        });
    }

    /// What is shown, newest first.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Entry> {
        let stop = self.stop.unwrap_or(u64::MAX);
        self.entries.iter().rev().skip_while(move |e| e.n > stop).filter(|e| e.fits(&self.filter))
    }

    /// What the filter lets through of the events after this one, oldest first. A name that is asked for by habit and
    /// isn't there is no news.
    pub(super) fn since(&self, n: u64) -> impl Iterator<Item = &Entry> {
        let from = self.entries.partition_point(|e| e.n <= n);
        self.entries.range(from..).filter(|e| !e.usual && e.fits(&self.filter))
    }

    /// The events of one phone, oldest first.
    pub(super) fn of(&self, mac: Mac) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |e| e.phone == Some(mac))
    }

    pub(super) const fn following(&self) -> bool {
        self.stop.is_none()
    }

    /// Events that have come since it stands still.
    pub(super) fn newer(&self) -> usize {
        self.stop.map_or(0, |stop| {
            self.entries.iter().rev().take_while(|e| e.n > stop).filter(|e| e.fits(&self.filter)).count()
        })
    }

    /// Stands still, or goes with the newest again.
    pub(super) fn toggle(&mut self) {
        self.stop = match self.stop {
            Some(_) => None,
            None => self.shown().next().map(|e| e.n),
        };
    }

    /// Goes with the newest.
    pub(super) const fn follow(&mut self) {
        self.stop = None;
    }

    /// Towards older events.
    pub(super) fn up(&mut self, by: usize) {
        let older = self.shown().take(by + 1).last().map(|e| e.n);
        self.stop = older.or(self.stop);
    }

    /// Towards newer events, and with them from the newest on.
    pub(super) fn down(&mut self, by: usize) {
        let Some(stop) = self.stop else { return };
        let newer: Vec<_> =
            self.entries.iter().filter(|e| e.n > stop && e.fits(&self.filter)).map(|e| e.n).collect();
        self.stop = newer.get(by.saturating_sub(1)).copied().filter(|_| newer.len() > by);
    }

    /// Types text into the filter.
    pub(super) fn type_in(&mut self, text: &str) {
        let room = limits::FILTER_CHARS.saturating_sub(self.filter.chars().count());
        self.filter.extend(text.chars().filter(|c| !c.is_control()).take(room));
        self.follow();
    }

    /// What the filter lets through, oldest first, as it is saved.
    pub(super) fn lines(&self) -> Vec<String> {
        self.entries.iter().filter(|e| e.fits(&self.filter)).map(Entry::line).collect()
    }
}

const fn meaning(kind: &Kind) -> Option<Meaning> {
    match kind {
        Kind::Verdict { verdict: Verdict::Recovered, .. } => Some(Meaning::Good),
        Kind::Verdict { verdict: Verdict::Failed, .. } | Kind::NoPlan(_) => Some(Meaning::Wrong),
        Kind::Symptom { severity: Severity::Note, .. } => None,
        Kind::Verdict { .. } | Kind::Symptom { .. } => Some(Meaning::NeedsYou),
        _ => None,
    }
}
