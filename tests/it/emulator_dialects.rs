//! The switches that are seen through the API: each with both values.

use crate::emulator_client::{ADMIN, ALICE, Answer, Api, BOB, IMPORT, message, options, space};
use chatferry::emulator::{
    Absent, Bytes, Change, DeadKey, Dialects, Odd, Options, Quotas, Reach, Repeat, Undelegated,
    Window,
};
use serde_json::{Value, json};
use std::time::Duration;

async fn under(dialects: Dialects) -> Api {
    Api::start(Options { dialects, ..options() }).await
}

/// Asks both emulators the same question: the one by default, and the one with another dialect.
async fn both<T>(other: Dialects, ask: impl AsyncFn(Api) -> T) -> (T, T) {
    (ask(under(Dialects::default()).await).await, ask(under(other).await).await)
}

async fn post(api: &Api, space: &str, who: &str, query: &str, body: Value) -> Answer {
    api.post(&format!("/v1/{space}/messages?{query}"), &api.user(who).await, body).await
}

#[tokio::test]
async fn a_request_id_may_have_to_be_a_uuid_or_short() {
    let ask = async |api: Api| {
        let name = api.space("6ba7b810-9dad-41d1-80b4-00c04fd430c8").await;
        let mut statuses = Vec::new();
        for (second, id) in
            ["6ba7b810-9dad-41d1-90b4-00c04fd430c8", "short", &"long".repeat(10)].iter().enumerate()
        {
            let query = format!("requestId={id}");
            let answer = post(&api, &name, ADMIN, &query, message(second as u32, "x")).await;
            statuses.push(answer.status);
        }
        let admin = api.user(ADMIN).await;
        statuses.push(api.post("/v1/spaces?requestId=word", &admin, space("word")).await.status);
        statuses
    };
    let uuid = Dialects { request_uuid4: true, ..Dialects::default() };
    assert_eq!(both(uuid, ask).await, (vec![200; 4], vec![200, 400, 400, 400]));
    let short = Dialects { request_short: true, ..Dialects::default() };
    assert_eq!(both(short, ask).await.1, [200, 200, 400, 200]);
}

#[tokio::test]
async fn a_message_id_may_come_before_its_request_id() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let again = async || {
            post(&api, &name, ADMIN, "requestId=r&messageId=client-1", message(1, "x")).await.status
        };
        (again().await, again().await)
    };
    let other = Dialects { replay_before_message_id: false, ..Dialects::default() };
    assert_eq!(both(other.clone(), ask).await, ((200, 200), (200, 409)));
    let other = Dialects { message_id_repeat: Repeat::Same, ..other };
    assert_eq!(both(other, ask).await.1, (200, 200));
}

#[tokio::test]
async fn what_was_deleted_may_leave_its_ids_free() {
    let ask = async |api: Api| {
        let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
        let path = format!("/v1/{name}/messages/client-1");
        post(&api, &name, ADMIN, "messageId=client-1", message(1, "x")).await.name();
        assert_eq!(api.call("DELETE", &path, &admin, Value::Null).await.status, 200);
        let message = post(&api, &name, ADMIN, "messageId=client-1", message(2, "y")).await.status;
        assert_eq!(api.emulator.audit(), []);
        assert_eq!(
            api.call("DELETE", &format!("/v1/{name}"), &admin, Value::Null).await.status,
            200
        );
        let again = api.post("/v1/spaces?requestId=general", &admin, space("general")).await;
        (message, again.status)
    };
    let other =
        Dialects { deleted_ids_free: true, gone_requests_free: false, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((409, 200), (200, 403)));
}

#[tokio::test]
async fn times_and_texts_are_measured_one_way_or_the_other() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let mut fine = message(1, "x");
        fine["createTime"] = "2019-03-01T12:00:01.000000001Z".into();
        let lines = message(2, &"\n".repeat(20_000));
        (
            post(&api, &name, ADMIN, "", fine).await.status,
            post(&api, &name, ADMIN, "", lines).await.status,
        )
    };
    let other =
        Dialects { fine_times: Odd::Refused, text_bytes: Bytes::Json, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((200, 200), (400, 400)));
}

