//! Things that can come a thousand times a second are told once, then at most every few seconds with their number; and
//! nobody is told of more than a person could use.

use crate::clock::Instant;
use crate::event::Kind;
use crate::limits;
use std::collections::BTreeMap;

/// When they were looked for last.
#[derive(Debug, Default)]
struct Looked(Option<Instant>);

impl Looked {
    fn is_due(&mut self, now: Instant) -> bool {
        let due = self.0.is_none_or(|last| now.since(last) >= limits::COMPLAINTS_LOOK);
        if due {
            self.0 = Some(now);
        }
        due
    }
}

/// Counts of one kind of complaint, by who caused it.
#[derive(Debug)]
pub(super) struct Complaints<K> {
    known: BTreeMap<K, Count>,
    /// Everybody for whom there is no room.
    others: Option<Count>,
    looked: Looked,
}

#[derive(Debug)]
struct Count {
    /// When it was told last.
    told: Instant,
    /// What has come since, and how often.
    waiting: Option<(Kind, u32)>,
}

impl<K> Default for Complaints<K> {
    fn default() -> Self {
        Self { known: BTreeMap::new(), others: None, looked: Looked::default() }
    }
}

impl Count {
    const fn new(told: Instant) -> Self {
        Self { told, waiting: None }
    }

    fn one_more(&mut self, kind: impl FnOnce() -> Kind) {
        let (_, count) = self.waiting.get_or_insert_with(|| (kind(), 0));
        *count = count.saturating_add(1);
    }

    fn due(&mut self, now: Instant) -> Option<Kind> {
        if now.since(self.told) < limits::COMPLAINT_EVERY {
            return None;
        }
        let (kind, count) = self.waiting.take()?;
        self.told = now;
        Some(counted(kind, count))
    }

    fn is_over(&self, now: Instant) -> bool {
        self.waiting.is_none() && now.since(self.told) >= limits::COMPLAINT_EVERY
    }
}

impl<K: Ord> Complaints<K> {
    /// Counts one. `Some`: tell this now, with the number of those that have come since it was told last.
    pub(super) fn count(&mut self, now: Instant, who: K, kind: impl FnOnce() -> Kind) -> Option<Kind> {
        let stranger = self.known.len() >= limits::COMPLAINERS && !self.known.contains_key(&who);
        if stranger && self.looked.is_due(now) {
            self.known.retain(|_, count| !count.is_over(now));
        }
        let entry = if let Some(entry) = self.known.get_mut(&who) {
            entry
        } else if self.known.len() < limits::COMPLAINERS {
            self.known.insert(who, Count::new(now));
            return Some(counted(kind(), 1));
        } else if let Some(entry) = &mut self.others {
            entry
        } else {
            self.others = Some(Count::new(now));
            return Some(counted(kind(), 1));
        };
        entry.one_more(kind);
        entry.due(now)
    }

    /// Something that was counted and not told, and waits no longer: a flood that has stopped.
    pub(super) fn due(&mut self, now: Instant) -> Option<Kind> {
        self.known.values_mut().chain(&mut self.others).find_map(|count| count.due(now))
    }

    /// Something was counted and not told yet.
    pub(super) fn is_waiting(&self) -> bool {
        self.known.values().chain(&self.others).any(|count| count.waiting.is_some())
    }
}

/// The event with its number, where it has one.
fn counted(mut kind: Kind, n: u32) -> Kind {
    if let Kind::Garbage { count, .. } | Kind::DhcpIgnored { count, .. } | Kind::LimitReached { count, .. } =
        &mut kind
    {
        *count = n;
    }
    kind
}

/// How much each sender may ask for, or be told of, in [`limits::COMPLAINT_EVERY`].
#[derive(Debug)]
pub(super) struct Budget<K> {
    spent: BTreeMap<K, Spent>,
    /// What everybody has spent for whom there is no room.
    others: Spent,
    looked: Looked,
}

/// Since when, and how much.
#[derive(Clone, Copy, Debug, Default)]
struct Spent(Instant, u32);

impl Spent {
    fn is_over(self, now: Instant) -> bool {
        now.since(self.0) >= limits::COMPLAINT_EVERY
    }

