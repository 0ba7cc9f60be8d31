//! Errors in Google's shapes: `google.rpc.Status` for Chat, the older form for the Directory, and
//! OAuth's own for tokens.

use super::coverage::Point;
use super::dialects::{Dialects, Throttle};
use serde_json::{Value, json};
use std::time::Duration;

/// Why a request was refused, before it is written down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) status: &'static str,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) retry: Option<Duration>,
    pub(super) fields: Vec<Violation>,
    /// The behaviour that it is; none for a fault.
    pub(super) point: Option<Point>,
}

/// One thing that is wrong with a request's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) field: String,
    pub(super) text: String,
}

/// What a method gives: an answer or a refusal.
pub(super) type Outcome<T> = Result<T, Refusal>;

impl Refusal {
    fn of(
        code: u16,
        status: &'static str,
        reason: &'static str,
        point: impl Into<Option<Point>>,
        message: impl Into<String>,
    ) -> Self {
        let (message, retry, fields) = (message.into(), None, Vec::new());
        Self { code, status, reason, message, retry, fields, point: point.into() }
    }

    pub(super) fn invalid(point: Point, message: impl Into<String>) -> Self {
        Self::of(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", point, message)
    }

    pub(super) fn precondition(point: Point, message: impl Into<String>) -> Self {
        Self::of(400, "FAILED_PRECONDITION", "FAILED_PRECONDITION", point, message)
    }

    pub(super) fn unauthenticated() -> Self {
        let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login \
                       cookie or other valid authentication credential.";
        Self::of(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", Point::NoToken, message)
    }

    pub(super) fn forbidden(point: Point, message: impl Into<String>) -> Self {
        Self::of(403, "PERMISSION_DENIED", "PERMISSION_DENIED", point, message)
    }

    pub(super) fn scope() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::of(
            403,
            "PERMISSION_DENIED",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            Point::NoScope,
            message,
        )
    }

    pub(super) fn not_found(point: Point, message: impl Into<String>) -> Self {
        Self::of(404, "NOT_FOUND", "NOT_FOUND", point, message)
    }

    /// What Chat says to an app that is not configured in the console.
    pub(super) fn app_off() -> Self {
        Self::not_found(
            Point::AppOff,
            "Google Chat app not found. To create a Chat app, you must turn on the Chat API and configure the app in the Google Cloud console.",
        )
    }

    /// What Google says of an API that is not enabled.
    pub(super) fn api_off(api: &str) -> Self {
        let message = format!(
            "{api} has not been used in project chatferry-emulator before or it is disabled. Enable it in the Google Cloud console, then retry."
        );
        Self::of(403, "PERMISSION_DENIED", "SERVICE_DISABLED", Point::ApiOff, message)
    }

    /// What IAM says to somebody without a role.
    pub(super) fn lacks(permission: &str) -> Self {
        let message =
            format!("Permission '{permission}' denied on resource (or it may not exist).");
        let reason = "IAM_PERMISSION_DENIED";
        Self::of(403, "PERMISSION_DENIED", reason, Point::TokenCreator, message)
    }

    /// What Chat says as somebody for whom the organisation turned it off.
    pub(super) fn chat_off() -> Self {
        Self::precondition(Point::UserChatOff, "Google Chat is turned off for this user.")
    }

    pub(super) fn exists(point: Point, message: impl Into<String>) -> Self {
        Self::of(409, "ALREADY_EXISTS", "ALREADY_EXISTS", point, message)
    }

    pub(super) fn unmodelled(what: &str) -> Self {
        Self::of(
            501,
            "UNIMPLEMENTED",
            "NOT_MODELLED",
            Point::Unmodelled,
            format!("This emulator does not model {what}."),
        )
    }

    pub(super) fn malformed(fields: Vec<Violation>) -> Self {
        let lines =
            fields.iter().map(|violation| violation.text.as_str()).collect::<Vec<_>>().join("\n");
        Self { fields, ..Self::invalid(Point::Malformed, lines) }
    }

    pub(super) fn throttled(metric: &str, wait: Duration, dialects: &Dialects) -> Self {
        let message =
            format!("Quota exceeded for quota metric '{metric}' of service 'chat.googleapis.com'.");
        let refusal = match dialects.throttle {
            Throttle::TooMany => {
                Self::of(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", Point::Quota, message)
            }
            Throttle::Forbidden => {
                Self::of(403, "PERMISSION_DENIED", "rateLimitExceeded", Point::Quota, message)
            }
        };
        Self { retry: Some(wait), ..refusal }
    }

    /// An error of a status that a fault asks for, with the status name that belongs to it.
    pub(super) fn injected(code: u16) -> Self {
        let status = match code {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            409 => "ABORTED",
            429 => "RESOURCE_EXHAUSTED",
            500 => "INTERNAL",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            _ => "UNKNOWN",
        };
        let reason = if code == 429 { "RATE_LIMIT_EXCEEDED" } else { status };
        Self::of(code, status, reason, None, "The service is currently unavailable.")
    }

    /// Writes the error as Chat does.
    pub(super) fn rpc(&self, dialects: &Dialects) -> Vec<u8> {
        let mut error =
            json!({ "code": self.code, "message": self.message, "status": self.status });
        let details = self.details(dialects);
        if !details.is_empty() {
            error["details"] = Value::Array(details);
        }
        if self.reason == "rateLimitExceeded" {
            error["errors"] = json!([{ "message": self.message, "domain": "usageLimits", "reason": self.reason }]);
        }
        json!({ "error": error }).to_string().into_bytes()
    }

    fn details(&self, dialects: &Dialects) -> Vec<Value> {
        let mut details = Vec::new();
        if dialects.error_info {
            details.push(json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": self.reason,
                "domain": "googleapis.com",
                "metadata": { "service": "chat.googleapis.com" },
            }));
        }
        if !self.fields.is_empty() {
            let fields: Vec<_> = self
                .fields
                .iter()
                .map(|v| json!({ "field": v.field, "description": v.text }))
                .collect();
            details.push(json!({ "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields }));
        }
        details
    }

    /// Writes the error as the Directory does.
    pub(super) fn legacy(&self) -> Vec<u8> {
        let reason = match self.code {
            400 => "invalid",
            401 => "authError",
            403 if self.reason == "SERVICE_DISABLED" => "accessNotConfigured",
            403 => "forbidden",
            _ => self.reason,
        };
        let errors = json!([{ "message": self.message, "domain": "global", "reason": reason }]);
        json!({ "error": { "code": self.code, "message": self.message, "errors": errors } })
            .to_string()
            .into_bytes()
    }
}
