//! Real exports, and our own sample, all the way: every item accounted for, every space completed
//! with the right members, nothing to lint.

use crate::rig::{Rig, text};
use chatferry::slack::{Export, Options, PersonKind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns an export that is not part of the project; prints why where it is absent.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/exports").join(name);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exports/sample")
}

fn run(words: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_chatferry")).args(words).output().expect("it starts");
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// Rehearses an export, and returns the report.
fn rehearsed(path: &Path, flags: &[&str]) -> Value {
    let path = path.display().to_string();
    let (code, said) = run(&[&["rehearse", &path, "--json"], flags].concat());
    assert_eq!(code, Some(0), "{path} {flags:?}: {said}");
    said.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .rfind(|line| line["event"] == "report")
        .expect("the report is the last thing said")
}

fn total(report: &Value, kind: &str) -> u64 {
    let states = report["account"]["items"][kind].as_object().into_iter().flatten();
    states.map(|(_, count)| count.as_u64().unwrap()).sum()
}

/// The report's sums are those of `inspect`, and nothing is owed or stuck.
fn h4_sums_are_equal(path: &Path, report: &Value) {
    let (code, said) = run(&["inspect", "--json", &path.display().to_string()]);
    assert_eq!(code, Some(0));
    let inventory: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(inventory["messages"]["total"], total(report, "message"), "messages");
    assert_eq!(
        inventory["reactions"]["uses"].as_u64(),
        Some(total(report, "reaction")),
        "reactions"
    );
    let files: u64 = inventory["files"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, mode)| mode["count"].as_u64().unwrap_or(0))
        .sum();
    assert_eq!(files, total(report, "file"), "files");
    for (_, tally) in report["account"]["items"].as_object().into_iter().flatten() {
        assert_eq!((&tally["owed"], &tally["wedged"]), (&0.into(), &0.into()));
    }
    assert_eq!(report["complete"], true);
}

#[test]
fn h4_every_item_of_the_sample_ends_in_one_state_and_the_sums_are_the_inventory() {
    h4_sums_are_equal(&sample(), &rehearsed(&sample(), &[]));
    h4_sums_are_equal(&sample(), &rehearsed(&sample(), &["--invent-accounts"]));
}

#[test]
fn h4_houston_crosses_with_equal_sums() {
    let Some(path) = shared("houston-2016.zip") else { return };
    let report = rehearsed(&path, &[]);
    assert_eq!(total(&report, "message"), 1382);
    h4_sums_are_equal(&path, &report);
}

#[test]
fn h4_bot_cards_cross_with_equal_sums_with_and_without_accounts() {
    let Some(path) = shared("bot-cards.zip") else { return };
    for flags in [&[][..], &["--invent-accounts"]] {
        let report = rehearsed(&path, flags);
        assert_eq!(total(&report, "message"), 158);
        h4_sums_are_equal(&path, &report);
    }
}

#[test]
fn h4_haskell_jp_crosses_with_equal_sums_with_and_without_accounts() {
    let Some(path) = shared("haskell-jp.zip") else { return };
    for flags in [&[][..], &["--invent-accounts"]] {
        let report = rehearsed(&path, flags);
        assert_eq!(total(&report, "message"), 24_924);
        h4_sums_are_equal(&path, &report);
    }
}

/// Every space ends with the members that `channels.json` lists, as far as they are mapped and were
/// not deactivated; where none is left, with the admin.
#[tokio::test(flavor = "multi_thread")]
async fn the_members_are_those_of_the_export() {
    let Some(path) = shared("houston-2016.zip") else { return };
    let export = Export::open(&path, &Options::default()).expect("it opens");
    let human = |kind| matches!(kind, PersonKind::Human | PersonKind::Guest);
    let handles: BTreeMap<_, _> = export
        .people()
        .iter()
        .filter(|person| human(person.kind) && !person.deleted)
        .filter_map(|person| Some((person.id.clone(), person.email.clone()?)))
        .collect();
    let emails: Vec<&str> =
        handles.values().map(|email| email.split('@').next().unwrap()).collect();
    let domains: BTreeSet<&str> =
        handles.values().map(|email| email.split('@').nth(1).unwrap()).collect();
    assert_eq!(domains.len(), 1, "the rig's people share a domain");
    let rig = Rig::of_domain(&emails, domains.first().unwrap()).await;
    rig.whole(&path).await;
    assert_eq!(rig.emulator().lints(), []);
    assert_eq!(rig.emulator().audit(), []);
    let spaces = rig.members();
    for conversation in export.conversations() {
        let wanted: BTreeSet<String> =
            conversation.members.iter().filter_map(|id| handles.get(id).cloned()).collect();
        let found = &spaces[&conversation.name];
        if wanted.is_empty() && conversation.archived {
            // Who is left of an archived channel stands in its own history.
            let known: BTreeSet<&String> = handles.values().collect();
            assert!(found.iter().all(|one| known.contains(one)), "{}", conversation.name);
            continue;
        }
        let admin = BTreeSet::from([crate::rig::ADMIN.to_owned()]);
        let wanted = if wanted.is_empty() { &admin } else { &wanted };
        assert_eq!(found, wanted, "{}", conversation.name);
    }
}
