//! Planned and found, side by side. Pure. Both come in the order of time, so only what has no
//! partner yet is held; what has waited for one too long is told, and let go.

mod pair;
mod reactions;

use super::entry::{Entry, Mark, Thing};
use super::verdict::Verdict;
use crate::chat::ListedMessage;
use crate::ids::{ADDED, ConversationId, MessageId, Micros, SlackTs, rfc3339, text_hash};
use crate::ledger::{Expected, Standing};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How much may wait for its partner. Beyond that, whatever has waited longest never gets one.
const HELD: usize = 50_000;

/// A planned post that waits for its partner.
#[derive(Debug)]
struct Awaited {
    row: Expected,
    /// It does not come after the one before it.
    misplaced: bool,
}

/// A listed message without its text.
#[derive(Debug)]
struct Seen {
    name: String,
    sender: Option<String>,
    created: Micros,
    hash: [u8; 16],
    thread: Option<String>,
    reactions: Vec<(String, u64)>,
    attachments: usize,
    deleted: bool,
}

/// A comparison under way.
#[derive(Debug)]
pub(super) struct Comparison {
    conversation: ConversationId,
    /// Read after completion: people may have written, reacted and edited since.
    completed: bool,
    held: usize,
    planned: HashMap<String, Awaited>,
    /// The ids of planned messages without a partner yet, by createTime.
    planned_at: BTreeMap<Micros, String>,
    found: HashMap<String, Seen>,
    found_at: BTreeMap<Micros, String>,
    /// How far plan and listing have come.
    fronts: (Micros, Micros),
    /// The last post of the plan: ts, part, createTime, and whether it had to change.
    last: Option<(Micros, u32, Micros, bool)>,
    authors: (BTreeSet<String>, BTreeSet<String>),
    span: Option<(Micros, Micros)>,
    entries: Vec<Entry>,
    verdict: Verdict,
}

impl Comparison {
    pub(super) fn new(conversation: &ConversationId, completed: bool) -> Self {
        Self {
            conversation: conversation.clone(),
            completed,
            held: HELD,
            planned: HashMap::new(),
            planned_at: BTreeMap::new(),
            found: HashMap::new(),
            found_at: BTreeMap::new(),
            fronts: (Micros::MIN, Micros::MIN),
            last: None,
            authors: (BTreeSet::new(), BTreeSet::new()),
            span: None,
            entries: Vec::new(),
            verdict: Verdict { completed, ..Verdict::default() },
        }
    }

    /// Tells whether the plan is to be read on next, and not the listing.
    pub(super) const fn wants_plan(&self) -> bool {
        self.fronts.0 <= self.fronts.1
    }

    /// Takes a page of the plan.
    pub(super) fn expect(&mut self, rows: Vec<Expected>) {
        for row in rows {
            self.fronts.0 = self.fronts.0.max(row.created);
            let misplaced = self.misplaced(&row);
            self.count(&row);
            let id = self.id(&row);
            let mine = self.found.remove(&id).or_else(|| self.found.remove(&at(row.created)));
            if let Some(seen) = mine {
                self.found_at.remove(&seen.created);
                self.pair(&row, misplaced, &seen);
            } else {
                self.planned_at.insert(row.created, id.clone());
                self.planned.insert(id, Awaited { row, misplaced });
            }
        }
        self.let_go();
    }

    /// Takes a page of what Chat holds.
    pub(super) fn find(&mut self, messages: Vec<ListedMessage>) {
        for message in messages {
            self.fronts.1 = self.fronts.1.max(message.create_time);
            // Where the server does not tell our ids, the time names a message: it is unique.
            let by_time = || self.planned_at.get(&message.create_time).cloned();
            let id = message.client_id.clone().or_else(by_time);
            let id = id.unwrap_or_else(|| at(message.create_time));
            let seen = Seen::of(message);
            if let Some(awaited) = self.planned.remove(&id) {
                self.planned_at.remove(&awaited.row.created);
                self.pair(&awaited.row, awaited.misplaced, &seen);
            } else if let Some(double) = self.hold(id, seen) {
                self.unplanned(&double);
            }
        }
        self.let_go();
    }

    fn hold(&mut self, id: String, seen: Seen) -> Option<Seen> {
        self.found_at.insert(seen.created, id.clone());
        self.found.insert(id, seen)
    }

    /// Order in Chat is the order of time, and must be that of (ts, part).
    fn misplaced(&mut self, row: &Expected) -> bool {
        let last = self.last.replace((row.ts, row.part, row.created, row.revised));
        let Some((ts, part, created, revised)) = last else { return false };
        if (ts, part) >= (row.ts, row.part) || created < row.created {
            return false;
        }
        // Somebody else's message held a time, and one of the two had to move: not to be helped.
        let moved = revised || row.revised;
        self.verdict.moved += u64::from(moved);
        !moved
    }

