//! The honest account: every source item in exactly one state, and the sums.

use crate::ids::{ConversationId, Micros, SlackTs};
use serde::Serialize;
use std::collections::BTreeMap;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A message.
    Message,
    /// A file on a message.
    File,
    /// One person's one reaction to a message.
    Reaction,
    /// One person in one conversation.
    Membership,
    /// A record or day file that could not be read.
    Record,
    /// A post that no export holds: what stands for a thread's lost first message, what leads on
    /// from a full thread, what lists pins.
    Added,
}

/// The one state an item is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Still owed.
    Owed,
    /// In Chat, as it was.
    Sent,
    /// In Chat, with named losses.
    Transformed,
    /// Left out because a policy says so.
    Skipped,
    /// Refused by Chat; waits for the admin.
    Wedged,
    /// Not in the export any more: deleted, hidden by Slack's plan, unreadable.
    Lost,
}

/// How many items of a kind are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Still owed.
    pub owed: u64,
    /// In Chat, as it was.
    pub sent: u64,
    /// In Chat, with named losses.
    pub transformed: u64,
    /// Left out by policy.
    pub skipped: u64,
    /// Refused by Chat.
    pub wedged: u64,
    /// Lost at source.
    pub lost: u64,
}

impl Tally {
    /// Returns the sum over all states: the inventory.
    pub const fn total(&self) -> u64 {
        self.owed + self.sent + self.transformed + self.skipped + self.wedged + self.lost
    }

    /// Adds `count` items in that state.
    pub fn add(&mut self, state: ItemState, count: u64) {
        match state {
            ItemState::Owed => self.owed += count,
            ItemState::Sent => self.sent += count,
            ItemState::Transformed => self.transformed += count,
            ItemState::Skipped => self.skipped += count,
            ItemState::Wedged => self.wedged += count,
            ItemState::Lost => self.lost += count,
        }
    }
}

/// A named reason and how many items it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The stable code: `file_as_text`, `join_line`, `unknown_user`.
    pub code: String,
    /// One plain sentence fragment for people.
    pub text: String,
    /// How many times.
    pub count: u64,
}

/// Items of one conversation that lose the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossGroup {
    /// Slack's id of the conversation.
    pub conversation: ConversationId,
    /// The name of its space, else Slack's: hostile.
    pub name: String,
    /// What each of them loses, as `code:count,…`; empty for nothing.
    pub losses: String,
    /// How many items they are.
    pub items: u64,
    /// The first of them, where they are messages.
    pub first: Option<SlackTs>,
}

/// A wedged step, as the report lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wedged {
    /// The reason code, for `retry --reason`.
    pub reason: String,
    /// How many steps wedged for it.
    pub steps: u64,
    /// How many more wait behind those.
    pub waiting: u64,
    /// One of them, for `retry --step`.
    pub example: i64,
    /// Where the example stands: conversation name (from Slack: hostile) and ts.
    pub place: String,
    /// What Google said, without message text or tokens.
    pub detail: String,
}

/// A conversation whose space Google deleted or expired before it was complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// Slack's id of the conversation.
    pub conversation: String,
    /// Its name, from Slack: hostile.
    pub name: String,
}

/// A space in import mode, and when Google deletes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Slack's id of the conversation.
    pub conversation: String,
    /// Its name: hostile.
    pub name: String,
    /// When Google deletes it unless it is completed before.
    pub expires: Micros,
}

/// Somebody who was invited to a space and is not known to have accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invited {
    /// The person's name in Slack: hostile.
    pub name: String,
    /// The conversation's name, from Slack: hostile.
    pub conversation: String,
}

/// Somebody from outside the organisation who was in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outsider {
    /// The person's name in Slack: hostile.
    pub name: String,
    /// The conversation's name, from Slack: hostile.
    pub conversation: String,
    /// What becomes of it.
    pub fate: OutsiderFate,
}

