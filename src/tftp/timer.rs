//! How long to wait for an ACK before sending again: RFC 6298 with the bounds of a bench.

use std::time::Duration;

use crate::limits::{
    TFTP_GIVE_UP, TFTP_RESEND_CEILING, TFTP_RESEND_EARLY, TFTP_RESEND_FIRST, TFTP_RESEND_FLOOR,
    TFTP_UNANSWERED,
};

/// The adaptive resend timer of one read.
///
/// By Karn's rule an ACK is measured only when what it answers was sent once, and a doubled wait stays until such
/// an ACK comes. Falling back at once would send every block twice to a phone that has become slower than it was.
///
/// A reader that answers at once is asked again early, and only once: most losses cost it 20 ms instead of 50. One that
/// is found to have answered what it was asked again ([`Self::hasty`]) is given the longer time from then on.
#[derive(Debug)]
pub(super) struct Timer {
    /// Smoothed round trip and its variation, once one was measured.
    measured: Option<(Micros, Micros)>,
    wait: Micros,
    floor: Micros,
}

/// Microseconds, up to an hour. A timer is worked with for each block and stands in memory for each reader: plain and small.
type Micros = u32;

fn micros(time: Duration) -> Micros {
    Micros::try_from(time.as_micros()).unwrap_or(Micros::MAX)
}

fn time(micros: Micros) -> Duration {
    Duration::from_micros(micros.into())
}

impl Timer {
    /// `asked`: the reader's own wish (RFC 2349 `timeout`), below which nothing is sent again. `early`: a block too many
    /// does no harm, as it does where a whole window is sent again.
    pub(super) fn new(asked: Option<Duration>, early: bool) -> Self {
        // However long the wish is, a reader is asked again before it is given up.
        let most = TFTP_GIVE_UP / (TFTP_UNANSWERED + 1);
        let least = if early { TFTP_RESEND_EARLY } else { TFTP_RESEND_FLOOR };
        let floor = asked.unwrap_or_default().max(least).min(most);
        Self { measured: None, wait: micros(TFTP_RESEND_FIRST.max(floor)), floor: micros(floor) }
    }

    /// How long to wait for the answer to what is sent now.
    pub(super) fn wait(&self) -> Duration {
        time(self.wait)
    }

    /// Nothing came: wait twice as long next time.
    pub(super) fn double(&mut self) {
        self.wait = self.wait.saturating_mul(2).max(micros(TFTP_RESEND_FLOOR)).min(self.ceiling());
    }

    /// What was sent again had been answered: this reader needs more time.
    pub(super) fn hasty(&mut self) {
        self.floor = self.floor.max(micros(TFTP_RESEND_FLOOR));
        self.wait = self.wait.max(self.floor);
    }

    /// An answer to something sent once came after `sample`.
    pub(super) fn measure(&mut self, sample: Duration) {
        let sample = micros(sample.min(TFTP_RESEND_CEILING));
        let (round, variation) = match self.measured {
            None => (sample, sample / 2),
            Some((round, variation)) => {
                ((round * 7 + sample) / 8, (variation * 3 + round.abs_diff(sample)) / 4)
            }
        };
        self.measured = Some((round, variation));
        self.wait = (round + variation * 4).clamp(self.floor, self.ceiling());
    }

    /// How long an answer needs that is under way: the wait without its floor, for when something hints at a loss.
    pub(super) fn answer(&self) -> Duration {
        time(self.measured.map_or(self.wait, |(round, variation)| round + (round / 2).max(variation * 4)))
    }

    fn ceiling(&self) -> Micros {
        micros(TFTP_RESEND_CEILING).max(self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn the_first_wait_doubles_to_the_ceiling() {
        let mut timer = Timer::new(None, false);
        let mut waits = Vec::new();
        for _ in 0..6 {
            waits.push(timer.wait().as_millis());
            timer.double();
        }
        assert_eq!(waits, [250, 500, 1000, 2000, 2000, 2000]);
    }

    #[test]
    fn a_near_reader_is_waited_for_at_the_floor_and_a_far_one_longer() {
        let mut near = Timer::new(None, false);
        let mut far = Timer::new(None, false);
        for _ in 0..20 {
            near.measure(MS(1));
            far.measure(MS(300));
        }
        assert_eq!(near.wait(), TFTP_RESEND_FLOOR);
        assert!((300..400).contains(&far.wait().as_millis()), "{:?}", far.wait());
    }

    #[test]
    fn a_near_reader_is_asked_early_once_and_then_at_the_floor() {
        let mut timer = Timer::new(None, true);
        assert_eq!(timer.wait(), TFTP_RESEND_FIRST, "nothing was measured yet");
        (0..20).for_each(|_| timer.measure(MS(1)));
        let mut waits = Vec::new();
        for _ in 0..4 {
            waits.push(timer.wait());
            timer.double();
        }
        assert_eq!(
            waits,
            [TFTP_RESEND_EARLY, TFTP_RESEND_FLOOR, TFTP_RESEND_FLOOR * 2, TFTP_RESEND_FLOOR * 4]
        );
        timer.hasty();
        timer.measure(MS(1));
        assert_eq!(timer.wait(), TFTP_RESEND_FLOOR);
    }

    #[test]
    fn a_measured_answer_ends_the_doubling() {
        let mut timer = Timer::new(None, false);
        timer.measure(MS(2));
        for _ in 0..5 {
            timer.double();
        }
        assert_eq!(timer.wait(), MS(1600));
        timer.measure(MS(2));
        assert_eq!(timer.wait(), TFTP_RESEND_FLOOR);
    }

    #[test]
    fn the_readers_wish_is_a_floor_and_never_outlasts_patience() {
        let mut timer = Timer::new(Some(MS(3000)), true);
        assert_eq!(timer.wait(), MS(3000));
        timer.double();
        timer.measure(MS(1));
        assert_eq!(timer.wait(), MS(3000));
        assert_eq!(Timer::new(Some(MS(255_000)), false).wait() * 4, TFTP_GIVE_UP);
    }

    #[test]
    fn absurd_samples_do_no_harm() {
        let mut timer = Timer::new(None, false);
        timer.measure(Duration::MAX);
        timer.measure(Duration::ZERO);
        assert_eq!(timer.wait(), TFTP_RESEND_CEILING);
    }
}