    fn count(&mut self, row: &Expected) {
        let verdict = &mut self.verdict;
        verdict.planned += 1;
        verdict.parts.0 += u64::from(is_part(row));
        if row.opener.is_some() {
            verdict.replies.0 += 1;
        } else {
            verdict.threads.0 += 1;
        }
        let due = |standing: &Standing| u64::from(*standing == Standing::Done);
        verdict.reactions.0 += row.reactions.iter().map(|one| due(&one.standing)).sum::<u64>();
        if row.standing == Standing::Done && !self.authors.0.contains(&row.user) {
            self.authors.0.insert(row.user.clone());
        }
    }

    fn id(&self, row: &Expected) -> String {
        let ts = SlackTs::from_micros(row.ts);
        MessageId::derive(&self.conversation, ts, row.part, 0).as_str().to_owned()
    }

    /// Gives back the lines that are ready.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        let entries = std::mem::take(&mut self.entries);
        self.verdict.note(&entries);
        entries
    }

    /// What has no partner though both sides are past it waits no longer than there is room.
    fn let_go(&mut self) {
        while self.planned.len() > self.held {
            let Some((_, id)) = self.planned_at.pop_first() else { break };
            if let Some(awaited) = self.planned.remove(&id) {
                self.absent(&awaited.row);
            }
        }
        while self.found.len() > self.held {
            let Some((_, id)) = self.found_at.pop_first() else { break };
            if let Some(seen) = self.found.remove(&id) {
                self.unplanned(&seen);
            }
        }
    }

    /// What has no partner by now never gets one.
    pub(super) fn finish(mut self) -> (Vec<Entry>, Verdict) {
        for id in std::mem::take(&mut self.planned_at).into_values() {
            if let Some(awaited) = self.planned.remove(&id) {
                self.absent(&awaited.row);
            }
        }
        for id in std::mem::take(&mut self.found_at).into_values() {
            if let Some(seen) = self.found.remove(&id) {
                self.unplanned(&seen);
            }
        }
        let entries = self.take();
        self.verdict.authors = (self.authors.0.len() as u64, self.authors.1.len() as u64);
        self.verdict.span = self.span.map(|(first, last)| (rfc3339(first), rfc3339(last)));
        (entries, self.verdict)
    }

    /// Planned, and nothing is there.
    fn absent(&mut self, row: &Expected) {
        let why = match &row.standing {
            Standing::Done => {
                self.verdict.missing += 1;
                (Mark::Missing, String::new())
            }
            Standing::Wedged(reason) => (Mark::Unchecked, reason.clone()),
            Standing::Owed => (Mark::Unchecked, "owed".to_owned()),
        };
        self.entries.push(entry(row, why.0, row.name.clone(), why.1));
        self.reactions(row, &[]);
    }

    /// There, and not planned. After completion people may say what they like.
    fn unplanned(&mut self, seen: &Seen) {
        if seen.deleted {
            return;
        }
        if self.completed && seen.created > self.fronts.0 {
            self.verdict.since += 1;
            return;
        }
        self.verdict.extra += 1;
        self.entries.push(Entry {
            mark: Mark::Unplanned,
            thing: Thing::Message,
            ts: None,
            part: 0,
            time: Some(seen.created),
            name: Some(seen.name.clone()),
            note: String::new(),
        });
    }
}

impl Seen {
    fn of(message: ListedMessage) -> Self {
        Self {
            hash: text_hash(&message.text),
            name: message.name,
            sender: message.sender,
            created: message.create_time,
            thread: message.thread,
            reactions: message.reactions,
            attachments: message.attachments,
            deleted: message.deleted,
        }
    }
}

/// Tells a further part of a message from a first one, and from what no export holds.
fn is_part(row: &Expected) -> bool {
    (1..ADDED).contains(&row.part)
}

/// Returns the line of a planned post.
fn entry(row: &Expected, mark: Mark, name: Option<String>, note: String) -> Entry {
    Entry {
        mark,
        thing: match row.part {
            0 => Thing::Message,
            ADDED.. => Thing::Added,
            _ => Thing::Part,
        },
        ts: Some(row.ts),
        part: if is_part(row) { row.part } else { 0 },
        time: Some(row.created),
        name,
        note,
    }
}

/// Names a message by its time, as no id of ours looks.
fn at(created: Micros) -> String {
    format!("@{created}")
}

#[cfg(test)]
mod tests;
