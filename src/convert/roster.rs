//! Who is who: the names and accounts that the plan found.

use super::class::{AuthorPolicy, Traits};
use crate::ids::{Account, ConversationId, SlackUserId, hex};
use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// A map that is asked several times for every message: its hash is quick, and seeded.
pub(super) type Map<K, V> = HashMap<K, V, RandomState>;

/// Who is who, built by the plan.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// People by Slack id.
    pub people: Map<SlackUserId, Known>,
    /// Names of bots by `bot_id`.
    pub bots: Map<String, String>,
    /// The Slack users that are apps.
    pub apps: HashSet<SlackUserId, RandomState>,
    /// The Slack user of a bot, by `bot_id`.
    pub bot_users: Map<String, SlackUserId>,
    /// Names of conversations, without `#`.
    pub channels: Map<ConversationId, String>,
    /// Handles of user groups by id, without `@`.
    pub usergroups: Map<String, String>,
    /// Custom emoji by Slack's name, as far as Chat has something for them.
    pub emoji: Map<String, CustomEmoji>,
}

/// What Chat has for a custom emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomEmoji {
    /// A standard emoji: Slack's was another name of it.
    Standard(String),
    /// A custom emoji of the organisation.
    Picture {
        /// `customEmojis/…`, as texts show it.
        resource: String,
        /// What reactions name.
        uid: String,
        /// It moved in Slack, and does not in Chat.
        still: bool,
    },
}

/// A person that the export lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The name that people know.
    pub name: String,
    /// The Google account that stands for them.
    pub account: Option<Account>,
    /// The resource name for mentions: `users/…`.
    pub user: Option<String>,
    /// What decides who speaks where there is no account.
    pub traits: Traits,
    /// Who speaks then, where the admin chose that for this one alone.
    pub policy: Option<AuthorPolicy>,
    /// The e-mail address, only where names in front of texts are to show it.
    pub email: Option<String>,
}

impl Roster {
    /// Returns a hash over everything: text converted under one fingerprint never differs.
    pub fn fingerprint(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        lines.extend(self.people.iter().map(|(id, known)| format!("person {id:?} {known:?}")));
        lines.extend(self.bots.iter().map(|entry| format!("bot {entry:?}")));
        lines.extend(self.apps.iter().map(|id| format!("app {id:?}")));
        lines.extend(self.bot_users.iter().map(|entry| format!("bot user {entry:?}")));
        lines.extend(self.channels.iter().map(|entry| format!("channel {entry:?}")));
        lines.extend(self.usergroups.iter().map(|entry| format!("group {entry:?}")));
        lines.extend(self.emoji.iter().map(|entry| format!("emoji {entry:?}")));
        lines.sort_unstable();
        digest(&lines.join("\n"))
    }

    /// Finds a person by the id as a message writes it.
    pub(super) fn person(&self, id: &str) -> Option<&Known> {
        self.people.get(id)
    }

    /// Finds what Chat has for a custom emoji; a skin tone does not show on it.
    pub(super) fn emoji(&self, name: &str) -> Option<&CustomEmoji> {
        if self.emoji.is_empty() {
            return None;
        }
        self.emoji.get(name.split_once("::").map_or(name, |(base, _)| base))
    }

    /// Finds a conversation's name by the id as a message writes it.
    pub(super) fn channel(&self, id: &str) -> Option<&str> {
        self.channels.get(id).map(String::as_str)
    }
}

/// Returns the first 16 bytes of a text's SHA-256, in hex.
pub(super) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..16])
}

/// Makes a name from Slack fit for one line: control characters become spaces, 80 characters.
pub(super) fn one_line(name: &str) -> String {
    let mut line = String::with_capacity(name.len());
    for word in name.split(|c: char| c.is_whitespace() || c.is_control()) {
        if !word.is_empty() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    if let Some((cut, _)) = line.char_indices().nth(80) {
        line.truncate(cut);
        line.push('…');
    }
    line
}
