//! Quotas, faults, validation, the admin calls, and what the dump is good for.

use crate::emulator_client::{ADMIN, ALICE, Api, BOB, message, options, space};
use chatferry::emulator::{
    Action, Dialects, Emulator, Fault, INSTANCE_HEADER, Options, Quotas, Throttle, Withheld,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

#[tokio::test]
async fn the_published_quotas_hold_on_the_emulators_clock() {
    for (throttle, status) in [(Throttle::TooMany, 429), (Throttle::Forbidden, 403)] {
        let dialects = Dialects { throttle, retry_after: true, ..Dialects::default() };
        let api =
            Api::start(Options { quotas: Quotas::Scaled(0.001), dialects, ..options() }).await;
        let token = api.user(ADMIN).await;
        let name = api.post("/v1/spaces?requestId=a", &token, space("a")).await.name();
        let refused = api.post("/v1/spaces?requestId=b", &token, space("b")).await;
        assert_eq!(refused.status, status, "{:?}", refused.body);
        assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 900);
        if status == 403 {
            assert_eq!(refused.body["error"]["errors"][0]["reason"], "rateLimitExceeded");
        }
        assert_eq!(
            api.post(&format!("/v1/{name}/messages"), &token, message(1, "x")).await.status,
            200
        );
        assert_eq!(
            api.post(&format!("/v1/{name}/messages"), &token, message(2, "x")).await.status,
            status
        );
        api.emulator.advance(Duration::from_secs(1000));
        assert_eq!(api.post("/v1/spaces?requestId=b", &token, space("b")).await.status, 200);
        assert_eq!(
            api.post(&format!("/v1/{name}/messages"), &token, message(2, "x")).await.status,
            200
        );
    }
}

#[tokio::test]
async fn a_fault_before_leaves_nothing_and_a_fault_after_everything() {
    let api = Api::start(options()).await;
    let (name, alice) = (api.space("general").await, api.user(ALICE).await);
    let path = format!("/v1/{name}/messages");
    let post = || Fault::on("spaces.messages.create");
    let refuse = Action::status(503).retry_after(3);
    let before = api.emulator.arm(post().before(refuse)).unwrap();
    let answer = api.post(&path, &alice, message(1, "first")).await;
    assert_eq!(
        (answer.error(), answer.headers["retry-after"].to_str().unwrap()),
        ((503, "UNAVAILABLE"), "3")
    );
    assert!(!api.emulator.canonical().contains("first"));
    let after = api.emulator.arm(post().nth(2).after(Action::Close)).unwrap();
    assert_eq!(api.post(&path, &alice, message(1, "first")).await.status, 200);
    let lost = api.request("POST", &path, &alice, message(2, "second").to_string());
    assert!(api.send(lost).await.is_err());
    assert!(api.emulator.canonical().contains("second"));
    assert_eq!((api.emulator.fired(before), api.emulator.fired(after)), (1, 1));
    assert_eq!(api.post(&path, &alice, message(3, "third")).await.status, 200);
    let stats = api.emulator.stats();
    assert_eq!(
        (stats.with("spaces.messages.create", 0), stats.with("spaces.messages.create", 503)),
        (1, 1)
    );
    assert!(api.emulator.arm(Fault::on("spaces.nonsense")).is_err());
}

#[tokio::test]
async fn the_router_marks_an_answer_that_is_withheld() {
    let api = Api::start(options()).await;
    api.emulator.arm(Fault::on("*").after(Action::Close)).unwrap();
    let request = || api.request("GET", "/v1/spaces", "", "");
    let first = api.emulator.router().oneshot(request()).await.unwrap();
    assert!(first.extensions().get::<Withheld>().is_some());
    let second = api.emulator.router().oneshot(request()).await.unwrap();
    assert_eq!((second.status().as_u16(), second.extensions().get::<Withheld>()), (401, None));
    assert_eq!(second.headers()[INSTANCE_HEADER], api.emulator.instance());
}

#[tokio::test]
async fn slips_are_swallowed_and_listed() {
    let api = Api::start(options()).await;
    let token = api.user(ADMIN).await;
    let mut body = space("general");
    body["spaceThreadingState"] = json!("THREADED_MESSAGES");
    body["space_history_state"] = json!("HISTORY_ON");
    body["spaceType"] = json!(1);
    body["spaceDetails"] = Value::Null;
    let made =
        api.post("/v1/spaces?requestId=r&%24alt=json%3Benum-encoding%3Dint", &token, body).await;
    assert_eq!(made.body["spaceType"], "SPACE");
    let lints: Vec<_> =
        api.emulator.lints().into_iter().map(|lint| (lint.rule, lint.place)).collect();
    assert_eq!(
        lints,
        [
            ("output-only", "spaceThreadingState".to_owned()),
            ("snake-case", "space_history_state".to_owned())
        ]
    );
}

