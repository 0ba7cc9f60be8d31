//! The end of import mode, and the present members. Irreversible: only lanes that were read back
//! clean since their last settle, with nothing owed and nothing refused, and of the chosen wave.

mod heir;
mod held;
mod late;
mod leave;

pub(super) use heir::hand_over;
pub use heir::{PassedOn, pass_on};
pub use held::{Held, LAST_MINUTES};
pub(super) use late::{never_began, ran_out};

use super::pay::{Paid, pay};
use super::{Ended, Fatal, Run, each_lane, gone, groups, outside};
use crate::chat::Scopes;
use crate::draft::{Phase, StepKind};
use crate::event::{Calls, Event};
use crate::ledger::{Lane, LaneState, Told};
use held::held;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What follows completion: first the members and managers, then the group that stands for all
/// others, for whoever is in by it can't be a manager any more; at last who else may find the space.
const OPEN: &[(Phase, &[&[StepKind]])] = &[
    (Phase::Present, &[&[StepKind::Member, StepKind::Role], &[StepKind::Group]]),
    (Phase::Publish, &[&[StepKind::Publish]]),
];

/// What the admin allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompleteOptions {
    /// Lanes with refused steps are completed too, holes and all.
    pub accept_wedged: bool,
    /// Only these lanes; none: all.
    pub wave: Option<Arc<BTreeSet<i64>>>,
}

impl CompleteOptions {
    /// Tells whether a lane is among those that are meant.
    pub fn mean(&self, lane: &Lane) -> bool {
        self.wave.as_ref().is_none_or(|wave| wave.contains(&lane.id))
    }
}

/// What completion would do.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    /// Lanes that may be completed, and such as only lack members.
    pub due: Vec<Lane>,
    /// Lanes that may not be completed, and why.
    pub held: Vec<(Lane, Held)>,
    /// How many of those that are meant are open to their members already.
    pub open: u64,
    /// How many others are not open yet.
    pub later: u64,
}

/// What became of the lanes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completed {
    /// Names of lanes that are complete, with their members.
    pub done: Vec<String>,
    /// Names of lanes that may not be completed, and why.
    pub held: Vec<(String, Held)>,
}

/// What decides whether a lane may be completed.
#[derive(Debug)]
struct Terms {
    options: CompleteOptions,
    /// What `spaces.jsonl` told before anything was completed.
    told: Told,
    /// Who will see it must have been said yes to: not where it is only looked at.
    accepted: bool,
}

impl Terms {
    fn of(run: &Run, options: CompleteOptions, accepted: bool) -> Result<Self, Fatal> {
        Ok(Self { options, told: Told::of(&run.spaces.read()?), accepted })
    }
}

/// Looks what completion would do, and does nothing.
pub async fn outlook(run: &Run, options: &CompleteOptions) -> Result<Outlook, Fatal> {
    survey(run, &Terms::of(run, options.clone(), false)?).await
}

async fn survey(run: &Run, terms: &Terms) -> Result<Outlook, Fatal> {
    let mut outlook = Outlook::default();
    for lane in run.writer.run(|ledger| ledger.lanes()).await? {
        let is_open = lane.state >= LaneState::Present;
        match (terms.options.mean(&lane), is_open) {
            (true, true) => outlook.open += 1,
            (false, true) => {}
            (false, false) => outlook.later += 1,
            (true, false) => match held(run, &lane, terms).await? {
                None => outlook.due.push(lane),
                Some(why) => outlook.held.push((lane, why)),
            },
        }
    }
    Ok(outlook)
}

/// Completes every lane that may be.
pub async fn complete(
    run: Arc<Run>,
    options: CompleteOptions,
) -> Result<(Ended, Completed), Fatal> {
    let terms = Arc::new(Terms::of(&run, options, true)?);
    let Outlook { due, held, .. } = survey(&run, &terms).await?;
    roles_can_be_given(&run, &due).await?;
    let held = held.into_iter().map(|(lane, why)| (lane.name, why)).collect();
    let result = Completed { held, ..Completed::default() };
    let owed = Calls { others: due.iter().map(Lane::others_after_edge).sum(), ..Calls::default() };
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

/// Makes sure, before anything is opened, that managers can be made where some are owed, that groups
/// can be let in, and that the admin can leave: their scope is one that nothing else needs.
async fn roles_can_be_given(run: &Run, due: &[Lane]) -> Result<(), Fatal> {
    for (lane, leaves) in due.iter().map(|lane| (lane.id, lane.heir.is_some())) {
        let owed =
            run.writer.run(move |ledger| ledger.owed(lane, Phase::Present, StepKind::Role, 0, 1));
        let group = run.writer.run(move |ledger| ledger.owes_group(lane));
        if leaves || !owed.await?.is_empty() || group.await? {
            let probe = run.client.probe(&run.admin(), Scopes::MEMBERSHIPS).await;
            return probe.map_err(Fatal::Token);
        }
    }
    Ok(())
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
    let owed = Calls { others: lane.others_after_edge(), ..Calls::default() };
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
            let late = match paid {
                Paid::Unsettled => held::undone(&run, &lane).await,
                _ => None,
            };
            let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
            result.held.extend(late.map(|why| (lane.name, why)));
            return Ok(());
        }
        if lane.blocked.is_some() {
            run.writer.run(move |ledger| ledger.block_lane(id, None)).await?;
        }
    }
    for (phase, one_by_one) in OPEN {
        let phase = *phase;
        for kinds in *one_by_one {
            if kinds.contains(&StepKind::Group)
                && let Some(why) = groups::bars(&run, &lane).await?
            {
                let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
                result.held.push((lane.name, why));
                return Ok(());
            }
            if pay(&run, id, space, phase, kinds).await? == Paid::Stopped {
                return Ok(());
            }
        }
        let (owed, wedged) = run.writer.run(move |ledger| ledger.standing_in(id, phase)).await?;
        if owed + wedged > 0 {
            return Ok(());
        }
    }
    leave::leave(&run, &lane).await?;
    let (owed, wedged) = run.writer.run(move |ledger| ledger.standing_in(id, Phase::Leave)).await?;
    if run.stopping() || owed + wedged > 0 {
        return Ok(());
    }
    run.writer.run(move |ledger| ledger.set_lane_state(id, LaneState::Present)).await?;
    run.monitor.observe(&Event::LaneCompleted { lane: id, name: lane.name.clone() });
    result.lock().unwrap_or_else(PoisonError::into_inner).done.push(lane.name);
    Ok(())
}
