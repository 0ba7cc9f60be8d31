//! Slack permalinks that lead to Chat in the end: corrected before completion, whatever goes wrong
//! on the way.

use crate::crash_support::died;
use crate::links::{GONE, kept, pointing, texts};
use crate::rig::{Rig, text};
use chatferry::emulator::{Action, Dialects, Fault, Options};
use std::fs;
use std::process::Output;

const PATCHES: &str = "spaces.messages.patch";
const POSTS: &str = "spaces.messages.create";

async fn rig(dialects: Dialects) -> Rig {
    let rig = Rig::with(&["u1", "u2"], Options { dialects, ..Options::default() }).await;
    // Later commands need no flag, as in a work folder of an admin's.
    fs::create_dir_all(rig.work()).expect("a folder");
    fs::write(rig.work().join("settings.toml"), "links = \"patch\"\n").expect("a file");
    rig
}

/// Returns where Slack's messages stand, as the manifest says: by conversation and ts.
fn address(rig: &Rig, of: &str) -> String {
    let manifest = fs::read_to_string(rig.work().join("reports/manifest.csv")).expect("there");
    let line = manifest.lines().find(|line| line.starts_with(of));
    let line = line.unwrap_or_else(|| panic!("{of} is not in the manifest:\n{manifest}"));
    line.rsplit(',').next().expect("a url").to_owned()
}

/// Returns what the texts must be in the end.
fn led(rig: &Rig) -> [String; 4] {
    let here = address(rig, "/archives/CGENERAL/p1600000000000100");
    let there = address(rig, "/archives/CRANDOM/p1600000100000300");
    let code = "`https://acme.slack.com/archives/CRANDOM/p1600000100000300`";
    [
        "the root".to_owned(),
        format!("see {there}"),
        format!("<{GONE}|old> and {code} and <{there}|it>"),
        format!("as {here} says"),
    ]
}

fn edited(rig: &Rig) -> usize {
    rig.emulator().canonical().lines().filter(|line| line.contains("\"edited\":true")).count()
}

