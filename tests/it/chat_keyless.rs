//! Keyless signing, against a metadata server, an IAM and a token endpoint of our own: what is
//! said to each of them, and how often.

#![expect(clippy::disallowed_types, reason = "the tests serve three endpoints")]

use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse;
use chatferry::chat::{Issuer, Keyless, Scopes, TokenError, TokenSource, Trouble};
use chatferry::clock::{Clock, VirtualClock};
use chatferry::draft::Identity;
use chatferry::ids::Account;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const FERRY: &str = "ferry@chatferry-emulator.iam.gserviceaccount.com";
/// The time at which tokens are asked for, in seconds.
const NOW: i64 = 1_700_000_000;

/// What was asked, and what is answered.
#[derive(Debug, Default)]
struct Desk {
    asked: Mutex<Vec<(String, HeaderMap, String)>>,
    /// Answers 401 to whoever brings this token of the machine's.
    stale: Mutex<Option<String>>,
}

impl Desk {
    fn answer(&self, uri: &Uri, headers: HeaderMap, body: String) -> axum::response::Response {
        let mut asked = self.asked.lock().expect("no panic");
        let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
        let bearer = bearer.unwrap_or_default().to_owned();
        asked.push((uri.path().to_owned(), headers, body));
        let count = asked.iter().filter(|(path, ..)| path == uri.path()).count();
        let token = json!({"access_token": format!("ya29.{}{count}", &uri.path()[1..2]), "expires_in": 3599, "token_type": "Bearer"});
        let stale = self.stale.lock().expect("no panic").clone();
        if uri.path().contains("signJwt") {
            if stale.is_some_and(|stale| bearer == format!("Bearer {stale}")) {
                let error =
                    json!({"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "no"}});
                return (StatusCode::UNAUTHORIZED, error.to_string()).into_response();
            }
            return json!({"keyId": "1", "signedJwt": "e30.e30.c2ln"}).to_string().into_response();
        }
        ([("metadata-flavor", "Google")], token.to_string()).into_response()
    }

    fn asked(&self, path: &str) -> Vec<(HeaderMap, String)> {
        let asked = self.asked.lock().expect("no panic");
        let fits = asked.iter().filter(|(asked, ..)| asked.starts_with(path));
        fits.map(|(_, headers, body)| (headers.clone(), body.clone())).collect()
    }

    /// Returns the claims that IAM was asked to sign.
    fn claims(&self) -> Vec<Value> {
        let orders = self.asked("/v1/").into_iter();
        orders
            .map(|(_, body)| {
                let order: Value = serde_json::from_str(&body).expect("JSON");
                serde_json::from_str(order["payload"].as_str().expect("a string")).expect("JSON")
            })
            .collect()
    }
}

async fn start() -> (Arc<Desk>, String) {
    let desk = Arc::new(Desk::default());
    let shared = Arc::clone(&desk);
    let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let shared = Arc::clone(&shared);
        async move { shared.answer(&uri, headers, String::from_utf8_lossy(&body).into_owned()) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (desk, url)
}

fn keyless(url: &str, file: Option<&std::path::Path>) -> Keyless {
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(NOW * 1_000_000));
    Keyless::open(FERRY, file, &Issuer::emulator(url).expect("this machine"), clock).expect("opens")
}

fn user(name: &str) -> Identity {
    Identity::User(Account::new(name))
}

#[tokio::test]
async fn claims_are_ours_dated_ten_seconds_back_and_the_app_names_nobody() {
    let (desk, url) = start().await;
    let keyless = keyless(&url, None);
    keyless.token(&user("ann@example.com"), Scopes::IMPORT).await.expect("a token");
    keyless.token(&Identity::App, Scopes::BOT).await.expect("a token");
    let claims = desk.claims();
    assert_eq!(
        claims[0],
        json!({"iss": FERRY, "sub": "ann@example.com", "aud": format!("{url}/token"),
            "scope": "https://www.googleapis.com/auth/chat.import", "iat": NOW - 10, "exp": NOW + 3590})
    );
    assert!(claims[1].get("sub").is_none() && claims[1]["iat"] == NOW - 10, "{}", claims[1]);
    assert_eq!(claims[1]["scope"], "https://www.googleapis.com/auth/chat.bot");
    let forms = desk.asked("/token");
    let assertion =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=e30.e30.c2ln";
    assert_eq!(forms[forms.len() - 1].1, assertion);
    let machine = desk.asked("/computeMetadata/");
    assert_eq!(
        (machine.len(), &machine[0].0["metadata-flavor"]),
        (1, &"Google".parse().expect("fits"))
    );
}

#[tokio::test]
async fn sixty_four_at_once_sign_once_and_ask_the_machine_once() {
    let (desk, url) = start().await;
    let keyless = keyless(&url, None);
    let (ann, bob) = (user("ann@example.com"), user("bob@example.com"));
    let all = (0..64).map(|n| keyless.token(if n % 2 == 0 { &ann } else { &bob }, Scopes::IMPORT));
    let tokens = futures_util::future::join_all(all).await;
    assert!(tokens.iter().all(Result::is_ok));
    assert_eq!((desk.asked("/v1/").len(), desk.asked("/computeMetadata/").len()), (2, 1));
}

#[tokio::test]
async fn a_token_that_iam_refuses_is_had_anew_and_one_that_chat_refuses_signed_anew() {
    let (desk, url) = start().await;
    let keyless = keyless(&url, None);
    let ann = user("ann@example.com");
    *desk.stale.lock().expect("no panic") = Some("ya29.c1".to_owned());
    let first = keyless.token(&ann, Scopes::IMPORT).await.expect("a token");
    assert_eq!((desk.asked("/v1/").len(), desk.asked("/computeMetadata/").len()), (2, 2));
    keyless.refused(&ann, &first);
    let second = keyless.token(&ann, Scopes::IMPORT).await.expect("a token");
    assert_ne!(first, second);
    assert_eq!((desk.asked("/v1/").len(), desk.asked("/computeMetadata/").len()), (3, 2));
    // A fresh one that is refused as well is no accident.
    *desk.stale.lock().expect("no panic") = Some("ya29.c2".to_owned());
    keyless.refused(&ann, &second);
    keyless.token(&ann, Scopes::IMPORT).await.expect("a third token of the machine's");
}

#[cfg(unix)]
#[tokio::test]
async fn a_login_pays_with_its_project_and_names_who_stands_in_between() {
    use std::os::unix::fs::PermissionsExt;
    let (desk, url) = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("adc.json");
    let source = json!({"type": "authorized_user", "client_id": "emulator-1", "client_secret": "GOCSPX-s",
        "refresh_token": "1//0r", "quota_project_id": "acme-billing"});
    let adc = json!({"type": "impersonated_service_account", "source_credentials": source, "delegates": [],
        "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/hop@acme.iam.gserviceaccount.com:generateAccessToken"});
    std::fs::write(&path, adc.to_string()).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
    keyless(&url, Some(&path)).token(&Identity::App, Scopes::BOT).await.expect("a token");
    let (headers, order) = &desk.asked("/v1/")[0];
    assert_eq!(headers["x-goog-user-project"], "acme-billing");
    let order: Value = serde_json::from_str(order).expect("JSON");
    assert_eq!(
        order["delegates"],
        json!(["projects/-/serviceAccounts/hop@acme.iam.gserviceaccount.com"])
    );
    let form = &desk.asked("/token")[0].1;
    assert_eq!(
        form,
        "grant_type=refresh_token&client_id=emulator-1&client_secret=GOCSPX-s&refresh_token=1%2F%2F0r"
    );
}

#[tokio::test]
async fn a_page_of_some_network_is_no_metadata_server_and_silence_after_a_meeting_passes() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let page = Router::new().fallback(|| async { "<html>Please sign in</html>" });
    let served = tokio::spawn(async move { axum::serve(listener, page).await });
    let keyless = keyless(&url, None);
    let error = keyless.token(&Identity::App, Scopes::BOT).await.expect_err("nobody there");
    assert_eq!(error, TokenError::Keyless(Trouble::NoCredentials));
    served.abort();
    let shown = format!("{keyless:?}");
    assert_eq!(shown, "Keyless(…)");
}
