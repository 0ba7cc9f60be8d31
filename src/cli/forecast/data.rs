//! The forecast as data: one object for machines, and a row for each space for spreadsheets.

use super::{Prospect, window};
use crate::cli::write_sheet;
use crate::forecast::{Fit, LATENCY, Space, Stage, ratio};
use crate::ids::rfc3339;
use serde_json::{Map, Value, json as object};
use std::time::Duration;

/// The columns of the table of spaces.
const COLUMNS: [&str; 10] = [
    "space",
    "slack_id",
    "posts",
    "reactions",
    "made_after_hours",
    "sent_after_hours",
    "open_after_hours",
    "days_in_import_mode",
    "days_until_sent",
    "fits_90_days",
];

/// Returns the forecast as one object.
pub(super) fn json(prospect: &Prospect) -> Value {
    let forecast = &prospect.forecast;
    let settings = &prospect.settings;
    let (takes, least) = (forecast.total(), forecast.bound());
    let stages: Vec<Value> = forecast.stages().map(|(name, one)| stage(name, one)).collect();
    let held_up = forecast.stages().max_by_key(|(_, stage)| stage.takes);
    object!({
        "event": "forecast_of_plan",
        "quotas": {
            "pace": settings.pace.unwrap_or(crate::settings::Pace::REAL).to_string(),
            "headroom": settings.headroom,
            "lanes": settings.lanes,
            "window": settings.window,
            "members_per_minute": settings.members_per_minute,
            "latency_ms": LATENCY.as_millis() as u64,
            "between": settings.between.as_ref().map(ToString::to_string),
        },
        "predicted_seconds": seconds(takes),
        "bound_seconds": seconds(least),
        "ratio": thousandths(ratio(takes, least)),
        "bottleneck": held_up.map(|(_, stage)| &stage.bound.bottleneck),
        "critical_space": forecast.critical.as_ref().map(|(name, way)| {
            object!({"name": name, "seconds": seconds(*way)})
        }),
        "stages": stages,
        "policies": prospect.ways.iter().map(|(way, time)| object!({
            "setting": way.setting,
            "values": way.values,
            "predicted_seconds": seconds(*time),
            "saves_seconds": thousandths(takes.as_secs_f64() - time.as_secs_f64()),
        })).collect::<Vec<_>>(),
        "window": ninety_days(prospect),
        "warnings": window::warnings(prospect),
    })
}

fn stage(name: &str, stage: &Stage) -> Value {
    object!({
        "stage": name,
        "predicted_seconds": seconds(stage.takes),
        "bound_seconds": seconds(stage.bound.total),
        "ratio": thousandths(stage.ratio()),
        "bottleneck": stage.bound.bottleneck,
        "spaces_at_once": stage.at_once,
    })
}

/// How many spaces fit how, and which of them don't.
fn ninety_days(prospect: &Prospect) -> Value {
    let spaces = &prospect.forecast.spaces;
    let count = |fit| spaces.iter().filter(|space| space.fit() == fit).count();
    let sums: Map<String, Value> =
        Fit::ALL.iter().map(|fit| (fit.as_str().to_owned(), count(*fit).into())).collect();
    let longest = spaces.iter().map(Space::in_import).max().unwrap_or_default();
    let bad = spaces.iter().enumerate().filter(|(_, space)| space.fit() != Fit::InTime);
    let bad = bad.take(super::NAMED).map(|(place, space)| {
        let split = prospect.splits.get(&place).map(Vec::as_slice).unwrap_or_default();
        object!({
            "name": space.owed.name,
            "conversation": prospect.conversations[place],
            "fits": space.fit().as_str(),
            "days_in_import_mode": window::used(space.in_import()),
            "days_until_sent": window::used(space.until_sent()),
            "split_at": split.iter().map(|at| rfc3339(*at)).collect::<Vec<_>>(),
        })
    });
    object!({
        "days": 90,
        "spaces": sums,
        "longest_days_in_import_mode": window::used(longest),
        "not_in_time": bad.collect::<Vec<_>>(),
    })
}

/// Returns the table of spaces as CSV.
pub(super) fn rows(prospect: &Prospect) -> anyhow::Result<String> {
    let spaces = prospect.forecast.spaces.iter().zip(&prospect.conversations);
    let rows: Vec<[String; 10]> = spaces.map(|(space, slack)| row(space, slack)).collect();
    Ok(String::from_utf8(write_sheet(&COLUMNS, rows.iter().map(<[String; 10]>::as_slice))?)?)
}

fn row(space: &Space, slack: &str) -> [String; 10] {
    let hours = |time: Option<Duration>| {
        time.map(|time| format!("{:.2}", time.as_secs_f64() / 3600.0)).unwrap_or_default()
    };
    let load = &space.owed.load;
    [
        space.owed.name.clone(),
        slack.to_owned(),
        load.posts.to_string(),
        load.reactions.to_string(),
        hours(space.sending.filter(|_| space.owed.age.is_none()).map(|span| span.from)),
        hours(space.linking.or(space.sending).map(|span| span.to)),
        hours(space.opening.map(|span| span.to)),
        format!("{:.1}", window::used(space.in_import())),
        format!("{:.1}", window::used(space.until_sent())),
        space.fit().as_str().to_owned(),
    ]
}

fn seconds(time: Duration) -> f64 {
    thousandths(time.as_secs_f64())
}

fn thousandths(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::forecast::made_up::prospect;
    use crate::pace::Quotas;

    #[test]
    fn the_data_say_what_the_table_says() {
        let spaces = [("general", 6_000, 900, 0), ("=cmd()", 800, 40, 12)];
        let prospect = prospect(&spaces, Quotas::google());
        insta::assert_snapshot!(serde_json::to_string_pretty(&json(&prospect)).expect("JSON"));
        let rows = rows(&prospect).expect("a table");
        assert!(rows.contains("\n'=cmd(),C1,800,40,"), "no cell is a formula: {rows}");
    }

    #[test]
    fn b20_what_is_too_large_is_named_with_the_times_to_part_it() {
        let spaces = [("general", 8_640, 0, 0), ("random", 50, 9, 0)];
        let json = json(&prospect(&spaces, Quotas::google().scaled(0.0001)));
        assert_eq!(json["window"]["spaces"]["too_large"], 1);
        let bad = &json["window"]["not_in_time"][0];
        assert_eq!((&bad["name"], &bad["fits"]), (&"general".into(), &"too_large".into()));
        assert_eq!(bad["split_at"][0], "2020-09-13T12:26:40.000000Z");
    }
}
