//! The token endpoint.

use crate::emulator_client::{ADMIN, ALICE, Api, GOOGLE, IMPORT, options, sign};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use chatferry::emulator::{Options, Person};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_signed_assertion_gets_a_bearer_token() {
    let api = Api::start(options()).await;
    let answer = api.assertion(&api.claims(Some(ALICE), &[IMPORT])).await;
    assert_eq!(
        (answer.status, &answer.body["token_type"], &answer.body["expires_in"]),
        (200, &json!("Bearer"), &json!(3599))
    );
    assert_eq!(answer.headers["x-emulator-instance"], api.emulator.instance());
    let mut own = api.claims(Some(ALICE), &[IMPORT]);
    own["aud"] = format!("{}/token", api.emulator.url()).into();
    assert_eq!(api.assertion(&own).await.status, 200);
}

#[tokio::test]
async fn padding_of_base64_is_optional() {
    let api = Api::start(options()).await;
    let signed = sign(api.emulator.key_json(), &api.claims(Some(ALICE), &[IMPORT]));
    let (head, signature) = signed.rsplit_once('.').unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    let padded = URL_SAFE.encode(bytes).replace('=', "%3D");
    assert!(padded.ends_with("%3D"));
    assert_eq!(api.grant(&format!("{head}.{padded}")).await.status, 200);
}

async fn refused(api: &Api, change: impl FnOnce(&mut Value)) -> (u16, String, String) {
    let mut claims = api.claims(Some(ALICE), &[IMPORT]);
    change(&mut claims);
    let answer = api.assertion(&claims).await;
    let word = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, word("error"), word("error_description"))
}

#[tokio::test]
async fn each_fault_of_an_assertion_has_googles_error() {
    let suspended =
        Person { email: "gone@example.com".into(), suspended: true, ..Person::default() };
    let mut setup = options();
    setup.directory.push(suspended);
    setup.delegated = Some(vec!["https://www.googleapis.com/auth/chat.import".into()]);
    let api = Api::start(setup).await;
    let grant = |text: &str| (400, "invalid_grant".to_owned(), text.to_owned());
    assert_eq!(
        refused(&api, |c| c["sub"] = "nobody@example.com".into()).await,
        grant("Invalid email or User ID")
    );
    assert_eq!(refused(&api, |c| c["sub"] = "gone@example.com".into()).await.0, 400);
    assert!(
        refused(&api, |c| c["iat"] = json!(c["iat"].as_i64().unwrap() - 7200))
            .await
            .2
            .contains("short-lived")
    );
    assert!(
        refused(&api, |c| c["exp"] = json!(c["exp"].as_i64().unwrap() + 7200))
            .await
            .2
            .contains("short-lived")
    );
    assert!(
        refused(&api, |c| {
            c["iat"] = json!(c["iat"].as_i64().unwrap() + 900);
            c["exp"] = json!(c["iat"].as_i64().unwrap() + 3600);
        })
        .await
        .2
        .contains("short-lived")
    );
    assert!(
        refused(&api, |c| c["aud"] = "https://example.com/token".into())
            .await
            .2
            .contains("audience")
    );
    assert_eq!(
        refused(&api, |c| c["scope"] = "https://www.googleapis.com/auth/chat.bot".into()).await.1,
        "unauthorized_client"
    );
    assert_eq!(refused(&api, |c| c["scope"] = "nonsense".into()).await.1, "invalid_scope");
    assert_eq!(refused(&api, |c| c["iss"] = "other@example.com".into()).await.1, "invalid_grant");
}

/// Two emulators may draw the same key.
fn pem(api: &Api) -> String {
    let key: Value = serde_json::from_str(api.emulator.key_json()).unwrap();
    key["private_key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn another_key_is_refused() {
    let api = Api::start(options()).await;
    let mut other = Api::start(options()).await;
    while pem(&other) == pem(&api) {
        other = Api::start(options()).await;
    }
    let answer =
        api.grant(&sign(other.emulator.key_json(), &api.claims(Some(ALICE), &[IMPORT]))).await;
    assert_eq!(
        (answer.status, &answer.body["error_description"]),
        (400, &json!("Invalid JWT Signature."))
    );
}

#[tokio::test]
async fn a_token_ends_with_its_life_on_the_emulators_clock() {
    let api = Api::start(Options { token_life: Duration::from_secs(100), ..options() }).await;
    let token = api.user(ADMIN).await;
    let path = "/v1/spaces/none/members";
    assert_eq!(api.get(path, &token).await.status, 404);
    api.emulator.advance(Duration::from_secs(101));
    assert_eq!(api.get(path, &token).await.error(), (401, "UNAUTHENTICATED"));
    assert_eq!(api.get(path, "nonsense").await.status, 401);
    assert_eq!(api.get(path, &api.user(ADMIN).await).await.status, 404);
}

#[tokio::test]
async fn a_key_is_made_fast_enough_to_start_with() {
    let began = tokio::time::Instant::now();
    let api = Api::start(options()).await;
    println!("started in {:?}", began.elapsed());
    let key: Value = serde_json::from_str(api.emulator.key_json()).unwrap();
    assert_eq!(key["token_uri"], format!("{}/token", api.emulator.url()));
    assert_eq!(key["project_id"], "chatferry-emulator");
    assert_ne!(GOOGLE, key["token_uri"]);
}
