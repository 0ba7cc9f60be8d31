//! How long to wait before a call is tried again: truncated exponential, with seeded jitter.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// No server may make us wait longer than this at a time.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

/// The waits between tries. Google's guidance: `min(2^n s + up to 1 s, 64 s)`, and go on at the
/// longest.
#[derive(Debug)]
pub struct Backoff {
    base: Duration,
    longest: Duration,
    factor: f64,
    random: Mutex<fastrand::Rng>,
}

impl Backoff {
    /// Returns Google's curve: from 1 s to 64 s.
    pub fn google(seed: u64) -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(64), seed)
    }

    /// Returns a curve that begins at `base` and ends at `longest`.
    pub fn new(base: Duration, longest: Duration, seed: u64) -> Self {
        let random = Mutex::new(fastrand::Rng::with_seed(seed));
        let base = base.max(Duration::from_millis(1));
        Self { base, longest: longest.max(base), factor: 1.0, random }
    }

    /// Returns the curve with every wait divided by `factor`, for servers whose quotas are
    /// scaled by it.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        let shrink = |wait: Duration| (wait.div_f64(factor)).max(Duration::from_millis(1));
        Self {
            base: shrink(self.base),
            longest: shrink(self.longest),
            factor: self.factor * factor,
            random: self.random,
        }
    }

    /// Returns any other wait at the same scale: that of a probe, of a step set aside.
    pub fn scale(&self, wait: Duration) -> Duration {
        wait.div_f64(self.factor).max(Duration::from_millis(1))
    }

    /// Returns the longest wait between two tries.
    pub const fn longest(&self) -> Duration {
        self.longest
    }

    /// Returns how long to wait after failed try number `attempt` (the first is 0). What the
    /// server asked for is the least, never more than five minutes.
    pub fn next(&self, attempt: u32, retry_after: Option<Duration>) -> Duration {
        let grown = self.base.saturating_mul(2_u32.saturating_pow(attempt.min(30)));
        let share = self.random.lock().unwrap_or_else(PoisonError::into_inner).f64();
        let own = grown.saturating_add(self.base.mul_f64(share)).min(self.longest);
        own.max(retry_after.unwrap_or_default().min(LONGEST_ASKED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_stay_there() {
        let backoff = Backoff::google(1);
        for attempt in 0..40 {
            let wait = backoff.next(attempt, None).as_secs_f64();
            let least = 2_f64.powi(attempt.cast_signed()).min(64.0);
            assert!(wait >= least && wait <= (least + 1.0).min(64.0), "{attempt}: {wait}");
        }
        assert_eq!(backoff.next(u32::MAX, None), Duration::from_secs(64));
    }

    #[test]
    fn the_server_may_ask_for_longer_but_not_for_ever() {
        let backoff = Backoff::google(1);
        assert_eq!(backoff.next(0, Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(backoff.next(0, Some(Duration::from_mins(150))), LONGEST_ASKED);
        assert!(backoff.next(5, Some(Duration::from_secs(2))) >= Duration::from_secs(32));
    }

    #[test]
    fn the_same_seed_waits_the_same() {
        let waits = |seed| (0..9).map(|n| Backoff::google(seed).next(n, None)).collect::<Vec<_>>();
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }

    #[test]
    fn a_fast_server_is_tried_again_sooner() {
        let backoff = Backoff::google(1).scaled(20.0);
        assert!(backoff.next(9, None) <= Duration::from_millis(3_200));
        assert!(backoff.next(0, None) >= Duration::from_millis(50));
    }
}
