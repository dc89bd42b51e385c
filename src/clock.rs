//! Session time as a value. Nothing below the shells reads a clock; it is handed an [`Instant`].

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A moment of the session: microseconds since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The start of the session.
    pub const ZERO: Self = Self(0);

    /// From microseconds since the start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since the start.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the start.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// Time passed since `earlier`; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(d.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, d: Duration) {
        *self = *self + d;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// Wall-clock time: milliseconds since 1970-01-01 UTC. Only the journal turns it into text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wall(pub i64);

impl Wall {
    /// The wall time of a moment of a session that began at `self`.
    #[must_use]
    pub fn at(self, moment: Instant) -> Self {
        Self(self.0.saturating_add(i64::try_from(moment.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment of a session that began at `self`; the start for a wall time before it.
    #[must_use]
    pub fn moment(self, at: Self) -> Instant {
        Instant::from_millis(u64::try_from(at.0.saturating_sub(self.0)).unwrap_or(0))
    }
}
