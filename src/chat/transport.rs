//! The seam between the client and the network: real HTTP, or a router called in-process.

use futures_util::future::BoxFuture;
use std::fmt::Debug;
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// A request with absolute URL, headers and body.
pub type HttpRequest = http::Request<Bytes>;
/// A response, read to its end.
pub type HttpResponse = http::Response<Bytes>;

/// Carries one request to a server and its answer back.
pub trait Transport: Send + Sync + Debug {
    /// Sends the request and reads the whole answer, within `deadline`. Never follows redirects
    /// and never repeats a request that may have arrived.
    fn call(
        &self,
        request: HttpRequest,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;
}

/// Why there is no answer; holds no URL, no header and no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct TransportError {
    /// Whether the request may have reached the server.
    pub sent: bool,
    /// What went wrong, in plain words.
    pub why: &'static str,
}

impl TransportError {
    /// The request surely never left.
    pub const fn not_sent(why: &'static str) -> Self {
        Self { sent: false, why }
    }

    /// The request may have arrived.
    pub const fn unanswered(why: &'static str) -> Self {
        Self { sent: true, why }
    }
}
