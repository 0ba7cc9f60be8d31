//! Who will see a space: what is owed of its completion and its members, beside who was in the
//! conversation. And what the admin said to it.

use super::chosen::AGAINST;
use super::codes::{Code, SKIPPED, WEDGED};
use super::stage::step_id;
use super::{Error, Lane, LaneState, Ledger, commit, expect_rows};
use crate::access::{BY_GROUP, Call, DEACTIVATED, Fate, Person, Seat, Sight, fate};
use crate::draft::{Phase, StepKind};
use rusqlite::{Row, params};
use std::collections::{HashMap, HashSet};

/// What is owed of one space's members.
#[derive(Debug, Default)]
struct Calls {
    /// By membership item.
    of: HashMap<i64, Call>,
    /// Accounts that no membership stands for.
    others: Vec<(StepKind, String)>,
    /// An audience may find it.
    publishes: bool,
    /// The group that is let in: `groups/…`.
    group: Option<String>,
}

/// A Slack identity that has an account together with others.
struct Holder {
    slack: String,
    /// The account's own address is theirs.
    own: bool,
}

/// A membership item of somebody who is in.
struct Present {
    item: i64,
    /// The account's number.
    number: Option<i64>,
    owed: bool,
    person: Person,
}

fn present(row: &Row<'_>) -> rusqlite::Result<Present> {
    let (outside, listed, suspended): (bool, bool, Option<bool>) =
        (row.get(7)?, row.get(8)?, row.get(9)?);
    let account: Option<String> = row.get(4)?;
    let left_out: Option<String> = row.get(6)?;
    let is_in = left_out.as_deref() != Some(DEACTIVATED);
    let by_group = left_out.as_deref() == Some(BY_GROUP);
    let unusable = match suspended {
        Some(true) => Some("suspended_account"),
        None if listed && account.is_some() && !outside => Some("no_account"),
        _ => None,
    };
    Ok(Present {
        item: row.get(0)?,
        number: row.get(10)?,
        owed: is_in && !by_group && row.get(5)?,
        person: Person {
            slack: row.get(1)?,
            name: row.get(2)?,
            app: matches!(row.get::<_, String>(3)?.as_str(), "bot" | "slackbot"),
            // What stays of somebody who was deactivated is their past.
            account: account.filter(|_| is_in),
            outside,
            left_out,
            refused: row.get(11)?,
            unusable,
        },
    })
}

impl Ledger {
    /// Returns who could read a lane's conversation at export time, and who will read its space:
    /// by the frozen calls, or before there are any, by what they will be made of.
    pub fn sight(&self, lane: &Lane) -> Result<Sight, Error> {
        let present = self.present(lane)?;
        let calls = match lane.state {
            LaneState::Planned => planned(lane, &present),
            _ => self.calls(lane)?,
        };
        let mut seats = Vec::with_capacity(present.len() + 1);
        let known = |account: &str| {
            present.iter().any(|one| one.person.account.as_deref() == Some(account))
        };
        for (kind, account) in &calls.others {
            let is_admin = *kind == StepKind::Complete && lane.admin_owned && !known(account);
            let fate = if is_admin { Fate::Admin } else { Fate::New };
            let (name, account) = (account.clone(), Some(account.clone()));
            seats.push(Seat { slack: None, name, account, fate, also: Vec::new() });
        }
        let (shared, mut also) = (self.shared()?, Vec::with_capacity(present.len()));
        let is_in: HashSet<&str> = present.iter().map(|one| one.person.slack.as_str()).collect();
        for one in &present {
            let holders = one.number.and_then(|number| shared.get(&number));
            also.push(holders.map_or_else(Vec::new, |holders| others(one, holders, &is_in)));
        }
        seats.extend(present.into_iter().zip(also).map(|(one, also)| seat(one, also, &calls)));
        let group = self.seat_everybody(calls.group, &mut seats)?;
        seats.iter_mut().filter(|seat| !seat.fate.will()).for_each(|seat| seat.also.clear());
        Ok(Sight {
            lane: lane.id,
            slack: lane.slack.clone(),
            part: lane.part,
            name: lane.name.clone(),
            kind: lane.kind.clone(),
            audience: lane.audience.clone().filter(|_| calls.publishes),
            group,
            seats,
        })
    }

