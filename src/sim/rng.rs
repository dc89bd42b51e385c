//! `SplitMix64`: chance from a seed. Written here so that a seed means the same bench in every version of every crate.

use std::time::Duration;

/// A stream of numbers that the seed decides.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included; `low` when the range is empty.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        let width = high.saturating_sub(low).saturating_add(1);
        low + self.next() % width
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: f64) -> bool {
        // Two 32-bit halves are exact in a float.
        let drawn = f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / f64::from(u32::MAX);
        drawn * 100.0 < percent
    }

    /// A time in a range of microseconds.
    pub const fn micros(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_micros(self.between(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        // Published outputs of SplitMix64 for the seed 1234567.
        let mut rng = Rng::new(1_234_567);
        assert_eq!(rng.next(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn ranges_hold_their_ends() {
        let mut rng = Rng::new(1);
        let mut seen = [false; 3];
        for _ in 0..200 {
            let n = rng.between(5, 7);
            seen[usize::try_from(n).unwrap() - 5] = true;
        }
        assert_eq!(seen, [true; 3]);
        assert_eq!(rng.between(9, 3), 9);
        let hits = (0..10_000).filter(|_| rng.percent(3.0)).count();
        assert!((200..400).contains(&hits), "{hits}");
        assert!(!(0..1000).any(|_| rng.percent(0.0)));
    }
}
