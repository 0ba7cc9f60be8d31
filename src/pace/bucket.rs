//! One limit being kept: governor's GCRA on our own clock, and a time before which nothing passes.

use super::Limit;
use super::learnt::Learning;
use super::line::{Line, Turn};
use crate::clock::Clock;
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A permit is so many of governor's cells, which makes its burst a fraction of a permit: room
/// for a late timer, and for nothing more.
const GRAIN: NonZeroU32 = NonZeroU32::new(1_000).expect("not zero");
/// Slow answers that come together are one piece of news.
const NEWS: Duration = Duration::from_secs(10);

/// Reads our clock for governor, whose own would ignore tokio's paused time.
#[derive(Debug, Clone)]
struct Mono {
    clock: Arc<dyn Clock>,
    start: Instant,
}

impl governor::clock::Clock for Mono {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.clock.mono().saturating_duration_since(self.start).into()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Mono, StateInformationMiddleware>;

/// What governor can't do: hold everything back for a while, go slower than its quota, and tell
/// when there will be a permit without taking it.
#[derive(Debug, Default)]
struct Held {
    until: Option<Instant>,
    /// Until when a refusal holds it back; its own pace may do so for longer.
    refused: Option<Instant>,
    learning: Learning,
    /// When it was slowed down last for a slow answer.
    slowed: Option<Instant>,
    /// When the next permit is there, as far as governor decides.
    ready: Option<Instant>,
}

/// One limit of one project or one space.
#[derive(Debug)]
pub(super) struct Bucket {
    limiter: Limiter,
    time: Mono,
    interval: Duration,
    held: Mutex<Held>,
    /// One waits at a time, the others stand in line: governor alone would wake all.
    line: Line,
}

impl Bucket {
    /// Returns a full bucket.
    pub(super) fn new(limit: &Limit, headroom: f64, clock: Arc<dyn Clock>) -> Self {
        let Shape { interval, quota } = shape(limit, headroom);
        let time = Mono { start: clock.mono(), clock };
        Self {
            limiter: RateLimiter::direct_with_clock(quota, time.clone()).with_middleware(),
            time,
            interval,
            held: Mutex::new(Held::default()),
            line: Line::default(),
        }
    }

    /// Waits for the caller's turn, then for a permit.
    pub(super) async fn turn(&self, rank: u64) {
        let turn = self.join(rank);
        self.take(&turn).await;
    }

    /// Stands in line.
    pub(super) fn join(&self, rank: u64) -> Turn<'_> {
        self.line.join(rank)
    }

    /// Takes a permit as soon as there is one and nobody is before the caller.
    pub(super) async fn take(&self, turn: &Turn<'_>) {
        loop {
            turn.first().await;
            let Some(wait) = self.missing() else { return };
            self.time.clock.sleep(wait).await;
        }
    }

    /// Waits until nobody is before the caller and there is a permit, and leaves it there.
    pub(super) async fn ready(&self, turn: &Turn<'_>) {
        loop {
            turn.first().await;
            let Some(wait) = self.ready_in() else { return };
            self.time.clock.sleep(wait).await;
        }
    }

    /// Returns how long it is until there is a permit; none if there is one.
    pub(super) fn ready_in(&self) -> Option<Duration> {
        let ready = self.held().ready?;
        let wait = ready.saturating_duration_since(self.time.clock.mono());
        self.held_for().max((!wait.is_zero()).then_some(wait))
    }

    /// Lets nothing pass for `wait`, and slows the bucket down until successes speed it up.
    pub(super) fn penalize(&self, wait: Duration) {
        let now = self.time.clock.mono();
        let known = self.held().refused.replace(now + wait);
        let known = known.is_some_and(|until| until > now + wait / 2);
        self.hold_until(now + wait);
        // A burst of refusals is one piece of news: only the first of it slows the bucket down.
        if !known {
            self.held().learning.refused(now);
        }
    }

    /// Slows the bucket down, for an answer that was long in coming.
    pub(super) fn slow(&self) {
        let now = self.time.clock.mono();
        let mut held = self.held();
        if held.slowed.is_none_or(|last| now.saturating_duration_since(last) >= NEWS) {
            held.slowed = Some(now);
            held.learning.slow(now);
        }
    }

