//! Ledgers made anew from the archives, from `spaces.jsonl` and from Chat itself.

use crate::ledger_rig::{IN_FLIGHT, MESSAGES, PEOPLE, golden, rig, slow, workspace};
use crate::rig::{Rig, text};
use chatferry::emulator::{Action, Dialects, Fault, RequestReplay};
use std::fs;
use std::process::Stdio;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_lost_at_any_time_is_made_anew_and_nothing_is_sent_twice() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    for moment in [2, 5, 8, 12] {
        let rig = rig(Dialects::default()).await;
        let killed = rig.kill_after(requests * moment / 12, &["run", &path]).await;
        rig.lose_ledger();
        let said = rig.ok(&["ledger", "rebuild", &path]).await;
        let there = rig.emulator().stats().of("spaces.messages.create");
        rig.finish().await;
        // What was read in Chat is not sent again: only what was not there yet is.
        let posts = if killed { MESSAGES + IN_FLIGHT } else { MESSAGES };
        rig.is_golden(&golden, posts, &format!("moment {moment}, {there} posted: {said}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_ledger_lost_before_verify_costs_no_second_post_reaction_or_member() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    for listed_client_ids in [true, false] {
        let rig = rig(Dialects { listed_client_ids, ..Dialects::default() }).await;
        rig.ok(&["run", &path]).await;
        let before = rig.emulator().stats();
        rig.lose_ledger();
        let said = rig.ok(&["ledger", "rebuild", &path]).await;
        let members = before.of("spaces.members.create");
        let there =
            format!("Already in Chat: 92 messages, 20 reactions, {members} past memberships.");
        assert!(members > 0 && said.contains(&there), "{there}: {said}");
        rig.ok(&["run"]).await;
        let after = rig.emulator().stats();
        for method in [
            "spaces.create",
            "spaces.members.create",
            "spaces.messages.create",
            "spaces.messages.reactions.create",
        ] {
            assert_eq!(after.of(method), before.of(method), "{method}");
        }
        rig.finish().await;
        rig.is_golden(&golden, MESSAGES, &format!("ids listed: {listed_client_ids}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_a_completed_space_after_its_ledger_was_made_anew() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    for calls in [1, 3, 5, 8, 40] {
        let rig = rig(Dialects::default()).await;
        rig.ok(&["run", &path]).await;
        rig.ok(&["verify"]).await;
        rig.kill_after(calls + 2, &["complete"]).await;
        rig.lose_ledger();
        let said = rig.ok(&["ledger", "rebuild", &path]).await;
        rig.finish().await;
        rig.is_golden(&golden, MESSAGES, &format!("after {calls} calls: {said}"));
        let verdict = rig.ok(&["verify"]).await;
        assert!(verdict.contains("The migration looks good: 92 of 92"), "{verdict}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_that_may_have_happened_is_looked_at_before_anything_is_sent() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    for (applied, shown) in [(false, true), (true, true), (true, false)] {
        let members = Dialects { members_listed_after_completion: shown, ..Dialects::default() };
        let rig = rig(members).await;
        rig.ok(&["run", &path]).await;
        rig.ok(&["verify"]).await;
        let fault = Fault::on("spaces.completeImport").forever();
        let fault = if applied { fault.after(Action::Close) } else { fault.before(Action::Close) };
        let id = rig.emulator().arm(fault).expect("a good fault");
        // Until it is killed, it can't look either.
        for method in ["spaces.members.list", "spaces.get"] {
            let blind = Fault::on(method).forever().maybe().before(Action::Close);
            rig.emulator().arm(blind).expect("a good fault");
        }
        let mut command = rig.command(&["complete"]);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        while rig.emulator().fired(id) < 4 {
            tokio::task::yield_now().await;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let spaces = fs::read_to_string(rig.work().join("spaces.jsonl")).expect("there");
        assert_eq!(spaces.matches("\"completing\"").count(), 4, "{spaces}");
        assert_eq!(spaces.matches("\"completed\"").count(), 0, "{spaces}");
        rig.emulator().disarm_all();
        rig.lose_ledger();
        let said = rig.ok(&["ledger", "rebuild", &path]).await;
        assert_eq!(said.contains("4 completions"), applied, "{said}");
        rig.finish().await;
        rig.is_golden(&golden, MESSAGES, &format!("applied {applied}, shown {shown}: {said}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn google_forgetting_request_ids_doubles_nothing_when_the_ledger_is_lost_too() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    let forgets = RequestReplay::ForgottenAfter(Duration::ZERO);
    let dialects = Dialects { request_replay: forgets, ..Dialects::default() };
    let rig = rig(dialects).await;
    rig.kill_after(requests / 2, &["run", &path]).await;
    rig.lose_ledger();
    rig.ok(&["ledger", "rebuild", &path]).await;
    rig.finish().await;
    rig.is_golden(&golden, MESSAGES + IN_FLIGHT, "forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_ledger_spaces_jsonl_and_request_ids_lost_an_orphan_is_reported_and_never_completed() {
    let export = workspace();
    let path = export.path.display().to_string();
    for unique_names in [false, true] {
        let forgets = RequestReplay::ForgottenAfter(Duration::ZERO);
        let dialects = Dialects { request_replay: forgets, unique_names, ..Dialects::default() };
        let rig = rig(dialects).await;
        rig.ok(&["run", &path]).await;
        rig.lose_ledger();
        fs::remove_file(rig.work().join("spaces.jsonl")).expect("it was there");
        let said = rig.ok(&["ledger", "rebuild", &path]).await;
        assert!(said.contains("spaces.jsonl is lost as well"), "{said}");
        let said = rig.ok(&["run"]).await;
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("Possible orphan space: "), "{said}");
        assert!(flat.contains("board") && flat.contains("never completed"), "{said}");
        rig.ok(&["verify"]).await;
        rig.ok(&["complete"]).await;
        let state = rig.emulator().canonical();
        let count = |word: &str| state.matches(&format!("\"state\":\"{word}\"")).count();
        assert_eq!((count("completed"), count("importing")), (4, 4), "{state}");
        assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 4);
        rig.forgive(&["duplicate-space"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_ledger_and_spaces_jsonl_lost_the_request_ids_bring_every_space_back() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    let rig = rig(Dialects::default()).await;
    rig.kill_after(requests / 2, &["run", &path]).await;
    rig.lose_ledger();
    fs::remove_file(rig.work().join("spaces.jsonl")).expect("it was there");
    rig.ok(&["ledger", "rebuild", &path]).await;
    rig.finish().await;
    // Without the names of spaces nothing can be read first: what was sent is sent again.
    rig.is_golden(&golden, 2 * MESSAGES, "both lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_is_kept_aside_and_a_sound_one_is_not_made_anew_by_mistake() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let path = export.path.display().to_string();
    let rig = rig(Dialects::default()).await;
    rig.ok(&["run", &path]).await;
    let sound = rig.run(&["ledger", "rebuild", &path]).await;
    assert_eq!(sound.status.code(), Some(4), "{}", text(&sound.stderr));
    assert!(text(&sound.stderr).contains("is in order"), "{}", text(&sound.stderr));
    rig.ok(&["ledger", "rebuild", &path, "--force"]).await;
    let mut bytes = fs::read(rig.ledger()).expect("there");
    let half = bytes.len() / 2;
    bytes[half..].fill(0xa5);
    fs::write(rig.ledger(), &bytes).expect("room");
    rig.lose_side_files();
    let said = rig.ok(&["ledger", "rebuild", &path]).await;
    let kept = fs::read_dir(rig.work()).expect("a folder").flatten().filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("ledger-") && fs::read(entry.path()).is_ok_and(|kept| kept == bytes)
    });
    assert_eq!(kept.count(), 1, "{said}");
    rig.finish().await;
    rig.is_golden(&golden, MESSAGES, &said);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_dies_in_the_middle_is_begun_again() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    for calls in [1, 4, 9, 20] {
        let rig = Rig::with(&PEOPLE, slow(Dialects::default())).await;
        rig.kill_after(requests / 2, &["run", &path]).await;
        rig.lose_ledger();
        rig.kill_after(calls, &["ledger", "rebuild", &path]).await;
        rig.ok(&["ledger", "rebuild", &path, "--force"]).await;
        rig.finish().await;
        rig.is_golden(&golden, MESSAGES + IN_FLIGHT, &format!("killed after {calls}"));
    }
}
