//! The one place that asks the time. Everything that waits or dates takes a [`Clock`].

use crate::ids::Micros;
use futures_util::future::BoxFuture;
use std::fmt::Debug;
use std::time::Duration;
use tokio::time::Instant;

/// Wall time, monotonic time and sleeping, in one hand, so that tests can own all three.
pub trait Clock: Send + Sync + Debug {
    /// Returns the wall clock in microseconds since the epoch. For dates shown and sent, never
    /// for measuring.
    fn wall(&self) -> Micros;

    /// Returns the monotonic clock. Under a paused tokio runtime it stands still.
    fn mono(&self) -> Instant {
        Instant::now()
    }

    /// Waits on the same clock that [`Clock::mono`] reads.
    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the time")]
    fn wall(&self) -> Micros {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_micros() as Micros)
    }
}

/// A wall clock that starts where it is told and moves with tokio's (pausable) time.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    epoch: Micros,
    started: Instant,
}

impl VirtualClock {
    /// Returns a clock that shows `epoch` now.
    pub fn starting_at(epoch: Micros) -> Self {
        Self { epoch, started: Instant::now() }
    }
}

impl Clock for VirtualClock {
    fn wall(&self) -> Micros {
        self.epoch + self.started.elapsed().as_micros() as Micros
    }
}
