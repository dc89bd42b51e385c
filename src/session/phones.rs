//! The phones of a bench, in the order in which they were first seen.

use super::Phone;
use crate::clock::Instant;
use crate::phone_id::Mac;
use std::collections::{HashMap, VecDeque, vec_deque};

/// All phones. Each stands in a box of its own, with a number that only grows: a flood of made-up phones makes the oldest
/// go all the time, and to move the thousand others up for each would be most of the work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phones {
    list: VecDeque<(u64, Box<Phone>)>,
    of: HashMap<Mac, u64>,
    next: u64,
}

/// Phones one after the other.
pub type Iter<'a> = std::iter::Map<vec_deque::Iter<'a, (u64, Box<Phone>)>, fn(&(u64, Box<Phone>)) -> &Phone>;

impl Phones {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All, oldest first.
    pub fn iter(&self) -> Iter<'_> {
        self.list.iter().map(|(_, phone)| phone)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Phone> {
        self.list.iter_mut().map(|(_, phone)| &mut **phone)
    }

    /// The one at this place in the order.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&Phone> {
        self.list.get(place).map(|(_, phone)| &**phone)
    }

    /// The one that was seen first.
    #[must_use]
    pub fn first(&self) -> Option<&Phone> {
        self.get(0)
    }

    fn place(&self, mac: Mac) -> Option<usize> {
        let number = self.of.get(&mac)?;
        self.list.binary_search_by_key(number, |(number, _)| *number).ok()
    }

    /// The one with this MAC address.
    #[must_use]
    pub fn of(&self, mac: Mac) -> Option<&Phone> {
        self.get(self.place(mac)?)
    }

    /// The one with this MAC address, made when it is new.
    pub(super) fn made(&mut self, mac: Mac, at: Instant) -> Option<&mut Phone> {
        if !self.of.contains_key(&mac) {
            self.of.insert(mac, self.next);
            self.list.push_back((self.next, Box::new(Phone::new(mac, at))));
            self.next += 1;
        }
        let place = self.place(mac)?;
        self.list.get_mut(place).map(|(_, phone)| &mut **phone)
    }

    pub(super) fn remove(&mut self, mac: Mac) {
        if let Some(place) = self.place(mac) {
            self.of.remove(&mac);
            self.list.remove(place);
        }
    }
}

impl<'a> IntoIterator for &'a Phones {
    type Item = &'a Phone;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl std::ops::Index<usize> for Phones {
    type Output = Phone;

    #[expect(clippy::indexing_slicing, reason = "as a slice, for tests")]
    fn index(&self, place: usize) -> &Phone {
        &self.list[place].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stand_in_the_order_in_which_they_came_whoever_goes() {
        let mac = |n| Mac([0, 0, 0, 0, 0, n]);
        let mut phones = Phones::default();
        for n in [3, 1, 2, 1] {
            phones.made(mac(n), Instant::ZERO);
        }
        phones.remove(mac(1));
        phones.remove(mac(9));
        phones.made(mac(1), Instant::ZERO);
        let order: Vec<_> = phones.iter().map(|phone| phone.mac).collect();
        assert_eq!(order, [mac(3), mac(2), mac(1)]);
        assert!(order.iter().all(|mac| phones.of(*mac).is_some_and(|phone| phone.mac == *mac)));
        assert_eq!((phones.len(), phones.get(1).map(|phone| phone.mac)), (3, Some(mac(2))));
        assert_eq!(phones.of(mac(9)), None);
    }
}
