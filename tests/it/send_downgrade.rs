//! What Chat refuses gives way: a post to a poorer one, a person to their name, a reaction or a
//! membership to a line in the report. Through the real program.

use crate::rig::{Rig, tally, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Change, Dialects, Fault, Options, RequestReplay};
use chatferry::ledger::Ledger;
use serde_json::{Value, json};
use std::process::Output;
use std::time::Duration;

const POST: &str = "spaces.messages.create";
const REACT: &str = "spaces.messages.reactions.create";

/// A thread whose opening message is poison, with a reaction, a reply and a neighbour.
fn workspace() -> Export {
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "first")
        .message("U1", "1600000001.000100", "*bold* poison for <@U2>")
        .react("wave", &["U2"])
        .reply("U2", "1600000002.000100", "1600000001.000100", "a reply")
        .message("U2", "1600000003.000100", "last")
        .zip()
}

const PEOPLE: [&str; 2] = ["ana", "bo"];

/// Refuses calls of a method in whose body these words stand, for good.
fn refuse(rig: &Rig, method: &str, words: &[&str]) {
    for word in words {
        let fault = Fault::on(method).containing(*word).forever().before(Action::status(400));
        rig.emulator().arm(fault).expect("a good fault");
    }
}

async fn run(rig: &Rig, export: &Export) -> Output {
    rig.run(&["run", &export.path.display().to_string()]).await
}

fn counts(account: &Value, list: &str) -> Value {
    let named = account[list].as_array().expect("a list").iter();
    named
        .map(|one| (one["code"].as_str().expect("a code").to_owned(), one["count"].clone()))
        .collect()
}

