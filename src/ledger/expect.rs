//! What reading a lane back must show.

use super::stage::step_id;
use super::{Error, Ledger};
use crate::ids::Micros;
use rusqlite::params;

/// A post as it must stand in Chat.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The step.
    pub step: i64,
    /// Slack's ts of the message.
    pub ts: Micros,
    /// Which part of it.
    pub part: u32,
    /// Its createTime.
    pub created: Micros,
    /// Of its text.
    pub hash: Vec<u8>,
    /// Paid. What is not paid must not be there.
    pub paid: bool,
    /// The resource name of its author.
    pub user: String,
    /// Its thread, as Google named it when its first part was posted.
    pub thread: Option<String>,
    /// Reactions paid.
    pub reactions: u64,
}

impl Ledger {
    /// Returns up to `room` posts of a lane after `cursor`, in order of place.
    pub fn expected(&self, lane: i64, cursor: i64, room: usize) -> Result<Vec<Expected>, Error> {
        let sql = "SELECT s.id, i.ts, s.part, s.created, s.hash, s.state = 1, a.user, coalesce(o.thread, i.thread),
                (SELECT count(*) FROM item r WHERE r.conversation = i.conversation AND r.ts = i.ts
                    AND r.kind = 2 AND r.state IN (1, 2) AND s.part = 0)
            FROM step s JOIN item i ON i.id = s.item JOIN account a ON a.id = s.actor
            LEFT JOIN step t ON t.id = s.thread LEFT JOIN item o ON o.id = t.item
            WHERE s.id > ?1 AND s.id <= ?2 AND s.kind = 2 ORDER BY s.id LIMIT ?3";
        let mut query = self.db.prepare_cached(sql)?;
        let bounds = params![cursor.max(step_id(lane, 0)), step_id(lane, u32::MAX), room as i64];
        let rows = query.query_map(bounds, |row| {
            Ok(Expected {
                step: row.get(0)?,
                ts: row.get(1)?,
                part: row.get::<_, i64>(2)? as u32,
                created: row.get(3)?,
                hash: row.get::<_, Option<Vec<u8>>>(4)?.unwrap_or_default(),
                paid: row.get(5)?,
                user: row.get(6)?,
                thread: row.get(7)?,
                reactions: row.get::<_, i64>(8)? as u64,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts the people with a paid past membership in a lane.
    pub fn expected_past(&self, lane: i64) -> Result<u64, Error> {
        let sql = "SELECT count(DISTINCT coalesce(i.actor, -s.item)) FROM step s JOIN item i ON i.id = s.item
            WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = 1 AND s.state = 1";
        let bounds = params![step_id(lane, 0), step_id(lane, u32::MAX)];
        Ok(self.db.query_row(sql, bounds, |row| row.get::<_, i64>(0))? as u64)
    }
}
