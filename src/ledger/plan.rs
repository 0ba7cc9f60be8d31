//! What planning writes: sources, conversations, items, lanes. One conversation is one
//! transaction: it is in or it is not.

use super::account::{ItemKind, ItemState};
use super::codes::Code;
use super::stage::step_id;
use super::{Error, Ledger, expect_rows};
use crate::crash::around;
use crate::event::Calls;
use crate::ids::{ConversationId, Micros};
use rusqlite::{Connection, OptionalExtension, Statement, params};

const ITEM: &str =
    "INSERT INTO item (conversation, ts, kind, sub, source, hash, state, reason, losses, created, ended, actor, calls, root)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// One source item, as planned.
#[derive(Debug, Clone)]
pub struct NewItem<'a> {
    /// What it is.
    pub kind: ItemKind,
    /// Slack's ts in µs; 0 where there is none.
    pub ts: Micros,
    /// What tells it from others of its kind and ts.
    pub sub: &'a str,
    /// Of the source record.
    pub hash: Option<&'a [u8]>,
    /// Owed, skipped or lost.
    pub state: ItemState,
    /// Why skipped or lost.
    pub reason: Option<&'a str>,
    /// What will not survive.
    pub losses: Option<&'a str>,
    /// The source that it came from.
    pub source: i64,
    /// A message's createTime, a membership's begin.
    pub created: Option<Micros>,
    /// The root of a message's thread.
    pub root: Option<Micros>,
    /// A membership's end.
    pub ended: Option<Micros>,
    /// Who it is sent as.
    pub actor: Option<i64>,
    /// Calls that pay for it; 0 where it travels inside another item.
    pub calls: u32,
}

/// A lane, as planned.
#[derive(Debug, Clone)]
pub struct NewLane<'a> {
    /// Of settings, people and converter.
    pub fingerprint: &'a str,
    /// The archive does not hold it in the order of time.
    pub disordered: bool,
    /// The space has threads.
    pub threaded: bool,
    /// The name people will see.
    pub name: &'a str,
    /// The space's createTime.
    pub created: Micros,
    /// Who completes it.
    pub completer: i64,
    /// Whether that is the admin for want of a mapped member.
    pub admin_owned: bool,
    /// Calls owed.
    pub planned: Calls,
    /// Of the others, past memberships.
    pub past: u64,
    /// Of the others, present memberships.
    pub present: u64,
    /// Of the others, corrections of texts.
    pub amends: u64,
    /// Who may find the space once it is open.
    pub audience: Option<&'a str>,
    /// The group that is added in place of single people: `groups/…`.
    pub group: Option<&'a str>,
    /// People from outside may be members.
    pub external: bool,
    /// The newest ts of the conversation.
    pub newest: Micros,
}

impl Ledger {
    /// Notes an archive; the same archive elsewhere only moves. `entries` tells later which of its
    /// entries changed.
    pub fn add_source(
        &mut self,
        path: &str,
        name: &str,
        hash: &str,
        entries: &[u8],
    ) -> Result<i64, Error> {
        let sql = "INSERT INTO source (path, name, hash, entries) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (hash) DO UPDATE SET path = excluded.path, name = excluded.name, entries = excluded.entries
            RETURNING id";
        let values = params![path, name, hash, entries];
        Ok(around("source", || self.db.query_row(sql, values, |row| row.get(0)))?)
    }

    /// Returns what is known of an archive's entries; nothing of one that an old version noted.
    pub fn source_entries(&self, source: i64) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT entries FROM source WHERE id = ?1";
        Ok(self.db.query_row(sql, [source], |row| row.get(0))?)
    }

    /// Returns the archives: id, path, name, hash.
    pub fn sources(&self) -> Result<Vec<(i64, String, String, String)>, Error> {
        let mut query = self.db.prepare("SELECT id, path, name, hash FROM source ORDER BY id")?;
        let rows =
            query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Makes what was planned durable.
    pub fn commit_plan(&mut self) -> Result<(), Error> {
        if !self.db.is_autocommit() {
            around("plan", || self.db.execute_batch("COMMIT"))?;
        }
        Ok(())
    }

    /// Begins to plan a conversation. What an earlier plan of it left is taken away, unless
    /// something of it was already sent.
    pub fn plan_conversation(
        &mut self,
        slack: &ConversationId,
        name: &str,
        kind: &str,
    ) -> Result<Planning<'_>, Error> {
        if self.db.is_autocommit() {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
        }
        self.db.execute_batch("SAVEPOINT conversation")?;
        // Whatever fails from here on, the savepoint goes with it.
        let mut planning = Planning {
            item: self.db.prepare(ITEM)?,
            db: &self.db,
            conversation: 0,
            generation: 0,
            items: 0,
            done: false,
        };
        let change = planning.db;
        let sql = "INSERT INTO conversation (slack, name, kind) VALUES (?1, ?2, ?3)
            ON CONFLICT (slack) DO UPDATE SET name = excluded.name, kind = excluded.kind RETURNING id";
        let id: i64 =
            change.query_row(sql, params![slack.as_str(), name, kind], |row| row.get(0))?;
        let begun: i64 = change.query_row(
            "SELECT count(*) FROM lane WHERE conversation = ?1 AND state NOT IN ('planned', 'staged')",
            [id],
            |row| row.get(0),
        )?;
        if begun > 0 {
            return Err(Error::Broken(format!("conversation {slack} was already sent in part")));
        }
        // What was started over stays so, however often it is planned anew.
        planning.generation = change.query_row(
            "SELECT coalesce(max(generation), 0) FROM lane WHERE conversation = ?1",
            [id],
            |row| row.get(0),
        )?;
        let lanes: Vec<i64> = change
            .prepare("SELECT id FROM lane WHERE conversation = ?1")?
            .query_map([id], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for lane in lanes {
            let places = params![step_id(lane, 0), step_id(lane, u32::MAX)];
            change.execute("DELETE FROM step WHERE id BETWEEN ?1 AND ?2", places)?;
        }
        change.execute("DELETE FROM item WHERE conversation = ?1", [id])?;
        change.execute("DELETE FROM unmatched WHERE conversation = ?1", [id])?;
        change.execute("DELETE FROM lane WHERE conversation = ?1", [id])?;
        planning.conversation = id;
        Ok(planning)
    }
}

