//! Pins: a list behind the last message, by the admin.

use crate::links::texts;
use crate::rig::Rig;
use crate::support::{Export, Workspace};
use insta::assert_snapshot;
use serde_json::json;
use std::fs;

fn pinned() -> Export {
    let pins = [
        "1600000000.000100",
        "1600000001.000100",
        "1600000002.000100",
        "1600000003.000100",
        "1500000000.000100",
    ];
    let pins: Vec<_> = pins
        .iter()
        .map(|ts| json!({"id": ts, "type": "C", "created": 1_600_000_500, "user": "U1", "owner": "U2"}))
        .collect();
    let long = format!("Read this: {} https://example.com/handbook/all", "very long ".repeat(12));
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo_b")
        .person("U3", "eve")
        .channel("general", &["U1", "U2", "U3"])
        .conversation(json!({ "pins": pins }))
        .message("U1", "1600000000.000100", "*Rules*\n1. be kind, <@U2>\n2. `ship`")
        .message("U2", "1600000001.000100", &long)
        .message("U3", "1600000002.000100", "I am *not* &lt;users/all&gt; here")
        .record(
            json!({"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "Build",
            "ts": "1600000003.000100", "text": "green"}),
        )
        .message("U1", "1600000004.000100", "the last")
        .channel("random", &["U1"])
        .message("U1", "1600000100.000100", "nothing is pinned here")
        .zip()
}

async fn rig(settings: &str) -> Rig {
    let rig = Rig::start(&["ana", "bo_b"]).await;
    fs::create_dir_all(rig.work()).expect("a folder");
    fs::write(rig.work().join("settings.toml"), settings).expect("a file");
    rig
}

fn lines(said: &str, code: &str) -> usize {
    said.lines().filter(|line| line.contains(&format!("({code}"))).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_messages_are_listed_behind_the_last_one() {
    let (rig, export) = (rig("").await, pinned());
    let path = export.path.display().to_string();
    let said = rig.ok(&["run", &path]).await;
    let all = texts(&rig);
    assert_eq!((all[4].as_str(), all.len()), ("the last", 7));
    assert_snapshot!(all[5]);
    let canonical = rig.emulator().canonical();
    let list = canonical.lines().find(|line| line.contains("Pinned in Slack")).expect("the list");
    assert!(list.contains("2020-09-13T12:26:44.000101Z"), "behind the newest: {list}");
    assert!(list.contains("admin@example.com"), "{list}");
    assert!(said.contains(" 4 "), "{said}");
    assert_eq!(lines(&said, "pin_as_list"), 1, "{said}");
    let verdict = rig.ok(&["verify"]).await;
    assert!(verdict.contains("7 of 7"), "{verdict}");
    rig.lose_ledger();
    let said = rig.ok(&["ledger", "rebuild", &path]).await;
    assert!(said.contains("Already in Chat: 7 messages"), "{said}");
    rig.ok(&["run"]).await;
    assert_eq!(texts(&rig), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_leads_to_the_messages_where_links_are_led_to_chat() {
    let settings = "links = \"patch\"\nworkspace = \"acme.slack.com\"\n";
    let (rig, export) = (rig(settings).await, pinned());
    rig.ok(&["run", &export.path.display().to_string()]).await;
    let all = texts(&rig);
    let lines: Vec<&str> = all[5].lines().collect();
    assert_eq!(lines.len(), 6, "{}", all[5]);
    for line in &lines[1..5] {
        assert!(line.starts_with("* <https://chat.google.com/room/"), "{line}");
        assert!(line.contains("|13 Sep 2020, 12:26 UTC>, "), "{line}");
    }
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_can_be_left_out_and_are_counted() {
    let (rig, export) = (rig("pins = \"skip\"\n").await, pinned());
    let path = export.path.display().to_string();
    let inspected = rig.ok(&["inspect", &path]).await;
    let line = inspected.lines().find(|line| line.contains("pin_left_out"));
    assert!(line.is_some_and(|line| line.contains(" 4 × in 4")), "{inspected}");
    let said = rig.ok(&["run", &path]).await;
    assert_eq!(texts(&rig).len(), 6);
    assert_eq!(lines(&said, "pin_left_out"), 1, "{said}");
}
