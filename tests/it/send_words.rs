//! What an admin reads and what a script sees when something is in the way: the real program, its
//! sentences and its exit codes.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Change, Content, Fault, Reach};
use std::process::{Command, Output, Stdio};

const PEOPLE: [&str; 2] = ["u1", "u2"];
const POSTS: &str = "spaces.messages.create";

fn export() -> Export {
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for n in 0..20 {
        let author = if n % 2 == 0 { "U1" } else { "U2" };
        workspace = workspace.message(author, &format!("16000000{n:02}.000100"), "hello");
    }
    workspace.zip()
}

async fn golden(export: &Export) -> String {
    let rig = Rig::start(&PEOPLE).await;
    rig.whole(&export.path).await;
    rig.emulator().canonical()
}

fn told(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_a_portal_in_the_way_is_named_and_the_run_goes_on_by_itself() {
    let export = export();
    let rig = Rig::start(&PEOPLE).await;
    let portal = Action::status(200).with(Content::Html);
    rig.emulator().arm(Fault::on("*").nth(12).times(40).before(portal)).expect("a good fault");
    let run = rig.run(&["run", &export.path.display().to_string()]).await;
    let said = told(&run);
    assert_eq!(run.status.code(), Some(0), "{said}");
    for words in ["Waiting for network since", "something that is not Google", "Going on, after"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(rig.emulator().canonical(), golden(&export).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn b13_ctrl_c_ends_a_run_that_waits_for_google() {
    let export = export();
    let rig = Rig::start(&PEOPLE).await;
    let outage = Fault::on("*").nth(12).forever().before(Action::status(503));
    let id = rig.emulator().arm(outage).expect("a good fault");
    let mut command = rig.command(&["run", &export.path.display().to_string()]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    while rig.emulator().fired(id) < 30 {
        tokio::task::yield_now().await;
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = ended.await.expect("no panic").expect("it ends");
    let said = told(&output);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("Waiting for Google since"), "{said}");
    rig.emulator().disarm_all();
    rig.whole(&export.path).await;
    assert_eq!(rig.emulator().canonical(), golden(&export).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_clear_end_is_said_to_be_owed_and_the_run_is_unfinished() {
    let export = export();
    let rig = Rig::start(&PEOPLE).await;
    let unclear = Fault::on("spaces.create").forever().before(Action::status(500));
    rig.emulator().arm(unclear).expect("a good fault");
    let mut command = rig.command(&["run", &export.path.display().to_string()]);
    command.env("CHATFERRY_MAX_ATTEMPTS", "2");
    let run = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    let run = run.await.expect("it ends");
    let said = told(&run);
    assert_eq!(run.status.code(), Some(9), "{said}");
    assert!(
        said.replace('\n', " ").contains("1 call has no clear end, and reading back"),
        "{said}"
    );
    assert_eq!(rig.emulator().stats().of("spaces.create"), 6, "two tries, three times");
    rig.emulator().disarm_all();
    rig.whole(&export.path).await;
    assert_eq!(rig.emulator().canonical(), golden(&export).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn b20_a_space_that_is_gone_is_named_in_report_and_status() {
    let export = export();
    let rig = Rig::start(&PEOPLE).await;
    let gone = Change::ExpireSpace("general".to_owned());
    rig.emulator().change_after(POSTS, 8, gone).expect("a good change");
    let run = rig.run(&["run", &export.path.display().to_string()]).await;
    let said = told(&run);
    assert_eq!(run.status.code(), Some(3), "{said}");
    let status = rig.ok(&["status", "--lanes"]).await;
    for told in [&said, &status] {
        assert!(told.contains("Google deleted or expired the space of general"), "{told}");
        assert!(told.contains("chatferry retry --start-over CGENERAL"), "{told}");
    }
    assert!(status.lines().any(|line| line.contains("gone")), "{status}");
    let held = rig.run(&["complete"]).await;
    assert!(told(&held).contains("it has to be started over"), "{}", told(&held));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_everybody_ends_with_its_own_code_and_says_what_to_do() {
    let export = export();
    let path = export.path.display().to_string();
    let all = || Reach::All;
    let cases = [
        (Change::RevokeKey, Change::RestoreKey, "make a new key", "hint:"),
        (
            Change::RevokeDelegation(all()),
            Change::RestoreDelegation(all()),
            "Domain-wide delegation, add client ID",
            "up to 24 hours",
        ),
        (Change::AppOff, Change::AppOn, "its Chat app is not configured", "docs/operations.md"),
    ];
    for (change, back, says, hint) in cases {
        let rig = Rig::start(&PEOPLE).await;
        for change in [change, Change::ExpireTokens] {
            rig.emulator().change_after(POSTS, 8, change).expect("a good change");
        }
        let run = rig.run(&["run", &path]).await;
        let said = told(&run);
        assert_eq!(run.status.code(), Some(6), "{said}");
        assert!(said.contains(says) && said.contains(hint), "{said}");
        rig.emulator().change(&back).expect("a good change");
        rig.whole(&export.path).await;
        assert_eq!(rig.emulator().canonical(), golden(&export).await, "{says}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_waits_out_an_outage_and_owes_nothing_that_is_there() {
    let export = export();
    let path = export.path.display().to_string();
    let rig = Rig::start(&PEOPLE).await;
    rig.ok(&["run", &path]).await;
    std::fs::remove_file(rig.work().join("ledger.sqlite")).expect("it was there");
    let posts = rig.emulator().stats().of(POSTS);
    // Longer than any single read is tried; the Directory is read before.
    let outage = Fault::on("token").nth(2).times(30).before(Action::status(503));
    let id = rig.emulator().arm(outage).expect("a good fault");
    let mut command = rig.command(&["ledger", "rebuild", &path]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    while rig.emulator().fired(id) < 12 && !ended.is_finished() {
        tokio::task::yield_now().await;
    }
    rig.emulator().disarm_all();
    let output = ended.await.expect("no panic").expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    rig.whole(&export.path).await;
    assert_eq!(rig.emulator().stats().of(POSTS), posts, "nothing is posted again");
    assert_eq!(rig.emulator().canonical(), golden(&export).await);
}
