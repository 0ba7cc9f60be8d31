//! A client of the emulator for its tests: signs assertions, speaks HTTP, reads JSON.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chatferry::emulator::{ADMIN_HEADER, Emulator, Options, Person, Quotas};
use http::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

pub(crate) const ADMIN: &str = "admin@example.com";
pub(crate) const ALICE: &str = "alice@example.com";
pub(crate) const BOB: &str = "bob@example.com";
pub(crate) const IMPORT: &str = "chat.import";
pub(crate) const GOOGLE: &str = "https://oauth2.googleapis.com/token";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Returns the status and Google's word for it.
    pub(crate) fn error(&self) -> (u16, &str) {
        (self.status, self.body["error"]["status"].as_str().unwrap_or_default())
    }

    /// Returns the name of what was made, after checking that it was.
    pub(crate) fn name(&self) -> String {
        assert_eq!(self.status, 200, "{:?}", self.body);
        self.body["name"].as_str().unwrap().to_owned()
    }
}

/// An emulator and a client for it.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) emulator: Emulator,
    http: Client<HttpConnector, Body>,
}

/// A fault that never fired is a test's mistake, unless it says `maybe` or is
/// disarmed.
impl Drop for Api {
    fn drop(&mut self) {
        let unfired = self.emulator.unfired();
        assert!(
            std::thread::panicking() || unfired.is_empty(),
            "armed, but never fired: {unfired:#?}"
        );
    }
}

/// Options without quotas, with Alice and Bob.
pub(crate) fn options() -> Options {
    let person =
        |email: &str| Person { email: email.into(), name: "A Person".into(), ..Person::default() };
    Options {
        quotas: Quotas::Off,
        directory: vec![person(ALICE), person(BOB)],
        ..Options::default()
    }
}

impl Api {
    pub(crate) async fn start(options: Options) -> Self {
        let emulator = Emulator::start(options).await.unwrap();
        Self { emulator, http: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Answer, String> {
        let response = self.http.request(request).await.map_err(|error| error.to_string())?;
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(Body::new(body), 1 << 30)
            .await
            .map_err(|error| error.to_string())?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes)));
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    pub(crate) fn request(
        &self,
        verb: &str,
        path: &str,
        token: &str,
        body: impl Into<Body>,
    ) -> Request<Body> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.emulator.url())
        };
        let request =
            Request::builder().method(verb).uri(url).header("content-type", "application/json");
        request.header("authorization", format!("Bearer {token}")).body(body.into()).unwrap()
    }

    /// Calls; a null body is none.
    pub(crate) async fn call(&self, verb: &str, path: &str, token: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(self.request(verb, path, token, body)).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path, token, body).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, Value::Null).await
    }

    /// Asks the emulator itself.
    pub(crate) async fn admin(&self, verb: &str, path: &str, body: &Value) -> Answer {
        let mut request = self.request(verb, &format!("/_emulator/{path}"), "", body.to_string());
        request.headers_mut().insert(ADMIN_HEADER, self.emulator.admin_token().parse().unwrap());
        self.send(request).await.unwrap()
    }

    /// Returns a token for a user, or for the app itself.
    pub(crate) async fn token(&self, subject: Option<&str>, scopes: &[&str]) -> String {
        let answer = self.assertion(&self.claims(subject, scopes)).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    /// Returns a token with `chat.import` for a user.
    pub(crate) async fn user(&self, email: &str) -> String {
        self.token(Some(email), &[IMPORT]).await
    }

    pub(crate) fn claims(&self, subject: Option<&str>, scopes: &[&str]) -> Value {
        let key: Value = serde_json::from_str(self.emulator.key_json()).unwrap();
        let now = jiff::Timestamp::now().as_second();
        let scopes: Vec<_> =
            scopes.iter().map(|scope| format!("https://www.googleapis.com/auth/{scope}")).collect();
        let mut claims = json!({
            "iss": key["client_email"], "aud": GOOGLE, "iat": now, "exp": now + 3600, "scope": scopes.join(" "),
        });
        if let Some(subject) = subject {
            claims["sub"] = subject.into();
        }
        claims
    }

    /// Signs and sends an assertion.
    pub(crate) async fn assertion(&self, claims: &Value) -> Answer {
        let assertion = sign(self.emulator.key_json(), claims);
        self.grant(&assertion).await
    }

    pub(crate) async fn grant(&self, assertion: &str) -> Answer {
        let form = format!(
            "assertion={assertion}&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        );
        self.send(self.request("POST", "/token", "", form)).await.unwrap()
    }

    /// Makes an import space as the admin and returns its name.
    pub(crate) async fn space(&self, name: &str) -> String {
        let admin = self.user(ADMIN).await;
        self.post(&format!("/v1/spaces?requestId={name}"), &admin, space(name)).await.name()
    }

    pub(crate) async fn complete(&self, space: &str, token: &str) -> Answer {
        self.post(&format!("/v1/{space}:completeImport"), token, json!({})).await
    }
}

/// Signs claims with a key file's key.
pub(crate) fn sign(key_json: &str, claims: &Value) -> String {
    let key: Value = serde_json::from_str(key_json).unwrap();
    let pem: String = key["private_key"]
        .as_str()
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A space of 2019.
pub(crate) fn space(name: &str) -> Value {
    json!({ "spaceType": "SPACE", "displayName": name, "importMode": true, "createTime": "2019-01-01T00:00:00Z" })
}

/// A message of so many seconds after noon of 2019-03-01.
pub(crate) fn message(second: u32, text: &str) -> Value {
    json!({ "text": text, "createTime": format!("2019-03-01T12:{:02}:{:02}Z", second / 60, second % 60) })
}
