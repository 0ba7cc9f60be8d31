//! What a forecast is made of: what the ledger owes, what the settings allow, and what other
//! settings would change.

use crate::cli::pacing::pacing;
use crate::forecast::{Means, Owed, WINDOW};
use crate::ids::Micros;
use crate::ledger::{Lane, Ledger, Older};
use crate::pace::Load;
use crate::send::{WITHOUT_QUOTAS, rest};
use crate::settings::{Hours, Reactions, Settings};
use std::time::Duration;

/// Histories so long, in years, are compared with the whole.
const YEARS: [i64; 3] = [5, 2, 1];
/// What the last years are called, in the same order.
const LAST: [&str; 3] = ["5 years", "2 years", "year"];
const YEAR: Micros = 31_557_600_000_000;

/// Another way to migrate.
#[derive(Debug)]
pub(super) struct Way {
    /// The setting that would be another one; `history` is none.
    pub(super) setting: &'static str,
    /// What it would be: each of these comes to the same.
    pub(super) values: Vec<&'static str>,
    /// What each space would owe.
    pub(super) loads: Vec<Load>,
}

/// Returns how a run is made by the settings; none where it keeps no quota.
pub(super) fn means(settings: &Settings) -> Option<Means> {
    let (quotas, opening) = (pacing(settings, "run").0?, pacing(settings, "complete").0?);
    let means = Means::new(quotas, opening, (settings.lanes, WITHOUT_QUOTAS), settings.window);
    let stretch = settings.between.as_ref().map_or(1.0, Hours::stretch);
    Some(Means { stretch, ..means })
}

/// Keeps the lanes that owe anything and can pay.
pub(super) fn due(lanes: Vec<Lane>) -> Vec<Lane> {
    let owes = |lane: &Lane| lane.blocked.is_none() && rest(lane) != Load::default();
    lanes.into_iter().filter(owes).collect()
}

/// Returns what each lane owes, and since when its 90 days count.
pub(super) fn owed(lanes: &[Lane], now: Micros) -> Vec<Owed> {
    let age = |lane: &Lane| {
        let left = lane.expires?.saturating_sub(now).max(0);
        Some(WINDOW.saturating_sub(Duration::from_micros(left.unsigned_abs())))
    };
    lanes
        .iter()
        .map(|lane| Owed { name: lane.name.clone(), load: rest(lane), age: age(lane) })
        .collect()
}

/// Returns the other ways that would change anything.
pub(super) fn ways(
    ledger: &Ledger,
    lanes: &[Lane],
    settings: &Settings,
    newest: Micros,
) -> anyhow::Result<Vec<Way>> {
    let now: Vec<Load> = lanes.iter().map(rest).collect();
    let older = ledger.older(YEARS.map(|years| newest - years * YEAR))?;
    let older = |lane: &Lane| older.get(&lane.conversation).copied().unwrap_or_default();
    let older: Vec<Older> = lanes.iter().map(older).collect();
    let each = |change: &dyn Fn(Load, &Older) -> Load| -> Vec<Load> {
        now.iter().zip(&older).map(|(load, older)| change(*load, older)).collect()
    };
    let mut ways = vec![match settings.reactions {
        Reactions::Native => Way {
            setting: "reactions",
            values: vec!["footnote", "skip"],
            loads: each(&|load, _| Load { reactions: 0, ..load }),
        },
        _ => Way {
            setting: "reactions",
            values: vec!["native"],
            loads: each(&|load, older| Load { reactions: older.reactions, ..load }),
        },
    }];
    ways.push(Way {
        setting: "links",
        values: vec!["keep"],
        loads: each(&|load, _| Load { patches: 0, ..load }),
    });
    ways.extend((0..YEARS.len()).map(|which| Way {
        setting: "history",
        values: vec![LAST[which]],
        loads: each(&|load, older| without(load, older, which)),
    }));
    ways.retain(|way| way.loads != now);
    Ok(ways)
}

/// What a space owes without what is older.
fn without(load: Load, older: &Older, which: usize) -> Load {
    let old = older.calls[which];
    Load {
        posts: load.posts.saturating_sub(old.posts),
        reactions: load.reactions.saturating_sub(old.reactions),
        ..load
    }
}
