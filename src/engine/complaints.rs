//! Things that can come a thousand times a second are told once, then at most every few seconds with their number.

use crate::clock::Instant;
use crate::limits;
use std::collections::HashMap;
use std::hash::Hash;

/// Counts of one kind of complaint, by who caused it.
#[derive(Debug)]
pub(super) struct Complaints<K> {
    known: HashMap<K, (Instant, u32)>,
    /// Everybody for whom there is no room.
    others: Option<(Instant, u32)>,
}

impl<K> Default for Complaints<K> {
    fn default() -> Self {
        Self { known: HashMap::new(), others: None }
    }
}

impl<K: Hash + Eq> Complaints<K> {
    /// Counts one. `Some(count)`: tell it now, so many have come since it was told last.
    pub(super) fn count(&mut self, now: Instant, who: K) -> Option<u32> {
        if self.known.len() >= limits::COMPLAINERS && !self.known.contains_key(&who) {
            self.known.retain(|_, (told, _)| now.since(*told) < limits::COMPLAINT_EVERY);
        }
        let full = self.known.len() >= limits::COMPLAINERS && !self.known.contains_key(&who);
        let entry = if full {
            match &mut self.others {
                Some(entry) => entry,
                empty => {
                    *empty = Some((now, 0));
                    return Some(1);
                }
            }
        } else if let Some(entry) = self.known.get_mut(&who) {
            entry
        } else {
            self.known.insert(who, (now, 0));
            return Some(1);
        };
        entry.1 = entry.1.saturating_add(1);
        (now.since(entry.0) >= limits::COMPLAINT_EVERY).then(|| {
            entry.0 = now;
            std::mem::take(&mut entry.1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_once_and_then_counted() {
        let mut complaints = Complaints::default();
        let at = |ms| Instant::from_millis(ms);
        assert_eq!(complaints.count(at(0), 7), Some(1));
        let told: Vec<_> = (1..=30_000).filter_map(|ms| complaints.count(at(ms), 7)).collect();
        assert_eq!(told, [10_000, 10_000, 10_000]);
    }

    #[test]
    fn a_crowd_shares_one_counter() {
        let mut complaints = Complaints::default();
        let crowd = (0..10_000).filter_map(|who| complaints.count(Instant::ZERO, who)).count();
        assert!(crowd <= limits::COMPLAINERS + 1, "{crowd}");
        assert!(complaints.known.len() <= limits::COMPLAINERS);
    }
}