    /// Spends one more; whether it was within `most`.
    fn one_more(&mut self, now: Instant, most: u32) -> bool {
        if self.is_over(now) {
            *self = Self(now, 0);
        }
        self.1 = self.1.saturating_add(1);
        self.1 <= most
    }
}

impl<K> Default for Budget<K> {
    fn default() -> Self {
        Self { spent: BTreeMap::new(), others: Spent::default(), looked: Looked::default() }
    }
}

impl<K: Ord> Budget<K> {
    /// Whether one more is within `most`. Where too many senders are known to know another, it is.
    pub(super) fn allows(&mut self, now: Instant, who: K, most: u32) -> bool {
        self.known(now, who).is_none_or(|spent| spent.one_more(now, most))
    }

    /// The same, but those for whom there is no room share one budget: for what each costs a line of the journal.
    pub(super) fn allows_together(&mut self, now: Instant, who: K, most: u32) -> bool {
        match self.known(now, who) {
            Some(spent) => spent.one_more(now, most),
            None => self.others.one_more(now, most),
        }
    }

    /// What a sender has spent, if there is room to know it.
    fn known(&mut self, now: Instant, who: K) -> Option<&mut Spent> {
        if self.spent.len() >= limits::PHONES && !self.spent.contains_key(&who) {
            if self.looked.is_due(now) {
                self.spent.retain(|_, spent| !spent.is_over(now));
            }
            if self.spent.len() >= limits::PHONES {
                return None;
            }
        }
        Some(self.spent.entry(who).or_insert(Spent(now, 0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit() -> Kind {
        Kind::LimitReached { what: "x".into(), count: 0 }
    }

    fn number(kind: Kind) -> u32 {
        match kind {
            Kind::LimitReached { count, .. } => count,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_flood_is_told_once_and_then_counted() {
        let mut complaints = Complaints::default();
        let at = |ms| Instant::from_millis(ms);
        assert_eq!(complaints.count(at(0), 7, limit).map(number), Some(1));
        let told: Vec<_> =
            (1..=30_000).filter_map(|ms| complaints.count(at(ms), 7, limit).map(number)).collect();
        assert_eq!(told, [10_000, 10_000, 10_000]);
    }

    #[test]
    fn a_flood_that_stops_is_told_to_its_end() {
        let mut complaints = Complaints::default();
        let at = |ms| Instant::from_millis(ms);
        for ms in 0..500 {
            complaints.count(at(ms), 7, limit);
        }
        assert!(complaints.is_waiting() && complaints.due(at(9_999)).is_none());
        assert_eq!(complaints.due(at(10_000)).map(number), Some(499));
        assert!(!complaints.is_waiting() && complaints.due(at(90_000)).is_none());
    }

    #[test]
    fn a_crowd_shares_one_counter() {
        let mut complaints = Complaints::default();
        let crowd = (0..10_000).filter_map(|who| complaints.count(Instant::ZERO, who, limit)).count();
        assert!(crowd <= limits::COMPLAINERS + 1, "{crowd}");
        assert!(complaints.known.len() <= limits::COMPLAINERS);
        assert_eq!(
            complaints.due(Instant::from_millis(10_000)).map(number),
            u32::try_from(10_000 - limits::COMPLAINERS - 1).ok()
        );
    }

    #[test]
    fn a_budget_is_spent_and_comes_back() {
        let mut budget = Budget::default();
        let at = |ms| Instant::from_millis(ms);
        assert_eq!((0..100).filter(|_| budget.allows(at(0), 7, 64)).count(), 64);
        assert!(budget.allows(at(0), 8, 64), "another's is another");
        assert!(!budget.allows(at(9_999), 7, 64) && budget.allows(at(10_000), 7, 64));
        for who in 0..100_000 {
            budget.allows(at(10_000), who, 64);
        }
        assert!(budget.spent.len() <= limits::PHONES, "it does not grow with its senders");
    }

    #[test]
    fn who_can_not_be_known_shares_with_others() {
        let mut budget = Budget::default();
        let at = |ms| Instant::from_millis(ms);
        let mut allowed = |ms| (0..30_000).filter(|who| budget.allows_together(at(ms), *who, 64)).count();
        assert_eq!(allowed(0), limits::PHONES + 64);
        // Those who are known have 63 more each, the others nothing.
        assert_eq!(allowed(9_999), limits::PHONES);
    }
}
