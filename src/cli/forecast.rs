//! The forecast as people see it: what `plan` tells beforehand, in the terminal, as data and as a
//! picture, and how a run fares against it.

mod chart;
mod course;
mod data;
mod gather;
mod page;
mod standing;
mod table;
mod window;

pub(super) use course::follow;
pub(super) use standing::standing;

use super::closing::keep;
use super::session::Session;
use super::words::{moment, wrap};
use super::{display_safe, json_line, print};
use crate::forecast::{Fit, Forecast, look};
use crate::ids::Micros;
use crate::ledger::{Lane, Ledger};
use crate::pace::Load;
use crate::settings::Settings;
use gather::Way;
use std::collections::BTreeMap;
use std::time::Duration;

/// Its names in the work folder, but for the ending.
const NAME: &str = "reports/forecast";
/// So many spaces that do not fit are looked at closely.
const NAMED: usize = 20;

/// All that is foreseen of a migration.
#[derive(Debug)]
pub(super) struct Prospect {
    /// What is migrated.
    name: String,
    settings: Settings,
    forecast: Forecast,
    /// Slack's ids, in the order of the forecast's spaces.
    conversations: Vec<String>,
    /// Other ways, and how long all would take.
    ways: Vec<(Way, Duration)>,
    /// Times at which the history of a space that is too large could be parted, by its place.
    splits: BTreeMap<usize, Vec<Micros>>,
}

impl Prospect {
    /// Looks ahead; none where no quota is kept, or nothing is owed.
    fn of(ledger: &Ledger, settings: &Settings, now: Micros) -> anyhow::Result<Option<Self>> {
        let Some(means) = gather::means(settings) else { return Ok(None) };
        let lanes = gather::due(ledger.lanes()?);
        if lanes.is_empty() {
            return Ok(None);
        }
        let owner = ledger.owner()?;
        let newest = owner.as_ref().map(|owner| owner.newest).unwrap_or_default();
        let ways = gather::ways(ledger, &lanes, settings, newest)?;
        let loads: Vec<Vec<Load>> = ways.iter().map(|way| way.loads.clone()).collect();
        let (forecast, times) = look(&gather::owed(&lanes, now), &loads, &means);
        Ok(Some(Self {
            name: owner.map(|owner| owner.name).unwrap_or_default(),
            settings: settings.clone(),
            splits: splits(ledger, &lanes, &forecast)?,
            forecast,
            conversations: lanes.iter().map(|lane| lane.slack.to_string()).collect(),
            ways: ways.into_iter().zip(times).collect(),
        }))
    }
}

/// Finds where spaces that are too large could be parted.
fn splits(
    ledger: &Ledger,
    lanes: &[Lane],
    forecast: &Forecast,
) -> anyhow::Result<BTreeMap<usize, Vec<Micros>>> {
    let spaces = forecast.spaces.iter().zip(lanes).enumerate();
    let large = spaces.filter(|(_, (space, _))| space.fit() == Fit::TooLarge).take(NAMED);
    large
        .map(|(place, (space, lane))| {
            Ok((place, ledger.parting(lane.conversation, space.parts())?))
        })
        .collect()
}

/// Simulates what is planned, keeps what comes out as files, and returns the lines to print.
pub(super) fn plan(session: &Session<'_>, ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    let now = session.clock.wall();
    let Some(prospect) = Prospect::of(ledger, session.settings(), now)? else {
        return Ok(Vec::new());
    };
    let work = &session.opened.work;
    let (data, mut lines) = (data::json(&prospect), table::lines(&prospect));
    keep(work, &format!("{NAME}.json"), &(json_line(&data) + "\n"));
    keep(work, &format!("{NAME}.csv"), &data::rows(&prospect)?);
    keep(work, &format!("{NAME}.html"), &page::page(&prospect));
    course::planned(work, &ledger.lanes()?, prospect.forecast.until_sent());
    lines.extend(in_hours(session.settings(), now, prospect.forecast.total()));
    if session.json() {
        session.watch.end();
        print(&(json_line(&data) + "\n"))?;
        return Ok(Vec::new());
    }
    let file =
        |ending: &str| display_safe(&work.path(&format!("{NAME}.{ending}")).display().to_string());
    lines.push(format!("As a picture:    {}", file("html")));
    lines.push(format!("Space by space:  {}", file("csv")));
    Ok(lines)
}

/// Says when all of it ends that is worked on in some hours only.
fn in_hours(settings: &Settings, now: Micros, takes: Duration) -> Vec<String> {
    let Some(hours) = &settings.between else { return Vec::new() };
    let ends = moment(hours.end(now, takes), now);
    let text = format!(
        "Calls are begun at {} only: begun now, all of it ends {ends} UTC. The days in import mode count the rest too.",
        hours.described()
    );
    wrap(&text, 80, "")
}

/// Prospects made up for tests.
#[cfg(test)]
mod made_up {
    use super::*;
    use crate::forecast::{Means, Owed};
    use crate::pace::Quotas;

    /// Returns what is foreseen of these spaces: name, posts, reactions, patches.
    pub(super) fn prospect(spaces: &[(&str, u64, u64, u64)], quotas: Quotas) -> Prospect {
        let owed = |(name, posts, reactions, patches): &(&str, u64, u64, u64)| Owed {
            name: (*name).to_owned(),
            load: Load {
                spaces: 1,
                past_members: 12,
                posts: *posts,
                reactions: *reactions,
                patches: *patches,
                completions: 1,
                members: 10,
                ..Load::default()
            },
            age: None,
        };
        let owed: Vec<Owed> = spaces.iter().map(owed).collect();
        let without = owed.iter().map(|one| Load { reactions: 0, ..one.load }).collect();
        let way = Way { setting: "reactions", values: vec!["footnote", "skip"], loads: without };
        let means = Means::new(quotas, quotas, (64, 8), 16);
        let (forecast, times) = look(&owed, std::slice::from_ref(&way.loads), &means);
        let large = forecast.spaces.iter().enumerate();
        let large = large.filter(|(_, space)| space.fit() == Fit::TooLarge);
        Prospect {
            name: "acme <1>".to_owned(),
            settings: Settings::default(),
            conversations: (0..owed.len()).map(|n| format!("C{n}")).collect(),
            ways: vec![(way, times[0])],
            splits: large.map(|(place, _)| (place, vec![1_600_000_000_000_000])).collect(),
            forecast,
        }
    }
}
