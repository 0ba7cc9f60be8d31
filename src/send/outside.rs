//! What is written beside the ledger, before it is relied on: spaces made, completions begun and
//! done. All else can be found again.

use super::{Fatal, Run};
use crate::draft::StepKind;
use crate::ids::{Account, rfc3339};
use crate::ledger::{Lane, Line, Receipt, Step};

/// Notes that a space may leave import mode from now on, with what the ledger alone knows of it.
pub(super) async fn completing(run: &Run, step: &Step) -> Result<(), Fatal> {
    let id = step.lane;
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    let line = Line::Completing {
        space: lane.space.unwrap_or_default(),
        owner: step.actor.to_string(),
        verdict: lane.verdict.filter(|_| lane.verified),
        at: rfc3339(run.clock.wall()),
    };
    append(run, line).await
}

/// Notes that a space did not leave import mode though that was begun: Chat refused the call
/// itself, and the space is gone.
pub(super) fn importing(run: &Run, lane: &Lane) -> Result<(), Fatal> {
    let space = lane.space.clone().unwrap_or_default();
    Ok(run.spaces.append(&Line::Importing { space, at: rfc3339(run.clock.wall()) })?)
}

/// Notes that the admin may be out of a space from now on, and who is in charge of it then.
pub(super) async fn leaving(run: &Run, lane: &Lane, space: &str) -> Result<(), Fatal> {
    let heir = lane.heir.as_ref().map(Account::to_string);
    let line = Line::Leaving { space: space.to_owned(), heir, at: rfc3339(run.clock.wall()) };
    append(run, line).await
}

/// Notes a space's name, or its completion, before either settles.
pub(super) async fn done(run: &Run, step: &Step, receipt: &Receipt) -> Result<(), Fatal> {
    let at = rfc3339(run.clock.wall());
    let id = step.lane;
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    let line = match step.kind {
        StepKind::Space => Line::Made {
            conversation: lane.slack.to_string(),
            part: lane.part,
            generation: lane.generation,
            space: receipt.name.clone().unwrap_or_default(),
            request: step.request.request_id().unwrap_or_default().to_owned(),
            name: Some(lane.name),
            expires: receipt.expires.map(rfc3339),
            at,
        },
        StepKind::Complete => Line::Completed {
            space: lane.space.unwrap_or_default(),
            owner: step.actor.to_string(),
            at,
        },
        _ => return Ok(()),
    };
    append(run, line).await
}

/// Appends on the thread of the writer, which also knows what to do when the disk is full.
async fn append(run: &Run, line: Line) -> Result<(), Fatal> {
    let spaces = run.spaces.clone();
    Ok(run.writer.run(move |_| spaces.append(&line)).await?)
}
