//! Who completed a space, and who is in charge of it since: what `spaces.jsonl` tells, taken over
//! where today's plan has somebody else for it.

use super::chosen::CHOSEN;
use super::codes::{Code, DONE, INVITED, PENDING};
use super::heir::{Seat, succeed};
use super::stage::step_id;
use super::{Error, Lane, Ledger, chosen, commit, expect_rows};
use crate::draft::{Phase, StepKind};
use crate::ids::Account;
use rusqlite::{Connection, OptionalExtension, params};

impl Ledger {
    /// Gives the completion of a space to whoever completed it: whoever is planned for that is to be
    /// added instead. Where it was the admin, who has not left since, they take charge, and the
    /// admin leaves.
    pub fn adopt_owner(
        &mut self,
        lane: i64,
        owner: &Account,
        admin: &Account,
        left: bool,
    ) -> Result<(), Error> {
        let (owner, known) = (self.primary(owner)?, self.lane(lane)?);
        if owner.as_str().is_empty() || known.completer.as_ref() == Some(&owner) {
            return Ok(());
        }
        let number = self.number(&owner)?;
        let change = self.db.transaction()?;
        let Some(seat) = Seat::of(&change, lane)? else { return Ok(()) };
        let is_member = joins(&change, lane, number)?;
        let by_admin = owner == *admin && !is_member;
        let mut place = None;
        if seat.item.is_some() && is_member {
            seat.swap(&change, lane, &owner)?;
        } else if seat.item.is_some() {
            place = Some(seat.leave(&change, lane)?);
        }
        if !is_member && !by_admin {
            absent(&change, lane, &seat, &owner)?;
        }
        chosen::hold(&change, lane)?;
        let sql =
            "UPDATE step SET actor = ?3 WHERE id BETWEEN ?1 AND ?2 AND phase >= ?4 AND state = ?5";
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        change.execute(sql, params![first, last, number, Phase::Complete.code(), PENDING])?;
        let sql = "UPDATE lane SET completer = ?2, admin_owned = ?3 WHERE id = ?1";
        expect_rows(change.execute(sql, params![lane, number, by_admin])?, 1, "a space is owned")?;
        let goes = by_admin && !left && !(is_group(&change, lane)? && lacks(&change, lane)?);
        if let (Some(place), Some(from), true) = (place, &known.completer, goes) {
            succeed(&change, &known, place, [from, admin])?;
        }
        commit(change, "adopt.owner")
    }

    /// Returns the number of an account, which today's plan may know nothing of.
    pub(super) fn number(&mut self, account: &Account) -> Result<i64, Error> {
        let sql = "SELECT id FROM account WHERE email = ?1";
        let known = self.db.query_row(sql, [account.as_str()], |row| row.get(0)).optional()?;
        if let Some(number) = known {
            return Ok(number);
        }
        let sql = "SELECT user FROM directory WHERE email = ?1";
        let user: Option<String> =
            self.db.query_row(sql, [account.as_str()], |row| row.get(0)).optional()?;
        self.account_id(account, &user.unwrap_or_else(|| format!("users/{account}")))
    }

    /// Returns the address that an account has by now.
    pub(super) fn primary(&self, account: &Account) -> Result<Account, Error> {
        let sql = "SELECT email FROM directory
            WHERE email = ?1 OR instr(' ' || aliases || ' ', ' ' || ?1 || ' ') > 0 ORDER BY email <> ?1 LIMIT 1";
        let found: Option<String> =
            self.db.query_row(sql, [account.as_str()], |row| row.get(0)).optional()?;
        Ok(found.map_or_else(|| account.clone(), |email| Account::new(&email)))
    }

