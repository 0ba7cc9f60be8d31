//! What did not survive the crossing, by name.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How much a loss matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The look changed, not the content.
    Cosmetic,
    /// Some content is missing or moved.
    Content,
    /// The whole item is missing.
    Whole,
}

impl Weight {
    /// Returns the word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cosmetic => "cosmetic",
            Self::Content => "content",
            Self::Whole => "whole",
        }
    }
}

macro_rules! losses {
    ($($name:ident $code:literal $weight:ident $text:literal;)*) => {
        /// One way in which a message in Chat is less than it was in Slack.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Loss {
            $(#[doc = $text] $name,)*
        }

        impl Loss {
            /// Every loss there is, in the order of its code's table in `docs/semantics.md`.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable code, for ledgers and machines.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns how much it matters.
            pub const fn weight(self) -> Weight {
                match self { $(Self::$name => Weight::$weight,)* }
            }

            /// Returns a plain sentence fragment for people.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

losses! {
    AuthorAsText "author_as_text" Content "author named in the text, because no account stands for them";
    BotAsText "bot_as_text" Cosmetic "app or bot named in the text instead of posting by itself";
    MentionAsText "mention_as_text" Cosmetic "mention of a person without an account, as a plain name";
    GroupMention "group_mention" Cosmetic "mention of a user group, as a plain name";
    Broadcast "broadcast" Cosmetic "@channel, @here or @everyone as plain text, so that nobody is called";
    ChannelLink "channel_link" Cosmetic "reference to a channel, as a plain name";
    LinkAsText "link_as_text" Cosmetic "link that Chat can't open, written out as text";
    DateFixed "date_fixed" Cosmetic "date that Slack showed in each reader's own time, as fixed text";
    StyleDropped "style_dropped" Cosmetic "bold, italic, strike or code that Chat can't show in that place";
    Defused "defused" Cosmetic "invisible joiner put next to a character that Chat would have formatted";
    NestedList "nested_list" Cosmetic "list item below another, indented by spaces";
    CustomEmoji "custom_emoji" Cosmetic "custom emoji in the text, as its :name:";
    EmojiStill "emoji_still" Cosmetic "custom emoji that moved in Slack, as its first picture";
    Split "split" Cosmetic "message too long for Chat, posted in numbered parts";
    EditTime "edit_time" Cosmetic "time of the last edit, by choice";
    BroadcastOnce "broadcast_once" Cosmetic "reply also sent to the channel, shown in its thread only";
    ThreadFlattened "thread_flattened" Content "reply posted without its thread";
    RootMissing "root_missing" Content "thread whose first message the export does not have; a line stands in for it";
    ThreadContinued "thread_continued" Cosmetic "thread longer than Chat allows, continued in another one";
    Tombstone "tombstone" Content "deleted message that had replies, as a placeholder";
    Withheld "withheld" Content "message withheld by the organisation's key, as a placeholder";
    HuddleAsText "huddle_as_text" Cosmetic "huddle or call, as one line";
    SystemAsText "system_as_text" Cosmetic "system line, in our words";
    CardAsText "card_as_text" Cosmetic "card or layout of an app, as text";
    SharedAsQuote "shared_as_quote" Cosmetic "shared or forwarded message, as a quote";
    LinkPreview "link_preview" Cosmetic "preview of a link; the link itself is there";
    ButtonAsText "button_as_text" Content "button, menu or input that can't be used any more";
    ImageAsLink "image_as_link" Content "picture in a card, as a link or its description";
    LinkKept "link_kept" Content "link to a message in Slack, left as it was";
    PinAsList "pin_as_list" Cosmetic "pin, as a line of a list behind the last message";
    PinLeftOut "pin_left_out" Content "pin; the message itself is there";
    FileAsText "file_as_text" Content "file, as a line with its name and a link to Slack";
    FileLost "file_lost" Content "file that Slack itself no longer has, as a line";
    ReactionsCut "reactions_cut" Content "reactions that the export counts without naming who reacted";
    ReactionsAsText "reactions_as_text" Cosmetic "reaction that nobody can make in Chat, in a line under the text";
    BlocksUnreadable "blocks_unreadable" Content "rich layout that could not be read; the plain text was used";
    CardUnreadable "card_unreadable" Content "card that could not be read";
    UnknownBlock "unknown_block" Content "block newer than this program, left out";
    UnknownElement "unknown_element" Content "element newer than this program, left out";
    UnknownSubtype "unknown_subtype" Cosmetic "kind of message newer than this program, posted as an ordinary one";
    MarkupRefused "markup_refused" Cosmetic "message that Chat took only without its markup";
    AttachmentRefused "attachment_refused" Content "message that Chat took only without its attachment";
    StandsAsNotice "stands_as_notice" Whole "message that Chat refused: a notice stands in its place";
    AuthorUnavailable "author_unavailable" Content "author named in the text, because their account can't be used any more";
    AppRefused "app_refused" Cosmetic "message that Chat did not take from the Chat app, posted by the admin";
    PastRefused "past_refused" Content "member whose past stay Chat did not take";
}

impl FromStr for Loss {
    type Err = BadLosses;

    fn from_str(code: &str) -> Result<Self, BadLosses> {
        Self::ALL.iter().copied().find(|loss| loss.code() == code).ok_or(BadLosses)
    }
}

/// Why a text is no list of losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of losses (want code:count,code:count with the codes of docs/semantics.md)")]
pub struct BadLosses;

/// Losses and how often each occurred, sorted; empty for most messages, and then no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses(Vec<(Loss, u32)>);

impl Losses {
    /// Counts one more.
    pub fn add(&mut self, loss: Loss) {
        self.add_many(loss, 1);
    }

    /// Counts so many more; zero leaves no trace.
    pub fn add_many(&mut self, loss: Loss, count: u32) {
        if count == 0 {
            return;
        }
        match self.0.binary_search_by_key(&loss, |entry| entry.0) {
            Ok(at) => self.0[at].1 = self.0[at].1.saturating_add(count),
            Err(at) => self.0.insert(at, (loss, count)),
        }
    }

    /// Returns each loss and its count, in the order of [`Loss::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Loss, u32)> + '_ {
        self.0.iter().copied()
    }

    /// Returns how often that loss occurred.
    pub fn count(&self, loss: Loss) -> u32 {
        self.iter().find(|entry| entry.0 == loss).map_or(0, |entry| entry.1)
    }

    /// Tells whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether something of the message could not be read.
    pub fn unread(&self) -> bool {
        let unread = [
            Loss::BlocksUnreadable,
            Loss::CardUnreadable,
            Loss::UnknownBlock,
            Loss::UnknownElement,
        ];
        self.iter().any(|(loss, _)| unread.contains(&loss))
    }

    /// Returns the heaviest weight among them.
    pub fn weight(&self) -> Option<Weight> {
        self.iter().map(|entry| entry.0.weight()).max()
    }
}

impl fmt::Display for Losses {
    /// Writes `code:count,code:count`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (loss, count)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}:{count}", loss.code())?;
        }
        Ok(())
    }
}

