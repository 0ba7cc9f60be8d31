//! Steps set aside: they had no clear end time and again, so they wait outside the window while
//! their neighbours go on, and come back a few times.

use super::Run;
use crate::ledger::{Names, Step};
use tokio::time::Instant;

/// So often a step comes back before reading back decides.
const RETURNS: u8 = 2;

/// A step and what it needs to go again.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) queue: usize,
    pub(super) step: Step,
    pub(super) names: Names,
    /// How often it was set aside.
    pub(super) times: u8,
}

impl Waiting {
    /// A step that was never set aside.
    pub(super) fn fresh(queue: usize, step: Step, names: Names) -> Self {
        Self { queue, step, names, times: 0 }
    }

    /// Tells whether it goes for the last time.
    pub(super) fn is_last(&self) -> bool {
        self.times >= RETURNS
    }
}

/// The steps set aside in one phase of one lane. They count as held, so they are bounded.
#[derive(Debug, Default)]
pub(super) struct Park(Vec<(Instant, Waiting)>);

impl Park {
    /// Sets a step aside for as long as the longest wait between two tries.
    pub(super) fn add(&mut self, run: &Run, waiting: Waiting) {
        let due = run.clock.mono() + run.backoff.longest();
        self.0.push((due, Waiting { times: waiting.times.saturating_add(1), ..waiting }));
    }

    /// Takes out what is to go again.
    pub(super) fn due(&mut self, run: &Run) -> Vec<Waiting> {
        let now = run.clock.mono();
        self.0.extract_if(.., |(due, _)| *due <= now).map(|(_, waiting)| waiting).collect()
    }

    /// Returns when the next one is to go again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().map(|(due, _)| *due).min()
    }
}
