//! `people retry`: those who got an account after their conversations were begun.

use crate::crash_support::{died, ledger};
use crate::proof::counted;
use crate::rig::{Rig, end, tally, text};
use crate::support::{Export, Workspace};
use chatferry::cli::PEOPLE_WAYS;
use chatferry::emulator::{Change, Person};
use serde_json::{Value, json};
use std::process::Output;
use tokio::task::JoinSet;

/// U9 has no account at first: writes in general, left old long ago, is in neither board nor D1.
fn export() -> Export {
    Workspace::new()
        .person("U9", "u9")
        .channel("general", &["U1", "U2", "U9"])
        .message("U1", "1600000000.000100", "hello")
        .react("wave", &["U2", "U9"])
        .message("U9", "1600000010.000100", "mine")
        .message("U9", "1600000015.000100", "mine too")
        .react("tada", &["U1"])
        .message("U2", "1600000020.000100", "ask <@U9>")
        .channel("old", &["U1", "U2"])
        .message("U9", "1600000100.000100", "before I left")
        .record(json!({"type": "message", "user": "U9", "ts": "1600000110.000100", "subtype": "channel_leave", "text": "a system line"}))
        .private("board", &["U1", "U2"])
        .message("U1", "1600000200.000100", "between us")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600000300.000100", "two of us")
        .zip()
}

async fn begun(export: &Export) -> Rig {
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig
}

/// Makes the account that was missing.
fn provide(rig: &Rig) {
    let (email, name) = ("u9@example.com".to_owned(), "u9".to_owned());
    rig.emulator().add_person(Person { email, name, ..Person::default() });
}

fn told(output: &Output) -> String {
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    format!("{all}exit {:?}", output.status.code())
}

/// Runs `people retry` with more words; returns what it said, without the folder's name.
async fn retry(rig: &Rig, words: &[&str]) -> String {
    let output = rig.run(&[&["people", "retry"], words].concat()).await;
    told(&output).replace(&rig.work().display().to_string(), "WORK")
}

/// Returns the hash under which a retry shows what it would do.
async fn hash(rig: &Rig, words: &[&str]) -> String {
    let words = [&["people", "retry", "--dry-run", "--json"], words].concat();
    let shown = rig.run(&words).await;
    let line: Value = serde_json::from_slice(&shown.stdout).expect("one line of JSON");
    line["hash"].as_str().expect("a hash").to_owned()
}

/// Says yes to what is shown at this moment.
async fn agree(rig: &Rig, words: &[&str]) -> String {
    let hash = hash(rig, words).await;
    retry(rig, &[words, &["--yes", &hash]].concat()).await
}

/// Returns who posted what, in every space.
fn posts(rig: &Rig) -> Vec<String> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let post =
        |line: Value| Some(format!("{} | {}", line["sender"].as_str()?, line["text"].as_str()?));
    lines.filter_map(post).collect()
}

/// Returns what planning and sending know, the Directory aside.
fn known(rig: &Rig) -> String {
    let all = ledger(&rig.work().join("ledger.sqlite"));
    all.lines().filter(|line| !line.starts_with("directory")).collect::<Vec<_>>().join("\n")
}

/// Returns how many items of each kind there are, whatever their state.
async fn inventory(rig: &Rig) -> Vec<(String, u64)> {
    let account = rig.account().await;
    let kinds = account["items"].as_object().expect("kinds").clone();
    let sum = |tally: &Value| {
        tally.as_object().expect("states").values().filter_map(Value::as_u64).sum::<u64>()
    };
    kinds.iter().map(|(kind, tally)| (kind.clone(), sum(tally))).collect()
}

fn members(rig: &Rig, space: &str) -> Vec<String> {
    rig.members().get(space).into_iter().flatten().cloned().collect()
}

const THREE: [&str; 3] = ["u1@example.com", "u2@example.com", "u9@example.com"];

