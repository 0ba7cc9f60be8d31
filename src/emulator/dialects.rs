//! What nobody outside Google can say about the real service, as switches.
//!
//! Each unknown has both answers here; a client that is right under all of them is right.

mod table;

pub use table::{Dialects, SWITCHES};

use super::mark::Mark;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One switch, as it is documented.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// The field of [`Dialects`].
    pub field: &'static str,
    /// What it decides.
    pub decides: &'static str,
    /// How the default is known.
    pub mark: Mark,
    /// Why the default is the default.
    pub why: &'static str,
    /// Its values as JSON, the default first.
    pub values: fn() -> Vec<serde_json::Value>,
}

impl Switch {
    /// Returns the switch's line in the table of `docs/emulator.md`.
    pub fn row(&self) -> String {
        let mut values = (self.values)().into_iter().map(|value| match value {
            serde_json::Value::String(word) => format!("`{word}`"),
            other => format!("`{other}`"),
        });
        let default = values.next().unwrap_or_default();
        let others: Vec<_> = values.collect();
        let (field, decides) = (self.field, self.decides);
        format!(
            "| `{field}` | {decides} | {default} | {} | {}: {} |",
            others.join(", "),
            self.mark,
            self.why
        )
    }
}

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

/// How something is refused that is there already.
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

/// How an edition refuses what it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacking {
    /// 403 `PERMISSION_DENIED`.
    Forbidden,
    /// 400 `FAILED_PRECONDITION`.
    Precondition,
}

/// How a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// A bucket that refills evenly.
    Bucket,
    /// So many in each minute or second of the clock.
    Fixed,
}

/// What becomes of something that may not be meant to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// It works.
    Taken,
    /// 400.
    Refused,
    /// The rest works, as if it had not been sent.
    Ignored,
}

/// How the token endpoint speaks of an account that can't be impersonated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// `invalid_grant`, "The account has been deleted".
    Deleted,
    /// `invalid_grant`, "Invalid email or User ID".
    Unknown,
    /// `access_denied`, "Account restricted".
    Restricted,
}

/// How the token endpoint speaks of a key that was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadKey {
    /// "Invalid JWT Signature."
    Signature,
    /// "Invalid JWT: No valid verifier found for issuer".
    Verifier,
}

/// The error with which the token endpoint refuses what is not delegated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undelegated {
    /// "Client is unauthorized to retrieve access tokens using this method, or …"
    UnauthorizedClient,
    /// "Requested client not authorized"
    AccessDenied,
}

/// How the 32,000 bytes of a message are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bytes {
    /// The text in UTF-8.
    Utf8,
    /// The text as JSON writes it, quotes and line ends escaped.
    Json,
}
