//! A retry under way: members into what is owed, spaces deleted, conversations planned anew. Each
//! is durable by itself, and the same command goes on after any stop.

use super::prospect::{Prospect, Way};
use crate::cli::reconciled::{reconcile, start_over_again};
use crate::cli::session::{Session, fatal, name};
use crate::cli::{archives, connection};
use crate::ids::Micros;
use crate::ledger::Ledger;
use crate::plan::{Bench, Offline};
use crate::send::{self, Ended, Run, Undone};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So far this clock may be ahead of Google's where something has to be past, in microseconds.
const MINUTE: Micros = 60_000_000;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Came {
    /// Memberships that are owed now, in spaces in import mode and in open ones.
    pub(super) joined: (u64, u64),
    /// What became of the spaces that were to be deleted.
    pub(super) undone: Undone,
    /// Conversations that were planned anew.
    pub(super) planned: u64,
    /// It was asked to stop.
    pub(super) stopped: bool,
}

pub(super) async fn act(
    session: &Session<'_>,
    mut ledger: Ledger,
    offline: &Offline,
    prospect: &Prospect,
) -> anyhow::Result<Came> {
    let mut came = Came::default();
    let meant: BTreeSet<i64> = prospect.going(Way::Rebuild).map(|late| late.lane.id).collect();
    came.joined = take(session, &mut ledger, offline, prospect, &meant)?;
    if !meant.is_empty() {
        (came.stopped, came.undone) = delete(session, ledger, meant).await?;
        ledger = session.ledger()?;
    }
    if !came.stopped {
        came.planned = tokio::task::block_in_place(|| plan(session, &mut ledger))?;
        came.stopped = session.stop.asked();
    }
    Ok(came)
}

/// Writes down who is added and what is to be deleted, as one: from here on it was agreed to.
fn take(
    session: &Session<'_>,
    ledger: &mut Ledger,
    offline: &Offline,
    prospect: &Prospect,
    rebuild: &BTreeSet<i64>,
) -> anyhow::Result<(u64, u64)> {
    let admin = connection::admin(session.settings())?;
    let latest = session.clock.wall() - MINUTE;
    let (mut late, mut joined) = (Vec::new(), (0, 0));
    let open: BTreeSet<i64> = prospect.going(Way::Open).map(|late| late.lane.id).collect();
    for one in prospect.joined() {
        let people = offline.freeze_late(ledger, one, (&admin, latest))?;
        let added = people.iter().filter(|one| one.completes || !one.calls.is_empty()).count();
        let sum = if open.contains(&one.lane.id) { &mut joined.1 } else { &mut joined.0 };
        *sum += added as u64;
        late.push((one.lane.id, people));
    }
    let rebuild: Vec<i64> = rebuild.iter().copied().collect();
    ledger.take_late(&late, &rebuild)?;
    Ok(joined)
}

/// Deletes the spaces; tells whether it was stopped.
async fn delete(
    session: &Session<'_>,
    mut ledger: Ledger,
    meant: BTreeSet<i64>,
) -> anyhow::Result<(bool, Undone)> {
    let name = name(session.settings(), &ledger, None)?;
    let connection = session.connect(&mut ledger, name).await?;
    let run = Arc::new(session.run(connection, ledger, None)?);
    if !reconcile(session, &run).await? {
        return Ok((true, Undone::default()));
    }
    // What `spaces.jsonl` knew to be deleted is nobody's to delete now.
    let still = run.writer.run(|ledger| ledger.to_rebuild()).await?;
    let wave = Arc::new(meant.intersection(&still).copied().collect());
    let mut ahead = send::ahead(&run, Some(&wave)).await.map_err(fatal)?;
    ahead.doomed.retain(|one| one.lane.is_some());
    let writer = run.writer.clone();
    let work = send::undo(Arc::<Run>::clone(&run), ahead.doomed);
    match session.until_end(writer, work).await {
        None => Ok((true, Undone::default())),
        Some(undone) => {
            let (ended, undone) = undone.map_err(fatal)?;
            Ok((ended == Ended::Stopped, undone))
        }
    }
}

/// Plans what is not begun, with who is who now.
fn plan(session: &Session<'_>, ledger: &mut Ledger) -> anyhow::Result<u64> {
    start_over_again(session, ledger)?;
    let settings = session.settings();
    let choices = archives::choices(settings, &connection::admin(settings)?)?;
    let archives = archives::with_known(ledger, &[], settings)?.unwrap_or_default();
    let bench = Bench::set_up(archives, ledger, &choices)?;
    Ok(bench.plan(ledger, session.watch.monitor(), &session.stop.draining())?)
}
