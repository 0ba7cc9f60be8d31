//! An answer on its way out, whole or not.

use super::dialects::Dialects;
use super::faults::{FaultId, Framing};
use super::refusal::Refusal;
use super::script::{self, Script};
use axum::body::{Body, Bytes};
use axum::response::Response;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use std::time::Duration;

/// Marks a response that must not be sent, and says what happens to the connection instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It is closed.
    Closed,
    /// It is reset.
    Reset,
    /// It gets bytes that are no HTTP, and is closed.
    Garbage,
}

/// How an answer leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Course {
    /// As it should.
    #[default]
    Whole,
    /// Not at all.
    Withheld(Withheld),
    /// Until it breaks off.
    Cut(Cut),
    /// So many bytes at a time, with so long between them.
    Drip(usize, Duration),
}

/// Where and how an answer breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// After so many bytes of the body.
    pub(super) at: usize,
    /// Whether the whole length is announced.
    pub(super) framing: Framing,
    /// So long after the last byte.
    pub(super) wait: Duration,
    /// With a reset, not with an orderly end.
    pub(super) reset: bool,
}

/// Status, body and the headers beyond the usual ones.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) course: Course,
    /// The fault that made it what it is.
    pub(super) fault: Option<FaultId>,
}

impl From<Vec<u8>> for Reply {
    fn from(body: Vec<u8>) -> Self {
        Self { status: 200, body, ..Self::default() }
    }
}

impl Reply {
    pub(super) fn withheld(how: Withheld) -> Self {
        Self { course: Course::Withheld(how), ..Self::default() }
    }

    pub(super) fn of(status: u16, body: Vec<u8>) -> Self {
        Self { status, body, ..Self::default() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    /// Writes a refusal down. A fault may ask for `Retry-After` whatever the dialect says.
    pub(super) fn refused(refusal: &Refusal, body: Vec<u8>, dialects: &Dialects) -> Self {
        let reply = Self::of(refusal.code, body);
        match refusal.retry.filter(|_| dialects.retry_after) {
            Some(wait) => reply.with("retry-after", wait.as_secs_f64().ceil().to_string()),
            None => reply,
        }
    }

    /// Returns the status as the journal has it: 0 for an answer that doesn't arrive whole.
    pub(super) fn journalled(&self) -> u16 {
        if matches!(self.course, Course::Whole | Course::Drip(..)) { self.status } else { 0 }
    }

    pub(super) fn into_response(self, instance: &HeaderValue) -> Response {
        let (body, course) = (Bytes::from(self.body), self.course);
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
        headers.insert("x-emulator-instance", instance.clone());
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        match course {
            Course::Whole => {
                *response.body_mut() = Body::from(body);
                return response;
            }
            Course::Withheld(how) => {
                response.extensions_mut().insert(how);
            }
            Course::Cut(Cut { framing: Framing::Close, .. }) => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Course::Cut(_) | Course::Drip(..) => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
                headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            }
        }
        let script = Script::new(&response, &body, course, self.fault);
        *response.body_mut() = script::body(body, course);
        response.extensions_mut().insert(script);
        response
    }
}
