//! Deletes spaces that were made and not completed. Each is looked at before: one that is open to
//! people, or may be, stays. What is done is written beside the ledger before and after.

mod ahead;
mod outcome;

pub use ahead::{Ahead, Doomed, ahead};
pub use outcome::{Fate, Undone};

use super::ended::{has_ended, patiently};
use super::gone::{Standing, standing};
use super::reconcile::take_over;
use super::verdict::{sentence, stops_all};
use super::{Ended, Fatal, Run};
use crate::chat::{Kind, Outcome, Rejection};
use crate::event::{Calls, Event};
use crate::ids::rfc3339;
use crate::ledger::{Ends, Line};
use crate::pace::Class;
use std::sync::Arc;

/// Deletes spaces, one after the other: Google takes one change a second anyway.
pub async fn undo(run: Arc<Run>, doomed: Vec<Doomed>) -> Result<(Ended, Undone), Fatal> {
    let owed = Calls { others: doomed.len() as u64, ..Calls::default() };
    let lanes = doomed.len() as u64;
    run.monitor.observe(&Event::RunStarted { owed, paid: Calls::default(), lanes });
    let mut undone = Undone::default();
    for one in doomed {
        if run.stopping() {
            undone.left.push(one);
            continue;
        }
        let fate = delete(&run, &one).await?;
        undone.add(one, fate);
    }
    run.monitor.observe(&Event::RunFinished { stopped: run.stopping() });
    Ok((if run.stopping() { Ended::Stopped } else { Ended::Edge }, undone))
}

async fn delete(run: &Arc<Run>, one: &Doomed) -> Result<Fate, Fatal> {
    match has_ended(run, &one.space, &one.owner).await? {
        Some(true) => return is_open(run, one).await,
        // Where completion was begun only a clear no will do.
        None if one.begun => return Ok(Fate::Unclear),
        Some(false) | None => {}
    }
    let (space, at) = (one.space.clone(), rfc3339(run.clock.wall()));
    append(run, Line::Deleting { space, at }).await?;
    let refused = match ask(run, &one.space).await? {
        Some(Ok(())) => return gone(run, one).await,
        None => return Ok(Fate::Unclear),
        Some(Err(refused)) => refused,
    };
    if stops_all(&refused) {
        return Err(Fatal::Refused(sentence(&refused)));
    }
    if !matches!(refused.kind(), Kind::PermissionDenied | Kind::NotFound) {
        return Ok(Fate::Refused(refused.to_string()));
    }
    // It may be gone since an earlier try, or not be ours to delete any more.
    if has_ended(run, &one.space, &one.owner).await? == Some(true) {
        return is_open(run, one).await;
    }
    match standing(run, one.lane.unwrap_or_default(), &one.space).await? {
        Standing::Gone if !one.begun => gone(run, one).await,
        Standing::Gone | Standing::Unclear => Ok(Fate::Unclear),
        Standing::There => Ok(Fate::Refused(refused.to_string())),
    }
}

/// Asks for the deletion until there is a clear answer; none where there is none to be had.
async fn ask(run: &Run, space: &str) -> Result<Option<Result<(), Rejection>>, Fatal> {
    let admin = run.admin();
    patiently(run, || async {
        let call = || run.client.delete_space(&admin, space);
        match run.read(Class::SpacePatch, space, call).await {
            Ok(()) => Ok(Ok(())),
            Err(Outcome::Rejected(refused)) => Ok(Err(refused)),
            Err(unclear) => Err(unclear),
        }
    })
    .await
}

/// First what can't be found again: should the ledger not hear of it, the next command tells it.
async fn gone(run: &Run, one: &Doomed) -> Result<Fate, Fatal> {
    let (space, at) = (one.space.clone(), rfc3339(run.clock.wall()));
    append(run, Line::Deleted { space, at }).await?;
    if let Some(lane) = one.lane {
        let next = one.generation + 1;
        run.writer.run(move |ledger| ledger.start_over(lane, next)).await?;
    }
    run.pacer.forget(&one.space);
    tracing::info!(space = one.space, "a space is deleted");
    Ok(Fate::Deleted)
}

/// Somebody completed it without our knowing.
async fn is_open(run: &Arc<Run>, one: &Doomed) -> Result<Fate, Fatal> {
    if let Some(lane) = one.lane {
        let (space, owner) = (one.space.clone(), one.owner.to_string());
        append(run, Line::Completed { space, owner, at: rfc3339(run.clock.wall()) }).await?;
        let lane = run.writer.run(move |ledger| ledger.lane(lane)).await?;
        let ends = Ends { owner: one.owner.clone(), verdict: None };
        take_over(run, &lane, &ends).await?;
    }
    Ok(Fate::Open)
}

/// Appends on the thread of the writer, which also knows what to do when the disk is full.
async fn append(run: &Run, line: Line) -> Result<(), Fatal> {
    let spaces = run.spaces.clone();
    Ok(run.writer.run(move |_| spaces.append(&line)).await?)
}
