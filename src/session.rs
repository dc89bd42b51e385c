//! The fold: what a session and its phones are after all that has happened.
//!
//! One function, [`State::apply`], serves four: the engine decides with it, the screen draws it, the report concludes from
//! it, and `replay` folds an old journal with it. Facts that are not in an event are not in the state.

mod fold;
pub mod phone;
pub mod phones;
mod report;
pub mod summary;
pub mod words;

use crate::clock::Instant;
use crate::event::{Event, Kind, Session, Summary};
use crate::limits;
use crate::phone_id::Mac;
pub use phone::{Phone, Stage};
pub use phones::Phones;
use std::collections::BTreeMap;

/// A session as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What it set out to do, once it has started.
    pub session: Option<Session>,
    /// All phones, in the order in which they were first seen.
    pub phones: Phones,
    /// Hosts that got no address, and why.
    pub strangers: BTreeMap<Mac, Stranger>,
    /// Sums over everything.
    pub totals: Totals,
    /// The change to its replies that freed a phone of this model.
    pub freed: BTreeMap<String, u32>,
    /// What is not written just now, by its name.
    pub unwritten: BTreeMap<String, Unwritten>,
    /// Number of the last event.
    pub events: u64,
    /// Time of the last event.
    pub last: Instant,
    /// The end, when the session has ended.
    pub summary: Option<Summary>,
}

/// What is kept of a session, and can't be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritten {
    /// What the system said.
    pub why: String,
    /// Since when.
    pub since: Instant,
}

/// A host that got no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Why it got none.
    pub why: String,
    /// What it called itself.
    pub class: Option<String>,
    /// How often it asked.
    pub count: u64,
}

/// Sums over everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes acknowledged by readers.
    pub bytes: u64,
    /// Reads begun.
    pub reads: u64,
    /// Requests answered with an error.
    pub refused: u64,
    /// Blocks sent more than once.
    pub resent: u64,
    /// Packets that made no sense.
    pub garbage: u64,
}

impl State {
    /// The phone with this MAC address.
    #[must_use]
    pub fn phone(&self, mac: Mac) -> Option<&Phone> {
        self.phones.of(mac)
    }

    /// The phone with this MAC address, made when it is new; `None` when the bench is full.
    fn phone_mut(&mut self, mac: Mac, at: Instant) -> Option<&mut Phone> {
        let room = self.phones.len() < limits::PHONES || self.phones.of(mac).is_some();
        if room { self.phones.made(mac, at) } else { None }
    }

    /// Folds one event. Events come in the order of their numbers.
    pub fn apply(&mut self, event: &Event) {
        self.events = event.n;
        self.last = event.at;
        match &event.kind {
            Kind::SessionStarted(session) => self.session = Some(session.clone()),
            Kind::SessionResumed { .. } => {
                self.summary = None;
                self.unwritten.clear();
                self.phones.iter_mut().for_each(|phone| fold::resumed(phone, event.at));
            }
            Kind::Summary(summary) => self.summary = Some(summary.clone()),
            Kind::Garbage { count, .. } => self.totals.garbage += u64::from(*count),
            Kind::DhcpIgnored { from, why, asked, count } => {
                if self.strangers.len() < limits::COMPLAINERS || self.strangers.contains_key(from) {
                    let class = asked.as_ref().and_then(|a| a.class.clone());
                    let stranger = Stranger { why: why.clone(), class, count: 0 };
                    let known = self.strangers.entry(*from).or_insert(stranger);
                    known.why.clone_from(why);
                    known.count += u64::from(*count);
                }
            }
            Kind::ReplyFreed { attempt, doubt: None, .. } => {
                let model = event.phone.and_then(|mac| self.phone(mac)?.identity.model.clone());
                if let Some(model) = model {
                    self.freed.insert(model, *attempt);
                }
            }
            Kind::Link { up: true, .. } if self.phones.len() == 1 => {
                self.phones.iter_mut().for_each(|phone| fold::linked(phone, event.n));
            }
            Kind::Forgotten => {
                if let Some(mac) = event.phone {
                    self.phones.remove(mac);
                }
            }
            kind => self.count(kind),
        }
        if let (Some(mac), false) = (event.phone, matches!(event.kind, Kind::Forgotten)) {
            let gained = self.phone_mut(mac, event.at).map(|phone| fold::apply(phone, event));
            self.totals.bytes += gained.unwrap_or(0);
        }
    }

    fn count(&mut self, kind: &Kind) {
        match kind {
            Kind::ReadStarted { .. } => self.totals.reads += 1,
            Kind::ReadRefused { .. } => self.totals.refused += 1,
            Kind::ReadFinished { resent, .. } | Kind::ReadFailed { resent, .. } => {
                self.totals.resent += resent;
            }
            Kind::NotWritten { what, why, .. } => {
                let unwritten = Unwritten { why: why.clone(), since: self.last };
                self.unwritten.entry(what.clone()).or_insert(unwritten);
            }
            Kind::WrittenAgain { what, .. } => self.unwritten.retain(|name, _| name != what),
            _ => {}
        }
    }
}
