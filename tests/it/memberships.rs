//! The whole life of memberships: past stays, present members, who is only invited.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Dialects, Options};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Returns the past stays of the one space: from and until, by address.
fn past(rig: &Rig) -> BTreeMap<String, (String, String)> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let stay = |line: Value| {
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        line["past"].as_str().map(|who| (who.to_owned(), (word("from"), word("until"))))
    };
    lines.filter_map(stay).collect()
}

fn here(rig: &Rig, space: &str) -> Vec<String> {
    rig.members().get(space).into_iter().flatten().cloned().collect()
}

fn line(user: &str, ts: &str, subtype: &str) -> Value {
    json!({"type": "message", "user": user, "ts": ts, "subtype": subtype, "text": "a system line"})
}

#[tokio::test(flavor = "multi_thread")]
async fn e5_e7_an_archived_channel_that_lists_nobody_gets_who_came_or_wrote_and_did_not_leave() {
    let export = Workspace::new()
        .person("U1", "u1")
        .person("U2", "u2")
        .person("U3", "u3")
        .person("U4", "u4")
        .channel("old", &[])
        .conversation(json!({"is_archived": true}))
        .record(line("U1", "1600000000.000100", "channel_join"))
        .record(line("U2", "1600000001.000100", "channel_join"))
        .message("U3", "1600000002.000100", "was here before the first line")
        .record(line("U4", "1600000003.000100", "channel_join"))
        .message("U4", "1600000004.000100", "bye")
        .record(line("U4", "1600000005.000100", "channel_leave"))
        .record(line("U2", "1600000006.000100", "channel_leave"))
        .record(line("U2", "1600000007.000100", "channel_join"))
        .zip();
    let rig = Rig::start(&["u1", "u2", "u3", "u4"]).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    let past = past(&rig);
    assert_eq!(past["u4@example.com"].1, "2020-09-13T12:26:45.000100Z", "when they left");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    let all = ["u1@example.com", "u2@example.com", "u3@example.com"];
    assert_eq!(here(&rig, "old"), all, "nobody who left, and no admin for want of a member");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_a_record_from_the_future_ends_no_membership_in_the_future() {
    let export = Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000001.000100", "hi")
        .message("U2", "4000000000.000100", "from the year 2096")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    let output = rig.run(&["run", &export.path.display().to_string()]).await;
    let said = text(&output.stdout);
    let stays = past(&rig);
    assert_eq!(stays.len(), 2, "{stays:?}\n{said}");
    let now = jiff::Timestamp::now().to_string();
    assert!(stays.values().all(|(from, until)| from < until && *until < now), "{stays:?}");
    assert!(stays["u1@example.com"].0.starts_with("2020-09-13"), "{stays:?}");
}

fn small() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "hello")
        .zip()
}

#[tokio::test(flavor = "multi_thread")]
async fn h7b_who_is_only_invited_is_told_from_who_is_in() {
    let dialects = Dialects { auto_accept: false, ..Dialects::default() };
    let rig = Rig::with(&["u1", "u2", "u3"], Options { dialects, ..Options::default() }).await;
    rig.whole(&small().path).await;
    let report = rig.ok(&["status"]).await;
    let line = "Invited, and in once they accept: u2 (general), u3 (general).";
    assert!(report.contains(line), "{report}");
    let json: Value = serde_json::from_slice(&rig.run(&["status", "--json"]).await.stdout).unwrap();
    let invited = json!([{"name": "u2", "conversation": "general"}, {"name": "u3", "conversation": "general"}]);
    assert_eq!(json["account"]["invited"], invited);
    assert_eq!(json["account"]["items"]["membership"]["sent"], 3, "nothing is owed to them");
    let all_in = Rig::start(&["u1", "u2", "u3"]).await;
    all_in.whole(&small().path).await;
    assert!(!all_in.ok(&["status"]).await.contains("Invited"));
}
