//! Pure: a Slack message in, Chat text and losses out. No I/O, no clock, no ids of its own making.
//! It does not know spaces' names, requests, the ledger, or when anything is sent.
//!
//! Three sources (rich text, other blocks, mrkdwn) become one tree; one renderer turns the tree
//! into Chat's markup; whatever does not survive is counted as a [`Loss`].

mod account;
mod author;
mod blocks;
mod cards;
mod class;
mod emoji;
mod fate;
mod files;
mod loose;
mod loss;
mod markdown;
mod message;
mod mrkdwn;
mod pins;
mod reactions;
mod render;
mod roster;
#[cfg(test)]
mod round_trip;
mod settings;
mod shown;
mod space;
mod split;
mod subtype;
mod system;
mod tree;
mod when;

pub use account::{Alike, ConversationSum, KindSum, LossAccount, Weights};
pub use class::{AuthorPolicy, Authors, Class, Traits};
pub use emoji::{find as find_emoji, names as emoji_names};
pub use fate::{
    Converted, Fate, FileFate, FileOutcome, Gone, ReactionFate, ReactionOutcome, Sender, Skip,
    speaker_word,
};
pub use loss::{BadLosses, Loss, Losses, Weight};
pub use roster::{CustomEmoji, Known, Roster};
pub use settings::{
    ArchivedPolicy, BUDGET, DmPolicy, EditMark, LinkPolicy, NameRules, ReactionPolicy, Settings,
    SystemLines, VERSION,
};
pub use shown::without_address;
pub use space::{
    DESCRIPTION_LIMIT, Details, GUIDELINES_LIMIT, NAME_LIMIT, details, display_name, named_by,
    space_shape,
};
pub use when::when;

use crate::slack::Message;
use render::ChatMarkup;
use std::collections::HashMap;

/// Converts the messages of one migration.
#[derive(Debug, Clone)]
pub struct Converter {
    roster: Roster,
    settings: Settings,
}

/// What a message's surroundings allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Whether the space has threads; a group chat has none.
    pub threads: bool,
}

impl Converter {
    /// Makes a converter.
    pub const fn new(roster: Roster, settings: Settings) -> Self {
        Self { roster, settings }
    }

    /// Takes what is known of custom emoji, in place of what was known before.
    #[must_use]
    pub fn with_emoji(mut self, emoji: HashMap<String, CustomEmoji>) -> Self {
        self.roster.emoji = emoji.into_iter().collect();
        self
    }

    /// Returns who is who.
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Returns what was chosen.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Converts one message. Never fails: what can't be read is a loss.
    pub fn convert(&self, context: &Context, message: &Message) -> Converted {
        self.recipe(context, message).run()
    }

    fn recipe<'c>(&'c self, context: &'c Context, message: &'c Message) -> message::Recipe<'c> {
        message::Recipe {
            roster: &self.roster,
            settings: &self.settings,
            renderer: &ChatMarkup,
            context,
            message,
        }
    }

    /// Leaves a message out, whatever it says.
    pub fn leave_out(&self, context: &Context, message: &Message, skip: Skip) -> Converted {
        self.recipe(context, message).skip(skip)
    }

    /// Converts a text of Slack's alone (a topic, a search result) to Chat's markup.
    pub fn convert_text(&self, mrkdwn: &str) -> (String, Losses) {
        let mut losses = Losses::default();
        let document = mrkdwn::parse(mrkdwn, &mut losses);
        let text = render::Renderer::render(&ChatMarkup, &document, &self.roster, &mut losses);
        (text, losses)
    }
}
