//! The last thing before the edge of completion: links to messages of Slack's are led to where
//! these stand now. Every lane of the run has posted what it can by then, so that whatever has no
//! name now is linked to in Slack for good.

use super::pay::{Paid, pay};
use super::{Fatal, Run, gone, lane};
use crate::draft::{Phase, StepKind};
use crate::event::Event;
use crate::ledger::{Lane, Relink};
use std::sync::Arc;

/// How many texts are frozen at once.
const STRETCH: usize = 500;

/// Corrects the texts of one lane.
pub(super) async fn amend(run: Arc<Run>, lane: Lane) -> Result<(), Fatal> {
    let waiting = relink(&run, lane.id).await?;
    let space = lane.space.as_deref();
    match pay(&run, lane.id, space, Phase::Amend, &[StepKind::Amend]).await? {
        Paid::All if waiting == 0 => lane::drained(&run, &lane).await,
        Paid::All | Paid::Unsettled | Paid::Stopped => Ok(()),
        Paid::Gone => gone::block(&run, &lane).await,
    }
}

/// Freezes what can be frozen; returns how many texts wait for messages of a later run.
async fn relink(run: &Run, lane: i64) -> Result<u64, Fatal> {
    let terms = Relink { template: run.links.clone(), may_come: run.health.unsettled() > 0 };
    let (mut cursor, mut waiting) = (0, 0);
    while !run.stopping() {
        let terms = terms.clone();
        let freeze = run.writer.run(move |ledger| ledger.relink(lane, cursor, STRETCH, &terms));
        let relinked = freeze.await?;
        for _ in 0..relinked.left_out {
            run.monitor.observe(&Event::StepDone { lane, kind: StepKind::Amend });
        }
        waiting += relinked.waiting;
        let Some(last) = relinked.last else { break };
        cursor = last;
    }
    Ok(waiting)
}
