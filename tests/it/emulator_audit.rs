//! The audit: each rule is broken once, through the API where the API lets it happen.

use crate::emulator_client::{ADMIN, ALICE, Answer, Api, BOB, message, options, space};
use chatferry::emulator::{Change, Dialects, Options, RULES, RequestReplay, Tamper};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

struct Scene {
    api: Api,
    space: String,
}

impl Scene {
    async fn set() -> Self {
        Self::under(Dialects::default()).await
    }

    async fn under(dialects: Dialects) -> Self {
        let api = Api::start(Options { dialects, ..options() }).await;
        let space = api.space("general").await;
        Self { api, space }
    }

    async fn post(&self, who: &str, query: &str, body: Value) -> Answer {
        let path = format!("/v1/{}/messages?{query}", self.space);
        self.api.post(&path, &self.api.user(who).await, body).await
    }

    async fn member(&self, body: Value) -> u16 {
        let path = format!("/v1/{}/members", self.space);
        self.api.post(&path, &self.api.user(ADMIN).await, body).await.status
    }

    async fn complete(&self, who: &str) {
        self.api.complete(&self.space, &self.api.user(who).await).await;
    }

    /// The rules that are broken, in order.
    fn broken(&self) -> Vec<&'static str> {
        let found = self.api.emulator.audit();
        for finding in &found {
            let rule = RULES.iter().find(|rule| rule.name == finding.rule).expect("a known rule");
            assert_eq!(finding.invariant, rule.invariant);
            assert!(!finding.place.is_empty(), "{finding:?}");
        }
        found.iter().map(|finding| finding.rule).collect()
    }
}

fn alice() -> Value {
    json!({ "name": format!("users/{ALICE}"), "type": "HUMAN" })
}

#[tokio::test]
async fn i1_a_request_that_changes_or_comes_from_another_is_found() {
    let scene = Scene::set().await;
    scene.post(ALICE, "requestId=r", message(1, "one")).await.name();
    scene.post(ALICE, "requestId=r", message(1, "one")).await.name();
    assert_eq!(scene.broken(), [""; 0], "the same bytes are a retry");
    scene.post(ALICE, "requestId=r", message(2, "other")).await.name();
    assert_eq!(scene.broken(), ["request-changed"]);
    assert_eq!(scene.post(BOB, "requestId=r", message(1, "one")).await.status, 400);
    assert_eq!(scene.broken(), ["request-changed", "request-of-another"]);
}

#[tokio::test]
async fn i1_a_space_that_is_asked_for_with_other_words_is_found() {
    let scene = Scene::set().await;
    let admin = scene.api.user(ADMIN).await;
    scene.api.post("/v1/spaces?requestId=general", &admin, space("other")).await.name();
    let bob = scene.api.user(BOB).await;
    scene.api.post("/v1/spaces?requestId=general", &bob, space("general")).await;
    assert_eq!(scene.broken(), ["request-changed", "request-of-another"]);
    assert_eq!(scene.api.emulator.audit()[0].place, scene.space);
}

#[tokio::test]
async fn i1_a_request_that_was_forgotten_still_may_not_change() {
    let request_replay = RequestReplay::ForgottenAfter(Duration::ZERO);
    let scene = Scene::under(Dialects { request_replay, ..Dialects::default() }).await;
    scene.post(ALICE, "requestId=r", message(1, "one")).await.name();
    scene.post(ALICE, "requestId=r", message(2, "other")).await.name();
    assert_eq!(scene.broken(), ["request-changed"]);
}

#[tokio::test]
async fn i1_a_message_id_that_comes_again_with_other_words_is_found() {
    let scene = Scene::set().await;
    scene.post(ALICE, "messageId=client-1", message(1, "one")).await.name();
    assert_eq!(scene.post(ALICE, "messageId=client-1", message(1, "one")).await.status, 409);
    // The same message by another author is the way out when the first can't post any more.
    assert_eq!(scene.post(BOB, "messageId=client-1", message(1, "Alice: one")).await.status, 409);
    assert_eq!(scene.broken(), [""; 0]);
    assert_eq!(scene.post(ALICE, "messageId=client-1", message(2, "one")).await.status, 409);
    assert_eq!(scene.broken(), ["message-id-changed"]);
}

