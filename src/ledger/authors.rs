//! In whose name something is still owed.

use super::{Error, Ledger};
use crate::ids::Account;

/// An account in whose name something is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Its address.
    pub account: Account,
    /// How many items: messages and reactions, and spaces to complete.
    pub items: u64,
}

impl Ledger {
    /// Returns everybody in whose name something is owed, by address; the app itself is nobody.
    pub fn authors(&self) -> Result<Vec<Author>, Error> {
        let sql = "SELECT a.email, sum(owed.items) FROM (
                SELECT actor, count(*) AS items FROM item
                WHERE state = 0 AND actor IS NOT NULL GROUP BY actor
                UNION ALL
                SELECT completer, count(*) FROM lane
                WHERE state NOT IN ('completed', 'present') AND completer IS NOT NULL GROUP BY completer
            ) AS owed JOIN account a ON a.id = owed.actor GROUP BY a.email ORDER BY a.email";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| {
            let items = row.get::<_, i64>(1)? as u64;
            Ok(Author { account: Account::new(&row.get::<_, String>(0)?), items })
        })?;
        let all = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(all.into_iter().filter(|author| !author.account.is_app()).collect())
    }
}
