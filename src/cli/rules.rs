//! The admin's own rules for a command that sends: which commands obey them, when they stop one, and
//! how that is said.

use super::Stop;
use super::board::as_learnt;
use super::words::{self, count, counted, span};
use crate::event::{Event, Monitor};
use crate::ledger::Learnt;
use crate::settings::{Hours, MaxRate, Settings};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The commands that obey. A rehearsal does not: it bothers nobody.
const OBEYING: [&str; 5] = ["run", "verify", "complete", "undo", "people"];
/// These speak with whoever types before they do anything: hours and a pause hold them back only
/// from then on.
const ASKING: [&str; 2] = ["complete", "undo"];

/// Why a command stops before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked for it: Ctrl-C, SIGTERM.
    Asked,
    /// It has worked for so long.
    Time(Duration),
    /// So many calls failed for good.
    Errors(u64),
}

impl Why {
    /// Says that it stops.
    pub(super) fn says(self) -> String {
        match self {
            Self::Asked => "Stopping".to_owned(),
            Self::Time(limit) => format!("Stopping after {} (max_duration)", span(limit)),
            Self::Errors(limit) => format!("Stopping: {} (max_errors)", failed(limit)),
        }
    }

    /// Says in the report why it stopped; nothing where whoever reads it knows.
    pub(super) fn remark(self) -> Option<String> {
        match self {
            Self::Asked => None,
            Self::Time(limit) => Some(format!(
                "It stopped by itself after {} (max_duration); the same command goes on.",
                span(limit)
            )),
            Self::Errors(limit) => Some(format!(
                "It stopped by itself: {} (max_errors). Look at the reasons, remove the cause, then \
                 `chatferry retry`; or go on with a higher --max-errors.",
                failed(limit)
            )),
        }
    }

    /// Names the rule for machines.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Asked => "signal",
            Self::Time(_) => "max_duration",
            Self::Errors(_) => "max_errors",
        }
    }
}

fn failed(calls: u64) -> String {
    counted(calls, "call failed for good", "calls failed for good")
}

/// Tells whether a command obeys the rules.
pub(super) fn obeys(command: &str) -> bool {
    OBEYING.contains(&command)
}

/// Tells whether a command asks before it acts.
pub(super) fn asks(command: &str) -> bool {
    ASKING.contains(&command)
}

/// Says what the rules are; nothing where there are none.
pub(super) fn says(settings: &Settings) -> Option<String> {
    let rate = settings.max_rate.map(|rate| match rate {
        MaxRate::Share(_) => format!("{rate} of the project's quotas"),
        MaxRate::Messages(calls) => format!("{} message writes a minute", count(calls as u64)),
    });
    let hours = settings.between.as_ref().map(Hours::described);
    let time = settings.max_duration.map(span);
    let errors = (settings.max_errors > 0)
        .then(|| counted(settings.max_errors, "failed call", "failed calls"));
    let all: Vec<String> = [rate, hours, time, errors].into_iter().flatten().collect();
    (!all.is_empty()).then(|| format!("Limits: {}", all.join(" · ")))
}

/// Passes events on, and counts what fails for good.
#[derive(Debug)]
pub(super) struct Rules {
    inner: Arc<dyn Monitor>,
    /// 0 is no limit.
    most: u64,
    failed: AtomicU64,
    learnt: Mutex<BTreeMap<String, Learnt>>,
    stop: Stop,
}

impl Rules {
    pub(super) fn over(inner: Arc<dyn Monitor>, most: u64, stop: Stop) -> Self {
        Self { inner, most, failed: AtomicU64::default(), learnt: Mutex::default(), stop }
    }

    /// Says what was learnt of limits, a sentence each.
    pub(super) fn learnt(&self) -> Vec<String> {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.values().map(words::learnt).collect()
    }
}

impl Monitor for Rules {
    fn observe(&self, event: &Event) {
        self.inner.observe(event);
        if let Some(learnt) = as_learnt(event) {
            let mut all = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(learnt.what.clone(), learnt);
        }
        let failed = matches!(
            event,
            Event::StepWedged { .. } | Event::StepUnsettled { .. } | Event::LaneBlocked { .. }
        );
        if failed && self.failed.fetch_add(1, Relaxed) + 1 == self.most {
            self.stop.by_rule(Why::Errors(self.most));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::StepKind;
    use crate::event::Silent;
    use crate::settings::Layers;

    #[test]
    fn only_what_failed_for_good_counts() {
        let stop = Stop::default();
        let rules = Rules::over(Arc::new(Silent), 2, stop.clone());
        let (lane, kind) = (1, StepKind::Post);
        let wedged = Event::StepWedged { lane, kind, reason: "refused".to_owned() };
        rules.observe(&wedged);
        rules.observe(&Event::StepParked { lane, kind });
        rules.observe(&Event::Throttled { what: "posts", wait: Duration::from_secs(1) });
        assert_eq!(stop.why(), None);
        rules.observe(&Event::StepUnsettled { lane, kind });
        assert_eq!(stop.why(), Some(Why::Errors(2)));
    }

    #[test]
    fn the_rules_are_said_in_one_line() {
        assert_eq!(says(&Settings::default()), None);
        let flags = [
            ("max_rate", "50%"),
            ("between", "19:00-07:00 Europe/Berlin"),
            ("max_duration", "150m"),
            ("max_errors", "10"),
        ];
        let flags = flags.map(|(key, text)| (key, text.to_owned())).to_vec();
        let settings = Settings::resolve(&Layers { flags, ..Layers::default() }).expect("valid");
        assert_eq!(
            says(&settings).as_deref(),
            Some(
                "Limits: 50% of the project's quotas · 19:00-07:00 Europe/Berlin · 2 h 30 min · 10 failed calls"
            )
        );
    }
}
