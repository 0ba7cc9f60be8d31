//! Custom emoji that are used: owed to Chat, there, or given up.

use super::{Error, Ledger, Planning, commit, expect_rows};
use rusqlite::{Connection, Transaction, params};

/// One custom emoji that messages or reactions use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedEmoji {
    /// Slack's name of the emoji that has the picture.
    pub slack: String,
    /// Chat's name, without colons.
    pub name: String,
    /// Where it stands.
    pub state: EmojiState,
}

/// Where a custom emoji stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmojiState {
    /// It is to be made, or found.
    Owed,
    /// It is in Chat.
    There {
        /// `customEmojis/…`, as texts show it.
        resource: String,
        /// What reactions name.
        uid: String,
    },
    /// It can't be had: its name stands in the text.
    GivenUp {
        /// Why, as a code.
        reason: String,
        /// Google's own words, or what is wrong with the picture.
        note: String,
    },
}

const OWED: i64 = 0;
const THERE: i64 = 1;
const GIVEN_UP: i64 = 2;

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<UsedEmoji> {
    let text =
        |at| Ok::<String, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
    let state = match row.get(2)? {
        THERE => EmojiState::There { resource: text(3)?, uid: text(4)? },
        GIVEN_UP => EmojiState::GivenUp { reason: text(5)?, note: text(6)? },
        _ => EmojiState::Owed,
    };
    Ok(UsedEmoji { slack: row.get(0)?, name: row.get(1)?, state })
}

impl Ledger {
    /// Returns every custom emoji that is used.
    pub fn used_emoji(&self) -> Result<Vec<UsedEmoji>, Error> {
        // An older ledger that is only looked at has none.
        if !self.db.table_exists(None, "emoji")? {
            return Ok(Vec::new());
        }
        let sql =
            "SELECT slack, name, state, resource, uid, reason, note FROM emoji ORDER BY slack";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns those that are to be made.
    pub fn owed_emoji(&self) -> Result<Vec<UsedEmoji>, Error> {
        let mut all = self.used_emoji()?;
        all.retain(|one| one.state == EmojiState::Owed);
        Ok(all)
    }

    /// Writes down where an emoji stands now.
    pub fn settle_emoji(&mut self, slack: &str, state: &EmojiState) -> Result<(), Error> {
        let sql = "UPDATE emoji SET state = ?2, resource = ?3, uid = ?4, reason = ?5, note = ?6 WHERE slack = ?1";
        let change = self.db.transaction()?;
        let (code, [resource, uid, reason, note]) = match state {
            EmojiState::Owed => (OWED, [None; 4]),
            EmojiState::There { resource, uid } => (THERE, [Some(resource), Some(uid), None, None]),
            EmojiState::GivenUp { reason, note } => {
                (GIVEN_UP, [None, None, Some(reason), Some(note)])
            }
        };
        let rows = change.execute(sql, params![slack, code, resource, uid, reason, note])?;
        expect_rows(rows, 1, "an emoji is settled")?;
        commit(change, "emoji")
    }

    /// Forgets an emoji that is not to be had any more, and was not made.
    pub fn forget_emoji(&mut self, slack: &str) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let gone = change.execute("DELETE FROM emoji WHERE slack = ?1 AND state <> 1", [slack])?;
        plan_anew(change, gone)
    }

    /// Forgets what earlier plans wanted and nobody has made yet.
    pub fn forget_owed_emoji(&mut self) -> Result<(), Error> {
        let change = self.db.transaction()?;
        let gone = change.execute("DELETE FROM emoji WHERE state = 0", [])?;
        plan_anew(change, gone)
    }

    /// Owes again what was given up, as long as a conversation can still be planned with it.
    pub fn owe_emoji_again(&mut self) -> Result<(), Error> {
        let sql = "UPDATE emoji SET state = 0, reason = NULL, note = NULL WHERE state = 2
            AND EXISTS (SELECT 1 FROM lane WHERE state IN ('planned', 'staged'))";
        self.db.execute(sql, [])?;
        Ok(())
    }
}

impl Planning<'_> {
    /// Notes that a message or a reaction uses a custom emoji.
    pub fn want_emoji(&mut self, slack: &str, name: &str) -> Result<(), Error> {
        want(self.db, slack, name)
    }
}

/// Has the conversations that are not begun planned again: one of them may have wanted what is
/// forgotten, and only a plan says so.
fn plan_anew(change: Transaction<'_>, forgotten: usize) -> Result<(), Error> {
    if forgotten == 0 {
        return Ok(());
    }
    let sql = "UPDATE lane SET fingerprint = '' WHERE state IN ('planned', 'staged')";
    change.execute(sql, [])?;
    commit(change, "emoji")
}

fn want(db: &Connection, slack: &str, name: &str) -> Result<(), Error> {
    let sql = "INSERT INTO emoji (slack, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    db.prepare_cached(sql)?.execute(params![slack, name])?;
    Ok(())
}
