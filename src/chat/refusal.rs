//! Errors: a refusal in Google's form, a request to slow down, or neither.

use super::date::{retry_after, retry_delay};
use super::echo;
use super::redact::shorten;
use super::rejection::{Rejection, status_of};
use super::{Doubt, HttpResponse, Outcome, Why};
use crate::ids::Micros;
use serde::Deserialize;
use std::time::Duration;

/// Returns the class of an error that leaves the call's end unknown.
pub(super) fn trouble(response: &HttpResponse, wall: Micros) -> Outcome {
    let http = response.status().as_u16();
    let asked = retry_after(response.headers(), wall);
    Outcome::Ambiguous(Why { doubt: Doubt::ServerError, http: Some(http), retry_after: asked })
}

/// Google's error body: `google.rpc.Status` in JSON, or the older form with `errors`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    message: Option<String>,
    #[serde(rename = "status")]
    code: Option<String>,
    details: Vec<Detail>,
    errors: Vec<Older>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    reason: Option<String>,
    retry_delay: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    quota_limit: Option<String>,
    quota_metric: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Older {
    reason: Option<String>,
}

impl Status {
    fn reason(&self) -> Option<&str> {
        let detail = self.details.iter().find_map(|detail| detail.reason.as_deref());
        detail.or_else(|| self.errors.iter().find_map(|older| older.reason.as_deref()))
    }

    fn is_throttle(&self, http: u16) -> bool {
        let reasons =
            ["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "quotaExceeded"];
        let reason = self.reason().is_some_and(|reason| reasons.contains(&reason));
        let status = self.code.as_deref() == Some("RESOURCE_EXHAUSTED");
        http == 403 && (reason || status || self.speaks_of_quota())
    }

    /// A missing quota project is no throttling: something must have been exceeded.
    fn speaks_of_quota(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        message.contains("quota") && message.contains("exceed")
    }

    /// Some statuses say that the call may have been applied, whatever HTTP number they come with.
    fn leaves_doubt(&self) -> bool {
        let doubtful =
            ["INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "DATA_LOSS"];
        self.code.as_deref().is_some_and(|status| doubtful.contains(&status))
    }

    fn throttled(&self, asked: Option<Duration>) -> Outcome {
        let delays = self.details.iter().filter_map(|detail| detail.retry_delay.as_deref());
        let mut limits = self.details.iter().filter_map(|detail| detail.metadata.as_ref());
        Outcome::Throttled {
            retry_after: delays.filter_map(retry_delay).chain(asked).max(),
            limit: limits
                .find_map(|limit| limit.quota_limit.as_deref().or(limit.quota_metric.as_deref()))
                .map(shorten),
        }
    }
}

/// Returns the class of a 4xx.
pub(super) fn refusal(response: &HttpResponse, sent: &str, wall: Micros) -> Outcome {
    let http = response.status().as_u16();
    let asked = retry_after(response.headers(), wall);
    let read = serde_json::from_slice::<Refusal>(response.body()).ok();
    let status = read.and_then(|refusal| refusal.error);
    if http == 429 {
        return status.unwrap_or_default().throttled(asked);
    }
    match status {
        Some(status) if status.is_throttle(http) => status.throttled(asked),
        Some(status) if status.leaves_doubt() => trouble(response, wall),
        Some(Status { message: None, code: None, .. }) | None => {
            let why = Why { doubt: Doubt::Foreign, http: Some(http), retry_after: asked };
            Outcome::Ambiguous(why)
        }
        Some(status) => Outcome::Rejected(Rejection {
            http,
            reason: status.reason().map(shorten),
            status: status.code.as_deref().map_or_else(|| status_of(http).to_owned(), shorten),
            message: echo::without(status.message.as_deref().unwrap_or_default(), sent),
        }),
    }
}
