//! Old copies of a ledger, a lost or torn `spaces.jsonl`, and two work folders of one migration.

use crate::ledger_rig::{IN_FLIGHT, MESSAGES, golden, rig, workspace};
use crate::rig::{Rig, text};
use chatferry::emulator::{Dialects, RequestReplay};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_ledger_converges_from_every_stage() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    let forgets = RequestReplay::ForgottenAfter(Duration::ZERO);
    for request_replay in [RequestReplay::Populated, forgets] {
        let rig = rig(Dialects { request_replay, ..Dialects::default() }).await;
        let mut copies = Vec::new();
        rig.ok(&["plan", &path]).await;
        copies.push(("planned", rig.back_up()));
        rig.kill_after(requests / 3, &["run"]).await;
        copies.push(("a third is sent", rig.back_up()));
        rig.kill_after(requests / 3, &["run"]).await;
        rig.bring_back(&copies[0].1);
        rig.ok(&["run"]).await;
        copies.push(("sent", rig.back_up()));
        rig.bring_back(&copies[1].1);
        rig.ok(&["run"]).await;
        rig.ok(&["verify"]).await;
        copies.push(("verified", rig.back_up()));
        rig.kill_after(6, &["complete"]).await;
        copies.push(("completed in part", rig.back_up()));
        let posts = rig.emulator().stats().of("spaces.messages.create");
        for (stage, copy) in &copies {
            rig.bring_back(copy);
            rig.finish().await;
            rig.is_golden(&golden, posts + MESSAGES, stage);
        }
        // From here on every space is completed: older copies send nothing but members.
        let posts = rig.emulator().stats().of("spaces.messages.create");
        for (stage, copy) in &copies {
            rig.bring_back(copy);
            let said = rig.ok(&["run"]).await;
            assert!(said.contains("completion"), "{stage}: {said}");
            rig.finish().await;
            rig.is_golden(&golden, posts, stage);
        }
        assert!(posts <= 4 * MESSAGES + IN_FLIGHT, "{posts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spaces_jsonl_is_written_anew_from_the_ledger_and_is_as_good() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    let rig = rig(Dialects::default()).await;
    let spaces = rig.work().join("spaces.jsonl");
    let count = |word: &str| {
        let text = fs::read_to_string(&spaces).expect("there");
        text.matches(&format!("\"what\":\"{word}\"")).count()
    };
    rig.ok(&["run", &path]).await;
    fs::remove_file(&spaces).expect("it was there");
    let said = rig.ok(&["verify"]).await;
    assert!(
        said.contains("spaces.jsonl did not know, and takes from the ledger: 4 lines"),
        "{said}"
    );
    assert_eq!(count("made"), 4);
    rig.kill_after(6, &["complete"]).await;
    let completed = count("completed");
    fs::remove_file(&spaces).expect("it was there");
    rig.ok(&["complete"]).await;
    assert_eq!((count("made"), count("completed")), (4, 4), "{completed} were before");
    rig.lose_ledger();
    rig.ok(&["ledger", "rebuild", &path]).await;
    rig.ok(&["complete"]).await;
    rig.is_golden(&golden, MESSAGES, "from a file that was written anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_last_line_of_spaces_jsonl_is_cut_and_a_broken_one_before_is_named() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    let rig = rig(Dialects::default()).await;
    rig.ok(&["run", &path]).await;
    let spaces = rig.work().join("spaces.jsonl");
    let whole = fs::read_to_string(&spaces).expect("there");
    fs::write(&spaces, whole.replacen("{\"what\":\"made\"", "{\"what\":\"ma", 2)).expect("room");
    for words in [["run"].as_slice(), &["verify"], &["complete"], &["ledger", "rebuild", &path]] {
        let output = rig.run(words).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{words:?}: {said}");
        assert!(said.contains("spaces.jsonl, line 1, is broken"), "{words:?}: {said}");
        assert!(said.contains("hint: bring the file back"), "{words:?}: {said}");
    }
    fs::write(&spaces, &whole).expect("room");
    let mut file = fs::OpenOptions::new().append(true).open(&spaces).expect("there");
    file.write_all(b"{\"what\":\"completed\",\"space\":\"spa").expect("room");
    drop(file);
    rig.finish().await;
    rig.is_golden(&golden, MESSAGES, "torn");
    let lines = fs::read_to_string(&spaces).expect("there");
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

/// Returns a command of another work folder of the same migration.
fn beside(rig: &Rig, words: &[&str]) -> Command {
    let other: PathBuf = rig.work().with_file_name("beside");
    let mut command = rig.command(words);
    command.env("CHATFERRY_WORK", other);
    command
}

async fn ended(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("it starts"))
        .await
        .expect("it ends")
}

async fn ok_beside(rig: &Rig, words: &[&str]) -> String {
    let output = ended(beside(rig, words)).await;
    let said = format!("{}{}", text(&output.stderr), text(&output.stdout));
    assert!(output.status.success(), "{words:?}: {:?}\n{said}", output.status.code());
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn two_work_folders_at_once_end_like_one() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    for request_replay in [RequestReplay::Populated, RequestReplay::NameOnly] {
        let rig = rig(Dialects { request_replay, ..Dialects::default() }).await;
        for words in [["run", &path].as_slice(), &["verify"], &["complete"]] {
            let (one, other) = tokio::join!(rig.run(words), ended(beside(&rig, words)));
            let both = [&one.stdout, &one.stderr, &other.stdout, &other.stderr].map(|s| text(s));
            assert!(one.status.success() && other.status.success(), "{words:?}: {both:?}");
        }
        rig.is_golden(&golden, 2 * MESSAGES, &format!("{request_replay:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_work_folder_completed_gets_no_further_post() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    for shown in [true, false] {
        let members = Dialects { members_listed_after_completion: shown, ..Dialects::default() };
        let rig = rig(members).await;
        // The other one is killed in the middle, and goes on when all is open to people.
        let goal = rig.emulator().stats().total() + requests / 3;
        let mut child = beside(&rig, &["run", &path])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        while rig.emulator().stats().total() < goal {
            tokio::task::yield_now().await;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        rig.whole(&export.path).await;
        let posts = rig.emulator().stats().of("spaces.messages.create");
        ok_beside(&rig, &["run"]).await;
        rig.is_golden(&golden, posts, "not one more");
        // What it had sent in full itself it meets again at reading back.
        let verdict = ended(beside(&rig, &["verify"])).await;
        assert_eq!(verdict.status.code(), Some(9), "{}", text(&verdict.stdout));
        ok_beside(&rig, &["complete"]).await;
        rig.is_golden(&golden, posts, "members are in already");
        // And one that begins only now finds everything done.
        fs::remove_dir_all(rig.work().with_file_name("beside")).expect("it was there");
        ok_beside(&rig, &["run", &path]).await;
        ok_beside(&rig, &["complete"]).await;
        rig.is_golden(&golden, posts, "begun when all was done");
    }
}
