//! What is imitated, how it is known, how often it was met.

use crate::emulator_client::{ADMIN, ALICE, Api, message, options};
use chatferry::emulator::{Covered, Mark};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn hits(api: &Api, place: &str, what: &str) -> u64 {
    let all = api.emulator.coverage();
    let found = all.iter().find(|one| one.place == place && one.what.contains(what));
    found.unwrap_or_else(|| panic!("{place}: {what}")).hits
}

#[tokio::test]
async fn calls_fields_and_rules_are_counted() {
    let api = Api::start(options()).await;
    assert!(api.emulator.coverage().iter().all(|one| one.hits == 0));
    let (name, alice) = (api.space("general").await, api.user(ALICE).await);
    let create = "spaces.messages.create";
    let mut body = message(1, "x");
    body["thread"] = json!({ "threadKey": "k" });
    let path = format!("/v1/{name}/messages?messageId=client-1&requestId=r");
    for _ in 0..2 {
        api.post(&path, &alice, body.clone()).await.name();
    }
    assert_eq!(api.post(&path, "nonsense", body).await.status, 401);
    let clash = api.post(&format!("/v1/{name}/messages"), &alice, message(1, "y")).await;
    assert_eq!(clash.status, 409);
    assert_eq!(hits(&api, create, "the call"), 4);
    assert_eq!(hits(&api, create, "`thread.threadKey`"), 2, "who is not known is not read");
    assert_eq!(hits(&api, create, "`messageId`"), 2);
    assert_eq!(hits(&api, create, "`createTime`"), 3);
    assert_eq!(hits(&api, create, "without messageReplyOption"), 1, "a replay decides nothing");
    assert_eq!(hits(&api, "any", "a requestId brings back"), 1);
    assert_eq!(hits(&api, create, "a createTime is taken once"), 1);
    assert_eq!(hits(&api, "any", "gets 401"), 1);
    assert_eq!(api.assertion(&json!({})).await.status, 400);
    assert_eq!(hits(&api, "token", "wrong form"), 1);
    api.get("/admin/directory/v1/users", &api.user(ADMIN).await).await;
    assert_eq!(hits(&api, "any", "without one of the method's scopes"), 1);
    let outside = api.admin("GET", "coverage", &Value::Null).await.body;
    assert_eq!(outside.as_array().unwrap().len(), api.emulator.coverage().len());
    assert!(outside[0]["mark"]["documented"].is_string(), "{}", outside[0]);
}

#[tokio::test]
async fn the_document_has_the_behaviours_as_the_code_has_them() {
    let all = Api::start(options()).await.emulator.coverage();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/emulator.md")).unwrap();
    let section = text.split("\n## Coverage\n").nth(1).expect("a section Coverage");
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let ours: Vec<_> = all.iter().map(Covered::row).collect();
    assert!(rows == ours, "docs/emulator.md, Coverage:\n{}", ours.join("\n"));
    let distinct: BTreeSet<_> = all.iter().map(|one| (one.place, one.what)).collect();
    assert_eq!(distinct.len(), all.len(), "each behaviour once");
    for one in &all {
        let named = match one.mark {
            Mark::Documented(page) | Mark::Observed(page) => !page.is_empty(),
            Mark::Assumed => true,
        };
        assert!(named, "{} {}", one.place, one.what);
    }
}
