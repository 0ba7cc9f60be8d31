//! The life of an import space: creation, messages, threads, members, completion, expiry.

use crate::emulator_client::{ADMIN, ALICE, Api, BOB, IMPORT, message, options, space};
use chatferry::emulator::{Dialects, Gone, Options, Repeat, RequestReplay};
use serde_json::{Value, json};
use std::time::Duration;

const FALLBACK: &str = "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD";
const OR_FAIL: &str = "messageReplyOption=REPLY_MESSAGE_OR_FAIL";

fn with(name: &str, field: &str, value: Value) -> Value {
    let mut space = space(name);
    space[field] = value;
    space
}

#[tokio::test]
async fn a_space_is_created_with_its_name_and_its_deadline() {
    let api = Api::start(options()).await;
    let token = api.user(ADMIN).await;
    let body = with("general", "spaceDetails", json!({ "description": "talk" }));
    let answer = api.post("/v1/spaces?requestId=r1", &token, body).await;
    assert!(answer.name().starts_with("spaces/"));
    assert_eq!(answer.body["importMode"], true);
    assert_eq!(answer.body["createTime"], "2019-01-01T00:00:00Z");
    assert_eq!(answer.body["spaceDetails"]["description"], "talk");
    assert!(answer.body["importModeExpireTime"].is_string());
    assert!(api.emulator.lints().is_empty(), "{:?}", api.emulator.lints());
}

#[tokio::test]
async fn what_no_space_may_be_is_refused() {
    let api = Api::start(options()).await;
    let token = api.user(ADMIN).await;
    let bad = [
        with("a", "spaceType", json!("DIRECT_MESSAGE")),
        with("a", "createTime", json!("1999-12-31T23:59:59Z")),
        with("a", "createTime", json!("2999-01-01T00:00:00Z")),
        with("a", "displayName", json!("n".repeat(129))),
        with("a", "displayName", json!(" ")),
        with("a", "spaceType", json!("GROUP_CHAT")),
        with("a", "spaceDetails", json!({ "description": "d".repeat(4097) })),
        with("a", "customer", json!("customers/my_customer")),
    ];
    for body in bad {
        let answer = api.post("/v1/spaces", &token, body.clone()).await;
        assert_eq!(answer.error(), (400, "INVALID_ARGUMENT"), "{body}");
    }
    let live = api
        .post("/v1/spaces", &token, json!({ "spaceType": "SPACE", "displayName": "live" }))
        .await;
    assert_eq!(live.error(), (403, "PERMISSION_DENIED"));
    assert!(!api.emulator.canonical().contains("\"space\""));
}

#[tokio::test]
async fn a_request_id_brings_the_space_back_to_its_user_alone() {
    let api = Api::start(options()).await;
    let (admin, alice) = (api.user(ADMIN).await, api.user(ALICE).await);
    let first = api.post("/v1/spaces?requestId=r", &admin, space("general")).await.name();
    assert_eq!(api.post("/v1/spaces?requestId=r", &admin, space("general")).await.name(), first);
    assert!(api.emulator.lints().is_empty());
    assert_eq!(
        api.post("/v1/spaces?requestId=r", &admin, space("other")).await.body["displayName"],
        "general"
    );
    assert_eq!(api.emulator.lints()[0].rule, "replay-differs");
    assert_eq!(api.post("/v1/spaces?requestId=r", &alice, space("general")).await.status, 400);
    assert_eq!(
        api.post("/v1/spaces?requestId=r2", &admin, space("general")).await.error(),
        (409, "ALREADY_EXISTS")
    );
}

#[tokio::test]
async fn a_replay_may_be_bare_or_forgotten() {
    let bare = Dialects { request_replay: RequestReplay::NameOnly, ..Dialects::default() };
    let api = Api::start(Options { dialects: bare, ..options() }).await;
    let admin = api.user(ADMIN).await;
    api.space("general").await;
    let again = api.post("/v1/spaces?requestId=general", &admin, space("general")).await;
    assert_eq!(again.body.as_object().unwrap().len(), 1);
    let short = RequestReplay::ForgottenAfter(Duration::from_mins(1));
    let forgetful = Dialects { request_replay: short, unique_names: false, ..Dialects::default() };
    let api = Api::start(Options { dialects: forgetful, ..options() }).await;
    let first = api.space("general").await;
    assert_eq!(api.space("general").await, first);
    api.emulator.advance(Duration::from_mins(2));
    assert_ne!(api.space("general").await, first);
    assert_eq!(api.emulator.audit()[0].rule, "duplicate-space");
}

