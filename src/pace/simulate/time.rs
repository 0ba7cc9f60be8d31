//! Time that stands still until it is moved.

use crate::clock::Clock;
use crate::ids::Micros;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::Instant;

/// A clock that only [`Made::set`] moves. Nobody may wait on it.
#[derive(Debug)]
pub(super) struct Made {
    start: Instant,
    nanos: AtomicU64,
}

impl Made {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), nanos: AtomicU64::new(0) }
    }

    /// Moves it to so long after its beginning.
    pub(super) fn set(&self, since: Duration) {
        self.nanos.store(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Returns how long it is since its beginning.
    pub(super) fn since(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Relaxed))
    }
}

impl Clock for Made {
    fn wall(&self) -> Micros {
        self.since().as_micros() as Micros
    }

    fn mono(&self) -> Instant {
        self.start + self.since()
    }
}
