//! Whole migrations through the real binary: resumed, repeated, moved, killed.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Options, Phase};
use std::time::Duration;

/// Three people; a public channel with threads and reactions, a private one, a group, a direct
/// conversation.
fn workspace() -> Export {
    let people = ["U1", "U2", "U3"];
    let mut workspace = Workspace::new().channel("general", &people);
    for index in 0..40_u32 {
        let ts = format!("16000{:05}.000100", index * 60);
        workspace = workspace.message(people[index as usize % 3], &ts, &format!("message {index}"));
        if index % 4 == 0 {
            workspace = workspace.react("wave", &["U2", "U3"]);
            for reply in 1..4_u32 {
                let at = format!("16000{:05}.000{reply}00", index * 60 + reply);
                workspace = workspace.reply(
                    people[(index + reply) as usize % 3],
                    &at,
                    &ts,
                    &format!("reply {reply}"),
                );
            }
        }
    }
    workspace = workspace.private("board", &["U1", "U2"]);
    for index in 0..20_u32 {
        workspace = workspace.message("U1", &format!("1600100{index:03}.000100"), "between us");
    }
    workspace
        .mpim("mpdm-u1--u2--u3-1", &people)
        .message("U3", "1600200000.000100", "three of us")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600300000.000100", "two of us")
        .zip()
}

const PEOPLE: [&str; 3] = ["u1", "u2", "u3"];
/// Messages in the workspace, and so calls of messages.create.
const MESSAGES: u64 = 40 + 30 + 20 + 2;

fn slow() -> Options {
    Options { latency: Duration::from_millis(1), ..Options::default() }
}

