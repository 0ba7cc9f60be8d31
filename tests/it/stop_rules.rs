//! A command that stops, pauses or rests by the admin's own rules: the program as its user runs it.

use crate::child::Running;
use crate::crash_support::{End, Golden, PEOPLE, POSTS, finish, small, words, writes};
use crate::rig::{Rig, end, text};
use chatferry::emulator::{Action, Fault, Options};
use serde_json::Value;
use std::time::Duration;

async fn slow(ms: u64) -> Rig {
    let slow = Options { latency: Duration::from_millis(ms), ..Options::default() };
    Rig::with(&PEOPLE, slow).await
}

fn report(stdout: &[u8]) -> Value {
    let stdout = text(stdout);
    serde_json::from_str(stdout.lines().last().expect("a report")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_time_a_run_drains_says_why_and_the_next_goes_on() {
    let (rig, export) = (slow(250).await, small());
    let golden = Golden::of(&export, Options::default()).await;
    let mut words = words("run", &export);
    words.extend(["--max-duration", "3s"]);
    let run = Running::start(&rig, &words);
    let output = run.end().await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("Stopping after 3 s (max_duration): calls under way"), "{said}");
    let report = report(&output.stdout);
    assert_eq!(report["stopped_by"], "max_duration");
    let headline = report["headline"].as_str().expect("a headline");
    assert!(headline.contains("It stopped by itself after 3 s (max_duration)"), "{headline}");
    assert!(rig.emulator().stats().of(POSTS) < 9, "it stops");
    finish(&rig, &export, &golden, Vec::new()).await;
    assert_eq!(writes(&rig), golden.writes, "nothing is sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_failed_calls_stop_a_run_with_a_code_of_their_own() {
    let (rig, export) = (slow(0).await, small());
    let refuses = Fault::on("spaces.messages.reactions.create").forever();
    rig.emulator().arm(refuses.before(Action::status(403))).expect("a good fault");
    let mut words = words("run", &export);
    words.extend(["--max-errors", "2"]);
    let run = Running::start(&rig, &words);
    let output = run.end().await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(12), "{said}");
    assert!(said.contains("Stopping: 2 calls failed for good (max_errors)"), "{said}");
    let report = report(&output.stdout);
    assert_eq!((&report["stopped_by"], &report["exit"]), (&"max_errors".into(), &12.into()));
    let stuck = report["account"]["wedged"][0]["steps"].as_u64();
    assert!(stuck.is_some_and(|stuck| (2..4).contains(&stuck)), "{report}");
    assert!(report["headline"].as_str().is_some_and(|line| line.contains("chatferry retry")));
    rig.emulator().disarm_all();
    rig.ok(&["retry", "--all"]).await;
    rig.whole_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_a_pause_from_another_terminal_holds_a_run_and_the_run_after_a_crash() {
    let (rig, export) = (slow(500).await, small());
    let golden = Golden::of(&export, Options::default()).await;
    let mut run = Running::start(&rig, &words("run", &export));
    run.calls(&rig, POSTS, 3).await;
    let told = rig.ok(&["pause"]).await;
    assert!(told.contains("Next: chatferry resume"), "{told}");
    let line: Value = serde_json::from_str(&run.says("\"paused\"").await).expect("an event");
    assert_eq!(line["event"], "paused");
    assert!(rig.ok(&["pause"]).await.contains("paused already since"));
    let status = rig.ok(&["status"]).await;
    assert!(status.contains("Paused since") && status.contains("chatferry resume"), "{status}");
    run.signal("KILL");
    run.end().await;
    let before = rig.emulator().stats().of(POSTS);
    assert!(before < 9, "{before} posts");

    let mut run = Running::start(&rig, &["run", "--json"]);
    run.says("\"paused\"").await;
    assert!(run.is_alive(), "it waits");
    assert_eq!(rig.emulator().stats().of(POSTS), before, "nothing is sent");
    let told = rig.ok(&["resume"]).await;
    assert!(told.contains("Resumed, after"), "{told}");
    run.says("\"works_again\"").await;
    let output = run.end().await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(rig.ok(&["resume"]).await, "Nothing was paused.\n");
    finish(&rig, &export, &golden, vec![End::of(&output, &rig.work())]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_wants_a_migration_and_answers_scripts() {
    let rig = slow(0).await;
    let refused = rig.run(&["pause"]).await;
    assert_eq!(refused.status.code(), Some(4), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("hint: give the folder with --work"));
    rig.settings("");
    let paused = report(&rig.run(&["pause", "--json"]).await.stdout);
    assert_eq!((&paused["event"], &paused["already"]), (&"pause".into(), &false.into()));
    let resumed = report(&rig.run(&["resume", "--json"]).await.stdout);
    assert!(resumed["was_paused_seconds"].is_u64(), "{resumed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn complete_rests_after_its_question_and_never_before() {
    let (rig, export) = (slow(0).await, small());
    rig.ok(&words("run", &export)).await;
    rig.ok(&["verify"]).await;
    rig.ok(&["pause"]).await;
    let look = rig.ok(&["complete", "--dry-run"]).await;
    assert!(look.contains("conversations"), "{look}");
    let mut command = rig.command(&["complete", "--json"]);
    command.arg("--max-duration").arg("2s");
    let output = end(command).await;
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("\"event\":\"paused\""), "{}", text(&output.stdout));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    rig.ok(&["resume"]).await;
    rig.ok(&["complete"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_make_no_sense_are_refused_before_anything_is_sent() {
    let rig = slow(0).await;
    rig.settings("");
    let mut said = String::new();
    for flags in [
        ["--between", "19-7"],
        ["--between", "19:00-07:00 Nowhere/City"],
        ["--max-duration", "soon"],
        ["--max-rate", "50%"],
    ] {
        let output = rig.run(&["run", flags[0], flags[1]]).await;
        assert_eq!(output.status.code(), Some(4), "{flags:?}: {}", text(&output.stderr));
        said += &text(&output.stderr);
    }
    insta::assert_snapshot!(said);
    assert_eq!(rig.emulator().stats().total(), 0);
}