impl FromStr for Losses {
    type Err = BadLosses;

    fn from_str(text: &str) -> Result<Self, BadLosses> {
        let mut losses = Self::default();
        for entry in text.split(',').filter(|_| !text.is_empty()) {
            let (code, count) = entry.split_once(':').ok_or(BadLosses)?;
            losses.add_many(code.parse()?, count.parse().map_err(|_| BadLosses)?);
        }
        Ok(losses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_written_sorted_and_read_back() {
        let mut losses = Losses::default();
        assert_eq!(losses.to_string(), "");
        losses.add(Loss::EditTime);
        losses.add_many(Loss::Broadcast, 2);
        losses.add(Loss::EditTime);
        assert_eq!(losses.to_string(), "broadcast:2,edit_time:2");
        assert_eq!(losses.to_string().parse(), Ok(losses.clone()));
        assert_eq!("".parse(), Ok(Losses::default()));
        assert_eq!(losses.weight(), Some(Weight::Cosmetic));
    }

    #[test]
    fn a_text_that_is_no_list_is_refused() {
        for bad in ["x", "nonsense:1", "edit_time:", "edit_time:-1", ",", "edit_time:1,"] {
            assert_eq!(bad.parse::<Losses>(), Err(BadLosses), "{bad}");
        }
    }
}
