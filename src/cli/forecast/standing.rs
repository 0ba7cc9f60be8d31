//! Where a migration stands against what was planned, for `status`.

use super::course::{Kept, before_edge, micros};
use super::gather::means;
use crate::cli::words::{moment, span};
use crate::forecast::until_sent;
use crate::ids::{Micros, rfc3339};
use crate::ledger::Lane;
use crate::settings::{Settings, WorkFolder};
use serde_json::{Value, json as object};
use std::time::Duration;

/// A difference of less is none.
const SAME: Micros = 5 * 60 * 1_000_000;

/// What is known of the end of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Standing {
    now: Micros,
    /// A run is under way.
    under_way: bool,
    /// How much is left; none where a run hardly moves.
    left: Option<Duration>,
    /// When it was to end; none where no run was begun yet.
    planned: Option<Micros>,
}

/// Returns what is known; none where nothing is left to send, or no quota is kept. Under way, it is
/// what the run itself says; else what is owed is simulated.
pub(in crate::cli) fn standing(
    work: &WorkFolder,
    settings: &Settings,
    lanes: &[Lane],
    now: Micros,
) -> Option<Standing> {
    let means = means(settings)?;
    let kept = Kept::read(work);
    let planned = kept.as_ref().and_then(Kept::end);
    let heard = kept.and_then(|kept| kept.heard).filter(|heard| now < heard.until);
    // A run that was killed said nothing at its end.
    let heard = heard.filter(|_| work.is_held());
    if let Some(heard) = heard {
        let left = heard.ends.map(|ends| ends.saturating_sub(now).max(0).unsigned_abs());
        let left = left.map(Duration::from_micros);
        return Some(Standing { now, under_way: true, left, planned });
    }
    let left = until_sent(&before_edge(lanes), &means);
    (!left.is_zero()).then_some(Standing { now, under_way: false, left: Some(left), planned })
}

impl Standing {
    /// Returns it in a sentence or two.
    pub(in crate::cli) fn text(&self) -> String {
        let planned = self.planned.map(|at| moment(at, self.now));
        match (self.under_way, self.left, planned) {
            (true, None, _) => {
                "A run is under way, and hardly moves: when it ends can't be told.".to_owned()
            }
            (true, Some(left), planned) => {
                let ends = moment(self.ends(left), self.now);
                let planned = planned.map(|at| format!(", planned {at}")).unwrap_or_default();
                format!("Sending ends {ends} UTC (in {}){planned}{}.", span(left), self.late(left))
            }
            (false, Some(left), None) => format!("Sending takes {} once it begins.", span(left)),
            (false, left, planned) => format!(
                "No run is under way. Sending takes another {}; it was planned to end {} UTC{}.",
                span(left.unwrap_or_default()),
                planned.unwrap_or_default(),
                left.map(|left| self.late(left)).unwrap_or_default()
            ),
        }
    }

    /// Returns it as an object.
    pub(in crate::cli) fn json(&self) -> Value {
        object!({
            "under_way": self.under_way,
            "seconds_left": self.left.map(|left| left.as_secs()),
            "ends": self.left.filter(|_| self.under_way).map(|left| rfc3339(self.ends(left))),
            "planned_end": self.planned.map(rfc3339),
            "seconds_late": self.left.zip(self.planned).map(|(left, planned)| {
                (self.ends(left) - planned).div_euclid(1_000_000)
            }),
        })
    }

    /// When it ends, at the earliest.
    fn ends(&self, left: Duration) -> Micros {
        self.now.saturating_add(micros(left))
    }

    fn late(&self, left: Duration) -> String {
        let Some(planned) = self.planned else { return String::new() };
        let late = self.ends(left) - planned;
        let by = span(Duration::from_micros(late.unsigned_abs()));
        match late {
            late if late > SAME => format!(": {by} behind"),
            late if late < -SAME => format!(": {by} ahead"),
            _ => ": on time".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thursday, 26 November 2026, 11:20 UTC.
    const NOW: Micros = 1_795_692_000_000_000;
    const HOUR: Micros = 3_600_000_000;

    fn told(under_way: bool, left: Option<u64>, planned: Option<Micros>) -> String {
        let left = left.map(Duration::from_hours);
        Standing { now: NOW, under_way, left, planned: planned.map(|at| NOW + at * HOUR) }.text()
    }

    #[test]
    fn a_run_says_when_it_ends_and_how_that_is_against_the_plan() {
        let all = [
            told(true, Some(51), Some(35)),
            told(true, Some(3), Some(3)),
            told(true, Some(3), Some(400)),
            told(true, None, Some(3)),
            told(false, Some(51), None),
            told(false, Some(3), Some(-2)),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn the_data_say_how_late_it_is() {
        let left = Some(Duration::from_hours(4));
        let standing = Standing { now: NOW, under_way: true, left, planned: Some(NOW + HOUR) };
        let json = standing.json();
        assert_eq!(
            (&json["seconds_left"], &json["seconds_late"]),
            (&14_400.into(), &10_800.into())
        );
        assert_eq!(Standing { left: None, ..standing }.json()["ends"], Value::Null);
    }
}
