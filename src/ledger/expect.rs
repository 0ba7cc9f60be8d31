//! What reading a lane back must show.

use super::codes::{Code, DONE, SKIPPED, WEDGED};
use super::stage::step_id;
use super::{Error, Ledger};
use crate::draft::StepKind;
use crate::ids::Micros;
use rusqlite::{OptionalExtension, Row, params};

/// How far a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Paid: its result must be there.
    Done,
    /// Refused or left out, for that reason.
    Wedged(String),
    /// Not made yet.
    Owed,
}

/// A post as it must stand in Chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The step.
    pub step: i64,
    /// Slack's ts of the message.
    pub ts: Micros,
    /// Which part of it.
    pub part: u32,
    /// Its createTime.
    pub created: Micros,
    /// Of its text; empty where nobody knows whether its links were led to Chat.
    pub hash: Vec<u8>,
    /// Whether it must be there.
    pub standing: Standing,
    /// The resource name of its author.
    pub user: String,
    /// Its thread, as Google named it when its first part was posted.
    pub thread: Option<String>,
    /// The createTime of the post that opens its thread; none for that one itself.
    pub opener: Option<Micros>,
    /// The name that Google gave it.
    pub name: Option<String>,
    /// Its request had to change on the way.
    pub revised: bool,
    /// Reactions to it.
    pub reactions: Vec<ExpectedReaction>,
}

/// One person's reaction as it must be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedReaction {
    /// The emoji itself, or `customEmojis/UID`; empty where an older ledger did not keep it.
    pub emoji: String,
    /// Whether it must be there.
    pub standing: Standing,
}

/// A membership as it must be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedMember {
    /// The resource name of the person.
    pub user: String,
    /// From and until when, of a past one.
    pub span: Option<(Micros, Micros)>,
    /// Whether it must be there.
    pub standing: Standing,
}

/// The account's resource name; the Directory knows better than a plan that was made without it.
const USER: &str = "coalesce(d.user, a.user)";

fn standing(state: i64, reason: Option<String>) -> Standing {
    match state {
        DONE => Standing::Done,
        WEDGED | SKIPPED => Standing::Wedged(reason.unwrap_or_default()),
        _ => Standing::Owed,
    }
}

fn post(row: &Row<'_>) -> rusqlite::Result<Expected> {
    Ok(Expected {
        step: row.get(0)?,
        ts: row.get(1)?,
        part: row.get::<_, i64>(2)? as u32,
        created: row.get(3)?,
        hash: row.get::<_, Option<Vec<u8>>>(4)?.unwrap_or_default(),
        standing: standing(row.get(5)?, row.get(6)?),
        user: row.get(7)?,
        thread: row.get(8)?,
        opener: row.get(9)?,
        name: row.get(10)?,
        revised: row.get(11)?,
        reactions: Vec::new(),
    })
}

