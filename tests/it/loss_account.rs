//! The loss account: known losses, and the same numbers wherever they are shown.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use serde_json::{Value, json};

/// Seven messages of which one loses nothing; one line more is left out.
fn workspace() -> Export {
    let shipped = || json!({"text": "SECRETWORDS :shipit:"});
    let file = json!({"files": [{"id": "F1", "name": "a.txt", "mode": "hosted"},
        {"id": "F2", "mode": "tombstone"}]});
    Workspace::new()
        .channel("general", &["U1"])
        .record(json!({"type": "message", "subtype": "channel_join", "user": "U1", "ts": "1600000000.000100"}))
        .message("U1", "1600000001.000100", "SECRETWORDS as they were")
        .message("U1", "1600000002.000100", "SECRETWORDS")
        .with(shipped())
        .message("U404", "1600000003.000100", "SECRETWORDS")
        .with(shipped())
        .message("U1", "1600000004.000100", "SECRETWORDS")
        .with(file)
        .channel("random", &["U1"])
        .message("U1", "1600000005.000100", "SECRETWORDS <!here> and <!channel>")
        .message("U1", "1600000006.000100", "SECRETWORDS <!here>")
        .message("U1", "1600000007.000100", "SECRETWORDS")
        .with(shipped())
        .zip()
}

fn expected() -> Value {
    let kind = |code: &str, weight: &str, count: u64, items: u64, examples: &[&str]| json!({"code": code, "weight": weight, "count": count, "items": items, "examples": examples});
    json!({
        "messages": {"none": 1, "cosmetic": 4, "content": 2, "whole": 0},
        "kinds": [
            kind("author_as_text", "content", 1, 1, &["CGENERAL 1600000003.000100"]),
            kind("file_as_text", "content", 1, 1, &["CGENERAL 1600000004.000100"]),
            kind("file_lost", "content", 1, 1, &["CGENERAL 1600000004.000100"]),
            kind("broadcast", "cosmetic", 3, 2, &["CRANDOM 1600000005.000100"]),
            kind("custom_emoji", "cosmetic", 3, 3, &["CGENERAL 1600000002.000100", "CRANDOM 1600000007.000100"]),
        ],
        "conversations": [
            {"conversation": "CGENERAL", "name": "general",
                "messages": {"none": 1, "cosmetic": 1, "content": 2, "whole": 0},
                "losses": {"author_as_text": 1, "custom_emoji": 2, "file_as_text": 1, "file_lost": 1}},
            {"conversation": "CRANDOM", "name": "random",
                "messages": {"none": 0, "cosmetic": 3, "content": 0, "whole": 0},
                "losses": {"broadcast": 3, "custom_emoji": 1}},
        ],
    })
}

/// Takes the loss account out of what a command printed, without the words for people.
fn account(printed: &str) -> Value {
    let last = printed.lines().rfind(|line| line.starts_with('{') && line.ends_with('}'));
    let whole: Value =
        serde_json::from_str(last.filter(|line| line.len() > 2).unwrap_or(printed)).unwrap();
    let mut account = whole["loss_account"].clone();
    for kind in account["kinds"].as_array_mut().unwrap() {
        assert!(kind.as_object_mut().unwrap().remove("text").is_some());
    }
    account
}

#[tokio::test(flavor = "multi_thread")]
async fn known_losses_have_the_same_numbers_at_every_place() {
    let rig = Rig::start(&["admin", "u1"]).await;
    let export = workspace();
    let path = export.path.display().to_string();
    let inspected = text(&rig.run(&["inspect", &path, "--json"]).await.stdout);
    assert_eq!(account(&inspected), expected(), "inspect");
    let planned = text(&rig.run(&["plan", &path, "--json"]).await.stdout);
    assert_eq!(account(&planned), expected(), "plan");
    let ran = text(&rig.run(&["run", "--json"]).await.stdout);
    assert_eq!(account(&ran), expected(), "the report of a run");
    let status = text(&rig.run(&["status", "--json"]).await.stdout);
    assert_eq!(account(&status), expected(), "status");
    for printed in [&inspected, &planned, &ran, &status] {
        assert!(!printed.contains("SECRETWORDS"), "{printed}");
    }
    let report = rig.ok(&["status", "--losses"]).await;
    assert!(
        report.contains(
            "Of 7 messages: 1 with no loss, 4 with a cosmetic one, 2 with a loss of content."
        ),
        "{report}"
    );
    assert!(report.contains("(author_as_text, content)"), "{report}");
    assert!(
        report.contains("such as CGENERAL 1600000002.000100, CRANDOM 1600000007.000100"),
        "{report}"
    );
    assert!(report.contains("        1         4         2         0  all"), "{report}");
    let inspected = rig.ok(&["inspect", &path]).await;
    assert!(
        inspected.contains("3 × in 2, cosmetic, for example CRANDOM 1600000005.000100"),
        "{inspected}"
    );
}