#[tokio::test]
async fn a_message_is_stored_once_however_often_it_is_sent() {
    let api = Api::start(options()).await;
    let (space, alice, bob) =
        (api.space("general").await, api.user(ALICE).await, api.user(BOB).await);
    let path = |id: &str, request: &str| {
        format!("/v1/{space}/messages?messageId=client-{id}&requestId={request}")
    };
    let first = api.post(&path("a", "r1"), &alice, message(1, "hi")).await;
    assert_eq!(first.body["clientAssignedMessageId"], "client-a");
    assert_eq!(first.body["sender"]["type"], "HUMAN");
    let name = first.name();
    assert_eq!(api.post(&path("a", "r1"), &alice, message(1, "hi")).await.name(), name);
    assert_eq!(api.post(&path("a", "r1"), &bob, message(1, "hi")).await.status, 400);
    assert_eq!(
        api.post(&path("a", "r2"), &alice, message(2, "hi")).await.error(),
        (409, "ALREADY_EXISTS")
    );
    assert_eq!(
        api.post(&path("b", "r3"), &alice, message(1, "hi")).await.error(),
        (409, "ALREADY_EXISTS")
    );
    let alias =
        api.call("DELETE", &format!("/v1/{space}/messages/client-a"), &bob, Value::Null).await;
    assert_eq!(alias.status, 200);
    assert_eq!(
        api.post(&path("c", "r4"), &alice, message(1, "hi")).await.status,
        409,
        "the time stays burned"
    );
    assert_eq!(
        api.post(&path("a", "r5"), &alice, message(3, "hi")).await.status,
        409,
        "so does the id"
    );
}

#[tokio::test]
async fn what_no_message_may_be_is_refused() {
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    let path = format!("/v1/{space}/messages");
    let bad = [
        message(1, &"é".repeat(16_001)),
        message(1, ""),
        json!({ "text": "x", "createTime": "2018-12-31T23:59:59Z" }),
        json!({ "text": "x", "createTime": "2999-01-01T00:00:00Z" }),
        json!({ "text": "x", "createTime": "2019-03-01 12:00:00Z" }),
        json!({ "text": "x", "bogus": 1 }),
        json!({ "text": 5 }),
        json!({ "text": "x", "attachment": [{ "attachmentDataRef": { "attachmentUploadToken": "no" } }] }),
    ];
    for body in bad {
        assert_eq!(
            api.post(&path, &alice, body.clone()).await.error(),
            (400, "INVALID_ARGUMENT"),
            "{body:.80}"
        );
    }
    for id in ["a", "client-A", "client-", "client-ä", &format!("client-{}", "x".repeat(57))] {
        let answer = api.post(&format!("{path}?messageId={id}"), &alice, message(1, "x")).await;
        assert_eq!(answer.status, 400, "{id}");
    }
    assert_eq!(api.post(&format!("{path}?nonsense=1"), &alice, message(1, "x")).await.status, 400);
    assert_eq!(api.post(&format!("{path}?{OR_FAIL}X"), &alice, message(1, "x")).await.status, 400);
    assert_eq!(api.post(&path, &alice, message(1, &"é".repeat(16_000))).await.status, 200);
}

