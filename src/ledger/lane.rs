//! Lanes: their rows, and the states they go through.

use super::stage::step_id;
use super::{Error, Ledger};
use crate::crash::around;
use crate::draft::StepKind;
use crate::event::Calls;
use crate::ids::{Account, ConversationId, Micros};
use rusqlite::{OptionalExtension, Row, params};

/// Where a lane stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LaneState {
    /// Items and times are known; nothing is frozen.
    Planned,
    /// Every request is frozen; nothing was sent.
    Staged,
    /// The space's creation may have been asked for.
    Open,
    /// Everything up to the edge of completion is paid or wedged.
    Drained,
    /// Out of import mode.
    Completed,
    /// Its present members are in.
    Present,
}

impl LaneState {
    const ALL: &'static [(Self, &'static str)] = &[
        (Self::Planned, "planned"),
        (Self::Staged, "staged"),
        (Self::Open, "open"),
        (Self::Drained, "drained"),
        (Self::Completed, "completed"),
        (Self::Present, "present"),
    ];

    /// Returns the word in the ledger.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(state, _)| *state)
    }
}

/// Why nothing more can be paid in a lane, though it owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blocked {
    /// Google deleted its space, or its time in import mode is over.
    SpaceGone,
}

impl Blocked {
    /// Returns the word in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SpaceGone => "space_gone",
        }
    }

    fn of(word: &str) -> Option<Self> {
        (word == Self::SpaceGone.as_str()).then_some(Self::SpaceGone)
    }
}

/// A lane as the ledger has it.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Its number.
    pub id: i64,
    /// The ledger's number of its conversation.
    pub conversation: i64,
    /// Slack's id of its conversation.
    pub slack: ConversationId,
    /// Slack's kind, as a word.
    pub kind: String,
    /// The name people will see.
    pub name: String,
    /// The name in Slack.
    pub known_as: String,
    /// Which space of a split conversation.
    pub part: u32,
    /// How often started over.
    pub generation: u32,
    /// Where it stands.
    pub state: LaneState,
    /// Of settings, people and converter.
    pub fingerprint: String,
    /// The archive does not hold it in the order of time.
    pub disordered: bool,
    /// The space has threads.
    pub threaded: bool,
    /// The space's createTime.
    pub created: Micros,
    /// Who completes it.
    pub completer: Option<Account>,
    /// Whether that is the admin for want of a mapped member.
    pub admin_owned: bool,
    /// Who stays in charge once that admin has left; none: the admin stays.
    pub heir: Option<Account>,
    /// Calls planned.
    pub planned: Calls,
    /// Calls paid.
    pub paid: Calls,
    /// Of the planned others, past memberships.
    pub past: u64,
    /// Of the planned others, present memberships.
    pub present: u64,
    /// Of the planned others, corrections of texts.
    pub amends: u64,
    /// `spaces/…`.
    pub space: Option<String>,
    /// When Google deletes it.
    pub expires: Option<Micros>,
    /// What the last read-back found.
    pub verdict: Option<String>,
    /// Read back clean, and nothing settled since.
    pub verified: bool,
    /// Why nothing more can be paid in it.
    pub blocked: Option<Blocked>,
    /// Who may find the space once it is open.
    pub audience: Option<String>,
    /// The group that is added in place of single people: `groups/…`.
    pub group: Option<String>,
    /// People from outside may be members.
    pub external: bool,
    /// The hash of who will see it, as the admin said yes to it.
    pub accepted: Option<String>,
}

impl Lane {
    /// Returns how many calls before completion are neither posts nor reactions.
    pub const fn others_before_edge(&self) -> u64 {
        1 + self.past + self.amends
    }

    /// Returns how many calls completion and what follows it take.
    pub fn others_after_edge(&self) -> u64 {
        let beside = u64::from(self.audience.is_some()) + u64::from(self.heir.is_some());
        1 + self.present + beside + u64::from(self.group.is_some())
    }
}

const SELECT: &str = "SELECT lane.id, lane.conversation, c.slack, c.kind, lane.name, part, generation, state,
    fingerprint, disordered, threaded, created, a.email, admin_owned, posts, reactions, others,
    paid_posts, paid_reactions, paid_others, past, present, space, expires, verdict, verified, blocked, amends, c.name, accepted,
    audience, external, h.email AS heir, google_group
    FROM lane JOIN conversation c ON c.id = lane.conversation LEFT JOIN account a ON a.id = lane.completer
    LEFT JOIN account h ON h.id = lane.heir";

