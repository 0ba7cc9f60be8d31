//! The certificate itself: whole, truthful, and in the way of completion.

use crate::certificate::{self, Certificate};
use crate::rig::{Rig, text};
use crate::sim::{Plan, Setup, Sim, on_paused_time, pass, people};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Fault, Options};
use chatferry::send::{self, DIFFERENCES};
use serde_json::Value;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
/// In microseconds.
const MINUTE: i64 = 60_000_000;
const PEOPLE: [&str; 2] = ["u1", "u2"];

/// A thread, a message in parts, a reaction; a file that Slack lost; a line that is left out; a
/// record that can't be read. And a second space.
fn workspace() -> Export {
    let long = "word ".repeat(8_000);
    let file = serde_json::json!([{"id": "F1", "mode": "tombstone"}]);
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000001.000100", "hello")
        .react("wave", &["U1", "U2"])
        .reply("U2", "1600000002.000100", "1600000001.000100", "hi")
        .message("U1", "1600000003.000100", &long)
        .message("U2", "1600000004.000100", "a file")
        .with(serde_json::json!({"files": file}))
        .message("U2", "1600000005.000100", "<@U2> has joined the channel")
        .with(serde_json::json!({"subtype": "channel_join"}))
        .record(serde_json::json!({"type": "message", "ts": null}))
        .private("board", &["U1"])
        .message("U1", "1600000001.000100", "between us")
        .zip()
}

async fn run(rig: &Rig) {
    let run = rig.run(&["run", &workspace().path.display().to_string()]).await;
    assert!(matches!(run.status.code(), Some(0 | 3)), "{}", text(&run.stdout));
}

