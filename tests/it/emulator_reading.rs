//! Reading back, reactions, uploads, the Directory, and who may call what.

use crate::emulator_client::{ADMIN, ALICE, Api, BOB, IMPORT, message, options, space};
use axum::body::Body;
use chatferry::emulator::{Dialects, Options, Person, Repeat};
use http::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn a_list_is_paged_filtered_and_ordered() {
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    let path = format!("/v1/{space}/messages");
    for second in [3, 1, 2, 5, 4] {
        let id = format!("{path}?messageId=client-{second}");
        api.post(&id, &alice, message(second, &second.to_string())).await.name();
    }
    let texts = |answer: &Value| {
        let list = answer["messages"].as_array().cloned().unwrap_or_default();
        list.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect::<String>()
    };
    let get = async |query: &str| api.get(&format!("{path}?{query}"), &alice).await;
    assert_eq!(texts(&get("").await.body), "12345");
    assert_eq!(texts(&get("orderBy=DESC").await.body), "54321");
    let first = get("pageSize=2&orderBy=DESC").await.body;
    assert_eq!(texts(&first), "54");
    let token = first["nextPageToken"].as_str().unwrap();
    assert_eq!(texts(&get(&format!("pageSize=2&orderBy=DESC&pageToken={token}")).await.body), "32");
    assert_eq!(get(&format!("pageSize=2&pageToken={token}")).await.status, 400);
    assert_eq!(get("pageSize=-1").await.status, 400);
    assert_eq!(get("filter=nonsense").await.status, 400);
    let filter = "filter=create_time+%3E+%222019-03-01T12:00:01Z%22+AND+create_time+%3C+%222019-03-01T12:00:04Z%22";
    assert_eq!(texts(&get(filter).await.body), "23");
    let listed = get("pageSize=5000").await.body;
    assert_eq!(listed["messages"][0]["clientAssignedMessageId"], "client-1");
    let thread = listed["messages"][2]["thread"]["name"].as_str().unwrap();
    assert_eq!(texts(&get(&format!("filter=thread.name%20=%20{thread}")).await.body), "3");
    assert_eq!(get("filter=thread.name=spaces/x/threads/y").await.body, json!({}));
    api.call("DELETE", &format!("{path}/client-3"), &alice, Value::Null).await;
    assert_eq!(texts(&get("").await.body), "1245");
    assert_eq!(get("showDeleted=true").await.body["messages"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn only_the_author_may_change_a_message() {
    let api = Api::start(options()).await;
    let (space, alice, bob) =
        (api.space("general").await, api.user(ALICE).await, api.user(BOB).await);
    api.post(&format!("/v1/{space}/messages?messageId=client-a"), &alice, message(1, "old")).await;
    let path = format!("/v1/{space}/messages/client-a?updateMask=text");
    let body = json!({ "text": "new", "markupSyntax": "MARKUP_SYNTAX_CHAT" });
    assert_eq!(api.call("PATCH", &path, &bob, body.clone()).await.status, 403);
    let answer = api.call("PATCH", &path, &alice, body).await;
    assert_eq!(
        (&answer.body["text"], answer.body["lastUpdateTime"].is_string()),
        (&json!("new"), true)
    );
}

#[tokio::test]
async fn a_reaction_is_one_users_one_emoji() {
    for (repeat, status) in [(Repeat::Refused, 409), (Repeat::Same, 200)] {
        let dialects = Dialects { reaction_repeat: repeat, ..Dialects::default() };
        let api = Api::start(Options { dialects, ..options() }).await;
        let (space, alice, bob) =
            (api.space("general").await, api.user(ALICE).await, api.user(BOB).await);
        let message = api
            .post(&format!("/v1/{space}/messages?messageId=client-a"), &alice, message(1, "x"))
            .await
            .name();
        let smile = json!({ "emoji": { "unicode": "😀" } });
        let first =
            api.post(&format!("/v1/{message}/reactions"), &alice, smile.clone()).await.name();
        let alias = format!("/v1/{space}/messages/client-a/reactions");
        assert_eq!(api.post(&alias, &alice, smile.clone()).await.status, status);
        assert_eq!(api.post(&alias, &bob, smile).await.status, 200);
        assert_eq!(
            api.post(&alias, &bob, json!({ "emoji": { "unicode": "smile" } })).await.status,
            400
        );
        assert_eq!(api.post(&alias, &bob, json!({})).await.status, 400);
        let listed = api.get(&format!("/v1/{space}/messages"), &bob).await.body;
        let summaries = &listed["messages"][0]["emojiReactionSummaries"];
        assert_eq!(
            summaries[0],
            json!({ "emoji": { "unicode": "😀" }, "reactionCount": 2 }),
            "{summaries}"
        );
        assert_eq!(
            api.call("DELETE", &format!("/v1/{first}"), &bob, Value::Null).await.status,
            404
        );
        assert_eq!(
            api.call("DELETE", &format!("/v1/{first}"), &alice, Value::Null).await.status,
            200
        );
        assert!(api.emulator.lints().is_empty(), "{:?}", api.emulator.lints());
    }
}

fn upload(
    api: &Api,
    token: &str,
    query: &str,
    content_type: &str,
    bytes: Vec<u8>,
) -> Request<Body> {
    let mut request = api.request("POST", &format!("/upload/v1/{query}"), token, bytes);
    request.headers_mut().insert("content-type", content_type.parse().unwrap());
    request
}

#[tokio::test]
async fn a_file_is_uploaded_whole_and_attached() {
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    let other = api.space("other").await;
    let body =
        b"--B\n\n{\"filename\":\"a.png\"}\n--B\nContent-Type: image/png\n\n\r\n\0\xff\n--B--"
            .to_vec();
    let query = format!("{space}/attachments:upload?uploadType=multipart");
    let answer = api
        .send(upload(&api, &alice, &query, "multipart/related; boundary=B", body))
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let mut post = message(1, "");
    post["attachment"] = json!([answer.body]);
    assert_eq!(api.post(&format!("/v1/{other}/messages"), &alice, post.clone()).await.status, 400);
    let sent = api.post(&format!("/v1/{space}/messages"), &alice, post).await;
    assert_eq!(sent.body["attachment"][0]["contentName"], "a.png");
    assert!(
        api.emulator.canonical().contains(r#""name":"a.png","sha256":"#),
        "{}",
        api.emulator.canonical()
    );
    let raw = format!("{space}/attachments:upload?uploadType=media");
    assert_eq!(
        api.send(upload(&api, &alice, &raw, "image/png", vec![1])).await.unwrap().status,
        200
    );
    let none = format!("{space}/attachments:upload?uploadType=multipart");
    assert_eq!(
        api.send(upload(&api, &alice, &none, "multipart/related; boundary=B", vec![1]))
            .await
            .unwrap()
            .status,
        400
    );
}

#[tokio::test]
async fn a_file_is_uploaded_in_chunks_and_resumed() {
    const CHUNK: usize = 256 << 10;
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    for prefix in ["", "/resumable"] {
        let path = format!("{prefix}/upload/v1/{space}/attachments:upload?uploadType=resumable");
        let begun = api.post(&path, &alice, json!({ "filename": "big" })).await;
        let place = begun.headers["location"].to_str().unwrap().to_owned();
        let total = 2 * CHUNK + 10;
        let put = async |range: String, length: usize| {
            let mut request = api.request("PUT", &place, "", vec![7; length]);
            request.headers_mut().remove("authorization");
            request.headers_mut().insert("content-range", range.parse().unwrap());
            api.send(request).await.unwrap()
        };
        let unknown = put(format!("bytes */{total}"), 0).await;
        assert_eq!((unknown.status, unknown.headers.get("range")), (308, None));
        assert_eq!(put(format!("bytes 0-99/{total}"), 100).await.status, 400);
        let first = put(format!("bytes 0-{}/{total}", CHUNK - 1), CHUNK).await;
        assert_eq!(
            (first.status, first.headers["range"].to_str().unwrap()),
            (308, "bytes=0-262143")
        );
        let again = put(format!("bytes 0-{}/{total}", CHUNK - 1), CHUNK).await;
        assert_eq!(again.headers["range"], "bytes=0-262143");
        put(format!("bytes {CHUNK}-{}/{total}", 2 * CHUNK - 1), CHUNK).await;
        let last = put(format!("bytes {}-{}/{total}", 2 * CHUNK, total - 1), 10).await;
        assert!(
            last.body["attachmentDataRef"]["attachmentUploadToken"].is_string(),
            "{:?}",
            last.body
        );
        assert_eq!(put(format!("bytes */{total}"), 0).await.body, last.body);
    }
    let gone = format!("/upload/v1/{space}/attachments:upload?uploadType=resumable&upload_id=none");
    assert_eq!(api.call("PUT", &gone, &alice, Value::Null).await.status, 404);
}

#[tokio::test]
async fn the_scope_decides_what_may_be_read() {
    let api = Api::start(options()).await;
    let (space, alice) = (api.space("general").await, api.user(ALICE).await);
    let app = api.token(None, &["chat.bot"]).await;
    let reader = api.token(Some(ALICE), &["chat.spaces.readonly", "chat.messages.readonly"]).await;
    for path in ["", "/messages/client-a", "/messages/client-a/reactions", "/members/x"] {
        let answer = api.get(&format!("/v1/{space}{path}"), &alice).await;
        assert_eq!(answer.error(), (403, "PERMISSION_DENIED"), "{path}");
        assert_eq!(answer.body["error"]["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    }
    assert_eq!(api.get("/v1/spaces", &alice).await.status, 403);
    assert_eq!(api.get("/v1/spaces", &reader).await.error(), (501, "UNIMPLEMENTED"));
    assert_eq!(
        api.get(&format!("/v1/{space}"), &reader).await.status,
        403,
        "in import mode no user may look"
    );
    assert!(api.get(&format!("/v1/{space}"), &app).await.body["importModeExpireTime"].is_string());
    assert_eq!(api.get("/v1/nonsense", &alice).await.status, 404);
}

#[tokio::test]
async fn the_app_itself_may_do_little() {
    let api = Api::start(options()).await;
    let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
    let app = api.token(None, &["chat.bot"]).await;
    let import = api.token(None, &[IMPORT]).await;
    assert_eq!(api.post("/v1/spaces", &import, space("a")).await.status, 403);
    assert_eq!(
        api.post(&format!("/v1/{name}/messages"), &import, message(1, "x")).await.status,
        403
    );
    let sent = api.post(&format!("/v1/{name}/messages"), &app, message(1, "x")).await;
    assert_eq!(
        sent.body["sender"],
        json!({ "name": "users/118000000000000000001", "type": "BOT" })
    );
    let smile = json!({ "emoji": { "unicode": "😀" } });
    assert_eq!(api.post(&format!("/v1/{}/reactions", sent.name()), &app, smile).await.status, 403);
    assert_eq!(api.complete(&name, &import).await.status, 403);
    assert_eq!(api.complete(&name, &admin).await.status, 200);
    assert_eq!(api.get(&format!("/v1/{name}"), &app).await.body["importMode"], Value::Null);
}

#[tokio::test]
async fn the_directory_is_listed_to_an_admin_with_its_scope() {
    let mut setup = options();
    let alias = Person {
        email: "carol@example.com".into(),
        aliases: vec!["c@example.com".into()],
        ..Person::default()
    };
    setup.directory.push(Person { suspended: true, id: Some("77".into()), ..alias });
    let api = Api::start(setup).await;
    let scope = ["admin.directory.user.readonly"];
    let (admin, alice) =
        (api.token(Some(ADMIN), &scope).await, api.token(Some(ALICE), &scope).await);
    let path = "/admin/directory/v1/users?customer=my_customer&maxResults=2&orderBy=email";
    let first = api.get(path, &admin).await.body;
    assert_eq!(
        (&first["users"][0]["primaryEmail"], &first["users"][0]["isAdmin"]),
        (&json!(ADMIN), &json!(true))
    );
    assert_eq!(first["users"][0]["customerId"], api.emulator.customer());
    let token = first["nextPageToken"].as_str().unwrap();
    let second = api.get(&format!("{path}&pageToken={token}"), &admin).await.body;
    let carol = &second["users"][1];
    assert_eq!(
        (&carol["id"], &carol["suspended"], &carol["aliases"][0]),
        (&json!("77"), &json!(true), &json!("c@example.com"))
    );
    assert_eq!(second["nextPageToken"], Value::Null);
    let refused = api.get(path, &alice).await;
    assert_eq!(
        (refused.status, &refused.body["error"]["errors"][0]["reason"]),
        (403, &json!("forbidden"))
    );
    assert_eq!(api.get(path, &api.user(ADMIN).await).await.status, 403);
    assert_eq!(api.get("/admin/directory/v1/users", &admin).await.status, 400);
    assert_eq!(api.get(&format!("{path}&bogus=1"), &admin).await.status, 400);
    api.emulator.add_person(Person { email: "dave@example.com".into(), ..Person::default() });
    api.user("DAVE@example.com").await;
}
