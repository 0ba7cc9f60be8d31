//! What we want to exist in Chat, in our own words: neither vendor's field names.

mod byline;
mod links;
mod rung;

pub use byline::{JOINER, byline, in_front, is_sign, literal, named_in_front};
pub use links::{FoundLink, LINK_KEPT, count_permalinks, is_relinked, permalinks, relink};
pub use rung::{APP_REFUSED, AUTHOR_UNAVAILABLE, NAMED_IN_TEXT, PAST_REFUSED, Rung, SYSTEM_LINES};

use crate::access::{Admittance, Publication};
use crate::ids::{Account, MessageId, Micros, RequestId, SlackTs};
use serde::{Deserialize, Serialize};

/// What a lane's space will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceKind {
    /// A named space: threads, a description, room for many.
    Named,
    /// An unnamed group chat: no threads. (A direct message can't be imported.)
    Group,
}

/// Where a lane ends: today always an import-mode space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A space made by `spaces.create` in import mode.
    ImportSpace,
}

/// The stages of a lane, in the order in which it goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The space itself.
    Space,
    /// Memberships as they were.
    History,
    /// Messages, uploads and reactions.
    Content,
    /// Corrections while the space is still hidden.
    Amend,
    /// completeImport.
    Complete,
    /// Memberships as they are.
    Present,
    /// Visibility.
    Publish,
    /// The admin out again.
    Leave,
}

/// The kinds of call that can be owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// spaces.create.
    Space,
    /// members.create with a past span.
    PastMember,
    /// messages.create.
    Post,
    /// reactions.create.
    React,
    /// spaces.completeImport.
    Complete,
    /// members.create for somebody who belongs now.
    Member,
    /// messages.patch of a text, while the space is hidden.
    Amend,
    /// members.patch that makes a present member a manager.
    Role,
    /// spaces.patch of the audience, once the space is open.
    Publish,
    /// members.delete of the admin's own membership.
    Leave,
    /// members.create for a group of the organisation, in place of the people in it.
    Group,
}

/// What makes it safe to repeat a call, and so how a conflict and a doubt are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Google knows the call by its id and gives the same thing back. A conflict is with somebody
    /// else's, and nothing may be read before there is a name.
    ById,
    /// Google knows the call by its id, and what it made can be found by its place. A conflict
    /// may be with ourselves, once the id is forgotten: a look tells.
    ByIdAndPlace,
    /// There can be only one of it. A conflict says that it is there.
    ByNaturalKey,
    /// It says what is to be, not what is to change: a second time nothing changes.
    ByEffect,
    /// Nothing excludes a second effect: after a doubt, a look comes before the repeat.
    ByLooking,
}

impl StepKind {
    /// Says why repeating this call, byte for byte, leaves Chat as one call would: the means, and
    /// the reason in words.
    pub const fn repeat(self) -> (Repeat, &'static str) {
        match self {
            Self::Space => {
                (Repeat::ById, "requestId, always by the same user: the same space comes back")
            }
            Self::Post => (
                Repeat::ByIdAndPlace,
                "requestId, messageId and createTime each exclude a second message",
            ),
            Self::React => (
                Repeat::ByNaturalKey,
                "one user's one emoji on one message: a repeat is the same reaction",
            ),
            Self::PastMember | Self::Member => {
                (Repeat::ByNaturalKey, "one person in one space: a repeat is a conflict")
            }
            Self::Group => (Repeat::ByNaturalKey, "one group in one space: a repeat is a conflict"),
            Self::Leave => (Repeat::ByEffect, "who is out already is not put out again"),
            Self::Role => (Repeat::ByEffect, "the role itself: a repeat gives the same role"),
            Self::Amend => (Repeat::ByEffect, "the whole text: a repeat sets the same text"),
            Self::Publish => (Repeat::ByEffect, "the audience itself: a repeat sets the same one"),
            Self::Complete => (Repeat::ByLooking, "looked at first: a completed space has members"),
        }
    }
}

/// A space that should exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceDraft {
    /// Named or group.
    pub kind: SpaceKind,
    /// The name, at most 128 characters; none for a group.
    pub name: Option<String>,
    /// At most 4,096 characters.
    pub description: Option<String>,
    /// At most 5,000 characters.
    pub guidelines: Option<String>,
    /// When the conversation began.
    pub created: Micros,
    /// Whether people from outside may ever join; can't be changed later.
    pub external: bool,
    /// The call's id.
    pub request: RequestId,
}

/// A membership that should exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberDraft {
    /// The user resource name: `users/…`.
    pub user: String,
    /// From and until when; `None` for a present member.
    pub span: Option<(Micros, Micros)>,
}

/// How a post relates to a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A message of its own.
    Alone,
    /// The first message of the thread that Slack knows by this timestamp.
    Opens(SlackTs),
    /// A reply; the thread's name is known once its opener is posted.
    Replies,
}

/// A message that should exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostDraft {
    /// Chat markup, within the byte budget.
    pub text: String,
    /// When it was said; no other message of the space has the same time.
    pub created: Micros,
    /// The name we give it.
    pub id: MessageId,
    /// The call's id.
    pub request: RequestId,
    /// Its thread.
    pub place: Place,
}

/// An emoji as a reaction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Emoji {
    /// A Unicode sequence, fully qualified.
    Unicode(String),
    /// A custom emoji of the organisation, by its uid.
    Custom(String),
}

/// One call's worth of what should exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    /// A space.
    Space(SpaceDraft),
    /// A membership, past or present.
    Member(MemberDraft),
    /// A message.
    Post(PostDraft),
    /// A reaction to the message of the parent step.
    React(Emoji),
    /// Another text for the message of the parent step.
    Amend(String),
    /// The end of import mode.
    Complete,
    /// The manager's role for a present member, by the user resource name.
    Manager(String),
    /// Somebody may find the space; only a proof that it was public makes one.
    Publish(Publication),
    /// The end of a present membership, by the user resource name.
    Leave(String),
    /// A group among the members; only a proof that the conversation was public makes one.
    Group(Admittance),
}

/// Why the admin stays in a space that no member could complete.
pub const ADMIN_STAYS: &str = "admin_stays";

/// The code of a manager's role of somebody who could not be added.
pub const NOT_A_MEMBER: &str = "not_a_member";

/// What Google calls the calling app among users, and we call the author of its posts.
pub const APP_USER: &str = "users/app";

/// Who makes a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// An impersonated person.
    User(Account),
    /// The app itself.
    App,
}

impl From<&Account> for Identity {
    fn from(account: &Account) -> Self {
        if account.is_app() { Self::App } else { Self::User(account.clone()) }
    }
}
