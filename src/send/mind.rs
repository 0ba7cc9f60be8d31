//! What a run minds beside its calls: that nothing has succeeded for long, and that Google's
//! days of import mode run out while work is left.

use super::Run;
use super::verdict::IMPORT_WINDOW;
use crate::event::Event;
use crate::ids::Micros;
use crate::ledger::{self, Lane, LaneState};
use crate::pace;
use std::time::Duration;

/// Between two looks.
const EVERY: Duration = Duration::from_mins(1);
/// Without any success for so long, whoever watches is told.
const STALLED: Duration = Duration::from_mins(15);
/// Shares of the import window that are worth a word, in percent.
const SHARES: [u8; 2] = [50, 80];
/// Deadlines move slowly: they are looked at once in so many looks.
const LOOKS: u32 = 60;

/// Minds until dropped.
pub(super) async fn mind(run: &Run) {
    let (mut told, mut said) = ([false; SHARES.len()], false);
    for look in 0.. {
        if look % LOOKS == 0 {
            windows(run, &mut told).await;
        }
        run.clock.sleep(EVERY).await;
        learnt(run).await;
        if run.rests() {
            // Whoever rests by the admin's will is not stalled, nor just afterwards.
            run.health.rested(run.clock.mono());
        }
        let (lasting, throttled) = run.health.stalled(run.clock.mono());
        let stalled = lasting >= STALLED && run.health.is_fine();
        if stalled && !said {
            tracing::warn!(throttled, "nothing has succeeded for long");
            run.monitor.observe(&Event::Stalled { lasting, throttled });
        }
        said = stalled;
    }
}

/// Tells what was learnt of limits, and writes it down for whoever looks from outside.
pub(super) async fn learnt(run: &Run) {
    let all = run.pacer.learnt();
    let learnt = |one: &pace::Learnt| ledger::Learnt {
        what: one.what.to_owned(),
        per_minute: one.per_minute.round() as u64,
        documented: one.documented.round() as u64,
        whole: one.whole,
        refusals: one.refusals,
        slow: one.slow,
    };
    for (what, one) in all.iter().map(|one| (one.what, learnt(one))) {
        let ledger::Learnt { per_minute, documented, whole, refusals, slow, .. } = one;
        run.monitor.observe(&Event::Learnt { what, per_minute, documented, whole, refusals, slow });
    }
    let (rows, now) = (all.iter().map(learnt).collect::<Vec<_>>(), run.clock.wall());
    if !rows.is_empty()
        && let Err(error) = run.writer.run(move |ledger| ledger.note_learnt(&rows, now)).await
    {
        // Nothing depends on it: a full disk is told of by whoever needs it.
        tracing::warn!(%error, "what was learnt is not written down");
    }
}

/// Tells of each share once in a run.
async fn windows(run: &Run, told: &mut [bool; SHARES.len()]) {
    // A ledger that can't be read is told of by whoever needs it.
    let Ok(lanes) = run.writer.run(|ledger| ledger.lanes()).await else { return };
    let now = run.clock.wall();
    for place in (0..SHARES.len()).rev().filter(|place| !told[*place]) {
        let Some(event) = short(&lanes, now, SHARES[place]) else { continue };
        // Whoever hears of the larger share needs no word of the smaller.
        told[..=place].fill(true);
        tracing::warn!(?event, "the import window");
        run.monitor.observe(&event);
        return;
    }
}

/// Returns what there is to say of lanes that have used up a share of their window.
fn short(lanes: &[Lane], now: Micros, percent: u8) -> Option<Event> {
    let left = IMPORT_WINDOW / 100 * Micros::from(100 - percent);
    let is_short = |lane: &&Lane| {
        lane.state < LaneState::Completed
            && lane.blocked.is_none()
            && lane.expires.is_some_and(|end| end - now <= left)
    };
    let count = lanes.iter().filter(is_short).count() as u64;
    let first = lanes.iter().filter(is_short).min_by_key(|lane| lane.expires)?;
    let days_left = (first.expires.unwrap_or(now) - now).div_euclid(86_400_000_000);
    Some(Event::WindowShort { percent, lanes: count, name: first.name.clone(), days_left })
}
