//! How much of a post is left once Chat has refused more: the rungs of a ladder that leads down,
//! each tried once.

/// The loss of a post that somebody else had to make: the author's account can't be used.
pub const AUTHOR_UNAVAILABLE: &str = "author_unavailable";
/// The loss of a post that the admin had to make, because Chat did not take it from the Chat app.
pub const APP_REFUSED: &str = "app_refused";
/// The loss of a member whose past Chat did not take, and who joins all the same.
pub const PAST_REFUSED: &str = "past_refused";

/// Losses of a message whose text names the author, because the admin posts it.
pub const NAMED_IN_TEXT: &[&str] = &["author_as_text", "bot_as_text"];
/// Losses of a message that is an act in the third person.
pub const SYSTEM_LINES: &[&str] = &["system_as_text", "huddle_as_text"];

/// How much of a message its post still carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// All of it, as it was frozen.
    #[default]
    Whole,
    /// Its words without markup.
    Plain,
    /// Its words without markup and without attachments.
    Bare,
    /// A notice in its place, which says where the message stands.
    Notice,
}

impl Rung {
    /// The code of the loss that a notice is.
    pub const NOTICE: &str = "stands_as_notice";

    /// Returns the rung's name, for ids and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Plain => "plain",
            Self::Bare => "bare",
            Self::Notice => "notice",
        }
    }

    /// Returns the codes of what a post on this rung has lost.
    pub const fn losses(self) -> &'static [&'static str] {
        match self {
            Self::Whole => &[],
            Self::Plain => &["markup_refused"],
            Self::Bare => &["markup_refused", "attachment_refused"],
            Self::Notice => &[Self::NOTICE],
        }
    }

    /// Returns the next rung down; none below the notice.
    pub const fn below(self) -> Option<Self> {
        match self {
            Self::Whole => Some(Self::Plain),
            Self::Plain => Some(Self::Bare),
            Self::Bare => Some(Self::Notice),
            Self::Notice => None,
        }
    }
}
