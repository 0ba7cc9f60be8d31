//! Threads whose beginning the export does not have, and threads longer than Chat allows.

use crate::crash_support::died;
use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Options};
use serde_json::Value;
use std::collections::BTreeMap;

const POSTS: &str = "spaces.messages.create";
const ADMIN: &str = "admin@example.com";

/// A message as it stands in Chat.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stands {
    sender: String,
    time: String,
    thread: String,
    text: String,
}

/// Returns what stands in Chat, in order of space and time.
fn standing(rig: &Rig) -> Vec<Stands> {
    let lines = rig.emulator().canonical();
    let messages = lines.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).expect("the dump is JSON");
        let cell = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        line["text"].is_string().then(|| Stands {
            sender: cell("sender"),
            time: cell("time"),
            thread: cell("thread"),
            text: cell("text"),
        })
    });
    messages.collect()
}

/// Returns how many times a loss occurred, as a report says.
fn lost(said: &str, code: &str) -> u64 {
    let line = said.lines().find(|line| line.contains(&format!("({code}")));
    line.map_or(0, |line| line.split_whitespace().next().unwrap().parse().unwrap())
}

fn rootless() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "before")
        .reply("U2", "1600000010.000100", "1500000000.000700", "late answer")
        .react("wave", &["U1"])
        .reply("U1", "1600000020.000100", "1500000000.000700", "thanks")
        .message("U1", "1600000030.000100", "a root that does not say so")
        .reply("U2", "1600000040.000100", "1600000030.000100", "its reply")
        .zip()
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_replies_without_their_root_stand_in_one_thread_under_a_line_that_says_so() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, rootless());
    let path = export.path.display().to_string();
    let said = rig.ok(&["run", &path]).await;
    let line = "_The message of 14 Jul 2017, 02:40 UTC that began this thread is missing._";
    let all = standing(&rig);
    let texts: Vec<&str> = all.iter().map(|one| one.text.as_str()).collect();
    let root = "a root that does not say so";
    assert_eq!(texts, ["before", line, "late answer", "thanks", root, "its reply"]);
    assert_eq!((all[1].sender.as_str(), all[2].sender.as_str()), (ADMIN, "u2@example.com"));
    assert_eq!(all[1].time, "2020-09-13T12:26:50.000099Z", "right before the first reply");
    assert_eq!(all[2].time, "2020-09-13T12:26:50.000100Z");
    assert_eq!([&all[2].thread, &all[3].thread], [&all[1].thread; 2]);
    assert_ne!(all[0].thread, all[1].thread);
    assert_eq!(lost(&said, "root_missing"), 1, "{said}");
    let added = said.lines().find(|line| line.contains("added lines")).expect("a row");
    assert_eq!(added.split_whitespace().nth(2), Some("1"), "{said}");
    let messages = said.lines().find(|line| line.contains("messages") && line.contains("- "));
    assert!(messages.is_some_and(|row| row.trim_end().ends_with('5')), "of Slack's\n{said}");
    let inspected = rig.ok(&["inspect", &path]).await;
    let line = inspected.lines().find(|line| line.contains("root_missing"));
    assert!(line.is_some_and(|line| line.contains(" 1 × in 1")), "{inspected}");
    let verdict = rig.ok(&["verify"]).await;
    assert!(verdict.contains("6 of 6"), "{verdict}");
    rig.lose_ledger();
    let said = rig.ok(&["ledger", "rebuild", &path]).await;
    assert!(said.contains("Already in Chat: 6 messages"), "{said}");
    rig.ok(&["run"]).await;
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!((standing(&rig), rig.emulator().stats().of(POSTS)), (all, 6));
}

/// A thread with more replies than Chat takes.
fn long() -> Export {
    let general = Workspace::new().channel("general", &["U1", "U2"]).message(
        "U1",
        "1600000000.000100",
        "the root",
    );
    let replies = (1..=510).fold(general, |general, number| {
        let ts = format!("{}.000100", 1_600_000_000 + number);
        general.reply("U2", &ts, "1600000000.000100", &format!("reply {number}"))
    });
    replies.zip()
}

async fn ending() -> Rig {
    let dialects = Dialects { threads_end: true, ..Dialects::default() };
    Rig::with(&["u1", "u2"], Options { dialects, ..Options::default() }).await
}

fn check_long(all: &[Stands]) {
    let mut threads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in all {
        threads.entry(&one.thread).or_default().push(&one.text);
    }
    let first = threads.remove(all[0].thread.as_str()).expect("the first thread");
    let second = threads.into_values().next().expect("the second thread");
    assert_eq!((first.len(), second.len()), (501, 12));
    let end = ["reply 499", "_(This thread goes on in a new one, part 2.)_"];
    assert_eq!(first[499..], end);
    let begin = ["_(Continued from the thread of 13 Sep 2020, 12:26 UTC: part 2.)_", "reply 500"];
    assert_eq!(second[..2], begin);
    assert_eq!(second[11], "reply 510");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_more_than_500_replies_goes_on_in_another_however_often_the_run_dies() {
    let (rig, export) = (ending().await, long());
    let words = ["run", &export.path.display().to_string()];
    for at in [40, 700] {
        let mut command = rig.command(&words);
        command.env("CHATFERRY_LANES", "1").env("CHATFERRY_CRASH", format!("at:{at}"));
        let run = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = run.await.unwrap();
        assert!(died(&output), "{}", text(&output.stderr));
    }
    let said = rig.ok(&words).await;
    check_long(&standing(&rig));
    assert_eq!(lost(&said, "thread_continued"), 1, "{said}");
    let verdict = rig.ok(&["verify"]).await;
    assert!(verdict.contains("513 of 513"), "{verdict}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_on_may_be_refused_and_holds_up_the_new_thread_alone() {
    let (rig, export) = (ending().await, long());
    let refused = Fault::on(POSTS).containing("Continued from").before(Action::status(403));
    rig.emulator().arm(refused).expect("a good fault");
    let output = rig.run(&["run", &export.path.display().to_string()]).await;
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(standing(&rig).len(), 501, "{said}");
    rig.ok(&["retry", "--all"]).await;
    rig.ok(&["run"]).await;
    check_long(&standing(&rig));
    rig.ok(&["verify"]).await;
}
