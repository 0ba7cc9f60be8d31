//! When each lane has its turn: the schedule that a run follows, shared by its lanes.

use super::{Fatal, Run};
use crate::ledger::{Lane, LaneState};
use crate::pace::{Begun, Class, Load, Schedule, Waiting};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// More lanes than this at once gain nothing where no quota holds them up.
pub const WITHOUT_QUOTAS: usize = 8;

/// The schedule of a run; a new one is empty, and then all lanes are equal.
#[derive(Debug, Default)]
pub struct Turns(Mutex<Option<Schedule>>);

impl Turns {
    fn begin(&self, schedule: Schedule) {
        *self.schedule() = Some(schedule);
    }

    fn next(&self) -> Option<i64> {
        self.schedule().as_mut()?.open_next()
    }

    fn ended(&self, lane: i64) {
        if let Some(schedule) = &mut *self.schedule() {
            schedule.ended(lane);
        }
    }

    /// Notes a call that was made, or need not be made any more.
    pub(super) fn paid(&self, run: &Run, lane: i64, class: Class) {
        if run.pacer.quotas().is_some()
            && let Some(schedule) = &mut *self.schedule()
        {
            schedule.paid(lane, class);
        }
    }

    /// Tells the pacer how urgent a lane's calls are just now.
    pub(super) fn mind(&self, run: &Run, lane: i64, space: &str) {
        let urgency = || self.schedule().as_ref().map(|schedule| schedule.urgency(lane));
        if run.pacer.quotas().is_some()
            && let Some(urgency) = urgency()
        {
            run.pacer.set_urgency(space, urgency);
        }
    }

    fn schedule(&self) -> MutexGuard<'_, Option<Schedule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns all calls of a lane, as planned.
pub fn planned(lane: &Lane) -> Load {
    Load {
        spaces: 1,
        past_members: lane.past,
        posts: lane.planned.posts,
        reactions: lane.planned.reactions,
        uploads: 0,
        patches: lane.amends,
        completions: 1,
        members: lane.planned.others.saturating_sub(2 + lane.past + lane.amends),
    }
}

/// Returns what a lane owes still, before links are led to Chat.
pub fn owed(lane: &Lane) -> Load {
    let all = planned(lane).before_links();
    if lane.state >= LaneState::Drained {
        return Load::default();
    }
    let people = lane.paid.others.saturating_sub(1);
    Load {
        spaces: u64::from(lane.space.is_none()),
        past_members: all.past_members.saturating_sub(people),
        posts: all.posts.saturating_sub(lane.paid.posts),
        reactions: all.reactions.saturating_sub(lane.paid.reactions),
        ..all
    }
}

/// Returns all that a lane owes still, to its last member.
pub fn rest(lane: &Lane) -> Load {
    let all = planned(lane);
    // Of the calls that are neither posts nor reactions, those of one stage are paid before the next.
    let beyond = |others: u64| lane.paid.others.saturating_sub(others);
    let sent = 1 + all.past_members + all.patches;
    let last = Load { completions: 1, members: all.members, ..Load::default() };
    match lane.state {
        LaneState::Present => Load::default(),
        LaneState::Completed => {
            Load { completions: 0, members: all.members.saturating_sub(beyond(sent + 1)), ..last }
        }
        LaneState::Drained => last,
        _ => Load {
            patches: all.patches.saturating_sub(beyond(1 + all.past_members)),
            completions: 1,
            members: all.members,
            ..owed(lane)
        },
    }
}

/// Does something for each lane when the schedule says so. The first fatal error stops the others
/// in order.
pub(super) async fn in_turn<F, W>(run: &Arc<Run>, lanes: Vec<Lane>, work: W) -> Result<(), Fatal>
where
    F: Future<Output = Result<(), Fatal>> + Send + 'static,
    W: Fn(Arc<Run>, Lane) -> F,
{
    let mut lanes = begin(run, lanes);
    let look = run.pacer.quotas().map(crate::pace::Quotas::look);
    let mut running = JoinSet::new();
    let mut first = None;
    loop {
        // No space is opened before its first call can be made.
        while first.is_none() && !run.stopping() && !run.rests() {
            let Some(lane) = run.turns.next().and_then(|id| lanes.remove(&id)) else { break };
            let (id, done) = (lane.id, work(Arc::clone(run), lane));
            running.spawn(async move { (id, done.await) });
        }
        if running.is_empty() && !lanes.is_empty() && run.rests() && run.rested().await {
            continue;
        }
        let again = async {
            match look.filter(|_| !lanes.is_empty()) {
                Some(look) => run.clock.sleep(look).await,
                None if !lanes.is_empty() && !run.stopping() && run.rests() => {
                    run.rested().await;
                }
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            ended = running.join_next() => ended,
            () = again => continue,
        };
        let Some(ended) = ended else { break };
        let result =
            ended.map_err(|error| Fatal::Worker(error.to_string())).and_then(|(id, done)| {
                run.turns.ended(id);
                done
            });
        if let Err(fatal) = result {
            run.stop.cancel();
            first.get_or_insert(fatal);
        }
    }
    first.map_or(Ok(()), Err)
}

/// Makes the schedule, and returns the lanes by number.
fn begin(run: &Run, lanes: Vec<Lane>) -> HashMap<i64, Lane> {
    let soon = run.clock.wall() + super::verdict::IMPORT_WINDOW / 2;
    let waiting = |lane: &Lane| {
        let begun = match lane.state {
            // What has used half of its 90 days comes first.
            _ if lane.expires.is_some_and(|end| end < soon) => Begun::RunsOut,
            LaneState::Planned | LaneState::Staged => Begun::Not,
            _ => Begun::Open,
        };
        Waiting { lane: lane.id, load: owed(lane), begun }
    };
    let quotas = run.pacer.quotas().copied();
    let most = run.options.lanes;
    let most = if quotas.is_some() { most } else { most.min(WITHOUT_QUOTAS) };
    run.turns.begin(Schedule::new(lanes.iter().map(waiting).collect(), quotas, most));
    lanes.into_iter().map(|lane| (lane.id, lane)).collect()
}
