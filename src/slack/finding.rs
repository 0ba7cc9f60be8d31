//! What is odd about an archive: worth saying, no reason to stop.

use serde::Serialize;
use std::collections::BTreeMap;

/// How many findings of one code are kept one by one; the rest is only counted.
const KEPT: u64 = 20;

/// One oddity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable code: `missing_lists`, `unlisted_folder`, `lone_surrogate`.
    pub code: &'static str,
    /// Where: an entry, folder or name, as the archive spells it. Hostile text.
    pub place: String,
    /// One plain sentence; names inside are quoted and escaped.
    pub text: String,
}

impl Finding {
    pub(super) fn new(code: &'static str, place: &str, text: impl Into<String>) -> Self {
        Self { code, place: place.to_owned(), text: text.into() }
    }
}

/// Collects findings, a bounded number of each code.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<&'static str, u64>,
}

impl Findings {
    pub(super) fn add(&mut self, code: &'static str, place: &str, text: impl Into<String>) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= KEPT {
            self.kept.push(Finding::new(code, place, text));
        }
    }

    /// Returns them, with a line for what was only counted.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        for (code, count) in self.counts {
            if count > KEPT {
                let text = format!("{} more of these are not listed", count - KEPT);
                self.kept.push(Finding::new(code, "", text));
            }
        }
        self.kept
    }
}
