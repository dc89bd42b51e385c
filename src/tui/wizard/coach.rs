//! The coach for reset keys: where the technician is in the sequence, and what the wire says about it.

use crate::catalogue::{Catalogue, Kind, Model, Reset, Wipes};
use crate::clock::Instant;
use crate::event::Condition;
use crate::phone_id::Mac;
use crate::session::{Phone, State};

/// Where the technician is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Holding # and switching on.
    #[default]
    Hold,
    /// Pressing keys, so many behind.
    Keys(usize),
    /// Waiting for the wire to tell.
    Wait,
}

/// What the wire says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The reset took.
    Took(String),
    /// It did not.
    Booted(String),
}

/// The coach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coach {
    /// The model that is coached.
    pub model: Option<String>,
    /// The phone that is coached; none is known before one has come.
    pub mac: Option<Mac>,
    /// When it began: without a phone in hand, one that comes later is it.
    pub began: Instant,
    /// Which of its sequences.
    pub sequence: usize,
    /// Where the technician is.
    pub phase: Phase,
    /// Since when.
    pub since: Instant,
    /// The key that was pressed instead of the next one.
    pub wrong: Option<char>,
}

impl Coach {
    /// A coach for this model.
    #[must_use]
    pub fn start(model: &Model, now: Instant) -> Self {
        Self { model: Some(model.name.clone()), began: now, since: now, ..Self::default() }
    }

    /// The model.
    #[must_use]
    pub fn phone(&self) -> Option<&'static Model> {
        Catalogue::builtin().model(self.model.as_deref()?)
    }

    /// Its sequences, the one to try first standing first.
    #[must_use]
    pub fn sequences(&self) -> Vec<&'static Reset> {
        self.phone().map(|m| Catalogue::builtin().resets(m)).unwrap_or_default()
    }

    /// The sequence that is coached.
    #[must_use]
    pub fn reset(&self) -> Option<&'static Reset> {
        self.sequences().get(self.sequence).copied()
    }

    /// The keys to press, the answer to the question afterwards included. `*+6+Settings` is one grip, not keys in turn.
    #[must_use]
    pub fn keys(&self) -> Vec<char> {
        let Some(reset) = self.reset() else { return Vec::new() };
        let keys = reset.keys.as_deref().filter(|keys| !keys.contains('+')).unwrap_or_default();
        keys.chars().chain(reset.answer.iter().flat_map(|answer| answer.chars())).collect()
    }

    /// The next sequence of the model.
    pub fn next_sequence(&mut self, now: Instant) {
        let count = self.sequences().len().max(1);
        let sequence = (self.sequence + 1) % count;
        self.again(now);
        self.sequence = sequence;
    }

    /// From the beginning.
    pub fn again(&mut self, now: Instant) {
        (self.phase, self.since, self.wrong) = (Phase::Hold, now, None);
    }

    /// The phone in hand, while cutting its power may cost it its firmware: the keys have to wait.
    #[must_use]
    pub fn busy<'a>(&self, state: &'a State) -> Option<&'a Phone> {
        let family = self.phone()?.family;
        let mut phones = state.phones.iter();
        phones.find(|phone| {
            let here = phone.first_seen >= self.began && phone.identity.family == Some(family);
            self.mac.map_or(here, |mac| mac == phone.mac) && phone.keep_powered()
        })
    }

    /// Keys must not be taught now; what the wire said of keys that were pressed may still be told.
    #[must_use]
    pub fn waits(&self, state: &State) -> bool {
        self.phase != Phase::Wait && self.busy(state).is_some()
    }

    /// The technician is one phase on.
    pub fn on(&mut self, now: Instant) {
        let phase = match self.phase {
            Phase::Hold if self.keys().is_empty() => Phase::Wait,
            Phase::Hold => Phase::Keys(0),
            Phase::Keys(_) | Phase::Wait => Phase::Wait,
        };
        if phase != self.phase {
            (self.phase, self.since, self.wrong) = (phase, now, None);
        }
    }

    /// The technician says which key was pressed; `None`: the next one, whichever it is.
    pub fn press(&mut self, key: Option<char>, now: Instant) {
        let Phase::Keys(at) = self.phase else { return };
        let keys = self.keys();
        let Some(next) = keys.get(at).copied() else { return };
        match key {
            Some(key) if key != next => {
                // A doubled key does no harm; anything else is refused by the phone.
                let doubled = at.checked_sub(1).and_then(|i| keys.get(i)) == Some(&key);
                self.wrong = (!doubled).then_some(key);
            }
            _ => {
                self.wrong = None;
                self.phase = Phase::Keys(at + 1);
                if at + 1 >= keys.len() {
                    (self.phase, self.since) = (Phase::Wait, now);
                }
            }
        }
    }

    /// What the wire has said since the keys were pressed, by the phone that said it.
    #[must_use]
    pub fn outcome(&self, state: &State) -> Option<Outcome> {
        let model = self.phone()?;
        if self.phase != Phase::Wait {
            return None;
        }
        let here = |p: &&Phone| {
            p.last_seen >= self.since && p.identity.family.is_none_or(|family| family == model.family)
        };
        let phone = state.phones.iter().filter(here).max_by_key(|p| p.last_seen)?;
        let tail = phone.mac.tail();
        if phone.identity.condition == Condition::Wiped {
            let list = phone.names.keys().find(|name| name.starts_with("term"));
            let list = list.map_or("its term list", String::as_str);
            return Some(Outcome::Took(format!("·{tail} asked for {list}: the reset took.")));
        }
        let reset = self.reset()?;
        if Kind::of(model.family) == Kind::Classic || reset.wipes != Wipes::Load {
            return Some(Outcome::Took(format!("·{tail} has restarted and is asking on the wire.")));
        }
        // An address alone says nothing yet.
        (phone.identity.condition == Condition::Application).then(|| Outcome::Booted(format!(
            "·{tail} booted normally and still has its load: the sequence did not take, most likely because # came too late or a key was missed."
        )))
    }
}
