//! What a rehearsal's bad day was like, and what can be said of its end.

use super::args::RehearseArgs;
use super::words::{count, counted};
use crate::emulator::{Emulator, Profile};
use std::collections::BTreeMap;

/// A bad day, afterwards.
#[derive(Debug)]
pub(super) struct Weather {
    profile: Profile,
    seed: u64,
    struck: BTreeMap<&'static str, u64>,
    requests: u64,
    /// Every space was read back, and was as planned.
    as_planned: bool,
    /// What the emulator's own audit found.
    findings: usize,
}

impl Weather {
    /// Looks back; nothing where no chaos was asked for.
    pub(super) fn look(args: &RehearseArgs, emulator: &Emulator, as_planned: bool) -> Option<Self> {
        let profile = args.chaos.chaos?;
        Some(Self {
            profile,
            seed: args.chaos.seed,
            struck: emulator.chaos_counts(),
            requests: emulator.stats().total(),
            as_planned,
            findings: emulator.audit().len(),
        })
    }

    fn strikes(&self) -> u64 {
        self.struck.values().sum()
    }

    /// Says it in plain words, and no more than was looked at.
    pub(super) fn text(&self) -> String {
        let kinds: Vec<_> =
            self.struck.iter().map(|(kind, times)| format!("{} {kind}", count(*times))).collect();
        let end = match (self.as_planned, self.findings) {
            (true, 0) => "Every space was read back and is as planned, and the emulator's audit found nothing.".to_owned(),
            (false, _) => "Not every space could be read back as planned: see above.".to_owned(),
            (true, findings) => {
                format!("The emulator's audit found {}.", counted(findings as u64, "fault", "faults"))
            }
        };
        format!(
            "Chaos ({}, seed {}) struck {} of {} requests: {}. {end}\n",
            self.profile,
            self.seed,
            count(self.strikes()),
            count(self.requests),
            if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") },
        )
    }

    /// Says it for machines.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "event": "chaos",
            "profile": self.profile.to_string(),
            "seed": self.seed,
            "struck": self.struck,
            "strikes": self.strikes(),
            "requests": self.requests,
            "as_planned": self.as_planned,
            "audit_findings": self.findings,
        })
    }
}
