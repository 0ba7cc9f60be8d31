//! What the last run learnt of Google's limits: to be shown from outside, nothing more.

use super::{Error, Ledger};
use crate::ids::Micros;
use rusqlite::params;
use serde::Serialize;

/// What was learnt of one limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Learnt {
    /// Whose limit, in words.
    pub what: String,
    /// Calls a minute at the pace of then.
    pub per_minute: u64,
    /// Calls a minute that Google documents, or that are assumed.
    pub documented: u64,
    /// It went as fast as it might again.
    pub whole: bool,
    /// Refusals that taught it.
    pub refusals: u64,
    /// Answers that were long in coming.
    pub slow: u64,
}

impl Ledger {
    /// Writes down what was learnt, in place of what was known of the same limits.
    pub fn note_learnt(&mut self, all: &[Learnt], now: Micros) -> Result<(), Error> {
        let sql = "INSERT OR REPLACE INTO learnt (what, per_minute, documented, whole, refusals, slow, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let change = self.db.transaction()?;
        for one in all {
            let Learnt { what, per_minute, documented, whole, refusals, slow } = one;
            let [per_minute, documented, refusals, slow] =
                [per_minute, documented, refusals, slow].map(|number| number.cast_signed());
            let values = params![what, per_minute, documented, whole, refusals, slow, now];
            change.prepare_cached(sql)?.execute(values)?;
        }
        super::commit(change, "learnt")
    }

    /// Returns what the last run that learnt anything knew, and when that was.
    pub fn learnt(&self) -> Result<Vec<(Learnt, Micros)>, Error> {
        let sql = "SELECT what, per_minute, documented, whole, refusals, slow, at FROM learnt ORDER BY what";
        let number = |row: &rusqlite::Row<'_>, at| row.get(at).map(i64::cast_unsigned);
        let mut rows = self.db.prepare(sql)?;
        let rows = rows.query_map([], |row| {
            let learnt = Learnt {
                what: row.get(0)?,
                per_minute: number(row, 1)?,
                documented: number(row, 2)?,
                whole: row.get(3)?,
                refusals: number(row, 4)?,
                slow: number(row, 5)?,
            };
            Ok((learnt, row.get(6)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