/// What becomes of somebody from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsiderFate {
    /// Is to be invited.
    Owed,
    /// Is left out, as the admin chose.
    LeftOut,
    /// Chat refused the invitation.
    Refused,
}

/// A space that an audience was to find, and does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// Its name, from Slack: hostile.
    pub conversation: String,
    /// What Google said.
    pub said: String,
}

/// Messages of authors without an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    /// The class of the authors: `active`, `deactivated`, `guest`, `external`, `bot`, `unknown`.
    pub class: String,
    /// Who speaks for them: `admin`, `app`, an account's address; `skip`: nobody, they are left out.
    pub speaker: String,
    /// How many.
    pub messages: u64,
}

/// One lane's standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneStanding {
    /// The lane's number.
    pub lane: i64,
    /// The conversation's name, from Slack: hostile.
    pub name: String,
    /// `public`, `private`, `group`, `direct`, `unlisted`.
    pub kind: String,
    /// `planned`, `staged`, `open`, `drained`, `verified`, `completed`, `present`; or `gone`.
    pub state: String,
    /// Messages owed in all.
    pub messages: u64,
    /// Messages paid.
    pub messages_paid: u64,
    /// Calls still owed, of every kind.
    pub owed: u64,
    /// Wedged steps.
    pub wedged: u64,
    /// `spaces/…`, once there is one.
    pub space: Option<String>,
    /// When Google deletes the space unless it is completed.
    pub expires: Option<Micros>,
    /// Completed by the admin, for want of a mapped member.
    pub admin_owned: bool,
}

/// Everything the final report says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Items by kind and state.
    pub items: BTreeMap<ItemKind, Tally>,
    /// What did not survive, the heaviest first.
    pub losses: Vec<Named>,
    /// The same by conversation; for sums by weight, and examples.
    #[serde(skip)]
    pub loss_groups: Vec<LossGroup>,
    /// What was left out, and why.
    pub skipped: Vec<Named>,
    /// What was lost at source, and why.
    pub lost: Vec<Named>,
    /// Messages of authors without an account.
    pub unmatched: Vec<Unmatched>,
    /// Spaces that the admin was to leave, where nobody else was in charge.
    pub admin_stays: u64,
    /// What is stuck.
    pub wedged: Vec<Wedged>,
    /// Posts that are notices in the place of what Chat refused.
    pub notices: u64,
    /// Some of what could not be read: day file and place in it. Names are hostile text.
    pub unreadable: Vec<String>,
    /// Lanes by state.
    pub lanes: BTreeMap<String, u64>,
    /// Conversations whose space is gone: their messages stay owed until they are started over.
    pub gone: Vec<Gone>,
    /// Names of conversations that the admin had to complete: hostile text.
    pub admin_owned: Vec<String>,
    /// How many members are in by a group that stands for them, or are to be.
    pub by_group: u64,
    /// Who was invited where others are added at once, as Chat said when they were.
    pub invited: Vec<Invited>,
    /// Members from outside the organisation who are not invited, or not yet.
    pub outside: Vec<Outsider>,
    /// Open spaces that Chat lets no audience find, though one was chosen.
    pub hidden: Vec<Hidden>,
    /// The earliest expiry among open spaces.
    pub next_expiry: Option<Micros>,
    /// When each open space expires, the next one first.
    #[serde(skip)]
    pub deadlines: Vec<Deadline>,
    /// Lanes whose read-back was clean, of all that were read back.
    pub verified: (u64, u64),
}

impl Account {
    /// Tells whether the account has a hole: something owed, wedged, standing as
    /// a notice, or read back unlike planned.
    pub fn has_hole(&self) -> bool {
        let stuck = |tally: &Tally| tally.owed + tally.wedged > 0;
        self.items.values().any(stuck)
            || !self.wedged.is_empty()
            || !self.gone.is_empty()
            || self.notices > 0
            || self.verified.0 < self.verified.1
    }
}
