//! People who got an account after their conversation was begun: their memberships, taken into
//! what is owed, and the lanes that are rebuilt for their sake.

use super::account::ItemKind;
use super::chosen::CHOSEN;
use super::codes::{Code, DONE, SKIPPED};
use super::stage::{insert_steps, step_id};
use super::{Error, Lane, LaneState, Ledger, NewStep, commit, expect_rows};
use crate::draft::{AUTHOR_UNAVAILABLE, Phase, StepKind};
use crate::ids::Micros;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// A membership as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The item.
    pub item: i64,
    /// Slack's user id.
    pub slack: String,
    /// When they came.
    pub since: Option<Micros>,
    /// When they left; none: a member at export time.
    pub ended: Option<Micros>,
    /// Their account, as it was planned.
    pub actor: Option<i64>,
    /// Why they are left out.
    pub reason: Option<String>,
}

impl Membership {
    /// Tells whether they were to be added with another account than the admin chose since.
    pub fn is_against(&self) -> bool {
        self.reason.as_deref() == Some(CHOSEN)
    }
}

/// A message or a reaction, and who it is sent as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAs {
    /// Slack's ts of the message.
    pub ts: Micros,
    /// Message or reaction.
    pub kind: ItemKind,
    /// What tells a reaction from others of its message.
    pub sub: String,
    /// The account; none where it is left out, or somebody else stands in for it.
    pub actor: Option<i64>,
}

/// A call that somebody's membership needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateCall {
    /// When in the lane's life.
    pub phase: Phase,
    /// What it does; a role follows the membership that it belongs to, the admin's going both.
    pub kind: StepKind,
    /// The account that makes it.
    pub actor: i64,
    /// The frozen request.
    pub request: String,
}

/// Somebody whose membership is taken into what a lane owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latecomer {
    /// The membership item.
    pub item: i64,
    /// Their account.
    pub account: i64,
    /// What it needs; nothing where the account is in already, under another Slack identity.
    pub calls: Vec<LateCall>,
    /// They complete the space in the admin's place, and are a member by that.
    pub completes: bool,
    /// They take charge of an open space from the admin, who leaves it then.
    pub succeeds: bool,
}

