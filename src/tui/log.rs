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
    pub(super) text: Box<str>,
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
}

/// What is looked for, in any case: a part of the sentence, of its area, or of the phone's address.
#[derive(Clone, Debug, Default)]
struct Needle {
    text: Vec<u8>,
    /// The digits of an address, when it can be one.
    digits: Vec<u8>,
}

impl Needle {
    fn new(text: &str) -> Self {
        let bare = text.trim_start_matches('·');
        let digits = bare.bytes().filter(|b| !matches!(b, b':' | b'-' | b'.')).collect::<Vec<_>>();
        let address = digits.iter().all(u8::is_ascii_hexdigit);
        Self { text: text.bytes().collect(), digits: if address { digits } else { Vec::new() } }
    }

    fn fits(&self, entry: &Entry) -> bool {
        let of_phone = |mac: Mac| !self.digits.is_empty() && holds(&hex(mac), &self.digits);
        holds(entry.text.as_bytes(), &self.text)
            || holds(entry.area.as_bytes(), &self.text)
            || entry.phone.is_some_and(of_phone)
    }
}

/// The twelve digits of an address, without an allocation: they are looked at in every line.
fn hex(mac: Mac) -> [u8; 12] {
    let mut digits = [0; 12];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(mac.0) {
        for (digit, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *digit = if half < 10 { b'0' + half } else { b'A' + half - 10 };
        }
    }
    digits
}

/// Whether `text` holds `part`, in any case. The first letter alone rules out most places.
fn holds(text: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    text.windows(part.len())
        .any(|w| w.first().is_some_and(|f| *f == lower || *f == upper) && w.eq_ignore_ascii_case(part))
}

/// Where typed text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Filter,
    Search,
}

/// The log of the screen.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// How many entries were dropped before the first that is kept: entries are counted from the first of all.
    dropped: usize,
    /// The counts of those that the filter lets through; nothing without a filter.
    fitting: VecDeque<usize>,
    needle: Needle,
    /// The counts of those that are about a phone: its page must not look at all of them for every frame.
    phones: HashMap<Mac, VecDeque<usize>>,
    /// Names of the files that are being read.
    files: HashMap<u64, String>,
    pub(super) filter: String,
    /// What is looked for without hiding the rest.
    pub(super) search: String,
    /// Keys go into this field.
    pub(super) typing: Option<Field>,
    /// The last entry shown; the newest when not set.
    stop: Option<usize>,
}

