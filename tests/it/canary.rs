//! Secrets and people's words, planted and looked for: in logs, reports, the terminal, errors, and
//! in the ledger once nothing is owed any more.

use crate::proof::counted;
use crate::rig::{Rig, end, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Change, Fault, Keyless};
use std::path::{Path, PathBuf};
use std::process::Output;

/// In every message, file name and topic; nothing else in the export has it.
const WORDS: &str = "CANARYWORDS";
/// In every link to Slack's files.
const SLACK: &str = "xoxe-1-CANARYTOKEN";
/// How every access token of the emulator begins.
const TOKEN: &str = "ya29.";

fn workspace() -> Export {
    let file = serde_json::json!({"files": [{
        "id": "F1", "name": "plan.pdf", "mimetype": "application/pdf", "size": 3, "mode": "hosted",
        "url_private": format!("https://files.slack.com/files-pri/T1-F1/plan.pdf?t={SLACK}"),
        "url_private_download": format!("https://files.slack.com/files-pri/T1-F1/download/plan.pdf?t={SLACK}"),
    }]});
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for index in 0..12 {
        let ts = format!("16000000{index:02}.000100");
        workspace = workspace
            .message("U1", &ts, &format!("{WORDS} {index} *loud* {}", "long ".repeat(index * 40)))
            .react("wave", &["U2"]);
    }
    workspace.message("U2", "1600000100.000100", WORDS).with(file).zip()
}

/// Every file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary.as_bytes())
}

/// A middle line of the private key: no key, no piece of one.
fn key_line(rig: &Rig) -> String {
    let key: serde_json::Value = serde_json::from_str(rig.emulator().key_json()).unwrap();
    key["private_key"].as_str().unwrap().lines().nth(3).unwrap().to_owned()
}

/// Looks through the work folder. Bodies that are still owed belong in the ledger.
fn search(rig: &Rig, bodies_are_owed: bool) -> usize {
    let key = key_line(rig);
    let files = files(&rig.work());
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        for secret in [SLACK, TOKEN, &key] {
            assert!(!holds(&bytes, secret), "{secret} in {}", path.display());
        }
        let may_hold_words = bodies_are_owed && name.starts_with("ledger.sqlite");
        assert!(may_hold_words || !holds(&bytes, WORDS), "{WORDS} in {}", path.display());
    }
    files.len()
}

fn said_nothing(rig: &Rig, output: &Output) {
    for said in [&output.stdout, &output.stderr] {
        for secret in [WORDS, SLACK, TOKEN, &key_line(rig)] {
            assert!(!holds(said, secret), "{secret} in: {}", text(said));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i11_no_secret_and_no_words_of_people_where_they_do_not_belong() {
    let export = workspace();
    let path = export.path.display().to_string();
    let rig = Rig::start(&["u1", "u2"]).await;
    // One message is refused: whole, without markup, and as a notice.
    let posts = Fault::on("spaces.messages.create").containing("T12:26:44");
    rig.emulator().arm(posts.times(3).before(Action::status(400))).expect("a good fault");
    let (mut searched, mut outputs) = (0, 2);
    for (words, code) in [
        (["inspect", path.as_str(), "--json"].as_slice(), 0),
        (&["plan", &path], 0),
        (&["run", &path], 3),
        (&["run", "--json"], 3),
        (&["status", "--lanes"], 0),
        (&["status", "--json"], 0),
        (&["retry", "--all"], 0),
        (&["run"], 0),
        (&["verify", "--json"], 0),
        (&["verify"], 0),
    ] {
        let mut command = rig.command(words);
        command.env("CHATFERRY_LOG", "debug");
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        said_nothing(&rig, &output);
        outputs += 2;
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", text(&output.stderr));
        if rig.work().exists() {
            searched += search(&rig, true);
        }
    }
    said_nothing(&rig, &rig.run(&["complete"]).await);
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 1, "it came to its end");
    searched += search(&rig, false);
    let state = rig.emulator().canonical();
    assert!(state.contains(WORDS), "the words are in Chat");
    assert!(!state.contains(SLACK), "Slack's token is not");
    counted(
        "canary",
        &format!(
            "4 kinds of secrets and words planted, {searched} files and {outputs} outputs searched, 0 found where they don't belong"
        ),
    );
}

/// What a login holds, and how the assertions begin that IAM signs with it.
const LOGIN: [&str; 4] = ["1//0emulated", "GOCSPX-", TOKEN, "eyJhbGciOi"];

#[tokio::test(flavor = "multi_thread")]
async fn h7_nothing_of_a_login_and_no_assertion_is_written_or_said() {
    let export = workspace();
    let rig = Rig::start(&["u1", "u2"]).await;
    let login = rig.secret("adc.json", &rig.emulator().credentials_json());
    let mut searched = 0;
    for (off, code) in
        [(None, 0), (Some(Keyless::Login), 6), (Some(Keyless::Role), 6), (Some(Keyless::Api), 6)]
    {
        if let Some(off) = off {
            rig.emulator().change(&Change::KeylessOff(off)).unwrap();
        }
        let mut command = rig.keyless(&["run", &export.path.display().to_string()]);
        command.env("GOOGLE_APPLICATION_CREDENTIALS", &login).env("CHATFERRY_LOG", "debug");
        let output = end(command).await;
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        for secret in LOGIN {
            for said in [&output.stdout, &output.stderr] {
                assert!(!holds(said, secret), "{secret} in: {}", text(said));
            }
            for path in files(&rig.work()) {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!holds(&bytes, secret), "{secret} in {}", path.display());
                searched += 1;
            }
        }
        if let Some(off) = off {
            rig.emulator().change(&Change::KeylessOn(off)).unwrap();
        }
    }
    counted(
        "canary-login",
        &format!("4 kinds of secrets of a login, {searched} looks into files, 0 found"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_key_is_refused_without_a_line_of_it() {
    let export = workspace();
    let rig = Rig::start(&["u1", "u2"]).await;
    let line = key_line(&rig);
    let bad = rig.work().with_file_name("broken.json");
    let broken = rig.emulator().key_json().replace(&line, &format!("{}!", &line[1..]));
    std::fs::write(&bad, broken).unwrap();
    let mut command = rig.command(&["run", &export.path.display().to_string(), "--key"]);
    command.arg(&bad);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    for said in [&output.stdout, &output.stderr] {
        assert!(!holds(said, &line[1..20]), "{}", text(said));
    }
}
