//! Ledgers made anew after the Directory changed: who completed a space stands in `spaces.jsonl`,
//! and today's Directory has no say in it.

use crate::leaving::roles;
use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Change, Person};
use serde_json::{Value, json};
use std::fs;

/// A channel that nora made, and another one of the same two in which she wrote nothing.
fn two() -> Export {
    Workspace::new()
        .person("U1", "nora")
        .person("U2", "otto")
        .channel("team", &["U1", "U2"])
        .conversation(json!({"creator": "U2"}))
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000010.000100", "hi")
        .dm("D1", &["U1", "U2"])
        .message("U1", "1600000030.000100", "we two")
        .zip()
}

/// Four who have accounts; ana made the channel.
fn four() -> Export {
    let mut workspace = Workspace::new();
    for (id, name) in [("U1", "ana"), ("U2", "ben"), ("U3", "cleo"), ("U4", "dan")] {
        workspace = workspace.person(id, name);
    }
    workspace
        .channel("team", &["U1", "U2", "U3", "U4"])
        .conversation(json!({"creator": "U1"}))
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000010.000100", "hi")
        .message("U2", "1600000020.000100", "and again")
        .zip()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn provide(rig: &Rig, name: &str) {
    let (email, name) = (format!("{name}@example.com"), name.to_owned());
    rig.emulator().add_person(Person { email, name, ..Person::default() });
}

fn suspend(rig: &Rig, name: &str) {
    let change = Change::SuspendUser(format!("{name}@example.com"));
    rig.emulator().change(&change).expect("they are there");
}

fn restore(rig: &Rig, name: &str) {
    let change = Change::RestoreUser(format!("{name}@example.com"));
    rig.emulator().change(&change).expect("they are there");
}

/// Takes those in who have an account now.
async fn retried(rig: &Rig) {
    let shown = rig.run(&["people", "retry", "--dry-run", "--json"]).await;
    let line: Value = serde_json::from_slice(&shown.stdout).expect("one line of JSON");
    let hash = line["hash"].as_str().expect("a hash").to_owned();
    rig.ok(&["people", "retry", "--yes", &hash]).await;
}

async fn rebuilt(rig: &Rig, export: &Export) -> String {
    rig.lose_ledger();
    flat(&rig.ok(&["ledger", "rebuild", &export.path.display().to_string()]).await)
}

/// Returns the members of a space with their roles.
fn of(rig: &Rig, space: &str) -> String {
    let roles = roles(rig);
    let who = roles.get(space).into_iter().flatten();
    who.map(|(who, role)| format!("{who} {role}")).collect::<Vec<_>>().join(", ")
}

/// Asserts that nothing is stuck, and nobody is out of step with Chat.
async fn all_well(rig: &Rig) -> String {
    let said = flat(&rig.ok(&["complete"]).await);
    assert!(said.contains("Complete: every space is open to its members"), "{said}");
    let nobody = flat(&rig.ok(&["people", "retry", "--dry-run"]).await);
    assert!(!nobody.contains("becomes a member"), "{nobody}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_what_the_admin_completed_stays_the_admins_until_a_member_is_in_charge() {
    let export = two();
    let rig = Rig::start(&[]).await;
    rig.whole(&export.path).await;
    provide(&rig, "nora");
    provide(&rig, "otto");
    let said = rebuilt(&rig, &export).await;
    assert!(said.contains("who has which account today"), "{said}");
    assert!(said.contains("chatferry verify --completed"), "{said}");
    let report = flat(&text(&rig.run(&["status"]).await.stdout));
    assert!(report.contains("Completed by the admin, for want of a mapped member: "), "{report}");
    // Who wrote what is read back where that is asked for.
    let read = rig.run(&["verify", "--completed"]).await;
    assert_eq!(read.status.code(), Some(7), "{}", text(&read.stdout));
    all_well(&rig).await;
    assert_eq!(of(&rig, "team"), "nora member, otto manager");
    assert_eq!(of(&rig, "direct"), "nora member, otto member");
    let account = rig.account().await;
    assert_eq!(account["admin_owned"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_c8_a_completion_that_was_passed_on_is_the_heirs_when_the_other_is_back() {
    for before in [true, false] {
        let export = four();
        let rig = Rig::start(&["ana", "ben", "cleo", "dan"]).await;
        rig.ok(&["run", &export.path.display().to_string()]).await;
        rig.ok(&["verify"]).await;
        suspend(&rig, "ana");
        // Neither is known to the first look, nor to the second: somebody else is chosen.
        let hash = rig.access_hash().expect("a hash");
        rig.run(&["complete", "--yes", &hash]).await;
        let hash = rig.access_hash().expect("a hash");
        rig.run(&["complete", "--yes", &hash]).await;
        assert!(of(&rig, "team").contains("ben manager"), "{}", of(&rig, "team"));
        assert!(!of(&rig, "team").contains("ana "), "{}", of(&rig, "team"));
        if before {
            restore(&rig, "ana");
        }
        rebuilt(&rig, &export).await;
        if !before {
            // She is nobody's account: she comes as one who was late.
            rig.ok(&["complete"]).await;
            restore(&rig, "ana");
            retried(&rig).await;
        }
        all_well(&rig).await;
        let all = "ana member, ben manager, cleo member, dan member";
        assert_eq!(of(&rig, "team"), all, "restored before: {before}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_who_completed_and_can_not_be_used_any_more_is_not_taken_for_somebody_else() {
    let export = four();
    let rig = Rig::start(&["ana", "ben", "cleo", "dan"]).await;
    rig.whole(&export.path).await;
    suspend(&rig, "ana");
    rebuilt(&rig, &export).await;
    let said = rig.run(&["complete"]).await;
    // Nobody can be asked to add the others: that is said, and nobody counts as in.
    assert_eq!(said.status.code(), Some(3), "{}{}", text(&said.stdout), text(&said.stderr));
    restore(&rig, "ana");
    rig.ok(&["retry", "--reason", "account_unavailable"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(of(&rig, "team"), "ana manager, ben member, cleo member, dan member");
}

/// The admin completes for want of a member, nora comes late and takes over, the admin leaves, and
/// then otto comes.
async fn left(named: bool) -> (Rig, Export) {
    let export = two();
    let rig = Rig::start(&[]).await;
    rig.whole(&export.path).await;
    provide(&rig, "nora");
    retried(&rig).await;
    rig.ok(&["complete"]).await;
    assert_eq!(of(&rig, "team"), "nora manager");
    let spaces = rig.work().join("spaces.jsonl");
    let lines = fs::read_to_string(&spaces).expect("there");
    if !named {
        // As an earlier version wrote it.
        let older = lines.replace("\"heir\":\"nora@example.com\",", "");
        assert_ne!(older, lines, "{lines}");
        fs::write(&spaces, older).expect("room");
    }
    provide(&rig, "otto");
    rebuilt(&rig, &export).await;
    (rig, export)
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_who_got_an_account_after_the_admin_left_is_added_by_whoever_is_in_charge() {
    for named in [true, false] {
        let (rig, _export) = left(named).await;
        let leaves = rig.emulator().stats().of("spaces.members.delete");
        all_well(&rig).await;
        assert_eq!(of(&rig, "team"), "nora manager, otto member", "named: {named}");
        assert_eq!(of(&rig, "direct"), "nora member, otto member", "named: {named}");
        // Nobody could have added otto to the group chat: only now the admin leaves that.
        assert_eq!(rig.emulator().stats().of("spaces.members.delete"), leaves + 1);
        let report = flat(&rig.ok(&["status"]).await);
        assert!(!report.contains("Completed by the admin"), "{report}");
    }
}
