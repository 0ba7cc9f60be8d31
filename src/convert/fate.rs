//! What becomes of a message, its reactions and its files.

use super::class::Class;
use super::loss::Losses;
use crate::draft::Emoji;
use crate::ids::{Account, FileId, SlackTs, SlackUserId};

macro_rules! reasons {
    ($(#[$doc:meta])* $type:ident { $($name:ident $code:literal $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $(#[doc = $text] $name,)*
        }

        impl $type {
            /// Every reason there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable code, for ledgers and machines.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns a plain sentence fragment for people.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

reasons! {
    /// Why an item is left out by policy.
    Skip {
        JoinLine "join_line" "join or leave line; the history of members has it";
        TopicLine "topic_line" "line about a changed topic or purpose";
        RenameLine "rename_line" "line about a changed name or kind of channel";
        ArchiveLine "archive_line" "line about archiving; the state of the channel has it";
        CanvasLine "canvas_line" "line about a canvas or a tab";
        CanvasComment "canvas_comment" "comment inside a canvas";
        PinLine "pin_line" "line about a pinned message";
        BotHousekeeping "bot_housekeeping" "app or bot added, removed or switched";
        WelcomeLine "welcome_line" "Slack's own welcome or joiner notice";
        ReminderLine "reminder_line" "line about a reminder";
        HuddleLine "huddle_line" "huddle or call";
        ServiceEvent "service_event" "event for machines, not a message";
        DeadSubtype "dead_subtype" "kind of record that Slack gave up; the reply itself is elsewhere";
        HiddenLog "hidden_log" "log record of an edit or deletion, or a hidden line";
        DeletedMessage "deleted_message" "deleted message without replies";
        BotMessage "bot_message" "message of an app or bot, left out by choice";
        AuthorLeftOut "author_left_out" "message of an author without an account, left out by choice";
        ChosenConversation "chosen_conversation" "left out in the channels workbook";
        ArchivedConversation "archived_conversation" "anything in an archived conversation, left out by choice";
        Empty "empty" "message without text, card or file";
        UnmappedReactor "unmapped_reactor" "reaction of somebody without an account";
        CustomReaction "custom_reaction" "reaction with a custom emoji";
        DuplicateReaction "duplicate_reaction" "same reaction twice, once two names are one emoji or two people one account";
        ReactionsOff "reactions_off" "reaction, left out by choice";
    }
}

reasons! {
    /// Why a file is lost at source.
    Gone {
        Deleted "file_deleted" "file deleted in Slack";
        HiddenByPlan "file_hidden_by_plan" "file hidden by Slack's free plan";
        Denied "file_denied" "file that the export may not read";
    }
}

/// Whether a message is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// One part or more, each within the budget.
    Post(Vec<String>),
    /// Left out.
    Skip(Skip),
}

/// Who posts a message in Chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// The author's own account.
    Person(Account),
    /// The admin, for an author without an account; the text names the author.
    Admin,
    /// The Chat app, for an author without an account; the text names the author.
    App,
    /// An account that the admin chose, for an author without one; the text names the author.
    StandIn(Account),
}

/// What becomes of one person's one reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionFate {
    /// Who reacted.
    pub user: SlackUserId,
    /// Slack's name of the emoji, with its tone.
    pub slack_name: String,
    /// Sent or skipped.
    pub outcome: ReactionOutcome,
}

/// Whether a reaction is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReactionOutcome {
    /// Sent by that account.
    As {
        /// Who reacts in Chat.
        account: Account,
        /// With what.
        emoji: Emoji,
    },
    /// Listed in a line under the text.
    AsText,
    /// Left out.
    Skipped(Skip),
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFate {
    /// Slack's id.
    pub id: FileId,
    /// Named in the text, or lost at source.
    pub outcome: FileOutcome,
}

/// Whether a file crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOutcome {
    /// A line of the message names and links it.
    AsText,
    /// Slack no longer has it; a line says so.
    Lost(Gone),
    /// Its message is left out, and it with it.
    Skipped(Skip),
}

/// Returns the class of a message's author without an account, and who speaks for them: `admin`,
/// `app`, an account's address, or `skip` where that leaves the message out. None for a message
/// that is left out for another reason.
pub fn speaker_word(converted: &Converted) -> Option<(Class, String)> {
    let class = converted.unmatched?;
    let speaker = match (&converted.fate, &converted.sender) {
        (Fate::Skip(Skip::BotMessage | Skip::AuthorLeftOut), _) => "skip",
        (Fate::Skip(_), _) => return None,
        (_, Sender::App) => "app",
        (_, Sender::StandIn(account) | Sender::Person(account)) => account.as_str(),
        (_, Sender::Admin) => "admin",
    };
    Some((class, speaker.to_owned()))
}

/// A message, converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Posted or skipped.
    pub fate: Fate,
    /// Who posts it.
    pub sender: Sender,
    /// The class of an author who has no account.
    pub unmatched: Option<Class>,
    /// The root's timestamp, on roots and replies alike; none where the space has no threads.
    pub thread: Option<SlackTs>,
    /// A reply that Slack also showed in the channel.
    pub broadcast: bool,
    /// One entry per person and emoji.
    pub reactions: Vec<ReactionFate>,
    /// One entry per file.
    pub files: Vec<FileFate>,
    /// What did not survive.
    pub losses: Losses,
}