impl Ledger {
    /// Returns up to `room` posts of a lane after `cursor`, in order of place, with their
    /// reactions.
    pub fn expected(&self, lane: i64, cursor: i64, room: usize) -> Result<Vec<Expected>, Error> {
        let sql = format!(
            "SELECT s.id, i.ts, s.part, s.created, s.hash, s.state, s.reason, {USER}, coalesce(o.thread, i.thread),
                t.created, CASE s.part WHEN 0 THEN i.message ELSE s.receipt END, s.revision > 0
            FROM step s JOIN item i ON i.id = s.item JOIN account a ON a.id = s.actor
            LEFT JOIN directory d ON d.email = a.email
            LEFT JOIN step t ON t.id = s.thread LEFT JOIN item o ON o.id = t.item
            WHERE s.id > ?1 AND s.id <= ?2 AND s.kind = 2 ORDER BY s.id LIMIT ?3"
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let end = step_id(lane, u32::MAX);
        let bounds = params![cursor.max(step_id(lane, 0)), end, room as i64];
        let mut posts: Vec<Expected> =
            query.query_map(bounds, post)?.collect::<rusqlite::Result<_>>()?;
        let full = posts.len() == room;
        if let (Some(first), Some(last)) = (posts.first(), posts.last()) {
            let until = if full { self.next_message(last.step, end)? } else { end };
            let first = first.step;
            self.add_reactions(&mut posts, first, until)?;
        }
        Ok(posts)
    }

    /// Returns the step that begins the next message: reactions stand before it.
    fn next_message(&self, after: i64, end: i64) -> Result<i64, Error> {
        let sql = "SELECT id FROM step WHERE id > ?1 AND id <= ?2 AND kind = 2 AND part = 0 ORDER BY id LIMIT 1";
        let mut query = self.db.prepare_cached(sql)?;
        Ok(query.query_row([after, end], |row| row.get(0)).optional()?.unwrap_or(end))
    }

    fn add_reactions(&self, posts: &mut [Expected], from: i64, until: i64) -> Result<(), Error> {
        let sql = "SELECT after, coalesce(shown, ''), state, reason FROM step
            WHERE id > ?1 AND id <= ?2 AND kind = 3 ORDER BY id";
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query([from, until])?;
        while let Some(row) = rows.next()? {
            let post = row.get::<_, Option<i64>>(0)?.unwrap_or_default();
            // Those of a message whose first part stood on the page before are on that page.
            if let Ok(at) = posts.binary_search_by_key(&post, |one| one.step) {
                let standing = standing(row.get(2)?, row.get(3)?);
                posts[at].reactions.push(ExpectedReaction { emoji: row.get(1)?, standing });
            }
        }
        Ok(())
    }

    /// Returns a lane's memberships of one kind, past or present.
    pub fn expected_members(
        &self,
        lane: i64,
        kind: StepKind,
    ) -> Result<Vec<ExpectedMember>, Error> {
        let sql = format!(
            "SELECT coalesce(s.shown, ''), {USER}, s.state, s.reason FROM step s
            LEFT JOIN item i ON i.id = s.item LEFT JOIN account a ON a.id = i.actor
            LEFT JOIN directory d ON d.email = a.email
            WHERE s.id BETWEEN ?1 AND ?2 AND s.kind = ?3 ORDER BY s.id"
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let bounds = params![step_id(lane, 0), step_id(lane, u32::MAX), kind.code()];
        let rows = query.query_map(bounds, |row| {
            let shown: String = row.get(0)?;
            let mut words = shown.split(' ');
            // An address is an alias that Chat never answers with.
            let name = words.next().filter(|name| !name.is_empty()).map(str::to_owned);
            let (address, name) = match name {
                Some(name) if name.contains('@') => (Some(name), None),
                name => (None, name),
            };
            let user: Option<String> = row.get(1)?;
            let mut time = || -> Option<Micros> {
                Some(words.next()?.parse::<jiff::Timestamp>().ok()?.as_microsecond())
            };
            Ok(ExpectedMember {
                user: name.or(user).or(address).unwrap_or_default(),
                span: time().and_then(|from| Some((from, time()?))),
                standing: standing(row.get(2)?, row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the name that a lane's space must show: empty for a group chat, none where an older
    /// ledger did not keep it.
    pub fn expected_name(&self, lane: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT shown FROM step WHERE id BETWEEN ?1 AND ?2 AND kind = 0";
        let bounds = params![step_id(lane, 0), step_id(lane, u32::MAX)];
        Ok(self.db.query_row(sql, bounds, |row| row.get(0)).optional()?.flatten())
    }

    /// Returns the resource name of the account that completes a lane, and is in then.
    pub fn expected_owner(&self, lane: i64) -> Result<Option<String>, Error> {
        let sql = format!(
            "SELECT {USER} FROM lane l JOIN account a ON a.id = l.completer
            LEFT JOIN directory d ON d.email = a.email WHERE l.id = ?1"
        );
        Ok(self.db.query_row(&sql, [lane], |row| row.get(0)).optional()?)
    }
}
