//! Tokens by delegation, against a token endpoint of our own.

#![expect(clippy::disallowed_types, reason = "the tests serve a token endpoint")]

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use chatferry::chat::{BadKeyFile, KeyFile, Scopes, TokenError, TokenSource};
use chatferry::clock::{Clock, SystemClock};
use chatferry::draft::Identity;
use chatferry::ids::Account;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, OnceLock};

/// What the endpoint answers to whoever asks for Alice or Bob, and the claims that it was shown.
/// All others get their token.
#[derive(Debug)]
struct Endpoint {
    uri: String,
    answer: Arc<Mutex<(u16, String)>>,
    claims: Arc<Mutex<Vec<Value>>>,
}

impl Endpoint {
    /// Serves numbered tokens until told otherwise.
    async fn start() -> Self {
        let answer = Arc::new(Mutex::new((200, String::new())));
        let claims: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (said, shown) = (Arc::clone(&answer), Arc::clone(&claims));
        let token = move |body: String| async move {
            let mut shown = shown.lock().expect("no panic");
            shown.push(claims_of(&body));
            let (mut status, mut body) = said.lock().expect("no panic").clone();
            let number = shown.len();
            let others = ["admin@example.com"].map(Value::from);
            if shown.last().is_some_and(|claims| others.contains(&claims["sub"])) {
                (status, body) = (200, String::new());
            }
            let fresh = json!({"access_token": format!("ya29.{number}"), "expires_in": 3_599, "token_type": "Bearer"});
            let body = if body.is_empty() { fresh.to_string() } else { body };
            (StatusCode::from_u16(status).expect("a status"), body)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let uri = format!("http://{}/token", listener.local_addr().expect("an address"));
        let app = Router::new().route("/token", post(token));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { uri, answer, claims }
    }

    fn says(&self, status: u16, body: &str) {
        *self.answer.lock().expect("no panic") = (status, body.to_owned());
    }

    fn claims(&self) -> Vec<Value> {
        self.claims.lock().expect("no panic").clone()
    }

    fn key(&self) -> KeyFile {
        KeyFile::parse(&key_json(&self.uri), Arc::new(SystemClock)).expect("a key")
    }
}

/// One key for all tests: making it is slow.
fn pem() -> &'static str {
    static PEM: OnceLock<String> = OnceLock::new();
    PEM.get_or_init(|| {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).expect("a key");
        key.to_pkcs8_pem(LineEnding::LF).expect("PEM").to_string()
    })
}

fn key_json(token_uri: &str) -> SecretString {
    let key = json!({
        "type": "service_account", "project_id": "p", "private_key_id": "0123", "private_key": pem(),
        "client_email": "ferry@p.iam.gserviceaccount.com", "client_id": "42", "token_uri": token_uri,
    });
    SecretString::from(key.to_string())
}

/// Reads the claims out of `assertion=HEAD.CLAIMS.SIGNATURE`.
fn claims_of(form: &str) -> Value {
    let assertion = form.split("assertion=").nth(1).expect("an assertion").replace("%3D", "");
    let claims = assertion.split('.').nth(1).expect("claims").trim_end_matches('=');
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in claims.bytes() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let value = alphabet.iter().position(|known| *known == letter).expect("base64url");
        held = (held << 6) | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    serde_json::from_slice(&bytes).expect("JSON")
}

fn user(address: &str) -> Identity {
    Identity::User(Account::new(address))
}

#[tokio::test]
async fn sixty_four_at_once_fetch_one_token() {
    let endpoint = Endpoint::start().await;
    let key = endpoint.key();
    let alice = user("alice@example.com");
    let all = (0..64).map(|_| key.token(&alice, Scopes::IMPORT));
    let tokens = futures_util::future::join_all(all).await;
    assert!(tokens.iter().all(|token| token == &tokens[0] && token.is_ok()));
    let claims = endpoint.claims();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0]["sub"], "alice@example.com");
    assert_eq!(claims[0]["scope"], "https://www.googleapis.com/auth/chat.import");
    assert_eq!(claims[0]["aud"], endpoint.uri.as_str());
}

