//! Reading every space in import mode back, and comparing it with the plan.
//!
//! It sees what messages.list and members.list show: messages, times, authors, threads, text,
//! how many reactions. It can't see who reacted.

mod compare;

pub use compare::Verdict;

use super::{Ended, Fatal, Run, each_lane};
use crate::chat::Outcome;
use crate::draft::Phase;
use crate::event::{Calls, Event};
use crate::ledger::{Lane, LaneState};
use crate::pace::Class;
use compare::Comparison;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Messages in a page: the most that Chat gives.
const PAGE: u32 = 1000;
/// Tries for one page.
const TRIES: u32 = 12;

/// What reading back has found, lane by lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Verdicts with the lane's name: new ones, and the stored ones of completed lanes.
    pub lanes: Vec<(String, Verdict)>,
    /// Names of lanes that could not be read back, and why.
    pub unread: Vec<(String, String)>,
}

impl Verified {
    /// Tells whether everything sent is there as planned, and nothing else.
    pub fn clean(&self) -> bool {
        self.unread.is_empty() && self.lanes.iter().all(|(_, verdict)| verdict.clean())
    }

    /// Returns how many calls before completion were not made.
    pub fn stuck(&self) -> u64 {
        self.lanes.iter().map(|(_, verdict)| verdict.stuck).sum()
    }

    /// Returns messages planned, found as planned, and unplanned.
    pub fn totals(&self) -> (u64, u64, u64) {
        self.lanes.iter().fold((0, 0, 0), |(planned, found, extra), (_, verdict)| {
            (planned + verdict.planned, found + verdict.as_planned, extra + verdict.extra)
        })
    }
}

/// Reads back every lane that is sent up to the edge; of completed lanes it tells the stored
/// verdict, since the import scope can't read them again.
pub async fn verify(run: Arc<Run>) -> Result<(Ended, Verified), Fatal> {
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    let mut verified = Verified::default();
    let mut due = Vec::new();
    for lane in lanes {
        match (lane.state, lane.space.is_some()) {
            (LaneState::Completed | LaneState::Present, _) => take_stored(&mut verified, &lane),
            (LaneState::Drained, true) => due.push(lane),
            _ => verified.unread.push((lane.name, "not yet sent in full".to_owned())),
        }
    }
    // Until it is read, it is not: a stop in between leaves no gap in what is told.
    let names: Vec<String> = due.iter().map(|lane| lane.name.clone()).collect();
    let owed = Calls { others: due.len() as u64, ..Calls::default() };
    run.monitor.observe(&Event::RunStarted {
        owed,
        paid: Calls::default(),
        lanes: due.len() as u64,
    });
    let found = Arc::new(Mutex::new(verified));
    let read = each_lane(&run, due, |run, lane| one(run, lane, Arc::clone(&found))).await;
    run.monitor.observe(&Event::RunFinished { stopped: run.stopping() });
    read?;
    let mut verified = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    let told = |name: &String| {
        verified.lanes.iter().any(|(lane, _)| lane == name)
            || verified.unread.iter().any(|(lane, _)| lane == name)
    };
    let missed: Vec<String> = names.into_iter().filter(|name| !told(name)).collect();
    verified
        .unread
        .extend(missed.into_iter().map(|name| (name, "stopped before it was read".to_owned())));
    verified.lanes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok((if run.stopping() { Ended::Stopped } else { Ended::Edge }, verified))
}

/// Returns the stored verdicts of lanes that are complete.
pub fn stored(lanes: &[Lane]) -> Verified {
    let mut verified = Verified::default();
    for lane in lanes {
        take_stored(&mut verified, lane);
    }
    verified
}

fn take_stored(verified: &mut Verified, lane: &Lane) {
    let verdict = lane.verdict.as_deref().and_then(|text| serde_json::from_str(text).ok());
    match verdict {
        Some(verdict) => verified.lanes.push((lane.name.clone(), verdict)),
        None => verified.unread.push((lane.name.clone(), "completed without a verdict".to_owned())),
    }
}

