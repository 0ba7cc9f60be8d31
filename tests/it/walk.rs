//! The walk in `docs/operations.md`: its commands are taken from there, and run as they stand.

use crate::rig::Rig;
use crate::support::{Export, Workspace};
use crate::typed::typed;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const HEADING: &str = "## The whole way, in thirty lines";
/// What an admin's editor does with the two tables.
const EDITOR: &str = r#"#!/bin/sh
case "$1" in
*/people.csv) sed 's/^\(U3,.*\),,$/\1,cy@example.com,/' "$1" > edited ;;
*/channels.csv) sed 's/,random,random,/,random,Water Cooler,/' "$1" > edited ;;
esac
! cmp -s edited "$1" && cat edited > "$1"
"#;

/// Returns the lines of the walk.
fn walk() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
    let document = fs::read_to_string(path).expect("the document is there");
    let (_, rest) = document.split_once(HEADING).expect("the walk has its heading");
    let (section, _) = rest.split_once("\n## ").expect("another heading follows");
    let mut inside = false;
    let fenced = section.lines().filter(|line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        inside && !fence
    });
    fenced.map(str::to_owned).collect()
}

/// Three people in two channels; one of them by an address that nobody has any more.
fn export() -> Export {
    let old = json!({"profile": {"real_name": "Cy Brown", "email": "cy@old.example"}});
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .who(old)
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "hello")
        .react("wave", &["U2"])
        .reply("U3", "1600000010.000100", "1600000000.000100", "hi from Cy")
        .channel("random", &["U1", "U2"])
        .message("U2", "1600000020.000100", "coffee?")
        .private("board", &["U2"])
        .message("U2", "1600000030.000100", "hush")
        .zip()
}

/// Writes a file that can be run.
fn program(path: &Path, text: &str) -> PathBuf {
    fs::write(path, text).expect("room on the disk");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path.to_owned()
}

/// Returns the spaces that the emulator holds: name, state, members.
fn spaces(rig: &Rig) -> Vec<(String, String, usize)> {
    let mut spaces: Vec<(String, String, usize)> = Vec::new();
    for line in rig.emulator().canonical().lines() {
        let line: Value = serde_json::from_str(line).expect("the dump is JSON");
        if line["space"].is_string() {
            let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            spaces.push((word("name"), word("state"), 0));
        } else if line["member"].is_string() {
            spaces.last_mut().expect("a space before its members").2 += 1;
        }
    }
    spaces.sort();
    spaces
}

#[test]
fn the_walk_is_short_and_says_what_each_command_is_for() {
    let lines = walk();
    assert!((25..=30).contains(&lines.len()), "{} lines", lines.len());
    for line in &lines {
        let (command, comment) = line.split_once(" # ").unwrap_or((line, ""));
        assert!(line.len() <= 110, "{line}");
        let plain = command.starts_with("chatferry ") && command.len() > 60;
        let twin = command.contains("channels");
        assert!(!comment.is_empty() || plain || twin, "no word on {line}");
    }
    let commands = ["inspect", "rehearse", "doctor", "plan", "people", "channels", "run", "status"];
    for command in commands.iter().chain(&["verify", "access", "complete --wave"]) {
        let begin = format!("chatferry {command}");
        assert!(lines.iter().any(|line| line.starts_with(&begin)), "the walk lacks {command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_of_the_document_goes_from_an_export_to_a_completed_wave() {
    let rig = Rig::start(&["ana", "bo", "cy"]).await;
    let (export, work) = (export(), rig.work());
    let home = work.parent().expect("a folder around it");
    fs::copy(&export.path, home.join("export.zip")).expect("room on the disk");
    let editor = program(&home.join("editor"), EDITOR);
    let script = program(&home.join("walk"), &(walk().join("\n") + "\n"));
    let mut shell = std::process::Command::new("/bin/sh");
    let bin = Path::new(env!("CARGO_BIN_EXE_chatferry")).parent().expect("a folder");
    // Only the server is named beside what an admin types: there is no other way to the emulator.
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
    shell.args(["-ex".as_ref(), script.as_os_str()]).current_dir(home);
    shell.env("PATH", path).env("EDITOR", editor).env("CHATFERRY_API", rig.emulator().url());
    for name in ["WORK", "KEY", "ADMIN", "PACE", "TRIALS", "SEED"] {
        shell.env_remove(format!("CHATFERRY_{name}"));
    }
    let said = typed(&shell, &[("Complete? Type yes: ", "yes")]).await;
    assert_eq!(said.code, Some(0), "{}", said.shown);
    let space = |name: &str, state: &str, members| (name.to_owned(), state.to_owned(), members);
    let expected = [
        space("Water Cooler", "importing", 0),
        space("board", "importing", 0),
        space("general", "completed", 3),
    ];
    assert_eq!(spaces(&rig), expected, "{}", said.shown);
    for line in ["3 conversations", "The wave is complete: 1 conversation is open"] {
        assert!(said.shown.contains(line), "{line}: {}", said.shown);
    }
}
