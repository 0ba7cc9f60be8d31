//! Settling: a step gets its receipt or is wedged. Settles that arrive together share a commit.

use super::codes::{DONE, INVITED, PENDING, WEDGED};
use super::give_way::{self, Poorer};
use super::lane::paid_column;
use super::owed::Step;
use super::{Error, Ledger, amend, commit, expect_rows};
use crate::draft::{Phase, Rung, StepKind};
use crate::ids::{ADDED, Micros};
use crate::wire;
use rusqlite::{Transaction, params};
use std::collections::BTreeMap;

/// What Google gave for a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The resource name.
    pub name: Option<String>,
    /// A message's thread.
    pub thread: Option<String>,
    /// A space's end of import mode.
    pub expires: Option<Micros>,
    /// A person was invited, and is in once they accept.
    pub invited: bool,
}

/// How a step ends, or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It is paid.
    Done(Receipt),
    /// It was refused.
    Wedged {
        /// A stable code.
        reason: &'static str,
        /// What Google said, redacted.
        detail: String,
    },
    /// Its payload has to change: another createTime, another request id.
    Revised {
        /// The new createTime of a post.
        created: Option<Micros>,
        /// The new frozen request.
        request: String,
    },
    /// A post gives way to one that Chat may take.
    Poorer(Poorer),
    /// It is left out by policy.
    Skipped {
        /// A stable code.
        reason: &'static str,
        /// What Google said, redacted.
        detail: String,
    },
}

/// What a settlement needs to know of its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub(super) id: i64,
    pub(super) lane: i64,
    pub(super) phase: Phase,
    pub(super) kind: StepKind,
    pub(super) item: Option<i64>,
    pub(super) part: u32,
    pub(super) carries: bool,
}

impl From<&Step> for Key {
    fn from(step: &Step) -> Self {
        Self {
            id: step.id,
            lane: step.lane,
            phase: step.phase,
            kind: step.kind,
            item: step.item,
            part: step.part,
            carries: step.carries,
        }
    }
}

impl Ledger {
    /// Writes settlements down in one transaction; each must find its step pending.
    pub fn settle(&mut self, batch: &[(Key, Settlement)]) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let mut paid: BTreeMap<(i64, StepKind, bool), i64> = BTreeMap::new();
        for (key, settlement) in batch {
            match settlement {
                Settlement::Done(receipt) => done(&change, key, receipt)?,
                Settlement::Skipped { reason, detail } => {
                    give_way::skipped(&change, key, reason, detail)?;
                }
                Settlement::Poorer(poorer) => give_way::poorer(&change, key, poorer)?,
                Settlement::Wedged { reason, detail } => wedged(&change, key, reason, detail)?,
                Settlement::Revised { created, request } => {
                    revised(&change, key, *created, request)?;
                }
            }
            // What is left out owes nothing more, just as what is done.
            if matches!(settlement, Settlement::Done(_) | Settlement::Skipped { .. }) {
                *paid.entry((key.lane, key.kind, key.phase <= Phase::Amend)).or_default() += 1;
            }
        }
        for ((lane, kind, reopens), count) in paid {
            let column = paid_column(kind);
            let sql = format!(
                "UPDATE lane SET {column} = {column} + ?2, verified = CASE WHEN ?3 THEN 0 ELSE verified END,
                verdict = CASE WHEN ?3 THEN NULL ELSE verdict END WHERE id = ?1"
            );
            expect_rows(
                change.prepare_cached(&sql)?.execute(params![lane, count, reopens])?,
                1,
                "a lane is paid",
            )?;
        }
        commit(change, "settle")
    }
}

