//! Takes a stretch of a conversation: so many messages around a place, each with its thread. A
//! day file at a time is read; what is held is the stretch.

use super::around::Around;
use super::names::Names;
use super::{Chip, Entry, LeftOut, Preview, Shown};
use crate::convert::{
    ArchivedPolicy, Context, Converted, Fate, ReactionFate, ReactionOutcome, Roster, Sender,
    details,
};
use crate::draft::Emoji;
use crate::ids::{Micros, SlackTs};
use crate::plan::{Error, Offline};
use crate::slack::{Conversation, Message};
use std::collections::VecDeque;

/// How many replies of a thread are shown.
const REPLIES: usize = 50;

/// Which messages are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// Around what; none: the newest.
    pub around: Option<Around>,
    /// How many, replies not counted.
    pub count: usize,
}

/// Takes a stretch of a conversation, with names as far as they are known.
pub fn gather(
    offline: &Offline,
    conversation: &Conversation,
    stretch: Stretch,
    names: Names,
) -> Result<Preview, Error> {
    let Stretch { around, count } = stretch;
    let context = offline.context(conversation);
    let middle = match around {
        None => Micros::MAX,
        Some(Around::Message(ts)) => root_of(offline, conversation, ts)?.micros(),
        Some(around) => around.micros(),
    };
    let reader = Reader { offline, conversation, context, names: &names };
    let window = offline.read(
        &conversation.id,
        &|| Window { middle, count: count.max(1), ..Window::default() },
        &|window, batch| {
            for message in &batch.messages {
                window.take(message, &reader);
            }
            if !batch.bad.is_empty() && window.is_open() {
                *window.left_out.entry("unreadable_record").or_default() += batch.bad.len() as u64;
            }
        },
    )?;
    let (total, left_out, entries) = window.finish();
    let marks = offline.converter().settings().archived == ArchivedPolicy::Mark;
    let mut preview = Preview {
        conversation: conversation.id.clone(),
        name: offline.name(&conversation.id).to_owned(),
        kind: conversation.kind,
        description: details(conversation, offline.converter().roster(), marks).description,
        members: conversation.members.len(),
        threads: context.threads,
        people: String::new(),
        total,
        shown: 0,
        entries,
        left_out,
        names,
    };
    preview.shown = preview.messages().count() as u64;
    Ok(preview)
}

/// Returns the root of a message's thread, or the message itself.
fn root_of(offline: &Offline, at: &Conversation, ts: SlackTs) -> Result<SlackTs, Error> {
    let found = offline.read(&at.id, &|| None, &|found, batch| {
        let message = batch.messages.iter().find(|message| message.ts == ts);
        *found = found.or_else(|| message.and_then(|message| message.thread));
    })?;
    Ok(found.filter(|_| offline.context(at).threads).unwrap_or(ts))
}

/// Everything that makes a message what will be shown.
#[derive(Clone, Copy)]
struct Reader<'a> {
    offline: &'a Offline,
    conversation: &'a Conversation,
    context: Context,
    names: &'a Names,
}

impl Reader<'_> {
    fn shown(&self, message: &Message, converted: Converted) -> Shown {
        let roster = self.offline.converter().roster();
        let (account, author, by_admin) = match &converted.sender {
            Sender::Person(account) | Sender::StandIn(account) => {
                (Some(account.to_string()), self.names.account(account), false)
            }
            Sender::App => (None, String::from("Chat app"), false),
            Sender::Admin => {
                let (account, author) = self.names.admin();
                (account, author, true)
            }
        };
        let parts = match converted.fate {
            Fate::Post(parts) => parts,
            Fate::Skip(_) => Vec::new(),
        };
        let (reactions, reactions_left_out) = chips(&converted.reactions, roster, self.names);
        Shown {
            ts: message.ts,
            author,
            account,
            by_admin,
            parts,
            reactions,
            losses: converted.losses,
            reactions_left_out,
        }
    }
}

