//! Where a migration stands against what was planned, for `status`.

use super::course::{Kept, before_edge, end};
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
    /// When it ends, at the earliest.
    ends: Option<Micros>,
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
    let hours = settings.between.as_ref();
    let planned = kept.as_ref().and_then(|kept| kept.end(hours));
    let heard = kept.and_then(|kept| kept.heard).filter(|heard| now < heard.until);
    // A run that was killed said nothing at its end.
    let heard = heard.filter(|_| work.is_held());
    if let Some(heard) = heard {
        let left = heard.ends.map(|ends| ends.saturating_sub(now).max(0).unsigned_abs());
        let left = left.map(Duration::from_micros);
        return Some(Standing { now, under_way: true, left, ends: heard.ends, planned });
    }
    let left = until_sent(&before_edge(lanes), &means);
    let ends = Some(end(hours, now, left));
    (!left.is_zero()).then_some(Standing { now, under_way: false, left: Some(left), ends, planned })
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
                let ends = self.ends.map(|at| moment(at, self.now)).unwrap_or_default();
                let planned = planned.map(|at| format!(", planned {at}")).unwrap_or_default();
                format!("Sending ends {ends} UTC (in {}){planned}{}.", span(left), self.late())
            }
            (false, Some(left), None) => format!("Sending takes {} once it begins.", span(left)),
            (false, left, planned) => format!(
                "No run is under way. Sending takes another {}; it was planned to end {} UTC{}.",
                span(left.unwrap_or_default()),
                planned.unwrap_or_default(),
                self.late()
            ),
        }
    }

    /// Returns it as an object.
    pub(in crate::cli) fn json(&self) -> Value {
        object!({
            "under_way": self.under_way,
            "seconds_left": self.left.map(|left| left.as_secs()),
            "ends": self.ends.filter(|_| self.under_way).map(rfc3339),
            "planned_end": self.planned.map(rfc3339),
            "seconds_late": self.ends.zip(self.planned).map(|(ends, planned)| {
                (ends - planned).div_euclid(1_000_000)
            }),
        })
    }

    fn late(&self) -> String {
        let Some((ends, planned)) = self.ends.zip(self.planned) else { return String::new() };
        let late = ends - planned;
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
        let ends = left.map(|left| end(None, NOW, left));
        let planned = planned.map(|at| NOW + at * HOUR);
        Standing { now: NOW, under_way, left, ends, planned }.text()
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
        let ends = Some(NOW + 4 * HOUR);
        let standing =
            Standing { now: NOW, under_way: true, left, ends, planned: Some(NOW + HOUR) };
        let json = standing.json();
        assert_eq!(
            (&json["seconds_left"], &json["seconds_late"]),
            (&14_400.into(), &10_800.into())
        );
        assert_eq!(Standing { left: None, ends: None, ..standing }.json()["ends"], Value::Null);
    }
}