    /// Returns up to `room` of those who were added to an open space and can act, as far as the
    /// Directory tells: managers first.
    pub fn insiders(&self, lane: &Lane, room: usize) -> Result<Vec<Account>, Error> {
        let sql = "SELECT a.email FROM step s JOIN item i ON i.id = s.item JOIN account a ON a.id = i.actor
            LEFT JOIN directory d ON d.email = a.email
            LEFT JOIN step r ON r.after = s.id AND r.id BETWEEN ?1 AND ?2 AND r.kind = ?3 AND r.state = ?5
            WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = ?4 AND s.state = ?5 AND i.reason IS NOT ?6 AND a.outside = 0
                AND coalesce(d.suspended OR d.archived, 0) = 0
            ORDER BY r.id IS NULL, s.id LIMIT ?7";
        let mut query = self.db.prepare_cached(sql)?;
        let (first, last) = (step_id(lane.id, 0), step_id(lane.id, u32::MAX));
        let (role, member) = (StepKind::Role.code(), StepKind::Member.code());
        let values = params![first, last, role, member, DONE, INVITED, room as i64];
        let rows = query.query_map(values, |row| Ok(Account::new(&row.get::<_, String>(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Takes it for done that the admin has left an open space: whoever is in charge makes the calls that
/// are owed to it.
pub(super) fn take_leave(change: &Connection, lane: i64, heir: i64) -> Result<(), Error> {
    let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
    let sql = "UPDATE step SET actor = ?3 WHERE id BETWEEN ?1 AND ?2 AND phase > ?4 AND state = ?5";
    change.execute(sql, params![first, last, heir, Phase::Complete.code(), PENDING])?;
    let sql = "INSERT INTO step (id, phase, kind, actor, state)
        SELECT max(s.id) + 1, ?3, ?4, l.completer, ?5 FROM step s, lane l WHERE s.id BETWEEN ?1 AND ?2 AND l.id = ?6";
    let (phase, kind) = (Phase::Leave.code(), StepKind::Leave.code());
    let rows = change.execute(sql, params![first, last, phase, kind, DONE, lane])?;
    expect_rows(rows, 1, "the admin has left")?;
    let sql = "UPDATE lane SET heir = ?2, others = others + 1 WHERE id = ?1";
    expect_rows(change.execute(sql, params![lane, heir])?, 1, "a lane has its heir")
}

/// Tells whether an account is to be added to a lane.
fn joins(change: &Connection, lane: i64, account: i64) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM step s JOIN item i ON i.id = s.item
        WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = ?3 AND s.state = ?4 AND i.kind = 3 AND i.actor = ?5)";
    let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
    let values = params![first, last, StepKind::Member.code(), PENDING, account];
    Ok(change.query_row(sql, values, |row| row.get(0))?)
}

/// Tells whether a lane's space is a group chat, where all are equal and nobody can add anybody once
/// the admin has left.
pub(super) fn is_group(db: &Connection, lane: i64) -> Result<bool, Error> {
    let sql = "SELECT shown IS '' FROM step WHERE id BETWEEN ?1 AND ?2 AND kind = ?3";
    let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
    let found = db.query_row(sql, params![first, last, StepKind::Space.code()], |row| row.get(0));
    Ok(found.optional()?.unwrap_or(false))
}

/// Tells whether somebody is left out who may come yet.
fn lacks(change: &Connection, lane: i64) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM item i JOIN lane l ON l.conversation = i.conversation
        WHERE l.id = ?1 AND i.ts = 0 AND i.kind = 3 AND i.ended IS NULL AND i.state = 3
            AND i.reason IN ('no_account', 'suspended_account', 'external', 'unknown_person', ?2))";
    Ok(change.query_row(sql, params![lane, CHOSEN], |row| row.get(0))?)
}

/// Whoever completed was a member, though they can't be used by now: where only one can be meant,
/// that membership is theirs.
fn absent(change: &Connection, lane: i64, seat: &Seat, owner: &Account) -> Result<(), Error> {
    let sql = "SELECT i.id FROM item i JOIN lane l ON l.conversation = i.conversation
            LEFT JOIN directory d ON d.email = ?2
        WHERE l.id = ?1 AND i.ts = 0 AND i.kind = 3 AND i.ended IS NULL AND i.state = 3 AND i.actor IS NULL
            AND i.reason = CASE WHEN d.email IS NULL THEN 'no_account'
                WHEN d.suspended OR d.archived THEN 'suspended_account' END";
    let mut query = change.prepare(sql)?;
    let found = query.query_map(params![lane, owner.as_str()], |row| row.get(0))?;
    let found: Vec<i64> = found.collect::<rusqlite::Result<_>>()?;
    let only = <[i64; 1]>::try_from(found).ok().map(|[item]| item);
    if let Some(item) = only {
        let sql = "UPDATE item SET state = 0, reason = NULL, calls = 1, paid = 0,
                actor = (SELECT id FROM account WHERE email = ?2) WHERE id = ?1";
        change.execute(sql, params![item, owner.as_str()])?;
    }
    let sql = "UPDATE step SET item = ?2 WHERE id = ?1";
    expect_rows(change.execute(sql, params![seat.step, only])?, 1, "somebody completed")
}
