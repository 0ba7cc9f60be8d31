//! The rows of the real program: the binary as it is shipped, as processes of its own.

use crate::archive::emails;
use crate::process::{Done, Server, run};
use crate::table::Row;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Acts where nobody else can; one more account of the Directory.
pub(crate) const ADMIN: &str = "admin@example.com";

/// How large the export is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

/// `inspect --json`: the whole inventory.
pub(crate) fn inspect(export: &Path, size: Size) -> Row {
    let done = run(chatferry("inspect").arg(export).arg("--json"));
    reading("inspect --json", size, done)
}

/// `plan` into a fresh work folder.
pub(crate) fn plan(export: &Path, size: Size) -> Row {
    let Ok(home) = TempDir::new() else {
        return Row::failed("plan", "no temporary folder".to_owned());
    };
    let work = home.path().join("work");
    let mut command = chatferry("plan");
    let done = run(command.arg(export).arg("--work").arg(&work).args(["--admin", ADMIN]));
    reading("plan", size, done)
}

/// `run --pace off` against a separate `emulate --quotas off`: plan, stage, send, settle.
pub(crate) fn migrate(export: &Path, size: Size) -> Row {
    let what = "run --pace off";
    try_migrate(export, size, what).unwrap_or_else(|why| Row::failed(what, why))
}

pub(crate) fn chatferry(command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_chatferry"));
    program.arg(command);
    program
}

fn reading(what: &str, size: Size, done: Result<Done, String>) -> Row {
    match done {
        Err(why) => Row::failed(what, why),
        Ok(done) if done.stdout.trim().is_empty() => {
            Row::failed(what, "it printed nothing".to_owned())
        }
        Ok(done) => row(what, size, done),
    }
}

fn row(what: &str, size: Size, done: Done) -> Row {
    Row {
        what: what.to_owned(),
        wall: done.cost.wall.as_secs_f64(),
        messages: size.messages,
        bytes: size.bytes,
        costs: vec![("client", done.cost)],
        ..Row::default()
    }
}

fn try_migrate(export: &Path, size: Size, what: &str) -> Result<Row, String> {
    let home = TempDir::new().map_err(|error| error.to_string())?;
    let at = |name: &str| home.path().join(name);
    let directory = emails(export).map_err(|error| error.to_string())?;
    fs::write(at("directory.txt"), [&directory, ADMIN].join("\n"))
        .map_err(|error| error.to_string())?;
    let emulator = Server::start(
        chatferry("emulate")
            .args(["--port", "0", "--quotas", "off", "--key-out"])
            .arg(at("key.json"))
            .arg("--directory")
            .arg(at("directory.txt")),
    )?;
    let work = at("work");
    let mut command = chatferry("run");
    command.arg(export).arg("--work").arg(&work).arg("--key").arg(at("key.json"));
    command.args(["--api", &emulator.line, "--admin", ADMIN, "--pace", "off"]);
    let done = run(&mut command)?;
    let served = emulator.cost();
    let status = run(chatferry("status").arg("--work").arg(&work).arg("--json"))?;
    let calls = paid(&status.stdout)?;
    let mut row = row(what, size, done);
    row.bytes = 0;
    row.calls = calls;
    row.costs.push(("emulator", served));
    Ok(row)
}

/// Counts the items that took a call of their own, or more than one if they were split; files
/// are lines of their messages.
fn paid(status: &str) -> Result<u64, String> {
    let status: Value = serde_json::from_str(status).map_err(|error| error.to_string())?;
    let items = find(&status, "items").and_then(Value::as_object);
    let items = items.ok_or("status --json has no items")?;
    let sum = |kind: &Value| {
        ["sent", "transformed"].iter().filter_map(|state| kind[state].as_u64()).sum::<u64>()
    };
    Ok(items.iter().filter(|(kind, _)| *kind != "file").map(|(_, states)| sum(states)).sum())
}

fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    map.get(key).or_else(|| map.values().find_map(|inner| find(inner, key)))
}