#[tokio::test]
async fn i1_a_message_that_comes_again_under_another_name_is_found() {
    let scene = Scene::set().await;
    scene.post(ALICE, "messageId=client-1", message(1, "same")).await.name();
    let again = async |who: &str, id: &str, text: &str| {
        let query = format!("messageId=client-{id}");
        scene.post(who, &query, message(1, text)).await.status
    };
    assert_eq!(again(BOB, "2", "same").await, 409);
    assert_eq!(again(ALICE, "2", "other").await, 409);
    scene.post(ALICE, "messageId=client-3", message(2, "same")).await.name();
    assert_eq!(scene.broken(), [""; 0], "others, other words, another time: a foreign message");
    assert_eq!(again(ALICE, "2", "same").await, 409);
    assert_eq!(scene.broken(), ["twin-message"]);
}

#[tokio::test]
async fn i1_a_message_that_is_there_twice_is_found() {
    let scene = Scene::set().await;
    scene.post(ALICE, "messageId=client-1", message(1, "same")).await.name();
    let later = scene.post(ALICE, "messageId=client-2", message(2, "same")).await.name();
    assert_eq!(scene.broken(), [""; 0]);
    assert!(scene.api.emulator.tamper(&later, &Tamper::MessageId("client-1".into())));
    assert_eq!(scene.broken(), ["duplicate-message"]);
    let first = message(1, "same")["createTime"].as_str().unwrap().to_owned();
    assert!(scene.api.emulator.tamper(&later, &Tamper::Time(first)));
    assert_eq!(scene.broken(), ["create-time-clash", "duplicate-message"]);
}

#[tokio::test]
async fn i4_a_message_that_no_plan_has_is_found() {
    let scene = Scene::set().await;
    scene.post(ALICE, "", message(1, "one")).await.name();
    assert_eq!(scene.broken(), [""; 0], "a client may do without messageIds");
    scene.post(ALICE, "messageId=client-2", message(2, "two")).await.name();
    assert_eq!(scene.broken(), ["nameless-message"]);
}

#[tokio::test]
async fn i2_a_reply_before_its_root_or_without_one_is_found() {
    let scene = Scene::set().await;
    let reply = "messageReplyOption=REPLY_MESSAGE_OR_FAIL";
    let root = scene.post(ALICE, "", message(9, "root")).await;
    let mut body = message(8, "reply");
    body["thread"] = json!({ "name": root.body["thread"]["name"] });
    scene.post(BOB, reply, body).await.name();
    assert_eq!(scene.broken(), ["reply-before-root"]);
    let other = scene.post(ALICE, "", message(10, "elsewhere")).await.name();
    let stray = scene.post(BOB, "", message(11, "stray")).await.name();
    assert!(scene.api.emulator.tamper(&stray, &Tamper::ThreadOf(other.clone())));
    assert!(
        scene
            .api
            .emulator
            .tamper(&other, &Tamper::ThreadOf(root.body["name"].as_str().unwrap().into()))
    );
    assert!(scene.broken().contains(&"reply-without-root"), "{:?}", scene.broken());
}

#[tokio::test]
async fn i2_a_message_of_somebody_who_could_not_write_it_is_found() {
    let outlive = Dialects { tokens_outlive_account: true, ..Dialects::default() };
    let scene = Scene::under(outlive).await;
    let token = scene.api.user(ALICE).await;
    scene.api.emulator.change(&Change::SuspendUser(ALICE.into())).unwrap();
    let path = format!("/v1/{}/messages", scene.space);
    scene.api.post(&path, &token, message(1, "from nowhere")).await.name();
    assert_eq!(scene.broken(), ["sender-unavailable"]);
}

#[tokio::test]
async fn i3_a_message_older_than_its_space_is_found() {
    let scene = Scene::set().await;
    let name = scene.post(ALICE, "", message(1, "x")).await.name();
    assert!(scene.api.emulator.tamper(&name, &Tamper::Time("2018-12-31T23:59:59Z".into())));
    assert_eq!(scene.broken(), ["message-before-space"]);
}