impl Ledger {
    /// Returns everybody who was in a conversation, in the order of their Slack ids.
    pub fn memberships(&self, conversation: i64) -> Result<Vec<Membership>, Error> {
        let sql = "SELECT id, sub, created, ended, actor, iif(state = 3, reason, NULL) FROM item
            WHERE conversation = ?1 AND ts = 0 AND kind = ?2 ORDER BY sub";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params![conversation, ItemKind::Membership.code()], |row| {
            Ok(Membership {
                item: row.get(0)?,
                slack: row.get(1)?,
                since: row.get(2)?,
                ended: row.get(3)?,
                actor: row.get(4)?,
                reason: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Tells whether a conversation may hold something under another name than its author's own.
    pub fn has_stand_ins(&self, conversation: i64) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM unmatched WHERE conversation = ?1)
            OR EXISTS (SELECT 1 FROM item WHERE conversation = ?1 AND kind = 0 AND losses LIKE '%' || ?2 || ':%')";
        Ok(self.db.query_row(sql, params![conversation, AUTHOR_UNAVAILABLE], |row| row.get(0))?)
    }

    /// Returns who the messages of a stretch and their reactions are sent as, both ends included.
    pub fn sent_as(
        &self,
        conversation: i64,
        from: Micros,
        until: Micros,
    ) -> Result<Vec<SentAs>, Error> {
        let sql = "SELECT ts, kind, sub, CASE WHEN losses LIKE '%' || ?4 || ':%' THEN NULL ELSE actor END
            FROM item WHERE conversation = ?1 AND ts BETWEEN ?2 AND ?3 AND (kind = 0 AND sub = '' OR kind = 2)";
        let mut query = self.db.prepare_cached(sql)?;
        let values = params![conversation, from, until, AUTHOR_UNAVAILABLE];
        let rows = query.query_map(values, |row| {
            Ok(SentAs {
                ts: row.get(0)?,
                kind: ItemKind::of(row.get(1)?).ok_or(rusqlite::Error::InvalidQuery)?,
                sub: row.get(2)?,
                actor: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes latecomers into what their lanes owe, and notes the lanes that are to be rebuilt: all
    /// of it or nothing.
    pub fn take_late(
        &mut self,
        late: &[(i64, Vec<Latecomer>)],
        rebuild: &[i64],
    ) -> Result<(), Error> {
        let lanes: Vec<Lane> =
            late.iter().map(|(lane, _)| self.lane(*lane)).collect::<Result<_, _>>()?;
        let change = self.db.transaction()?;
        for (lane, (_, people)) in lanes.iter().zip(late) {
            take(&change, lane, people)?;
        }
        for lane in rebuild {
            let sql = "INSERT OR IGNORE INTO rebuild (conversation, generation)
                SELECT conversation, generation FROM lane WHERE id = ?1";
            change.execute(sql, [lane])?;
        }
        commit(change, "late")
    }

    /// Returns the lanes that are to be rebuilt and still have their space.
    pub fn to_rebuild(&self) -> Result<BTreeSet<i64>, Error> {
        let sql = "SELECT l.id FROM rebuild r JOIN lane l
            ON l.conversation = r.conversation AND l.generation = r.generation";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Takes latecomers into one lane.
fn take(change: &Connection, lane: &Lane, people: &[Latecomer]) -> Result<(), Error> {
    let mut steps = Vec::new();
    let mut place = last_place(change, lane.id)?;
    for one in people {
        let calls = one.calls.iter().filter(|call| !follows(call)).count();
        forget(change, lane.id, one.item)?;
        item(change, one, calls as i64 + i64::from(one.completes))?;
        for call in &one.calls {
            place += 1;
            steps.push(step(one, call, place));
        }
        if one.completes {
            completer(change, lane.id, one)?;
        }
        if one.succeeds {
            let sql = "UPDATE lane SET heir = ?2 WHERE id = ?1";
            let rows = change.execute(sql, params![lane.id, one.account])?;
            expect_rows(rows, 1, "a lane has its heir")?;
        }
    }
    insert_steps(change, lane.id, &steps)?;
    let of = |kind| steps.iter().filter(|step| step.kind == kind).count() as i64;
    let (past, present) = (of(StepKind::PastMember), of(StepKind::Member));
    // What is added to its history is sent before it can be completed, and read back once more.
    let state = match lane.state {
        LaneState::Drained if past > 0 => LaneState::Open,
        LaneState::Present if present > 0 => LaneState::Completed,
        state => state,
    };
    let sql = "UPDATE lane SET past = past + ?2, present = present + ?3, others = others + ?4, state = ?5,
            verified = verified AND ?2 = 0, verdict = iif(?2 = 0, verdict, NULL) WHERE id = ?1";
    let values = params![lane.id, past, present, steps.len() as i64, state.as_str()];
    expect_rows(change.execute(sql, values)?, 1, "a lane owes more members")
}

/// The places go on where staging ended, so that what is frozen stays where it is.
fn last_place(change: &Connection, lane: i64) -> Result<u32, Error> {
    let sql = "SELECT coalesce(max(id), ?1) FROM step WHERE id BETWEEN ?1 AND ?2";
    let bounds = params![step_id(lane, 0), step_id(lane, u32::MAX)];
    let last: i64 = change.query_row(sql, bounds, |row| row.get(0))?;
    Ok((last & i64::from(u32::MAX)) as u32)
}

/// Tells whether a call belongs to the one before it, and to no item.
const fn follows(call: &LateCall) -> bool {
    matches!(call.kind, StepKind::Role | StepKind::Leave)
}

fn step(one: &Latecomer, call: &LateCall, place: u32) -> NewStep {
    let follows = follows(call);
    NewStep {
        place,
        phase: call.phase,
        kind: call.kind,
        after: follows.then(|| place - 1),
        thread: None,
        item: (!follows).then_some(one.item),
        part: 0,
        carries: false,
        actor: call.actor,
        created: None,
        hash: None,
        request: call.request.clone(),
    }
}

/// Takes the calls away that would have added somebody with the account of before, and were left out.
fn forget(change: &Connection, lane: i64, item: i64) -> Result<(), Error> {
    let sql = "DELETE FROM step WHERE kind = ?3 AND state = ?4 AND reason = ?5 AND after IN
        (SELECT id FROM step WHERE item = ?1 AND id BETWEEN ?2 AND ?6)";
    let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
    let role = StepKind::Role.code();
    let roles = change.execute(sql, params![item, first, role, SKIPPED, CHOSEN, last])?;
    let sql = "DELETE FROM step WHERE item = ?1 AND id BETWEEN ?2 AND ?6 AND kind = ?3 AND state = ?4 AND reason = ?5";
    let member = StepKind::Member.code();
    let members = change.execute(sql, params![item, first, member, SKIPPED, CHOSEN, last])?;
    let gone = (roles + members) as i64;
    let sql = "UPDATE lane SET present = present - ?2, others = others - ?3, paid_others = paid_others - ?3 WHERE id = ?1";
    change.execute(sql, params![lane, members as i64, gone])?;
    Ok(())
}

/// Owes a membership that was left out; under another identity of the same account it stays so.
fn item(change: &Connection, one: &Latecomer, calls: i64) -> Result<(), Error> {
    let sql =
        "UPDATE item SET actor = ?2, calls = ?3 + made.n, paid = made.n, state = iif(?3 = 0, 3, 0),
            reason = iif(?3 = 0, 'same_account', NULL)
        FROM (SELECT count(*) AS n FROM step WHERE item = ?1) made
        WHERE id = ?1 AND state = 3 AND (actor IS NULL OR reason = 'chosen')";
    let rows = change.execute(sql, params![one.item, one.account, calls])?;
    expect_rows(rows, 1, "a membership is owed")
}

/// Lets a latecomer complete the space in the admin's place, add the others and set its audience.
fn completer(change: &Connection, lane: i64, one: &Latecomer) -> Result<(), Error> {
    let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
    let sql = "UPDATE step SET actor = ?3, item = ?4 WHERE id BETWEEN ?1 AND ?2 AND kind = ?5 AND state <> ?6";
    let complete = StepKind::Complete.code();
    let values = params![first, last, one.account, one.item, complete, DONE];
    expect_rows(change.execute(sql, values)?, 1, "a member completes")?;
    let sql = "UPDATE step SET actor = ?3 WHERE id BETWEEN ?1 AND ?2 AND phase >= ?4";
    change.execute(sql, params![first, last, one.account, Phase::Present.code()])?;
    // The admin is never in, and so need not go.
    let sql = "DELETE FROM step WHERE id BETWEEN ?1 AND ?2 AND kind = ?3";
    let gone = change.execute(sql, params![first, last, StepKind::Leave.code()])?;
    let sql = "UPDATE lane SET completer = ?2, admin_owned = 0, heir = NULL, others = others - ?3 WHERE id = ?1";
    let values = params![lane, one.account, gone as i64];
    expect_rows(change.execute(sql, values)?, 1, "a lane has its completer")
}
