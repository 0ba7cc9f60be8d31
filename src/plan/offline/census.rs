//! Who wrote, reacted and is a member, and how much: counted over whole exports, for the table of
//! people.

use super::Offline;
use crate::ids::SlackUserId;
use crate::plan::Error;
use crate::slack::{Conversation, Message};
use std::collections::BTreeMap;

/// What somebody did in Slack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// Messages, joins and leaves aside.
    pub messages: u64,
    /// Reactions.
    pub reactions: u64,
    /// Conversations that list them as a member.
    pub memberships: u64,
    /// The first name that a message of theirs carries itself.
    pub name: Option<String>,
    /// An app or a bot.
    pub app: bool,
}

impl Deeds {
    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.reactions += other.reactions;
        self.memberships += other.memberships;
        self.name = self.name.take().or(other.name);
        self.app |= other.app;
    }
}

/// Everyone who did something, by Slack id.
pub type Census = BTreeMap<SlackUserId, Deeds>;

impl Offline {
    /// Reads everything once, and counts by person.
    pub fn census(&self) -> Result<Census, Error> {
        self.each(&|one| self.census_of(one), &|all: &mut Census, part| {
            for (id, deeds) in part {
                all.entry(id).or_default().add(deeds);
            }
        })
    }

    fn census_of(&self, conversation: &Conversation) -> Result<Census, Error> {
        let mut census = self.read(&conversation.id, &Census::new, &|census, batch| {
            for message in &batch.messages {
                self.count(census, message);
            }
        })?;
        for id in &conversation.members {
            census.entry(id.clone()).or_default().memberships += 1;
        }
        Ok(census)
    }

    fn count(&self, census: &mut Census, message: &Message) {
        if let Some(id) = self.identity(message) {
            let deeds = census.entry(id).or_default();
            let subtype = message.subtype.as_deref().unwrap_or_default();
            let is_coming_or_going = subtype.ends_with("_join") || subtype.ends_with("_leave");
            deeds.messages += u64::from(!is_coming_or_going);
            deeds.app |= message.author.is_bot;
            if deeds.name.is_none() {
                deeds.name.clone_from(&message.author.name);
            }
        }
        for reaction in &message.reactions {
            for user in &reaction.users {
                census.entry(user.clone()).or_default().reactions += 1;
            }
        }
    }

    /// Returns under which id an author stands in the table: the user's, else the bot's.
    pub(super) fn identity(&self, message: &Message) -> Option<SlackUserId> {
        let author = &message.author;
        let bot = || {
            let bot = author.bot.as_deref()?;
            let user = self.converter().roster().bot_users.get(bot);
            Some(user.cloned().unwrap_or_else(|| SlackUserId::new(bot)))
        };
        author.user.clone().or_else(bot)
    }
}