#[tokio::test(flavor = "multi_thread")]
async fn c8_a_look_says_who_and_what_and_changes_nothing() {
    let export = export();
    let rig = begun(&export).await;
    let nobody = retry(&rig, &[]).await;
    assert!(nobody.starts_with("Nobody has an account that"), "{nobody}");
    assert!(nobody.ends_with("exit Some(0)"), "{nobody}");
    provide(&rig);
    let (before, chat) = (known(&rig), rig.emulator().canonical());
    insta::assert_snapshot!("members", retry(&rig, &["--dry-run"]).await);
    insta::assert_snapshot!("rebuild", retry(&rig, &["--dry-run", "--rebuild"]).await);
    insta::assert_snapshot!("nobody_to_ask", retry(&rig, &["--rebuild", "gen*"]).await);
    let stale = retry(&rig, &["--yes", "0123456789abcdef"]).await;
    assert!(stale.contains("is not what that yes was said to"), "{stale}");
    assert!(stale.ends_with("exit Some(4)"), "{stale}");
    for words in [&["--rebuild", "board"][..], &["--rebuild", "nothing"]] {
        let refused = retry(&rig, words).await;
        assert!(refused.ends_with("exit Some(4)"), "{refused}");
    }
    assert_eq!(known(&rig), before);
    assert_eq!(rig.emulator().canonical(), chat);
    assert_eq!(rig.emulator().stats().of("spaces.delete"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_members_are_added_and_a_rebuild_gives_every_message_its_author() {
    let export = export();
    let rig = begun(&export).await;
    rig.ok(&["verify"]).await;
    let all = inventory(&rig).await;
    let yes = rig.access_hash().expect("a hash");
    provide(&rig);
    let said = agree(&rig, &[]).await;
    assert!(said.starts_with("2 memberships are owed now."), "{said}");
    // Who will see general is not what was shown before.
    let refused = rig.run(&["complete", "--yes", &yes]).await;
    assert_eq!(refused.status.code(), Some(4), "{}", told(&refused));
    let created = rig.emulator().stats().of("spaces.messages.create");
    rig.ok(&["run"]).await;
    rig.ok(&["verify"]).await;
    assert_eq!(rig.emulator().stats().of("spaces.messages.create"), created, "nothing is re-sent");
    assert!(!posts(&rig).iter().any(|post| post.starts_with("u9")), "{:#?}", posts(&rig));
    assert_eq!(inventory(&rig).await, all);
    // The members are settled, and the names of messages can still be had.
    let again = retry(&rig, &["--dry-run"]).await;
    assert!(!again.contains("becomes a member"), "{again}");
    let said = agree(&rig, &["--rebuild", "general"]).await;
    assert!(
        said.starts_with("Deleted: 1 space with 4 messages.\n1 conversation is planned anew."),
        "{said}"
    );
    rig.whole_again().await;
    let posts = posts(&rig);
    for (text, author) in [("mine", "u9"), ("mine too", "u9"), ("hello", "u1")] {
        let post = format!("{author}@example.com | {text}");
        assert_eq!(posts.iter().filter(|one| **one == post).count(), 1, "{post}: {posts:#?}");
    }
    assert!(posts.iter().any(|post| post.starts_with("admin") && post.ends_with("before I left")));
    assert_eq!(posts.len(), 7, "{posts:#?}");
    assert_eq!(members(&rig, "general"), THREE);
    for space in ["old", "board"] {
        assert_eq!(members(&rig, space), THREE[..2], "{space}");
    }
    assert_eq!(inventory(&rig).await, all);
    let account = rig.account().await;
    assert_eq!(tally(&account, "reaction"), json!({"sent": 3}));
    assert_eq!(tally(&account, "membership"), json!({"sent": 10}), "{account}");
    let nothing = retry(&rig, &["--rebuild"]).await;
    assert!(nothing.contains("old: u9 (1 message)"), "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_after_completion_a_member_is_added_and_nothing_is_sent_again() {
    let export = export();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.whole(&export.path).await;
    let (all, before) = (inventory(&rig).await, posts(&rig));
    provide(&rig);
    insta::assert_snapshot!("after_completion", retry(&rig, &["--dry-run", "--rebuild"]).await);
    let said = agree(&rig, &["--rebuild"]).await;
    assert!(said.starts_with("1 membership is owed now."), "{said}");
    assert!(said.contains("chatferry complete"), "{said}");
    rig.ok(&["complete"]).await;
    assert_eq!(members(&rig, "general"), THREE);
    for space in ["old", "board"] {
        assert_eq!(members(&rig, space), THREE[..2], "{space}: not in at export time");
    }
    assert_eq!(posts(&rig), before);
    assert_eq!(rig.emulator().stats().of("spaces.delete"), 0);
    assert_eq!(inventory(&rig).await, all);
    let done = rig.run(&["status"]).await;
    assert!(told(&done).starts_with("Complete: every space is open"), "{}", told(&done));
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_what_is_not_begun_is_planned_anew_without_being_asked() {
    let export = export();
    let rig = Rig::start(&["u1", "u2"]).await;
    // Reads the Directory, and sends nothing.
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    rig.ok(&["people", "export"]).await;
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let all = inventory(&rig).await;
    provide(&rig);
    let said = retry(&rig, &[]).await;
    assert!(said.starts_with("4 conversations are planned anew."), "{said}");
    assert_eq!(inventory(&rig).await, all);
    rig.whole_again().await;
    assert_eq!(members(&rig, "general"), THREE);
    assert_eq!(posts(&rig).iter().filter(|post| post.starts_with("u9@")).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_c6_an_account_that_was_suspended_and_is_back_counts_as_one_that_came_late() {
    let export = export();
    let rig = Rig::start(&["u1", "u2", "u9"]).await;
    let u9 = || "u9@example.com".to_owned();
    rig.emulator().change(&Change::SuspendUser(u9())).expect("they are there");
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.emulator().change(&Change::RestoreUser(u9())).expect("they are there");
    let said = agree(&rig, &["--rebuild"]).await;
    assert!(said.contains("Deleted: 2 spaces with 5 messages."), "{said}");
    rig.whole_again().await;
    assert_eq!(posts(&rig).iter().filter(|post| post.starts_with("u9@")).count(), 3);
    assert_eq!(members(&rig, "general"), THREE);
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_a_member_completes_what_only_the_admin_could() {
    let export = Workspace::new()
        .person("U8", "u8")
        .person("U9", "u9")
        .private("board", &["U8", "U9"])
        .message("U8", "1600000000.000100", "first")
        .message("U9", "1600000010.000100", "second")
        .message("U9", "1600000020.000100", "third")
        .zip();
    let rig = begun(&export).await;
    provide(&rig);
    agree(&rig, &[]).await;
    rig.whole_again().await;
    assert_eq!(members(&rig, "board"), ["u9@example.com"], "and not the admin");
    let account = rig.account().await;
    assert_eq!(account["admin_owned"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_two_identities_of_one_account_are_one_late_member() {
    let export = Workspace::new()
        .person("U8", "old9")
        .who(json!({"profile": {"real_name": "Nine", "display_name": "nine", "email": "u9@example.com"}}))
        .person("U9", "u9")
        .channel("general", &["U1", "U2", "U9"])
        .message("U8", "1600000000.000100", "as I was")
        .message("U9", "1600000010.000100", "as I am")
        .zip();
    let rig = begun(&export).await;
    let all = inventory(&rig).await;
    provide(&rig);
    let said = agree(&rig, &[]).await;
    assert!(said.starts_with("2 memberships are owed now."), "{said}");
    rig.whole_again().await;
    assert_eq!(members(&rig, "general"), THREE);
    assert_eq!(inventory(&rig).await, all);
}

/// A channel whose space is rebuilt.
fn tiny() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U9"])
        .message("U1", "1600000000.000100", "one")
        .message("U9", "1600000010.000100", "two")
        .zip()
}

/// Returns the command, with a yes that was said before anything happened.
async fn rebuilding(rig: &Rig) -> Vec<String> {
    let hash = hash(rig, &["--rebuild"]).await;
    ["people", "retry", "--rebuild", "--yes", &hash].map(str::to_owned).to_vec()
}

/// Lets the rebuild die at its `at`-th crash point, and goes on: by the same command, or by a run
/// that finds the half of it and then the same command. Tells whether it died.
async fn dies_at(at: u64, agreed: bool, by_run: bool) -> bool {
    let export = tiny();
    let rig = begun(&export).await;
    provide(&rig);
    let words = rebuilding(&rig).await;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut command = rig.command(&words);
    command.env("CHATFERRY_CRASH", format!("at:{at}"));
    let died = died(&end(command).await);
    let what = format!("died at {at}: {died}, by run {by_run}");
    if by_run {
        rig.run(&["run"]).await;
    }
    let again = rig.run(&words).await;
    // What was agreed to needs no second yes, whatever is left of it.
    if agreed || again.status.code() != Some(4) {
        assert_eq!(again.status.code(), Some(0), "{what}: {}", told(&again));
    } else {
        agree(&rig, &["--rebuild"]).await;
    }
    rig.run(&["run"]).await;
    rig.run(&["retry", "--start-over", "--yes"]).await;
    rig.whole_again().await;
    let posts = posts(&rig);
    assert_eq!(posts, ["u1@example.com | one", "u9@example.com | two"], "{what}");
    assert_eq!(members(&rig, "general"), ["u1@example.com", "u9@example.com"], "{what}");
    let journal = std::fs::read_to_string(rig.work().join("spaces.jsonl")).expect("it is there");
    assert_eq!(journal.matches("\"what\":\"made\"").count(), 2, "{what}: {journal}");
    assert_eq!(tally(&rig.account().await, "message"), json!({"sent": 2}), "{what}");
    died
}

/// Returns the crash points of a rebuild, from the first one that it writes at: all until it is
/// planned anew, and of those of planning some.
async fn points() -> Vec<(u64, bool)> {
    let export = tiny();
    let rig = begun(&export).await;
    provide(&rig);
    let file = rig.work().with_extension("points");
    let words = rebuilding(&rig).await;
    let mut command = rig.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
    command.env("CHATFERRY_CRASH", format!("count:{}", file.display()));
    let output = end(command).await;
    assert!(output.status.success(), "{}", told(&output));
    let names = std::fs::read_to_string(file).expect("counted");
    let place = |what: &str| {
        let found = names.lines().position(|name| name.contains(what));
        found.unwrap_or_else(|| panic!("no {what} in {names}")) as u64
    };
    let (first, planned) = (place("late"), place("start.over") + 2);
    let all = names.lines().count() as u64;
    let agreed = names.lines().filter(|name| name.contains("late")).count() as u64 + first;
    let due = (first..=all).filter(|at| *at <= planned || at % 4 == 0);
    due.map(|at| (at, at > agreed)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_a_rebuild_may_die_at_any_point_and_is_gone_on_with() {
    let all = points().await;
    let mut due = all.iter().map(|(at, agreed)| (*at, *agreed, at % 3 == 0));
    let (mut trials, mut deaths) = (JoinSet::new(), 0_u64);
    loop {
        while trials.len() < 3 {
            let Some((at, agreed, by_run)) = due.next() else { break };
            trials.spawn(dies_at(at, agreed, by_run));
        }
        let Some(trial) = trials.join_next().await else { break };
        deaths += u64::from(trial.expect("it holds"));
    }
    assert!(deaths > 10, "{deaths} of {all:?}");
    counted("people retry", &format!("died {deaths} times at {} crash points", all.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_a_rebuild_that_is_killed_under_way_is_gone_on_with() {
    let export = export();
    let rig = begun(&export).await;
    provide(&rig);
    let words = rebuilding(&rig).await;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for requests in [4, 7, 9] {
        rig.kill_after(requests, &words).await;
    }
    rig.ok(&words).await;
    rig.whole_again().await;
    assert_eq!(posts(&rig).iter().filter(|post| post.starts_with("u9@")).count(), 3);
    assert_eq!(posts(&rig).len(), 7);
}

#[test]
fn the_document_lists_exactly_the_ways_of_a_retry() {
    let document = include_str!("../../docs/operations.md");
    let rows = document.lines().skip_while(|line| !line.starts_with("| `way` |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let codes: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(codes, PEOPLE_WAYS);
}
