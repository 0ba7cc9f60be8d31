//! Staging: items out, frozen steps in, just before a lane opens.

use super::account::{ItemKind, ItemState};
use super::codes::Code;
use super::reconcile::note_space;
use super::{Error, LaneState, Ledger, commit, expect_rows};
use crate::access::BY_GROUP;
use crate::draft::{Phase, StepKind};
use crate::ids::{Account, Micros};
use crate::wire;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{HashMap, HashSet};

/// Whoever can freeze a lane's requests from its archive.
pub trait Stage: Send + Sync + std::fmt::Debug {
    /// Freezes one lane. Blocks while it reads and writes.
    fn stage(&self, lane: i64) -> Result<(), StageError>;
}

/// Why a lane could not be staged.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The ledger's own complaint.
    #[error(transparent)]
    Ledger(#[from] Error),
    /// It was asked to stop; what it wrote of the lane is taken away when it is staged again.
    #[error("stopped in the middle of a conversation")]
    Stopped,
    /// The archive is gone or is not what was planned from.
    #[error("{0}")]
    Archive(String),
}

/// An item as staging needs it.
#[derive(Debug, Clone)]
pub struct StagedItem {
    /// The item's number.
    pub id: i64,
    /// Its ts in µs.
    pub ts: Micros,
    /// What it is.
    pub kind: ItemKind,
    /// What tells it from others of its kind and ts.
    pub sub: String,
    /// Of the source record.
    pub hash: Vec<u8>,
    /// Owed or not.
    pub state: ItemState,
    /// A message's createTime.
    pub created: Option<Micros>,
    /// Who it is sent as: the account's number.
    pub actor: Option<i64>,
    /// Calls that pay for it.
    pub calls: u32,
}

/// A step to be frozen.
#[derive(Debug, Clone)]
pub struct NewStep {
    /// Its place in the lane, counted from 1.
    pub place: u32,
    /// When in the lane's life.
    pub phase: Phase,
    /// What it does.
    pub kind: StepKind,
    /// The place of the step that must be done first.
    pub after: Option<u32>,
    /// The place of the step that opens a reply's thread.
    pub thread: Option<u32>,
    /// The item it pays for.
    pub item: Option<i64>,
    /// Which part of a split message.
    pub part: u32,
    /// Files travel as text inside the message.
    pub carries: bool,
    /// The account that makes the call.
    pub actor: i64,
    /// A post's createTime.
    pub created: Option<Micros>,
    /// Of a post's text.
    pub hash: Option<[u8; 16]>,
    /// The frozen request.
    pub request: String,
}

/// A member of a lane's conversation.
#[derive(Debug, Clone)]
pub struct StagedMember {
    /// The membership item.
    pub item: i64,
    /// Slack's user id.
    pub slack: String,
    /// When they came.
    pub since: Option<Micros>,
    /// When they left; none: still in.
    pub ended: Option<Micros>,
    /// Calls that pay for it.
    pub calls: u32,
    /// They are in by a group once the space is open.
    pub by_group: bool,
}

/// What reading back must show of a step; of a post its text's hash tells.
fn shown(step: &NewStep) -> Option<String> {
    if step.kind == StepKind::Post { None } else { wire::shown(&step.request) }
}

/// Returns the step id of a place in a lane.
pub const fn step_id(lane: i64, place: u32) -> i64 {
    (lane << 32) | place as i64
}

fn staged_item(row: &Row<'_>) -> rusqlite::Result<StagedItem> {
    Ok(StagedItem {
        id: row.get(0)?,
        ts: row.get(1)?,
        kind: ItemKind::of(row.get(2)?).ok_or(rusqlite::Error::InvalidQuery)?,
        sub: row.get(3)?,
        hash: row.get::<_, Option<Vec<u8>>>(4)?.unwrap_or_default(),
        state: ItemState::of(row.get(5)?).ok_or(rusqlite::Error::InvalidQuery)?,
        created: row.get(6)?,
        actor: row.get(7)?,
        calls: row.get::<_, i64>(8)? as u32,
    })
}