    /// Returns the accounts that several Slack identities have, apps aside, with their ids. One that
    /// alone has it as its own address has it by right, and is not warned of.
    fn shared(&self) -> Result<HashMap<i64, Vec<Holder>>, Error> {
        let sql = "SELECT account, slack, how = 'email' FROM person
            WHERE account IS NOT NULL AND kind NOT IN ('bot', 'slackbot') ORDER BY slack";
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query([])?;
        let mut shared: HashMap<i64, Vec<Holder>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let holder = Holder { slack: row.get(1)?, own: row.get(2)? };
            shared.entry(row.get(0)?).or_default().push(holder);
        }
        shared.retain(|_, holders| holders.len() > 1);
        Ok(shared)
    }

    /// Returns whoever was in a conversation at export time.
    fn present(&self, lane: &Lane) -> Result<Vec<Present>, Error> {
        let sql = format!("SELECT i.id, i.sub, coalesce(p.name, i.sub), coalesce(p.kind, ''), a.email, i.state <> 3, i.reason,
                coalesce(a.outside, 0), EXISTS (SELECT 1 FROM directory), d.suspended OR d.archived, i.actor, ?2 AND {AGAINST}
            FROM item i LEFT JOIN person p ON p.slack = i.sub LEFT JOIN account a ON a.id = i.actor
            LEFT JOIN directory d ON d.email = a.email LEFT JOIN choice c ON c.slack = i.sub
            WHERE i.conversation = ?1 AND i.ts = 0 AND i.kind = 3 AND (i.ended IS NULL OR i.reason = ?3) ORDER BY i.sub");
        let mut query = self.db.prepare_cached(&sql)?;
        let begun = lane.state > LaneState::Staged;
        let rows = query.query_map(params![lane.conversation, begun, DEACTIVATED], present)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the frozen calls: they are a lane's last steps.
    fn calls(&self, lane: &Lane) -> Result<Calls, Error> {
        let sql = "SELECT s.phase, s.kind, s.state, coalesce(s.reason, ''), a.email,
                CASE WHEN i.kind = 3 AND i.ended IS NULL THEN i.id END, b.email, s.shown, s.id, s.after
            FROM step s JOIN account a ON a.id = s.actor LEFT JOIN item i ON i.id = s.item
            LEFT JOIN account b ON b.id = i.actor
            WHERE s.id BETWEEN ?1 AND ?2 ORDER BY s.id DESC";
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query(params![step_id(lane.id, 0), step_id(lane.id, u32::MAX)])?;
        // A role stands behind the call that adds its member.
        let (mut calls, mut roles) = (Calls::default(), HashSet::new());
        while let Some(row) = rows.next()? {
            let broken = || rusqlite::Error::InvalidQuery;
            let phase = Phase::of(row.get(0)?).ok_or_else(broken)?;
            let kind = StepKind::of(row.get(1)?).ok_or_else(broken)?;
            match phase {
                // Of somebody who came late; all others have the content behind them.
                Phase::History => continue,
                phase if phase < Phase::Complete => break,
                _ => {}
            }
            let call = match (kind, row.get::<_, i64>(2)?) {
                (StepKind::Complete | StepKind::Member, WEDGED | SKIPPED) => {
                    Call::Fails(row.get(3)?)
                }
                (StepKind::Complete, _) => Call::Completes,
                (StepKind::Member, _) if roles.contains(&row.get(8)?) => Call::Manages,
                (StepKind::Member, _) => Call::Joins,
                (StepKind::Role, state) if !matches!(state, WEDGED | SKIPPED) => {
                    roles.extend(row.get::<_, Option<i64>>(9)?);
                    continue;
                }
                (StepKind::Publish, state) => {
                    calls.publishes |= !matches!(state, WEDGED | SKIPPED);
                    continue;
                }
                (StepKind::Group, state) => {
                    let shown: Option<String> = row.get(7)?;
                    calls.group = shown.filter(|_| state != SKIPPED).or(calls.group);
                    continue;
                }
                _ => continue,
            };
            match row.get::<_, Option<i64>>(5)? {
                Some(item) => drop(calls.of.insert(item, call)),
                None if matches!(call, Call::Fails(_)) => {}
                // Whoever completes is in by that; whoever is added stands in the request.
                None if kind == StepKind::Complete => calls.others.push((kind, row.get(4)?)),
                None => {
                    let named = row.get::<_, Option<String>>(6)?.or(row.get(7)?);
                    calls.others.push((kind, named.unwrap_or_default()));
                }
            }
        }
        Ok(calls)
    }

    /// Notes what the admin said yes to, by lane: the hash of who will see its space. `whole` is the
    /// hash of all of it.
    pub fn accept_sight(&mut self, whole: &str, accepted: &[(i64, String)]) -> Result<(), Error> {
        let change = self.db.transaction()?;
        for (lane, hash) in accepted {
            let sql = "UPDATE lane SET accepted = ?2, yes = ?3 WHERE id = ?1";
            let rows = change.prepare_cached(sql)?.execute(params![lane, hash, whole])?;
            expect_rows(rows, 1, "a yes is noted")?;
        }
        commit(change, "accept")
    }

    /// Tells whether all of these lanes were said yes to as part of this whole, and as they are.
    pub fn was_accepted(&self, whole: &str, lanes: &[(i64, String)]) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM lane WHERE id = ?1 AND accepted = ?2 AND yes = ?3)";
        let mut query = self.db.prepare_cached(sql)?;
        for (lane, hash) in lanes {
            if !query.query_row(params![lane, hash, whole], |row| row.get(0))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Returns with whom somebody shares the account, of those who were not in.
fn others(one: &Present, holders: &[Holder], is_in: &HashSet<&str>) -> Vec<String> {
    let slack = one.person.slack.as_str();
    let mut by_right = holders.iter().filter(|holder| holder.own);
    if by_right.next().is_some_and(|first| first.slack == slack) && by_right.next().is_none() {
        return Vec::new();
    }
    let others = holders.iter().filter(|holder| !is_in.contains(holder.slack.as_str()));
    others.map(|holder| holder.slack.clone()).collect()
}

fn seat(one: Present, also: Vec<String>, calls: &Calls) -> Seat {
    let fate = fate(&one.person, calls.of.get(&one.item));
    Seat {
        also,
        fate,
        slack: Some(one.person.slack),
        name: one.person.name,
        account: one.person.account,
    }
}

/// Returns the calls that staging will freeze, as the plan has them.
fn planned(lane: &Lane, present: &[Present]) -> Calls {
    let completer = lane.completer.as_ref().map(|account| account.as_str().to_owned());
    let completes = |one: &&Present| one.owed && one.person.account == completer;
    let own = present.iter().find(completes).filter(|_| !lane.admin_owned).map(|one| one.item);
    let call = |one: &Present| {
        let call = if Some(one.item) == own { Call::Completes } else { Call::Joins };
        (one.item, call)
    };
    Calls {
        of: present.iter().filter(|one| one.owed).map(call).collect(),
        others: match (own, completer) {
            (None, Some(account)) => vec![(StepKind::Complete, account)],
            _ => Vec::new(),
        },
        publishes: true,
        group: lane.group.clone(),
    }
}
