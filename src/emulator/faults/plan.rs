//! The armed rules and their counts.

use super::super::chance::Chance;
use super::super::route;
use super::{Action, BadFault, Call, Fault, FaultId, Phase};
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most rules that can be armed: each is asked at every call.
const MOST: usize = 1000;

/// What strikes a call.
#[derive(Debug, Clone)]
pub(in super::super) struct Strike {
    /// The rule; none for chaos.
    pub(in super::super) id: Option<FaultId>,
    pub(in super::super) phase: Phase,
    pub(in super::super) action: Action,
}

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultStatus {
    /// Its id.
    pub id: FaultId,
    /// The rule.
    pub fault: Fault,
    /// Whether it can still strike.
    pub armed: bool,
    /// How many calls fitted its conditions while it was armed.
    pub seen: u64,
    /// How many it struck.
    pub fired: u64,
    /// How many of these are over: the answer given or cut off, the late effect applied.
    pub completed: u64,
}

impl FaultStatus {
    fn spent(&self) -> bool {
        self.fault.times.is_some_and(|times| self.fired >= times)
    }

    /// Tells whether the call just counted is one that the rule strikes.
    fn due(&self) -> bool {
        let every = self.fault.every.unwrap_or(1);
        let first = self.fault.nth.unwrap_or(every);
        let turn = self.seen >= first && (self.seen - first).is_multiple_of(every);
        let lucky =
            || self.fault.p.is_none_or(|p| Chance::of(&[self.fault.seed, self.seen]).under(p));
        self.armed && turn && !self.spent() && lucky()
    }
}

/// The fault plan.
#[derive(Debug, Default)]
pub(in super::super) struct Faults {
    any: AtomicBool,
    rules: Mutex<Vec<FaultStatus>>,
}

impl Faults {
    pub(in super::super) fn arm(&self, fault: Fault) -> Result<FaultId, BadFault> {
        check(&fault)?;
        let mut rules = self.rules();
        if rules.len() == MOST {
            return Err(BadFault::TooMany(MOST));
        }
        let id = FaultId(rules.len());
        rules.push(FaultStatus { id, fault, armed: true, seen: 0, fired: 0, completed: 0 });
        self.any.store(true, Ordering::Relaxed);
        Ok(id)
    }

    /// Tells whether no rule was ever armed, so that a call needs no looking at.
    pub(in super::super) fn idle(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// Counts a call and returns what strikes it, if anything: the first rule that is due.
    ///
    /// A call is asked about twice: while its body is still coming, and when it is there.
    pub(in super::super) fn strike(&self, call: &Call<'_>) -> Option<Strike> {
        let coming = call.body.is_none();
        let mut struck = None;
        for rule in self.rules().iter_mut().filter(|rule| rule.armed) {
            let now = (rule.fault.phase == Phase::DuringRequest) == coming;
            if !now || !call.fits(&rule.fault) {
                continue;
            }
            rule.seen += 1;
            if struck.is_none() && rule.due() {
                rule.fired += 1;
                let (phase, action) = (rule.fault.phase, rule.fault.action.clone());
                struck = Some(Strike { id: Some(rule.id), phase, action });
            }
            rule.armed = !rule.spent();
        }
        struck
    }

    /// Notes that what a rule did to a call is over.
    pub(in super::super) fn complete(&self, id: Option<FaultId>) {
        let Some(id) = id else { return };
        if let Some(rule) = self.rules().get_mut(id.0) {
            rule.completed += 1;
        }
    }

    /// Takes a rule out; its counts stay.
    pub(in super::super) fn disarm(&self, id: FaultId) {
        if let Some(rule) = self.rules().get_mut(id.0) {
            rule.armed = false;
        }
    }

    /// Takes all rules out; their counts stay.
    pub(in super::super) fn disarm_all(&self) {
        self.rules().iter_mut().for_each(|rule| rule.armed = false);
    }

    /// Returns every rule that was ever armed.
    pub(in super::super) fn all(&self) -> Vec<FaultStatus> {
        self.rules().clone()
    }

    /// Returns one rule.
    pub(in super::super) fn get(&self, id: FaultId) -> Option<FaultStatus> {
        self.rules().get(id.0).cloned()
    }

    /// Returns the armed rules that never fired but should have.
    pub(in super::super) fn unfired(&self) -> Vec<Fault> {
        let rules = self.rules();
        let unfired =
            rules.iter().filter(|rule| rule.armed && rule.fired == 0 && !rule.fault.maybe);
        unfired.map(|rule| rule.fault.clone()).collect()
    }

    fn rules(&self) -> MutexGuard<'_, Vec<FaultStatus>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(fault: &Fault) -> Result<(), BadFault> {
    if !route::counts(&fault.method) {
        return Err(BadFault::Method(fault.method.clone()));
    }
    for (name, count) in [("nth", fault.nth), ("every", fault.every), ("times", fault.times)] {
        if count == Some(0) {
            return Err(BadFault::Zero(name));
        }
    }
    if let Some(p) = fault.p.filter(|p| !(0.0..=1.0).contains(p)) {
        return Err(BadFault::Chance(p));
    }
    let early = fault.phase == Phase::DuringRequest;
    if early
        && (fault.body_contains.is_some()
            || matches!(fault.method.as_str(), "token" | "iam.signJwt") && fault.subject.is_some())
    {
        return Err(BadFault::Body);
    }
    fault.action.check(fault.phase)
}