#[tokio::test]
async fn the_apps_own_messages_may_not_go_back_in_time() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let app = api.token(None, &["chat.bot"]).await;
        let path = format!("/v1/{name}/messages");
        let now = api.post(&path, &app, json!({ "text": "now" })).await.status;
        (now, api.post(&path, &app, message(1, "then")).await.status)
    };
    let other = Dialects { app_history: Odd::Refused, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((200, 200), (200, 400)));
}

#[tokio::test]
async fn a_thread_may_end_at_500_replies() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let token = api.user(ADMIN).await;
        let post = async |second: u32, option: &str| {
            let mut body = message(second, "x");
            body["thread"] = json!({ "threadKey": "t" });
            let path = format!("/v1/{name}/messages?messageReplyOption=REPLY_MESSAGE_{option}");
            api.post(&path, &token, body).await
        };
        let root = post(0, "OR_FAIL").await.body["thread"]["name"].clone();
        for second in 1..=500 {
            assert_eq!(post(second, "OR_FAIL").await.body["thread"]["name"], root);
        }
        let fallen = post(501, "FALLBACK_TO_NEW_THREAD").await.body["thread"]["name"] == root;
        (post(502, "OR_FAIL").await.status, fallen)
    };
    let other = Dialects { threads_end: true, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((200, true), (400, false)));
}

#[tokio::test]
async fn a_group_chat_refuses_or_ignores_names_and_threads() {
    let ask = async |api: Api| {
        let token = api.user(ADMIN).await;
        let mut group = space("named");
        group["spaceType"] = "GROUP_CHAT".into();
        let named = api.post("/v1/spaces", &token, group.clone()).await;
        group.as_object_mut().unwrap().remove("displayName");
        let name = api.post("/v1/spaces", &token, group).await.name();
        let mut body = message(1, "x");
        body["thread"] = json!({ "threadKey": "t" });
        let query = "messageReplyOption=REPLY_MESSAGE_OR_FAIL";
        let threaded = post(&api, &name, ADMIN, query, body).await.status;
        (named.status, named.body["displayName"].is_string(), threaded)
    };
    let ignored = Odd::Ignored;
    let other =
        Dialects { group_chat_names: ignored, group_chat_threads: ignored, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((400, false, 400), (200, false, 200)));
}

#[tokio::test]
async fn a_patch_may_leave_no_mark_and_be_anybodys() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let sent = post(&api, &name, ALICE, "", message(1, "x")).await.name();
        let patch = async |who: &str| {
            let path = format!("/v1/{sent}?updateMask=text");
            api.call("PATCH", &path, &api.user(who).await, json!({ "text": "y" })).await
        };
        let (own, others) = (patch(ALICE).await, patch(BOB).await);
        (own.body["lastUpdateTime"].is_string(), others.status)
    };
    let other = Dialects { patch_marks: false, patch_by_others: true, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((true, 403), (false, 200)));
}

#[tokio::test]
async fn an_import_space_may_be_listed_to_its_creator_alone() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let mut statuses = Vec::new();
        for who in [ADMIN, ALICE] {
            for list in ["messages", "members"] {
                let path = format!("/v1/{name}/{list}");
                statuses.push(api.get(&path, &api.user(who).await).await.status);
            }
        }
        statuses
    };
    let other = Dialects { listed_to_creator: true, ..Dialects::default() };
    assert_eq!(both(other, ask).await, (vec![200; 4], vec![200, 200, 403, 403]));
}

