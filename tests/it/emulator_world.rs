//! Changes of the emulated world: each is seen through the API alone.

use crate::emulator_client::{
    ADMIN, ALICE, Answer, Api, BOB, IMPORT, message, options, sign, space,
};
use chatferry::emulator::{BadChange, Change, Options, Person, Reach};
use serde_json::{Value, json};
use std::time::Duration;

async fn grant(api: &Api, who: &str) -> (u16, String) {
    let answer = api.assertion(&api.claims(Some(who), &[IMPORT])).await;
    let word = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, format!("{}: {}", word("error"), word("error_description")))
}

async fn post(api: &Api, space: &str, token: &str, second: u32) -> Answer {
    let path = format!("/v1/{space}/messages?requestId=r{second}&messageId=client-{second}");
    api.post(&path, token, message(second, "hello")).await
}

fn state(api: &Api) -> String {
    let line = api.emulator.canonical();
    let line: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    line["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_space_that_expired_or_was_deleted_is_out_of_reach() {
    type Gone = fn(String) -> Change;
    for (change, word) in
        [(Change::ExpireSpace as Gone, "expired"), (Change::DeleteSpace as Gone, "deleted")]
    {
        let api = Api::start(options()).await;
        let (name, token) = (api.space("general").await, api.user(ADMIN).await);
        assert_eq!(post(&api, &name, &token, 1).await.status, 200);
        api.emulator.change(&change("general".to_owned())).unwrap();
        assert_eq!(post(&api, &name, &token, 2).await.error(), (403, "PERMISSION_DENIED"));
        assert_eq!(api.complete(&name, &token).await.status, 403);
        assert_eq!(api.get(&format!("/v1/{name}/messages"), &token).await.status, 403);
        assert_eq!(state(&api), word);
        let again = api.emulator.change(&change(name.clone()));
        assert_eq!(again, Err(BadChange::Space(name)), "what is gone can't go");
    }
}

#[tokio::test]
async fn a_completed_space_can_be_deleted_but_not_expire() {
    let api = Api::start(options()).await;
    let (name, token) = (api.space("general").await, api.user(ADMIN).await);
    assert_eq!(api.complete(&name, &token).await.status, 200);
    let expired = api.emulator.change(&Change::ExpireSpace(name.clone()));
    assert_eq!(expired, Err(BadChange::Complete(name.clone())));
    api.emulator.change(&Change::DeleteSpace("*".to_owned())).unwrap();
    assert_eq!(state(&api), "deleted");
}

#[tokio::test]
async fn a_suspended_or_deleted_user_gets_no_token_and_loses_the_old_ones() {
    type Gone = fn(String) -> Change;
    for (change, text) in [
        (Change::SuspendUser as Gone, "invalid_grant: Invalid email or User ID"),
        (Change::DeleteUser as Gone, "invalid_grant: The account has been deleted"),
    ] {
        let api = Api::start(options()).await;
        let (name, alice, bob) =
            (api.space("general").await, api.user(ALICE).await, api.user(BOB).await);
        api.emulator.change(&change(ALICE.to_uppercase())).unwrap();
        let (status, said) = grant(&api, ALICE).await;
        assert!(status == 400 && said.contains(text), "{status} {said}");
        assert_eq!(post(&api, &name, &alice, 1).await.error(), (401, "UNAUTHENTICATED"));
        assert_eq!(post(&api, &name, &bob, 2).await.status, 200, "others go on");
        api.emulator.change(&Change::RestoreUser(ALICE.to_owned())).unwrap();
        assert_eq!(post(&api, &name, &api.user(ALICE).await, 1).await.status, 200);
    }
}

#[tokio::test]
async fn a_deleted_user_is_no_member_and_among_the_deleted_of_the_directory() {
    let api = Api::start(options()).await;
    let (name, admin) = (api.space("general").await, api.user(ADMIN).await);
    api.emulator.change(&Change::DeleteUser(ALICE.to_owned())).unwrap();
    let member = json!({ "member": { "name": format!("users/{ALICE}"), "type": "HUMAN" },
        "deleteTime": "2019-04-01T00:00:00Z" });
    let refused = api.post(&format!("/v1/{name}/members"), &admin, member).await;
    assert_eq!(refused.error(), (404, "NOT_FOUND"));
    let token = api.token(Some(ADMIN), &["admin.directory.user.readonly"]).await;
    let list = async |deleted: bool| {
        let path = "/admin/directory/v1/users?customer=my_customer";
        let page = api.get(&format!("{path}&showDeleted={deleted}"), &token).await.body;
        let users = page["users"].as_array().unwrap().iter();
        users.map(|user| user["primaryEmail"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(true).await, [ALICE]);
    assert_eq!(list(false).await, [ADMIN, BOB]);
}

#[tokio::test]
async fn a_revoked_key_signs_nothing_and_its_tokens_live_on() {
    let api = Api::start(options()).await;
    let (name, token) = (api.space("general").await, api.user(ALICE).await);
    api.emulator.change(&Change::RevokeKey).unwrap();
    let said = grant(&api, ALICE).await;
    assert_eq!(said, (400, "invalid_grant: Invalid JWT Signature.".to_owned()));
    assert_eq!(post(&api, &name, &token, 1).await.status, 200);
    api.emulator.change(&Change::ExpireTokens).unwrap();
    assert_eq!(post(&api, &name, &token, 2).await.error(), (401, "UNAUTHENTICATED"));
    api.emulator.change(&Change::RestoreKey).unwrap();
    assert_eq!(post(&api, &name, &api.user(ALICE).await, 2).await.status, 200);
}

#[tokio::test]
async fn a_delegation_is_revoked_as_a_whole_for_a_domain_or_for_a_scope() {
    let carol = "carol@other.example.com";
    let mut setup = options();
    setup.directory.push(Person { email: carol.to_owned(), ..Person::default() });
    let api = Api::start(setup).await;
    let reaches = [
        (Reach::All, [false, false]),
        (Reach::Domain("Example.com".to_owned()), [false, true]),
        (Reach::Scope("chat.import".to_owned()), [false, false]),
        (Reach::Scope("https://www.googleapis.com/auth/chat.spaces".to_owned()), [true, true]),
    ];
    for (reach, granted) in reaches {
        api.emulator.change(&Change::RevokeDelegation(reach.clone())).unwrap();
        for (who, granted) in [ALICE, carol].into_iter().zip(granted) {
            let (status, said) = grant(&api, who).await;
            assert_eq!(status == 200, granted, "{who} {reach:?}: {said}");
            assert!(granted || (status == 401 && said.starts_with("unauthorized_client: Client")));
        }
        // The app asks for itself.
        api.token(None, &["chat.bot"]).await;
        api.emulator.change(&Change::RestoreDelegation(reach)).unwrap();
        assert_eq!((grant(&api, ALICE).await.0, grant(&api, carol).await.0), (200, 200));
    }
}

#[tokio::test]
async fn an_app_that_is_not_configured_is_not_found() {
    let api = Api::start(options()).await;
    let (name, token) = (api.space("general").await, api.user(ALICE).await);
    api.emulator.change(&Change::AppOff).unwrap();
    let answer = post(&api, &name, &token, 1).await;
    assert_eq!(answer.error(), (404, "NOT_FOUND"));
    let text = answer.body["error"]["message"].as_str().unwrap();
    assert!(text.starts_with("Google Chat app not found."), "{text}");
    api.emulator.change(&Change::AppOn).unwrap();
    assert_eq!(post(&api, &name, &token, 1).await.status, 200);
}

#[tokio::test]
async fn forgotten_request_ids_are_news_but_message_ids_are_not() {
    let api = Api::start(options()).await;
    let (name, token) = (api.space("general").await, api.user(ADMIN).await);
    assert_eq!(post(&api, &name, &token, 1).await.status, 200);
    assert_eq!(post(&api, &name, &token, 1).await.status, 200);
    api.emulator.change(&Change::ForgetRequests).unwrap();
    assert_eq!(post(&api, &name, &token, 1).await.error(), (409, "ALREADY_EXISTS"));
    let again = api.post("/v1/spaces?requestId=general", &token, space("general")).await;
    assert_eq!(again.error(), (409, "ALREADY_EXISTS"), "the name is taken by the first one");
}

#[tokio::test]
async fn the_services_time_moves_on_and_its_clock_can_be_wrong() {
    let api = Api::start(Options { token_life: Duration::from_mins(1), ..options() }).await;
    let (name, token) = (api.space("general").await, api.user(ADMIN).await);
    api.emulator.change(&Change::Advance { seconds: 61 }).unwrap();
    assert_eq!(post(&api, &name, &token, 1).await.status, 401);
    assert_eq!(post(&api, &name, &api.user(ADMIN).await, 1).await.status, 200);
    api.emulator.change(&Change::Advance { seconds: 90 * 86_400 }).unwrap();
    assert_eq!(post(&api, &name, &api.user(ADMIN).await, 2).await.status, 403);
    let off = async |seconds| {
        api.emulator.change(&Change::Skew { seconds }).unwrap();
        let answer =
            api.grant(&sign(api.emulator.key_json(), &api.claims(None, &["chat.bot"]))).await;
        let date = answer.headers["date"].to_str().unwrap().to_owned();
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&date).unwrap();
        (answer.status, (date.as_second() - jiff::Timestamp::now().as_second() - seconds).abs() < 5)
    };
    assert_eq!(off(-1200).await, (400, true));
    assert_eq!(off(7200).await, (400, true));
    assert_eq!(off(30).await, (200, true));
    assert_eq!(off(0).await, (200, true));
}

#[tokio::test]
async fn a_change_that_waits_happens_before_its_call_is_answered() {
    let api = Api::start(options()).await;
    let (name, token) = (api.space("general").await, api.user(ADMIN).await);
    let revoked =
        api.emulator.change_after("spaces.messages.create", 2, Change::ExpireTokens).unwrap();
    let never = Change::ExpireSpace("nowhere".to_owned());
    let never = api.emulator.change_after("spaces.messages.create", 1, never).unwrap();
    assert_eq!(post(&api, &name, &token, 1).await.status, 200);
    assert!(!api.emulator.happened(revoked));
    assert_eq!(post(&api, &name, &token, 2).await.status, 200);
    assert!(api.emulator.happened(revoked));
    assert_eq!(post(&api, &name, &token, 3).await.status, 401);
    assert!(!api.emulator.happened(never), "a change that is due and can't happen has failed");
    let all = api.admin("GET", "world", &Value::Null).await.body;
    assert_eq!((&all[0]["fate"], &all[1]["fate"]), (&json!("happened"), &json!("failed")));
    assert!(all[1]["error"].as_str().unwrap().contains("nowhere"));
}

#[tokio::test]
async fn what_is_unknown_cant_change() {
    let api = Api::start(options()).await;
    let bad = |change: Change| api.emulator.change(&change).unwrap_err().to_string();
    assert!(bad(Change::ExpireSpace("nowhere".into())).contains("\"nowhere\""));
    assert!(bad(Change::SuspendUser("nobody".into())).contains("\"nobody\""));
    let domain = Reach::Domain("elsewhere.org".into());
    assert!(bad(Change::RevokeDelegation(domain)).contains("\"elsewhere.org\""));
    assert!(bad(Change::RestoreDelegation(Reach::Scope("x.y".into()))).contains("\"x.y\""));
    let put = |method, calls, change| api.emulator.change_after(method, calls, change);
    assert_eq!(put("spaces.fly", 1, Change::AppOff), Err(BadChange::Method("spaces.fly".into())));
    assert_eq!(put("token", 0, Change::AppOff), Err(BadChange::Calls));
    let nobody = Change::DeleteUser("nobody".into());
    assert_eq!(put("token", 1, nobody), Err(BadChange::User("nobody".into())));
}

#[tokio::test]
async fn the_world_changes_from_outside_too() {
    let api = Api::start(options()).await;
    let change = async |order: Value| api.admin("POST", "world", &order).await;
    let done = change(json!({ "change": { "suspend_user": ALICE } })).await;
    assert_eq!((done.status, grant(&api, ALICE).await.0), (200, 400));
    let reach = json!({ "change": { "revoke_delegation": { "domain": "example.com" } } });
    assert_eq!((change(reach).await.status, grant(&api, BOB).await.0), (200, 401));
    let whole = json!({ "change": { "restore_delegation": "all" } });
    assert_eq!((change(whole).await.status, grant(&api, BOB).await.0), (200, 200));
    let later = json!({ "change": "revoke_key", "after": { "method": "token", "calls": 1 } });
    assert_eq!(change(later).await.body["id"], 0);
    assert_eq!((grant(&api, BOB).await.0, grant(&api, BOB).await.0), (200, 400));
    assert_eq!(change(json!({ "change": "no_such_change" })).await.status, 400);
    assert_eq!(change(json!({ "change": { "advance": { "seconds": 5 } } })).await.status, 200);
    let unknown = change(json!({ "change": { "delete_space": "nowhere" } })).await;
    assert!(unknown.status == 400 && unknown.body["error"].as_str().unwrap().contains("nowhere"));
}
