//! The sums over day files; two readers' sums make one, whatever the order.

use crate::ids::{ConversationId, SlackTs, SlackUserId};
use crate::slack::day::Bad;
use crate::slack::message::FileMode;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many different names are kept of what an export may name freely.
const NAMES: usize = 20_000;
/// How many unreadable records are listed.
const LISTED: usize = 100;

/// What the day files hold.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Content {
    /// The oldest message.
    pub first: Option<SlackTs>,
    /// The newest message.
    pub last: Option<SlackTs>,
    /// Messages.
    pub messages: Messages,
    /// Threads.
    pub threads: Threads,
    /// Reactions.
    pub reactions: Reactions,
    /// Files by where their bytes are.
    pub files: BTreeMap<FileMode, FileCount>,
    /// What could not be read.
    pub unreadable: Unreadable,
    /// Records that are no messages and don't pretend to be.
    pub foreign: u64,
    /// What is odd, by code.
    pub oddities: BTreeMap<String, Oddity>,
    /// Users that messages name and `users.json` doesn't.
    #[serde(skip)]
    pub(super) absent: BTreeSet<SlackUserId>,
    /// Conversations with at least one message.
    #[serde(skip)]
    pub(super) filled: BTreeSet<ConversationId>,
}

/// Messages, counted several ways.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Messages {
    /// All of them.
    pub total: u64,
    /// By `subtype`; those without one under `(none)`.
    pub by_subtype: BTreeMap<String, u64>,
    /// By who said them.
    pub by_author: BTreeMap<Authorship, u64>,
    /// Edited ones.
    pub edited: u64,
}

/// Who said a message, as far as `users.json` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Authorship {
    /// A full member.
    Human,
    /// A guest.
    Guest,
    /// An app that `users.json` lists.
    Bot,
    /// An app known only by its `bot_id` or name.
    UnlistedBot,
    /// Slackbot.
    Slackbot,
    /// Somebody whom `users.json` doesn't list.
    Absent,
    /// Nobody: the record names no one.
    Nobody,
}

/// Threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Threads {
    /// Messages with at least one reply.
    pub roots: u64,
    /// Replies, orphans and broadcasts included.
    pub replies: u64,
    /// Replies whose root is not in the export.
    pub orphans: u64,
    /// Replies that were also sent to the channel.
    pub broadcasts: u64,
}

/// Reactions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reactions {
    /// One person's one emoji under one message, as far as the export names the person.
    pub uses: u64,
    /// How often Slack counts more of them than it names.
    pub unnamed: u64,
    /// How often each name was used, skin tones aside.
    pub names: BTreeMap<String, u64>,
}

/// Files of one mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FileCount {
    /// How many times a message carries one.
    pub count: u64,
    /// Their bytes, as far as the export says.
    pub bytes: u64,
}

/// What could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Records.
    pub records: u64,
    /// Whole days, or their unreadable ends.
    pub days: u64,
    /// Where and why, the first hundred by name.
    pub listed: BTreeSet<(String, Option<u32>, String)>,
}

/// Something odd: how often, and one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Oddity {
    /// How often.
    pub count: u64,
    /// The first place by name: entry, or conversation and ts.
    pub example: String,
}

impl Content {
    /// Notes something odd.
    pub(super) fn odd(&mut self, code: &str, count: u64, place: impl Into<String>) {
        let place = place.into();
        let odd = self.oddities.entry(code.to_owned()).or_default();
        odd.count += count;
        if odd.example.is_empty() || place < odd.example {
            odd.example = place;
        }
    }

    /// Notes what could not be read.
    pub(super) fn bad(&mut self, bad: &Bad) {
        match bad.index {
            Some(_) => self.unreadable.records += 1,
            None => self.unreadable.days += 1,
        }
        self.unreadable.list((bad.entry.clone(), bad.index, bad.reason.clone()));
    }

    /// Notes somebody whom `users.json` doesn't list.
    pub(super) fn missing(&mut self, id: &SlackUserId) {
        if self.absent.len() < NAMES {
            self.absent.insert(id.clone());
        }
    }

    /// Adds what another reader found.
    pub(super) fn merge(&mut self, other: Self) {
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
        self.messages.merge(other.messages);
        self.threads.roots += other.threads.roots;
        self.threads.replies += other.threads.replies;
        self.threads.orphans += other.threads.orphans;
        self.threads.broadcasts += other.threads.broadcasts;
        self.reactions.uses += other.reactions.uses;
        self.reactions.unnamed += other.reactions.unnamed;
        add_all(&mut self.reactions.names, other.reactions.names);
        for (mode, more) in other.files {
            let count = self.files.entry(mode).or_default();
            count.count += more.count;
            count.bytes += more.bytes;
        }
        self.unreadable.records += other.unreadable.records;
        self.unreadable.days += other.unreadable.days;
        for bad in other.unreadable.listed {
            self.unreadable.list(bad);
        }
        self.foreign += other.foreign;
        for (code, odd) in other.oddities {
            self.odd(&code, odd.count, odd.example);
        }
        self.absent.extend(other.absent);
        self.filled.extend(other.filled);
    }
}

impl Messages {
    fn merge(&mut self, other: Self) {
        self.total += other.total;
        self.edited += other.edited;
        add_all(&mut self.by_subtype, other.by_subtype);
        for (author, count) in other.by_author {
            *self.by_author.entry(author).or_default() += count;
        }
    }
}

impl Unreadable {
    fn list(&mut self, bad: (String, Option<u32>, String)) {
        self.listed.insert(bad);
        if self.listed.len() > LISTED {
            self.listed.pop_last();
        }
    }
}

fn add_all(to: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (name, count) in from {
        add(to, &name, count);
    }
}

/// Counts a name; beyond so many different ones, all the others are one.
pub(super) fn add(to: &mut BTreeMap<String, u64>, name: &str, count: u64) {
    if let Some(sum) = to.get_mut(name) {
        *sum += count;
    } else if to.len() < NAMES {
        to.insert(name.to_owned(), count);
    } else {
        *to.entry("(other)".to_owned()).or_default() += count;
    }
}
