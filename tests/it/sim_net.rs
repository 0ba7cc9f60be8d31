//! The network of a simulation: an emulator called in-process, that can be cut off or deliver
//! everything twice; and tokens fetched through it.

#![expect(clippy::disallowed_types, reason = "calls the emulator's router without a socket")]

use crate::emulator_client::{GOOGLE, sign};
use axum::Router;
use axum::body::Body;
use chatferry::chat::{
    Asked, HttpRequest, HttpResponse, Mint, Scopes, Token, TokenError, Transport, TransportError,
};
use chatferry::clock::Clock;
use chatferry::draft::Identity;
use chatferry::emulator::{Emulator, Withheld};
use futures_util::future::{BoxFuture, join};
use http::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::bytes::Bytes;
use tower::ServiceExt as _;

/// What the network does with writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Twice {
    /// Delivers them once.
    #[default]
    Never,
    /// Delivers them twice, one after the other, and returns the second answer.
    Second,
    /// The same, returning the first answer.
    First,
    /// Delivers both at the same moment, and returns either answer by turns.
    AtOnce,
}

/// One request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// When, since the network was made.
    pub(crate) at: Duration,
    /// `POST`, `GET`.
    pub(crate) verb: Method,
    /// The path without its query.
    pub(crate) path: String,
    /// The status that came back; 0 for none.
    pub(crate) status: u16,
}

/// The way from the client to the emulator.
#[derive(Debug)]
pub(crate) struct Net {
    router: Router,
    twice: Twice,
    began: Instant,
    outage: Mutex<Option<(Instant, Instant)>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    turns: AtomicU64,
    refused: AtomicU64,
}

impl Net {
    pub(crate) fn to(emulator: &Emulator, twice: Twice) -> Self {
        Self {
            router: emulator.router(),
            twice,
            began: Instant::now(),
            outage: Mutex::new(None),
            seen: Arc::default(),
            turns: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Lets nothing through from `after` on, for so long.
    pub(crate) fn cut(&self, after: Duration, long: Duration) {
        let from = Instant::now() + after;
        *self.outage.lock().unwrap() = Some((from, from + long));
    }

    /// Returns what arrived so far.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap()
    }

    /// Returns how many calls found no network.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn is_cut(&self) -> bool {
        let now = Instant::now();
        let cut = self.outage.lock().unwrap().is_some_and(|(from, to)| (from..to).contains(&now));
        self.refused.fetch_add(u64::from(cut), Ordering::Relaxed);
        cut
    }

    /// Delivers one request. The server works on even if the client gives up.
    async fn once(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let (router, seen) = (self.router.clone(), Arc::clone(&self.seen));
        let (at, request) = (self.began.elapsed(), request.clone());
        let (verb, path) = (request.method().clone(), request.uri().path().to_owned());
        let served = tokio::spawn(async move {
            let Ok(response) = router.oneshot(request.map(Body::from)).await;
            let withheld = response.extensions().get::<Withheld>().is_some();
            let (head, body) = response.into_parts();
            let status = if withheld { 0 } else { head.status.as_u16() };
            seen.lock().unwrap().push(Seen { at, verb, path, status });
            let bytes = axum::body::to_bytes(body, usize::MAX).await;
            let bytes = bytes.map_err(|_| TransportError::unanswered("the connection broke"))?;
            if withheld {
                return Err(TransportError::unanswered("the connection broke"));
            }
            Ok(HttpResponse::from_parts(head, bytes))
        });
        served.await.expect("the emulator does not panic")
    }

    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let once = request.method() == Method::GET || request.uri().path() == "/token";
        match self.twice {
            _ if once => self.once(&request).await,
            Twice::Never => self.once(&request).await,
            Twice::Second => {
                let _ = self.once(&request).await;
                self.once(&request).await
            }
            Twice::First => {
                let first = self.once(&request).await;
                let _ = self.once(&request).await;
                first
            }
            Twice::AtOnce => {
                let (one, other) = join(self.once(&request), self.once(&request)).await;
                let turn = self.turns.fetch_add(1, Ordering::Relaxed);
                if turn.is_multiple_of(2) { one } else { other }
            }
        }
    }
}

impl Transport for Net {
    fn call(
        &self,
        request: HttpRequest,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            if self.is_cut() {
                return Err(TransportError::not_sent("no connection to the server"));
            }
            let late = |_| TransportError::unanswered("no answer in time");
            tokio::time::timeout(deadline, self.carry(request)).await.map_err(late)?
        })
    }
}

/// Fetches tokens as the real key does: a signed assertion, posted to the emulator.
#[derive(Debug)]
pub(crate) struct Fetch {
    net: Arc<Net>,
    key: String,
    clock: Arc<dyn Clock>,
}

impl Fetch {
    pub(crate) fn new(net: Arc<Net>, emulator: &Emulator, clock: Arc<dyn Clock>) -> Self {
        let key = emulator.key_json().to_owned();
        Self { net, key, clock }
    }

    async fn fetch(
        &self,
        identity: &Identity,
        scopes: Scopes,
    ) -> Result<(Token, Duration), TokenError> {
        let subject = match identity {
            Identity::User(account) => Some(account.as_str()),
            Identity::App => None,
        };
        let assertion = assertion(&self.key, subject, &scopes.urls().join(" "), self.clock.wall());
        let form = format!(
            "assertion={assertion}&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        );
        let request = http::Request::post("http://localhost/token").body(Bytes::from(form));
        let request = request.expect("a good request");
        let answer = self.net.call(request, Duration::from_secs(30)).await;
        let answer = answer.map_err(|_| TokenError::Transient("no connection".to_owned()))?;
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let token = said["access_token"].as_str().and_then(Token::new);
        match (token, said["expires_in"].as_u64(), said["error"].as_str()) {
            (Some(token), Some(life), _) => Ok((token, Duration::from_secs(life))),
            (_, _, Some(error)) => {
                let asked = Asked { client_id: "1", scopes: "s", as_user: subject.is_some() };
                let description = said["error_description"].as_str().unwrap_or_default();
                Err(TokenError::read(error, description, asked))
            }
            _ => Err(TokenError::Transient("no token in the answer".to_owned())),
        }
    }
}

impl Mint for Fetch {
    fn mint<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<(Token, Duration), TokenError>> {
        Box::pin(self.fetch(identity, scopes))
    }
}

/// Signs an assertion dated to the last half hour: simulations share a key and begin at the same
/// moment, so each is signed once for all of them.
fn assertion(key: &str, subject: Option<&str>, scopes: &str, wall: i64) -> String {
    static SIGNED: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let issued = wall / 1_000_000 / 1_800 * 1_800;
    let name = format!("{subject:?} {scopes} {issued}");
    let mut signed = SIGNED.lock().unwrap();
    let signed = signed.get_or_insert_default();
    let claims = || {
        let account: Value = serde_json::from_str(key).expect("a key is JSON");
        let mut claims = json!({
            "iss": account["client_email"], "aud": GOOGLE, "iat": issued, "exp": issued + 3600,
            "scope": scopes,
        });
        if let Some(subject) = subject {
            claims["sub"] = subject.into();
        }
        claims
    };
    signed.entry(name).or_insert_with(|| sign(key, &claims())).clone()
}