#[tokio::test]
async fn an_error_names_the_field_and_keeps_googles_shape() {
    let api = Api::start(options()).await;
    let token = api.user(ADMIN).await;
    let mut body = space("general");
    body["spaceDetails"] = json!({ "bogus": 1 });
    let error = &api.post("/v1/spaces", &token, body.clone()).await.body["error"];
    assert_eq!((&error["code"], &error["status"]), (&json!(400), &json!("INVALID_ARGUMENT")));
    assert_eq!(error["details"][0]["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
    assert_eq!(error["details"][1]["fieldViolations"][0]["field"], "bogus");
    assert!(
        error["message"].as_str().unwrap().contains("Unknown name \"bogus\" at 'spaceDetails'"),
        "{error}"
    );
    let plain = Dialects { error_info: false, ..Dialects::default() };
    let api = Api::start(Options { dialects: plain, ..options() }).await;
    assert_eq!(api.get("/v1/spaces", "none").await.body["error"]["details"], Value::Null);
}

#[tokio::test]
async fn the_dump_is_the_same_in_whatever_order_calls_arrive() {
    let mut dumps = Vec::new();
    for seconds in [[1, 2, 3], [3, 1, 2]] {
        let api = Api::start(options()).await;
        let (alice, bob) = (api.user(ALICE).await, api.user(BOB).await);
        let names = if seconds[0] == 1 { ["a", "b"] } else { ["b", "a"] };
        for name in names {
            let space = api.space(name).await;
            for second in seconds {
                let path =
                    format!("/v1/{space}/messages?messageId=client-{second}&requestId=r{second}");
                let sent = api.post(&path, &alice, message(second, "x")).await.name();
                for token in if second == 2 { [&bob, &alice] } else { [&alice, &bob] } {
                    let smile = json!({ "emoji": { "unicode": "😀" } });
                    api.post(&format!("/v1/{sent}/reactions"), token, smile).await.name();
                }
            }
            api.complete(&space, &bob).await;
        }
        dumps.push(api.emulator.canonical());
    }
    assert_eq!(dumps[0], dumps[1]);
    assert_eq!(dumps[0].lines().count(), 2 * (1 + 1 + 3));
}

#[tokio::test]
async fn the_admin_calls_need_their_token() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let api =
        Api::start(Options { record: Some(file.path().into()), journal: 2, ..options() }).await;
    let name = api.space("general").await;
    api.post(&format!("/v1/{name}/messages"), &api.user(ALICE).await, message(1, "secret words"))
        .await
        .name();
    assert_eq!(api.get("/_emulator/state", "").await.status, 403);
    let state = api.admin("GET", "state?canonical=1", &Value::Null).await;
    assert!(state.body.as_str().unwrap().contains("secret words"));
    let journal = api.admin("GET", "journal", &Value::Null).await.body;
    assert_eq!(journal.as_array().unwrap().len(), 2);
    assert_eq!(
        (&journal[1]["method"], &journal[1]["subject"]),
        (&json!("spaces.messages.create"), &json!(ALICE))
    );
    assert_eq!(api.admin("GET", "lint", &Value::Null).await.body, json!([]));
    assert_eq!(api.admin("GET", "audit", &Value::Null).await.body, json!([]));
    assert_eq!(
        api.admin("GET", "stats", &Value::Null).await.body["calls"]["spaces.create"]["200"],
        1
    );
    let rule = json!({ "method": "token", "nth": 1, "times": 1, "phase": "before", "action": { "status": { "code": 500 } } });
    assert_eq!(api.admin("POST", "faults", &rule).await.body["id"], 0);
    assert_eq!(api.assertion(&json!({})).await.status, 500);
    assert_eq!(api.admin("GET", "faults", &Value::Null).await.body[0]["fired"], 1);
    assert_eq!(api.admin("POST", "faults", &json!({ "method": "x" })).await.status, 400);
    let record = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(record.lines().count(), 5);
    assert!(
        record.contains("secret words")
            && !record.contains("assertion")
            && !record.contains("ya29")
    );
}

#[tokio::test]
async fn an_emulator_stops_with_its_connections() {
    let emulator = Emulator::start(options()).await.unwrap();
    let url = emulator.url().to_owned();
    let mut open = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    open.write_all(b"GET /nothing HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    assert_eq!(open.read_u8().await.unwrap(), b'H', "the connection is in use");
    emulator.shutdown().await;
    let mut rest = Vec::new();
    open.read_to_end(&mut rest).await.expect("an open connection ends too");
    assert!(std::net::TcpStream::connect(url.trim_start_matches("http://")).is_err());
}
