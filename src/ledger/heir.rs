//! Who completes a space where whoever was to can't be used any more, and who goes on adding
//! members to it.

use super::codes::{Code, DONE, PENDING};
use super::stage::step_id;
use super::{Error, Lane, Ledger, chosen, commit, expect_rows};
use crate::draft::{Draft, MemberDraft, Phase, StepKind};
use crate::ids::Account;
use crate::wire;
use rusqlite::{OptionalExtension, Transaction, params};

/// So many are offered: where none of them can be used, the admin can.
const HEIRS: i64 = 100;

impl Ledger {
    /// Tells whether an account can act, as far as the Directory tells.
    pub fn can_act(&self, account: &Account) -> Result<bool, Error> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM directory) OR EXISTS
            (SELECT 1 FROM directory WHERE email = ?1 AND suspended = 0 AND archived = 0)";
        Ok(self.db.query_row(sql, [account.as_str()], |row| row.get(0))?)
    }

    /// Returns who could complete a space in the place of another, the best first: of those who are
    /// to be added, guests last, whoever wrote most before all others.
    pub fn heirs(&self, lane: &Lane) -> Result<Vec<Account>, Error> {
        let sql = "SELECT a.email FROM step s JOIN item i ON i.id = s.item JOIN account a ON a.id = i.actor
            LEFT JOIN person p ON p.slack = i.sub LEFT JOIN directory d ON d.email = a.email
            LEFT JOIN (SELECT actor, count(*) AS posts FROM item WHERE conversation = ?5 AND kind = 0 GROUP BY actor) w
                ON w.actor = i.actor
            WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = ?3 AND s.state = ?4 AND i.kind = 3 AND a.outside = 0
            ORDER BY coalesce(d.guest, 0), coalesce(p.kind, '') = 'guest', coalesce(w.posts, 0) DESC, i.sub LIMIT ?6";
        let mut query = self.db.prepare_cached(sql)?;
        let (first, last) = (step_id(lane.id, 0), step_id(lane.id, u32::MAX));
        let kind = StepKind::Member.code();
        let values = params![first, last, kind, PENDING, lane.conversation, HEIRS];
        let rows = query.query_map(values, |row| Ok(Account::new(&row.get::<_, String>(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Gives the completion of a space that nobody began to complete to somebody who is to be added,
    /// or else to the admin. Whoever was to complete it is to be added instead. Tells whether it was.
    pub fn pass_on(
        &mut self,
        lane: &Lane,
        heir: Option<&Account>,
        admin: &Account,
    ) -> Result<bool, Error> {
        let change = self.db.transaction()?;
        // What is stuck was asked for: nobody else is to ask.
        let Some(seat) = Seat::of(&change, lane.id)? else { return Ok(false) };
        let joins = match heir {
            Some(heir) => seat.swap(&change, lane.id, heir).map(|()| None)?,
            None => Some(seat.leave(&change, lane.id)?),
        };
        chosen::hold(&change, lane.id)?;
        let to = heir.unwrap_or(admin).as_str();
        let sql = "UPDATE step SET actor = (SELECT id FROM account WHERE email = ?3)
            WHERE id BETWEEN ?1 AND ?2 AND phase >= ?4 AND state = ?5";
        let (first, last) = (step_id(lane.id, 0), step_id(lane.id, u32::MAX));
        change.execute(sql, params![first, last, to, Phase::Complete.code(), PENDING])?;
        let sql = "UPDATE lane SET completer = (SELECT id FROM account WHERE email = ?2), admin_owned = ?3
            WHERE id = ?1 AND state = 'drained'";
        let rows = change.execute(sql, params![lane.id, to, heir.is_none()])?;
        expect_rows(rows, 1, "a completion is passed on")?;
        if let (Some(joins), Some(from)) = (joins, &lane.completer) {
            succeed(&change, lane, joins, [from, admin])?;
        }
        commit(change, "pass.on")?;
        Ok(true)
    }

    /// Returns who else manages a space: those whose role was given, with their names.
    pub fn other_managers(&self, lane: i64) -> Result<Vec<(Account, String)>, Error> {
        let sql = "SELECT a.email, a.user FROM step r JOIN step m ON m.id = r.after JOIN item i ON i.id = m.item
            JOIN account a ON a.id = i.actor
            WHERE r.id BETWEEN ?1 AND ?2 AND r.kind = ?3 AND r.state = ?4 ORDER BY r.id";
        let mut query = self.db.prepare_cached(sql)?;
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        let rows = query.query_map(params![first, last, StepKind::Role.code(), DONE], |row| {
            Ok((Account::new(&row.get::<_, String>(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Lets another manager of an open space make the calls that are still owed to it.
    pub fn hand_over(&mut self, lane: i64, to: &Account) -> Result<(), Error> {
        let sql = "UPDATE step SET actor = (SELECT id FROM account WHERE email = ?3)
            WHERE id BETWEEN ?1 AND ?2 AND phase > ?4 AND state = ?5 AND kind <> ?6";
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        // Whoever leaves does so for themselves.
        let leave = StepKind::Leave.code();
        let values = params![first, last, to.as_str(), Phase::Complete.code(), PENDING, leave];
        self.db.execute(sql, values)?;
        Ok(())
    }
}

/// The call that completes a space, and for whom it is a seat.
pub(super) struct Seat {
    pub(super) step: i64,
    pub(super) item: Option<i64>,
    /// The call that adds them, were they to be added.
    joins: Option<String>,
}

impl Seat {
    pub(super) fn of(change: &Transaction<'_>, lane: i64) -> Result<Option<Self>, Error> {
        let sql = "SELECT s.id, s.item, a.user FROM step s LEFT JOIN item i ON i.id = s.item
            LEFT JOIN account a ON a.id = i.actor
            WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = ?3 AND s.state = ?4";
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        let values = params![first, last, StepKind::Complete.code(), PENDING];
        let found: Option<(i64, Option<i64>, Option<String>)> = change
            .query_row(sql, values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((step, item, user)) = found else { return Ok(None) };
        let join = |user: String| {
            let draft = Draft::Member(MemberDraft { user, span: None });
            wire::freeze(&draft).as_str().to_owned()
        };
        Ok(Some(Self { step, item, joins: user.map(join) }))
    }

    /// Changes places with somebody who is to be added. Whoever completes manages by that.
    pub(super) fn swap(
        &self,
        change: &Transaction<'_>,
        lane: i64,
        heir: &Account,
    ) -> Result<(), Error> {
        let sql = "SELECT s.id, s.item FROM step s JOIN item i ON i.id = s.item JOIN account a ON a.id = i.actor
            WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = ?3 AND s.state = ?4 AND i.kind = 3 AND a.email = ?5";
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        let values = params![first, last, StepKind::Member.code(), PENDING, heir.as_str()];
        let found: Option<(i64, i64)> =
            change.query_row(sql, values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((join, item)) = found else {
            return Err(Error::Broken(format!("nobody is to be added to lane {lane} as {heir}")));
        };
        let gone = change.execute(
            "DELETE FROM step WHERE after = ?1 AND kind = ?2",
            params![join, StepKind::Role.code()],
        )?;
        let sql = "UPDATE lane SET others = others - ?2 WHERE id = ?1";
        change.execute(sql, params![lane, gone as i64])?;
        let sql = "UPDATE step SET item = ?2, request = ?3, shown = ?4 WHERE id = ?1";
        let shown = self.joins.as_deref().and_then(wire::shown);
        let rows = change.execute(sql, params![join, self.item, self.joins, shown])?;
        expect_rows(rows, 1, "somebody is to be added")?;
        let sql = "UPDATE step SET item = ?2 WHERE id = ?1";
        expect_rows(change.execute(sql, params![self.step, item])?, 1, "somebody completes")
    }

    /// Takes a place behind all others.
    pub(super) fn leave(&self, change: &Transaction<'_>, lane: i64) -> Result<i64, Error> {
        let sql = "INSERT INTO step (id, phase, kind, item, actor, request, shown)
            SELECT max(id) + 1, ?3, ?4, ?5, actor, ?6, ?7 FROM step WHERE id BETWEEN ?1 AND ?2";
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        let (phase, kind) = (Phase::Present.code(), StepKind::Member.code());
        let shown = self.joins.as_deref().and_then(wire::shown);
        let values = params![first, last, phase, kind, self.item, self.joins, shown];
        expect_rows(change.execute(sql, values)?, 1, "somebody is to be added")?;
        let joins = change.last_insert_rowid();
        let sql = "UPDATE lane SET present = present + 1, others = others + 1 WHERE id = ?1";
        expect_rows(change.execute(sql, [lane])?, 1, "a lane owes a member")?;
        let sql = "UPDATE step SET item = NULL WHERE id = ?1";
        expect_rows(change.execute(sql, [self.step])?, 1, "the admin completes")?;
        Ok(joins)
    }
}

/// Freezes that whoever was to complete takes charge once they are in again, and that the admin
/// leaves then.
pub(super) fn succeed(
    change: &Transaction<'_>,
    lane: &Lane,
    joins: i64,
    [from, admin]: [&Account; 2],
) -> Result<(), Error> {
    let sql = "SELECT state = ?2 FROM step WHERE id = ?1";
    if !change.query_row(sql, params![joins, PENDING], |row| row.get(0))? {
        return Ok(());
    }
    let user = |account: &Account| -> rusqlite::Result<(i64, String)> {
        let sql = "SELECT id, user FROM account WHERE email = ?1";
        change.query_row(sql, [account.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
    };
    let ((heir, manager), (actor, leaver)) = (user(from)?, user(admin)?);
    let sql = "SELECT coalesce(shown, '') <> '' FROM step WHERE id BETWEEN ?1 AND ?2 AND kind = 0";
    let bounds = params![step_id(lane.id, 0), step_id(lane.id, u32::MAX)];
    let mut calls = Vec::new();
    if change.query_row(sql, bounds, |row| row.get(0))? {
        calls.push((Phase::Present, StepKind::Role, Draft::Manager(manager)));
    }
    calls.push((Phase::Leave, StepKind::Leave, Draft::Leave(leaver)));
    for (at, (phase, kind, draft)) in (1..).zip(&calls) {
        let request = wire::freeze(draft);
        let sql = "INSERT INTO step (id, phase, kind, after, actor, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let after = joins + at - 1;
        let values = params![joins + at, phase.code(), kind.code(), after, actor, request.as_str()];
        change.execute(sql, values)?;
    }
    let sql = "UPDATE lane SET heir = ?2, others = others + ?3 WHERE id = ?1";
    let rows = change.execute(sql, params![lane.id, heir, calls.len() as i64])?;
    expect_rows(rows, 1, "a lane has its heir")
}
