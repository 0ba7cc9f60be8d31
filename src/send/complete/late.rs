//! The last half hour may begin while a completion waits for its turn or is asked for in vain.

use super::held::late;
use super::{Fatal, Run};
use crate::ledger::{Lane, Line, Step};
use crate::send::outside;

/// Tells whether a completion that was only ever refused cleanly came too late meanwhile. It counts as
/// never begun then, unless an earlier run began it: nothing but the call itself tells of that.
pub(in crate::send) async fn ran_out(run: &Run, step: &Step) -> Result<bool, Fatal> {
    let id = step.lane;
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    if late(&lane, run.clock.wall()).is_none() {
        return Ok(false);
    }
    back(run, &lane)
}

/// Tells whether a completion that never left for Chat, because whoever was to make it can't be used
/// any more, counts as never begun: somebody else can make it then.
pub(in crate::send) async fn never_began(run: &Run, step: &Step) -> Result<bool, Fatal> {
    let id = step.lane;
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    back(run, &lane)
}

/// Notes that a space is in import mode still, unless an earlier run may have completed it.
fn back(run: &Run, lane: &Lane) -> Result<bool, Fatal> {
    let begun = |line: &&Line| matches!(line, Line::Completing { space, .. } if Some(space) == lane.space.as_ref());
    let lines = run.spaces.read()?;
    let since = |line: &&Line| !matches!(line, Line::Importing { space, .. } if Some(space) == lane.space.as_ref());
    if lines.iter().rev().take_while(since).filter(begun).count() > 1 {
        return Ok(false);
    }
    outside::importing(run, lane)?;
    Ok(true)
}
