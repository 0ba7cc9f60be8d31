//! Who takes whose seat in a space: what the admin chose since it was begun, whoever can't complete
//! it any more, and whoever gets another account.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::Change;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

const COMPLETES: &str = "spaces.completeImport";

/// Ana made both conversations and wrote most; dan is nobody of the workspace.
fn export() -> Export {
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "ben")
        .person("U3", "cleo")
        .channel("general", &["U1", "U2", "U3"])
        .conversation(json!({"creator": "U1"}))
        .message("U1", "1600000000.000100", "hello")
        .message("U3", "1600000001.000100", "hello too")
        .private("board", &["U1", "U2"])
        .conversation(json!({"creator": "U1"}))
        .message("U1", "1600000010.000100", "hush")
        .zip()
}

async fn verified() -> (Rig, Export) {
    let (rig, export) = (Rig::start(&["ana", "ben", "cleo", "dan"]).await, export());
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    (rig, export)
}

fn said(output: &Output) -> String {
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{all} exit {:?}", output.status.code())
}

async fn import(rig: &Rig, rows: &str) -> String {
    let path = rig.work().join("people.csv");
    fs::write(&path, format!("slack_id,account\n{rows}")).expect("written");
    let done = said(&rig.run(&["people", "import"]).await);
    assert!(done.ends_with("exit Some(0)"), "{done}");
    done
}

fn ana(change: fn(String) -> Change) -> Change {
    change("ana@example.com".to_owned())
}

fn members(rig: &Rig, space: &str) -> String {
    let members: BTreeSet<String> = rig.members().get(space).cloned().unwrap_or_default();
    let names: Vec<_> = members.iter().map(|one| one.replace("@example.com", "")).collect();
    names.join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_whoever_is_to_have_no_account_gets_in_by_no_way_round() {
    let (rig, _export) = verified().await;
    import(&rig, "U1,none\nU3,none\n").await;
    let closed = said(&rig.run(&["complete"]).await);
    assert!(closed.contains("somebody would see it"), "{closed}");
    assert_eq!(rig.emulator().stats().of(COMPLETES), 0);
    // It was left out, and is no trouble to be tried again.
    said(&rig.run(&["retry", "--reason", "chosen"]).await);
    rig.emulator().change(&ana(Change::SuspendUser)).expect("they are there");
    let done = said(&rig.run(&["complete"]).await);
    assert!(done.contains("general: ana@example.com can't be used any more; ben@"), "{done}");
    assert!(done.ends_with("exit Some(4)"), "that wants another yes: {done}");
    rig.ok(&["complete"]).await;
    assert_eq!((members(&rig, "general"), members(&rig, "board")), ("ben".into(), "ben".into()));
    rig.emulator().change(&ana(Change::RestoreUser)).expect("they are there");
    said(&rig.run(&["retry", "--all"]).await);
    said(&rig.run(&["complete"]).await);
    assert_eq!((members(&rig, "general"), members(&rig, "board")), ("ben".into(), "ben".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_an_account_that_was_taken_from_somebody_owns_nothing_of_theirs() {
    let (rig, _export) = verified().await;
    import(&rig, "U1,dan@example.com\n").await;
    let access = rig.ok(&["access"]).await;
    assert!(access.contains("the workbook gives them no account, or another"), "{access}");
    said(&rig.run(&["complete"]).await);
    assert_eq!(rig.emulator().stats().of(COMPLETES), 0);
    import(&rig, "U1,ana@example.com\n").await;
    rig.ok(&["complete"]).await;
    assert_eq!(members(&rig, "board"), "ana ben");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_changes_nobodys_seat() {
    let (rig, _export) = verified().await;
    rig.emulator().change(&ana(Change::SuspendUser)).expect("they are there");
    let look = said(&rig.run(&["complete", "--dry-run"]).await);
    let would = "general: ana@example.com can't be used now; `complete` would let cleo@example.com";
    assert!(look.contains(would), "{look}");
    rig.emulator().change(&ana(Change::RestoreUser)).expect("they are there");
    // They are back, which wants a yes of its own.
    said(&rig.run(&["complete"]).await);
    let done = said(&rig.run(&["complete"]).await);
    assert!(!done.contains("can't be used any more"), "{done}");
    assert!(done.ends_with("exit Some(0)"), "{done}");
    assert_eq!(members(&rig, "board"), "ana ben");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_suspended_once_completion_was_asked_for_is_replaced_by_the_same_command() {
    let (rig, _export) = verified().await;
    rig.emulator().change_after(COMPLETES, 1, ana(Change::SuspendUser)).expect("a change");
    let first = said(&rig.run(&["complete"]).await);
    assert!(first.contains("the same command chooses somebody else"), "{first}");
    assert!(!first.ends_with("exit Some(0)"), "{first}");
    let second = said(&rig.run(&["complete"]).await);
    assert!(second.contains("ana@example.com can't be used any more"), "{second}");
    assert_eq!(rig.members().len(), 2, "both are open: {second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_whoever_gets_another_account_once_it_is_begun_is_added_by_a_retry() {
    let (rig, _export) = verified().await;
    let told = import(&rig, "U3,dan@example.com\n").await;
    assert!(told.contains("Not added any more"), "{told}");
    let shown = rig.run(&["people", "retry", "--dry-run", "--json"]).await;
    let line: Value = serde_json::from_slice(&shown.stdout).expect("one line of JSON");
    let hash = line["hash"].as_str().expect("a hash").to_owned();
    assert_eq!(line["people"][0]["account"], "dan@example.com");
    rig.ok(&["people", "retry", "--yes", &hash]).await;
    let again = said(&rig.run(&["people", "retry", "--dry-run"]).await);
    assert!(again.starts_with("cleo") || !again.contains("becomes a member"), "{again}");
    rig.whole_again().await;
    assert_eq!(members(&rig, "general"), "ana ben dan");
    import(&rig, "U3,cleo@example.com\n").await;
    assert_eq!(members(&rig, "general"), "ana ben dan");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_in_the_place_of_suspended_members_leaves_once_they_are_back() {
    let (rig, _export) = verified().await;
    for name in ["ana", "ben", "cleo"] {
        let change = Change::SuspendUser(format!("{name}@example.com"));
        rig.emulator().change(&change).expect("they are there");
    }
    let first = said(&rig.run(&["complete"]).await);
    assert!(first.contains("the admin completes it and owns it"), "{first}");
    said(&rig.run(&["complete"]).await);
    assert_eq!(members(&rig, "board"), "admin");
    for name in ["ana", "ben", "cleo"] {
        let change = Change::RestoreUser(format!("{name}@example.com"));
        rig.emulator().change(&change).expect("they are there");
    }
    let report = said(&rig.run(&["status"]).await);
    assert!(report.contains("Nobody else was in charge yet of 2 spaces"), "{report}");
    rig.ok(&["retry", "--reason", "account_unavailable"]).await;
    let second = said(&rig.run(&["complete"]).await);
    assert!(second.ends_with("exit Some(0)"), "{second}");
    assert_eq!(members(&rig, "board"), "ana ben");
    assert_eq!(members(&rig, "general"), "ana ben cleo");
}
