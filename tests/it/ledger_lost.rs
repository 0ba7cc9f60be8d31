//! Ledgers that are gone, empty or damaged, and archives that are not what they were.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use std::fs;

fn small() -> Workspace {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000001.000100", "hello to you")
}

fn path(export: &Export) -> String {
    export.path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn b19_a_lost_or_empty_ledger_is_an_error_that_names_the_way_back_and_no_fresh_start() {
    let export = small().zip();
    let export = path(&export);
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["run", &export]).await;
    let ledger = rig.work().join("ledger.sqlite");
    let before = rig.emulator().stats().total();
    for empty in [false, true] {
        if empty {
            fs::write(&ledger, b"").expect("room");
        } else {
            fs::remove_file(&ledger).expect("it was there");
        }
        for words in [
            ["run"].as_slice(),
            &["run", &export],
            &["plan", &export],
            &["verify"],
            &["complete"],
            &["retry", "--all"],
            &["status"],
        ] {
            let output = rig.run(words).await;
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(4), "{words:?}: {said}");
            assert!(said.contains("spaces.jsonl shows that there was one"), "{words:?}: {said}");
            assert!(said.contains("chatferry ledger rebuild EXPORT"), "{words:?}: {said}");
            assert!(!ledger.metadata().is_ok_and(|file| file.len() > 0), "{words:?} began anew");
        }
    }
    assert_eq!(rig.emulator().stats().total(), before, "nobody was asked anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn b19_a_report_alone_shows_that_there_was_a_ledger_and_settings_alone_do_not() {
    let export = small().zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    fs::create_dir(rig.work()).expect("a folder");
    fs::write(rig.work().join("settings.toml"), "lanes = 3\n").expect("room");
    rig.ok(&["plan", &path(&export)]).await;
    fs::remove_file(rig.work().join("ledger.sqlite")).expect("it was there");
    let output = rig.run(&["plan", &path(&export)]).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("shows that there was one"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn b19_spaces_jsonl_alone_is_no_stranger_and_no_fresh_start() {
    let export = small().zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["run", &path(&export)]).await;
    let spaces = fs::read(rig.work().join("spaces.jsonl")).expect("there");
    fs::remove_dir_all(rig.work()).expect("it was there");
    fs::create_dir(rig.work()).expect("a folder");
    fs::write(rig.work().join("spaces.jsonl"), spaces).expect("room");
    for words in [["run"].as_slice(), &["run", &path(&export)], &["status"]] {
        let output = rig.run(words).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{words:?}: {said}");
        assert!(said.contains("chatferry ledger rebuild EXPORT"), "{words:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_no_database_or_a_broken_one_is_refused_and_left_as_it_is() {
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for index in 0..400_u32 {
        let ts = format!("16000{index:05}.000100");
        workspace = workspace.message("U1", &ts, &format!("message {index}"));
    }
    let export = workspace.zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["run", &path(&export)]).await;
    let ledger = rig.work().join("ledger.sqlite");
    let whole = fs::read(&ledger).expect("there");
    assert!(whole.len() > 60_000, "{}", whole.len());
    let mut flipped = whole.clone();
    for byte in &mut flipped[20_000..40_000] {
        *byte ^= 0x55;
    }
    let cut = whole[..whole.len() / 2].to_vec();
    for damaged in [b"this is no database, it is a letter".repeat(200), flipped, cut] {
        fs::write(&ledger, &damaged).expect("room");
        for words in [["run"].as_slice(), &["verify"], &["retry", "--all"]] {
            let output = rig.run(words).await;
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(4), "{words:?}: {said}");
            assert!(said.contains("the ledger is damaged"), "{words:?}: {said}");
            assert!(said.contains("chatferry ledger rebuild EXPORT"), "{words:?}: {said}");
        }
        assert!(fs::read(&ledger).expect("there") == damaged, "it was changed");
    }
    fs::write(&ledger, &whole).expect("room");
    rig.ok(&["verify"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_changed_is_refused_with_both_fingerprints_named_or_not() {
    let export = small().zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&export)]).await;
    let changed = small().message("U1", "1600000002.000100", "one more").zip();
    fs::copy(&changed.path, &export.path).expect("room");
    for words in [vec!["run"], vec!["run", &path(&export)], vec!["plan", &path(&export)]] {
        let output = rig.run(&words).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{words:?}: {said}");
        assert!(said.contains("export.zip changed since it was planned"), "{words:?}: {said}");
        assert!(said.contains("its fingerprint was ") && said.contains("hint: "), "{said}");
        assert!(said.contains("(new or changed: general/2020-09-13.json)"), "{said}");
    }
    let fewer = Workspace::new().channel("general", &["U1", "U2"]).zip();
    fs::copy(&fewer.path, &export.path).expect("room");
    let said = text(&rig.run(&["run"]).await.stderr);
    assert!(said.contains("planned (1 file is gone)"), "{said}");
    assert_eq!(rig.emulator().stats().of("spaces.create"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_vanished_is_missed_only_while_something_must_be_read_from_it() {
    let export = small().zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&export)]).await;
    let moved = export.path.with_file_name("moved.zip");
    fs::rename(&export.path, &moved).expect("a rename");
    let output = rig.run(&["run"]).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("export.zip is not at ") && said.contains("1 conversation"), "{said}");
    assert!(said.contains("hint: name it where it is now"), "{said}");
    rig.ok(&["run", &moved.display().to_string()]).await;
    fs::remove_file(&moved).expect("it was there");
    rig.ok(&["run"]).await;
}
