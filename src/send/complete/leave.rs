//! The admin out again of a space that only the admin could complete, once somebody else is in
//! charge of it. Whether that is so is looked up: a role that was asked for is not yet one.

use crate::draft::{ADMIN_STAYS, Phase, StepKind};
use crate::ledger::{Key, Lane, Settlement};
use crate::send::pay::pay;
use crate::send::{Fatal, Run, look, outside};
use std::sync::Arc;

/// What is said where nobody is in charge.
const NOBODY: &str = "nobody else is in charge of the space";

/// Lets the admin go, if that is owed; else does nothing.
pub(super) async fn leave(run: &Arc<Run>, lane: &Lane) -> Result<(), Fatal> {
    let (id, space) = (lane.id, lane.space.as_deref().unwrap_or_default());
    let owed = move |ledger: &mut crate::ledger::Ledger| {
        ledger.owed(id, Phase::Leave, StepKind::Leave, 0, 1)
    };
    let Some(step) = run.writer.run(owed).await?.pop() else { return Ok(()) };
    match look::in_charge(run, space, &step).await? {
        // It stays owed: the next command looks again.
        Err(look::Unclear) => Ok(()),
        Ok(Some(false)) => {
            let (reason, detail) = (ADMIN_STAYS, NOBODY.to_owned());
            let settlement = Settlement::Skipped { reason, detail };
            Ok(run.writer.settle(Key::from(&step), settlement).await?)
        }
        Ok(Some(true) | None) => {
            outside::leaving(run, lane, space).await?;
            pay(run, id, Some(space), Phase::Leave, &[StepKind::Leave]).await.map(drop)
        }
    }
}
