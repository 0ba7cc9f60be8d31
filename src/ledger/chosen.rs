//! People to whom the admin gives another account, or none, when their spaces are begun already:
//! who was not added yet is not.

use super::account::ItemKind;
use super::codes::{Code, DONE, PENDING, SKIPPED, WEDGED};
use super::settle::Key;
use super::stage::step_id;
use super::{Error, Ledger, commit, expect_rows, give_way, retry};
use crate::draft::{Phase, StepKind};
use crate::ids::{Account, SlackUserId};
use rusqlite::{Row, Transaction, params};
use std::collections::{BTreeMap, HashSet};

/// The reason of a member who is left out by the admin's choice.
pub const CHOSEN: &str = "chosen";
/// Of a membership `i` with the account `a` of the Directory `d`: the choice `c` is another account, or
/// none.
pub(super) const AGAINST: &str = "coalesce(c.account = '' OR (lower(c.account) <> a.email
    AND instr(' ' || coalesce(d.aliases, '') || ' ', ' ' || lower(c.account) || ' ') = 0), 0)";

/// What becomes of somebody in a space that is begun, now that the account is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// They were to be added, and are left out.
    LeftOut,
    /// They were left out by choice, and are to be added again.
    Back,
    /// Their old account completes the space, and owns it then.
    Completes,
    /// Their old account is in the space, which is open.
    IsIn,
}

/// One such person in one space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reseated {
    /// Slack's id.
    pub slack: SlackUserId,
    /// The space's name: hostile.
    pub space: String,
    /// What becomes of them.
    pub claim: Claim,
}

/// A frozen call that brings somebody in.
struct Seat {
    key: Key,
    state: i64,
    reason: String,
    slack: SlackUserId,
    /// The frozen account: its address and its name.
    account: Option<(String, String)>,
}

impl Seat {
    fn is_of(&self, account: Option<&(Account, String)>) -> bool {
        match (&self.account, account) {
            (Some((email, user)), Some(now)) => now.0.as_str() == email || now.1 == *user,
            (None, None) => true,
            _ => false,
        }
    }
}

fn seat(row: &Row<'_>) -> rusqlite::Result<Option<Seat>> {
    let id: i64 = row.get(0)?;
    let Some(slack) = row.get::<_, Option<String>>(8)? else { return Ok(None) };
    Ok(Some(Seat {
        key: Key {
            id,
            lane: id >> 32,
            phase: Phase::of(row.get(1)?).ok_or(rusqlite::Error::InvalidQuery)?,
            kind: StepKind::of(row.get(2)?).ok_or(rusqlite::Error::InvalidQuery)?,
            item: row.get(3)?,
            part: row.get::<_, i64>(4)? as u32,
            carries: row.get(5)?,
        },
        state: row.get(6)?,
        reason: row.get(7)?,
        slack: SlackUserId::new(&slack),
        account: row.get::<_, Option<String>>(9)?.zip(row.get(10)?),
    }))
}

impl Ledger {
    /// Holds the spaces that are begun against what people's accounts are now: a call that would
    /// add another account is left out, one that was left out for that is owed again.
    pub fn reseat(
        &mut self,
        now: &BTreeMap<SlackUserId, Option<(Account, String)>>,
    ) -> Result<Vec<Reseated>, Error> {
        let mut all = Vec::new();
        let lanes = self.begun_lanes(now.keys())?;
        let change = self.db.transaction()?;
        for (lane, space) in lanes {
            for seat in seats(&change, lane)? {
                let Some(account) = now.get(&seat.slack) else { continue };
                let fits = seat.is_of(account.as_ref());
                if let Some(claim) = claim(&change, &seat, fits)? {
                    all.push(Reseated { slack: seat.slack, space: space.clone(), claim });
                }
            }
        }
        commit(change, "reseat")?;
        all.sort_by(|a, b| (a.claim, &a.space, &a.slack).cmp(&(b.claim, &b.space, &b.slack)));
        Ok(all)
    }

    /// Returns the lanes that are begun and that one of these people is or was a member of.
    fn begun_lanes<'a>(
        &self,
        people: impl Iterator<Item = &'a SlackUserId>,
    ) -> Result<BTreeMap<i64, String>, Error> {
        let sql = "SELECT l.id, l.name FROM lane l JOIN item i ON i.conversation = l.conversation
            AND i.ts = 0 AND i.kind = ?1 AND i.sub = ?2 WHERE l.state NOT IN ('planned', 'staged')";
        let mut query = self.db.prepare(sql)?;
        let mut lanes = BTreeMap::new();
        for id in people {
            let values = params![ItemKind::Membership.code(), id.as_str()];
            let rows = query.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                let (lane, name) = row?;
                lanes.insert(lane, name);
            }
        }
        Ok(lanes)
    }
}

