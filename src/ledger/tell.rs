//! The account, summed from the items; and where each lane stands.

use super::account::{
    Account, Deadline, Gone, Invited, ItemKind, ItemState, LaneStanding, LossGroup, Named,
    Unmatched, Wedged,
};
use super::codes::{Code, INVITED};
use super::{Error, Lane, LaneState, Ledger};
use crate::draft::Rung;
use crate::ids::{ConversationId, SlackTs};
use rusqlite::params;
use std::collections::BTreeMap;

impl Ledger {
    /// Sums up. `Named::text` is left empty: the words belong to whoever shows them.
    pub fn account(&self) -> Result<Account, Error> {
        let groups = self.loss_groups()?;
        let mut account =
            Account { losses: losses(&groups), loss_groups: groups, ..Account::default() };
        let mut query =
            self.db.prepare("SELECT kind, state, count(*) FROM item GROUP BY kind, state")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, state) = (ItemKind::of(row.get(0)?), ItemState::of(row.get(1)?));
            if let (Some(kind), Some(state)) = (kind, state) {
                let count: i64 = row.get(2)?;
                account.items.entry(kind).or_default().add(state, count as u64);
            }
        }
        let notices = account.losses.iter().find(|loss| loss.code == Rung::NOTICE);
        account.notices = notices.map_or(0, |loss| loss.count);
        account.skipped = self.reasons(ItemState::Skipped)?;
        account.lost = self.reasons(ItemState::Lost)?;
        account.unmatched = self.unmatched()?;
        account.unreadable = self.unreadable()?;
        account.wedged = self.wedges()?;
        account.invited = self.invited()?;
        account.by_group = self.by_group()?;
        account.outside = self.outside()?;
        account.hidden = self.hidden()?;
        account.admin_stays = self.admin_stays()?;
        for lane in self.lanes()? {
            note_lane(&mut account, &lane);
            if lane.admin_owned && lane.state >= LaneState::Completed && !self.admin_left(&lane)? {
                account.admin_owned.push(lane.name.clone());
            }
        }
        account.deadlines.sort_by_key(|one| one.expires);
        Ok(account)
    }

    /// Groups the items that are not left out by conversation and by what they lose.
    fn loss_groups(&self) -> Result<Vec<LossGroup>, Error> {
        let sql = "SELECT c.slack, coalesce((SELECT l.name FROM lane l WHERE l.conversation = c.id
                ORDER BY l.generation DESC LIMIT 1), c.name), g.losses, g.items, g.first, g.kind
            FROM (SELECT conversation, kind, coalesce(losses, '') losses, count(*) items, min(ts) first
                FROM item WHERE state <> 3 AND (kind = 0 OR losses IS NOT NULL) GROUP BY 1, 2, 3) g
            JOIN conversation c ON c.id = g.conversation ORDER BY c.slack, g.kind, g.losses";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| {
            let is_message = row.get::<_, i64>(5)? == ItemKind::Message.code();
            let first = row.get(4)?;
            Ok(LossGroup {
                conversation: ConversationId::new(&row.get::<_, String>(0)?),
                name: row.get(1)?,
                losses: row.get(2)?,
                items: row.get::<_, i64>(3)? as u64,
                first: is_message.then(|| SlackTs::from_micros(first)),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sums messages of authors without an account, by class and by who speaks for them.
    fn unmatched(&self) -> Result<Vec<Unmatched>, Error> {
        if !self.db.table_exists(None, "unmatched")? {
            return Ok(Vec::new());
        }
        let sql = "SELECT class, speaker, sum(messages) FROM unmatched GROUP BY 1, 2 ORDER BY 1, 2";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| {
            let messages = row.get::<_, i64>(2)? as u64;
            Ok(Unmatched { class: row.get(0)?, speaker: row.get(1)?, messages })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Names some of the records that could not be read.
    fn unreadable(&self) -> Result<Vec<String>, Error> {
        let mut query =
            self.db.prepare("SELECT sub FROM item WHERE kind = 4 ORDER BY id LIMIT 20")?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Names who was invited.
    fn invited(&self) -> Result<Vec<Invited>, Error> {
        let sql = "SELECT coalesce(p.name, i.sub), coalesce((SELECT l.name FROM lane l WHERE l.conversation = c.id
                ORDER BY l.generation DESC LIMIT 1), c.name) shown
            FROM item i JOIN conversation c ON c.id = i.conversation LEFT JOIN person p ON p.slack = i.sub
            WHERE i.kind = ?1 AND i.reason = ?2 AND i.state IN (1, 2) ORDER BY shown, 1";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map(params![ItemKind::Membership.code(), INVITED], |row| {
            Ok(Invited { name: row.get(0)?, conversation: row.get(1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn reasons(&self, state: ItemState) -> Result<Vec<Named>, Error> {
        let sql =
            "SELECT coalesce(reason, ''), count(*) FROM item WHERE state = ?1 GROUP BY reason";
        let mut query = self.db.prepare(sql)?;
        let rows = query
            .query_map([state.code()], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
        Ok(named(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Lists wedged steps by reason, with one example each.
    fn wedges(&self) -> Result<Vec<Wedged>, Error> {
        let sql = "SELECT s.reason, count(*), min(s.id), (SELECT count(*) FROM step w WHERE w.state = 0 AND w.after IN
                (SELECT id FROM step x WHERE x.state = 2 AND x.reason IS s.reason)), c.name, i.ts, s.detail
            FROM step s LEFT JOIN item i ON i.id = coalesce(s.item, (SELECT p.item FROM step p WHERE p.id = s.after))
            LEFT JOIN lane l ON l.id = s.id >> 32
            LEFT JOIN conversation c ON c.id = l.conversation
            WHERE s.state = 2 GROUP BY s.reason ORDER BY count(*) DESC";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| {
            let ts: Option<i64> = row.get(5)?;
            let name: Option<String> = row.get(4)?;
            let at = ts.filter(|ts| *ts > 0).map(|ts| format!(" at {}", SlackTs::from_micros(ts)));
            Ok(Wedged {
                reason: row.get::<_, Option<String>>(0)?.unwrap_or_default(),
                steps: row.get::<_, i64>(1)? as u64,
                example: row.get(2)?,
                waiting: row.get::<_, i64>(3)? as u64,
                place: format!("{}{}", name.unwrap_or_default(), at.unwrap_or_default()),
                detail: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Tells where each lane stands, the heaviest first.
    pub fn standings(&self) -> Result<Vec<LaneStanding>, Error> {
        let wedged = self.wedged_by_lane()?;
        let standing = |lane: Lane| {
            Ok(LaneStanding {
                admin_owned: lane.admin_owned && !self.admin_left(&lane)?,
                wedged: wedged.get(&lane.id).copied().unwrap_or_default(),
                lane: lane.id,
                state: shown_state(&lane).to_owned(),
                messages: lane.planned.posts,
                messages_paid: lane.paid.posts,
                owed: lane.planned.total().saturating_sub(lane.paid.total()),
                name: lane.name,
                kind: lane.kind,
                space: lane.space,
                expires: lane
                    .expires
                    .filter(|_| lane.state < LaneState::Completed && lane.blocked.is_none()),
            })
        };
        self.lanes()?.into_iter().map(standing).collect()
    }

    fn wedged_by_lane(&self) -> Result<BTreeMap<i64, u64>, Error> {
        let sql = "SELECT id >> 32, count(*) FROM step WHERE state = 2 GROUP BY 1";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn shown_state(lane: &Lane) -> &'static str {
    match lane.state {
        _ if lane.blocked.is_some() => "gone",
        LaneState::Drained if lane.verified => "verified",
        state => state.as_str(),
    }
}

fn note_lane(account: &mut Account, lane: &Lane) {
    *account.lanes.entry(shown_state(lane).to_owned()).or_default() += 1;
    if lane.blocked.is_some() {
        let (conversation, name) = (lane.slack.to_string(), lane.name.clone());
        account.gone.push(Gone { conversation, name });
    } else if lane.state < LaneState::Completed {
        account.next_expiry = [account.next_expiry, lane.expires].into_iter().flatten().min();
        account.deadlines.extend(lane.expires.map(|expires| Deadline {
            conversation: lane.slack.to_string(),
            name: lane.name.clone(),
            expires,
        }));
    }
    if lane.verdict.is_some() {
        account.verified.0 += u64::from(lane.verified);
        account.verified.1 += 1;
    }
}

/// Sums the losses of all groups.
fn losses(groups: &[LossGroup]) -> Vec<Named> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for group in groups.iter().filter(|group| !group.losses.is_empty()) {
        for loss in group.losses.split(',') {
            let (code, count) = loss.split_once(':').unwrap_or((loss, "1"));
            *sums.entry(code.to_owned()).or_default() +=
                group.items * count.parse::<u64>().unwrap_or(1);
        }
    }
    named(sums)
}

/// The most frequent first.
fn named(sums: BTreeMap<String, u64>) -> Vec<Named> {
    let mut all: Vec<Named> =
        sums.into_iter().map(|(code, count)| Named { code, text: String::new(), count }).collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    all
}
