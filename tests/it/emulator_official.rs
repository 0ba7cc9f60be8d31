//! Google's own clients: two drive the emulator, requests captured from three are replayed, and
//! Google's message types read what our own client sends.

use crate::emulator_client::{ADMIN, Api, options};
use crate::proof::counted;
use crate::rig::Rig;
use axum::body::Body;
use chatferry::emulator::Options;
use http::Request;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Google's own packages, in the versions that the scripts were written for.
const PACKAGES: [&str; 3] =
    ["google-api-python-client==2.202.0", "google-auth==2.62.2", "google-apps-chat==0.10.7"];

/// Makes a virtual environment with Google's clients once, or says why there is none.
fn python() -> Result<PathBuf, String> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("google-clients");
        let python = home.join("bin/python");
        if !home.join("ready").exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
            std::fs::write(home.join("ready"), "").map_err(|error| error.to_string())?;
        }
        Ok(python)
    })
    .clone()
}

/// Runs one of the scripts beside the fixtures; the outer error says why there is no Python.
async fn script(name: &str, arguments: &[&OsStr]) -> Result<Result<String, String>, String> {
    let python = tokio::task::spawn_blocking(python).await.unwrap();
    let python = python.map_err(|reason| format!("skipped: no Python client: {reason}"))?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/emulator").join(name);
    let mut command = Command::new(python);
    command.arg(path).args(arguments);
    Ok(tokio::task::spawn_blocking(move || run(&mut command)).await.unwrap())
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Lets a client of Google's drive an emulator; the emulator must have nothing to complain of.
async fn drives(name: &str, agrees: &str) -> String {
    let api = Api::start(options()).await;
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), api.emulator.key_json()).unwrap();
    let arguments = [OsStr::new(api.emulator.url()), key.path().as_os_str()];
    let said = match script(name, &arguments).await {
        Ok(said) => said,
        Err(skipped) => return skipped,
    };
    assert_eq!(said.as_deref().map(str::trim), Ok(agrees));
    assert_eq!(api.emulator.lints(), []);
    assert_eq!(api.emulator.audit(), []);
    format!("{name}: {:?}", api.emulator.stats())
}

#[tokio::test]
async fn googles_python_client_agrees_with_the_emulator() {
    let said = drives("py_client.py", "the official client and the emulator agree").await;
    counted("official_discovery", &said);
}

#[tokio::test]
async fn googles_generated_client_agrees_with_the_emulator() {
    let said = drives("gapic_client.py", "the generated client and the emulator agree").await;
    counted("official_generated", &said);
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_own_types_take_every_request_of_a_whole_migration_and_every_answer() {
    let recording = tempfile::NamedTempFile::new().unwrap();
    let record = Some(recording.path().to_owned());
    let people = ["ada", "ben", "cleo", "elif", "finn", "gus", "yuki"];
    let rig = Rig::with(&people, Options { record, ..Options::default() }).await;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exports/sample");
    rig.whole(&sample).await;
    assert_eq!(rig.emulator().lints(), []);
    let arguments = [recording.path().as_os_str(), OsStr::new("--answers")];
    let said = match script("oracle.py", &arguments).await {
        Ok(said) => said.unwrap(),
        Err(skipped) => return counted("official_types", &skipped),
    };
    assert!(said.contains("Google's own types take all"), "{said}");
    counted("official_types", said.trim());
}

/// A captured request: its first line and its body.
fn captured(path: &Path) -> Option<(String, String, Vec<u8>)> {
    let bytes = std::fs::read(path).ok()?;
    let end = find(&bytes, b"===== RESPONSE")?;
    let request = &bytes[..end];
    let blank = find(request, b"\r\n\r\n").or_else(|| find(request, b"\n\n"))?;
    let (head, body) = request.split_at(blank);
    let head = String::from_utf8_lossy(head).into_owned();
    let mut words = head.lines().next()?.split(' ').map(str::to_owned);
    Some((words.next()?, words.next()?, body.trim_ascii().to_vec()))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[tokio::test]
async fn captured_requests_of_three_official_clients_raise_no_false_alarm() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/wire");
    let Ok(files) = std::fs::read_dir(home) else {
        return counted("official_captures", "skipped: ../shared/domain/wire is absent");
    };
    let api = Api::start(options()).await;
    let scopes = ["chat.import", "chat.bot", "chat.messages", "chat.spaces", "chat.memberships"];
    let token = api.token(Some(ADMIN), &scopes).await;
    let mut replayed = 0;
    for file in files.map(|file| file.unwrap().path()) {
        let Some((verb, target, body)) = captured(&file) else { continue };
        // Tokens are signed by another key, batches aren't modelled, and media has its own tests.
        if ["/token", "/batch", "/upload", "/resumable"]
            .iter()
            .any(|other| target.starts_with(other))
        {
            continue;
        }
        let request =
            Request::builder().method(verb.as_str()).uri(format!("{}{target}", api.emulator.url()));
        let request = request
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body))
            .unwrap();
        let answer = api.send(request).await.unwrap();
        let planted = file.to_string_lossy().contains("unknownfield");
        // The spaces of the captures don't exist here: whatever is well formed is not found.
        let media = target.contains("/attachments:upload");
        assert_eq!(answer.status == 400, planted || media, "{} {:?}", file.display(), answer.body);
        replayed += 1;
    }
    let lints = api.emulator.lints().into_iter().map(|lint| (lint.rule, lint.place));
    // The three clients share their request ids, which is noticed, and no matter here.
    let lints: Vec<_> = lints.filter(|(rule, _)| *rule != "replay-differs").collect();
    assert_eq!(
        lints,
        [("output-only", "spaceThreadingState".to_owned())],
        "the one that was planted"
    );
    assert!(replayed >= 25, "{replayed}");
    let said = format!("{replayed} captured requests replayed, the one planted lint found");
    counted("official_captures", &said);
}