impl Log {
    /// Takes an event in; `again`: it says nothing that was not known.
    pub fn push(&mut self, event: &Event, again: bool) {
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
            self.drop_oldest();
        }
        let entry = Entry {
            n: event.n,
            at: event.at,
            phone: event.phone,
            area: words::area(&event.kind),
            text: words::sentence_of(event, file.as_deref()).into_boxed_str(),
            meaning: meaning(&event.kind),
            usual: again || matches!(event.kind, Kind::ReadRefused { usual: true, .. } | Kind::Summary(_)),
        };
        let count = self.dropped + self.entries.len();
        if !self.filter.is_empty() && self.needle.fits(&entry) {
            self.fitting.push_back(count);
        }
        if let Some(mac) = entry.phone {
            self.phones.entry(mac).or_default().push_back(count);
        }
        self.entries.push_back(entry);
    }

    fn drop_oldest(&mut self) {
        let mac = self.entries.pop_front().and_then(|entry| entry.phone);
        if let Some((mac, counts)) = mac.and_then(|mac| Some((mac, self.phones.get_mut(&mac)?))) {
            counts.pop_front();
            // Nothing is kept of a phone that has left the log.
            if counts.is_empty() {
                self.phones.remove(&mac);
            }
        }
        if self.fitting.front() == Some(&self.dropped) {
            self.fitting.pop_front();
        }
        self.dropped += 1;
    }

    /// How many entries the filter lets through.
    fn len(&self) -> usize {
        if self.filter.is_empty() { self.entries.len() } else { self.fitting.len() }
    }

    /// The count of one that the filter lets through.
    fn count_of(&self, place: usize) -> Option<usize> {
        if self.filter.is_empty() {
            (place < self.entries.len()).then_some(self.dropped + place)
        } else {
            self.fitting.get(place).copied()
        }
    }

    fn entry(&self, place: usize) -> Option<&Entry> {
        self.entries.get(self.count_of(place)?.checked_sub(self.dropped)?)
    }

    /// How many of those that the filter lets through are not newer than the last one shown. Where that one was dropped,
    /// the oldest stays.
    fn end(&self) -> usize {
        let len = self.len();
        let Some(stop) = self.stop else { return len };
        let shown = if self.filter.is_empty() {
            (stop + 1).saturating_sub(self.dropped)
        } else {
            self.fitting.partition_point(|count| *count <= stop)
        };
        shown.clamp(1.min(len), len)
    }

    /// What is shown, newest first.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Entry> {
        (0..self.end()).rev().filter_map(|place| self.entry(place))
    }

    /// What the filter lets through of the events after this one, oldest first. A name that is asked for by habit and
    /// isn't there is no news.
    pub(super) fn since(&self, n: u64) -> impl Iterator<Item = &Entry> {
        let from = self.entries.partition_point(|e| e.n <= n);
        let fits = |e: &&Entry| self.filter.is_empty() || self.needle.fits(e);
        self.entries.range(from..).filter(|e| !e.usual).filter(fits)
    }

    /// The newest events of one phone, oldest first, and how many were before them.
    pub(super) fn newest_of(&self, mac: Mac, most: usize) -> (usize, impl Iterator<Item = &Entry>) {
        let counts = self.phones.get(&mac);
        let earlier = counts.map_or(0, VecDeque::len).saturating_sub(most);
        let newest = counts.into_iter().flatten().skip(earlier);
        (earlier, newest.filter_map(|count| self.entries.get(count - self.dropped)))
    }

    pub(super) const fn following(&self) -> bool {
        self.stop.is_none()
    }

    /// Events that have come since it stands still.
    pub(super) fn newer(&self) -> usize {
        self.len() - self.end()
    }

    /// Stands still, or goes with the newest again.
    pub(super) fn toggle(&mut self) {
        self.stop = match self.stop {
            Some(_) => None,
            None => self.len().checked_sub(1).and_then(|last| self.count_of(last)),
        };
    }

    /// Goes with the newest.
    pub(super) const fn follow(&mut self) {
        self.stop = None;
    }

    /// Towards older events.
    pub(super) fn up(&mut self, by: usize) {
        let last = self.end().saturating_sub(by).max(1) - 1;
        self.stop = self.count_of(last).or(self.stop);
    }

    /// Towards newer events, and with them from the newest on.
    pub(super) fn down(&mut self, by: usize) {
        let end = self.end().saturating_add(by);
        self.stop = if end < self.len() { self.count_of(end - 1) } else { None };
    }

    /// Types text into the field.
    pub(super) fn type_in(&mut self, text: &str) {
        let field = match self.typing {
            Some(Field::Search) => &mut self.search,
            _ => &mut self.filter,
        };
        let room = limits::FILTER_CHARS.saturating_sub(field.chars().count());
        let old = field.clone();
        field.extend(text.chars().filter(|c| !c.is_control()).take(room));
        if self.typing != Some(Field::Search) {
            self.follow();
            self.refilter(!old.is_empty());
        }
    }

    /// Takes the last letter of the field away.
    pub(super) fn take_back(&mut self) {
        if self.typing == Some(Field::Search) {
            self.search.pop();
        } else {
            self.filter.pop();
            self.refilter(false);
        }
    }

    /// Empties the filter.
    pub(super) fn all(&mut self) {
        self.filter.clear();
        self.refilter(false);
    }

    /// Finds anew what the filter lets through; `narrower`: only among what it let through before.
    fn refilter(&mut self, narrower: bool) {
        self.needle = Needle::new(&self.filter);
        let (needle, entries, dropped) = (&self.needle, &self.entries, self.dropped);
        let fits = |count: &usize| entries.get(count - dropped).is_some_and(|e| needle.fits(e));
        if self.filter.is_empty() {
            self.fitting = VecDeque::new();
        } else if narrower {
            self.fitting.retain(fits);
        } else {
            self.fitting = (dropped..dropped + entries.len()).filter(fits).collect();
        }
    }

    /// Goes to the next event that has what is searched: before the one at the end, or behind it. `false`: there is none.
    pub(super) fn seek(&mut self, older: bool) -> bool {
        if self.search.is_empty() {
            return false;
        }
        let needle = Needle::new(&self.search);
        let end = self.end();
        let has = |place: &usize| self.entry(*place).is_some_and(|e| needle.fits(e));
        let found =
            if older { (0..end.saturating_sub(1)).rev().find(has) } else { (end..self.len()).find(has) };
        let count = found.and_then(|place| self.count_of(place));
        self.stop = count.or(self.stop);
        count.is_some()
    }

    /// Whether it has what is searched.
    pub(super) fn is_sought(&self, entry: &Entry) -> bool {
        !self.search.is_empty() && Needle::new(&self.search).fits(entry)
    }

    /// What the filter lets through, oldest first, as it is saved.
    pub(super) fn lines(&self) -> Vec<String> {
        (0..self.len()).filter_map(|place| self.entry(place)).map(Entry::line).collect()
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

#[cfg(test)]
mod tests;
