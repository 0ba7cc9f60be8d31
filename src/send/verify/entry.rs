//! One line of a certificate: what was compared, and how it came out. No text of anybody's.

use crate::ids::{ConversationId, Micros, SlackTs, rfc3339};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// How one thing came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// There, just as planned.
    Same,
    /// Planned and missing.
    Missing,
    /// There and not planned.
    Unplanned,
    /// There, but unlike planned.
    Different,
    /// Not sent, so that there is nothing to compare.
    Unchecked,
}

impl Mark {
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Same => '=',
            Self::Missing => '-',
            Self::Unplanned => '+',
            Self::Different => '*',
            Self::Unchecked => '!',
        }
    }
}

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// The space itself.
    Space,
    /// A past membership.
    Past,
    /// A present membership.
    Member,
    /// A message, or its first part.
    Message,
    /// A further part of a message.
    Part,
    /// A post that no export holds.
    Added,
    /// One emoji's reactions to a message.
    Reaction,
}

impl Thing {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Past => "past",
            Self::Member => "member",
            Self::Message => "message",
            Self::Part => "part",
            Self::Added => "added",
            Self::Reaction => "reaction",
        }
    }
}

/// What may differ, and what that means. Part of the documented format.
pub const DIFFERENCES: &[(&str, &str)] = &[
    ("time", "its createTime is another one"),
    ("text", "its text is another one"),
    ("author", "somebody else is its author"),
    ("thread", "it stands in another thread"),
    ("opener", "it is older than the message that opens its thread"),
    ("order", "it is not later than the message before it"),
    ("attachments", "files hang on it, and none were sent"),
    ("name", "Google names it otherwise than when it was sent"),
    ("unsettled", "it is there, though its call is not known to be made"),
    ("deleted", "it was there and was deleted"),
    ("count", "another number of people reacted with this emoji"),
    ("from", "the membership begins at another time"),
    ("until", "the membership ends at another time"),
    ("display_name", "the space has another name"),
    ("space_type", "the space is of another kind"),
    ("import_mode", "the space is not in import mode any more"),
];

/// How many of each mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// `=`
    pub same: u64,
    /// `-`
    pub missing: u64,
    /// `+`
    pub unplanned: u64,
    /// `*`
    pub different: u64,
    /// `!`
    pub unchecked: u64,
}

impl Marks {
    pub(super) fn add(&mut self, mark: Mark) {
        *match mark {
            Mark::Same => &mut self.same,
            Mark::Missing => &mut self.missing,
            Mark::Unplanned => &mut self.unplanned,
            Mark::Different => &mut self.different,
            Mark::Unchecked => &mut self.unchecked,
        } += 1;
    }

    /// Returns how many are not as planned.
    pub const fn wrong(&self) -> u64 {
        self.missing + self.unplanned + self.different
    }
}

/// One line of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) mark: Mark,
    pub(super) thing: Thing,
    /// Slack's ts; none where nothing of Slack's stands behind it.
    pub(super) ts: Option<Micros>,
    pub(super) part: u32,
    /// createTime, or the begin of a membership.
    pub(super) time: Option<Micros>,
    /// Google's name, or a person's.
    pub(super) name: Option<String>,
    /// Codes of what differs; an emoji and counts; why it was not checked.
    pub(super) note: String,
}

impl Entry {
    /// Writes the line: eight cells between tabs, each safe wherever it is opened.
    pub(super) fn line(&self, conversation: &ConversationId, to: &mut String) {
        let ts = self.ts.map(|ts| SlackTs::from_micros(ts).to_string()).unwrap_or_default();
        let time = self.time.map(rfc3339).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(
            to,
            "{}\t{}\t{}\t{ts}\t{}\t{time}\t{}\t{}",
            self.mark.sign(),
            self.thing.word(),
            plain(conversation.as_str()),
            self.part,
            plain(self.name.as_deref().unwrap_or_default()),
            plain(&self.note),
        );
    }

    /// Writes it for people.
    pub(super) fn example(&self) -> String {
        let mut text = format!("{} {}", self.mark.sign(), self.thing.word());
        match (self.ts, &self.name) {
            (Some(ts), _) => {
                let _ = write!(text, " {}", SlackTs::from_micros(ts));
                if self.part > 0 && self.thing != Thing::Added {
                    let _ = write!(text, " part {}", self.part);
                }
            }
            (None, name) => text.extend([" ", plain(name.as_deref().unwrap_or_default()).as_str()]),
        }
        if !self.note.is_empty() {
            text.extend([": ", plain(&self.note).as_str()]);
        }
        text
    }
}

/// Names come from Slack and Google: what is no letter, digit or harmless mark is escaped, so that
/// no cell moves a cursor, ends a line or begins a formula.
pub(super) fn plain(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " -_./:,#".contains(c);
    if text.chars().all(harmless) && !text.starts_with('-') {
        return text.to_owned();
    }
    text.char_indices().fold(String::with_capacity(text.len()), |mut safe, (at, c)| {
        if harmless(c) && !(at == 0 && c == '-') {
            safe.push(c);
        } else {
            safe.extend(c.escape_unicode());
        }
        safe
    })
}

/// Names an emoji by its code points, as Slack does: `1f44d-1f3fd`.
pub(super) fn emoji_code(emoji: &str) -> String {
    if emoji.is_ascii() {
        return emoji.to_owned();
    }
    let points: Vec<String> = emoji.chars().map(|c| format!("{:x}", u32::from(c))).collect();
    points.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_moves_a_cursor_or_begins_a_formula() {
        assert_eq!(plain("spaces/A-b_1.c"), "spaces/A-b_1.c");
        assert_eq!(plain("ランダム 1"), "ランダム 1");
        assert_eq!(plain("=cmd|x"), "\\u{3d}cmd\\u{7c}x");
        assert_eq!(plain("-1\t\u{1b}[2J\u{202e}"), "\\u{2d}1\\u{9}\\u{1b}\\u{5b}2J\\u{202e}");
        assert_eq!(emoji_code("👍🏽"), "1f44d-1f3fd");
        assert_eq!(emoji_code("customEmojis/a"), "customEmojis/a");
    }
}