fn chips(fates: &[ReactionFate], roster: &Roster, names: &Names) -> (Vec<Chip>, LeftOut) {
    let (mut chips, mut left_out): (Vec<Chip>, LeftOut) = Default::default();
    for fate in fates {
        let (account, emoji) = match &fate.outcome {
            ReactionOutcome::As { account, emoji } => (account, emoji),
            // The text has it.
            ReactionOutcome::AsText => continue,
            ReactionOutcome::Skipped(skip) => {
                *left_out.entry(skip.code()).or_default() += 1;
                continue;
            }
        };
        let emoji = match emoji {
            Emoji::Unicode(emoji) => emoji.clone(),
            Emoji::Custom(_) => format!(":{}:", fate.slack_name),
        };
        let who = names.reactor(roster, &fate.user, account);
        match chips.iter_mut().find(|chip| chip.emoji == emoji) {
            Some(chip) => chip.who.push(who),
            None => chips.push(Chip { emoji, who: vec![who] }),
        }
    }
    (chips, left_out)
}

/// The stretch in the making: as many messages before the middle as may be wanted, and as many
/// behind it.
#[derive(Default)]
struct Window {
    middle: Micros,
    count: usize,
    before: VecDeque<Entry>,
    after: Vec<Entry>,
    /// The root of the last message that moved out.
    passed: Option<SlackTs>,
    left_out: LeftOut,
    total: u64,
}

impl Window {
    /// Tells whether another message still fits in.
    fn is_open(&self) -> bool {
        self.after.len() < self.count
    }

    fn take(&mut self, message: &Message, reader: &Reader<'_>) {
        let converted = reader.offline.convert(reader.conversation, reader.context, message);
        if let Fate::Skip(skip) = converted.fate {
            if self.is_open() {
                *self.left_out.entry(skip.code()).or_default() += 1;
            }
            return;
        }
        self.total += 1;
        let root = converted.thread.filter(|root| *root != message.ts);
        match root {
            None => self.place(message.ts, || reader.shown(message, converted)),
            Some(root) if self.holds(root) => {
                let Some(entry) = self.entry(root) else { return };
                if entry.replies.len() < REPLIES {
                    entry.replies.push(reader.shown(message, converted));
                } else {
                    entry.more += 1;
                }
            }
            // Its thread began before the stretch.
            Some(root) if self.passed.is_some_and(|passed| root <= passed) => {}
            // Its root is not in the export: it opens the thread.
            Some(root) => self.place(root, || reader.shown(message, converted)),
        }
    }

    fn holds(&mut self, root: SlackTs) -> bool {
        self.entry(root).is_some()
    }

    /// Finds the thread that begins with this root; the newest are the likeliest.
    fn entry(&mut self, root: SlackTs) -> Option<&mut Entry> {
        let all = self.before.iter_mut().chain(&mut self.after);
        all.rev().find(|entry| entry.root == root)
    }

    fn place(&mut self, root: SlackTs, shown: impl FnOnce() -> Shown) {
        if !self.is_open() {
            return;
        }
        let left_out = std::mem::take(&mut self.left_out);
        let message = shown();
        let is_after = message.ts.micros() >= self.middle;
        let entry = Entry { root, left_out, message, replies: Vec::new(), more: 0 };
        if is_after {
            return self.after.push(entry);
        }
        self.before.push_back(entry);
        if self.before.len() > self.count
            && let Some(gone) = self.before.pop_front()
        {
            self.passed = Some(gone.root);
        }
    }

    /// Cuts the stretch to its size: half of it before the middle, if there is enough behind it.
    fn finish(mut self) -> (u64, LeftOut, Vec<Entry>) {
        let before = self.before.len().min(self.count / 2);
        let after = self.after.len().min(self.count - before);
        let before = self.before.len().min(self.count - after);
        let was_full = self.after.len() >= self.count || after < self.after.len();
        let mut entries: Vec<Entry> = self.before.split_off(self.before.len() - before).into();
        self.after.truncate(after);
        entries.append(&mut self.after);
        (self.total, if was_full { LeftOut::new() } else { self.left_out }, entries)
    }
}
