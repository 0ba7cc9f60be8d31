//! The real transport: one HTTP client for everything, with connections kept alive.

use super::crypto::install_crypto;
use super::{BadBase, Base, HttpRequest, HttpResponse, Transport, TransportError};
use futures_util::future::BoxFuture;
use reqwest::redirect::Policy;
use std::time::Duration;
use tokio_util::bytes::{Bytes, BytesMut};

/// Longer than any page that Chat may answer with: 1,000 messages of 32,000 bytes, escaped.
const LONGEST_ANSWER: usize = 128 << 20;
/// A connection that takes longer is none.
const CONNECT: Duration = Duration::from_secs(10);
/// A metadata server is next door or nowhere.
const BESIDE: Duration = Duration::from_secs(3);
/// The total time of a call that names none of its own.
const TOTAL: Duration = Duration::from_mins(1);
/// Shorter than what servers and middleboxes keep idle connections for.
const IDLE: Duration = Duration::from_secs(30);

/// HTTP over the network. A clone shares the connections.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
}

/// Why there is no HTTP client.
#[derive(Debug, thiserror::Error)]
pub enum NoHttp {
    /// An address is not fit for credentials.
    #[error(transparent)]
    Base(#[from] BadBase),
    /// The system's certificates can't be used.
    #[error("no HTTPS client can be made: the system's certificates can't be read")]
    Tls,
}

impl HttpTransport {
    /// Returns a transport to the servers of `base`: https only, unless all are on this machine.
    pub fn new(base: &Base) -> Result<Self, NoHttp> {
        base.check()?;
        Self::of(base.is_loopback())
    }

    /// Returns a transport that only speaks https, or one for this machine, which speaks both. A
    /// proxy of the environment must never see what is meant for this machine.
    pub(super) fn of(local: bool) -> Result<Self, NoHttp> {
        let builder = builder().connect_timeout(CONNECT).https_only(!local);
        Self::build(if local { builder.no_proxy() } else { builder })
    }

    /// Returns a transport to what stands right beside this machine: plain, past every proxy, and
    /// quick to tell that nobody is there.
    pub(super) fn beside() -> Result<Self, NoHttp> {
        Self::build(builder().connect_timeout(BESIDE).no_proxy())
    }

    fn build(builder: reqwest::ClientBuilder) -> Result<Self, NoHttp> {
        let client = builder.build().map_err(|_| NoHttp::Tls)?;
        Ok(Self { client })
    }
}

fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(concat!("chatferry/", env!("CARGO_PKG_VERSION")))
        .timeout(TOTAL)
        .pool_idle_timeout(IDLE)
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
}

impl Transport for HttpTransport {
    fn call(
        &self,
        request: HttpRequest,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let request = convert(request, deadline)?;
            let response = self.client.execute(request).await.map_err(|error| sort(&error))?;
            read(response).await
        })
    }
}

fn convert(request: HttpRequest, deadline: Duration) -> Result<reqwest::Request, TransportError> {
    let (head, body) = request.into_parts();
    let url = reqwest::Url::parse(&head.uri.to_string())
        .map_err(|_| TransportError::not_sent("the address can't be used"))?;
    let bodiless =
        body.is_empty() && matches!(head.method, http::Method::GET | http::Method::DELETE);
    let mut request = reqwest::Request::new(head.method, url);
    *request.headers_mut() = head.headers;
    *request.timeout_mut() = Some(deadline);
    if !bodiless {
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

async fn read(mut response: reqwest::Response) -> Result<HttpResponse, TransportError> {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    std::mem::swap(answer.headers_mut(), response.headers_mut());
    let Some(first) = chunk(&mut response).await? else { return Ok(answer) };
    let Some(second) = chunk(&mut response).await? else {
        *answer.body_mut() = first;
        return Ok(answer);
    };
    let mut body = BytesMut::from(first);
    body.extend_from_slice(&second);
    while let Some(more) = chunk(&mut response).await? {
        if body.len() + more.len() > LONGEST_ANSWER {
            return Err(TransportError::unanswered("the answer is too long"));
        }
        body.extend_from_slice(&more);
    }
    *answer.body_mut() = body.freeze();
    Ok(answer)
}

async fn chunk(response: &mut reqwest::Response) -> Result<Option<Bytes>, TransportError> {
    response.chunk().await.map_err(|error| sort(&error))
}

/// Only a connection that was never made says for sure that nothing was sent. The error itself
/// is dropped: its text holds the URL.
fn sort(error: &reqwest::Error) -> TransportError {
    if error.is_builder() {
        TransportError::not_sent("the request can't be put on the wire")
    } else if error.is_connect() {
        TransportError::not_sent("no connection to the server")
    } else if error.is_timeout() {
        TransportError::unanswered("no answer in time")
    } else {
        TransportError::unanswered("the connection broke")
    }
}
