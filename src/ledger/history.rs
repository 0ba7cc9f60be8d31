//! What of a conversation's history is how old: for how long a shorter one would take.

use super::{Error, Ledger};
use crate::event::Calls;
use crate::ids::Micros;
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;

/// What a conversation still owes for its older messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Older {
    /// Reactions that the export has, whatever becomes of them.
    pub reactions: u64,
    /// Calls for what is older than each of three times.
    pub calls: [Calls; 3],
}

impl Ledger {
    /// Returns what is owed for messages before each of three times, by conversation.
    pub fn older(&self, than: [Micros; 3]) -> Result<HashMap<i64, Older>, Error> {
        let sql = "SELECT conversation, sum(kind = 2),
                sum(iif(kind = 0 AND ts < ?1, max(calls - paid, 0), 0)), sum(iif(kind = 2 AND ts < ?1, max(calls - paid, 0), 0)),
                sum(iif(kind = 0 AND ts < ?2, max(calls - paid, 0), 0)), sum(iif(kind = 2 AND ts < ?2, max(calls - paid, 0), 0)),
                sum(iif(kind = 0 AND ts < ?3, max(calls - paid, 0), 0)), sum(iif(kind = 2 AND ts < ?3, max(calls - paid, 0), 0))
            FROM item WHERE kind IN (0, 2) GROUP BY conversation";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map(than, |row| {
            let number = |column| row.get::<_, i64>(column).map(|number| number as u64);
            let calls = |posts| -> rusqlite::Result<Calls> {
                Ok(Calls { posts: number(posts)?, reactions: number(posts + 1)?, others: 0 })
            };
            let calls = [calls(2)?, calls(4)?, calls(6)?];
            Ok((row.get(0)?, Older { reactions: number(1)?, calls }))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the times that part a conversation's messages into so many parts of one size.
    pub fn parting(&self, conversation: i64, parts: u64) -> Result<Vec<Micros>, Error> {
        let which = "FROM item WHERE conversation = ?1 AND kind = 0 AND calls > 0";
        let count = format!("SELECT count(*) {which}");
        let all: i64 = self.db.query_row(&count, [conversation], |row| row.get(0))?;
        let sql = format!("SELECT ts {which} ORDER BY ts LIMIT 1 OFFSET ?2");
        let at = |part: u64| {
            let place = (u128::from(all as u64) * u128::from(part) / u128::from(parts)) as i64;
            let row = self.db.query_row(&sql, params![conversation, place], |row| row.get(0));
            row.optional()
        };
        let times: rusqlite::Result<Vec<Option<Micros>>> = (1..parts).map(at).collect();
        let mut times: Vec<Micros> = times?.into_iter().flatten().collect();
        // A part that begins where the one before does is none.
        let first =
            self.db.query_row(&sql, params![conversation, 0], |row| row.get(0)).optional()?;
        times.dedup();
        times.retain(|time| Some(*time) != first);
        Ok(times)
    }
}