#[tokio::test]
async fn everybody_has_a_token_of_their_own_and_the_app_impersonates_nobody() {
    let endpoint = Endpoint::start().await;
    let key = endpoint.key();
    let alice = key.token(&user("alice@example.com"), Scopes::IMPORT).await.expect("a token");
    let bob = key.token(&user("bob@example.com"), Scopes::IMPORT).await.expect("a token");
    let reader = key.token(&user("alice@example.com"), Scopes::DIRECTORY).await.expect("a token");
    let app = key.token(&Identity::App, Scopes::BOT).await.expect("a token");
    assert!(alice != bob && alice != reader && app != alice);
    assert!(endpoint.claims()[3].get("sub").is_none_or(Value::is_null));
    assert_eq!(endpoint.claims()[3]["scope"], "https://www.googleapis.com/auth/chat.bot");
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew() {
    let endpoint = Endpoint::start().await;
    let key = endpoint.key();
    let alice = user("alice@example.com");
    let first = key.token(&alice, Scopes::IMPORT).await.expect("a token");
    key.refused(&alice, &first);
    let second = key.token(&alice, Scopes::IMPORT).await.expect("a token");
    assert_ne!(first, second);
    key.refused(&alice, &first);
    assert_eq!(key.token(&alice, Scopes::IMPORT).await, Ok(second), "the newer one stays");
}

#[tokio::test]
async fn a_short_lived_token_is_not_kept() {
    let endpoint = Endpoint::start().await;
    endpoint.says(200, r#"{"access_token":"ya29.x","expires_in":0,"token_type":"Bearer"}"#);
    let key = endpoint.key();
    for _ in 0..3 {
        key.token(&Identity::App, Scopes::BOT).await.expect("a token");
    }
    assert_eq!(endpoint.claims().len(), 3);
}

#[tokio::test]
async fn each_failure_has_its_class_and_none_is_kept_but_that_of_a_person() {
    let endpoint = Endpoint::start().await;
    let key = endpoint.key().with_witness(Account::new("admin@example.com"));
    let (alice, bob) = (user("alice@example.com"), user("bob@example.com"));
    let said =
        |code: &str, text: &str| json!({"error": code, "error_description": text}).to_string();
    let unauthorized = "Client is unauthorized to retrieve access tokens using this method.";
    for (status, body, class) in [
        (
            400,
            said("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)"),
            "Clock",
        ),
        (400, said("invalid_grant", "Invalid JWT Signature."), "Key"),
        (400, said("disabled_client", "The OAuth client was disabled."), "Config"),
        (500, said("internal_failure", "Backend Error"), "Transient"),
        (502, "<html>Bad Gateway</html>".to_owned(), "Transient"),
        (200, "{}".to_owned(), "Transient"),
    ] {
        endpoint.says(status, &body);
        let error = key.token(&alice, Scopes::IMPORT).await.expect_err("refused");
        assert!(format!("{error:?}").starts_with(class), "{body}: {error:?}");
    }
    endpoint.says(200, "");
    assert!(key.token(&alice, Scopes::IMPORT).await.is_ok());
    // The admin's token can be had: so these two concern Bob, and for a while nobody asks again.
    for (status, body) in [
        (400, said("invalid_grant", "Invalid email or User ID")),
        (401, said("unauthorized_client", unauthorized)),
    ] {
        endpoint.says(status, &body);
        let key = endpoint.key().with_witness(Account::new("admin@example.com"));
        let before = endpoint.claims().len();
        for _ in 0..3 {
            let error = key.token(&bob, Scopes::IMPORT).await.expect_err("refused");
            assert!(matches!(error, TokenError::User(_)), "{body}: {error:?}");
        }
        assert_eq!(endpoint.claims().len(), before + 2, "Bob once, and the admin once");
    }
}

#[tokio::test]
async fn a_missing_delegation_says_what_to_paste_where() {
    let endpoint = Endpoint::start().await;
    endpoint.says(401, r#"{"error":"unauthorized_client","error_description":"no"}"#);
    let error =
        endpoint.key().token(&user("a@example.com"), Scopes::IMPORT).await.expect_err("refused");
    insta::assert_snapshot!(error, @"domain-wide delegation is missing: in the Admin console, Security, Access and data control, API controls, Domain-wide delegation, add client ID 42 with the scopes https://www.googleapis.com/auth/chat.import,https://www.googleapis.com/auth/admin.directory.user.readonly");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_may_come_back() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let uri = format!("http://{}/token", listener.local_addr().expect("an address"));
    drop(listener);
    let key = KeyFile::parse(&key_json(&uri), Arc::new(SystemClock)).expect("a key");
    let error = key.token(&Identity::App, Scopes::BOT).await.expect_err("nobody there");
    assert!(matches!(error, TokenError::Transient(_)), "{error:?}");
}

#[test]
fn assertions_go_to_google_or_to_this_machine_only() {
    let open = |uri: &str| KeyFile::parse(&key_json(uri), Arc::new(SystemClock));
    for uri in [
        "https://evil.example/token",
        "http://oauth2.googleapis.com/token",
        "not a uri",
        "",
        "http://127.0.0.1@evil.example/",
    ] {
        assert!(matches!(open(uri), Err(BadKeyFile::TokenUri)), "{uri}");
    }
    assert!(open("http://127.0.0.1:1/token").is_ok_and(|key| key.is_loopback()));
}

#[test]
fn a_file_that_is_no_key_is_refused_without_quoting_it() {
    for text in [
        "",
        "{}",
        "SECRET",
        r#"{"type":"authorized_user","private_key":"SECRET","client_email":"a","token_uri":"b"}"#,
    ] {
        let error =
            KeyFile::parse(&SecretString::from(text), Arc::new(SystemClock)).expect_err("no key");
        assert!(!format!("{error} {error:?}").contains("SECRET"));
    }
}

#[test]
fn a_key_with_a_broken_pem_is_refused_when_it_is_read() {
    let json = json!({"private_key": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n",
        "client_email": "a", "token_uri": "http://127.0.0.1:1/token"});
    let key = KeyFile::parse(&SecretString::from(json.to_string()), Arc::new(SystemClock));
    assert!(matches!(key, Err(BadKeyFile::NotAKey(_))), "{key:?}");
}

#[tokio::test]
async fn an_assertion_is_dated_ten_seconds_back() {
    let endpoint = Endpoint::start().await;
    let before = SystemClock.wall().div_euclid(1_000_000);
    endpoint.key().token(&user("alice@example.com"), Scopes::IMPORT).await.expect("a token");
    let after = SystemClock.wall().div_euclid(1_000_000);
    let claims = &endpoint.claims()[0];
    let (iat, exp) = (claims["iat"].as_i64().expect("iat"), claims["exp"].as_i64().expect("exp"));
    assert!((before - 10..=after - 10).contains(&iat), "{iat}, asked at {before}");
    assert_eq!(exp - iat, 3_600);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused_and_never_shown() {
    use secrecy::ExposeSecret;
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.json");
    write(&path, key_json("http://127.0.0.1:1/token").expose_secret()).expect("written");
    let open = |mode| {
        set_permissions(&path, Permissions::from_mode(mode)).expect("set");
        KeyFile::open(&path, Arc::new(SystemClock))
    };
    for mode in [0o644, 0o640, 0o604] {
        assert!(matches!(open(mode), Err(BadKeyFile::Exposed { .. })), "{mode:o}");
    }
    let key = open(0o600).expect("a key");
    let shown = format!("{key:?}");
    assert!(!shown.contains("PRIVATE") && shown.contains("ferry@p.iam"), "{shown}");
    assert_eq!((key.client_id(), key.client_email()), ("42", "ferry@p.iam.gserviceaccount.com"));
}