async fn one(run: Arc<Run>, lane: Lane, found: Arc<Mutex<Verified>>) -> Result<(), Fatal> {
    let (id, name) = (lane.id, lane.name.clone());
    run.monitor.observe(&Event::LaneOpened {
        lane: id,
        name: name.clone(),
        owed: Calls::default(),
    });
    let result = read_back(&run, lane).await?;
    let mut all = found.lock().unwrap_or_else(PoisonError::into_inner);
    let clean = match result {
        Ok(verdict) => {
            let clean = verdict.clean();
            all.lanes.push((name.clone(), verdict));
            clean
        }
        Err(why) => {
            all.unread.push((name.clone(), why));
            false
        }
    };
    run.monitor.observe(&Event::LaneVerified { lane: id, name, clean });
    Ok(())
}

/// Reads one lane back and stores the verdict; the inner error says why it could not be read.
async fn read_back(run: &Run, lane: Lane) -> Result<Result<Verdict, String>, Fatal> {
    let id = lane.id;
    let mut comparison = Comparison::new(&lane.slack);
    if let Err(why) = messages(run, &lane, &mut comparison).await? {
        return Ok(Err(why));
    }
    let (owed, wedged) = run.writer.run(move |ledger| ledger.standing(id, Phase::Amend)).await?;
    comparison.stuck(owed + wedged);
    let past = run.writer.run(move |ledger| ledger.expected_past(id)).await?;
    match members(run, &lane).await {
        Ok(found) => comparison.past_members(past, found),
        Err(why) => return Ok(Err(why)),
    }
    let verdict = comparison.finish();
    let (text, clean) = (serde_json::to_string(&verdict).unwrap_or_default(), verdict.clean());
    run.writer.run(move |ledger| ledger.set_verdict(id, &text, clean)).await?;
    Ok(Ok(verdict))
}

async fn messages(
    run: &Run,
    lane: &Lane,
    comparison: &mut Comparison,
) -> Result<Result<(), String>, Fatal> {
    let (id, space) = (lane.id, lane.space.clone().unwrap_or_default());
    let (mut cursor, mut planned, mut token, mut more) = (0, true, None, true);
    while planned || more {
        if planned {
            let rows =
                run.writer.run(move |ledger| ledger.expected(id, cursor, PAGE as usize)).await?;
            planned = rows.len() == PAGE as usize;
            cursor = rows.last().map_or(cursor, |row| row.step);
            comparison.expect(rows);
        }
        if more {
            let page = match again(run, || page(run, &space, token.as_deref())).await {
                Ok(page) => page,
                Err(why) => return Ok(Err(why)),
            };
            more = page.next.is_some();
            token = page.next;
            comparison.find(page.items);
        }
    }
    Ok(Ok(()))
}

async fn page(
    run: &Run,
    space: &str,
    token: Option<&str>,
) -> Result<crate::chat::Page<crate::chat::ListedMessage>, Outcome> {
    run.pacer.permit(Class::Read, Some(space)).await;
    run.client.list_messages(&run.admin(), space, "", token, PAGE).await
}

/// Counts the people with a past membership.
async fn members(run: &Run, lane: &Lane) -> Result<u64, String> {
    let space = lane.space.clone().unwrap_or_default();
    let (mut token, mut people) = (None, std::collections::BTreeSet::new());
    loop {
        let page = again(run, || async {
            run.pacer.permit(Class::MemberRead, Some(&space)).await;
            run.client.list_members(&run.admin(), &space, token.as_deref(), PAGE).await
        })
        .await?;
        people.extend(
            page.items
                .into_iter()
                .filter(|member| member.deleted.is_some())
                .map(|member| member.user),
        );
        token = page.next;
        if token.is_none() {
            return Ok(people.len() as u64);
        }
    }
}

/// Repeats a read until it has a clear answer; a refusal ends it.
async fn again<T, F>(run: &Run, mut read: impl FnMut() -> F) -> Result<T, String>
where
    F: Future<Output = Result<T, Outcome>>,
{
    let (mut last, mut attempt) = (String::new(), 0);
    while attempt < TRIES && !run.stopping() {
        let asked = match read().await {
            Ok(answer) => return Ok(answer),
            Err(outcome @ (Outcome::Rejected(_) | Outcome::Token(_))) => {
                return Err(super::refusal(&outcome));
            }
            Err(Outcome::Throttled { retry_after, .. }) => retry_after,
            Err(outcome) => {
                last = super::refusal(&outcome);
                attempt += 1;
                None
            }
        };
        let wait: Duration = run.backoff.next(attempt, asked);
        run.clock.sleep(wait).await;
    }
    Err(last)
}
