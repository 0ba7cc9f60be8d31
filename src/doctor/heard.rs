//! What an answer means for whoever looks for what is missing. Pure.

use crate::chat::{Kind, Outcome, Rejection, TokenError};
use std::time::Duration;

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// The call was served.
    Served,
    /// There is nothing of that name: the call itself was let through.
    Absent,
    /// The Cloud project has no Chat app.
    NoApp,
    /// The API is not enabled in the Cloud project.
    NoApi,
    /// The token is not good for this call.
    NoScope,
    /// Refused, for no reason that is known.
    Denied(String),
    /// The service is off for this account.
    ServiceOff,
    /// The token itself is refused, a fresh one too.
    Unknown,
    /// There is no token.
    NoToken(TokenError),
    /// Asked to slow down.
    Busy(Option<Duration>),
    /// No answer that can be used.
    Unclear(String),
}

impl Heard {
    /// Reads an answer.
    pub(super) fn of<T>(answer: Result<T, Outcome>) -> Self {
        match answer {
            Ok(_) | Err(Outcome::Applied(_)) => Self::Served,
            Err(Outcome::Rejected(rejection)) => Self::refused(&rejection),
            Err(Outcome::Token(TokenError::Transient(why))) => Self::Unclear(why),
            Err(Outcome::Token(error)) => Self::NoToken(error),
            Err(Outcome::Throttled { retry_after, .. }) => Self::Busy(retry_after),
            Err(outcome) => Self::Unclear(outcome.to_string()),
        }
    }

    fn refused(rejection: &Rejection) -> Self {
        match rejection.kind() {
            _ if rejection.lacks_scope() => Self::NoScope,
            Kind::AppNotConfigured if rejection.http == 404 => Self::NoApp,
            Kind::AppNotConfigured => Self::NoApi,
            // A name that can't be one is judged after the right to ask.
            Kind::NotFound | Kind::InvalidArgument => Self::Absent,
            Kind::FailedPrecondition => Self::ServiceOff,
            Kind::Unauthenticated => Self::Unknown,
            _ => Self::Denied(rejection.to_string()),
        }
    }

    /// Tells whether another try may bring another answer.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unclear(_))
    }

    /// Tells whether it is the same kind of answer.
    pub(super) fn like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}
