//! What a fault does, and when.

use super::BadFault;
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Instead of the call: nothing was applied.
    Before,
    /// After the call took effect: its answer is lost, late or replaced.
    After,
    /// While the request's body is still coming: nothing was applied.
    DuringRequest,
    /// While the answer is on its way: the call took effect.
    DuringResponse,
}

impl Phase {
    const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::DuringRequest => "during_request",
            Self::DuringResponse => "during_response",
        }
    }
}

/// What stands in the body of an injected status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Google's shape: an error, or for a status below 400 an object without fields.
    #[default]
    Google,
    /// A page for people: a proxy's error, or the sign-in page of a captive portal.
    Html,
    /// Nothing.
    Empty,
    /// JSON that ends in the middle: of the true answer, where the call took effect.
    Truncated,
    /// Bytes that are no text.
    Garbage,
}

/// How `Retry-After` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Retry {
    /// So many seconds.
    Seconds(u64),
    /// A date, so many seconds from now.
    Date {
        /// The seconds from now.
        date: u64,
    },
}

/// What follows a stall.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The call goes on as if nothing had been.
    #[default]
    Answer,
    /// The connection is closed.
    Close,
}

/// How the client can tell where the answer's body ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// By its announced length: a client can see that something is missing.
    #[default]
    Length,
    /// By the connection's end: a cut answer looks like a whole one.
    Close,
}

/// What the caller sees, or what happens, instead of the usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// An answer of this status.
    Status {
        /// The HTTP status.
        code: u16,
        /// A `Retry-After` header.
        #[serde(default)]
        retry_after: Option<Retry>,
        /// The body.
        #[serde(default)]
        body: Content,
    },
    /// 302 to another place, as captive portals do.
    Redirect {
        /// The `Location` header.
        location: String,
    },
    /// The connection is dropped without an answer.
    Close,
    /// The connection is reset: TCP's RST.
    Reset,
    /// Nothing happens for a while.
    Stall {
        /// How long, in milliseconds.
        ms: u64,
        /// And then?
        #[serde(default)]
        then: Then,
    },
    /// The answer comes a few bytes at a time.
    Drip {
        /// How many bytes at a time.
        bytes: usize,
        /// The milliseconds between them.
        ms: u64,
    },
    /// The answer's body is cut after so many bytes.
    Truncate {
        /// The bytes that still come.
        at: usize,
        /// Whether the client can see it.
        #[serde(default)]
        framing: Framing,
    },
    /// Bytes that are no HTTP, then the connection's end.
    Garbage,
    /// The call is applied twice, as by a proxy that repeats; the second answer is given.
    ApplyTwice,
    /// The answer is lost now and the call takes effect later, as a commit that surfaces after
    /// the client's timeout.
    ApplyLate {
        /// How much later, in milliseconds.
        ms: u64,
    },
}

impl Action {
    /// Returns an error of this status in Google's shape.
    pub const fn status(code: u16) -> Self {
        Self::Status { code, retry_after: None, body: Content::Google }
    }

    /// Returns the same status with another body.
    #[must_use]
    pub fn with(mut self, content: Content) -> Self {
        if let Self::Status { body, .. } = &mut self {
            *body = content;
        }
        self
    }

    /// Returns the same status with a `Retry-After` of so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.retry(Retry::Seconds(seconds))
    }

    /// Returns the same status with a `Retry-After` date, so many seconds from now.
    #[must_use]
    pub fn retry_at(self, seconds: u64) -> Self {
        self.retry(Retry::Date { date: seconds })
    }

    fn retry(mut self, retry: Retry) -> Self {
        if let Self::Status { retry_after, .. } = &mut self {
            *retry_after = Some(retry);
        }
        self
    }

    /// Returns a redirect.
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::Redirect { location: location.into() }
    }

    /// Returns a stall after which the call goes on.
    pub const fn stall(ms: u64) -> Self {
        Self::Stall { ms, then: Then::Answer }
    }

    /// Returns a stall after which the connection is closed.
    pub const fn hang_up(ms: u64) -> Self {
        Self::Stall { ms, then: Then::Close }
    }

    /// Returns a cut that the client can see, for the length was announced.
    pub const fn truncate(at: usize) -> Self {
        Self::Truncate { at, framing: Framing::Length }
    }

    /// Returns a cut that the client can't see, for the body ends with the connection.
    pub const fn cut_silently(at: usize) -> Self {
        Self::Truncate { at, framing: Framing::Close }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Redirect { .. } => "redirect",
            Self::Close => "close",
            Self::Reset => "reset",
            Self::Stall { .. } => "stall",
            Self::Drip { .. } => "drip",
            Self::Truncate { .. } => "truncate",
            Self::Garbage => "garbage",
            Self::ApplyTwice => "apply_twice",
            Self::ApplyLate { .. } => "apply_late",
        }
    }

    /// Tells whether it makes sense, at that time.
    pub(super) fn check(&self, phase: Phase) -> Result<(), BadFault> {
        match self {
            Self::Status { code, .. } if !(200..600).contains(code) => {
                return Err(BadFault::Status(*code));
            }
            Self::Redirect { location } if HeaderValue::from_str(location).is_err() => {
                return Err(BadFault::Location);
            }
            Self::Drip { bytes: 0, .. } => return Err(BadFault::Zero("drip's bytes")),
            _ => {}
        }
        let fits = match self {
            Self::Close | Self::Reset | Self::Stall { .. } => true,
            Self::Status { .. } | Self::Redirect { .. } | Self::Garbage => {
                phase != Phase::DuringResponse
            }
            Self::Drip { .. } | Self::Truncate { .. } => {
                matches!(phase, Phase::After | Phase::DuringResponse)
            }
            Self::ApplyTwice | Self::ApplyLate { .. } => phase == Phase::After,
        };
        let refused = BadFault::Phase { action: self.word(), phase: phase.word() };
        if fits { Ok(()) } else { Err(refused) }
    }

    /// Returns how long a stall lasts.
    pub(in super::super) fn wait(&self) -> Duration {
        match self {
            Self::Stall { ms, .. } => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }
}
