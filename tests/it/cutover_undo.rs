//! `chatferry undo`: what is in import mode and ours goes, and nothing else ever.

use crate::crash_support::{PEOPLE, died, small};
use crate::proof::counted;
use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Change, Dialects, Fault, Gone, Options};
use serde_json::Value;
use std::fs;
use std::process::Output;
use tokio::task::JoinSet;

const DELETE: &str = "spaces.delete";
/// The migration's name: the workspace's team.
const NAME: &str = "T1";
const YES: [&str; 3] = ["undo", "--yes", NAME];

fn told(output: &Output) -> String {
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn journal(rig: &Rig) -> String {
    fs::read_to_string(rig.work().join("spaces.jsonl")).expect("it is there")
}

/// Returns the spaces that are there: names, each with its state.
fn there(rig: &Rig) -> Vec<String> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let spaces = lines.filter(|line| line["space"].is_string());
    let live = spaces.filter(|line| line["state"] == "importing" || line["state"] == "completed");
    let mut names: Vec<String> = live
        .map(|line| format!("{} {}", line["name"].as_str().unwrap_or("direct"), line["state"]))
        .collect();
    names.sort();
    names
}

async fn sent(rig: &Rig, export: &Export) {
    rig.ok(&["run", &export.path.display().to_string()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h8_the_spaces_of_an_aborted_run_are_deleted_after_a_look_and_a_typed_name() {
    for gone_space in [Gone::Forbidden, Gone::NotFound] {
        let dialects = Dialects { gone_space, ..Dialects::default() };
        let rig = Rig::with(&PEOPLE, Options { dialects, ..Options::default() }).await;
        let export = small();
        sent(&rig, &export).await;
        let (before, calls) = (there(&rig), rig.emulator().stats());
        let look = rig.run(&["undo", "--dry-run"]).await;
        assert_eq!(look.status.code(), Some(0), "{}", told(&look));
        for (words, why) in [
            (&["undo"][..], "nothing was deleted: that wants a yes"),
            (&["undo", "--json"], "the mark of its spaces: --yes T1-"),
            (&["undo", "--yes", "T2"], ", not T2"),
        ] {
            let refused = rig.run(words).await;
            assert_eq!(refused.status.code(), Some(4), "{}", told(&refused));
            assert!(told(&refused).contains(why), "{}", told(&refused));
        }
        assert_eq!((there(&rig), rig.emulator().stats().of(DELETE)), (before, calls.of(DELETE)));
        if gone_space == Gone::Forbidden {
            let mut said = text(&look.stdout);
            for line in journal(&rig).lines() {
                let line: Value = serde_json::from_str(line).expect("JSON");
                said = said.replace(line["space"].as_str().expect("a name"), "spaces/…");
            }
            insta::assert_snapshot!("the_look_before_undoing", said);
        }
        let done = rig.ok(&YES).await;
        assert!(done.starts_with("Deleted: 3 spaces with 9 messages."), "{done}");
        assert!(done.contains("Next: chatferry run"), "{done}");
        assert_eq!(there(&rig), [""; 0]);
        assert_eq!(journal(&rig).matches("\"what\":\"deleted\"").count(), 3);
        let again = rig.ok(&YES).await;
        assert!(again.contains("There is nothing to undo"), "{again}");
        rig.whole_again().await;
        assert_eq!(there(&rig).len(), 3);
        assert_eq!(rig.emulator().stats().of("spaces.create"), calls.of("spaces.create") + 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h8_the_yes_of_a_pilots_folder_is_none_to_the_real_ones() {
    let (pilot, real) = (Rig::start(&PEOPLE).await, Rig::start(&PEOPLE).await);
    let export = small();
    sent(&pilot, &export).await;
    sent(&real, &export).await;
    let (mark, other) = (pilot.mark(), real.mark());
    assert!(mark.starts_with("T1-") && other.starts_with("T1-") && mark != other, "{mark} {other}");
    for yes in [mark.as_str(), "T1-"] {
        let refused = real.run(&["undo", "--yes", yes]).await;
        assert_eq!(refused.status.code(), Some(4), "{}", told(&refused));
        let why = format!("this migration is {other}, not {yes}");
        assert!(told(&refused).contains(&why), "{}", told(&refused));
    }
    assert_eq!((there(&real).len(), real.emulator().stats().of(DELETE)), (3, 0));
    // What is deleted already changes nothing: the same command goes on.
    real.ok(&["undo", "--yes", &other, "--only", "board"]).await;
    real.ok(&["undo", "--yes", &other]).await;
    assert_eq!(there(&real), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn h8_what_is_completed_stays_whatever_we_know_of_it() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = small();
    sent(&rig, &export).await;
    rig.ok(&["verify"]).await;
    rig.ok(&["complete", "--only", "board"]).await;
    // Another space is completed, and only Google knows.
    let lines = journal(&rig);
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let made = |name: &str| {
        let line = lines.iter().find(|line| line["name"] == name).expect("made");
        line["space"].as_str().expect("a name").to_owned()
    };
    let token = rig.api.user("u1@example.com").await;
    let path = format!("/v1/{}:completeImport", made("general"));
    assert_eq!(rig.api.post(&path, &token, serde_json::json!({})).await.status, 200);
    let undo = rig.ok(&YES).await;
    let said = undo.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.starts_with("Deleted: 1 space with 1 message."), "{undo}");
    let open = "Open to people, and not touched: board, general; only their owners can delete them, in Chat.";
    assert!(said.contains(open), "{undo}");
    assert_eq!(there(&rig), ["board \"completed\"", "general \"completed\""]);
    assert_eq!(rig.emulator().stats().of(DELETE), 1, "what is open is not even asked for");
    rig.whole_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_google_refuses_to_delete_is_said_and_tried_again() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = small();
    sent(&rig, &export).await;
    let no = Fault::on(DELETE).times(1).before(Action::status(403));
    rig.emulator().arm(no).expect("a good fault");
    let refused = rig.run(&YES).await;
    assert_eq!(refused.status.code(), Some(9), "{}", told(&refused));
    assert!(told(&refused).starts_with("Deleted: 2 spaces"), "{}", told(&refused));
    assert!(told(&refused).contains("Google deletes it by itself within 90 days"));
    assert_eq!(there(&rig).len(), 1);
    // Lost answers and a bad minute change nothing.
    let lost = Fault::on(DELETE).times(1).after(Action::Close);
    rig.emulator().arm(lost).expect("a good fault");
    rig.ok(&YES).await;
    assert_eq!(there(&rig), [""; 0]);
    rig.whole_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_undone_and_the_rest_goes_on_and_foreign_spaces_are_never_touched() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = small();
    sent(&rig, &export).await;
    // Somebody has a space of the same name, and it is not ours.
    let token = rig.api.user("u3@example.com").await;
    let twin = serde_json::json!({
        "spaceType": "SPACE", "displayName": "general (2)", "importMode": true,
        "createTime": "2020-01-01T00:00:00Z",
    });
    assert_eq!(rig.api.post("/v1/spaces", &token, twin).await.status, 200);
    rig.ok(&["undo", "--yes", NAME, "--only", "gen*"]).await;
    let left = ["board \"importing\"", "direct \"importing\"", "general (2) \"importing\""];
    assert_eq!(there(&rig), left);
    rig.ok(&YES).await;
    assert_eq!(there(&rig), ["general (2) \"importing\""]);
    rig.forgive(&["duplicate-space", "nameless-space"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn h8_a_space_that_was_given_up_and_lives_is_deleted_too() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = tiny();
    sent(&rig, &export).await;
    // It was taken for gone, and was not.
    let made: Value =
        serde_json::from_str(journal(&rig).lines().next().expect("a line")).expect("JSON");
    let space = made["space"].as_str().expect("a name");
    let line = format!(
        "{{\"what\":\"abandoned\",\"conversation\":\"CGENERAL\",\"part\":0,\"generation\":0,\"space\":\"{space}\",\"at\":\"\"}}\n"
    );
    fs::write(rig.work().join("spaces.jsonl"), journal(&rig) + &line).expect("room");
    rig.run(&["run"]).await;
    assert_eq!(there(&rig).len(), 2, "a new one was made beside it");
    let undo = rig.ok(&YES).await;
    assert!(undo.starts_with("Deleted: 2 spaces with 2 messages."), "{undo}");
    assert_eq!(there(&rig), [""; 0]);
    rig.forgive(&["duplicate-space"]);
}

fn tiny() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "one")
        .message("U2", "1600000010.000100", "two")
        .zip()
}

/// Lets `undo` die at its `at`-th crash point and goes on, by itself or by a run that finds the
/// half of it. Tells whether it died.
async fn dies_at(at: u64, by_run: bool) -> bool {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = tiny();
    sent(&rig, &export).await;
    let mut command = rig.command(&YES);
    command.env("CHATFERRY_CRASH", format!("at:{at}"));
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    let died = died(&output.await.expect("it ends"));
    let what = format!("died at {at}: {died}, by run {by_run}");
    if by_run {
        rig.run(&["run"]).await;
        let verify = rig.run(&["verify"]).await;
        if told(&verify).contains("it has to be started over") {
            rig.ok(&["retry", "--start-over", "--yes"]).await;
        }
    } else {
        rig.ok(&YES).await;
        assert_eq!(there(&rig), [""; 0], "{what}");
        let lines = journal(&rig);
        assert_eq!(lines.matches("\"what\":\"deleted\"").count(), 1, "{what}: {lines}");
    }
    rig.whole_again().await;
    assert_eq!(there(&rig), ["general \"completed\""], "{what}");
    died
}

/// Returns the crash points of undoing, from the first line that it writes on.
async fn points() -> (u64, u64) {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = tiny();
    sent(&rig, &export).await;
    let file = rig.work().with_extension("points");
    let mut command = rig.command(&YES);
    command.env("CHATFERRY_CRASH", format!("count:{}", file.display()));
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    assert!(output.await.expect("it ends").status.success());
    let names = fs::read_to_string(file).expect("counted");
    let first = names.lines().position(|name| name == "space.noting").expect("a line is written");
    (first as u64, names.lines().count() as u64)
}

#[tokio::test(flavor = "multi_thread")]
async fn h8_undoing_may_die_at_any_point_and_is_gone_on_with() {
    let (first, all) = points().await;
    let mut due = (first..=all).map(|at| (at, at % 2 == 0));
    let (mut trials, mut deaths) = (JoinSet::new(), 0_u64);
    loop {
        while trials.len() < 3 {
            let Some((at, by_run)) = due.next() else { break };
            trials.spawn(dies_at(at, by_run));
        }
        let Some(trial) = trials.join_next().await else { break };
        deaths += u64::from(trial.expect("it holds"));
    }
    assert!(
        deaths > 8,
        "{deaths} of {all}: two lines, a call and a commit have points on either side"
    );
    counted(
        "undo",
        &format!(
            "died {deaths} times at {} crash points, gone on with in one of two ways",
            all - first + 1
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_after_all_is_gone_takes_it_for_done() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let export = small();
    sent(&rig, &export).await;
    rig.emulator().change(&Change::DeleteSpace("*".to_owned())).expect("they are there");
    let undo = rig.ok(&YES).await;
    assert!(undo.starts_with("Deleted: 3 spaces with 9 messages."), "{undo}");
    rig.whole_again().await;
}
