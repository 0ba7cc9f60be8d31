//! When a run ends, from what is owed now, against what was planned. Pure: times are given.

use std::time::Duration;

/// Before so long, how fast a run goes says little.
const SETTLED: Duration = Duration::from_mins(10);
/// A run that is slower than this many times its simulation has no end that can be told.
const STANDSTILL: f64 = 50.0;

/// A run as it was met when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// Where its clock stood.
    pub began: Duration,
    /// How long the simulation said then.
    pub left: Duration,
}

/// How much longer a run takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Live {
    /// At the speed so far.
    pub left: Duration,
    /// How many times slower than simulated it went so far; never less than 1.
    pub slower: f64,
}

impl Live {
    /// Returns how much longer a run takes that owes, by simulation, so much at a time of the same
    /// clock; none where it hardly moves. Simulated time is the measure of its progress too: what
    /// Google refuses, delays or interrupts shows as a run that is slower than simulated.
    pub fn of(course: Course, left: Duration, now: Duration) -> Option<Self> {
        let passed = now.saturating_sub(course.began);
        let done = course.left.saturating_sub(left);
        let slower = if passed < SETTLED {
            1.0
        } else {
            (passed.as_secs_f64() / done.as_secs_f64()).max(1.0)
        };
        let stands = !left.is_zero() && slower > STANDSTILL;
        (!stands).then(|| Self { left: left.mul_f64(slower.min(STANDSTILL)), slower })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(left: u64, minutes: u64) -> Option<(u64, f64)> {
        let course = Course { began: Duration::from_hours(5), left: Duration::from_hours(10) };
        let now = course.began + Duration::from_mins(minutes);
        let live = Live::of(course, Duration::from_mins(left), now)?;
        Some((live.left.as_secs() / 60, live.slower))
    }

    #[test]
    fn a_run_as_fast_as_simulated_ends_as_simulated() {
        assert_eq!(live(540, 60), Some((540, 1.0)));
        assert_eq!(live(600, 0), Some((600, 1.0)));
    }

    #[test]
    fn b14_a_run_at_half_the_speed_takes_twice_as_long() {
        assert_eq!(live(540, 120), Some((1_080, 2.0)));
    }

    #[test]
    fn a_run_that_was_ahead_is_not_thought_to_stay_ahead() {
        assert_eq!(live(300, 60), Some((300, 1.0)));
    }

    #[test]
    fn what_does_not_move_has_no_end() {
        assert_eq!(live(600, 9), Some((600, 1.0)), "too early to tell");
        assert_eq!(live(600, 30), None);
        assert_eq!(live(700, 30), None, "more is owed than before");
        assert_eq!(live(0, 6_000).map(|(left, _)| left), Some(0));
    }
}
