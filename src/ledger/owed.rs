//! What is owed: pending steps of a lane, in order, each with what is known of its parent.

use super::codes::{Code, DONE, PENDING, WEDGED};
use super::stage::step_id;
use super::{Error, Ledger};
use crate::draft::{Phase, Rung, StepKind};
use crate::ids::{Account, Micros};
use crate::wire::Frozen;
use rusqlite::{OptionalExtension, Row, params};

/// A step to be paid.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number.
    pub id: i64,
    /// Its lane.
    pub lane: i64,
    /// When in the lane's life.
    pub phase: Phase,
    /// What it does.
    pub kind: StepKind,
    /// The item it pays for.
    pub item: Option<i64>,
    /// Which part of a split message.
    pub part: u32,
    /// Files travel as text inside the message.
    pub carries: bool,
    /// Who makes the call.
    pub actor: Account,
    /// The resource name of whoever makes it: `users/…`.
    pub user: String,
    /// A post's createTime.
    pub created: Option<Micros>,
    /// How often its payload had to change.
    pub revision: u32,
    /// How much of a post Chat has left.
    pub rung: Rung,
    /// The frozen request.
    pub request: Frozen,
    /// The step that must be done first.
    pub parent: Parent,
}

/// What is known of a step's parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// There is none.
    None,
    /// It is done; its message and thread, if it is a post.
    Done(Names),
    /// It is still owed.
    Pending(i64),
    /// It was refused: this step waits with it.
    Wedged,
}

/// Names that a post got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// `spaces/…/messages/…`.
    pub message: Option<String>,
    /// `spaces/…/threads/…`.
    pub thread: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Step> {
    let id: i64 = row.get(0)?;
    let parent = match (row.get::<_, Option<i64>>(9)?, row.get::<_, Option<i64>>(10)?) {
        (None, _) => Parent::None,
        (Some(_), Some(DONE)) => {
            Parent::Done(Names { message: row.get(11)?, thread: row.get(12)? })
        }
        // A refused reply holds up its own reactions, not the rest of its thread.
        (Some(_), Some(WEDGED)) => match row.get::<_, Option<String>>(12)? {
            Some(thread) => Parent::Done(Names { message: None, thread: Some(thread) }),
            None => Parent::Wedged,
        },
        (Some(after), _) => Parent::Pending(after),
    };
    Ok(Step {
        id,
        lane: id >> 32,
        phase: Phase::of(row.get(1)?).ok_or(rusqlite::Error::InvalidQuery)?,
        kind: StepKind::of(row.get(2)?).ok_or(rusqlite::Error::InvalidQuery)?,
        item: row.get(3)?,
        part: row.get::<_, i64>(4)? as u32,
        actor: Account::new(&row.get::<_, String>(5)?),
        user: row.get(14)?,
        created: row.get(6)?,
        revision: row.get::<_, i64>(7)? as u32,
        carries: row.get(13)?,
        rung: Rung::of(row.get(15)?).ok_or(rusqlite::Error::InvalidQuery)?,
        request: Frozen::from_stored(row.get(8)?),
        parent,
    })
}

impl Ledger {
    /// Returns up to `room` pending steps of one kind that come after `cursor`, in order. A
    /// correction that is not frozen yet is not among them.
    pub fn owed(
        &self,
        lane: i64,
        phase: Phase,
        kind: StepKind,
        cursor: i64,
        room: usize,
    ) -> Result<Vec<Step>, Error> {
        let sql = "SELECT s.id, s.phase, s.kind, s.item, s.part, a.email, s.created, s.revision, s.request,
                s.after, p.state, iif(p.part > 0, p.receipt, i.message), o.thread, s.carries, a.user, s.rung
            FROM step s JOIN account a ON a.id = s.actor
            LEFT JOIN step p ON p.id = s.after LEFT JOIN item i ON i.id = p.item
            LEFT JOIN step t ON t.id = s.thread LEFT JOIN item o ON o.id = t.item
            WHERE s.id > ?1 AND s.id <= ?2 AND s.phase = ?3 AND s.kind = ?4 AND s.state = ?5
                AND (s.kind <> ?7 OR s.hash IS NOT NULL) ORDER BY s.id LIMIT ?6";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(
            params![
                cursor.max(step_id(lane, 0)),
                step_id(lane, u32::MAX),
                phase.code(),
                kind.code(),
                PENDING,
                room as i64,
                StepKind::Amend.code()
            ],
            read,
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts a lane's pending and wedged steps up to and including a phase.
    pub fn standing(&self, lane: i64, until: Phase) -> Result<(u64, u64), Error> {
        let sql = "SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 2), 0) FROM step
            WHERE id BETWEEN ?1 AND ?2 AND phase <= ?3 AND state <> 1";
        let bounds = params![step_id(lane, 0), step_id(lane, u32::MAX), until.code()];
        let (owed, wedged): (i64, i64) =
            self.db.query_row(sql, bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((owed as u64, wedged as u64))
    }

    /// Counts a lane's pending and wedged steps of one phase.
    pub fn standing_in(&self, lane: i64, phase: Phase) -> Result<(u64, u64), Error> {
        let sql = "SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 2), 0) FROM step
            WHERE id BETWEEN ?1 AND ?2 AND phase = ?3 AND state <> 1";
        let bounds = params![step_id(lane, 0), step_id(lane, u32::MAX), phase.code()];
        let (owed, wedged): (i64, i64) =
            self.db.query_row(sql, bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((owed as u64, wedged as u64))
    }

    /// Returns the createTime of the post that a step waits for.
    pub fn parent_time(&self, step: i64) -> Result<Option<Micros>, Error> {
        let sql = "SELECT p.created FROM step s JOIN step p ON p.id = s.after WHERE s.id = ?1";
        let mut query = self.db.prepare_cached(sql)?;
        Ok(query.query_row([step], |row| row.get(0)).optional()?.flatten())
    }

    /// Returns the createTimes of a lane's posts from `from` on, in order of place.
    pub fn times_from(&self, step: i64, room: usize) -> Result<Vec<Micros>, Error> {
        let lane = step >> 32;
        let sql = "SELECT created FROM step WHERE id > ?1 AND id <= ?2 AND created IS NOT NULL ORDER BY id LIMIT ?3";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query
            .query_map(params![step, step_id(lane, u32::MAX), room as i64], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