#[tokio::test]
async fn an_odd_emoji_may_be_refused() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let sent = post(&api, &name, ALICE, "", message(1, "x")).await.name();
        let token = api.user(ALICE).await;
        let react = async |unicode: &str| {
            let body = json!({ "emoji": { "unicode": unicode } });
            api.post(&format!("/v1/{sent}/reactions"), &token, body).await.status
        };
        (react("❤️").await, react("❤").await)
    };
    let other = Dialects { odd_emoji: Odd::Refused, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((200, 200), (200, 400)));
}

#[tokio::test]
async fn whoever_is_added_may_only_be_invited() {
    let ask = async |api: Api| {
        let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
        api.complete(&name, &admin).await;
        let member = json!({ "member": { "name": format!("users/{ALICE}"), "type": "HUMAN" } });
        let added = api.post(&format!("/v1/{name}/members"), &admin, member).await;
        let count = async |query: &str| {
            let page = api.get(&format!("/v1/{name}/members{query}"), &admin).await;
            page.body["memberships"].as_array().unwrap().len()
        };
        let state = added.body["state"].as_str().unwrap().to_owned();
        (state, count("").await, count("?showInvited=true").await)
    };
    let other = Dialects { auto_accept: false, ..Dialects::default() };
    let (joined, invited) = both(other, ask).await;
    assert_eq!((joined, invited), (("JOINED".into(), 2, 2), ("INVITED".into(), 1, 2)));
}

#[tokio::test]
async fn roles_may_be_given_with_the_import_scope() {
    let ask = async |api: Api| {
        let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
        api.complete(&name, &admin).await;
        let path = format!("/v1/{name}/members/{ADMIN}?updateMask=role");
        api.call("PATCH", &path, &admin, json!({ "role": "ROLE_MANAGER" })).await.status
    };
    let other = Dialects { roles_with_import: true, ..Dialects::default() };
    assert_eq!(both(other, ask).await, (403, 200));
}

#[tokio::test]
async fn an_audience_at_creation_may_be_ignored() {
    let ask = async |api: Api| {
        let mut body = space("general");
        body["accessSettings"] = json!({ "audience": "audiences/default" });
        api.post("/v1/spaces", &api.user(ADMIN).await, body).await.status
    };
    let other = Dialects { audience_at_create: Odd::Ignored, ..Dialects::default() };
    assert_eq!(both(other, ask).await, (400, 200));
}

#[tokio::test]
async fn an_expired_space_may_still_be_read_but_not_written() {
    let ask = async |api: Api| {
        let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
        api.emulator.change(&Change::ExpireSpace(name.clone())).unwrap();
        let read = api.get(&format!("/v1/{name}/messages"), &admin).await.status;
        let listed = api.get(&format!("/v1/{name}/members"), &admin).await.status;
        (read, listed, post(&api, &name, ADMIN, "", message(1, "x")).await.status)
    };
    let other = Dialects { gone_space_read: true, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((403, 403, 403), (200, 200, 403)));
}

#[tokio::test]
async fn an_import_space_may_not_hold_its_name_but_a_completed_one_does() {
    let ask = async |api: Api| {
        let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
        let again = async |id: &str| {
            api.post(&format!("/v1/spaces?requestId={id}"), &admin, space("general")).await.status
        };
        let first = again("second").await;
        api.complete(&name, &admin).await;
        (first, again("third").await)
    };
    let other = Dialects { import_names: false, ..Dialects::default() };
    assert_eq!(both(other, ask).await, ((409, 409), (200, 409)));
}

#[tokio::test]
async fn a_quota_may_count_by_the_clock() {
    for (quota_window, least) in [(Window::Bucket, 10), (Window::Fixed, 10)] {
        let dialects = Dialects { quota_window, ..Dialects::default() };
        let setup = Options { quotas: Quotas::Scaled(1.0), dialects, ..options() };
        let api = Api::start(setup).await;
        let (name, token) = (api.space("general").await, api.user(ADMIN).await);
        let path = format!("/v1/{name}/messages");
        let mut taken = 0;
        while api.post(&path, &token, message(taken, "x")).await.status == 200 {
            taken += 1;
        }
        assert!(taken >= least, "{quota_window:?}: {taken}");
        api.emulator.advance(Duration::from_secs(1));
        assert_eq!(api.post(&path, &token, message(taken, "x")).await.status, 200);
    }
}

