//! Messages that stand in Chat, in order, a stretch at a time.

use super::{Error, Ledger};
use crate::ids::{ConversationId, Micros};
use rusqlite::params;

/// A message of Slack's and the name that Google gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// Where the next stretch begins: the ledger's number of the conversation, and the ts.
    pub cursor: (i64, Micros),
    /// Slack's id of the conversation.
    pub conversation: ConversationId,
    /// The root of its thread.
    pub root: Option<Micros>,
    /// `spaces/…/messages/…`, of its first part.
    pub message: String,
    /// `spaces/…/threads/…`.
    pub thread: Option<String>,
}

impl Ledger {
    /// Returns up to `room` messages that stand in Chat, after a cursor, by conversation and ts.
    /// A space that is gone has none.
    pub fn sent_after(
        &self,
        (conversation, ts): (i64, Micros),
        room: usize,
    ) -> Result<Vec<SentMessage>, Error> {
        let sql = "SELECT i.conversation, i.ts, c.slack, i.root, i.message, i.thread
            FROM item i JOIN conversation c ON c.id = i.conversation
            WHERE (i.conversation, i.ts) > (?1, ?2) AND i.kind = 0 AND i.sub = '' AND i.message IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM lane l WHERE l.conversation = i.conversation AND l.blocked IS NOT NULL)
            ORDER BY i.conversation, i.ts LIMIT ?3";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params![conversation, ts, room as i64], |row| {
            Ok(SentMessage {
                cursor: (row.get(0)?, row.get(1)?),
                conversation: ConversationId::new(&row.get::<_, String>(2)?),
                root: row.get(3)?,
                message: row.get(4)?,
                thread: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
