//! What nobody outside Google can say about the real service, as switches.
//!
//! Each unknown has both answers here; a client that is right under all of them is right.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a repeated requestId brings back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestReplay {
    /// The existing object with all its fields.
    Populated,
    /// An echo with the name alone.
    NameOnly,
    /// The existing object, until the request id is this old; then it is news.
    ForgottenAfter(Duration),
}

/// What a repeat that is no replay of a requestId gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// An error.
    Refused,
    /// 200 and the object that is there.
    Same,
}

/// How a second message with a taken createTime is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clash {
    /// 409 `ALREADY_EXISTS`.
    Conflict,
    /// 400 `INVALID_ARGUMENT`.
    Invalid,
}

/// How a space that expired or was deleted answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// 403 `PERMISSION_DENIED`.
    Forbidden,
    /// 404 `NOT_FOUND`.
    NotFound,
}

/// How a spent quota answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttle {
    /// 429 `RESOURCE_EXHAUSTED`.
    TooMany,
    /// 403 with the reason `rateLimitExceeded`.
    Forbidden,
}

/// One field for each unknown. The default is what the documents make most likely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialects {
    /// What a repeated requestId brings back.
    pub request_replay: RequestReplay,
    /// How a requestId used by another user is refused.
    pub foreign_request: Clash,
    /// What a used messageId under a new requestId gets (409 when refused).
    pub message_id_repeat: Repeat,
    /// How a taken createTime is refused.
    pub create_time_clash: Clash,
    /// What one user's same emoji on the same message gets (409 when refused).
    pub reaction_repeat: Repeat,
    /// What a person who is already in gets (409 when refused).
    pub member_repeat: Repeat,
    /// What completeImport on a completed space gets (400 when refused).
    pub complete_repeat: Repeat,
    /// How an expired or deleted space answers.
    pub gone_space: Gone,
    /// Whether the answer to spaces.create already shows `importModeExpireTime`.
    pub expire_time_at_create: bool,
    /// Whether 429 and 503 carry `Retry-After`.
    pub retry_after: bool,
    /// Whether two spaces may not share a display name.
    pub unique_names: bool,
    /// Whether a message may have the very createTime of its space.
    pub equal_create_time: bool,
    /// How a spent quota answers.
    pub throttle: Throttle,
    /// Whether errors carry `google.rpc.ErrorInfo`.
    pub error_info: bool,
    /// Whether messages.list shows `clientAssignedMessageId`.
    pub listed_client_ids: bool,
    /// Whether an author needs a historical membership before messages.create.
    pub author_must_be_member: bool,
    /// Whether members.list still works with `chat.import` after completion.
    pub members_listed_after_completion: bool,
}

impl Default for Dialects {
    fn default() -> Self {
        Self {
            request_replay: RequestReplay::Populated,
            foreign_request: Clash::Invalid,
            message_id_repeat: Repeat::Refused,
            create_time_clash: Clash::Conflict,
            reaction_repeat: Repeat::Refused,
            member_repeat: Repeat::Refused,
            complete_repeat: Repeat::Refused,
            gone_space: Gone::Forbidden,
            expire_time_at_create: true,
            retry_after: false,
            unique_names: true,
            equal_create_time: true,
            throttle: Throttle::TooMany,
            error_info: true,
            listed_client_ids: true,
            author_must_be_member: false,
            members_listed_after_completion: true,
        }
    }
}
