//! Changes that wait for their hour: after so many calls of a method.
//!
//! A test that changes the world in the middle of a run must not race with it, so the call that
//! makes a change due is not answered before the change has happened.

use super::change::{self, BadChange, Change};
use super::route;
use super::shared::Shared;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A change that waits, by which it can be asked whether it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ChangeId(usize);

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    Waiting,
    Due,
    Happened,
    Failed,
}

/// A change, what it waits for and what became of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Planned {
    change: Change,
    method: String,
    calls: u64,
    fate: Fate,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// All changes that were ever put off.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    any: AtomicBool,
    planned: Mutex<Vec<Planned>>,
}

impl Agenda {
    fn planned(&self) -> MutexGuard<'_, Vec<Planned>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a change off until so many more calls of a method were served.
    pub(super) fn put(
        &self,
        shared: &Shared,
        method: &str,
        calls: u64,
        change: Change,
    ) -> Result<ChangeId, BadChange> {
        if !route::counts(method) {
            return Err(BadChange::Method(method.to_owned()));
        }
        if calls == 0 {
            return Err(BadChange::Calls);
        }
        change::check(shared, &change)?;
        let mut planned = self.planned();
        let method = method.to_owned();
        planned.push(Planned { change, method, calls, fate: Fate::Waiting, error: None });
        self.any.store(true, Ordering::Relaxed);
        Ok(ChangeId(planned.len() - 1))
    }

    /// Tells whether a change happened.
    pub(super) fn happened(&self, id: ChangeId) -> bool {
        self.planned().get(id.0).is_some_and(|planned| planned.fate == Fate::Happened)
    }

    /// Returns every change with its fate.
    pub(super) fn all(&self) -> Vec<Planned> {
        self.planned().clone()
    }

    /// Counts a call that was served, and lets happen what is due.
    pub(super) fn served(&self, shared: &Shared, method: &str) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        for (at, change) in self.due(method) {
            let outcome = change::apply(shared, &change);
            if let Some(planned) = self.planned().get_mut(at) {
                planned.fate = if outcome.is_ok() { Fate::Happened } else { Fate::Failed };
                planned.error = outcome.err().map(|error| error.to_string());
            }
        }
    }

    fn due(&self, method: &str) -> Vec<(usize, Change)> {
        let mut due = Vec::new();
        for (at, planned) in self.planned().iter_mut().enumerate() {
            let meant = planned.method == "*" || planned.method == method;
            if !meant || planned.fate != Fate::Waiting {
                continue;
            }
            planned.calls -= 1;
            if planned.calls == 0 {
                planned.fate = Fate::Due;
                due.push((at, planned.change.clone()));
            }
        }
        due
    }
}