/// A conversation in the middle of being planned; dropped without `finish`, nothing happened. Small
/// ones share a commit: [`Ledger::commit_plan`] ends it.
#[derive(Debug)]
pub struct Planning<'a> {
    item: Statement<'a>,
    pub(super) db: &'a Connection,
    conversation: i64,
    generation: i64,
    items: u64,
    done: bool,
}

impl Drop for Planning<'_> {
    fn drop(&mut self) {
        if !self.done {
            // Where even this fails, the commit that never comes undoes it.
            let _ = self.db.execute_batch("ROLLBACK TO conversation; RELEASE conversation");
        }
    }
}

impl Planning<'_> {
    /// Notes an item.
    pub fn item(&mut self, item: &NewItem<'_>) -> Result<(), Error> {
        self.items += 1;
        let rows = self.item.execute(params![
            self.conversation,
            item.ts,
            item.kind.code(),
            item.sub,
            item.source,
            item.hash,
            item.state.code(),
            item.reason,
            item.losses,
            item.created,
            item.ended,
            item.actor,
            item.calls,
            item.root,
        ])?;
        expect_rows(rows, 1, "an item is noted")
    }

    /// Returns how many posts a message is; none where there is no such message, or it is left out.
    pub fn posts_of(&self, ts: Micros) -> Result<Option<u32>, Error> {
        let sql = "SELECT calls FROM item
            WHERE conversation = ?1 AND ts = ?2 AND kind = 0 AND sub = '' AND state = 0";
        let mut query = self.db.prepare_cached(sql)?;
        let posts = query.query_row(params![self.conversation, ts], |row| row.get::<_, i64>(0));
        Ok(posts.optional()?.map(|posts| posts as u32))
    }

    /// Notes how many messages of authors without an account it has, by class and by who speaks.
    pub fn unmatched(&mut self, class: &str, speaker: &str, messages: u64) -> Result<(), Error> {
        let sql = "INSERT INTO unmatched (conversation, class, speaker, messages) VALUES (?1, ?2, ?3, ?4)";
        let values = params![self.conversation, class, speaker, messages as i64];
        expect_rows(self.db.prepare_cached(sql)?.execute(values)?, 1, "authors are noted")
    }

    /// Notes the lane and ends the conversation; returns how many items it has.
    pub fn finish(self, lane: &NewLane<'_>) -> Result<u64, Error> {
        let sql = "INSERT INTO lane (conversation, fingerprint, disordered, threaded, name, created, completer,
            admin_owned, posts, reactions, others, past, present, generation, amends,
            audience, external, google_group)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
        let rows = self.db.execute(
            sql,
            params![
                self.conversation,
                lane.fingerprint,
                lane.disordered,
                lane.threaded,
                lane.name,
                lane.created,
                lane.completer,
                lane.admin_owned,
                lane.planned.posts as i64,
                lane.planned.reactions as i64,
                lane.planned.others as i64,
                lane.past as i64,
                lane.present as i64,
                self.generation,
                lane.amends as i64,
                lane.audience,
                lane.external,
                lane.group,
            ],
        )?;
        expect_rows(rows, 1, "a lane is noted")?;
        self.finish_without_lane(lane.newest)
    }

    /// Ends a conversation that needs no space. Its newest message counts all the same: what is left
    /// out later or sooner must not move the times of others.
    pub fn finish_without_lane(mut self, newest: Micros) -> Result<u64, Error> {
        self.db.execute("UPDATE migration SET newest = max(newest, ?1)", [newest])?;
        self.done = true;
        around("conversation", || self.db.execute_batch("RELEASE conversation"))?;
        Ok(self.items)
    }
}