impl Ledger {
    /// Returns the items of a conversation between two timestamps, both included, in order.
    pub fn items_between(
        &self,
        conversation: i64,
        from: Micros,
        until: Micros,
    ) -> Result<Vec<StagedItem>, Error> {
        let sql = "SELECT id, ts, kind, sub, hash, state, created, actor, calls FROM item
            WHERE conversation = ?1 AND ts BETWEEN ?2 AND ?3 AND kind IN (0, 1, 2, 5) ORDER BY ts, kind, sub";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params![conversation, from, until], staged_item)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the post beside a conversation's newest message that no export holds.
    pub fn added_last(&self, conversation: i64, sub: &str) -> Result<Option<StagedItem>, Error> {
        let sql = "SELECT id, ts, kind, sub, hash, state, created, actor, calls FROM item
            WHERE conversation = ?1 AND ts = (SELECT max(ts) FROM item WHERE conversation = ?1)
            AND kind = 5 AND sub = ?2";
        let mut query = self.db.prepare_cached(sql)?;
        Ok(query.query_row(params![conversation, sub], staged_item).optional()?)
    }

    /// Returns every account: its number and its resource name.
    pub fn accounts(&self) -> Result<HashMap<Account, (i64, String)>, Error> {
        let mut query = self.db.prepare("SELECT email, id, user FROM account")?;
        let rows = query.query_map([], |row| {
            Ok((Account::new(&row.get::<_, String>(0)?), (row.get(1)?, row.get(2)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the roots of all threads of a conversation, by ts.
    pub fn thread_roots(&self, conversation: i64) -> Result<HashSet<Micros>, Error> {
        let sql = "SELECT DISTINCT root FROM item WHERE conversation = ?1 AND root IS NOT NULL";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map([conversation], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the membership items of a conversation that are owed.
    pub fn owed_members(&self, conversation: i64) -> Result<Vec<StagedMember>, Error> {
        let sql = "SELECT id, sub, created, ended, calls, coalesce(reason = ?2, 0) FROM item WHERE conversation = ?1 AND ts = 0 AND kind = 3 AND state = 0 ORDER BY sub";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params![conversation, BY_GROUP], |row| {
            Ok(StagedMember {
                item: row.get(0)?,
                slack: row.get(1)?,
                since: row.get(2)?,
                ended: row.get(3)?,
                calls: row.get::<_, i64>(4)? as u32,
                by_group: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the accounts that post in a conversation, each once, in the order of their numbers.
    pub fn posters(&self, conversation: i64) -> Result<Vec<i64>, Error> {
        let sql = "SELECT DISTINCT actor FROM item
            WHERE conversation = ?1 AND kind IN (?2, ?3) AND state = ?4 AND actor IS NOT NULL ORDER BY actor";
        let mut query = self.db.prepare_cached(sql)?;
        let kinds = [ItemKind::Message.code(), ItemKind::Added.code(), ItemState::Owed.code()];
        let [message, added, owed] = kinds;
        let rows =
            query.query_map(params![conversation, message, added, owed], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes away what an interrupted staging of the lane left.
    pub fn begin_staging(&mut self, lane: i64) -> Result<(), Error> {
        let state = self.lane(lane)?.state;
        if state != LaneState::Planned {
            return Err(Error::Broken(format!(
                "lane {lane} is {} and can't be staged",
                state.as_str()
            )));
        }
        let change = self.db.transaction()?;
        let steps = params![step_id(lane, 0), step_id(lane, u32::MAX)];
        change.execute("DELETE FROM step WHERE id BETWEEN ?1 AND ?2", steps)?;
        // A space that was taken over meanwhile is counted as paid again at the end.
        let sql =
            "UPDATE lane SET paid_posts = 0, paid_reactions = 0, paid_others = 0 WHERE id = ?1";
        change.execute(sql, [lane])?;
        Ok(change.commit()?)
    }

    /// Adds steps to a lane that is being staged.
    pub fn add_steps(&mut self, lane: i64, steps: &[NewStep]) -> Result<(), Error> {
        let change = self.db.transaction()?;
        insert_steps(&change, lane, steps)?;
        commit(change, "stage")
    }

    /// Ends staging: from here on the lane's requests are frozen.
    pub fn finish_staging(&mut self, lane: i64) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let sql = "UPDATE lane SET state = 'staged' WHERE id = ?1 AND state = 'planned'";
        expect_rows(change.execute(sql, [lane])?, 1, "a lane is staged")?;
        note_space(&change, lane)?;
        commit(change, "staged")
    }
}

/// Adds steps at their places in a lane.
pub(super) fn insert_steps(change: &Connection, lane: i64, steps: &[NewStep]) -> Result<(), Error> {
    let sql = "INSERT INTO step (id, phase, kind, after, item, part, actor, created, hash, request, carries, thread, shown)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let mut insert = change.prepare_cached(sql)?;
    for step in steps {
        insert.execute(params![
            step_id(lane, step.place),
            step.phase.code(),
            step.kind.code(),
            step.after.map(|place| step_id(lane, place)),
            step.item,
            step.part,
            step.actor,
            step.created,
            step.hash.as_ref().map(<[u8; 16]>::as_slice),
            step.request,
            step.carries,
            step.thread.map(|place| step_id(lane, place)),
            shown(step),
        ])?;
    }
    Ok(())
}
