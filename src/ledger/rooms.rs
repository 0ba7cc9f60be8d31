//! What the admin chose for single conversations, and what the channels workbook shows of each.

use super::account::ItemKind;
use super::codes::Code;
use super::{Error, Ledger, commit};
use crate::ids::ConversationId;
use rusqlite::params;
use std::collections::BTreeMap;

/// What the admin chose for a conversation, beyond the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomChoice {
    /// Whether it is migrated; none: as the settings say.
    pub include: Option<bool>,
    /// The name of its space; none: as the settings say.
    pub name: Option<String>,
    /// Who may find its space: `audiences/…`, or `none`; none: as the settings say.
    pub audience: Option<String>,
    /// The group that stands for its members: an address, or `groups/…`; none: no group.
    pub group: Option<String>,
}

/// A conversation as it was planned, with or without a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Slack's id.
    pub slack: ConversationId,
    /// Slack's name: hostile.
    pub name: String,
    /// Slack's kind, as a word.
    pub kind: String,
    /// Messages in the export.
    pub messages: u64,
    /// People who are in.
    pub members: u64,
}

impl Ledger {
    /// Returns what was chosen, by conversation.
    pub fn room_choices(&self) -> Result<BTreeMap<ConversationId, RoomChoice>, Error> {
        let mut query = self
            .db
            .prepare("SELECT slack, include, name, audience, google_group FROM room_choice")?;
        let rows = query.query_map([], |row| {
            let slack = ConversationId::new(&row.get::<_, String>(0)?);
            let (include, name, audience) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((slack, RoomChoice { include, name, audience, group: row.get(4)? }))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Tells whether a conversation was chosen to be left out.
    pub fn is_left_out(&self, slack: &ConversationId) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM room_choice WHERE slack = ?1 AND include = 0)";
        Ok(self.db.prepare_cached(sql)?.query_row([slack.as_str()], |row| row.get(0))?)
    }

    /// Stores choices, each in the place of what was chosen before; all or none.
    pub fn choose_rooms(&mut self, choices: &[(ConversationId, RoomChoice)]) -> Result<(), Error> {
        let change = self.db.transaction()?;
        for (slack, choice) in choices {
            let sql =
                "INSERT INTO room_choice (slack, include, name, audience, google_group) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (slack) DO UPDATE SET include = excluded.include, name = excluded.name,
                    audience = excluded.audience, google_group = excluded.google_group";
            let RoomChoice { include, name, audience, group } = choice;
            change.execute(sql, params![slack.as_str(), include, name, audience, group])?;
        }
        commit(change, "choose.rooms")
    }

    /// Returns every conversation, by Slack's id.
    pub fn rooms(&self) -> Result<Vec<Room>, Error> {
        let sql = "SELECT c.slack, c.name, c.kind, coalesce(sum(i.kind = ?1), 0),
                coalesce(sum(i.kind = ?2 AND i.ended IS NULL), 0)
            FROM conversation c LEFT JOIN item i ON i.conversation = c.id GROUP BY c.id ORDER BY c.slack";
        let mut query = self.db.prepare(sql)?;
        let kinds = params![ItemKind::Message.code(), ItemKind::Membership.code()];
        let rows = query.query_map(kinds, |row| {
            Ok(Room {
                slack: ConversationId::new(&row.get::<_, String>(0)?),
                name: row.get(1)?,
                kind: row.get(2)?,
                messages: row.get::<_, i64>(3)? as u64,
                members: row.get::<_, i64>(4)? as u64,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
