//! A space that is gone, and its conversation sent anew to another one.

use crate::crash_support::{PEOPLE, died, small};
use crate::ledger_rig::{MESSAGES, golden, rig, workspace};
use crate::proof::counted;
use crate::rig::{Rig, text};
use crate::support::Export;
use chatferry::emulator::{Action, Change, Dialects, Fault, Gone, Options};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::process::Output;
use tokio::task::JoinSet;

const POST: &str = "spaces.messages.create";
/// Posts of the conversation that loses its space.
const GENERAL: u64 = 70;

/// Takes a space's name.
type To = fn(String) -> Change;

/// Returns what people see, whatever the names that the server gave: spaces that are completed,
/// each with its members and messages; a thread is called by the time of its first message.
fn seen(canonical: &str) -> Vec<String> {
    let lines: Vec<Value> =
        canonical.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut roots: HashMap<(String, &str), &str> = HashMap::new();
    let (mut at, mut space, mut shown, mut seen) = (Vec::new(), String::new(), false, Vec::new());
    for line in &lines {
        if let Some(name) = line["space"].as_str() {
            name.clone_into(&mut space);
        }
        at.push(space.clone());
        if let (Some(thread), Some(time)) = (line["thread"].as_str(), line["time"].as_str()) {
            let root = roots.entry((space.clone(), thread)).or_insert(time);
            *root = time.min(root);
        }
    }
    for (line, at) in lines.iter().zip(at) {
        let mut one = line.clone();
        let fields = one.as_object_mut().expect("an object");
        if fields.remove("space").is_some() {
            shown = fields["state"] == "completed";
            space = format!("{} {}", fields["name"], fields["owner"]);
        }
        fields.remove("message");
        if let Some(root) = line["thread"].as_str().and_then(|thread| roots.get(&(at, thread))) {
            fields.insert("thread".to_owned(), (*root).into());
        }
        if shown {
            seen.push(format!("{space}: {one}"));
        }
    }
    seen.sort();
    seen
}

/// Asserts that people see the golden end, and that a number of spaces was completed for it.
fn is_seen(rig: &Rig, golden: &str, what: &str) {
    let (found, wanted) = (seen(&rig.emulator().canonical()), seen(golden));
    let missing: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).take(5).collect();
    let extra: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).take(5).collect();
    assert!(found == wanted, "{what}: missing {missing:#?}, extra {extra:#?}");
    assert_eq!(rig.emulator().audit(), [], "{what}");
}

fn spaces(rig: &Rig) -> String {
    fs::read_to_string(rig.work().join("spaces.jsonl")).expect("it is there")
}

