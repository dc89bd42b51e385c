//! When the next frame may be drawn. The screen must not take from the phones what they need, on however slow a laptop.

use crate::limits;
use std::time::Instant;

/// Keeps the frames apart.
#[derive(Debug, Default)]
pub(super) struct Pace {
    rests: Option<Instant>,
}

impl Pace {
    /// Somebody pressed a key, or an answer came that he waits for: the next frame is drawn at once.
    pub(super) const fn hurry(&mut self) {
        self.rests = None;
    }

    /// Whether a frame may be drawn now.
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.rests.is_none_or(|until| until <= now)
    }

    /// A frame was drawn between these moments.
    pub(super) fn drew(&mut self, began: Instant, ended: Instant) {
        self.rests = ended.checked_add(
            (ended.saturating_duration_since(began) * limits::FRAME_RESTS).min(limits::FRAME_RESTS_MOST),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::clocks::monotonic;
    use std::time::Duration;

    #[test]
    fn frames_take_one_part_in_fifty_and_keys_are_not_made_to_wait() {
        let (start, ms) = (monotonic(), Duration::from_millis);
        let mut pace = Pace::default();
        assert!(pace.allows(start), "the first");
        pace.drew(start, start + ms(4));
        assert!(!pace.allows(start + ms(4 + 199)) && pace.allows(start + ms(4 + 200)));
        pace.drew(start, start + ms(400));
        assert!(pace.allows(start + ms(400) + limits::FRAME_RESTS_MOST), "a second is seen as it passes");
        assert!(!pace.allows(start + ms(400)));
        pace.hurry();
        assert!(pace.allows(start + ms(400)));
    }
}
