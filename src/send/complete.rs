//! The end of import mode, and the present members. Irreversible: only lanes that were read back
//! clean since their last settle, with nothing owed and nothing refused.

use super::pay::{Paid, pay};
use super::{Ended, Fatal, Run, each_lane, gone, outside};
use crate::draft::{Phase, StepKind};
use crate::event::{Calls, Event};
use crate::ids::Micros;
use crate::ledger::{Lane, LaneState, Told};
use std::sync::{Arc, Mutex, PoisonError};

/// Google wants completion to begin half an hour before the end of import mode at the latest.
const LAST_MINUTES: Micros = 30 * 60 * 1_000_000;

/// What the admin allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompleteOptions {
    /// Lanes with refused steps are completed too, holes and all.
    pub accept_wedged: bool,
}

/// What became of the lanes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completed {
    /// Names of lanes that are complete, with their members.
    pub done: Vec<String>,
    /// Names of lanes that may not be completed, and why.
    pub held: Vec<(String, &'static str)>,
}

/// What decides whether a lane may be completed.
#[derive(Debug)]
struct Terms {
    options: CompleteOptions,
    /// What `spaces.jsonl` told before anything was completed.
    told: Told,
}

/// Completes every lane that may be.
pub async fn complete(
    run: Arc<Run>,
    options: CompleteOptions,
) -> Result<(Ended, Completed), Fatal> {
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    let terms = Arc::new(Terms { options, told: Told::of(&run.spaces.read()?) });
    let (mut due, mut result) = (Vec::new(), Completed::default());
    for lane in lanes.into_iter().filter(|lane| lane.state < LaneState::Present) {
        match held(&run, &lane, &terms).await? {
            None => due.push(lane),
            Some(why) => result.held.push((lane.name, why)),
        }
    }
    let owed = Calls { others: due.iter().map(|lane| 1 + lane.present).sum(), ..Calls::default() };
    run.monitor.observe(&Event::RunStarted {
        owed,
        paid: Calls::default(),
        lanes: due.len() as u64,
    });
    let shared = Arc::new(Mutex::new(result));
    let finished =
        each_lane(&run, due, |run, lane| one(run, lane, Arc::clone(&terms), Arc::clone(&shared)))
            .await;
    run.monitor.observe(&Event::RunFinished { stopped: run.stopping() });
    finished?;
    let result = std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((if run.stopping() { Ended::Stopped } else { Ended::Edge }, result))
}

/// Tells why a lane may not be completed.
async fn held(
    run: &Run,
    lane: &Lane,
    Terms { options, told }: &Terms,
) -> Result<Option<&'static str>, Fatal> {
    if lane.state == LaneState::Completed {
        return Ok(None);
    }
    // Where it was begun it may have happened: nothing but the call itself tells.
    let begun = told.may_have_ended(&lane.slack, lane.part);
    if lane.blocked.is_some() && !begun {
        return Ok(Some(gone::GONE));
    }
    if lane.state != LaneState::Drained || lane.space.is_none() {
        return Ok(Some("not yet sent in full"));
    }
    let id = lane.id;
    let (owed, wedged) = run.writer.run(move |ledger| ledger.standing(id, Phase::Amend)).await?;
    let notices = run.writer.run(move |ledger| ledger.notices(id)).await?;
    let now = run.clock.wall();
    Ok(match () {
        () if owed + wedged > 0 && !options.accept_wedged => {
            Some("calls are stuck: retry them, or complete without with --accept-wedged")
        }
        () if notices > 0 && !options.accept_wedged => {
            Some("notices stand where Google refused messages: accept them with --accept-wedged")
        }
        () if !lane.verified => Some("not read back as planned since the last change"),
        () if begun => None,
        () if lane.expires.is_some_and(|end| now > end) => Some("Google's 90 days are over"),
        () if lane.expires.is_some_and(|end| now > end - LAST_MINUTES) => {
            Some("less than 30 minutes of Google's 90 days are left")
        }
        () => None,
    })
}

async fn one(
    run: Arc<Run>,
    lane: Lane,
    terms: Arc<Terms>,
    result: Arc<Mutex<Completed>>,
) -> Result<(), Fatal> {
    let (id, space) = (lane.id, lane.space.as_deref());
    // It can't be undone, and its turn may come hours after the first look.
    let now = run.writer.run(move |ledger| ledger.lane(id)).await?;
    if let Some(why) = held(&run, &now, &terms).await? {
        let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
        result.held.push((lane.name, why));
        return Ok(());
    }
    let owed = Calls { others: 1 + lane.present, ..Calls::default() };
    run.monitor.observe(&Event::LaneOpened { lane: id, name: lane.name.clone(), owed });
    if lane.state == LaneState::Drained {
        let paid = pay(&run, id, space, Phase::Complete, &[StepKind::Complete]).await?;
        if paid == Paid::Gone {
            outside::importing(&run, &lane)?;
            return gone::block(&run, &lane).await;
        }
        let (owed, wedged) =
            run.writer.run(move |ledger| ledger.standing_in(id, Phase::Complete)).await?;
        if paid == Paid::Stopped || owed + wedged > 0 {
            return Ok(());
        }
        if lane.blocked.is_some() {
            run.writer.run(move |ledger| ledger.block_lane(id, None)).await?;
        }
    }
    let paid = pay(&run, id, space, Phase::Present, &[StepKind::Member]).await?;
    let (owed, wedged) =
        run.writer.run(move |ledger| ledger.standing_in(id, Phase::Present)).await?;
    if paid == Paid::Stopped || owed + wedged > 0 {
        return Ok(());
    }
    run.writer.run(move |ledger| ledger.set_lane_state(id, LaneState::Present)).await?;
    run.monitor.observe(&Event::LaneCompleted { lane: id, name: lane.name.clone() });
    result.lock().unwrap_or_else(PoisonError::into_inner).done.push(lane.name);
    Ok(())
}