/// Runs a command one call after the other, with a wish for a crash.
async fn crashing(rig: &Rig, words: &[&str], wish: &str) -> Output {
    let mut command = rig.command(words);
    command.env("CHATFERRY_LANES", "1").env("CHATFERRY_WINDOW", "1").env("CHATFERRY_CRASH", wish);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn links_lead_to_chat_across_spaces_before_completion_and_the_rest_stays_and_counts() {
    for patch_marks in [true, false] {
        let rig = rig(Dialects { patch_marks, ..Dialects::default() }).await;
        let export = pointing().zip();
        let said = rig.ok(&["run", &export.path.display().to_string()]).await;
        assert_eq!(texts(&rig), led(&rig));
        assert_eq!(kept(&said), 1, "the one that leads out of the migration\n{said}");
        assert_eq!(rig.emulator().stats().of(PATCHES), 3);
        assert_eq!(edited(&rig), if patch_marks { 3 } else { 0 });
        let verdict = rig.ok(&["verify"]).await;
        assert!(verdict.contains("4 of 4"), "{verdict}");
        let said = rig.ok(&["complete"]).await;
        assert_eq!((kept(&said), rig.emulator().stats().of(PATCHES)), (1, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_behind_a_patch_changes_nothing() {
    let (rig, export) = (rig(Dialects::default()).await, pointing().zip());
    for action in [Action::status(503), Action::status(500)] {
        rig.emulator().arm(Fault::on(PATCHES).after(action)).expect("a good fault");
    }
    rig.ok(&["run", &export.path.display().to_string()]).await;
    assert_eq!(rig.emulator().unfired(), []);
    assert_eq!(texts(&rig), led(&rig));
    assert_eq!(rig.emulator().stats().of(PATCHES), 5);
    rig.ok(&["verify"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_among_the_patches_changes_nothing() {
    let export = pointing().zip();
    let words = ["run", &export.path.display().to_string()];
    let counted = rig(Dialects::default()).await;
    let file = counted.work().join("logs/points");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    crashing(&counted, &words, &format!("count:{}", file.display())).await;
    let points: Vec<String> =
        fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
    let first = points.iter().position(|name| name == "relink").expect("links are frozen");
    for at in first..points.len() {
        if !matches!(points[at].as_str(), "relink" | "settle") {
            continue;
        }
        let rig = rig(Dialects::default()).await;
        let output = crashing(&rig, &words, &format!("at:{}", at + 1)).await;
        // The last points may not be reached: settles share a commit.
        assert!(died(&output) || at + 8 > points.len(), "{}", text(&output.stderr));
        let said = rig.ok(&words).await;
        assert_eq!(texts(&rig), led(&rig), "died at {at}, {}", points[at]);
        assert_eq!(kept(&said), 1, "died at {at}, {}\n{said}", points[at]);
        rig.ok(&["verify"]).await;
        assert_eq!(rig.emulator().stats().of(POSTS), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_message_that_may_still_come_waits_for_the_next_run() {
    let (rig, export) = (rig(Dialects::default()).await, pointing().zip());
    let unclear = Fault::on(POSTS).containing("says").forever().before(Action::status(500));
    rig.emulator().arm(unclear).expect("a good fault");
    let unread = Fault::on("spaces.messages.list").forever().before(Action::status(500));
    rig.emulator().arm(unread).expect("a good fault");
    let mut command = rig.command(&["run", &export.path.display().to_string()]);
    command.env("CHATFERRY_MAX_ATTEMPTS", "2");
    let run = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    let run = run.await.expect("it ends");
    let said = text(&run.stdout);
    assert_eq!(run.status.code(), Some(9), "{said}");
    assert_eq!((kept(&said), rig.emulator().stats().of(PATCHES)), (0, 0), "{said}");
    rig.emulator().disarm_all();
    let said = rig.ok(&["run"]).await;
    assert_eq!(texts(&rig), led(&rig));
    assert_eq!((kept(&said), rig.emulator().stats().of(PATCHES)), (1, 3), "{said}");
    rig.ok(&["verify"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_chat_refuses_holds_nothing_up() {
    let (rig, export) = (rig(Dialects::default()).await, pointing().zip());
    let refused = Fault::on(POSTS).containing("says").forever().before(Action::status(403));
    rig.emulator().arm(refused).expect("a good fault");
    let output = rig.run(&["run", &export.path.display().to_string()]).await;
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    // Two texts link to it, and to nothing else that is there.
    assert_eq!((kept(&said), rig.emulator().stats().of(PATCHES)), (3, 0), "{said}");
    rig.emulator().disarm_all();
    // Once it is there, whoever wants can have the links mended after all.
    rig.ok(&["retry", "--all"]).await;
    rig.ok(&["run"]).await;
    rig.ok(&["retry", "--reason", "link_kept"]).await;
    let said = rig.ok(&["run"]).await;
    assert_eq!(texts(&rig), led(&rig));
    assert_eq!(kept(&said), 1, "{said}");
    rig.ok(&["verify"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_chat_refuses_leaves_the_message_as_it_was() {
    let (rig, export) = (rig(Dialects::default()).await, pointing().zip());
    let refused = Fault::on(PATCHES).forever().before(Action::status(400));
    rig.emulator().arm(refused).expect("a good fault");
    let said = rig.ok(&["run", &export.path.display().to_string()]).await;
    assert_eq!((kept(&said), edited(&rig)), (4, 0), "{said}");
    rig.ok(&["verify"]).await;
    rig.emulator().disarm_all();
    rig.ok(&["retry", "--reason", "link_kept"]).await;
    let said = rig.ok(&["run"]).await;
    assert_eq!(texts(&rig), led(&rig));
    assert_eq!(kept(&said), 1, "{said}");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_was_made_stays_made_though_its_repeat_is_refused() {
    let (rig, export) = (rig(Dialects::default()).await, pointing().zip());
    rig.emulator().arm(Fault::on(PATCHES).after(Action::status(503))).expect("a good fault");
    let refused = Fault::on(PATCHES).nth(2).forever().before(Action::status(400));
    rig.emulator().arm(refused).expect("a good fault");
    rig.ok(&["run", &export.path.display().to_string()]).await;
    assert_eq!(rig.emulator().unfired(), []);
    let made = texts(&rig).iter().zip(&led(&rig)).filter(|(is, must)| is == must).count();
    assert!((2..4).contains(&made), "{made}: the root, the one that was made, not all");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_stands_poorer_than_planned_keeps_its_links() {
    let (rig, export) = (rig(Dialects::default()).await, pointing().zip());
    let refused = Fault::on(POSTS).containing("|old>").before(Action::status(400));
    rig.emulator().arm(refused).expect("a good fault");
    let said = rig.ok(&["run", &export.path.display().to_string()]).await;
    assert_eq!((kept(&said), rig.emulator().stats().of(PATCHES)), (2, 2), "{said}");
    assert!(said.contains("(markup_refused"), "{said}");
    rig.ok(&["verify"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_made_anew_knows_a_text_with_its_links_led_elsewhere() {
    let export = pointing().zip();
    let path = export.path.display().to_string();
    for completed in [false, true] {
        let rig = rig(Dialects::default()).await;
        rig.ok(&["run", &path]).await;
        let texts_then = led(&rig);
        if completed {
            rig.ok(&["verify"]).await;
            rig.ok(&["complete"]).await;
        }
        rig.lose_ledger();
        let said = rig.ok(&["ledger", "rebuild", &path]).await;
        if !completed {
            assert!(said.contains("Already in Chat: 4 messages"), "{said}");
            let said = rig.ok(&["run"]).await;
            assert_eq!(kept(&said), 1, "{said}");
        }
        assert_eq!(rig.emulator().stats().of(POSTS), 4);
        assert_eq!(texts(&rig), texts_then);
        rig.ok(&["verify"]).await;
        if completed {
            // Who was added is not known any more, and is asked for again.
            rig.ok(&["complete"]).await;
            rig.ok(&["verify", "--completed"]).await;
        }
    }
}
