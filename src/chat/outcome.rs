//! How a call ended: six classes, and nothing in between.

use super::{Rejection, TokenError, TransportError};
use serde::de::DeserializeOwned;
use std::fmt;
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The request never left; nothing happened.
    NotSent(Why),
    /// Google refused, in Google's own words; nothing happened.
    Rejected(Rejection),
    /// Google asked to slow down; nothing happened.
    Throttled {
        /// How long to wait at least, if Google said so; at most five minutes.
        retry_after: Option<Duration>,
        /// Google's name for the limit, if it gave one.
        limit: Option<String>,
    },
    /// Nobody knows whether it happened.
    Ambiguous(Why),
    /// There is no token for this identity; nothing happened.
    Token(TokenError),
    /// It happened.
    Applied(Reply),
}

impl Outcome {
    /// Returns the reply of an applied call, and any other outcome as the error.
    pub fn applied(self) -> Result<Reply, Self> {
        match self {
            Self::Applied(reply) => Ok(reply),
            other => Err(other),
        }
    }

    /// Tells whether the call surely changed nothing.
    pub const fn surely_nothing_happened(&self) -> bool {
        !matches!(self, Self::Ambiguous(_) | Self::Applied(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) => write!(f, "not sent: {why}"),
            Self::Rejected(rejection) => write!(f, "refused: {rejection}"),
            Self::Throttled { limit: Some(limit), .. } => write!(f, "asked to slow down: {limit}"),
            Self::Throttled { limit: None, .. } => f.write_str("asked to slow down"),
            Self::Ambiguous(why) => write!(f, "no clear answer: {why}"),
            Self::Token(error) => write!(f, "no token: {error}"),
            Self::Applied(_) => f.write_str("done"),
        }
    }
}

/// What was wrong with the answer, or with getting one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The transport failed; in its words.
    Transport(&'static str),
    /// The request can't be put on the wire: a broken path or header.
    Unsendable,
    /// The bytes to send could not be read, or were fewer than announced.
    Source,
    /// The server failed on its side.
    ServerError,
    /// The answer points elsewhere: perhaps a portal on the way.
    Redirect,
    /// The answer says done, but holds no JSON object.
    NotJson,
    /// The answer says done, but what it says can't be used.
    Shape,
    /// The answer is an error that is not in Google's form: perhaps a proxy's.
    Foreign,
}

/// Why a call was not sent, or why its end is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why {
    /// What was wrong.
    pub doubt: Doubt,
    /// The HTTP status, if there was an answer.
    pub http: Option<u16>,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
}

impl Why {
    /// Returns a reason without an answer.
    pub const fn unanswered(doubt: Doubt) -> Self {
        Self { doubt, http: None, retry_after: None }
    }

    /// Returns a reason that lies in the answer.
    pub const fn answered(doubt: Doubt, http: u16) -> Self {
        Self { doubt, http: Some(http), retry_after: None }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.doubt {
            Doubt::Transport(why) => why,
            Doubt::Unsendable => "the request can't be put on the wire",
            Doubt::Source => "the file to send could not be read in full",
            Doubt::ServerError => "the server failed",
            Doubt::Redirect => "the answer points to another place",
            Doubt::NotJson => "the answer is not JSON",
            Doubt::Shape => "the answer can't be used",
            Doubt::Foreign => "an error that is not in Google's form",
        })?;
        self.http.map_or(Ok(()), |http| write!(f, " (HTTP {http})"))
    }
}

impl From<TransportError> for Outcome {
    fn from(error: TransportError) -> Self {
        let why = Why::unanswered(Doubt::Transport(error.why));
        if error.sent { Self::Ambiguous(why) } else { Self::NotSent(why) }
    }
}

/// What Google answered to an applied call.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    body: Bytes,
    name: Option<String>,
    thread: Option<String>,
}

impl Reply {
    /// Puts a reply together; tests and simulations make theirs with this.
    pub const fn new(body: Bytes, name: Option<String>, thread: Option<String>) -> Self {
        Self { body, name, thread }
    }

    /// Returns the resource name that Google gave.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the name of the message's thread.
    pub fn thread(&self) -> Option<&str> {
        self.thread.as_deref()
    }

    /// Reads the body as a `T`. The error does not echo the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Why> {
        serde_json::from_slice(&self.body).map_err(|_| Why::unanswered(Doubt::Shape))
    }
}

/// Bodies hold people's words: only their size is shown.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("name", &self.name)
            .field("thread", &self.thread)
            .field("bytes", &self.body.len())
            .finish()
    }
}
