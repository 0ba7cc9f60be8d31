//! Google's API as we need it: transport, tokens, outcomes. Knows HTTP; nothing of Slack or SQL.
//!
//! [`Client`] turns a frozen request into one [`Outcome`]; it never retries, but for one repeat
//! with a fresh token after a 401. What an outcome means for a step is judged elsewhere.

#![expect(clippy::disallowed_types, reason = "the one room that speaks HTTP")]

mod answers;
mod base;
mod cache;
mod claims;
mod classify;
mod client;
mod crypto;
mod date;
mod delegate;
mod delete;
mod echo;
mod emoji;
mod endpoint;
mod groups;
mod http;
mod instance;
mod keep;
mod key_file;
mod keyless;
mod needs;
mod outcome;
mod private;
mod read;
mod redact;
mod refusal;
mod rejection;
mod shapes;
mod skew;
mod token;
mod token_error;
mod transport;
mod upload;

pub use base::{BadBase, Base};
pub use classify::{Expect, classify};
pub use client::Client;
pub use date::retry_after;
pub use emoji::OrgEmoji;
pub use groups::{
    DirectoryGroup, GroupAnswer, GroupMember, GroupQuestion, GroupTrouble, read_group,
};
pub use http::{HttpTransport, NoHttp};
pub use keep::{Kept, Mint};
pub use key_file::{BadKeyFile, KeyFile};
pub use keyless::{BadAdc, Issuer, Keyless, Trouble};
pub use needs::{Caller, Chosen, NEEDS, Need, console_link, to_delegate};
pub use outcome::{Doubt, Outcome, Reply, Why};
pub use read::{Reader, created_at, created_within};
pub use redact::redact;
pub use rejection::{Kind, Rejection};
pub use shapes::{DirectoryUser, ListedMember, ListedMessage, Page, SpaceView, Uploaded};
pub use token::{Scopes, StaticTokens, Token, TokenSource};
pub use token_error::{Asked, TokenError};
pub use transport::{HttpRequest, HttpResponse, Transport, TransportError};
pub use upload::Upload;