/// A step is done exactly once: a second receipt for it is an error, not a shrug.
fn done(change: &Transaction<'_>, key: &Key, receipt: &Receipt) -> Result<(), Error> {
    let kept = match key.kind {
        StepKind::Post if key.part == 0 => None,
        // A repeat that meets a conflict has no name to give, and nothing asks for it.
        StepKind::React
        | StepKind::PastMember
        | StepKind::Member
        | StepKind::Amend
        | StepKind::Role
        | StepKind::Publish
        | StepKind::Leave
        | StepKind::Group => None,
        _ => receipt.name.as_deref(),
    };
    let sql = "UPDATE step SET state = ?2, receipt = ?3, request = NULL, original = NULL WHERE id = ?1 AND state = ?4";
    let rows = change.prepare_cached(sql)?.execute(params![key.id, DONE, kept, PENDING])?;
    expect_rows(rows, 1, "a step is done")?;
    if key.kind == StepKind::Space {
        // The end of import mode is counted from when the space was first asked for.
        let sql = "UPDATE lane SET space = ?2, expires = min(coalesce(expires, ?3), ?3)
            WHERE id = ?1 AND (space IS NULL OR space = ?2)";
        let rows = change.execute(sql, params![key.lane, receipt.name, receipt.expires])?;
        expect_rows(rows, 1, "a space is named")?;
    }
    if key.kind == StepKind::Amend {
        amend::done(change, key)?;
    }
    if key.kind == StepKind::Complete {
        let rows =
            change.execute("UPDATE lane SET state = 'completed' WHERE id = ?1", [key.lane])?;
        expect_rows(rows, 1, "a lane is completed")?;
    }
    let Some(item) = key.item else { return Ok(()) };
    let first = key.kind == StepKind::Post && (key.part == 0 || key.part >= ADDED);
    let (message, thread) = if first { (&receipt.name, &receipt.thread) } else { (&None, &None) };
    // The last call settles the item, and what travels inside it.
    let sql = "UPDATE item SET paid = paid + 1,
            state = CASE WHEN paid + 1 < calls THEN state WHEN losses IS NULL THEN 1 ELSE 2 END,
            message = coalesce(?2, message), thread = coalesce(?3, thread)
        WHERE id = ?1 AND state IN (0, 4)";
    let rows = change.prepare_cached(sql)?.execute(params![item, message, thread])?;
    expect_rows(rows, 1, "an item is paid")?;
    if receipt.invited {
        change.execute("UPDATE item SET reason = ?2 WHERE id = ?1", params![item, INVITED])?;
    }
    if key.carries {
        // A notice does not name the files of its message.
        let sql = "UPDATE item SET state = 2 + m.gone, reason = iif(m.gone, ?2, reason)
            FROM (SELECT conversation, ts, coalesce(losses, '') LIKE '%' || ?2 || '%' AS gone
                FROM item WHERE id = ?1 AND state IN (1, 2)) m
            WHERE item.kind IN (1, 2) AND item.calls = 0 AND item.state = 0
            AND item.conversation = m.conversation AND item.ts = m.ts";
        change.prepare_cached(sql)?.execute(params![item, Rung::NOTICE])?;
    }
    Ok(())
}

fn wedged(change: &Transaction<'_>, key: &Key, reason: &str, detail: &str) -> Result<(), Error> {
    let sql = "UPDATE step SET state = ?2, reason = ?3, detail = ?4 WHERE id = ?1 AND state = ?5";
    let rows = change.execute(sql, params![key.id, WEDGED, reason, detail, PENDING])?;
    expect_rows(rows, 1, "a step is wedged")?;
    give_way::restore(change, key)?;
    if key.phase <= Phase::Amend {
        // A verdict from before tells of another state.
        let sql = "UPDATE lane SET verified = 0, verdict = NULL WHERE id = ?1";
        change.execute(sql, [key.lane])?;
    }
    if let Some(item) = key.item {
        change.execute(
            "UPDATE item SET state = 4, reason = ?2 WHERE id = ?1 AND state = 0",
            params![item, reason],
        )?;
    }
    Ok(())
}

fn revised(
    change: &Transaction<'_>,
    key: &Key,
    created: Option<Micros>,
    request: &str,
) -> Result<(), Error> {
    let sql =
        "UPDATE step SET revision = revision + 1, created = coalesce(?2, created), request = ?3
        WHERE id = ?1 AND state = ?4";
    let rows = change.execute(sql, params![key.id, created, request, PENDING])?;
    expect_rows(rows, 1, "a step is revised")?;
    if let (Some(item), 0, Some(created)) = (key.item, key.part, created) {
        change.execute("UPDATE item SET created = ?2 WHERE id = ?1", params![item, created])?;
    }
    if key.kind == StepKind::Space {
        // The name that Chat must show is another one now.
        let shown = wire::shown(request);
        change.execute("UPDATE step SET shown = ?2 WHERE id = ?1", params![key.id, shown])?;
        change.execute("UPDATE lane SET verified = 0 WHERE id = ?1", [key.lane])?;
    }
    Ok(())
}
