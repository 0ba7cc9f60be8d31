//! Planned and found, side by side. Pure. Both come in pages of about the same stretch, so only
//! what has no partner yet is held.

use crate::chat::ListedMessage;
use crate::ids::{ConversationId, MessageId, Micros, SlackTs, rfc3339, text_hash};
use crate::ledger::Expected;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// How many differences a verdict names.
const EXAMPLES: usize = 20;

/// What reading a lane back has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Messages that are planned.
    pub planned: u64,
    /// Calls before completion that were not made: refused, or waiting behind one refused.
    #[serde(default)]
    pub stuck: u64,
    /// Of those, messages that are there just as planned.
    pub as_planned: u64,
    /// Planned and not there.
    pub missing: u64,
    /// There and not planned.
    pub extra: u64,
    /// There, but unlike planned: how many by what differs.
    pub different: BTreeMap<String, u64>,
    /// Reactions that must be there, and that are.
    pub reactions: (u64, u64),
    /// People with a past membership that must be there, and that are.
    pub past_members: (u64, u64),
    /// createTimes of the first and the last message found.
    pub span: Option<(String, String)>,
    /// Some differences: `-`, `+` or `*`, and the message by its ts or name.
    pub examples: Vec<String>,
}

impl Verdict {
    /// Tells whether everything sent is there as planned, and nothing else.
    pub fn clean(&self) -> bool {
        self.missing + self.extra == 0
            && self.different.is_empty()
            && self.reactions.0 == self.reactions.1
            && self.past_members.0 == self.past_members.1
    }
}

/// A comparison under way.
#[derive(Debug)]
pub(super) struct Comparison {
    conversation: ConversationId,
    planned: HashMap<String, Expected>,
    /// The ids of planned messages without a partner yet, by createTime.
    times: HashMap<Micros, String>,
    found: HashMap<String, ListedMessage>,
    span: Option<(Micros, Micros)>,
    verdict: Verdict,
}

impl Comparison {
    pub(super) fn new(conversation: &ConversationId) -> Self {
        Self {
            conversation: conversation.clone(),
            planned: HashMap::new(),
            times: HashMap::new(),
            found: HashMap::new(),
            span: None,
            verdict: Verdict::default(),
        }
    }

    /// Takes a page of the plan. What was never paid must not be there.
    pub(super) fn expect(&mut self, rows: Vec<Expected>) {
        self.verdict.planned += rows.len() as u64;
        for row in rows.into_iter().filter(|row| row.paid) {
            self.verdict.reactions.0 += row.reactions;
            let id =
                MessageId::derive(&self.conversation, SlackTs::from_micros(row.ts), row.part, 0);
            let found = self.found.remove(id.as_str());
            if let Some(message) = found.or_else(|| self.found.remove(&at(row.created))) {
                self.pair(&row, &message);
            } else {
                self.times.insert(row.created, id.as_str().to_owned());
                self.planned.insert(id.as_str().to_owned(), row);
            }
        }
    }

    /// Takes a page of what Chat holds.
    pub(super) fn find(&mut self, messages: Vec<ListedMessage>) {
        for message in messages.into_iter().filter(|message| !message.deleted) {
            let (first, last) = self.span.unwrap_or((message.create_time, message.create_time));
            self.span = Some((first.min(message.create_time), last.max(message.create_time)));
            self.verdict.reactions.1 +=
                message.reactions.iter().map(|(_, count)| count).sum::<u64>();
            // Where the server does not tell our ids, the time names a message: it is unique.
            let by_time = || self.times.get(&message.create_time).cloned();
            let id = message.client_id.clone().or_else(by_time);
            let id = id.unwrap_or_else(|| at(message.create_time));
            match self.planned.remove(&id) {
                Some(row) => {
                    self.times.remove(&row.created);
                    self.pair(&row, &message);
                }
                None => {
                    self.found.insert(id, message);
                }
            }
        }
    }

    fn pair(&mut self, row: &Expected, message: &ListedMessage) {
        let reactions: u64 = message.reactions.iter().map(|(_, count)| count).sum();
        let differences = [
            ("time", row.created != message.create_time),
            ("text", row.hash != text_hash(&message.text)),
            // An address is an alias that Chat never answers with: only a resource name can tell.
            (
                "author",
                !row.user.contains('@') && message.sender.as_deref() != Some(row.user.as_str()),
            ),
            ("thread", row.thread.is_some() && message.thread != row.thread),
            ("reactions", row.reactions != reactions),
        ];
        let mut same = true;
        for (what, _) in differences.into_iter().filter(|(_, differs)| *differs) {
            *self.verdict.different.entry(what.to_owned()).or_default() += 1;
            self.example(format!("* {} part {}: {what}", SlackTs::from_micros(row.ts), row.part));
            same = false;
        }
        self.verdict.as_planned += u64::from(same);
    }

    pub(super) const fn stuck(&mut self, calls: u64) {
        self.verdict.stuck = calls;
    }

    pub(super) fn past_members(&mut self, planned: u64, found: u64) {
        self.verdict.past_members = (planned, found);
    }

    fn example(&mut self, text: String) {
        if self.verdict.examples.len() < EXAMPLES {
            self.verdict.examples.push(text);
        }
    }

    /// What has no partner by now never gets one.
    pub(super) fn finish(mut self) -> Verdict {
        self.verdict.missing = self.planned.len() as u64;
        self.verdict.extra = self.found.len() as u64;
        self.verdict.span = self.span.map(|(first, last)| (rfc3339(first), rfc3339(last)));
        let missing = self
            .planned
            .values()
            .map(|row| format!("- {} part {}", SlackTs::from_micros(row.ts), row.part));
        let extra = self.found.values().map(|message| format!("+ {}", message.name));
        let mut examples: Vec<String> =
            missing.take(EXAMPLES).chain(extra.take(EXAMPLES)).collect();
        examples.sort();
        for example in examples {
            self.example(example);
        }
        self.verdict
    }
}

/// Names a message by its time, as no id of ours looks.
fn at(created: Micros) -> String {
    format!("@{created}")
}