#[tokio::test]
async fn a_thread_needs_its_option_and_its_opener() {
    let api = Api::start(options()).await;
    let (space, alice, bob) =
        (api.space("general").await, api.user(ALICE).await, api.user(BOB).await);
    let path = format!("/v1/{space}/messages");
    let threaded = |second, thread: Value| {
        let mut body = message(second, "x");
        body["thread"] = thread;
        body
    };
    let root = api
        .post(&format!("{path}?{FALLBACK}"), &alice, threaded(1, json!({ "threadKey": "k" })))
        .await;
    let thread = root.body["thread"]["name"].clone();
    for (second, how, place) in
        [(2, OR_FAIL, json!({ "name": thread })), (3, FALLBACK, json!({ "threadKey": "k" }))]
    {
        let reply = api.post(&format!("{path}?{how}"), &bob, threaded(second, place)).await;
        assert_eq!(
            (&reply.body["thread"]["name"], &reply.body["threadReply"]),
            (&thread, &json!(true))
        );
    }
    let unknown = json!({ "name": format!("{space}/threads/AAAAAAAAAA") });
    assert_eq!(
        api.post(&format!("{path}?{OR_FAIL}"), &bob, threaded(4, unknown.clone())).await.error(),
        (404, "NOT_FOUND")
    );
    assert_ne!(
        api.post(&format!("{path}?{FALLBACK}"), &bob, threaded(5, unknown)).await.body["thread"]["name"],
        thread
    );
    assert!(api.emulator.lints().is_empty());
    let ignored = api.post(&path, &bob, threaded(6, json!({ "name": thread }))).await;
    assert_ne!(ignored.body["thread"]["name"], thread);
    assert_eq!(api.emulator.lints()[0].rule, "thread-ignored");
    let early =
        api.post(&format!("{path}?{OR_FAIL}"), &bob, threaded(0, json!({ "name": thread }))).await;
    assert_eq!(early.status, 200);
    assert_eq!(api.emulator.audit()[0].rule, "reply-before-root");
    let root = format!("/v1/{}", root.body["name"].as_str().unwrap());
    assert_eq!(
        api.call("DELETE", &root, &alice, Value::Null).await.error(),
        (400, "FAILED_PRECONDITION")
    );
    assert_eq!(
        api.call("DELETE", &format!("{root}?force=true"), &alice, Value::Null).await.status,
        200
    );
}

#[tokio::test]
async fn a_group_chat_has_no_threads() {
    let api = Api::start(options()).await;
    let admin = api.user(ADMIN).await;
    let body = json!({ "spaceType": "GROUP_CHAT", "importMode": true, "createTime": "2019-01-01T00:00:00Z" });
    let space = api.post("/v1/spaces?requestId=g", &admin, body).await.name();
    let mut threaded = message(1, "x");
    threaded["thread"] = json!({ "threadKey": "k" });
    assert_eq!(
        api.post(&format!("/v1/{space}/messages?{FALLBACK}"), &admin, threaded).await.status,
        400
    );
    assert_eq!(
        api.post(&format!("/v1/{space}/messages"), &admin, message(1, "x")).await.status,
        200
    );
}