#[tokio::test]
async fn i5_two_spaces_for_one_conversation_are_found() {
    let free = Dialects { unique_names: false, ..Dialects::default() };
    let scene = Scene::under(free).await;
    let admin = scene.api.user(ADMIN).await;
    let other = async |request: &str, name: &str| {
        let path = format!("/v1/spaces?requestId={request}");
        scene.api.post(&path, &admin, space(name)).await.name()
    };
    let orphan = other("again", "general (2)").await;
    assert_eq!(scene.broken(), ["duplicate-space"], "one of them stayed empty");
    let path = format!("/v1/{orphan}/messages");
    scene.api.post(&path, &admin, message(1, "mine")).await.name();
    scene.post(ALICE, "", message(2, "another")).await.name();
    assert_eq!(scene.broken(), [""; 0], "two conversations of one name");
    other("third", "general").await;
    assert_eq!(scene.broken(), ["duplicate-space"]);
    let group = json!({ "spaceType": "GROUP_CHAT", "importMode": true, "createTime": "2019-01-01T00:00:00Z" });
    for request in ["g1", "g2"] {
        let path = format!("/v1/spaces?requestId={request}");
        let name = scene.api.post(&path, &admin, group.clone()).await.name();
        let before = scene.broken().len();
        assert_eq!(before, 1, "an empty group chat says nothing");
        scene.api.post(&format!("/v1/{name}/messages"), &admin, message(1, "hello")).await.name();
    }
    assert_eq!(scene.broken(), ["duplicate-space"; 2]);
}

#[tokio::test]
async fn i6_writes_after_completion_and_a_second_completer_are_found() {
    let scene = Scene::set().await;
    let sent = scene.post(ALICE, "", message(1, "x")).await.name();
    scene.complete(ADMIN).await;
    scene.complete(ADMIN).await;
    assert_eq!(scene.broken(), [""; 0], "who repeats a completion looks whether it happened");
    assert_eq!(scene.post(ALICE, "", message(2, "late")).await.status, 403);
    let path = format!("/v1/{sent}/reactions");
    let smile = json!({ "emoji": { "unicode": "😀" } });
    scene.api.post(&path, &scene.api.user(BOB).await, smile).await;
    scene.complete(BOB).await;
    assert_eq!(
        scene.broken(),
        ["completed-twice", "write-after-completion", "write-after-completion"]
    );
}

#[tokio::test]
async fn i7_members_at_the_wrong_time_are_found() {
    let scene = Scene::set().await;
    let (present, past) = (
        json!({ "member": alice() }),
        json!({ "member": alice(), "deleteTime": "2019-04-01T00:00:00Z" }),
    );
    assert_eq!(scene.member(present.clone()).await, 400);
    assert_eq!(scene.broken(), ["member-before-completion"]);
    assert_eq!(scene.member(past.clone()).await, 200);
    scene.complete(ADMIN).await;
    assert_eq!(scene.member(past.clone()).await, 400);
    assert_eq!(scene.broken(), ["member-before-completion"], "a repeat that comes late");
    let mut other = past;
    other["member"]["name"] = format!("users/{BOB}").into();
    assert_eq!(scene.member(other).await, 400);
    assert_eq!(scene.member(present).await, 200);
    assert_eq!(scene.broken(), ["member-before-completion", "past-member-after-completion"]);
}

#[tokio::test]
async fn i8_a_reaction_that_is_there_twice_is_found() {
    let scene = Scene::set().await;
    let sent = scene.post(ALICE, "", message(1, "x")).await.name();
    let path = format!("/v1/{sent}/reactions");
    let smile = json!({ "emoji": { "unicode": "😀" } });
    for who in [ALICE, BOB] {
        scene.api.post(&path, &scene.api.user(who).await, smile.clone()).await.name();
    }
    assert_eq!(scene.broken(), [""; 0]);
    assert!(scene.api.emulator.tamper(&sent, &Tamper::ReactionTwice));
    assert_eq!(scene.broken(), ["duplicate-reaction"]);
}

/// The tests above, by the rules that they break.
#[test]
fn every_rule_has_a_test_and_a_line_in_the_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(root.join("tests/it/emulator_audit.rs")).unwrap();
    for rule in RULES {
        assert!(source.contains(&format!("{:?}", rule.name)), "no test breaks {}", rule.name);
    }
    let text = std::fs::read_to_string(root.join("docs/emulator.md")).unwrap();
    let section = text.split("\n## Audit\n").nth(1).expect("a section Audit");
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let ours: Vec<_> = RULES
        .iter()
        .map(|rule| format!("| `{}` | {} | {} |", rule.name, rule.invariant, rule.forbids))
        .collect();
    assert_eq!(rows, ours, "docs/emulator.md, Audit:\n{}", ours.join("\n"));
    let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}
