//! Room on the bench: who is forgotten when it is full and somebody new comes.

use super::Engine;
use crate::clock::Instant;
use crate::event::Kind;
use crate::limits;
use crate::phone_id::Mac;
use crate::session::Phone;
use std::time::Duration;

/// The next phones to go, worked out for several at once: a flood of made-up phones has one forgotten for each packet.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    /// What each had shown and when it was last heard, the last one first to go.
    next: Vec<((bool, Instant), Mac)>,
    found: Instant,
    /// They had been silent for so long.
    silent: Duration,
}

/// What decides who goes first: who has shown least, of those who was silent longest. `None`: it stays.
fn rank(phone: &Phone) -> Option<(bool, Instant)> {
    let shown = phone.leased.is_some() || !phone.names.is_empty();
    let goes = phone.read.is_none() && (phone.plan.is_none() || !shown);
    goes.then_some((shown, phone.last_seen))
}

impl Engine {
    pub(super) fn is_full(&self) -> bool {
        self.state.phones.len() >= limits::PHONES
    }

    /// Room for one more phone; when there is none, the one that has shown least and been silent longest is forgotten,
    /// if that is for at least `silent`.
    pub(super) fn has_room(&mut self, now: Instant, silent: Duration) -> bool {
        if self.is_full()
            && let Some(mac) = self.who_goes(now, silent)
        {
            self.tell(now, Some(mac), Kind::Forgotten);
        }
        !self.is_full()
    }

    fn who_goes(&mut self, now: Instant, silent: Duration) -> Option<Mac> {
        let stale = self.leaving.silent != silent || now.since(self.leaving.found) >= limits::NEXT_TO_GO;
        if stale {
            self.leaving.next.clear();
        }
        // Who was heard of since then stays.
        while let Some((as_found, mac)) = self.leaving.next.pop() {
            if self.state.phone(mac).and_then(rank) == Some(as_found) {
                return Some(mac);
            }
        }
        let ranked = self.state.phones.iter().filter_map(|phone| Some((rank(phone)?, phone.mac)));
        let mut next: Vec<_> = ranked.filter(|((_, heard), _)| now.since(*heard) >= silent).collect();
        next.sort_unstable_by(|a, b| b.cmp(a));
        next.drain(..next.len().saturating_sub(limits::FORGOTTEN_AT_ONCE));
        let (_, mac) = next.pop()?;
        self.leaving = Leaving { next, found: now, silent };
        Some(mac)
    }
}
