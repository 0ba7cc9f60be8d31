//! Whose ledger it is: every stranger is refused, with both values and a way on.

use crate::rig::{ADMIN, Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::Options;
use chatferry::ledger::{Ledger, Owner};
use std::io::{Seek, SeekFrom, Write};
use std::process::{Child, Output, Stdio};

fn small() -> Workspace {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000001.000100", "hello to you")
}

fn path(export: &Export) -> String {
    export.path.display().to_string()
}

/// Asserts that a command was refused with these words, and nothing was written to Chat.
fn refused(rig: &Rig, output: &Output, words: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}{}", text(&output.stdout));
    for word in words.iter().chain(&["hint: "]) {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    let writes = ["spaces.create", "spaces.messages.create", "spaces.completeImport"];
    assert_eq!(writes.map(|method| rig.emulator().stats().of(method)), [0; 3], "{said}");
}

/// Claims the ledger of the folder, as another contact would have.
fn plant(rig: &Rig, owner: Owner) {
    let mut ledger = Ledger::create(&rig.work().join("ledger.sqlite")).expect("a ledger");
    ledger.claim(&Owner { name: "T1".to_owned(), ..owner }).expect("not known until now");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_another_workspace_is_refused_alone_and_in_company() {
    let ours = small().zip();
    let stranger = Workspace::new()
        .person("U1", "u1")
        .who(serde_json::json!({"team_id": "T2"}))
        .channel("random", &["U1"])
        .message("U1", "1600000000.000100", "not ours")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&ours)]).await;
    for words in [vec!["plan", &path(&stranger)], vec!["run", &path(&ours), &path(&stranger)]] {
        let output = rig.run(&words).await;
        refused(&rig, &output, &["workspace T1", "workspace is T2", "--work DIR"]);
    }
    let together = rig.work().with_file_name("together").display().to_string();
    let output = rig.run(&["plan", &path(&ours), &path(&stranger), "--work", &together]).await;
    refused(&rig, &output, &["T1", "T2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_customer_another_admin_and_another_name_are_refused() {
    let export = small().zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["run", &path(&export)]).await;
    let seeded = Options { seed: 7, ..Options::default() };
    let elsewhere = Rig::with(&["u1", "u2"], seeded).await;
    let mut command = elsewhere.command(&["run"]);
    command.env("CHATFERRY_WORK", rig.work());
    refused(&elsewhere, &command.output().expect("it starts"), &["this ledger is for customer C"]);
    let posts = rig.emulator().stats().total();
    let admin = rig.run(&["run", "--admin", "u1@example.com"]).await;
    let said = text(&admin.stderr);
    assert_eq!(admin.status.code(), Some(4), "{said}");
    assert!(said.contains(&format!("admin {ADMIN}, but now admin is u1@example.com")), "{said}");
    let name = rig.run(&["run", "--migration", "other"]).await;
    let said = text(&name.stderr);
    assert_eq!(name.status.code(), Some(4), "{said}");
    assert!(said.contains("migration T1, but now migration is other"), "{said}");
    assert_eq!(rig.emulator().stats().with("spaces.create", 200), 1);
    assert!(rig.emulator().stats().total() <= posts + 3, "refused before anything is sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_stays_with_its_emulator_and_googles_with_google() {
    let export = small().zip();
    let (first, second) = (Rig::start(&["u1", "u2"]).await, Rig::start(&["u1", "u2"]).await);
    first.ok(&["run", &path(&export)]).await;
    let mut command = second.command(&["run"]);
    command.env("CHATFERRY_WORK", first.work());
    let output = command.output().expect("it starts");
    refused(&second, &output, &["realm emulator ", "but now realm is emulator ", "--work DIR"]);

    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&export)]).await;
    plant(&rig, Owner { realm: Some("google".to_owned()), ..Owner::default() });
    let output = rig.run(&["run"]).await;
    refused(&rig, &output, &["realm google, but now realm is emulator "]);
    let mut to_google = rig.command(&["run"]);
    to_google.env_remove("CHATFERRY_API").env_remove("CHATFERRY_PACE");
    let output = to_google.output().expect("it starts");
    refused(&rig, &output, &["this key belongs to an emulator"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_ledger_is_refused_with_both_versions() {
    let export = small().zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&export)]).await;
    // `user_version` is the big-endian number at byte 60 of the file.
    let ledger = rig.work().join("ledger.sqlite");
    let mut file = std::fs::OpenOptions::new().write(true).open(&ledger).expect("there");
    file.seek(SeekFrom::Start(60)).expect("long enough");
    file.write_all(&99_u32.to_be_bytes()).expect("room");
    drop(file);
    for words in [["run"].as_slice(), &["status"], &["verify"], &["plan", &path(&export)]] {
        let output = rig.run(words).await;
        refused(&rig, &output, &["schema version 99", "versions up to ", "newer chatferry"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b18_a_second_process_on_the_folder_is_told_who_holds_it() {
    let export = small().zip();
    let slow = Options { latency: std::time::Duration::from_secs(5), ..Options::default() };
    let rig = Rig::with(&["u1", "u2"], slow).await;
    rig.ok(&["plan", &path(&export)]).await;
    let mut command = rig.command(&["run"]);
    let mut first: Child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    while rig.emulator().stats().total() == 0 {
        tokio::task::yield_now().await;
    }
    let pid = format!("process {}", first.id());
    for words in [["run"].as_slice(), &["complete"], &["retry", "--all"], &["verify"]] {
        let second = rig.run(words).await;
        let said = text(&second.stderr);
        assert_eq!(second.status.code(), Some(8), "{said}");
        assert!(said.contains(&pid) && said.contains("hint: wait for it or stop it"), "{said}");
    }
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
}
