//! One lane up to the edge of completion: staged, opened, paid phase by phase.

use super::pay::{Paid, pay};
use super::verdict::{EXTERNAL_FORBIDDEN, IMPORT_WINDOW};
use super::{Fatal, Run, ended, gone};
use crate::draft::{Phase, StepKind};
use crate::event::{Calls, Event};
use crate::ledger::{Lane, LaneState, StageError};
use std::sync::{Arc, Mutex, PoisonError};

/// The phases that know nothing of other lanes, and what each is made of.
const BY_ITSELF: &[(Phase, &[StepKind])] = &[
    (Phase::History, &[StepKind::PastMember]),
    (Phase::Content, &[StepKind::Post, StepKind::React]),
];

/// Lanes whose links wait for the names of other lanes' messages.
pub(super) type Linking = Arc<Mutex<Vec<Lane>>>;

/// Pays what a lane owes before completion, but for links: their names may come from any lane.
pub(super) async fn pay_off(run: Arc<Run>, mut lane: Lane, linking: Linking) -> Result<(), Fatal> {
    let id = lane.id;
    if lane.blocked.is_some() && !gone::revive(&run, &lane).await? {
        return Ok(());
    }
    if lane.state == LaneState::Planned {
        if stage(&run, id).await? == Paid::Stopped {
            return Ok(());
        }
        lane.state = LaneState::Staged;
    }
    if lane.state == LaneState::Staged {
        let expires = run.clock.wall() + IMPORT_WINDOW;
        run.writer.run(move |ledger| ledger.open_lane(id, expires)).await?;
    }
    run.monitor.observe(&Event::LaneOpened {
        lane: id,
        name: lane.name.clone(),
        owed: owed(&lane),
    });
    if pay(&run, id, None, Phase::Space, &[StepKind::Space]).await? == Paid::Stopped {
        return Ok(());
    }
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    // Without a space the lane stays open: its first step is stuck.
    let Some(space) = &lane.space else { return take_back(&run, id).await };
    if ended::taken_for_ended(&run, &lane).await? {
        return Ok(());
    }
    let mut unsettled = false;
    for (phase, kinds) in BY_ITSELF {
        match pay(&run, id, Some(space), *phase, kinds).await? {
            Paid::All => {}
            Paid::Unsettled => unsettled = true,
            Paid::Gone => return gone::block(&run, &lane).await,
            Paid::Stopped => return Ok(()),
        }
    }
    // What has no clear end is tried again by the next run, so the lane stays open.
    if unsettled {
        return Ok(());
    }
    let (links, _) = run.writer.run(move |ledger| ledger.standing_in(id, Phase::Amend)).await?;
    if links > 0 {
        linking.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
        return Ok(());
    }
    drained(&run, &lane).await
}

/// A space that was refused for the outsiders it would let in is not there: its lane may be planned
/// anew, with another choice.
async fn take_back(run: &Run, lane: i64) -> Result<(), Fatal> {
    run.writer.run(move |ledger| ledger.take_back(lane, EXTERNAL_FORBIDDEN)).await?;
    Ok(())
}

/// Ends a lane's way to the edge of completion.
pub(super) async fn drained(run: &Run, lane: &Lane) -> Result<(), Fatal> {
    let id = lane.id;
    lane.space.iter().for_each(|space| run.pacer.forget(space));
    let (_, wedged) = run.writer.run(move |ledger| ledger.standing(id, Phase::Amend)).await?;
    run.writer.run(move |ledger| ledger.set_lane_state(id, LaneState::Drained)).await?;
    run.monitor.observe(&Event::LaneDrained { lane: id, wedged });
    Ok(())
}

pub(super) async fn stage(run: &Arc<Run>, lane: i64) -> Result<Paid, Fatal> {
    let Some(stage) = run.stage.clone() else {
        return Err(Fatal::Archive(
            "some conversations are not staged yet, and no archive is at hand".to_owned(),
        ));
    };
    let staged = tokio::task::spawn_blocking(move || stage.stage(lane)).await;
    match staged.map_err(|error| Fatal::Worker(error.to_string()))? {
        Err(StageError::Stopped) => Ok(Paid::Stopped),
        staged => Ok(staged.map(|()| Paid::All)?),
    }
}

fn owed(lane: &Lane) -> Calls {
    Calls {
        posts: lane.planned.posts.saturating_sub(lane.paid.posts),
        reactions: lane.planned.reactions.saturating_sub(lane.paid.reactions),
        others: lane.others_before_edge().saturating_sub(lane.paid.others),
    }
}