#[tokio::test]
async fn an_upload_token_may_be_its_uploaders_and_work_once_and_end() {
    let ask = async |api: Api| {
        let name = api.space("general").await;
        let upload = async || {
            let path = format!("/upload/v1/{name}/attachments:upload?uploadType=media");
            let alice = api.user(ALICE).await;
            api.post(&path, &alice, json!("bytes")).await.body["attachmentDataRef"].clone()
        };
        let attach = async |second: u32, who: &str, file: &Value| {
            let mut body = message(second, "x");
            body["attachment"] = json!([{ "attachmentDataRef": file }]);
            post(&api, &name, who, "", body).await.status
        };
        let file = upload().await;
        let others = attach(1, BOB, &file).await;
        let own = attach(2, ALICE, &file).await;
        let twice = attach(3, ALICE, &file).await;
        let file = upload().await;
        api.emulator.advance(Duration::from_secs(121));
        (others, own, twice, attach(4, ALICE, &file).await)
    };
    let other = Dialects {
        uploader_must_post: true,
        uploads_once: true,
        uploads_end: true,
        ..Dialects::default()
    };
    assert_eq!(both(other, ask).await, ((200, 200, 200, 200), (400, 200, 400, 400)));
}

#[tokio::test]
async fn the_token_endpoint_has_other_words_for_the_same() {
    let ask = async |api: Api| {
        let mut said = Vec::new();
        let changes = [
            (Change::SuspendUser(ALICE.into()), Change::RestoreUser(ALICE.into())),
            (Change::DeleteUser(ALICE.into()), Change::RestoreUser(ALICE.into())),
            (Change::RevokeKey, Change::RestoreKey),
            (Change::RevokeDelegation(Reach::All), Change::RestoreDelegation(Reach::All)),
        ];
        for (change, back) in changes {
            api.emulator.change(&change).unwrap();
            let answer = api.assertion(&api.claims(Some(ALICE), &[IMPORT])).await;
            let word = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
            let text = word("error_description");
            let text = text.split(',').next().unwrap_or_default().to_owned();
            said.push(format!("{} {}: {text}", answer.status, word("error")));
            api.emulator.change(&back).unwrap();
        }
        said
    };
    let other = Dialects {
        suspended_account: Absent::Restricted,
        deleted_account: Absent::Unknown,
        dead_key: DeadKey::Verifier,
        undelegated_status: 400,
        undelegated_error: Undelegated::AccessDenied,
        ..Dialects::default()
    };
    let (by_default, otherwise) = both(other, ask).await;
    assert_eq!(
        by_default,
        [
            "400 invalid_grant: Invalid email or User ID",
            "400 invalid_grant: The account has been deleted",
            "400 invalid_grant: Invalid JWT Signature.",
            "401 unauthorized_client: Client is unauthorized to retrieve access tokens using this method",
        ]
    );
    assert_eq!(
        otherwise,
        [
            "403 access_denied: Account restricted",
            "400 invalid_grant: Invalid email or User ID",
            "400 invalid_grant: Invalid JWT: No valid verifier found for issuer",
            "400 access_denied: Requested client not authorized",
        ]
    );
}

#[tokio::test]
async fn a_token_may_outlive_its_account() {
    let ask = async |api: Api| {
        let (name, alice) = (api.space("general").await, api.user(ALICE).await);
        api.emulator.change(&Change::SuspendUser(ALICE.into())).unwrap();
        api.post(&format!("/v1/{name}/messages"), &alice, message(1, "x")).await.status
    };
    let other = Dialects { tokens_outlive_account: true, ..Dialects::default() };
    assert_eq!(both(other, ask).await, (401, 200));
}