    /// Brings a slowed bucket a little nearer to its limit.
    pub(super) fn relax(&self) {
        let now = self.time.clock.mono();
        self.held().learning.succeeded(now);
    }

    /// Returns how many times slower than its limit the bucket goes just now.
    pub(super) fn stretch(&self) -> f64 {
        self.held().learning.stretch()
    }

    /// Returns what was learnt of the limit.
    pub(super) fn learning(&self) -> Learning {
        self.held().learning
    }

    /// Returns calls a minute at the pace of just now.
    pub(super) fn per_minute(&self) -> f64 {
        60.0 / (self.interval.as_secs_f64() * self.stretch())
    }

    /// Takes a permit, or says how long to wait before the next try.
    pub(super) fn missing(&self) -> Option<Duration> {
        if let Some(wait) = self.held_for() {
            return Some(wait);
        }
        // The outer error is a permit larger than the burst, which `shape` excludes.
        match self.limiter.check_n(GRAIN) {
            Ok(Err(not_until)) => return Some(not_until.wait_time_from(self.time.now())),
            Ok(Ok(left)) => self.note_left(left.remaining_burst_capacity()),
            Err(_) => {}
        }
        self.spread();
        None
    }

    /// Notes when there is a permit again, by how many of governor's cells are left.
    fn note_left(&self, cells: u32) {
        // What is left is rounded down.
        let missing = GRAIN.get().saturating_sub(cells);
        let wait = self.interval / GRAIN.get() * missing;
        self.held().ready = Some(self.time.clock.mono() + wait);
    }

    fn spread(&self) {
        let stretch = self.stretch();
        if stretch > 1.0 {
            self.hold_until(self.time.clock.mono() + self.interval.mul_f64(stretch));
        }
    }

    fn held_for(&self) -> Option<Duration> {
        let until = self.held().until?;
        let wait = until.saturating_duration_since(self.time.clock.mono());
        (!wait.is_zero()).then_some(wait)
    }

    fn hold_until(&self, until: Instant) {
        let mut held = self.held();
        held.until = Some(held.until.map_or(until, |before| before.max(until)));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A limit as a bucket keeps it.
struct Shape {
    interval: Duration,
    quota: Quota,
}

/// Turns a limit into an interval and a burst that together cross it in no window: with n calls
/// in a window w, `n * interval - tolerance >= w` must hold. Half of the headroom is tolerance.
fn shape(limit: &Limit, headroom: f64) -> Shape {
    let window = limit.window.as_secs_f64();
    let interval = window / (limit.calls * (1.0 - headroom)).max(f64::MIN_POSITIVE);
    let interval = interval.clamp(1e-6, 1e6);
    let cell = Duration::from_nanos((interval * 1e9 / f64::from(GRAIN.get())).ceil() as u64);
    let tolerance = (interval * limit.calls - window).max(0.0) / 2.0;
    let spare = (tolerance / cell.as_secs_f64()) as u32;
    // governor's burst already tolerates one cell.
    let burst = GRAIN.saturating_add(spare.saturating_sub(1));
    Shape {
        interval: cell * GRAIN.get(),
        quota: Quota::with_period(cell).unwrap_or(Quota::per_second(GRAIN)).allow_burst(burst),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::{Quotas, SpaceBucket};

    #[test]
    fn an_interval_leaves_the_headroom() {
        let limit = Quotas::google().space(SpaceBucket::ImportPosts);
        let shape = shape(&limit, 0.02);
        assert!((shape.interval.as_secs_f64() - 1.0 / 9.8).abs() < 1e-6);
    }

    #[test]
    fn absurd_limits_give_a_bucket_all_the_same() {
        for calls in [0.0, 1e-9, 1e12] {
            let limit = Limit { calls, window: Duration::from_secs(1), source: "" };
            let shape = shape(&limit, 0.02);
            assert!(!shape.interval.is_zero() && shape.quota.burst_size() >= GRAIN);
        }
    }
}
