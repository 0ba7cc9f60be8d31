//! What `spaces.jsonl` and Chat know better than the ledger, taken over into it: spaces,
//! generations, completions.

use super::codes::{Code, DONE, PENDING, SKIPPED};
use super::stage::step_id;
use super::{Error, Ledger, ToldSpace, commit, expect_rows, owner};
use crate::draft::{Phase, Rung, StepKind};
use crate::ids::Account;
use rusqlite::{Connection, params};

impl Ledger {
    /// Gives a lane the space that was made for it.
    pub fn adopt_space(&mut self, lane: i64, told: &ToldSpace) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let sql = "UPDATE lane SET space = ?2, name = coalesce(?3, name),
                expires = min(coalesce(expires, ?4), coalesce(?4, expires))
            WHERE id = ?1 AND space IS NULL";
        let rows = change.execute(sql, params![lane, told.space, told.name, told.expires])?;
        expect_rows(rows, 1, "a space is taken over")?;
        note_space(&change, lane)?;
        commit(change, "adopt.space")
    }

    /// Takes a lane's completion for done: nothing up to that may ever be sent again. What was
    /// still owed counts as sent; what is stuck stays stuck. Where the admin has left the space
    /// since, whoever is in charge adds its members.
    pub fn adopt_completion(
        &mut self,
        lane: i64,
        verdict: Option<&str>,
        heir: Option<&Account>,
    ) -> Result<(), Error> {
        let heir = heir.map(|heir| self.primary(heir)).transpose()?;
        let heir = heir.map(|heir| self.number(&heir)).transpose()?;
        let change = self.db.transaction()?;
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        // The admin leaves a group chat only once all are in.
        let all = heir.is_some() && owner::is_group(&change, lane)?;
        let until = if all { Phase::Publish } else { Phase::Complete }.code();
        let sql = "WITH due AS (SELECT item, count(*) AS n FROM step
                WHERE id BETWEEN ?1 AND ?2 AND phase <= ?3 AND state = ?4 AND item IS NOT NULL GROUP BY item)
            UPDATE item SET paid = paid + due.n, state = CASE WHEN state <> 0 OR paid + due.n < calls THEN state
                WHEN losses IS NULL THEN 1 ELSE 2 END
            FROM due WHERE item.id = due.item";
        change.execute(sql, params![first, last, until, PENDING])?;
        let sql = "UPDATE item SET state = 2 WHERE kind IN (1, 2) AND calls = 0 AND state = 0 AND EXISTS (SELECT 1 FROM item m
                WHERE m.conversation = item.conversation AND m.ts = item.ts AND m.kind = 0 AND m.sub = ''
                AND m.state IN (1, 2)) AND conversation = (SELECT conversation FROM lane WHERE id = ?1)";
        change.execute(sql, [lane])?;
        // Whether a correction was made nobody knows any more, so nobody knows what its post says.
        let sql = "UPDATE step SET hash = NULL WHERE id IN (SELECT after FROM step
            WHERE id BETWEEN ?1 AND ?2 AND kind = ?3 AND state = ?4)";
        change.execute(sql, params![first, last, StepKind::Amend.code(), PENDING])?;
        let sql = "UPDATE step SET state = ?5, request = NULL, original = NULL
            WHERE id BETWEEN ?1 AND ?2 AND phase <= ?3 AND state = ?4";
        change.execute(sql, params![first, last, until, PENDING, DONE])?;
        if let Some(heir) = heir {
            owner::take_leave(&change, lane, heir)?;
        }
        recount(&change, lane)?;
        let sql = "UPDATE lane SET state = 'completed', verdict = coalesce(?2, verdict),
                verified = verified OR ?2 IS NOT NULL
            WHERE id = ?1 AND state IN ('staged', 'open', 'drained')";
        expect_rows(change.execute(sql, params![lane, verdict])?, 1, "a completion is taken over")?;
        commit(change, "adopt.completion")
    }

    /// Begins a lane anew as a later generation: everything is owed again, to another space.
    pub fn start_over(&mut self, lane: i64, generation: u32) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let steps = params![step_id(lane, 0), step_id(lane, u32::MAX)];
        change.execute("DELETE FROM step WHERE id BETWEEN ?1 AND ?2", steps)?;
        // What was left out on the way is owed again too; what planning left out was never paid.
        let sql =
            "UPDATE item SET state = 0, reason = NULL, paid = 0, message = NULL, thread = NULL
            WHERE (state IN (0, 1, 2, 4) OR state = 3 AND (paid > 0 OR reason = ?2))
            AND conversation = (SELECT conversation FROM lane WHERE id = ?1)";
        change.execute(sql, params![lane, Rung::NOTICE])?;
        // Without a fingerprint it is planned anew as soon as its archive is at hand.
        let sql = "UPDATE lane SET generation = ?2, state = 'planned', fingerprint = '', space = NULL,
                expires = NULL, blocked = NULL, verdict = NULL, verified = 0, paid_posts = 0, paid_reactions = 0, paid_others = 0
            WHERE id = ?1 AND generation < ?2 AND state NOT IN ('completed', 'present')";
        expect_rows(change.execute(sql, params![lane, generation])?, 1, "a lane starts over")?;
        let sql = "DELETE FROM rebuild WHERE conversation = (SELECT conversation FROM lane WHERE id = ?1)";
        change.execute(sql, [lane])?;
        commit(change, "start.over")
    }
}

/// A lane that has its space does not ask for it again, once it has steps.
pub(super) fn note_space(db: &Connection, lane: i64) -> Result<(), Error> {
    let sql = "UPDATE step SET state = ?3, receipt = (SELECT space FROM lane WHERE id = ?1), reason = NULL,
            detail = NULL, request = NULL
        WHERE id BETWEEN ?2 AND ?2 + 4294967295 AND kind = ?4 AND state <> ?3
        AND (SELECT space FROM lane WHERE id = ?1) IS NOT NULL";
    let values = params![lane, step_id(lane, 0), DONE, StepKind::Space.code()];
    let rows = db.execute(sql, values)?;
    db.execute(
        "UPDATE lane SET paid_others = paid_others + ?2 WHERE id = ?1",
        params![lane, rows as i64],
    )?;
    Ok(())
}

/// Counts a lane's paid calls anew; what was left out owes nothing either.
fn recount(db: &Connection, lane: i64) -> Result<(), Error> {
    let sql = "UPDATE lane SET (paid_posts, paid_reactions, paid_others) =
            (SELECT coalesce(sum(kind = ?4), 0), coalesce(sum(kind = ?5), 0), coalesce(sum(kind NOT IN (?4, ?5)), 0)
            FROM step WHERE id BETWEEN ?2 AND ?3 AND state IN (?6, ?7)) WHERE id = ?1";
    let values = params![
        lane,
        step_id(lane, 0),
        step_id(lane, u32::MAX),
        StepKind::Post.code(),
        StepKind::React.code(),
        DONE,
        SKIPPED
    ];
    expect_rows(db.execute(sql, values)?, 1, "a lane is counted")
}
