//! An answer on its way out.

use super::dialects::Dialects;
use super::refusal::Refusal;
use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};

/// Marks a response that must not be sent: the connection is closed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld;

/// Status, body and the headers beyond the usual ones.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) withheld: bool,
}

impl From<Vec<u8>> for Reply {
    fn from(body: Vec<u8>) -> Self {
        Self { status: 200, body, ..Self::default() }
    }
}

impl Reply {
    pub(super) fn withheld() -> Self {
        Self { withheld: true, ..Self::default() }
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

    pub(super) fn into_response(self, instance: &HeaderValue) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
        headers.insert("x-emulator-instance", instance.clone());
        headers.extend(self.headers);
        if self.withheld {
            response.extensions_mut().insert(Withheld);
        }
        response
    }
}
