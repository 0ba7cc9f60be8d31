//! A bad day from the command line: `rehearse --chaos` and `emulate --chaos`.

use crate::rig::text;
use chatferry::emulator::ADMIN_HEADER;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const SAMPLE: &str = "tests/fixtures/exports/sample";

fn program(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatferry"));
    command.args(words).current_dir(folder).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn rehearse(words: &[&str]) -> Output {
    let words = [&["rehearse", SAMPLE, "--chaos"], words].concat();
    program(&words, Path::new(env!("CARGO_MANIFEST_DIR"))).output().expect("it starts")
}

fn chaos(output: &Output) -> Value {
    let said = text(&output.stdout);
    let line = said.lines().rev().nth(1).expect("a line before the report");
    serde_json::from_str(line).expect("JSON")
}

#[test]
fn a_rehearsal_of_a_bad_day_says_what_struck_and_how_it_ended() {
    let output = rehearse(&["rough", "--seed", "42"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    let line = said.lines().last().expect("a last line");
    assert!(line.starts_with("Chaos (rough, seed 42) struck "), "{said}");
    assert!(
        line.ends_with(
            "Every space was read back and is as planned, and the emulator's audit found nothing."
        ),
        "{line}"
    );
}

#[test]
fn the_same_seed_is_the_same_bad_day_and_another_is_another() {
    let days: Vec<Value> =
        ["1", "1", "2"].map(|seed| chaos(&rehearse(&["hostile", "--seed", seed, "--json"]))).into();
    assert_eq!(days[0]["event"], "chaos");
    assert_eq!(days[0]["as_planned"], true);
    assert_eq!(days[0]["audit_findings"], 0);
    assert!(days[0]["strikes"].as_u64().unwrap() > 20, "{}", days[0]);
    assert_eq!(days[0]["struck"], days[1]["struck"]);
    assert_ne!(days[0]["struck"], days[2]["struck"]);
}

#[test]
fn a_profile_that_does_not_exist_and_a_seed_of_nothing_are_usage_errors() {
    for words in [["--chaos", "wild"], ["--seed", "1"]] {
        let words = [&["rehearse", SAMPLE], words.as_slice()].concat();
        let output = program(&words, Path::new(".")).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
    let wild = rehearse(&["wild"]);
    assert!(text(&wild.stderr).contains("calm, rough and hostile"), "{}", text(&wild.stderr));
}

/// A process that goes with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn an_emulator_that_runs_alone_has_its_bad_day_too() {
    let home = TempDir::new().expect("a temporary folder");
    let mut command =
        program(&["emulate", "--port", "0", "--chaos", "rough", "--seed", "42"], home.path());
    let mut running = Running(command.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(running.0.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    let (url, _key, token) = (next(), next(), next());
    let token = token.strip_prefix("admin token: ").expect("the token").to_owned();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("it listens");
    write!(
        stream,
        "GET /_emulator/chaos HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{ADMIN_HEADER}: {token}\r\n\r\n"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(
        body["chaos"],
        serde_json::json!({ "profile": "rough", "seed": 42, "stall_ms": 100 })
    );
}