fn read(row: &Row<'_>) -> rusqlite::Result<Lane> {
    let calls = |posts: usize| -> rusqlite::Result<Calls> {
        Ok(Calls {
            posts: row.get::<_, i64>(posts)? as u64,
            reactions: row.get::<_, i64>(posts + 1)? as u64,
            others: row.get::<_, i64>(posts + 2)? as u64,
        })
    };
    let word: String = row.get(7)?;
    let blocked: Option<String> = row.get(26)?;
    Ok(Lane {
        id: row.get(0)?,
        conversation: row.get(1)?,
        slack: ConversationId::new(&row.get::<_, String>(2)?),
        kind: row.get(3)?,
        name: row.get(4)?,
        known_as: row.get(28)?,
        part: row.get::<_, i64>(5)? as u32,
        generation: row.get::<_, i64>(6)? as u32,
        state: LaneState::of(&word).ok_or(rusqlite::Error::InvalidQuery)?,
        fingerprint: row.get(8)?,
        disordered: row.get(9)?,
        threaded: row.get(10)?,
        created: row.get(11)?,
        completer: row.get::<_, Option<String>>(12)?.map(|email| Account::new(&email)),
        admin_owned: row.get(13)?,
        heir: row.get::<_, Option<String>>("heir")?.map(|email| Account::new(&email)),
        planned: calls(14)?,
        paid: calls(17)?,
        past: row.get::<_, i64>(20)? as u64,
        present: row.get::<_, i64>(21)? as u64,
        amends: row.get::<_, i64>(27)? as u64,
        space: row.get(22)?,
        expires: row.get(23)?,
        verdict: row.get(24)?,
        verified: row.get(25)?,
        blocked: blocked
            .map(|word| Blocked::of(&word).ok_or(rusqlite::Error::InvalidQuery))
            .transpose()?,
        accepted: row.get(29)?,
        audience: row.get(30)?,
        group: row.get("google_group")?,
        external: row.get(31)?,
    })
}

impl Ledger {
    /// Returns all lanes that have a space, the heaviest first.
    pub fn lanes(&self) -> Result<Vec<Lane>, Error> {
        let mut query =
            self.db.prepare(&format!("{SELECT} ORDER BY posts + reactions DESC, lane.id"))?;
        let lanes = query.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
        Ok(lanes)
    }

    /// Returns one lane.
    pub fn lane(&self, id: i64) -> Result<Lane, Error> {
        self.db
            .query_row(&format!("{SELECT} WHERE lane.id = ?1"), [id], read)
            .optional()?
            .ok_or_else(|| Error::Broken(format!("there is no lane {id}")))
    }

    /// Returns the newest generation of a conversation's lane.
    pub fn lane_of(&self, conversation: &ConversationId) -> Result<Option<Lane>, Error> {
        let sql = format!("{SELECT} WHERE c.slack = ?1 ORDER BY generation DESC, part LIMIT 1");
        Ok(self.db.query_row(&sql, [conversation.as_str()], read).optional()?)
    }

    /// Moves a lane on.
    pub fn set_lane_state(&mut self, id: i64, state: LaneState) -> Result<(), Error> {
        let sql = "UPDATE lane SET state = ?2 WHERE id = ?1";
        let rows = around("state", || self.db.execute(sql, params![id, state.as_str()]))?;
        super::expect_rows(rows, 1, "a lane changes its state")
    }

    /// Opens a lane: from now on its space may exist, and Google's 90 days may run.
    pub fn open_lane(&mut self, id: i64, expires: Micros) -> Result<(), Error> {
        let sql = "UPDATE lane SET state = 'open', expires = min(coalesce(expires, ?2), ?2)
            WHERE id = ?1 AND state = 'staged'";
        let rows = around("open", || self.db.execute(sql, params![id, expires]))?;
        super::expect_rows(rows, 1, "a lane is opened")
    }

    /// Takes a lane back whose space was refused for that reason: nothing of it is in Chat, so it
    /// may be planned anew.
    pub fn take_back(&mut self, id: i64, reason: &str) -> Result<(), Error> {
        let sql = "UPDATE lane SET state = 'staged', expires = NULL
            WHERE id = ?1 AND state = 'open' AND space IS NULL AND EXISTS
                (SELECT 1 FROM step WHERE step.id BETWEEN ?2 AND ?3 AND kind = 0 AND step.state = 2 AND reason = ?4)";
        let values = params![id, step_id(id, 0), step_id(id, u32::MAX), reason];
        around("take_back", || self.db.execute(sql, values))?;
        Ok(())
    }

    /// Notes why nothing more can be paid in a lane; none: it goes on.
    pub fn block_lane(&mut self, id: i64, why: Option<Blocked>) -> Result<(), Error> {
        let sql = "UPDATE lane SET blocked = ?2 WHERE id = ?1";
        let rows = self.db.execute(sql, params![id, why.map(Blocked::as_str)])?;
        super::expect_rows(rows, 1, "a lane is blocked")
    }

    /// Gives a lane the name that Chat took.
    pub fn rename_lane(&mut self, id: i64, name: &str) -> Result<(), Error> {
        let rows = self.db.execute("UPDATE lane SET name = ?2 WHERE id = ?1", params![id, name])?;
        super::expect_rows(rows, 1, "a lane is renamed")
    }

    /// Stores what reading a lane back has found.
    pub fn set_verdict(&mut self, id: i64, verdict: &str, clean: bool) -> Result<(), Error> {
        let sql = "UPDATE lane SET verdict = ?2, verified = ?3 WHERE id = ?1";
        let rows = around("verdict", || self.db.execute(sql, params![id, verdict, clean]))?;
        super::expect_rows(rows, 1, "a verdict is stored")
    }
}

/// The column that counts paid calls of a kind.
pub(super) fn paid_column(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Post => "paid_posts",
        StepKind::React => "paid_reactions",
        _ => "paid_others",
    }
}
