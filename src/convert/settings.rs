//! What an admin may choose about conversion.

use super::class::Authors;
use super::roster::digest;
use crate::ids::Account;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The converter's version; part of every lane's fingerprint, so that a change restages.
pub const VERSION: u32 = 4;

/// Bytes of JSON-escaped UTF-8 that one message may have. Chat documents 32,000 for the whole
/// message and not how it counts.
pub const BUDGET: usize = 30_000;

/// The least budget that the splitter takes; a smaller setting means this.
pub(super) const LEAST_BUDGET: usize = 256;

/// Choices that change what conversion yields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Bytes of JSON-escaped UTF-8 per part.
    pub budget: usize,
    /// Which system lines become messages.
    pub system_lines: SystemLines,
    /// Whether a group chat whose messages have threads becomes a space, so that they survive.
    pub group_threads: bool,
    /// What a direct conversation becomes.
    pub direct: DmPolicy,
    /// What becomes of links to messages of Slack's.
    pub links: LinkPolicy,
    /// Whether pinned messages are listed behind the last one.
    pub pins: bool,
    /// The workspace's host, where such a list is to link to its messages.
    pub workspace: Option<String>,
    /// How channels are named.
    pub names: NameRules,
    /// What becomes of archived conversations.
    pub archived: ArchivedPolicy,
    /// What an edited message says of it.
    pub edited: EditMark,
    /// Whether a deleted message without replies leaves a notice.
    pub deleted_notices: bool,
    /// What becomes of messages of authors without an account.
    pub authors: Authors,
    /// Whether names in front of texts come with e-mail addresses.
    pub author_emails: bool,
    /// What becomes of reactions.
    pub reactions: ReactionPolicy,
    /// Whether reactions that nobody can make in Chat are listed under the text.
    pub reaction_rest: bool,
    /// Accounts that become managers wherever they are members.
    pub managers: BTreeSet<Account>,
    /// Whether the admin leaves the spaces that only the admin could complete.
    pub admin_leaves: bool,
}

/// How channels are named in Chat; direct conversations are named after who talks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NameRules {
    /// Stands in front of every name.
    pub prefix: String,
    /// A regular expression and what replaces its match, where it matches.
    pub rename: Option<(String, String)>,
}

/// What becomes of archived conversations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchivedPolicy {
    /// A space like any other.
    Import,
    /// A space whose description says so.
    #[default]
    Mark,
    /// Nothing: no space is made.
    Skip,
}

/// What an edited message says of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditMark {
    /// That it was edited, and when.
    #[default]
    Time,
    /// That it was edited.
    Mark,
    /// Nothing.
    Nothing,
}

/// What becomes of reactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionPolicy {
    /// Everybody with an account reacts again.
    #[default]
    Native,
    /// A line under the text lists them.
    Footnote,
    /// They are left out.
    Skip,
}

/// Which of Slack's system lines become messages. A line that has replies always does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SystemLines {
    /// Joins and leaves.
    pub joins: bool,
    /// Topics and purposes.
    pub topics: bool,
    /// Renames, conversions, posting permissions.
    pub renames: bool,
    /// Archived, unarchived.
    pub archives: bool,
    /// Reminders.
    pub reminders: bool,
    /// Huddles and calls.
    pub huddles: bool,
    /// Pinned and unpinned messages.
    pub pins: bool,
    /// Canvases and tabs.
    pub canvases: bool,
    /// Apps added and removed.
    pub apps: bool,
}

/// What direct messages and group direct messages become; a direct message can't be imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DmPolicy {
    /// A group chat, unless it has threads: then a private space.
    #[default]
    Auto,
    /// Always a group chat; threads are flattened.
    GroupChat,
    /// Always a private space.
    Space,
}

/// What becomes of links to messages of Slack's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPolicy {
    /// They stay.
    #[default]
    Keep,
    /// Once everything is sent, they are led to where the message stands.
    Patch,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            budget: BUDGET,
            system_lines: SystemLines::default(),
            group_threads: true,
            direct: DmPolicy::Auto,
            names: NameRules::default(),
            archived: ArchivedPolicy::Mark,
            edited: EditMark::Time,
            deleted_notices: false,
            authors: Authors::default(),
            author_emails: false,
            reactions: ReactionPolicy::Native,
            reaction_rest: true,
            links: LinkPolicy::Keep,
            pins: true,
            workspace: None,
            managers: BTreeSet::new(),
            admin_leaves: true,
        }
    }
}

impl Default for SystemLines {
    fn default() -> Self {
        Self {
            joins: false,
            topics: true,
            renames: true,
            archives: false,
            reminders: false,
            huddles: true,
            pins: false,
            canvases: false,
            apps: false,
        }
    }
}

impl Settings {
    /// Returns a hash over every choice and the converter's version.
    pub fn fingerprint(&self) -> String {
        digest(&format!("{VERSION} {self:?}"))
    }
}
