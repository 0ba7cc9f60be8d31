//! Who said what a step posts, for whoever has to name them in the text.

use super::{Error, Ledger};
use crate::ids::{Account, Micros};
use crate::wire::Frozen;
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;

/// What the ledger knows of a post's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The author's name in Slack; where several identities share the account, the account's own
    /// name, or its address.
    pub name: String,
    /// Slack's ts.
    pub ts: Micros,
    /// How many posts the message is.
    pub parts: u32,
    /// What does not survive.
    pub losses: String,
    /// The post's text as it was frozen.
    pub text: String,
}

impl Said {
    /// Tells whether the message has that loss.
    pub fn has_lost(&self, code: &str) -> bool {
        self.losses.split(',').any(|one| one.split(':').next() == Some(code))
    }
}

fn text(request: Option<String>) -> String {
    request.and_then(|request| Frozen::from_stored(request).text()).unwrap_or_default()
}

impl Ledger {
    /// Tells who said what a step posts.
    pub fn said(&self, step: i64) -> Result<Said, Error> {
        let sql = "SELECT i.ts, i.calls, coalesce(i.losses, ''), a.email, i.conversation, i.actor,
                coalesce(s.original, s.request)
            FROM step s JOIN item i ON i.id = s.item JOIN account a ON a.id = i.actor WHERE s.id = ?1";
        let (said, conversation, account) =
            self.db.prepare_cached(sql)?.query_row([step], |row| {
                let said = Said {
                    ts: row.get(0)?,
                    parts: row.get::<_, i64>(1)? as u32,
                    losses: row.get(2)?,
                    name: row.get(3)?,
                    text: text(row.get(6)?),
                };
                Ok((said, row.get::<_, i64>(4)?, row.get::<_, i64>(5)?))
            })?;
        let name = match self.identities(conversation, account)?.as_slice() {
            [one] => Some(one.clone()),
            _ => self.listed_name(&said.name)?,
        };
        Ok(Said { name: name.filter(|name| !name.is_empty()).unwrap_or(said.name), ..said })
    }

    /// Returns the names that an account's identities had in a conversation. Who wrote in it is
    /// among its members, and the plan noted the account then.
    fn identities(&self, conversation: i64, account: i64) -> Result<Vec<String>, Error> {
        let sql = "SELECT DISTINCT p.name FROM item m JOIN person p ON p.slack = m.sub
            WHERE m.conversation = ?1 AND m.ts = 0 AND m.kind = 3 AND m.actor = ?2 LIMIT 2";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params![conversation, account], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn listed_name(&self, email: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT name FROM directory WHERE email = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([email], |row| row.get(0)).optional()?)
    }

    /// Returns the names of users by their resource names: of the one Slack identity that has the
    /// account, else of the account; and of custom emoji. Whom nobody knows is left out.
    pub fn names_of(&self, users: &[String]) -> Result<HashMap<String, String>, Error> {
        let sql = "SELECT CASE count(DISTINCT p.name) WHEN 1 THEN min(p.name) ELSE
                (SELECT name FROM directory WHERE user = ?1) END
            FROM account a JOIN person p ON p.account = a.id WHERE a.user = ?1";
        let mut query = self.db.prepare_cached(sql)?;
        let emoji = "SELECT max(slack) FROM emoji WHERE resource = ?1";
        let mut emoji = self.db.prepare_cached(emoji)?;
        let mut names = HashMap::new();
        for user in users {
            let query = if user.starts_with("customEmojis/") { &mut emoji } else { &mut query };
            let name: Option<String> = query.query_row([user], |row| row.get(0))?;
            names.extend(name.filter(|name| !name.is_empty()).map(|name| (user.clone(), name)));
        }
        Ok(names)
    }

    /// Returns the resource name of an account.
    pub fn user_of(&self, account: &Account) -> Result<String, Error> {
        let sql = "SELECT user FROM account WHERE email = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([account.as_str()], |row| row.get(0))?)
    }

    /// Counts a lane's messages in whose place a notice stands, or is about to.
    pub fn notices(&self, lane: i64) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM step WHERE rung = 3 AND id BETWEEN ?1 AND ?2";
        let bounds = params![super::stage::step_id(lane, 0), super::stage::step_id(lane, u32::MAX)];
        Ok(self.db.prepare_cached(sql)?.query_row(bounds, |row| row.get::<_, i64>(0))? as u64)
    }
}
