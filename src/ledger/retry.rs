//! Re-arming: what is stuck or was left out is owed again.

use super::chosen::CHOSEN;
use super::codes::{Code, SKIPPED, WEDGED};
use super::give_way::unskip;
use super::lane::paid_column;
use super::settle::Key;
use super::stage::step_id;
use super::{Error, Ledger};
use crate::draft::{ADMIN_STAYS, NOT_A_MEMBER, Phase, StepKind};
use rusqlite::{Row, Transaction, params};
use std::collections::HashSet;

impl Ledger {
    /// Re-arms wedged steps: all, those with a reason, or one. Steps that were left out are
    /// re-armed too, where the reason or the step is named. What belongs to a space's hidden life
    /// is left alone once the space is open. Returns how many before completion, and after.
    pub fn retry(&mut self, reason: Option<&str>, step: Option<i64>) -> Result<(u64, u64), Error> {
        let change = self.db.transaction()?;
        let wedged = chosen(&change, WEDGED, reason, step)?;
        let skipped = match (reason, step) {
            (None, None) => Vec::new(),
            _ => chosen(&change, SKIPPED, reason, step)?,
        };
        for key in &skipped {
            unskipped(&change, key)?;
            // A role that somebody could not have before they were in, and the going of the admin.
            let mut behind = followers(&change, key)?;
            while let Some(next) = behind.pop() {
                unskipped(&change, &next)?;
                behind.extend(followers(&change, &next)?);
            }
        }
        for key in &wedged {
            arm(&change, key)?;
        }
        free_items(&change, &wedged)?;
        super::commit(change, "retry")?;
        let after = wedged.iter().chain(&skipped).filter(|key| key.phase > Phase::Amend).count();
        let all = wedged.len() + skipped.len();
        Ok(((all - after) as u64, after as u64))
    }
}

fn chosen(
    change: &Transaction<'_>,
    state: i64,
    reason: Option<&str>,
    step: Option<i64>,
) -> Result<Vec<Key>, Error> {
    // The states are written out, so that their indexes serve.
    let sql = format!(
        "SELECT {KEY} FROM step s JOIN lane l ON l.id = s.id >> 32
        WHERE s.state = {state} AND (?1 IS NULL OR s.reason = ?1) AND (?2 IS NULL OR s.id = ?2)
        AND (s.phase > 3 OR l.state NOT IN ('completed', 'present')) AND s.reason IS NOT '{CHOSEN}'"
    );
    let mut query = change.prepare(&sql)?;
    let rows = query.query_map(params![reason, step], key)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Returns what was left out only because what stands before it was.
fn followers(change: &Transaction<'_>, of: &Key) -> Result<Vec<Key>, Error> {
    let sql = format!(
        "SELECT {KEY} FROM step s WHERE s.id > ?1 AND s.id <= ?2 AND s.after = ?1 AND s.state = {SKIPPED}
            AND s.reason IN ('{NOT_A_MEMBER}', '{ADMIN_STAYS}')"
    );
    let mut query = change.prepare_cached(&sql)?;
    let rows = query.query_map(params![of.id, step_id(of.lane, u32::MAX)], key)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const KEY: &str = "s.id, s.phase, s.kind, s.item, s.part, s.carries";

fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let id: i64 = row.get(0)?;
    Ok(Key {
        id,
        lane: id >> 32,
        phase: Phase::of(row.get(1)?).ok_or(rusqlite::Error::InvalidQuery)?,
        kind: StepKind::of(row.get(2)?).ok_or(rusqlite::Error::InvalidQuery)?,
        item: row.get(3)?,
        part: row.get::<_, i64>(4)? as u32,
        carries: row.get(5)?,
    })
}

/// Takes a step that was left out back among those that are owed.
pub(super) fn unskipped(change: &Transaction<'_>, key: &Key) -> Result<(), Error> {
    unskip(change, key)?;
    let column = paid_column(key.kind);
    let sql = format!("UPDATE lane SET {column} = {column} - 1 WHERE id = ?1");
    change.prepare_cached(&sql)?.execute([key.lane])?;
    arm(change, key)
}

/// Makes a step pending, and opens its lane for it.
pub(super) fn arm(change: &Transaction<'_>, key: &Key) -> Result<(), Error> {
    let sql = "UPDATE step SET state = 0, reason = NULL, detail = NULL WHERE id = ?1";
    change.prepare_cached(sql)?.execute([key.id])?;
    let sql = if key.phase > Phase::Amend {
        "UPDATE lane SET state = CASE state WHEN 'present' THEN 'completed' ELSE state END WHERE id = ?1"
    } else {
        "UPDATE lane SET verified = 0, verdict = NULL,
            state = CASE state WHEN 'drained' THEN 'open' ELSE state END WHERE id = ?1"
    };
    change.prepare_cached(sql)?.execute([key.lane])?;
    Ok(())
}

/// An item is owed again once no call of it is stuck any more.
fn free_items(change: &Transaction<'_>, armed: &[Key]) -> Result<(), Error> {
    let sql = "SELECT item FROM step WHERE state = 2 AND item IS NOT NULL";
    let stuck: HashSet<i64> =
        change.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for item in armed.iter().filter_map(|key| key.item).filter(|item| !stuck.contains(item)) {
        let sql = "UPDATE item SET state = 0, reason = NULL WHERE id = ?1 AND state = 4";
        change.prepare_cached(sql)?.execute([item])?;
    }
    Ok(())
}
