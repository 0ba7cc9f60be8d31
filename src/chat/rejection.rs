//! A refusal in Google's own form, and what kind it is.

use serde::Serialize;
use std::fmt;

/// Google's word for a token that was not asked for the right scope.
const LACKS_SCOPE: &str = "ACCESS_TOKEN_SCOPE_INSUFFICIENT";

/// A refusal in Google's own form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The HTTP status.
    pub http: u16,
    /// Google's status: `INVALID_ARGUMENT`; derived from the HTTP status where there is none.
    pub status: String,
    /// Google's machine-readable reason, if it gave one.
    pub reason: Option<String>,
    /// Google's sentence: redacted, without what we sent, at most 300 characters.
    pub message: String,
}

/// What kind of refusal it is, as far as anybody acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something of that name, id or time is there already.
    AlreadyExists,
    /// The request itself is at fault.
    InvalidArgument,
    /// Not allowed: scope, role, an expired or deleted space, a foreign space.
    PermissionDenied,
    /// Nothing of that name.
    NotFound,
    /// Not in this state.
    FailedPrecondition,
    /// The token is refused, also a fresh one.
    Unauthenticated,
    /// The Cloud project has no Chat app, or its API is off.
    AppNotConfigured,
    /// Another change was under way; a repeat may pass.
    Aborted,
    /// Anything else.
    Other,
}

impl Rejection {
    /// Returns the kind of refusal.
    pub fn kind(&self) -> Kind {
        if self.app_is_missing() {
            return Kind::AppNotConfigured;
        }
        match (self.status.as_str(), self.http) {
            ("ALREADY_EXISTS", _) => Kind::AlreadyExists,
            ("ABORTED", _) => Kind::Aborted,
            ("FAILED_PRECONDITION", _) => Kind::FailedPrecondition,
            ("INVALID_ARGUMENT" | "OUT_OF_RANGE", _) => Kind::InvalidArgument,
            ("PERMISSION_DENIED", _) => Kind::PermissionDenied,
            ("NOT_FOUND", _) => Kind::NotFound,
            ("UNAUTHENTICATED", _) => Kind::Unauthenticated,
            _ => Kind::Other,
        }
    }

    /// Tells whether the token was not asked for the right scope, or may not have it.
    pub fn lacks_scope(&self) -> bool {
        self.reason.as_deref() == Some(LACKS_SCOPE)
    }

    /// Google has no status of its own for this: it is a 404 with a sentence, or a 403 with a
    /// reason when the API as a whole is off.
    fn app_is_missing(&self) -> bool {
        let off = matches!(
            self.reason.as_deref(),
            Some("SERVICE_DISABLED" | "accessNotConfigured" | "ACCESS_NOT_CONFIGURED")
        );
        let message = self.message.to_ascii_lowercase();
        let says = ["chat app not found", "configure the app", "chat app is not configured"];
        off || (self.http == 404 && says.iter().any(|words| message.contains(words)))
    }
}

impl Kind {
    /// Returns the stable code: `already_exists`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyExists => "already_exists",
            Self::InvalidArgument => "invalid_argument",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::FailedPrecondition => "failed_precondition",
            Self::Unauthenticated => "unauthenticated",
            Self::AppNotConfigured => "app_not_configured",
            Self::Aborted => "aborted",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.http, self.status, self.message)
    }
}

/// Returns the status that stands for an HTTP status where the body names none.
pub(super) const fn status_of(http: u16) -> &'static str {
    match http {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        412 => "FAILED_PRECONDITION",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(http: u16, status: &str, reason: Option<&str>, message: &str) -> Rejection {
        Rejection {
            http,
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_conflict_is_no_abort() {
        assert_eq!(rejection(409, "ALREADY_EXISTS", None, "").kind(), Kind::AlreadyExists);
        assert_eq!(rejection(409, "ABORTED", None, "").kind(), Kind::Aborted);
    }

    #[test]
    fn a_missing_app_is_told_from_a_missing_message() {
        let text = "Google Chat app not found. To create a Chat app, you must turn on the Chat API \
                    and configure the app in the Google Cloud console.";
        assert_eq!(rejection(404, "NOT_FOUND", None, text).kind(), Kind::AppNotConfigured);
        assert_eq!(rejection(404, "NOT_FOUND", None, "Message not found").kind(), Kind::NotFound);
        let off = rejection(403, "PERMISSION_DENIED", Some("SERVICE_DISABLED"), "");
        assert_eq!(off.kind(), Kind::AppNotConfigured);
    }
}
