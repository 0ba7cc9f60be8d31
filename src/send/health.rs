//! How a run fares, shared by all its calls: the breaker with its queue, the last success, and
//! what was said already.

use super::breaker::{Circuit, Contact, Gate, contact};
use super::gone::Seen;
use crate::chat::Outcome;
use crate::clock::Clock;
use crate::pace::Backoff;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) use super::breaker::{Change, Lack};

/// Between two probes while nothing goes.
const PROBES: Duration = Duration::from_secs(30);

/// How a run fares. A new one knows no trouble.
#[derive(Debug, Default)]
pub struct Health {
    circuit: Mutex<Circuit>,
    changed: Notify,
    broken_since: Mutex<Option<Instant>>,
    paid: Mutex<Option<Instant>>,
    throttled: AtomicBool,
    unsettled: AtomicU64,
    pub(super) skew_said: AtomicBool,
    /// What is known of spaces that refused a call.
    pub(super) spaces: tokio::sync::Mutex<Seen>,
}

/// The right to make one call.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    health: &'a Health,
    probe: bool,
}

impl Pass<'_> {
    /// Tells whether the call may still be made, after another wait.
    pub(super) fn holds(&self) -> bool {
        self.probe || self.health.circuit().is_closed()
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.health.circuit().withdraw();
            self.health.changed.notify_waiters();
        }
    }
}

impl Health {
    /// Waits until a call may be made; none when the run is to stop.
    pub(super) async fn pass(
        &self,
        clock: &dyn Clock,
        stop: &CancellationToken,
    ) -> Option<Pass<'_>> {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = clock.mono();
            let gate = self.circuit().gate(now);
            let until = match gate {
                Gate::Open => return Some(Pass { health: self, probe: false }),
                Gate::Probe => return Some(Pass { health: self, probe: true }),
                Gate::Until(next) => Some(next.saturating_duration_since(now)),
                Gate::Probing => None,
            };
            let due = async {
                match until {
                    Some(wait) => clock.sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                () = changed => {}
                () = due => {}
            }
        }
    }

    /// Hears what a call came to. A change is to be told; closing tells how long it lasted.
    pub(super) fn hear(
        &self,
        step: i64,
        outcome: Result<(), &Outcome>,
        now: Instant,
        backoff: &Backoff,
    ) -> Option<(Change, Duration)> {
        self.note(outcome, now);
        let contact = outcome.map_or_else(contact, |()| Contact::Made);
        let change = self.circuit().hear(step, contact, now, backoff.scale(PROBES))?;
        let mut since = self.broken_since.lock().unwrap_or_else(PoisonError::into_inner);
        let lasted = match change {
            Change::Opened(..) => {
                *since = Some(now);
                Duration::ZERO
            }
            Change::Closed => {
                since.take().map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
            }
        };
        self.changed.notify_waiters();
        Some((change, lasted))
    }

    fn note(&self, outcome: Result<(), &Outcome>, now: Instant) {
        match outcome {
            Ok(()) => {
                *self.paid() = Some(now);
                self.throttled.store(false, Relaxed);
            }
            Err(Outcome::Throttled { .. }) => self.throttled.store(true, Relaxed),
            Err(_) => {}
        }
    }

    /// Tells whether calls may go just now.
    pub(super) fn is_fine(&self) -> bool {
        self.circuit().is_closed()
    }

    /// Counts the outages so far: doubts from before one are the outage's.
    pub(super) fn outages(&self) -> u64 {
        self.circuit().outages()
    }

    /// Returns for how long nothing has succeeded, and whether Google asks to slow down. The
    /// first question starts the count.
    pub(super) fn stalled(&self, now: Instant) -> (Duration, bool) {
        let last = *self.paid().get_or_insert(now);
        (now.saturating_duration_since(last), self.throttled.load(Relaxed))
    }

    /// Begins anew to count for how long nothing has succeeded.
    pub(super) fn rested(&self, now: Instant) {
        *self.paid() = Some(now);
    }

    /// Notes a call without a clear end that stays owed.
    pub(super) fn leave_unsettled(&self) {
        self.unsettled.fetch_add(1, Relaxed);
    }

    /// Returns how many calls stay owed for want of a clear end.
    pub fn unsettled(&self) -> u64 {
        self.unsettled.load(Relaxed)
    }

    fn paid(&self) -> MutexGuard<'_, Option<Instant>> {
        self.paid.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