/// The state of an undisturbed migration.
async fn golden(export: &Export) -> (String, u64) {
    let rig = Rig::with(&PEOPLE, slow()).await;
    rig.whole(&export.path).await;
    assert_eq!(rig.emulator().lints(), []);
    assert_eq!(rig.emulator().audit(), []);
    (rig.emulator().canonical(), rig.emulator().stats().total())
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_b3_b4_b6_killed_at_ten_moments_and_resumed_the_state_is_that_of_an_undisturbed_run() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let path = export.path.display().to_string();
    for moment in 1..=10 {
        let rig = Rig::with(&PEOPLE, slow()).await;
        let killed = rig.kill_after(requests * moment / 12, &["run", &path]).await;
        let resumed = if killed { rig.ok(&["run", &path]).await } else { String::new() };
        rig.ok(&["verify"]).await;
        if rig.kill_after(2 + moment, &["complete"]).await {
            rig.ok(&["complete"]).await;
        }
        assert_eq!(
            rig.emulator().canonical(),
            golden,
            "moment {moment}, killed {killed}: {resumed}"
        );
        assert_eq!(rig.emulator().audit(), [], "moment {moment}");
        let stats = rig.emulator().stats();
        assert!(
            stats.of("spaces.messages.create") <= MESSAGES + 64,
            "no restart from zero: {stats:?}"
        );
        // The app itself may look at its spaces; nobody else does.
        let looks = stats.of("spaces.list") + stats.of("spaces.get");
        assert_eq!(looks, stats.with("spaces.get", 200), "what may not be read is not asked for");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b2_the_same_command_twice_sends_no_message_twice() {
    let export = workspace();
    let rig = Rig::start(&PEOPLE).await;
    let path = export.path.display().to_string();
    rig.ok(&["run", &path]).await;
    let before = rig.emulator().stats();
    rig.ok(&["run", &path]).await;
    rig.ok(&["run"]).await;
    let after = rig.emulator().stats();
    for method in [
        "spaces.create",
        "spaces.messages.create",
        "spaces.messages.reactions.create",
        "spaces.members.create",
    ] {
        assert_eq!(after.of(method), before.of(method), "{method}");
    }
    assert_eq!(after.of("spaces.messages.create"), MESSAGES);
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_members_are_added_though_the_program_died_after_completion() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let rig = Rig::with(&PEOPLE, slow()).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    // The first memberships after completion find no connection: death comes in between.
    let fault = Fault::on("spaces.members.create").times(8).before(Action::Close);
    let id = rig.emulator().arm(fault).expect("a good fault");
    let mut command = rig.command(&["complete"]);
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    while rig.emulator().fired(id) < 2 {
        tokio::task::yield_now().await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    assert_ne!(rig.emulator().canonical(), golden, "members are missing");
    rig.ok(&["complete"]).await;
    assert_eq!(rig.emulator().canonical(), golden);
}

#[tokio::test(flavor = "multi_thread")]
async fn b7_the_work_folder_moves_to_another_place_and_goes_on() {
    let export = workspace();
    let (golden, requests) = golden(&export).await;
    let rig = Rig::with(&PEOPLE, slow()).await;
    let path = export.path.display().to_string();
    assert!(rig.kill_after(requests / 3, &["run", &path]).await);
    let moved = rig.work().with_file_name("elsewhere");
    std::fs::rename(rig.work(), &moved).expect("a rename");
    for words in [["run"].as_slice(), &["verify"], &["complete"]] {
        let mut command = rig.command_in(words, &moved);
        command.current_dir("/");
        let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"))
            .await
            .expect("it ends");
        assert!(
            output.status.success(),
            "{words:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }
    assert_eq!(rig.emulator().canonical(), golden);
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_nothing_is_posted_once_people_can_see_it() {
    let export = workspace();
    let rig = Rig::start(&PEOPLE).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    let posts = rig.emulator().stats().of("spaces.messages.create");
    rig.ok(&["complete"]).await;
    assert_eq!(rig.emulator().stats().of("spaces.messages.create"), posts);
    assert_eq!(rig.emulator().audit(), [], "the audit knows writes after completion");
}

#[tokio::test(flavor = "multi_thread")]
async fn complete_waits_for_verify_and_verify_for_run() {
    let export = workspace();
    let rig = Rig::start(&PEOPLE).await;
    let early = rig.run(&["complete"]).await;
    assert_eq!(early.status.code(), Some(4), "{}", text(&early.stderr));
    rig.ok(&["run", &export.path.display().to_string()]).await;
    let unverified = rig.run(&["complete"]).await;
    assert_eq!(unverified.status.code(), Some(9), "{}", text(&unverified.stderr));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    let verdict = rig.ok(&["verify"]).await;
    assert!(verdict.contains(&format!("{MESSAGES} of {MESSAGES} planned messages")), "{verdict}");
    rig.ok(&["complete"]).await;
    let stored = rig.ok(&["verify"]).await;
    assert!(
        stored.contains("The migration looks good"),
        "completed lanes tell the stored verdict: {stored}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_after_each_kind_of_write_doubles_nothing() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    for method in [
        "spaces.create",
        "spaces.messages.create",
        "spaces.messages.reactions.create",
        "spaces.members.create",
        "spaces.completeImport",
    ] {
        for action in [Action::Close, Action::status(503)] {
            let rig = Rig::start(&PEOPLE).await;
            let fault = Fault::on(method).times(3).after(action.clone());
            let id = rig.emulator().arm(fault).expect("a good fault");
            rig.whole(&export.path).await;
            assert_eq!(rig.emulator().fired(id), 3, "{method}");
            assert_eq!(rig.emulator().canonical(), golden, "{method} {action:?}");
            assert_eq!(rig.emulator().audit(), []);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refused_message_holds_its_space_back_and_no_other() {
    let export = workspace();
    let rig = Rig::start(&PEOPLE).await;
    // The message is refused, and the notice in its place.
    let fault = Fault::on("spaces.messages.create").nth(5).times(2).before(Action::status(400));
    rig.emulator().arm(fault).expect("a good fault");
    let run = rig.in_order(&["run", &export.path.display().to_string()]).await;
    assert_eq!(run.status.code(), Some(3), "{}", text(&run.stdout));
    let report = text(&run.stdout);
    assert!(report.contains("invalid_argument") && report.contains("chatferry retry"), "{report}");
    rig.run(&["verify"]).await;
    let held = rig.run(&["complete"]).await;
    assert_eq!(held.status.code(), Some(3), "{}", text(&held.stderr));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 3, "the other three are open");
    rig.ok(&["retry", "--all"]).await;
    rig.ok(&["run"]).await;
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    let (golden, _) = golden(&export).await;
    assert_eq!(rig.emulator().canonical(), golden);
}

/// Refuses three posts and the notices in their places: the space exists and nothing is in it.
fn refuse_posts() -> Fault {
    Fault::on("spaces.messages.create").times(6).before(Action::status(400))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_somebody_else_holds_moves_one_message_by_a_microsecond() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "first")
        .message("U1", "1600000000.000101", "second")
        .message("U1", "1600000001.000100", "third")
        .zip();
    let rig = Rig::start(&PEOPLE).await;
    rig.emulator().arm(refuse_posts()).expect("a good fault");
    let stuck = rig.run(&["run", &export.path.display().to_string()]).await;
    assert_eq!(stuck.status.code(), Some(3), "{}", text(&stuck.stderr));
    let spaces = std::fs::read_to_string(rig.work().join("spaces.jsonl")).expect("it is there");
    let line: serde_json::Value = serde_json::from_str(spaces.lines().next().unwrap()).unwrap();
    let space = line["space"].as_str().unwrap();
    let token = rig.api.user("u2@example.com").await;
    let foreign =
        serde_json::json!({"text": "not ours", "createTime": "2020-09-13T12:26:40.000100Z"});
    let posted = rig.api.post(&format!("/v1/{space}/messages"), &token, foreign).await;
    assert_eq!(posted.status, 200, "{:?}", posted.body);
    rig.forgive(&["nameless-message"]);
    rig.ok(&["retry", "--all"]).await;
    rig.ok(&["run"]).await;
    let verdict = rig.run(&["verify"]).await;
    assert_eq!(verdict.status.code(), Some(7), "{}", text(&verdict.stdout));
    assert!(
        text(&verdict.stdout)
            .contains("3 of 3 planned messages are in Google Chat as planned, 1 unplanned")
    );
    assert_eq!(rig.run(&["complete"]).await.status.code(), Some(7));
    let state = rig.emulator().canonical();
    for (said, at) in [("first", "40.000102Z"), ("second", "40.000101Z"), ("third", "41.000100Z")] {
        let line = state.lines().find(|line| line.contains(said)).expect(said);
        assert!(line.contains(at), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_a_space_of_the_same_name_is_left_alone_and_ours_takes_another() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .zip();
    let rig = Rig::start(&PEOPLE).await;
    let token = rig.api.user("u2@example.com").await;
    let theirs = serde_json::json!({
        "spaceType": "SPACE", "displayName": "general", "importMode": true, "createTime": "2019-01-01T00:00:00Z",
    });
    rig.api.post("/v1/spaces", &token, theirs).await.name();
    rig.whole(&export.path).await;
    let state = rig.emulator().canonical();
    assert!(state.contains("general (2)"), "{state}");
    assert_eq!(rig.emulator().stats().of("spaces.delete"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_today_is_planned_tomorrow_to_the_byte() {
    let export = workspace();
    let rig = Rig::start(&PEOPLE).await;
    let path = export.path.display().to_string();
    let mut ledgers = Vec::new();
    for folder in ["one", "two"] {
        let work = rig.work().with_file_name(folder);
        rig.ok(&["plan", &path, "--work", &work.display().to_string()]).await;
        ledgers.push(std::fs::read(work.join("ledger.sqlite")).expect("it is there"));
    }
    assert!(ledgers[0] == ledgers[1], "two plans of one export differ");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_work_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::start(&PEOPLE).await;
    rig.whole(&workspace().path).await;
    let mut folders = vec![rig.work()];
    while let Some(folder) = folders.pop() {
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_answers_while_a_run_is_under_way() {
    let export = workspace();
    let rig = Rig::with(&PEOPLE, slow()).await;
    let goal = rig.emulator().stats().total() + 40;
    let mut command = rig.command(&["run", &export.path.display().to_string()]);
    let command = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("it starts");
    while rig.emulator().stats().total() < goal {
        tokio::task::yield_now().await;
    }
    let status = rig.ok(&["status", "--lanes"]).await;
    let second = rig.run(&["run"]).await;
    child.wait().expect("it ends");
    assert!(status.contains("Not finished") && status.contains("general"), "{status}");
    assert_eq!(second.status.code(), Some(8), "{}", text(&second.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_answer_to_completion_is_looked_at_and_completion_tried_again() {
    let export = workspace();
    let (golden, _) = golden(&export).await;
    let members_shown = |members_listed_after_completion| Options {
        dialects: Dialects { members_listed_after_completion, ..Dialects::default() },
        ..Options::default()
    };
    for (phase, shown) in [(Phase::Before, true), (Phase::After, true), (Phase::After, false)] {
        let rig = Rig::with(&PEOPLE, members_shown(shown)).await;
        let fault = Fault::on("spaces.completeImport").times(2).doing(phase, Action::status(503));
        rig.emulator().arm(fault).expect("a good fault");
        rig.whole(&export.path).await;
        assert_eq!(rig.emulator().canonical(), golden, "{phase:?}, members shown {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reply_holds_up_neither_its_thread_nor_the_reactions_of_others() {
    let root = "1600000000.000100";
    let mut workspace =
        Workspace::new().channel("general", &["U1", "U2"]).message("U1", root, "root");
    for reply in 1..=20_u32 {
        let ts = format!("1600000000.{:06}", 100 + reply);
        workspace =
            workspace.reply("U2", &ts, root, &format!("reply {reply}")).react("wave", &["U1"]);
    }
    let rig = Rig::start(&PEOPLE).await;
    // The root is the first post and the first reply the second: that one is refused, and the
    // notice in its place too.
    let fault = Fault::on("spaces.messages.create").nth(2).times(2).before(Action::status(400));
    rig.emulator().arm(fault).expect("a good fault");
    let run = rig.in_order(&["run", &workspace.zip().path.display().to_string()]).await;
    assert_eq!(run.status.code(), Some(3), "{}", text(&run.stdout));
    let stats = rig.emulator().stats();
    assert_eq!(stats.with("spaces.messages.create", 200), 20, "the root and 19 replies");
    assert_eq!(stats.with("spaces.messages.reactions.create", 200), 19);
    assert_eq!(rig.emulator().audit(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_export_is_merged_while_nothing_is_sent_and_refused_afterwards() {
    let january =
        Workspace::new().channel("general", &["U1"]).message("U1", "1600000000.000100", "old");
    let february = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "old, corrected")
        .with(serde_json::json!({"edited": {"user": "U1", "ts": "1600000100.000000"}}))
        .message("U1", "1600000200.000100", "new");
    let (january, february) = (january.zip(), february.zip());
    let path = |export: &Export| export.path.display().to_string();
    let rig = Rig::start(&PEOPLE).await;
    rig.ok(&["plan", &path(&january)]).await;
    rig.ok(&["plan", &path(&february)]).await;
    rig.ok(&["run"]).await;
    let state = rig.emulator().canonical();
    assert!(state.contains("old, corrected") && state.contains("\"new\""), "{state}");
    assert_eq!(rig.emulator().stats().of("spaces.messages.create"), 2);
    let march =
        Workspace::new().channel("general", &["U1"]).message("U1", "1600000300.000100", "late");
    let late = rig.run(&["run", &path(&march.zip())]).await;
    assert_eq!(late.status.code(), Some(4), "{}", text(&late.stderr));
}
