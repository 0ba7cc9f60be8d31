//! How fast something goes, smoothed: recent seconds count more than those long past.

use std::time::Duration;
use tokio::time::Instant;

/// After so long, old samples weigh about a third.
const MEMORY: Duration = Duration::from_secs(15);
/// Samples closer together than this say more about the scheduler than about the rate.
const LEAST: Duration = Duration::from_millis(50);

/// A smoothed rate.
#[derive(Debug, Clone)]
pub(super) struct Rate {
    last: (Instant, u64),
    sum: f64,
    weight: f64,
}

impl Rate {
    /// Starts at that count, which is not itself progress.
    pub(super) const fn starting(now: Instant, count: u64) -> Self {
        Self { last: (now, count), sum: 0.0, weight: 0.0 }
    }

    /// Takes a sample and returns the rate per second.
    pub(super) fn sample(&mut self, now: Instant, count: u64) -> f64 {
        let passed = now.saturating_duration_since(self.last.0);
        if passed >= LEAST {
            let speed = count.saturating_sub(self.last.1) as f64 / passed.as_secs_f64();
            let keep = (-passed.as_secs_f64() / MEMORY.as_secs_f64()).exp();
            self.sum = self.sum * keep + speed * (1.0 - keep);
            self.weight = self.weight * keep + (1.0 - keep);
            self.last = (now, count);
        }
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

/// Returns how long the rest takes at that rate, if that can be said.
pub(super) fn left(rest: u64, per_second: f64) -> Option<Duration> {
    let seconds = rest as f64 / per_second;
    (seconds.is_finite() && seconds < 1e9).then(|| Duration::from_secs(seconds.ceil() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_rate_is_right_from_the_first_sample() {
        let start = Instant::now();
        let mut rate = Rate::starting(start, 1_000);
        for second in 1..20 {
            let now = start + Duration::from_secs(second);
            assert!((rate.sample(now, 1_000 + 7 * second) - 7.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_change_is_followed_within_a_minute() {
        let start = Instant::now();
        let mut rate = Rate::starting(start, 0);
        rate.sample(start + Duration::from_mins(1), 6_000);
        let slow = rate.sample(start + Duration::from_mins(2), 6_600);
        assert!((10.0..15.0).contains(&slow), "{slow}");
    }

    #[test]
    fn no_progress_gives_no_time_left() {
        assert_eq!(left(10, 0.0), None);
        assert_eq!(left(0, 0.0), None);
        assert_eq!(left(10, 4.0), Some(Duration::from_secs(3)));
    }
}
