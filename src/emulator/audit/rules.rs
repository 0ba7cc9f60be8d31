//! The rules of the audit, and the invariants that they stand for.

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as findings bear it.
    pub name: &'static str,
    /// The invariant: `I1` to `I8`.
    pub invariant: &'static str,
    /// What must not be.
    pub forbids: &'static str,
}

macro_rules! rules {
    ($($(#[doc = $forbids:literal])+ $id:ident = $name:literal, $invariant:literal;)+) => {
        $(pub(in super::super) static $id: Rule = Rule {
            name: $name,
            invariant: $invariant,
            forbids: concat!($($forbids),+).trim_ascii(),
        };)+

        /// Every rule.
        pub static RULES: &[&Rule] = &[$(&$id),+];
    };
}

rules! {
    /// Two messages of one messageId.
    DUPLICATE_MESSAGE = "duplicate-message", "I1";
    /// Two messages of one createTime.
    CREATE_TIME_CLASH = "create-time-clash", "I1";
    /// A message that is there sent again under another messageId: same author, text and createTime.
    TWIN_MESSAGE = "twin-message", "I1";
    /// A requestId sent again with other bytes.
    REQUEST_CHANGED = "request-changed", "I1";
    /// A requestId sent again by another user.
    REQUEST_OF_ANOTHER = "request-of-another", "I1";
    /// A messageId that is taken sent again by its author with another text or time.
    MESSAGE_ID_CHANGED = "message-id-changed", "I1";
    /// A reply older than the message that it replies to.
    REPLY_BEFORE_ROOT = "reply-before-root", "I2";
    /// A reply in a thread that nothing begins.
    REPLY_WITHOUT_ROOT = "reply-without-root", "I2";
    /// A message by somebody whose account was suspended or deleted by then.
    SENDER_UNAVAILABLE = "sender-unavailable", "I2";
    /// A message older than its space.
    MESSAGE_BEFORE_SPACE = "message-before-space", "I3";
    /// A message without a messageId among those that have one: no plan has it.
    NAMELESS_MESSAGE = "nameless-message", "I4";
    /// Two spaces for one conversation: one name but for a number, or one first message.
    DUPLICATE_SPACE = "duplicate-space", "I5";
    /// A write that only import mode takes, after completion.
    WRITE_AFTER_COMPLETION = "write-after-completion", "I6";
    /// A completion by one user after that of another.
    COMPLETED_TWICE = "completed-twice", "I6";
    /// An active membership before completion.
    MEMBER_BEFORE_COMPLETION = "member-before-completion", "I7";
    /// A historical membership after completion.
    PAST_MEMBER_AFTER_COMPLETION = "past-member-after-completion", "I7";
    /// One user's same emoji twice on one message.
    DUPLICATE_REACTION = "duplicate-reaction", "I8";
}