fn told(output: &Output) -> String {
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gone(rig: &Rig) {
    let change = Change::ExpireSpace("general".to_owned());
    rig.emulator().change(&change).expect("it is there");
}

/// Asserts that a command is refused, with a reason and a hint, and that it changed nothing.
async fn refused(rig: &Rig, words: &[&str], why: &str) {
    let (before, calls) = (spaces(rig), rig.emulator().stats().total());
    let standing = rig.ok(&["status", "--lanes"]).await;
    let output = rig.run(words).await;
    let said = told(&output);
    assert_eq!(output.status.code(), Some(4), "{words:?}: {said}");
    assert!(said.contains(why) && said.contains("hint: "), "{words:?}: {said}");
    assert_eq!(spaces(rig), before, "{words:?}");
    assert_eq!(rig.ok(&["status", "--lanes"]).await, standing, "{words:?}");
    assert_eq!(rig.emulator().stats().total(), calls, "{words:?}");
}

/// Returns how every conversation but one stands.
async fn others(rig: &Rig) -> Vec<Value> {
    let output = rig.run(&["status", "--json"]).await;
    let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let all = status["standings"].as_array().expect("a list").iter();
    all.filter(|one| one["name"] != "general").cloned().collect()
}

/// Returns the account of items, and of what did not survive.
async fn account(rig: &Rig) -> (Value, Value, Value) {
    let mut account = rig.account().await;
    (account["items"].take(), account["losses"].take(), account["skipped"].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn b20_a_space_that_is_gone_under_way_is_made_anew_and_filled_anew() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    for (change, gone_space, gone_requests_free) in [
        (Change::ExpireSpace as To, Gone::Forbidden, true),
        (Change::DeleteSpace as To, Gone::NotFound, false),
    ] {
        let rig = rig(Dialects { gone_space, gone_requests_free, ..Dialects::default() }).await;
        assert!(rig.kill_after(requests / 2, &["run", &path]).await);
        rig.emulator().change(&change("general".to_owned())).expect("it is there");
        let run = rig.run(&["run"]).await;
        assert_eq!(run.status.code(), Some(3), "{}", told(&run));
        assert!(told(&run).contains("chatferry retry --start-over CGENERAL"), "{}", told(&run));
        // Without a terminal and without a yes it only says what it would do.
        refused(&rig, &["retry", "--start-over"], "general would start over: its space").await;
        refused(&rig, &["retry", "--start-over", "--json"], "\"done\":false").await;
        let posts = rig.emulator().stats().of(POST);
        let said = rig.ok(&["retry", "--start-over", "#general", "--yes"]).await;
        assert!(said.contains("general starts over: its space spaces/"), "{said}");
        assert!(said.contains("All is owed again, to a new one: 70 messages, "), "{said}");
        assert!(spaces(&rig).contains("\"what\":\"abandoned\",\"conversation\":\"CGENERAL\""));
        refused(&rig, &["retry", "--start-over", "--yes"], "no space is gone").await;
        rig.finish().await;
        let again = rig.emulator().stats().of(POST) - posts;
        assert_eq!(again, GENERAL, "the others were sent in full before");
        is_seen(&rig, &golden, &said);
        assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b20_only_the_conversation_whose_space_is_gone_starts_over_and_reports_name_it() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let golden_rig = rig(Dialects::default()).await;
    golden_rig.ok(&["run", &export.path.display().to_string()]).await;
    let rig = rig(Dialects::default()).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    gone(&rig);
    let verify = rig.run(&["verify"]).await;
    assert!(told(&verify).contains("it has to be started over"), "{}", told(&verify));
    let (before, calls) = (others(&rig).await, rig.emulator().stats());
    let said = rig.ok(&["retry", "--start-over", "--yes", "--json"]).await;
    let event: Value = serde_json::from_str(&said).expect("one line of JSON");
    assert_eq!((&event["name"], &event["done"]), (&"general".into(), &true.into()), "{said}");
    assert_eq!(event["messages_were_sent"], GENERAL, "{said}");
    let old = event["gone"].as_str().expect("a space").to_owned();
    let status = rig.ok(&["status"]).await;
    assert!(status.contains("70 messages still owed"), "not lost: {status}");
    let run = rig.ok(&["run"]).await.split_whitespace().collect::<Vec<_>>().join(" ");
    let names_both = format!("Started over, since the space was gone: general ({old}).");
    assert!(run.contains(&names_both), "{run}");
    assert_eq!(others(&rig).await, before);
    let stats = rig.emulator().stats();
    let since = |method: &str| stats.of(method) - calls.of(method);
    assert_eq!((since("spaces.create"), since(POST)), (1, GENERAL), "only its own");
    assert_eq!(since("spaces.messages.reactions.create"), 20);
    assert_eq!(account(&rig).await, account(&golden_rig).await);
    rig.finish().await;
    is_seen(&rig, &golden, "one of four");
    let lines = spaces(&rig);
    assert!(!lines.contains(&format!("\"completed\",\"space\":\"{old}\"")), "{lines}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_lives_or_is_completed_or_may_be_is_never_given_up() {
    let export = workspace();
    let rig = rig(Dialects::default()).await;
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    fs::write(rig.work().join("spaces.jsonl"), "").expect("room");
    let words = ["retry", "--start-over", "general", "--yes"];
    refused(&rig, &words, "general has no space yet").await;
    rig.ok(&["run"]).await;
    refused(&rig, &words, "the space of general is not known to be gone").await;
    refused(
        &rig,
        &["retry", "--start-over", "no\u{1b}where", "--yes"],
        "is called no\u{fffd}where",
    )
    .await;
    refused(&rig, &["retry", "--start-over", "--yes"], "no space is gone").await;
    rig.ok(&["verify"]).await;
    // It is completed, and the answer is lost.
    let lost = Fault::on("spaces.completeImport").forever().after(Action::Close);
    let id = rig.emulator().arm(lost).expect("a good fault");
    for method in ["spaces.members.list", "spaces.get"] {
        let blind = Fault::on(method).forever().maybe().before(Action::Close);
        rig.emulator().arm(blind).expect("a good fault");
    }
    let mut child = rig.command(&["complete"]).spawn().expect("it starts");
    while rig.emulator().fired(id) < 4 {
        tokio::task::yield_now().await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    rig.emulator().disarm_all();
    refused(&rig, &words, "general may be completed").await;
    rig.ok(&["complete"]).await;
    refused(&rig, &words, "general is completed").await;
    // Whatever becomes of it now is no matter of ours.
    let deleted = Change::DeleteSpace("general".to_owned());
    rig.emulator().change(&deleted).expect("it is there");
    rig.run(&["verify"]).await;
    refused(&rig, &words, "general is completed").await;
}

/// Waits until a completion was asked for in vain, and kills the program.
async fn begin_in_vain(rig: &Rig) {
    let deaf = Fault::on("spaces.completeImport").forever().before(Action::Close);
    let id = rig.emulator().arm(deaf).expect("a good fault");
    let mut child = rig.command(&["complete"]).spawn().expect("it starts");
    while rig.emulator().fired(id) < 4 {
        tokio::task::yield_now().await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    rig.emulator().disarm_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_is_gone_at_the_edge_of_completion_starts_over_once_that_is_certain() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    for begun in [false, true] {
        let rig = rig(Dialects::default()).await;
        rig.ok(&["run", &export.path.display().to_string()]).await;
        rig.ok(&["verify"]).await;
        if begun {
            begin_in_vain(&rig).await;
        }
        gone(&rig);
        let words = ["retry", "--start-over", "general", "--yes"];
        if begun {
            rig.run(&["verify"]).await;
            refused(&rig, &words, "general may be completed").await;
        }
        let complete = rig.run(&["complete"]).await;
        assert_eq!(complete.status.code(), Some(3), "{}", told(&complete));
        rig.ok(&words).await;
        rig.finish().await;
        is_seen(&rig, &golden, &format!("begun {begun}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_start_survives_an_old_ledger_and_a_lost_one() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    for (lost, sent) in [("old", true), ("lost", true), ("lost", false), ("both", false)] {
        let rig = rig(Dialects::default()).await;
        assert!(rig.kill_after(requests / 2, &["run", &path]).await);
        gone(&rig);
        rig.run(&["run"]).await;
        let old = rig.back_up();
        rig.ok(&["retry", "--start-over", "general", "--yes"]).await;
        if sent {
            assert!(rig.kill_after(requests / 3, &["run"]).await);
        }
        if lost == "old" {
            rig.bring_back(&old);
        } else {
            rig.lose_ledger();
            if lost == "both" {
                // What was written of it is cut off in the middle: then it is begun again.
                let whole = spaces(&rig);
                let cut = whole.find("abandoned").expect("the last line");
                fs::write(rig.work().join("spaces.jsonl"), &whole[..cut]).expect("room");
            }
            rig.ok(&["ledger", "rebuild", &path]).await;
        }
        if lost == "both" {
            assert_eq!(rig.run(&["run"]).await.status.code(), Some(3));
            rig.ok(&["retry", "--start-over", "--yes"]).await;
        }
        rig.finish().await;
        is_seen(&rig, &golden, &format!("{lost}, {sent}"));
        let posts = rig.emulator().stats().of(POST);
        assert!(posts <= MESSAGES + 2 * GENERAL + 128, "{lost}, {sent}: {posts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gave_way_in_the_old_space_is_whole_in_the_new_one() {
    let export = workspace();
    let path = export.path.display().to_string();
    let undisturbed = rig(Dialects::default()).await;
    undisturbed.ok(&["run", &path]).await;
    let rig = rig(Dialects::default()).await;
    for (method, words) in [(POST, "message 8\""), ("spaces.messages.reactions.create", "👋")] {
        let fault = Fault::on(method).containing(words).times(1).before(Action::status(400));
        rig.emulator().arm(fault).expect("a good fault");
    }
    rig.run(&["run", &path]).await;
    assert_eq!(rig.emulator().unfired(), []);
    gone(&rig);
    rig.run(&["verify"]).await;
    assert_ne!(account(&rig).await, account(&undisturbed).await, "something gave way");
    // As if it had died right after the line was written.
    let line = "{\"what\":\"abandoned\",\"conversation\":\"CGENERAL\",\"part\":0,\"generation\":0,\"at\":\"\"}\n";
    let log = fs::OpenOptions::new().append(true).open(rig.work().join("spaces.jsonl"));
    log.expect("there").write_all(line.as_bytes()).expect("room");
    let said = rig.ok(&["run"]).await;
    assert!(said.contains("takes from spaces.jsonl: 1 fresh start."), "{said}");
    assert_eq!(account(&rig).await, account(&undisturbed).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_changed_or_vanished_is_brought_back_before_anything_is_given_up() {
    let export = workspace();
    let rig = rig(Dialects::default()).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    gone(&rig);
    rig.run(&["verify"]).await;
    let words = ["retry", "--start-over", "general", "--yes"];
    let whole = fs::read(&export.path).expect("there");
    fs::copy(&small().path, &export.path).expect("room");
    refused(&rig, &words, "changed since it was planned (new or changed: ").await;
    let moved = export.path.with_file_name("moved.zip");
    fs::remove_file(&export.path).expect("there");
    refused(&rig, &words, "is not where it was").await;
    fs::write(&moved, whole).expect("room");
    let run = rig.run(&["run", &moved.display().to_string()]).await;
    assert_eq!(run.status.code(), Some(3), "{}", told(&run));
    rig.ok(&words).await;
    rig.finish().await;
    assert_eq!(rig.emulator().audit(), []);
}

/// Brings a migration to where a space is known to be gone.
async fn without_a_space(export: &Export) -> Rig {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    gone(&rig);
    rig.run(&["verify"]).await;
    rig
}

/// Lets the program die at its `at`-th crash point while it starts over, then goes on: by the same
/// command, or by a run that may find the half of it. Tells whether it died.
async fn dies_at(at: u32, by_run: bool, golden: String) -> bool {
    let export = small();
    let rig = without_a_space(&export).await;
    let mut command = rig.command(&["retry", "--start-over", "general", "--yes"]);
    command.env("CHATFERRY_CRASH", format!("at:{at}"));
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    let died = died(&output.await.expect("it ends"));
    if by_run {
        rig.run(&["run"]).await;
    }
    if rig.ok(&["status", "--lanes"]).await.contains("--start-over") {
        rig.ok(&["retry", "--start-over", "--yes"]).await;
    }
    rig.finish().await;
    let what = format!("died at {at}: {died}, by run {by_run}");
    is_seen(&rig, &golden, &what);
    let (stats, lines) = (rig.emulator().stats(), spaces(&rig));
    assert_eq!(stats.of("spaces.create"), 4, "{what}: one more than planned");
    assert!(lines.contains("\"abandoned\""), "{what}: {lines}");
    assert_eq!(lines.matches("\"generation\":2").count(), 0, "{what}: {lines}");
    died
}

/// Counts the crash points of starting over.
async fn points() -> u32 {
    let export = small();
    let rig = without_a_space(&export).await;
    let file = rig.work().with_extension("points");
    let mut command = rig.command(&["retry", "--start-over", "general", "--yes"]);
    command.env("CHATFERRY_CRASH", format!("count:{}", file.display()));
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    assert!(output.await.expect("it ends").status.success());
    fs::read_to_string(file).expect("counted").lines().count() as u32
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_over_may_die_at_any_point_and_is_gone_on_with() {
    let (rig, export) = (Rig::with(&PEOPLE, Options::default()).await, small());
    rig.whole(&export.path).await;
    let golden = rig.emulator().canonical();
    let all = points().await;
    let mut due = (1..=all).flat_map(|at| [(at, false), (at, true)]);
    let mut trials = JoinSet::new();
    loop {
        while trials.len() < 3 {
            let Some((at, by_run)) = due.next() else { break };
            trials.spawn(dies_at(at, by_run, golden.clone()));
        }
        let Some(trial) = trials.join_next().await else { break };
        assert!(trial.expect("it holds"), "it died at none of {all}");
    }
    assert!(all > 4, "{all}: a line and a commit have points on either side");
    counted("start_over", &format!("died at {all} crash points, each gone on with in two ways"));
}
