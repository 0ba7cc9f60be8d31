//! Who will see a space, looked at once more right before it is opened.

use super::{Fatal, Held, Run};
use crate::ledger::Lane;

/// Tells why a lane may not be opened to those who are to see it.
pub(super) async fn held(run: &Run, lane: &Lane) -> Result<Option<Held>, Fatal> {
    let (id, accepted) = (lane.id, lane.accepted.clone());
    let sight = run.writer.run(move |ledger| ledger.sight(&ledger.lane(id)?)).await?;
    Ok(match () {
        () if sight.gains() => Some(Held::Gains),
        () if accepted != Some(sight.hash()) => Some(Held::Unseen),
        () => None,
    })
}
