//! When a run ends, as it was last foreseen, and when it was planned to.

use crate::cli::words::moment;
use crate::ids::Micros;
use std::time::Duration;

/// The last forecast of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Ends {
    /// The wall clock's time when it is looked at.
    pub(in crate::cli) now: Micros,
    /// When it ends; none where it hardly moves.
    pub(in crate::cli) at: Option<Micros>,
    /// When it was planned to end.
    pub(in crate::cli) planned: Option<Micros>,
}

impl Ends {
    /// Returns how long it is until then.
    pub(in crate::cli) fn left(&self) -> Option<Duration> {
        let left = self.at?.saturating_sub(self.now).max(0);
        Some(Duration::from_micros(left.unsigned_abs()))
    }

    /// Returns it in words: `ends Thu 14:20 UTC, planned Wed 22:00`.
    pub(in crate::cli) fn words(&self) -> String {
        let Some(at) = self.at else { return "hardly moves: no end in sight".to_owned() };
        let planned = self.planned.map(|at| format!(", planned {}", moment(at, self.now)));
        format!("ends {} UTC{}", moment(at, self.now), planned.unwrap_or_default())
    }
}
