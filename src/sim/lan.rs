//! A wire that delays, loses, doubles and reorders, by a seed.

use super::rng::Rng;
use crate::clock::Instant;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What the wire does to datagrams. Chances in percent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LanSpec {
    /// Shortest and longest way, in microseconds.
    pub delay_us: [u64; 2],
    /// Datagrams that never arrive.
    pub loss: f64,
    /// Datagrams that arrive twice.
    pub duplicates: f64,
    /// Datagrams that are overtaken by those sent up to 20 ms later.
    pub reorder: f64,
}

impl Default for LanSpec {
    /// A quiet switch.
    fn default() -> Self {
        Self { delay_us: [100, 400], loss: 0.0, duplicates: 0.0, reorder: 0.0 }
    }
}

/// The wire: what was put on it and has not arrived yet.
#[derive(Debug)]
pub struct Lan<T> {
    spec: LanSpec,
    rng: Rng,
    /// By arrival, then by order of sending.
    under_way: BinaryHeap<Reverse<(Instant, u64, Parcel<T>)>>,
    sent: u64,
    /// A switch keeps the order; nothing arrives before what was sent earlier, unless it is held back.
    last: Instant,
}

/// A load of the heap that does not take part in its order.
#[derive(Debug)]
struct Parcel<T>(T);

impl<T> PartialEq for Parcel<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Parcel<T> {}

impl<T> PartialOrd for Parcel<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Parcel<T> {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl<T: Clone> Lan<T> {
    /// An empty wire.
    #[must_use]
    pub fn new(spec: LanSpec, seed: u64) -> Self {
        Self { spec, rng: Rng::new(seed), under_way: BinaryHeap::new(), sent: 0, last: Instant::ZERO }
    }

    /// Puts something on the wire.
    pub fn send(&mut self, now: Instant, what: T) {
        if self.rng.percent(self.spec.loss) {
            return;
        }
        if self.rng.percent(self.spec.duplicates) {
            self.carry(now, what.clone());
        }
        self.carry(now, what);
    }

    /// Puts something on the wire that is sent again until it arrives, once.
    pub fn send_surely(&mut self, now: Instant, what: T) {
        self.carry(now, what);
    }

    fn carry(&mut self, now: Instant, what: T) {
        let [low, high] = self.spec.delay_us;
        let mut at = (now + self.rng.micros(low, high)).max(self.last);
        if self.rng.percent(self.spec.reorder) {
            at += self.rng.micros(1_000, 20_000);
        } else {
            self.last = at;
        }
        self.sent += 1;
        self.under_way.push(Reverse((at, self.sent, Parcel(what))));
    }

    /// When the next datagram arrives.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.under_way.peek().map(|Reverse((at, ..))| *at)
    }

    /// A datagram that has arrived by now.
    pub fn pop(&mut self, now: Instant) -> Option<T> {
        if self.next()? > now {
            return None;
        }
        self.under_way.pop().map(|Reverse((_, _, Parcel(what)))| what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(spec: LanSpec, seed: u64) -> Vec<u32> {
        let mut lan = Lan::new(spec, seed);
        for n in 0..1000 {
            lan.send(Instant::from_millis(u64::from(n)), n);
        }
        std::iter::from_fn(|| {
            let at = lan.next()?;
            lan.pop(at)
        })
        .collect()
    }

    #[test]
    fn a_quiet_switch_keeps_everything_in_order() {
        assert_eq!(arrivals(LanSpec::default(), 3), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn faults_are_those_of_the_seed() {
        let lossy = LanSpec { loss: 3.0, duplicates: 2.0, reorder: 1.0, ..LanSpec::default() };
        let got = arrivals(lossy.clone(), 7);
        assert_eq!(got, arrivals(lossy.clone(), 7));
        assert_ne!(got, arrivals(lossy, 8));
        let distinct: std::collections::BTreeSet<_> = got.iter().collect();
        assert!((940..1000).contains(&distinct.len()), "{} arrived", distinct.len());
        assert!(got.len() > distinct.len(), "none came twice");
        assert!(!got.is_sorted(), "none was overtaken");
    }

    #[test]
    fn nothing_arrives_early() {
        let mut lan = Lan::new(LanSpec::default(), 1);
        lan.send(Instant::from_millis(5), ());
        assert_eq!(lan.pop(Instant::from_millis(5)), None);
        assert_eq!(lan.pop(Instant::from_millis(6)), Some(()));
    }
}
