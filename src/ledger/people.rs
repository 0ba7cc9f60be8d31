//! Who is who: matched people, and the organisation's accounts as Google listed them.

use super::account::ItemKind;
use super::codes::Code;
use super::{Error, Ledger, commit};
use crate::ids::{Account, SlackUserId};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

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
    /// How it was matched, a code.
    pub how: &'a str,
    /// A full member of the workspace, who could read every public channel.
    pub reads: bool,
}

/// One account of the organisation, as Google listed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Primary address, lower case.
    pub email: String,
    /// `users/<id>`.
    pub user: String,
    /// Full name.
    pub name: String,
    /// Can't be impersonated.
    pub suspended: bool,
    /// Has no service any more, and can't be impersonated.
    pub archived: bool,
    /// Somebody of another organisation with a guest account.
    pub guest: bool,
    /// Its other addresses, lower case.
    pub aliases: Vec<String>,
    /// Addresses that its card names and that are not its own, lower case.
    pub contacts: Vec<String>,
}

impl Listed {
    /// Tells whether calls can be made as this account.
    pub const fn is_usable(&self) -> bool {
        !self.suspended && !self.archived && !self.guest
    }
}

/// What the admin chose for a Slack identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The account's address; empty: none, whatever matching would find.
    pub account: Option<String>,
    /// What becomes of what they wrote, where there is no account.
    pub policy: Option<String>,
}

impl Ledger {
    /// Returns the number of an account, noting it when it is new; its resource name is renewed.
    pub fn account_id(&mut self, email: &Account, user: &str) -> Result<i64, Error> {
        account_id(&self.db, email, user)
    }

    /// Returns how many guests of Slack's have accounts: of public channels they saw only their own.
    pub fn guests(&self) -> Result<u64, Error> {
        let sql = "SELECT count(DISTINCT account) FROM person WHERE kind = 'guest'";
        Ok(self.db.query_row(sql, [], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Returns the number of somebody outside the organisation, known by address alone.
    pub fn outside_id(&mut self, address: &Account) -> Result<i64, Error> {
        let number = account_id(&self.db, address, &format!("users/{address}"))?;
        self.db.execute("UPDATE account SET outside = 1 WHERE id = ?1", [number])?;
        Ok(number)
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
                "INSERT INTO person (slack, name, kind, account, how, reads) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    person.slack.as_str(),
                    person.name,
                    person.kind,
                    account,
                    person.how,
                    person.reads,
                ],
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
                "INSERT OR REPLACE INTO directory (email, user, name, suspended, archived, guest, aliases, contacts)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    one.email,
                    one.user,
                    one.name,
                    one.suspended,
                    one.archived,
                    one.guest,
                    one.aliases.join(" "),
                    one.contacts.join(" "),
                ],
            )?;
        }
        commit(change, "directory")
    }

    /// Returns the organisation's accounts as last listed.
    pub fn directory(&self) -> Result<Vec<Listed>, Error> {
        // An older ledger that is only looked at knows less.
        let more = if self.knows_choices()? { "archived, guest, contacts" } else { "0, 0, ''" };
        let sql = format!(
            "SELECT email, user, name, suspended, aliases, {more} FROM directory ORDER BY email"
        );
        let mut query = self.db.prepare(&sql)?;
        let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
        let rows = query.query_map([], |row| {
            Ok(Listed {
                email: row.get(0)?,
                user: row.get(1)?,
                name: row.get(2)?,
                suspended: row.get(3)?,
                aliases: words(row.get(4)?),
                archived: row.get(5)?,
                guest: row.get(6)?,
                contacts: words(row.get(7)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn knows_choices(&self) -> Result<bool, Error> {
        Ok(self.db.table_exists(None, "choice")?)
    }

    /// Returns what the admin chose, by Slack id.
    pub fn choices(&self) -> Result<BTreeMap<SlackUserId, Choice>, Error> {
        if !self.knows_choices()? {
            return Ok(BTreeMap::new());
        }
        let mut query = self.db.prepare("SELECT slack, account, policy FROM choice")?;
        let rows = query.query_map([], |row| {
            let choice = Choice { account: row.get(1)?, policy: row.get(2)? };
            Ok((SlackUserId::new(&row.get::<_, String>(0)?), choice))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes over choices, all or none; an empty one goes back to what matching finds.
    pub fn choose(&mut self, choices: &BTreeMap<SlackUserId, Choice>) -> Result<(), Error> {
        let change = self.db.transaction()?;
        for (slack, choice) in choices {
            change.execute("DELETE FROM choice WHERE slack = ?1", [slack.as_str()])?;
            if *choice != Choice::default() {
                change.execute(
                    "INSERT INTO choice (slack, account, policy) VALUES (?1, ?2, ?3)",
                    params![slack.as_str(), choice.account, choice.policy],
                )?;
            }
        }
        commit(change, "choices")
    }

    /// Returns the names of the conversations that are being sent, or were, and that a Slack
    /// identity has a part in: what was frozen for them stays.
    pub fn begun_with(&self, slack: &SlackUserId) -> Result<Vec<String>, Error> {
        let sql =
            "SELECT DISTINCT l.name FROM item i JOIN lane l ON l.conversation = i.conversation
            WHERE i.ts = 0 AND i.kind = ?1 AND i.sub = ?2 AND l.state NOT IN ('planned', 'staged')
            ORDER BY l.name";
        let mut query = self.db.prepare_cached(sql)?;
        let kind = ItemKind::Membership.code();
        let rows = query.query_map(params![kind, slack.as_str()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Returns the number of an account, in a transaction or out of one.
fn account_id(db: &Connection, email: &Account, user: &str) -> Result<i64, Error> {
    let sql = "INSERT INTO account (email, user) VALUES (?1, ?2)
        ON CONFLICT (email) DO UPDATE SET user = excluded.user, outside = 0 RETURNING id";
    Ok(db.query_row(sql, params![email.as_str(), user], |row| row.get(0))?)
}
