//! The client: a frozen request in, one outcome out.

use super::instance::Instance;
use super::skew::Skew;
use super::{
    Base, Doubt, Expect, HttpRequest, HttpResponse, Outcome, Scopes, TokenError, TokenSource,
    Transport, Why, classify,
};
use crate::clock::Clock;
use crate::crash::point;
use crate::draft::Identity;
use crate::wire::{Request, Verb};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// The total time of a call; an upload has more.
const DEADLINE: Duration = Duration::from_mins(1);

/// Google's API, with tokens and clock. A clone shares everything.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    tokens: Arc<dyn TokenSource>,
    pub(super) base: Arc<Base>,
    clock: Arc<dyn Clock>,
    skew: Arc<Skew>,
    instance: Arc<Instance>,
    deadline: Duration,
}

impl Client {
    /// Returns a client of the servers of `base`.
    pub fn new(
        transport: Arc<dyn Transport>,
        tokens: Arc<dyn TokenSource>,
        base: Base,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (skew, instance) = (Arc::new(Skew::new()), Arc::new(Instance::default()));
        let base = Arc::new(base);
        Self { transport, tokens, base, clock, skew, instance, deadline: DEADLINE }
    }

    /// Returns the client with another total time for each call.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Makes one call. It is repeated only after a 401, once, with a fresh token and otherwise
    /// the same bytes: a 401 says that nothing happened.
    pub async fn call(&self, identity: &Identity, scopes: Scopes, request: &Request) -> Outcome {
        let Some(http) = self.build(request) else {
            return Outcome::NotSent(Why::unanswered(Doubt::Unsendable));
        };
        match self.exchange(identity, scopes, http, self.deadline).await {
            Ok(response) => {
                classify(&response, Expect::of(request), &request.body, self.clock.wall())
            }
            Err(outcome) => outcome,
        }
    }

    /// Checks that a token can be had for an identity, without any call to Chat.
    pub async fn probe(&self, identity: &Identity, scopes: Scopes) -> Result<(), TokenError> {
        match self.tokens.token(identity, scopes).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.dated(error).await),
        }
    }

    /// Returns by how many seconds Google's clock is ahead of ours, as the last answer showed.
    pub fn skew(&self) -> Option<i64> {
        self.skew.get()
    }

    /// Returns which emulator the last answer came from; none where it was no emulator's.
    pub fn instance(&self) -> Option<String> {
        self.instance.get()
    }

    pub(super) fn wall(&self) -> crate::ids::Micros {
        self.clock.wall()
    }

    /// Sends a request with the identity's token and returns whatever came back.
    pub(super) async fn exchange(
        &self,
        identity: &Identity,
        scopes: Scopes,
        request: HttpRequest,
        deadline: Duration,
    ) -> Result<HttpResponse, Outcome> {
        let mut fresh = false;
        loop {
            let token = match self.tokens.token(identity, scopes).await {
                Ok(token) => token,
                Err(error) => return Err(Outcome::Token(self.dated(error).await)),
            };
            let mut signed = request.clone();
            signed.headers_mut().insert(AUTHORIZATION, token.header());
            let response = self.carry(signed, deadline).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            self.tokens.refused(identity, &token);
            if fresh {
                return Ok(response);
            }
            fresh = true;
        }
    }

    async fn carry(
        &self,
        request: HttpRequest,
        deadline: Duration,
    ) -> Result<HttpResponse, Outcome> {
        let sent = self.clock.wall();
        point("call");
        let response = self.transport.call(request, deadline).await?;
        point("answered");
        // A portal on the way has a clock of its own, and answers in HTML.
        if is_json(&response) {
            self.skew.note(&response, sent, self.clock.wall());
        }
        self.instance.note(&response);
        Ok(response)
    }

    /// Puts the measured difference into a clock error.
    async fn dated(&self, error: TokenError) -> TokenError {
        let TokenError::Clock { skew: None } = error else { return error };
        TokenError::Clock { skew: self.measured_skew().await }
    }

    /// Asks for Google's clock now, without credentials, and returns by how many seconds it is
    /// ahead of ours. Whatever the answer is, its header counts.
    pub async fn measured_skew(&self) -> Option<i64> {
        let mut request = HttpRequest::new(Bytes::new());
        if let Ok(uri) = format!("{}/", self.base.chat).parse() {
            *request.uri_mut() = uri;
            let sent = self.clock.wall();
            if let Ok(response) = self.transport.call(request, self.deadline).await {
                self.skew.measure(&response, sent, self.clock.wall());
            }
        }
        self.skew.get()
    }

    fn build(&self, request: &Request) -> Option<HttpRequest> {
        let root = if request.path.starts_with("/admin/") {
            &self.base.directory
        } else {
            &self.base.chat
        };
        let mut url = String::with_capacity(root.len() + request.path.len());
        url.push_str(root);
        url.push_str(&request.path);
        let mut http = HttpRequest::new(Bytes::copy_from_slice(request.body.as_bytes()));
        *http.uri_mut() = url.try_into().ok()?;
        *http.method_mut() = method(request.verb);
        if !request.body.is_empty() {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            http.headers_mut().insert(CONTENT_TYPE, json);
        }
        Some(http)
    }
}

fn is_json(response: &HttpResponse) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

const fn method(verb: Verb) -> Method {
    match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    }
}
