//! How the replies to a phone that asks for nothing differ from the full one.

use crate::clock::Instant;

/// What was tried with its replies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Varied {
    /// The change that its replies carry, from 1; `None`: it gets the full one again.
    pub attempt: Option<u32>,
    /// Since when.
    pub since: Instant,
    /// It has taken an address as a phone does that starts, with the reply as it is.
    pub heard: bool,
    /// It has asked for a file since.
    pub freed: bool,
    /// Changes that it started with in vain.
    pub tried: Vec<u32>,
    /// All were tried, and none freed it.
    pub exhausted: bool,
}

impl Varied {
    /// Its replies carry a change, and it has asked for nothing yet.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        self.attempt.is_some() && !self.freed
    }

    /// From here on its replies carry this change, or none.
    pub(in crate::session) fn turn(&mut self, attempt: Option<u32>, at: Instant) {
        let before = self.attempt.filter(|_| self.heard && !self.freed);
        self.tried.extend(before.filter(|before| !self.tried.contains(before)));
        (self.attempt, self.since) = (attempt, at);
        (self.heard, self.freed) = (false, false);
    }
}