/// Leaves out whoever is to be added to a lane against the admin's choice.
pub(super) fn hold(change: &Transaction<'_>, lane: i64) -> Result<(), Error> {
    let sql = format!(
        "SELECT i.sub FROM item i JOIN account a ON a.id = i.actor LEFT JOIN directory d ON d.email = a.email
            JOIN choice c ON c.slack = i.sub
        WHERE i.kind = 3 AND i.ts = 0 AND {AGAINST}
            AND i.conversation = (SELECT conversation FROM lane WHERE id = ?1)"
    );
    let mut query = change.prepare_cached(&sql)?;
    let rows = query.query_map([lane], |row| Ok(SlackUserId::new(&row.get::<_, String>(0)?)))?;
    let against: HashSet<SlackUserId> = rows.collect::<rusqlite::Result<_>>()?;
    for seat in seats(change, lane)? {
        let is_owed = seat.key.kind == StepKind::Member && matches!(seat.state, PENDING | WEDGED);
        if is_owed && against.contains(&seat.slack) {
            leave_out(change, &seat)?;
        }
    }
    Ok(())
}

/// Returns the calls that bring people into a space: they are a lane's last steps.
fn seats(change: &Transaction<'_>, lane: i64) -> Result<Vec<Seat>, Error> {
    let sql = "SELECT s.id, s.phase, s.kind, s.item, s.part, s.carries, s.state, coalesce(s.reason, ''), i.sub, a.email, a.user
        FROM step s LEFT JOIN item i ON i.id = s.item AND i.kind = 3 LEFT JOIN account a ON a.id = i.actor
        WHERE s.id BETWEEN ?1 AND ?2 ORDER BY s.id DESC";
    let mut query = change.prepare_cached(sql)?;
    let mut rows = query.query(params![step_id(lane, 0), step_id(lane, u32::MAX)])?;
    let mut seats = Vec::new();
    while let Some(row) = rows.next()? {
        match Phase::of(row.get(1)?).ok_or(rusqlite::Error::InvalidQuery)? {
            // Of somebody who came late; all others have the content behind them.
            Phase::History => {}
            phase if phase < Phase::Complete => break,
            _ => seats.extend(seat(row)?),
        }
    }
    Ok(seats)
}

fn claim(change: &Transaction<'_>, seat: &Seat, fits: bool) -> Result<Option<Claim>, Error> {
    Ok(match (seat.key.kind, seat.state, fits) {
        (StepKind::Complete | StepKind::Member, DONE, false) => Some(Claim::IsIn),
        (StepKind::Complete, PENDING | WEDGED, false) => Some(Claim::Completes),
        (StepKind::Member, PENDING | WEDGED, false) => {
            leave_out(change, seat)?;
            Some(Claim::LeftOut)
        }
        (StepKind::Member, SKIPPED, true) if seat.reason == CHOSEN => {
            take_back(change, seat)?;
            Some(Claim::Back)
        }
        _ => None,
    })
}

/// Leaves out a call, and the role that would come after it.
fn leave_out(change: &Transaction<'_>, seat: &Seat) -> Result<(), Error> {
    if seat.state == WEDGED {
        let sql = "UPDATE step SET state = ?2, reason = NULL, detail = NULL WHERE id = ?1";
        change.execute(sql, params![seat.key.id, PENDING])?;
    }
    give_way::skipped(change, &seat.key, CHOSEN, "")?;
    let sql = "UPDATE step SET state = ?2, reason = ?3, detail = NULL WHERE state IN (?5, ?6) AND id = ?1 + 1 AND after = ?1 AND kind = ?4";
    let role = StepKind::Role.code();
    let values = params![seat.key.id, SKIPPED, CHOSEN, role, PENDING, WEDGED];
    let roles = change.execute(sql, values)?;
    count(change, seat.key.lane, 1 + roles as i64)
}

/// Owes a call again that was left out, and the role after it.
fn take_back(change: &Transaction<'_>, seat: &Seat) -> Result<(), Error> {
    retry::unskipped(change, &seat.key)?;
    let sql = "UPDATE step SET state = ?2, reason = NULL WHERE state = ?3 AND reason = ?4 AND id = ?1 + 1 AND after = ?1";
    let roles = change.execute(sql, params![seat.key.id, PENDING, SKIPPED, CHOSEN])?;
    count(change, seat.key.lane, -(roles as i64))
}

/// Counts calls that owe nothing any more, or again.
fn count(change: &Transaction<'_>, lane: i64, by: i64) -> Result<(), Error> {
    let sql = "UPDATE lane SET paid_others = paid_others + ?2 WHERE id = ?1";
    expect_rows(change.execute(sql, params![lane, by])?, 1, "a lane is counted")
}