#[tokio::test]
async fn memberships_are_past_before_completion_and_present_after() {
    let api = Api::start(options()).await;
    let (space, admin, alice) =
        (api.space("general").await, api.user(ADMIN).await, api.user(ALICE).await);
    let path = format!("/v1/{space}/members");
    let person =
        |email: &str| json!({ "member": { "name": format!("users/{email}"), "type": "HUMAN" } });
    let span = |from: &str, until: &str| {
        let mut body = person(BOB);
        (body["createTime"], body["deleteTime"]) = (from.into(), until.into());
        body
    };
    assert_eq!(api.post(&path, &admin, person(BOB)).await.status, 400);
    assert_eq!(
        api.post(&path, &admin, span("2018-01-01T00:00:00Z", "2019-06-01T00:00:00Z")).await.status,
        400
    );
    assert_eq!(
        api.post(&path, &admin, span("2019-07-01T00:00:00Z", "2019-06-01T00:00:00Z")).await.status,
        400
    );
    assert_eq!(
        api.post(&path, &admin, span("2019-07-01T00:00:00Z", "2999-06-01T00:00:00Z")).await.status,
        400
    );
    let good = span("2019-01-01T00:00:00Z", "2019-06-01T00:00:00Z");
    assert_eq!(api.post(&path, &admin, good.clone()).await.status, 200);
    assert_eq!(api.post(&path, &admin, good.clone()).await.error(), (409, "ALREADY_EXISTS"));
    assert_eq!(api.post(&path, &admin, person("nobody@example.com")).await.status, 404);
    assert_eq!(
        api.get(&path, &admin).await.body["memberships"][0]["deleteTime"],
        "2019-06-01T00:00:00Z"
    );
    assert_eq!(api.complete(&space, &alice).await.status, 200);
    assert_eq!(api.post(&path, &alice, good).await.status, 400);
    assert_eq!(api.post(&path, &admin, person(BOB)).await.error(), (403, "PERMISSION_DENIED"));
    assert_eq!(api.post(&path, &alice, person(BOB)).await.body["state"], "JOINED");
    assert_eq!(api.post(&path, &alice, person(BOB)).await.status, 409);
    assert_eq!(api.get(&path, &alice).await.body["memberships"].as_array().unwrap().len(), 2);
    assert_eq!(api.get(&path, &admin).await.status, 403);
    let canonical = api.emulator.canonical();
    assert!(
        canonical.contains(r#"{"member":"alice@example.com","role":"ROLE_MANAGER"}"#),
        "{canonical}"
    );
    let window = Duration::from_hours(24 * 90);
    api.emulator.advance(window);
    let late = api.post(&path, &api.user(ALICE).await, person(ADMIN)).await;
    assert_eq!(late.status, 403);
}

#[tokio::test]
async fn roles_need_their_own_scope_and_a_completed_space() {
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    let both = api.token(Some(ALICE), &[IMPORT, "chat.memberships"]).await;
    let path = format!("/v1/{space}/members/{BOB}?updateMask=role");
    let role = json!({ "role": "ROLE_MANAGER" });
    assert_eq!(api.call("PATCH", &path, &both, role.clone()).await.status, 400);
    api.complete(&space, &alice).await;
    api.post(
        &format!("/v1/{space}/members"),
        &alice,
        json!({ "member": { "name": format!("users/{BOB}") } }),
    )
    .await;
    assert_eq!(api.call("PATCH", &path, &alice, role.clone()).await.status, 403);
    assert_eq!(api.call("PATCH", &path, &both, role).await.body["role"], "ROLE_MANAGER");
    assert_eq!(
        api.call("DELETE", &format!("/v1/{space}/members/{ADMIN}"), &both, Value::Null)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn completion_ends_the_writing() {
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    let done = api.complete(&space, &alice).await;
    assert_eq!(
        (done.status, &done.body["space"]["name"], &done.body["space"]["importMode"]),
        (200, &json!(space), &Value::Null)
    );
    assert_eq!(api.complete(&space, &alice).await.status, 400);
    assert!(api.emulator.audit().is_empty());
    let late = api.post(&format!("/v1/{space}/messages"), &alice, message(1, "late")).await;
    assert_eq!(late.error(), (403, "PERMISSION_DENIED"));
    assert_eq!(api.emulator.audit()[0].rule, "write-after-completion");
    assert_eq!(api.get(&format!("/v1/{space}/messages"), &alice).await.status, 403);
    assert_eq!(api.call("DELETE", &format!("/v1/{space}"), &alice, Value::Null).await.status, 403);
    let again = Dialects { complete_repeat: Repeat::Same, ..Dialects::default() };
    let api = Api::start(Options { dialects: again, ..options() }).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    assert_eq!(api.complete(&space, &alice).await.status, 200);
    assert_eq!(api.complete(&space, &alice).await.status, 200);
}

#[tokio::test]
async fn a_space_that_is_not_completed_in_time_is_gone() {
    for (gone_space, error) in
        [(Gone::Forbidden, (403, "PERMISSION_DENIED")), (Gone::NotFound, (404, "NOT_FOUND"))]
    {
        let api = Api::start(Options {
            dialects: Dialects { gone_space, ..Dialects::default() },
            ..options()
        })
        .await;
        let (old, deleted) = (api.space("old").await, api.space("deleted").await);
        let admin = api.user(ADMIN).await;
        assert_eq!(
            api.call("DELETE", &format!("/v1/{deleted}"), &admin, Value::Null).await.status,
            200
        );
        assert_eq!(
            api.call("DELETE", &format!("/v1/{deleted}"), &admin, Value::Null).await.error(),
            error
        );
        api.emulator.advance(Duration::from_hours(24 * 90));
        let admin = api.user(ADMIN).await;
        assert_eq!(api.complete(&old, &admin).await.error(), error);
        assert_eq!(
            api.post(&format!("/v1/{old}/messages"), &admin, message(1, "x")).await.error(),
            error
        );
        assert!(api.emulator.canonical().contains(r#""state":"expired""#));
    }
}

#[tokio::test]
async fn another_apps_space_is_forbidden_and_an_unknown_one_not_found() {
    let api = Api::start(options()).await;
    let admin = api.user(ADMIN).await;
    let foreign = api.emulator.add_foreign_space();
    assert_eq!(api.get(&format!("/v1/{foreign}/messages"), &admin).await.status, 403);
    assert_eq!(api.get("/v1/spaces/AAAAAAAAAA/messages", &admin).await.status, 404);
}
