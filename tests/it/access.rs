//! Who will see what, before anything is opened: the diff, the yes to exactly it, and that Chat
//! then shows just that. Through the real program.

use crate::rig::{ADMIN, Rig, text};
use crate::support::{Export, Workspace};
use crate::typed::typed;
use chatferry::emulator::{Action, Change, Fault};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

const COMPLETE: &str = "spaces.completeImport";

/// A channel whose owner stays, a private one where one has no account, one of two people whose
/// names are formulas, a public one where nobody has an account, a DM.
fn workspace() -> Export {
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .who(json!({"profile": {"display_name": "=cy\u{1b}[2J", "email": "cy@example.com"}}))
        .bot("U9", "robot", "B9")
        .channel("general", &["U1", "U2", "U9"])
        .message("U1", "1600000000.000100", "one")
        .private("board", &["U1", "U3"])
        .message("U1", "1600000001.000100", "two")
        .channel("lost", &["U3"])
        .message("U3", "1600000002.000100", "three")
        .dm("D1", &["U1", "U2"])
        .message("U1", "1600000003.000100", "four")
        .zip()
}

/// Sends and verifies it; `cy` has no account.
async fn verified() -> (Rig, Export) {
    let (rig, export) = (Rig::start(&["ana", "bo"]).await, workspace());
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    (rig, export)
}

