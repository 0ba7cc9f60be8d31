//! Google's own clients: one is run, and requests captured from three are replayed.

use crate::emulator_client::{ADMIN, Api, options};
use axum::body::Body;
use http::Request;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes a virtual environment with Google's client, or says why there is none.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("google-client");
    let python = home.join("bin/python");
    if !home.join("ready").exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        let packages = ["google-api-python-client==2.202.0", "google-auth==2.62.2"];
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages))?;
        std::fs::write(home.join("ready"), "").map_err(|error| error.to_string())?;
    }
    Ok(python)
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[tokio::test]
async fn googles_python_client_agrees_with_the_emulator() {
    let python = match tokio::task::spawn_blocking(python).await.unwrap() {
        Ok(python) => python,
        Err(reason) => return println!("skipped: no Python client: {reason}"),
    };
    let api = Api::start(options()).await;
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), api.emulator.key_json()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/emulator/py_client.py");
    let mut command = Command::new(python);
    command.arg(script).arg(api.emulator.url()).arg(key.path());
    let said = tokio::task::spawn_blocking(move || run(&mut command)).await.unwrap();
    assert_eq!(said.as_deref().map(str::trim), Ok("the official client and the emulator agree"));
    assert_eq!(api.emulator.lints(), []);
    assert_eq!(api.emulator.audit(), []);
    println!("{:?}", api.emulator.stats());
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
        return println!("skipped: ../shared/domain/wire is absent");
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
    println!("{replayed} captured requests replayed");
    assert!(replayed >= 25, "{replayed}");
}
