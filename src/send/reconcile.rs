//! Before anything is sent, verified or completed: what `spaces.jsonl` and the ledger know of
//! spaces is brought together. Either may be the older one: a backup was brought back, a ledger
//! was made anew, a file was lost.

mod stays;

use super::ended::has_ended;
use super::pay::Paid;
use super::{Fatal, Run, lane};
use crate::ids::{Account, rfc3339};
use crate::ledger::{Ending, Ends, Lane, LaneState, Ledger, Left, Line, Told, ToldSpace};
use std::collections::HashSet;
use std::sync::Arc;

/// What the one taught the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Spaces that the ledger did not know.
    pub spaces: u64,
    /// Completions that the ledger did not know.
    pub completed: u64,
    /// Lanes that were started over, and the ledger did not know.
    pub restarted: u64,
    /// Names of conversations whose completion may have happened, and nobody can tell just now.
    pub unsure: Vec<String>,
    /// Spaces of conversations that are not in the plan.
    pub unplanned: u64,
    /// What `spaces.jsonl` did not know: so many lines were added.
    pub written: u64,
}

/// Brings ledger and `spaces.jsonl` together.
pub async fn reconcile(run: &Arc<Run>) -> Result<Reconciled, Fatal> {
    let told = Told::of(&run.spaces.read()?);
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    let mut meeting = Meeting { run, found: Reconciled::default(), lines: Vec::new() };
    for lane in &lanes {
        meeting.lane(&told, lane).await?;
    }
    let Meeting { mut found, lines, .. } = meeting;
    found.written = lines.len() as u64;
    if !lines.is_empty() {
        run.spaces.append_all(&lines)?;
    }
    let planned: HashSet<_> = lanes.iter().map(|lane| &lane.slack).collect();
    found.unplanned = told.conversations().filter(|id| !planned.contains(id)).count() as u64;
    Ok(found)
}

struct Meeting<'a> {
    run: &'a Arc<Run>,
    found: Reconciled,
    /// What only the ledger knows.
    lines: Vec<Line>,
}

impl Meeting<'_> {
    async fn lane(&mut self, told: &Told, lane: &Lane) -> Result<(), Fatal> {
        let known = told.lane(&lane.slack, lane.part);
        let Some(known) = known.filter(|known| known.generation >= lane.generation) else {
            self.write(lane, None);
            return Ok(());
        };
        let (id, ended) = (lane.id, lane.state >= LaneState::Completed);
        let older = known.generation > lane.generation && !ended;
        if older {
            let generation = known.generation;
            self.run.writer.run(move |ledger| ledger.start_over(id, generation)).await?;
            self.found.restarted += 1;
        }
        let Some(space) = &known.space else {
            // A space that was given up is not what the new generation has.
            if !older {
                self.write(lane, None);
            }
            return Ok(());
        };
        if lane.space.is_none() || older {
            let space = space.clone();
            self.run.writer.run(move |ledger| ledger.adopt_space(id, &space)).await?;
            self.found.spaces += 1;
        } else if lane.space.as_ref() != Some(&space.space) {
            // Two spaces were made for it; the ledger's is the one that is filled.
            self.write(lane, None);
            return Ok(());
        }
        if ended {
            self.write(lane, Some(space));
            return Ok(());
        }
        let state = if older { LaneState::Planned } else { lane.state };
        self.ending(&Lane { state, ..lane.clone() }, space).await
    }

    /// Takes over a completion that the ledger does not know.
    async fn ending(&mut self, lane: &Lane, told: &ToldSpace) -> Result<(), Fatal> {
        match &told.ending {
            Ending::None => Ok(()),
            Ending::Over(ends) => self.completed(lane, ends).await,
            // Its last call is still owed, and looks for itself.
            Ending::Begun(_) if lane.state == LaneState::Drained => Ok(()),
            Ending::Begun(ends) => {
                let (space, at) = (told.space.clone(), rfc3339(self.run.clock.wall()));
                match has_ended(self.run, &told.space, &ends.owner).await? {
                    Some(true) => {
                        let owner = ends.owner.to_string();
                        self.run.spaces.append(&Line::Completed { space, owner, at })?;
                        self.completed(lane, ends).await
                    }
                    Some(false) => Ok(self.run.spaces.append(&Line::Importing { space, at })?),
                    None => {
                        self.found.unsure.push(lane.name.clone());
                        Ok(())
                    }
                }
            }
        }
    }

    async fn completed(&mut self, lane: &Lane, ends: &Ends) -> Result<(), Fatal> {
        let done = take_over(self.run, lane, ends).await?;
        self.found.completed += u64::from(done);
        Ok(())
    }

    /// Notes what only the ledger knows of a lane's space.
    fn write(&mut self, lane: &Lane, told: Option<&ToldSpace>) {
        let Some(space) = lane.space.clone() else { return };
        let at = rfc3339(self.run.clock.wall());
        if told.is_none() {
            self.lines.push(Line::Made {
                conversation: lane.slack.to_string(),
                part: lane.part,
                generation: lane.generation,
                space: space.clone(),
                request: String::new(),
                name: Some(lane.name.clone()),
                expires: lane.expires.map(rfc3339),
                at: at.clone(),
            });
        }
        let is_over = told.is_some_and(|told| matches!(told.ending, Ending::Over(_)));
        if lane.state >= LaneState::Completed && !is_over {
            let owner = lane.completer.as_ref().map(Account::to_string).unwrap_or_default();
            self.lines.push(Line::Completed { space, owner, at });
        }
    }
}

/// Takes a lane for completed; false where it can't be staged for want of its archive.
pub(super) async fn take_over(run: &Arc<Run>, lane: &Lane, ends: &Ends) -> Result<bool, Fatal> {
    let id = lane.id;
    if lane.state == LaneState::Planned {
        if run.stage.is_none() {
            return Ok(false);
        }
        if lane::stage(run, id).await? == Paid::Stopped {
            return Ok(false);
        }
    }
    let told = Told::of(&run.spaces.read()?);
    let space = run.writer.run(move |ledger| ledger.lane(id)).await?.space.unwrap_or_default();
    let left = told.left(&space);
    // The plan knows today's accounts, and so may have somebody else for it.
    let (owner, admin, is_gone) = (ends.owner.clone(), run.admin.clone(), left.is_some());
    run.writer.run(move |ledger| ledger.adopt_owner(id, &owner, &admin, is_gone)).await?;
    let heir = match left {
        Some(Left { heir: None }) => stays::in_charge(run, id, &space).await?,
        left => left.and_then(|left| left.heir.clone()),
    };
    let verdict = ends.verdict.clone();
    let adopt =
        move |ledger: &mut Ledger| ledger.adopt_completion(id, verdict.as_deref(), heir.as_ref());
    run.writer.run(adopt).await?;
    tracing::info!(lane = id, "a completion is taken over");
    Ok(true)
}
