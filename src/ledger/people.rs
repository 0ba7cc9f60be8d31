//! Who is who: matched people, and the organisation's accounts as Google listed them.

use super::{Error, Ledger, commit};
use crate::ids::{Account, SlackUserId};
use rusqlite::{Connection, params};

/// A person, as matched.
#[derive(Debug, Clone)]
pub struct NewPerson<'a> {
    /// Slack's id.
    pub slack: &'a SlackUserId,
    /// The name shown in Slack.
    pub name: &'a str,
    /// `human`, `guest`, `bot`, `slackbot`.
    pub kind: &'a str,
    /// Its account and the account's resource name.
    pub account: Option<(&'a Account, &'a str)>,
    /// `file`, `email`, `alias`, `assumed`, `none`.
    pub how: &'a str,
}

/// One account of the organisation, as Google listed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Primary address, lower case.
    pub email: String,
    /// `users/<id>`.
    pub user: String,
    /// Full name.
    pub name: String,
    /// Can't be impersonated.
    pub suspended: bool,
    /// Other addresses, lower case.
    pub aliases: Vec<String>,
}

impl Ledger {
    /// Returns the number of an account, noting it when it is new; its resource name is renewed.
    pub fn account_id(&mut self, email: &Account, user: &str) -> Result<i64, Error> {
        account_id(&self.db, email, user)
    }

    /// Writes down who is who, in place of what was known before.
    pub fn set_people(&mut self, people: &[NewPerson<'_>]) -> Result<(), Error> {
        let change = self.db.transaction()?;
        change.execute("DELETE FROM person", [])?;
        for person in people {
            let account: Option<i64> = match person.account {
                None => None,
                Some((email, user)) => Some(account_id(&change, email, user)?),
            };
            change.execute(
                "INSERT INTO person (slack, name, kind, account, how) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![person.slack.as_str(), person.name, person.kind, account, person.how],
            )?;
        }
        commit(change, "people")
    }

    /// Keeps the organisation's accounts, in place of those kept before.
    pub fn set_directory(&mut self, listed: &[Listed]) -> Result<(), Error> {
        let change = self.db.transaction()?;
        change.execute("DELETE FROM directory", [])?;
        for one in listed {
            change.execute(
                "INSERT OR REPLACE INTO directory (email, user, name, suspended, aliases) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![one.email, one.user, one.name, one.suspended, one.aliases.join(" ")],
            )?;
        }
        commit(change, "directory")
    }

    /// Returns the organisation's accounts as last listed.
    pub fn directory(&self) -> Result<Vec<Listed>, Error> {
        let sql = "SELECT email, user, name, suspended, aliases FROM directory ORDER BY email";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| {
            Ok(Listed {
                email: row.get(0)?,
                user: row.get(1)?,
                name: row.get(2)?,
                suspended: row.get(3)?,
                aliases: row.get::<_, String>(4)?.split_whitespace().map(str::to_owned).collect(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Returns the number of an account, in a transaction or out of one.
fn account_id(db: &Connection, email: &Account, user: &str) -> Result<i64, Error> {
    let sql = "INSERT INTO account (email, user) VALUES (?1, ?2)
        ON CONFLICT (email) DO UPDATE SET user = excluded.user RETURNING id";
    Ok(db.query_row(sql, params![email.as_str(), user], |row| row.get(0))?)
}