/// Refuses the reply, and the notice in its place.
fn refusing() -> Fault {
    let reply = Fault::on("spaces.messages.create").containing("T12:26:42");
    reply.times(2).before(Action::status(400))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_verdict_says_what_is_not_in_chat_and_what_it_can_not_see() {
    let rig = Rig::start(&PEOPLE).await;
    run(&rig).await;
    let said = rig.ok(&["verify"]).await;
    let said = said.replace(&rig.work().display().to_string(), "WORK");
    let said: Vec<&str> = said.lines().filter(|line| !line.contains("read back")).collect();
    insta::assert_snapshot!(said.join("\n"));
    let told = certificate::of(&rig, "CGENERAL");
    let parts = told.lines.iter().filter(|line| line.thing == "part").count();
    assert!(parts > 0 && told.lines.iter().all(|line| line.mark == "="), "{}", told.text);
    let heads: Vec<&str> = told.text.lines().filter(|line| line.starts_with('#')).collect();
    let head = |what: &str| heads.iter().find(|line| line.starts_with(&format!("# {what}\t")));
    for what in ["certificate", "chatferry", "migration", "realm", "conversation", "space", "read"]
    {
        assert!(head(what).is_some(), "{what}: {heads:?}");
    }
    assert_eq!(
        head("replies"),
        Some(&format!("# replies\tplanned {}\tfound {}", parts + 1, parts + 1).as_str())
    );
    assert_eq!(head("authors"), Some(&"# authors\tplanned 2\tfound 2"));
    let all = std::fs::read_to_string(certificate::folder(&rig).join("all.tsv")).expect("the list");
    assert!(certificate::is_whole(&all), "{all}");
    assert_eq!(all.lines().filter(|line| line.starts_with("=\t")).count(), 2, "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_verdict_has_every_number() {
    let rig = Rig::start(&PEOPLE).await;
    run(&rig).await;
    let said = rig.ok(&["verify", "--json"]).await;
    let mut verdict: Value = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .rfind(|line| line["event"] == "verdict")
        .expect("the verdict is the last thing said");
    for space in verdict["spaces"].as_array_mut().unwrap() {
        let sealed = space["verdict"]["certificate"].as_object_mut().unwrap();
        assert_eq!(sealed["sha256"].as_str().map(str::len), Some(64));
        sealed["sha256"] = "…".into();
        space["verdict"]["read"] = "…".into();
    }
    verdict["certificates"] = "…".into();
    insta::assert_json_snapshot!(verdict);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_is_named_with_its_reason_and_never_looks_good() {
    let rig = Rig::start(&PEOPLE).await;
    rig.emulator().arm(refusing()).expect("a good fault");
    run(&rig).await;
    let verdict = rig.run(&["verify"]).await;
    let said = text(&verdict.stdout);
    assert_eq!(verdict.status.code(), Some(3), "{said}");
    assert!(said.starts_with("Not all was sent: ") && !said.contains("looks good"), "{said}");
    let wrong =
        [certificate::of(&rig, "CGENERAL").wrong(), certificate::of(&rig, "GBOARD").wrong()]
            .concat();
    assert!(!wrong.is_empty() && wrong.iter().all(|line| line.starts_with("! ")), "{wrong:?}");
    assert!(wrong.iter().any(|line| line.ends_with(" invalid_argument")), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_verdict_that_is_older_than_the_last_call_opens_a_space() {
    let rig = Rig::start(&PEOPLE).await;
    rig.emulator().arm(refusing()).expect("a good fault");
    run(&rig).await;
    rig.run(&["verify"]).await;
    // With the verdict in hand, the refused call is made after all.
    rig.ok(&["retry", "--all"]).await;
    let completions = || rig.emulator().stats().of("spaces.completeImport");
    let early = rig.run(&["complete", "--accept-wedged"]).await;
    assert!(text(&early.stderr).contains("not yet sent in full"), "{}", text(&early.stderr));
    rig.ok(&["run"]).await;
    let unread = rig.run(&["complete", "--accept-wedged"]).await;
    assert_eq!(unread.status.code(), Some(9), "{}", text(&unread.stderr));
    let why = "not read back as planned since the last change";
    assert!(text(&unread.stderr).contains(why), "{}", text(&unread.stderr));
    assert_eq!(completions(), 1, "the space that nothing happened to");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(completions(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_can_not_be_read_is_told_and_its_old_verdict_does_not_count() {
    let rig = Rig::start(&PEOPLE).await;
    run(&rig).await;
    let fault = Fault::on("spaces.messages.list").forever().before(Action::status(403));
    rig.emulator().arm(fault).expect("a good fault");
    let verdict = rig.run(&["verify"]).await;
    let said = text(&verdict.stdout);
    assert_eq!(verdict.status.code(), Some(9), "{said}");
    assert!(said.contains("general: not read back: "), "{said}");
    let all = std::fs::read_to_string(certificate::folder(&rig).join("all.tsv")).expect("the list");
    assert_eq!(all.lines().filter(|line| line.starts_with("!\t")).count(), 2, "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_verify_leaves_whole_certificates_or_none() {
    let slow = Options { latency: Duration::from_millis(2), ..Options::default() };
    let rig = Rig::with(&PEOPLE, slow).await;
    run(&rig).await;
    for requests in 3..8 {
        rig.kill_after(requests, &["verify"]).await;
        for entry in std::fs::read_dir(certificate::folder(&rig)).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "tsv") && !path.ends_with("all.tsv") {
                Certificate::read(&path);
            }
        }
    }
    rig.ok(&["verify"]).await;
    let names = std::fs::read_dir(certificate::folder(&rig)).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "two spaces and the list, no leftovers: {names:?}");
}

/// Two spaces, and the first is still being opened when the second's last half hour begins.
#[test]
fn a_space_is_looked_at_again_when_its_turn_to_be_opened_comes() {
    let plan = Plan::of(workspace(), people(&["u1@example.com", "u2@example.com"]));
    on_paused_time(async {
        let options = send::Options { lanes: 1, ..send::Options::default() };
        let sim = Sim::begin(&plan, Setup { options, patience: DAY, ..Setup::default() });
        sim.send().await.expect("all is sent");
        sim.verify().await.expect("all is read");
        let end = sim.ledger().lanes().expect("lanes").iter().filter_map(|lane| lane.expires).min();
        let left = end.expect("a space expires") - sim.clock.wall() - 31 * MINUTE;
        pass(Duration::from_micros(left.unsigned_abs())).await;
        let unclear = Fault::on("spaces.completeImport").times(8).before(Action::status(503));
        sim.emulator.arm(unclear).expect("a good fault");
        let (_, completed) = sim.complete().await.expect("it goes on");
        assert_eq!(sim.emulator.stats().with("spaces.completeImport", 200), 1, "{completed:?}");
        assert_eq!(completed.held, [("board".to_owned(), send::Held::LastMinutes)]);
    });
}

#[test]
fn the_document_names_every_difference() {
    let document = include_str!("../../docs/semantics.md");
    let table = document.split_once("| code | what differs |\n|---|---|\n").expect("the table").1;
    let table = table.split("\n\n").next().unwrap_or_default().trim_end();
    let codes: Vec<String> =
        DIFFERENCES.iter().map(|(code, what)| format!("| `{code}` | {what} |")).collect();
    assert_eq!(table, codes.join("\n"));
}
