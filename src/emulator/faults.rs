//! Faults on demand: on the n-th call of a method, before or after it took effect.

use super::route;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Instead of the call: nothing was applied.
    Before,
    /// After the call took effect: only its answer is lost.
    After,
}

/// What the caller sees instead of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An error of this status in Google's shape.
    Status {
        /// The HTTP status.
        code: u16,
        /// Seconds for a `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The connection is dropped without an answer.
    Close,
}

impl Action {
    pub(super) fn retry(self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => retry_after.map(Duration::from_secs),
            Self::Close => None,
        }
    }
}

/// One rule of the fault plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `spaces.messages.create`, `token`, `directory.users.list`, or `*` for every call.
    pub method: String,
    /// The first call to strike, counted from 1 and from the arming.
    pub nth: u64,
    /// How many calls to strike, one after the other; none means for good.
    pub times: Option<u64>,
    /// Before or after the effect.
    pub phase: Phase,
    /// What the caller sees.
    pub action: Action,
}

/// An armed fault, by which its count can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FaultId(usize);

/// A fault that can't be armed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFault {
    /// No such method.
    #[error(
        "no method is called {0:?}; use one like spaces.messages.create, token, directory.users.list or *"
    )]
    Method(String),
    /// Calls are counted from 1.
    #[error("nth counts from 1")]
    Nth,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    seen: u64,
    fired: u64,
}

/// The fault plan.
#[derive(Debug, Default)]
pub(super) struct Faults {
    any: AtomicBool,
    armed: Mutex<Vec<Armed>>,
}

impl Faults {
    pub(super) fn arm(&self, fault: Fault) -> Result<FaultId, BadFault> {
        let known = ["*", "token", "directory.users.list"].contains(&fault.method.as_str());
        if !known && route::by_id(&fault.method).is_none() {
            return Err(BadFault::Method(fault.method));
        }
        if fault.nth == 0 {
            return Err(BadFault::Nth);
        }
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.push(Armed { fault, seen: 0, fired: 0 });
        self.any.store(true, Ordering::Relaxed);
        Ok(FaultId(armed.len() - 1))
    }

    /// Counts a call and returns what strikes it, if anything: the first rule that is due.
    pub(super) fn strike(&self, method: &str) -> Option<(Phase, Action)> {
        if !self.any.load(Ordering::Relaxed) {
            return None;
        }
        let mut struck = None;
        for armed in self.armed.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if armed.fault.method != "*" && armed.fault.method != method {
                continue;
            }
            armed.seen += 1;
            let due = armed.seen >= armed.fault.nth
                && armed.fault.times.is_none_or(|times| armed.fired < times);
            if due && struck.is_none() {
                armed.fired += 1;
                struck = Some((armed.fault.phase, armed.fault.action));
            }
        }
        struck
    }

    /// Returns every rule with the number of calls that it struck.
    pub(super) fn fired(&self) -> Vec<(Fault, u64)> {
        let armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.iter().map(|armed| (armed.fault.clone(), armed.fired)).collect()
    }

    /// Returns how many calls one rule struck.
    pub(super) fn count(&self, id: FaultId) -> u64 {
        self.armed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id.0)
            .map_or(0, |armed| armed.fired)
    }
}
