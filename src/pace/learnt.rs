//! What a bucket learns of a limit that nobody publishes: slower after a refusal, faster again with
//! every success, and carefully near a pace that was refused more than once. Pure.

use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;

/// What was learnt of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Learnt {
    /// Whose limit, in words; of the spaces, the slowest speaks for all.
    pub what: &'static str,
    /// Calls a minute at the pace of just now.
    pub per_minute: f64,
    /// Calls a minute that Google documents, or that are assumed.
    pub documented: f64,
    /// It goes as fast as it may again.
    pub whole: bool,
    /// Refusals that taught it; those that came together are one.
    pub refusals: u64,
    /// Answers that were long in coming.
    pub slow: u64,
}

/// A refusal, or a slow answer, makes a bucket so much slower.
const SLOWER: f64 = 1.5;
/// So much where it was refused about there before: not much is missing.
const SLIGHTLY: f64 = 1.2;
/// The slowest that it becomes.
const SLOWEST: f64 = 8.0;
/// Every success brings it so much nearer to its limit, while that is far away.
const NEARER: f64 = 0.99;
/// So far below a pace that was refused the careful part of the way begins.
const MARGIN: f64 = 1.05;
/// So long takes the way over that margin.
const CAREFUL: Duration = Duration::from_mins(4);
/// Without calls nothing is found out: a longer gap counts no more than this.
const GAP: Duration = Duration::from_secs(5);
/// Refusals further apart than this have nothing to do with each other.
const MEMORY: Duration = Duration::from_mins(15);

/// How much slower than its limit a bucket goes, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Learning {
    stretch: f64,
    /// At so much slower than the limit it was refused, more than once.
    edge: Option<f64>,
    refused: Option<Instant>,
    heard: Option<Instant>,
    pub(super) refusals: u64,
    pub(super) slow: u64,
}

impl Default for Learning {
    fn default() -> Self {
        Self { stretch: 1.0, edge: None, refused: None, heard: None, refusals: 0, slow: 0 }
    }
}

impl Learning {
    /// How many times slower than its limit the bucket goes.
    pub(super) const fn stretch(&self) -> f64 {
        self.stretch
    }

    /// A refusal. The first may be anybody's fault; the next shows where the limit is.
    pub(super) fn refused(&mut self, now: Instant) {
        let there = self.edge.is_some_and(|edge| self.stretch <= edge * 1.02);
        let again = self.refused.is_some_and(|last| now.saturating_duration_since(last) < MEMORY);
        self.edge = again.then_some(self.stretch);
        self.refused = Some(now);
        self.refusals += 1;
        self.slower(if there { SLIGHTLY } else { SLOWER }, now);
    }

    /// An answer that came late: nobody was refused, so nothing is known of a limit.
    pub(super) fn slow(&mut self, now: Instant) {
        self.slow += 1;
        self.slower(SLOWER, now);
    }

    /// A success.
    pub(super) fn succeeded(&mut self, now: Instant) {
        let passed = self.heard.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        self.heard = Some(now);
        if self.stretch <= 1.0 {
            return;
        }
        let careful = self.edge.map(|edge| edge * MARGIN);
        self.stretch = match careful {
            Some(careful) if self.stretch <= careful => {
                let share = passed.min(GAP).as_secs_f64() / CAREFUL.as_secs_f64();
                self.stretch / MARGIN.powf(share)
            }
            Some(careful) => (self.stretch * NEARER).max(careful),
            None => self.stretch * NEARER,
        };
        if self.stretch <= 1.0 {
            (self.stretch, self.edge) = (1.0, None);
        }
    }

    fn slower(&mut self, factor: f64, now: Instant) {
        self.stretch = (self.stretch * factor).min(SLOWEST);
        self.heard = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls a server that lets so many of the promised calls pass, one a second at full pace, for
    /// so long; returns how often it refused, and how many it served.
    fn serve(share: f64, seconds: f64) -> (u64, f64, Learning) {
        let (start, mut at) = (Instant::now(), 0.0);
        let (mut learning, mut served, mut credit) = (Learning::default(), 0.0, 0.0_f64);
        while at < seconds {
            at += learning.stretch();
            credit = (credit + learning.stretch() * share).min(2.0);
            let now = start + Duration::from_secs_f64(at);
            if credit >= 1.0 {
                credit -= 1.0;
                served += 1.0;
                learning.succeeded(now);
            } else {
                learning.refused(now);
                at += 2.0;
            }
        }
        (learning.refusals, served, learning)
    }

    #[test]
    fn a_hidden_limit_is_found_and_then_seldom_crossed() {
        for share in [0.8, 0.5, 0.3] {
            let (refusals, served, learning) = serve(share, 7_200.0);
            let most = 7_200.0 * share;
            assert!(served > most * 0.9, "{share}: {served} of {most}");
            assert!((refusals as f64) < served * 0.02, "{share}: {refusals} of {served}");
            let pace = 1.0 / learning.stretch();
            assert!((share * 0.6..share * 1.06).contains(&pace), "{share}: {pace}");
        }
    }

    #[test]
    fn one_refusal_is_soon_forgotten_and_a_limit_in_its_time() {
        let now = Instant::now();
        let mut learning = Learning::default();
        learning.refused(now);
        (0..50).for_each(|_| learning.succeeded(now));
        assert!((learning.stretch() - 1.0).abs() < f64::EPSILON);
        learning.refused(now);
        learning.refused(now);
        (0..500).for_each(|_| learning.succeeded(now));
        assert!(learning.stretch() > 1.5, "the edge is not crossed at a run: {learning:?}");
        let seconds = (1..3_600).map(|second| now + Duration::from_secs(second));
        seconds.for_each(|at| learning.succeeded(at));
        assert!((learning.stretch() - 1.0).abs() < f64::EPSILON, "what it was is tried again");
    }

    #[test]
    fn hours_without_a_call_teach_nothing() {
        let now = Instant::now();
        let mut learning = Learning::default();
        learning.refused(now);
        learning.refused(now);
        (0..500).for_each(|_| learning.succeeded(now));
        let before = learning.stretch();
        learning.succeeded(now + Duration::from_hours(8));
        assert!(before / learning.stretch() < 1.01, "{before} {learning:?}");
    }
}
