//! How a conversation will read in Chat: chosen, gathered, and written as a page. Offline and
//! without a ledger; every text goes through the converter that planning uses.
//!
//! It does not print: `cli` shows the same [`Preview`] in the terminal.

mod around;
mod choose;
mod gather;
mod html;
mod names;
mod tidy;
mod tone;

pub use around::Around;
pub use choose::{NoSuch, choose};
pub use gather::{Stretch, gather};
pub use html::{escape, page, reason};
pub use names::Names;
pub use tidy::{day, initials, moment, tidy};
pub use tone::tone;

use crate::convert::{Loss, Losses, Weight};
use crate::ids::{ConversationId, SlackTs};
use crate::slack::Kind;
use serde::Serialize;
use std::collections::BTreeMap;

/// A stretch of a conversation as Chat will show it. All names and words are Slack's: hostile.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// Slack's id.
    pub conversation: ConversationId,
    /// The space's name.
    pub name: String,
    /// What it was in Slack.
    pub kind: Kind,
    /// The space's description.
    pub description: Option<String>,
    /// Members at export time.
    pub members: usize,
    /// Whether the space can have threads.
    pub threads: bool,
    /// Where accounts and names come from, in a sentence.
    pub people: String,
    /// Messages that will stand in the space, in all.
    pub total: u64,
    /// Messages shown here.
    pub shown: u64,
    /// What stands in the space itself, in the order of time, each with its thread.
    pub entries: Vec<Entry>,
    /// What is left out behind the last of them.
    pub left_out: LeftOut,
    /// Names of those who are mentioned, by resource name.
    #[serde(skip)]
    pub names: Names,
}

/// Messages left out at a place: how many, by the code of the reason.
pub type LeftOut = BTreeMap<&'static str, u64>;

/// A message that stands in the space itself, with its thread.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The ts of the thread that it opens or could open.
    pub root: SlackTs,
    /// What is left out before it.
    pub left_out: LeftOut,
    /// The message.
    pub message: Shown,
    /// The replies.
    pub replies: Vec<Shown>,
    /// Replies that are not shown here.
    pub more: u64,
}

/// One message as Chat will show it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// Slack's ts.
    pub ts: SlackTs,
    /// The name that stands over it.
    pub author: String,
    /// The account that posts it; none where the admin's is not named yet.
    pub account: Option<String>,
    /// The admin posts it for somebody else; the text begins with their name.
    pub by_admin: bool,
    /// The text in Chat's markup, a post each.
    pub parts: Vec<String>,
    /// Reactions in the order of their first.
    pub reactions: Vec<Chip>,
    /// What does not survive.
    #[serde(serialize_with = "as_text")]
    pub losses: Losses,
    /// Reactions that are left out, by the code of the reason.
    pub reactions_left_out: LeftOut,
}

/// An emoji under a message, and who gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chip {
    /// The emoji, or a custom one's name.
    pub emoji: String,
    /// Names, in order.
    pub who: Vec<String>,
}

impl Preview {
    /// Returns the description on one line.
    pub fn about(&self) -> Option<String> {
        let lines = self.description.as_deref()?.lines().map(str::trim);
        Some(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · "))
    }

    /// Returns every message that is shown, in the order of the page.
    pub fn messages(&self) -> impl Iterator<Item = &Shown> {
        self.entries.iter().flat_map(|entry| std::iter::once(&entry.message).chain(&entry.replies))
    }

    /// Sums the losses of what is shown, the heaviest first.
    pub fn losses(&self) -> Vec<(Loss, u64)> {
        let mut sums: BTreeMap<(std::cmp::Reverse<Weight>, Loss), u64> = BTreeMap::new();
        for (loss, count) in self.messages().flat_map(|message| message.losses.iter()) {
            *sums.entry((std::cmp::Reverse(loss.weight()), loss)).or_default() += u64::from(count);
        }
        sums.into_iter().map(|((_, loss), count)| (loss, count)).collect()
    }

    /// Sums what is left out where it is shown: messages and reactions, by the code of the reason.
    pub fn left_out(&self) -> LeftOut {
        let mut sums = self.left_out.clone();
        let entries = self.entries.iter().map(|entry| &entry.left_out);
        for one in entries.chain(self.messages().map(|message| &message.reactions_left_out)) {
            for (code, count) in one {
                *sums.entry(code).or_default() += count;
            }
        }
        sums
    }
}

fn as_text<S: serde::Serializer>(losses: &Losses, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(losses)
}
