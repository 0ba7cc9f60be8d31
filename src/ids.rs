//! The names of things: Slack's ids as they come, and the ids we derive from content.
//!
//! Nothing here is drawn at random or read from a clock: the same workspace planned twice, on
//! two machines, gives the same ids, so even a lost ledger sends the same requests again.

mod derive;
mod link;
mod ts;

pub use derive::{ADDED, Generation, MessageId, Operation, RequestId, RequestKey, text_hash};
pub use link::{LinkTemplate, Permalink};
pub use ts::{BadTs, Micros, SlackTs, rfc3339};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the id as its source wrote it.
            pub fn new(text: &str) -> Self {
                Self(Arc::from(text))
            }

            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Maps by the id can be asked with its text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

text_id!(
    /// A Slack conversation: `C…`, `G…` or `D…`. The letter says nothing about its kind.
    ConversationId
);
text_id!(
    /// A Slack user `U…`/`W…`, or a bot known only as `B…`.
    SlackUserId
);
text_id!(
    /// A Slack file, `F…`.
    FileId
);
text_id!(
    /// A Google account as the request names it: its primary e-mail address.
    Account
);

/// Returns bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// No address is like it.
const APP: &str = "app";

impl Account {
    /// Returns what stands in an account's place where the Chat app itself acts, without anybody's.
    pub fn app() -> Self {
        Self::new(APP)
    }

    /// Tells whether it is the Chat app itself.
    pub fn is_app(&self) -> bool {
        self.as_str() == APP
    }
}
text_id!(
    /// A space as Google named it: `spaces/AAAA`.
    SpaceName
);
