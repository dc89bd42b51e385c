//! The two clocks of the computer; everybody else takes a time as a value.

use crate::clock::Wall;

/// The wall clock.
pub(super) fn wall() -> Wall {
    #[expect(clippy::disallowed_methods, reason = "the app reads the clock for everybody")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

/// The system's monotonic clock.
pub(super) fn monotonic() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "the app reads the clock for everybody")]
    std::time::Instant::now()
}
