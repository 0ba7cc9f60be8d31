//! How far this machine's clock is from the server's, measured from every answer.

use super::HttpResponse;
use super::date::server_seconds;
use crate::ids::Micros;
use std::sync::atomic::{AtomicI64, Ordering};

/// Nothing measured yet.
const UNKNOWN: i64 = i64::MIN;
const SECOND: Micros = 1_000_000;

/// The last measured difference.
#[derive(Debug)]
pub(super) struct Skew {
    seconds: AtomicI64,
    measured_in: AtomicI64,
}

impl Skew {
    pub(super) const fn new() -> Self {
        Self { seconds: AtomicI64::new(UNKNOWN), measured_in: AtomicI64::new(UNKNOWN) }
    }

    /// Returns by how many seconds the server's clock is ahead of ours.
    pub(super) fn get(&self) -> Option<i64> {
        let seconds = self.seconds.load(Ordering::Relaxed);
        (seconds != UNKNOWN).then_some(seconds)
    }

    /// Takes the measure of an answer, at most once a second: the server looked at its clock
    /// some time between `sent` and `received` of ours, and showed whole seconds.
    pub(super) fn note(&self, response: &HttpResponse, sent: Micros, received: Micros) {
        let second = received.div_euclid(SECOND);
        if self.measured_in.swap(second, Ordering::Relaxed) != second {
            self.measure(response, sent, received);
        }
    }

    /// Takes the measure of an answer.
    pub(super) fn measure(&self, response: &HttpResponse, sent: Micros, received: Micros) {
        if let Some(shown) = server_seconds(response.headers()) {
            self.seconds.store(difference(shown, sent, received), Ordering::Relaxed);
        }
    }
}

fn difference(shown: i64, sent: Micros, received: Micros) -> i64 {
    let (first, last) = (sent.div_euclid(SECOND), received.div_euclid(SECOND));
    if shown < first { shown - first } else { (shown - last).max(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_no_skew() {
        assert_eq!(difference(100, 99_500_000, 104_000_000), 0);
        assert_eq!(difference(100, 100_900_000, 100_950_000), 0);
    }

    #[test]
    fn a_clock_that_is_behind_or_ahead_is_seen() {
        assert_eq!(difference(700, 100_000_000, 101_000_000), 599);
        assert_eq!(difference(40, 100_000_000, 101_000_000), -60);
    }
}
