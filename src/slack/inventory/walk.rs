//! Counts one conversation, day by day, and at its end what only the whole shows.

use super::content::{Authorship, Content, add};
use crate::ids::{SlackTs, SlackUserId};
use crate::slack::conversation::{Conversation, Person, PersonKind};
use crate::slack::day::Day;
use crate::slack::export::Export;
use crate::slack::message::Message;
use std::collections::BTreeMap;

/// Longer texts than this must be split.
const LONG: usize = 30_000;

/// The walk through one conversation.
pub(super) struct Walk<'a> {
    export: &'a Export,
    conversation: &'a Conversation,
    content: &'a mut Content,
    /// Every ts, to find roots and twins in the end.
    seen: Vec<SlackTs>,
    /// Replies by the ts of their root.
    replies: BTreeMap<SlackTs, u64>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        export: &'a Export,
        conversation: &'a Conversation,
        content: &'a mut Content,
    ) -> Self {
        Self { export, conversation, content, seen: Vec::new(), replies: BTreeMap::new() }
    }

    pub(super) fn day(&mut self, day: &Day) {
        self.content.foreign += u64::from(day.foreign);
        for bad in &day.bad {
            self.content.bad(bad);
        }
        for finding in &day.findings {
            self.content.odd(finding.code, 1, &finding.place);
        }
        for message in &day.messages {
            self.message(message);
        }
    }

    /// Looks at the conversation as a whole.
    pub(super) fn finish(mut self) {
        let id = &self.conversation.id;
        self.seen.sort_unstable();
        if !self.seen.is_empty() {
            self.content.filled.insert(id.clone());
        }
        for pair in self.seen.windows(2) {
            match pair[1].micros() - pair[0].micros() {
                0 => self.content.odd("same_ts_twice", 1, format!("{id} {}", pair[0])),
                1 => self.content.odd("one_microsecond_apart", 1, format!("{id} {}", pair[0])),
                _ => {}
            }
        }
        for (root, count) in std::mem::take(&mut self.replies) {
            self.content.threads.replies += count;
            if self.seen.binary_search(&root).is_ok() {
                self.content.threads.roots += 1;
            } else {
                self.content.threads.orphans += count;
                self.content.odd("reply_without_root", count, format!("{id} {root}"));
            }
        }
    }

    fn message(&mut self, message: &Message) {
        self.seen.push(message.ts);
        let content = &mut *self.content;
        content.first = content.first.into_iter().chain([message.ts]).min();
        content.last = content.last.max(Some(message.ts));
        content.messages.total += 1;
        content.messages.edited += u64::from(message.edited.is_some());
        let subtype = message.subtype.as_deref().unwrap_or("(none)");
        add(&mut content.messages.by_subtype, subtype, 1);
        let author = self.author(message);
        *self.content.messages.by_author.entry(author).or_default() += 1;
        if let Some(root) = message.thread.filter(|root| *root != message.ts) {
            *self.replies.entry(root).or_default() += 1;
            self.content.threads.broadcasts += u64::from(subtype == "thread_broadcast");
        }
        self.reactions(message);
        self.files(message);
        self.mentions(&message.text);
        self.oddities(message, author);
    }

    fn author(&mut self, message: &Message) -> Authorship {
        let author = &message.author;
        let bot = author.bot.as_deref();
        match (&author.user, bot) {
            (Some(id), _) => match self.export.person(id).map(|person| person.kind) {
                Some(PersonKind::Human) => Authorship::Human,
                Some(PersonKind::Guest) => Authorship::Guest,
                Some(PersonKind::Bot) => Authorship::Bot,
                Some(PersonKind::Slackbot) => Authorship::Slackbot,
                None => {
                    self.content.missing(id);
                    Authorship::Absent
                }
            },
            (None, Some(bot)) => match self.export.bot(bot).map(|person: &Person| person.kind) {
                Some(PersonKind::Slackbot) => Authorship::Slackbot,
                Some(_) => Authorship::Bot,
                None => Authorship::UnlistedBot,
            },
            (None, None) if author.is_bot || author.name.is_some() => Authorship::UnlistedBot,
            (None, None) => Authorship::Nobody,
        }
    }

    fn reactions(&mut self, message: &Message) {
        for reaction in &message.reactions {
            let named = reaction.users.len() as u64;
            let all = &mut self.content.reactions;
            all.uses += named;
            all.unnamed += reaction.count.saturating_sub(named);
            let name = reaction.name.split("::").next().unwrap_or_default();
            add(&mut all.names, name, named);
            for user in &reaction.users {
                self.look_up(user);
            }
        }
    }

    fn files(&mut self, message: &Message) {
        for file in &message.files {
            let count = self.content.files.entry(file.mode).or_default();
            count.count += 1;
            count.bytes = count.bytes.saturating_add(file.size.unwrap_or(0));
        }
    }

    /// Looks up whom a text mentions: `<@U…>` or `<@U…|name>`.
    fn mentions(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find("<@") {
            rest = &rest[at + 2..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let closed = rest[end..].starts_with(['>', '|']);
            if closed && (9..=13).contains(&end) && rest.starts_with(['U', 'W']) {
                self.look_up(&SlackUserId::new(&rest[..end]));
            }
        }
    }

    fn look_up(&mut self, user: &SlackUserId) {
        if self.export.person(user).is_none() {
            self.content.missing(user);
        }
    }

    fn oddities(&mut self, message: &Message, author: Authorship) {
        let place = || format!("{} {}", self.conversation.id, message.ts);
        let (blocks, cards) = (message.blocks.is_some(), message.attachments.is_some());
        let nothing = message.text.is_empty() && !blocks && !cards && message.files.is_empty();
        let cut = message.reactions.iter().any(|one| one.count > one.users.len() as u64);
        let early = self.conversation.created.is_some_and(|created| message.ts < created);
        for (odd, code) in [
            (message.text.len() > LONG, "long_text"),
            (nothing && message.extra.room.is_none(), "empty_message"),
            (author == Authorship::Nobody, "no_author"),
            (cut, "unnamed_reactions"),
            (early, "before_creation"),
        ] {
            if odd {
                self.content.odd(code, 1, place());
            }
        }
    }
}
