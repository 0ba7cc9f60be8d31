//! Times at which nothing is begun by the admin's own will: outside of their hours, and while there
//! is a pause. What is under way lands; whatever would begin a call waits here.

use crate::clock::Clock;
use crate::event::{Event, Monitor};
use crate::ids::{Micros, rfc3339};
use crate::settings::{Hours, Paused, WorkFolder};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Between two looks at the wall clock and at the folder. The wall clock moves on while a machine
/// sleeps, so what it says is looked up again and again rather than waited for.
const EVERY: Duration = Duration::from_secs(1);

/// Why nothing is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Somebody asked for a pause.
    Paused(Paused),
    /// The hours are over until then.
    Hours(Micros),
}

#[derive(Debug, Default)]
struct State {
    /// When to look again.
    next: Option<Instant>,
    /// What was seen last, and since when something holds.
    why: Option<Why>,
    since: Option<Instant>,
}

/// Whether something may be begun. A new one holds nothing back.
#[derive(Debug, Default)]
pub struct Rest {
    hours: Option<Hours>,
    folder: Option<WorkFolder>,
    unarmed: AtomicBool,
    state: Mutex<State>,
    /// One of all who wait looks; the others wait for it.
    turn: tokio::sync::Mutex<()>,
}

impl Rest {
    /// Holds back outside of these hours, and while the folder is paused.
    pub fn new(hours: Option<Hours>, folder: Option<WorkFolder>) -> Self {
        Self { hours, folder, ..Self::default() }
    }

    /// Lets everything pass until it is armed: a command that asks first must be able to ask.
    #[must_use]
    pub fn unarmed(self) -> Self {
        Self { unarmed: AtomicBool::new(true), ..self }
    }

    /// From here on it holds back.
    pub fn arm(&self) {
        self.unarmed.store(false, Relaxed);
    }

    /// Tells whether nothing may be begun just now, and whoever watches when that changes.
    pub(super) fn holds(&self, clock: &dyn Clock, monitor: &dyn Monitor) -> bool {
        if (self.hours.is_none() && self.folder.is_none()) || self.unarmed.load(Relaxed) {
            return false;
        }
        let now = clock.mono();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.next.is_some_and(|next| now < next) {
            return state.why.is_some();
        }
        state.next = Some(now + EVERY);
        let why = self.why(clock.wall());
        let event = (why != state.why).then(|| self.event(why, &mut state, now));
        state.why = why;
        drop(state);
        if let Some(event) = event {
            tracing::info!(?event, "the admin's own limits");
            monitor.observe(&event);
        }
        why.is_some()
    }

    /// Waits while nothing may be begun; false when the run is to stop instead.
    pub(super) async fn over(
        &self,
        clock: &dyn Clock,
        monitor: &dyn Monitor,
        stop: &CancellationToken,
    ) -> bool {
        if !self.holds(clock, monitor) {
            return true;
        }
        let wait = async {
            let _turn = self.turn.lock().await;
            while self.holds(clock, monitor) {
                clock.sleep(EVERY).await;
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = wait => true,
        }
    }

    /// Looks until dropped, so that a pause is told of though nobody happens to begin anything.
    pub(super) async fn watch(&self, clock: &dyn Clock, monitor: &dyn Monitor) {
        if self.hours.is_none() && self.folder.is_none() {
            return std::future::pending().await;
        }
        loop {
            self.holds(clock, monitor);
            clock.sleep(EVERY).await;
        }
    }

    fn why(&self, wall: Micros) -> Option<Why> {
        let paused = self.folder.as_ref().and_then(WorkFolder::paused).map(Why::Paused);
        let resting = || self.hours.as_ref().and_then(|hours| hours.resting(wall)).map(Why::Hours);
        paused.or_else(resting)
    }

    fn event(&self, why: Option<Why>, state: &mut State, now: Instant) -> Event {
        let since = *state.since.get_or_insert(now);
        match (why, &self.hours) {
            (None, _) => {
                state.since = None;
                Event::WorksAgain { after: now.saturating_duration_since(since) }
            }
            (Some(Why::Hours(until)), Some(hours)) => {
                let says = format!("{} ({})", hours.wall(until), hours.described());
                Event::Resting { until: rfc3339(until), says }
            }
            (Some(Why::Paused(Paused::Since(since))), _) => {
                Event::Paused { since: Some(rfc3339(since)) }
            }
            _ => Event::Paused { since: None },
        }
    }
}