/// Returns what a command said, on both streams.
async fn said(rig: &Rig, words: &[&str]) -> (Option<i32>, String) {
    let mut command = rig.bare(words);
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    let output = output.await.expect("it ends");
    (output.status.code(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

fn opened(rig: &Rig) -> u64 {
    rig.emulator().stats().of(COMPLETE)
}

/// Returns the lines of `access --json`.
async fn lines(rig: &Rig) -> Vec<Value> {
    let told = said(rig, &["access", "--json"]).await.1;
    told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn e1_the_diff_says_who_is_missing_and_who_owns_and_chat_then_shows_just_that() {
    let (rig, _export) = verified().await;
    let (code, told) = said(&rig, &["access"]).await;
    assert_eq!(code, Some(0), "{told}");
    let work = rig.work().display().to_string();
    let told = told.replace(&work, "WORK");
    let hash = rig.access_hash().expect("a hash");
    assert_snapshot!("access", told.replace(&hash, "HASH"));
    let file = rig.work().join("reports/access.csv");
    let mode = fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let csv = fs::read_to_string(&file).expect("text");
    assert_snapshot!("access_csv", csv);
    assert!(!csv.contains('\u{1b}'), "{csv}");
    let planned = lines(&rig).await;
    rig.ok(&["complete"]).await;
    for space in planned.iter().filter(|line| line["event"] == "space_access") {
        let will = |person: &&Value| {
            ["owner", "member", "admin"].contains(&person["chat"].as_str().expect("a word"))
        };
        let people = space["people"].as_array().expect("people");
        let told: BTreeSet<String> = people
            .iter()
            .filter(will)
            .map(|person| person["account"].as_str().expect("an account").to_owned())
            .collect();
        let name = space["space"].as_str().expect("a name");
        // A group chat has no name in Chat.
        let shown = rig.members();
        let there = shown.get(name).or_else(|| shown.get("")).expect("a space");
        assert_eq!(there, &told, "{name}");
    }
    assert_eq!(rig.members()["lost"], BTreeSet::from([ADMIN.to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_opens_without_a_yes_or_with_a_yes_to_something_else() {
    let (rig, _export) = verified().await;
    let (code, told) = said(&rig, &["complete"]).await;
    assert_eq!(code, Some(4), "{told}");
    assert!(told.contains("wants a yes") && told.contains("chatferry access"), "{told}");
    let (code, told) = said(&rig, &["complete", "--yes", "0123456789abcdef"]).await;
    assert_eq!(code, Some(4), "{told}");
    assert!(told.contains("not what that yes was said to"), "{told}");
    assert_eq!(opened(&rig), 0);
    let hash = rig.access_hash().expect("a hash");
    let (code, told) = said(&rig, &["complete", "--yes", &hash]).await;
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(opened(&rig), 4);
    assert!(said(&rig, &["access"]).await.1.starts_with("There is no space left"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_ends_when_people_change() {
    let (rig, _export) = verified().await;
    let hash = rig.access_hash().expect("a hash");
    rig.emulator().change(&Change::SuspendUser("bo@example.com".to_owned())).expect("a change");
    let (code, told) = said(&rig, &["complete", "--yes", &hash]).await;
    assert_eq!((code, opened(&rig)), (Some(4), 0), "{told}");
    let told = said(&rig, &["access"]).await.1;
    assert!(told.contains("bo (U2): member whose account is suspended"), "{told}");
    assert_ne!(rig.access_hash(), Some(hash));
    let whole = rig.run(&["complete"]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
    assert!(!rig.members()["general"].contains("bo@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_that_was_killed_goes_on_with_the_yes_it_had() {
    let (rig, _export) = verified().await;
    assert!(rig.kill_after(6, &["complete"]).await, "it was killed before its end");
    let (code, told) = said(&rig, &["complete"]).await;
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(rig.members().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_to_something_else_is_none_though_the_right_one_was_said_before() {
    let (rig, _export) = verified().await;
    let hash = rig.access_hash().expect("a hash");
    // The program dies while all but one are asked for in vain.
    let deaf = Fault::on(COMPLETE).nth(2).forever().before(Action::Close);
    let id = rig.emulator().arm(deaf).expect("a good fault");
    let mut command = rig.command(&["complete"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    while rig.emulator().fired(id) < 2 {
        tokio::task::yield_now().await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    rig.emulator().disarm_all();
    let before = opened(&rig);
    let (code, told) = said(&rig, &["complete", "--yes", "0123456789abcdef"]).await;
    assert_eq!((code, opened(&rig)), (Some(4), before), "{told}");
    assert!(told.contains("not what that yes was said to"), "{told}");
    // Whoever goes on may say again what was said, though some of it is open by now.
    let (code, told) = said(&rig, &["complete", "--yes", &hash]).await;
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(rig.members().len(), 4);
    let (code, told) = said(&rig, &["complete", "--yes", &hash]).await;
    assert_eq!(code, Some(0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_wave_names_the_command_that_shows_just_that_wave() {
    let (rig, _export) = verified().await;
    for words in [
        &["complete", "--only", "bo*"][..],
        &["complete", "--only", "bo*", "--yes", "0123456789abcdef"],
    ] {
        let (code, told) = said(&rig, words).await;
        assert_eq!(code, Some(4), "{told}");
        assert!(told.contains("chatferry access --only 'bo*'"), "{told}");
    }
    let hash = rig.access_of(&["--only", "bo*"]).expect("a hash");
    let (code, told) = said(&rig, &["complete", "--only", "bo*", "--yes", &hash]).await;
    assert_eq!((code, opened(&rig)), (Some(0), 1), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_yes_is_to_what_is_opened_and_not_to_what_is_held_back() {
    let (rig, _export) = verified().await;
    let table = rig.work().join("channels.csv");
    let choose = async |include: &str| {
        let row = format!("slack_id,space_name,include\nGBOARD,,{include}\n");
        fs::write(&table, row.replace(",,", ",board,")).expect("room");
        rig.ok(&["channels", "import"]).await
    };
    choose("no").await;
    let question = "Complete? Type yes: ";
    let first = typed(&rig.bare(&["complete"]), &[(question, "yes")]).await;
    assert_eq!(opened(&rig), 3, "{}", first.shown);
    assert!(first.shown.contains("Who will see 3 spaces"), "{}", first.shown);
    // It may be opened now, and nobody said yes to it yet.
    choose("yes").await;
    let (code, told) = said(&rig, &["complete"]).await;
    assert_eq!((code, opened(&rig)), (Some(4), 3), "{told}");
    assert!(told.contains("wants a yes"), "{told}");
    let second = typed(&rig.bare(&["complete"]), &[(question, "yes")]).await;
    assert_eq!((second.code, opened(&rig)), (Some(0), 4), "{}", second.shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_suspended_before_completion_owns_nothing_and_the_next_is_asked_about() {
    let (rig, _export) = verified().await;
    let hash = rig.access_hash().expect("a hash");
    rig.emulator().change(&Change::SuspendUser("ana@example.com".to_owned())).expect("a change");
    let (code, told) = said(&rig, &["complete", "--yes", &hash]).await;
    assert_eq!((code, opened(&rig)), (Some(4), 0), "{told}");
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "general: ana@example.com can't be used any more; bo@example.com completes it and owns it.",
        "board: ana@example.com can't be used any more; the admin completes it and owns it.",
    ] {
        assert!(flat.contains(line), "{told}");
    }
    rig.ok(&["access"]).await;
    let csv = fs::read_to_string(rig.work().join("reports/access.csv")).expect("text");
    assert!(csv.contains("general,CGENERAL,public,U2,bo,bo@example.com,member,owner,"), "{csv}");
    assert!(csv.contains("U1,ana,ana@example.com,member,missing,suspended_account"), "{csv}");
    assert!(
        csv.contains("board,GBOARD,private,,admin@example.com,admin@example.com,,admin,"),
        "{csv}"
    );
    let whole = rig.run(&["complete"]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
    let alone = |name: &str| BTreeSet::from([name.to_owned()]);
    assert_eq!(rig.members()["general"], alone("bo@example.com"));
    assert_eq!(rig.members()["board"], alone(ADMIN));
    assert_eq!(rig.members()[""], alone("bo@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_the_same_diff_before_anything_is_sent() {
    let (rig, export) = (Rig::start(&["ana", "bo"]).await, workspace());
    let path = export.path.display().to_string();
    rig.ok(&["run", &path]).await;
    let frozen = rig.access_hash();
    let plan = Rig::start(&["ana", "bo"]).await;
    // The Directory is known from a run that could send nothing.
    let fault = Fault::on("spaces.create").forever();
    plan.emulator().arm(fault.before(Action::status(403))).expect("a good fault");
    plan.run(&["run", &path]).await;
    assert_eq!(plan.access_hash(), frozen);
}
