//! Groups of the organisation as the Directory had them when they were looked up, and who of them
//! is who in Slack.

use super::account::ItemKind;
use super::chosen::AGAINST;
use super::codes::{Code, PENDING};
use super::stage::step_id;
use super::{Error, Ledger, commit};
use crate::access::{BY_GROUP, Fate, InGroup, Seat, SeenGroup, seat_group};
use crate::draft::StepKind;
use crate::ids::Micros;
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A group that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUp {
    /// How the admin names it.
    pub asked: String,
    /// `groups/ID`.
    pub name: String,
    /// Its address, lower case.
    pub email: String,
    /// When it was looked up.
    pub seen: Micros,
    /// Everybody in it: `users/ID` and the address, lower case.
    pub members: Vec<(String, String)>,
}

/// A group as planning needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownGroup {
    /// `groups/ID`.
    pub name: String,
    /// Everybody in it, by `users/ID` and by address.
    pub members: HashSet<String>,
}

impl KnownGroup {
    /// Tells whether somebody is in it, by either name.
    pub fn has(&self, email: &str, user: &str) -> bool {
        self.members.contains(user) || self.members.contains(email)
    }
}

/// Whoever has an account, in Slack.
struct Holder {
    slack: String,
    name: String,
    reads: bool,
}

impl Ledger {
    /// Keeps a group as it was looked up, in place of what was known of it before.
    pub fn set_group(&mut self, group: &LookedUp) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let sql = "INSERT OR REPLACE INTO google_group (asked, name, email, seen) VALUES (?1, ?2, ?3, ?4)";
        let LookedUp { asked, name, email, seen, members } = group;
        change.execute(sql, params![asked, name, email, seen])?;
        let sql = "UPDATE google_group SET email = ?2, seen = ?3 WHERE name = ?1";
        change.execute(sql, params![name, email, seen])?;
        change.execute("DELETE FROM google_group_member WHERE name = ?1", [name])?;
        {
            let sql =
                "INSERT OR IGNORE INTO google_group_member (name, user, email) VALUES (?1, ?2, ?3)";
            let mut insert = change.prepare_cached(sql)?;
            for (user, email) in members {
                insert.execute(params![name, user, email])?;
            }
        }
        commit(change, "group")
    }

    /// Returns the groups that were looked up, by how the admin names them.
    pub fn groups(&self) -> Result<BTreeMap<String, KnownGroup>, Error> {
        let mut query = self.db.prepare("SELECT asked, name FROM google_group")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let named: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
        let mut groups = BTreeMap::new();
        for (asked, name) in named {
            let members = self.group_members(&name)?;
            let members = members.into_iter().flat_map(|(user, email)| [user, email]).collect();
            groups.insert(asked, KnownGroup { name, members });
        }
        Ok(groups)
    }

    fn group_members(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let sql =
            "SELECT user, email FROM google_group_member WHERE name = ?1 ORDER BY email, user";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how the admin named a group, and when it was looked up; none where it never was.
    pub fn seen_group(&self, name: &str) -> Result<Option<(String, SeenGroup)>, Error> {
        let sql =
            "SELECT asked, email, seen FROM google_group WHERE name = ?1 ORDER BY asked LIMIT 1";
        let found = self.db.query_row(sql, [name], |row| {
            let (email, seen) = (row.get(1)?, row.get(2)?);
            Ok((row.get(0)?, SeenGroup { name: name.to_owned(), email, seen }))
        });
        Ok(found.optional()?)
    }

    /// Puts everybody of a group among those who will see a space. One that was never looked up
    /// opens to nobody knows whom: it stands for itself, as somebody new.
    pub(super) fn seat_everybody(
        &self,
        group: Option<String>,
        seats: &mut Vec<Seat>,
    ) -> Result<Option<SeenGroup>, Error> {
        let Some(name) = group else {
            seat_group(seats, Vec::new());
            return Ok(None);
        };
        if let Some((_, seen)) = self.seen_group(&name)? {
            seat_group(seats, self.in_group(&name)?);
            return Ok(Some(seen));
        }
        let (account, also) = (Some(name.clone()), Vec::new());
        seats.push(Seat { slack: None, name: name.clone(), account, fate: Fate::New, also });
        Ok(Some(SeenGroup { name, email: String::new(), seen: 0 }))
    }

    /// Returns everybody in a group, and who that is in Slack: whoever could read every public
    /// channel before all others with the same account.
    fn in_group(&self, name: &str) -> Result<Vec<InGroup>, Error> {
        let (accounts, holders) = (self.own_accounts()?, self.holders()?);
        let mut all = Vec::new();
        for (user, email) in self.group_members(name)? {
            let known = accounts.get(&user).or_else(|| accounts.get(&email));
            let holder = known.and_then(|(id, _)| holders.get(id));
            all.push(InGroup {
                could: holder.is_some_and(|holder| holder.reads),
                slack: holder.map(|holder| holder.slack.clone()),
                name: holder.map_or_else(|| email.clone(), |holder| holder.name.clone()),
                account: known.map_or(email, |(_, email)| email.clone()),
            });
        }
        Ok(all)
    }

    /// Returns the organisation's accounts that the ledger knows, by name and by address.
    fn own_accounts(&self) -> Result<HashMap<String, (i64, String)>, Error> {
        let mut query = self.db.prepare_cached(
            "SELECT a.id, a.email, coalesce(d.user, a.user) FROM account a LEFT JOIN directory d ON d.email = a.email",
        )?;
        let mut rows = query.query([])?;
        let mut accounts = HashMap::new();
        while let Some(row) = rows.next()? {
            let (id, email, user): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            accounts.insert(user, (id, email.clone()));
            accounts.insert(email.clone(), (id, email));
        }
        Ok(accounts)
    }

    /// Returns who has which account in Slack. Who has another one or none by the admin's word has none.
    fn holders(&self) -> Result<HashMap<i64, Holder>, Error> {
        let sql = format!(
            "SELECT p.account, p.slack, p.name, p.reads FROM person p JOIN account a ON a.id = p.account
            LEFT JOIN choice c ON c.slack = p.slack LEFT JOIN directory d ON d.email = a.email
            WHERE a.outside = 0 AND NOT {AGAINST} ORDER BY p.reads, p.slack DESC"
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query([])?;
        let mut holders = HashMap::new();
        while let Some(row) = rows.next()? {
            // The last one counts: a reader before any other.
            let holder = Holder { slack: row.get(1)?, name: row.get(2)?, reads: row.get(3)? };
            holders.insert(row.get(0)?, holder);
        }
        Ok(holders)
    }

    /// Returns how many members are in by a group, or are to be.
    pub(super) fn by_group(&self) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM item WHERE ts = 0 AND kind = ?1 AND reason = ?2";
        let values = params![ItemKind::Membership.code(), BY_GROUP];
        Ok(self.db.query_row(sql, values, |row| row.get::<_, i64>(0))? as u64)
    }

    /// Tells whether a lane still owes that a group is let in.
    pub fn owes_group(&self, lane: i64) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM step WHERE id BETWEEN ?1 AND ?2 AND kind = ?3 AND state = ?4)";
        let (first, last) = (step_id(lane, 0), step_id(lane, u32::MAX));
        let values = params![first, last, StepKind::Group.code(), PENDING];
        Ok(self.db.query_row(sql, values, |row| row.get(0))?)
    }
}