/// Returns the message that was posted at that second, as the emulator shows it.
fn message(rig: &Rig, second: &str) -> Value {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut found = lines.filter(|line| line["message"].is_string());
    found.find(|line| line.to_string().contains(second)).expect("a message of that time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_post_goes_out_without_markup_and_nothing_waits_for_it() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    refuse(&rig, POST, &["*bold*"]);
    let output = run(&rig, &export).await;
    assert!(output.status.success(), "{}", text(&output.stdout));
    assert_eq!(rig.emulator().unfired(), []);
    let poorer = message(&rig, "12:26:41");
    assert!(poorer.to_string().contains("bold poison for @bo"), "{poorer}");
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 3, "transformed": 1}));
    assert_eq!(tally(&account, "reaction"), json!({"sent": 1}));
    assert_eq!(counts(&account, "losses"), json!({"markup_refused": 1}));
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!((rig.emulator().audit(), rig.emulator().lints()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_refused_again_stands_as_a_notice_which_never_looks_like_success() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    refuse(&rig, POST, &["poison"]);
    let output = run(&rig, &export).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("1 notice stands for messages that Google refused"));
    let notice = message(&rig, "12:26:41").to_string();
    assert!(
        notice.contains(
            "[A message of ana from 2020-09-13 12:26 UTC stands only in Slack: Google refused it.]"
        ),
        "{notice}"
    );
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 3, "transformed": 1}));
    assert_eq!(counts(&account, "losses"), json!({"stands_as_notice": 1}));
    assert_eq!(account["notices"], 1);
    rig.run(&["verify"]).await;
    let held = rig.run(&["complete"]).await;
    assert_eq!(held.status.code(), Some(3), "{}", text(&held.stderr));
    assert!(text(&held.stderr).contains("--accept-wedged"), "{}", text(&held.stderr));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    rig.run(&["complete", "--accept-wedged"]).await;
    assert_eq!(rig.emulator().stats().with("spaces.completeImport", 200), 1);
    assert_eq!(rig.emulator().audit(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_refused_to_the_end_is_stuck_alone_and_a_retry_begins_with_all_of_it() {
    let export = workspace();
    let golden = Rig::start(&PEOPLE).await;
    golden.whole(&export.path).await;
    let rig = Rig::start(&PEOPLE).await;
    // The reply is refused, and as a notice again: it has no markup that could go.
    let fault = Fault::on(POST).containing("12:26:42").times(2).before(Action::status(400));
    rig.emulator().arm(fault).expect("a good fault");
    let output = run(&rig, &export).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 3, "wedged": 1}));
    assert_eq!((counts(&account, "losses"), &account["notices"]), (json!({}), &json!(0)));
    assert_eq!(account["wedged"][0]["reason"], "invalid_argument");
    rig.ok(&["retry", "--reason", "invalid_argument"]).await;
    rig.whole_again().await;
    assert_eq!(rig.emulator().canonical(), golden.emulator().canonical());
    assert_eq!(rig.emulator().audit(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_a_stuck_post_is_its_own_reaction_alone() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    refuse(&rig, POST, &["poison", "stands only in Slack"]);
    let output = run(&rig, &export).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    let account = rig.account().await;
    // Without its opening message there is no thread for the reply.
    assert_eq!(tally(&account, "message"), json!({"sent": 2, "owed": 1, "wedged": 1}));
    assert_eq!(tally(&account, "reaction"), json!({"owed": 1}));
    assert_eq!(account["wedged"][0]["waiting"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_message_is_a_notice_is_left_out_and_the_sums_hold() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "look")
        .with(json!({"files": [{"id": "F1", "name": "plan.pdf", "mode": "hosted", "size": 10,
            "permalink": "https://acme.slack.com/files/U1/F1/plan.pdf"}]}))
        .zip();
    let rig = Rig::start(&["u1"]).await;
    refuse(&rig, POST, &["plan.pdf"]);
    let output = run(&rig, &export).await;
    let account = rig.account().await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert_eq!(tally(&account, "file"), json!({"skipped": 1}));
    assert_eq!(counts(&account, "skipped"), json!({"stands_as_notice": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emoji_that_chat_refuses_is_left_out_and_holds_up_nothing() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    let fault = Fault::on(REACT).before(Action::status(400));
    rig.emulator().arm(fault).expect("a good fault");
    let output = run(&rig, &export).await;
    assert!(output.status.success(), "{}", text(&output.stdout));
    let account = rig.account().await;
    assert_eq!(tally(&account, "reaction"), json!({"skipped": 1}));
    assert_eq!(counts(&account, "skipped"), json!({"emoji_refused": 1}));
    rig.ok(&["verify"]).await;
    rig.ok(&["retry", "--reason", "emoji_refused"]).await;
    rig.ok(&["run"]).await;
    assert_eq!(tally(&rig.account().await, "reaction"), json!({"sent": 1}));
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_on_the_way_down_it_goes_on_where_it_was() {
    let export = Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "*only* words")
        .message("U2", "1600000001.000100", "*all* poison")
        .react("wave", &["U1"])
        .zip();
    let path = export.path.display().to_string();
    let poisoned = async || {
        let slow = Options { latency: Duration::from_millis(2), ..Options::default() };
        let rig = Rig::with(&["u1", "u2"], slow).await;
        refuse(&rig, POST, &["*only*", "poison"]);
        rig
    };
    let golden = poisoned().await;
    let output = golden.run(&["run", &path]).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    let calls = golden.emulator().stats().total();
    let account = golden.account().await;
    for moment in 1..calls {
        let rig = poisoned().await;
        rig.kill_after(moment, &["run", &path]).await;
        let output = rig.run(&["run", &path]).await;
        assert_eq!(output.status.code(), Some(3), "moment {moment}: {}", text(&output.stdout));
        assert_eq!(rig.emulator().canonical(), golden.emulator().canonical(), "moment {moment}");
        let resumed = rig.account().await;
        for part in ["items", "losses", "skipped", "wedged", "notices"] {
            assert_eq!(resumed[part], account[part], "moment {moment}");
        }
        assert_eq!(rig.emulator().audit(), [], "moment {moment}");
        rig.run(&["verify"]).await;
        assert_eq!(rig.account().await["verified"], json!([1, 1]), "moment {moment}");
    }
}

/// Suspends somebody, so that no token is given for them.
fn suspend(rig: &Rig, handle: &str) {
    rig.emulator().change(&Change::SuspendUser(format!("{handle}@example.com"))).expect("somebody");
}

fn restore(rig: &Rig, handle: &str) {
    rig.emulator().change(&Change::RestoreUser(format!("{handle}@example.com"))).expect("somebody");
}

/// Sends all that is before the n-th post, and stops there for good.
async fn run_up_to(rig: &Rig, export: &Export, post: u64) {
    let fault = Fault::on(POST).nth(post).times(2).before(Action::status(401));
    rig.emulator().arm(fault).expect("a good fault");
    let output = rig.in_order(&["run", &export.path.display().to_string()]).await;
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn b16_b17_an_author_suspended_under_way_is_named_by_the_admin_and_their_reactions_left_out()
{
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    // Bo's account goes while the program runs.
    let bo = Change::SuspendUser("bo@example.com".to_owned());
    let id = rig.emulator().change_after(POST, 1, bo).expect("a good change");
    let output = rig.in_order(&["run", &export.path.display().to_string()]).await;
    assert!(rig.emulator().happened(id));
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    for (second, said) in [("12:26:42", "*bo:* a reply"), ("12:26:43", "*bo:* last")] {
        let stands_in = message(&rig, second).to_string();
        assert!(stands_in.contains(said) && stands_in.contains("admin@example.com"), "{stands_in}");
    }
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 2, "transformed": 2}));
    assert_eq!(counts(&account, "losses"), json!({"author_unavailable": 2}));
    assert_eq!(counts(&account, "skipped"), json!({"account_unavailable": 1}));
    rig.ok(&["verify"]).await;
    assert_eq!((rig.emulator().audit(), rig.emulator().lints()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_post_for_somebody_else_doubles_nothing_where_no_ids_are_listed() {
    let export = workspace();
    let dialects = Dialects {
        listed_client_ids: false,
        request_replay: RequestReplay::ForgottenAfter(Duration::ZERO),
        ..Dialects::default()
    };
    let rig = Rig::with(&PEOPLE, Options { dialects, ..Options::default() }).await;
    let bo = Change::SuspendUser("bo@example.com".to_owned());
    rig.emulator().change_after(POST, 1, bo).expect("a good change");
    let lost = Fault::on(POST).containing("*bo:* last").after(Action::Close);
    rig.emulator().arm(lost).expect("a good fault");
    let output = rig.in_order(&["run", &export.path.display().to_string()]).await;
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(rig.emulator().unfired(), []);
    rig.ok(&["verify"]).await;
    assert_eq!(rig.emulator().audit(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn b17_by_choice_posts_wait_until_the_account_is_back() {
    let export = workspace();
    let golden = Rig::start(&PEOPLE).await;
    golden.whole(&export.path).await;
    let rig = Rig::start(&PEOPLE).await;
    run_up_to(&rig, &export, 2).await;
    suspend(&rig, "bo");
    let mut command = rig.command(&["run"]);
    command.env("CHATFERRY_UNAVAILABLE", "wait");
    let waits = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(waits.status.code(), Some(3), "{}", text(&waits.stdout));
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 2, "wedged": 2}));
    restore(&rig, "bo");
    rig.ok(&["retry", "--reason", "account_unavailable"]).await;
    rig.whole_again().await;
    assert_eq!(rig.emulator().canonical(), golden.emulator().canonical());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_deleted_before_the_first_call_is_told_by_name_everywhere_and_the_sums_hold() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    let bo = Change::DeleteUser("bo@example.com".to_owned());
    rig.emulator().change_after("spaces.create", 1, bo).expect("a good change");
    let output = run(&rig, &export).await;
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 2, "transformed": 2}));
    assert_eq!(tally(&account, "reaction"), json!({"skipped": 1}));
    assert_eq!(tally(&account, "membership"), json!({"sent": 1, "skipped": 1}));
    assert_eq!(counts(&account, "losses"), json!({"author_unavailable": 2}));
    assert_eq!(counts(&account, "skipped"), json!({"account_unavailable": 1, "no_account": 1}));
    let ledger = Ledger::open(&rig.work().join("ledger.sqlite")).expect("the ledger");
    let owed: Vec<u64> = ledger.standings().unwrap().iter().map(|lane| lane.owed).collect();
    assert_eq!(owed, [0], "what is left out owes nothing");
    assert_eq!((rig.emulator().audit(), rig.emulator().lints()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_lost_after_the_way_down_comes_to_the_same_end_again() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    refuse(&rig, POST, &["poison"]);
    let bo = Change::SuspendUser("bo@example.com".to_owned());
    rig.emulator().change_after(POST, 1, bo).expect("a good change");
    let first = rig.in_order(&["run", &export.path.display().to_string()]).await;
    assert_eq!(first.status.code(), Some(3), "{}", text(&first.stdout));
    let (state, account) = (rig.emulator().canonical(), rig.account().await);
    // Bo is back while the ledger is planned anew, and gone again when it is his turn.
    restore(&rig, "bo");
    rig.lose_ledger();
    rig.ok(&["ledger", "rebuild", &export.path.display().to_string()]).await;
    suspend(&rig, "bo");
    let again = rig.in_order(&["run"]).await;
    assert_eq!(again.status.code(), Some(3), "{}", text(&again.stdout));
    assert_eq!(rig.emulator().canonical(), state);
    let rebuilt = rig.account().await;
    for part in ["items", "losses", "skipped", "notices"] {
        assert_eq!(rebuilt[part], account[part], "{part}");
    }
    rig.run(&["verify"]).await;
    assert_eq!(rig.account().await["verified"], json!([1, 1]));
    assert_eq!(rig.emulator().audit(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whose_account_is_turned_off_before_completion_is_left_out_by_name() {
    let (rig, export) = (Rig::start(&PEOPLE).await, workspace());
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    // Ana completes; Bo can't be added.
    suspend(&rig, "bo");
    let late = rig.run(&["complete"]).await;
    assert_eq!(late.status.code(), Some(4), "the yes was said to who was seen before");
    rig.ok(&["complete"]).await;
    let account = rig.account().await;
    assert_eq!(tally(&account, "membership"), json!({"sent": 1, "skipped": 1}));
    assert_eq!(counts(&account, "skipped"), json!({"account_unavailable": 1}));
    restore(&rig, "bo");
    rig.ok(&["retry", "--reason", "account_unavailable"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(tally(&rig.account().await, "membership"), json!({"sent": 2}));
    assert!(rig.members()["general"].contains("bo@example.com"));
}
