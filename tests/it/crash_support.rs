//! What crash tests share: a small workspace, commands that may die on the way, and everything
//! that must be equal in the end.

#![expect(clippy::disallowed_types, reason = "reads the ledger with other eyes than `ledger`")]

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::Options;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;

/// Who has an account; U9 has none.
pub(crate) const PEOPLE: [&str; 3] = ["u1", "u2", "u3"];
/// The method that posts.
pub(crate) const POSTS: &str = "spaces.messages.create";
/// The commands of a migration, in order.
pub(crate) const COMMANDS: [&str; 3] = ["run", "verify", "complete"];
/// The methods that write into Chat.
const WRITES: [&str; 5] = [
    "spaces.create",
    "spaces.members.create",
    POSTS,
    "spaces.messages.reactions.create",
    "spaces.completeImport",
];
/// What differs between two ledgers of one migration: when, where from, and which emulator.
const OTHER: [(&str, &str); 5] = [
    ("lane", "expires"),
    ("source", "path"),
    ("migration", "realm"),
    ("lane", "accepted"),
    ("lane", "yes"),
];

/// A channel with threads, reactions, somebody who left and somebody without an account; a private
/// channel; a direct conversation.
pub(crate) fn small() -> Export {
    Workspace::new()
        .person("U3", "u3")
        .channel("general", &["U1", "U2", "U9"])
        .message("U1", "1600000000.000100", "root *bold*")
        .react("wave", &["U2", "U3"])
        .reply("U2", "1600000010.000100", "1600000000.000100", "first reply")
        .reply("U9", "1600000020.000100", "1600000000.000100", "second reply, no account")
        .react("tada", &["U1"])
        .message("U3", "1600000030.000100", "I left since")
        .message("U2", "1600000040.000100", "plain")
        .reply("U1", "1600000050.000100", "1600000040.000100", "third reply")
        .private("board", &["U1", "U2"])
        .message("U1", "1600100000.000100", "between us")
        .message("U2", "1600100010.000100", "yes")
        .react("eyes", &["U1"])
        .dm("D1", &["U1", "U3"])
        .message("U3", "1600200000.000100", "two of us")
        .zip()
}

/// How a command ended: its code, and its last word as JSON without what time decides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct End {
    code: Option<i32>,
    word: Value,
}

impl End {
    pub(crate) fn of(output: &Output, work: &Path) -> Self {
        let lines = text(&output.stdout).replace(&work.display().to_string(), "WORK");
        let last = lines.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let mut word: Value = last.unwrap_or_else(|| json!(text(&output.stderr)));
        timeless(&mut word);
        Self { code: output.status.code(), word }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.code == Some(0)
    }
}

/// Everything that a migration leaves behind, but for when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Left {
    /// What stands in Chat.
    pub(crate) state: String,
    /// The ledger, table by table.
    pub(crate) ledger: String,
    /// `spaces.jsonl`, each line once; looks aside.
    pub(crate) spaces: BTreeSet<String>,
    /// How the last of each command ended.
    pub(crate) ends: Vec<End>,
}

impl Left {
    pub(crate) fn by(rig: &Rig, work: &Path, ends: Vec<End>) -> Self {
        Self {
            state: rig.emulator().canonical(),
            ledger: ledger(&work.join("ledger.sqlite")),
            spaces: spaces(&work.join("spaces.jsonl")),
            ends,
        }
    }

    /// Leaves out what a ledger that was made anew can't know: how Chat calls each message, since
    /// what stands in a completed space can't be read any more; and that no space was left behind,
    /// which its report then says.
    pub(crate) fn anew(self) -> Self {
        let name = |cell: &&str| cell.starts_with("message=") || cell.starts_with("thread=");
        let line = |line: &str| {
            let cells: Vec<_> = line.split(' ').filter(|cell| !name(cell)).collect();
            cells.join(" ") + "\n"
        };
        let (mut ends, mut spaces) = (self.ends, self.spaces);
        for end in &mut ends {
            if let Some(headline) = end.word["headline"].as_str() {
                let sure = headline.split(" Possible orphan space").next();
                end.word["headline"] = json!(sure);
            }
        }
        spaces.retain(|line| !line.contains("\"what\":\"lost\""));
        Self { ledger: self.ledger.lines().map(line).collect(), spaces, ends, ..self }
    }

    /// Says where two differ.
    pub(crate) fn check(&self, golden: &Self) -> Result<(), String> {
        let differ = |what: &str, ours: String, golden: String| {
            let only = |one: &str, other: &str| {
                let other: Vec<_> = other.lines().collect();
                let lines = one.lines().filter(|line| !other.contains(line));
                lines.fold(String::new(), |text, line| text + "  " + line + "\n")
            };
            let (ours, golden) = (only(&ours, &golden), only(&golden, &ours));
            Err(format!("{what} differs; ours:\n{ours}golden:\n{golden}"))
        };
        if self.ends != golden.ends {
            return differ("an end", format!("{:#?}", self.ends), format!("{:#?}", golden.ends));
        }
        if self.state != golden.state {
            return differ("Chat", self.state.clone(), golden.state.clone());
        }
        if self.ledger != golden.ledger {
            return differ("the ledger", self.ledger.clone(), golden.ledger.clone());
        }
        if self.spaces != golden.spaces {
            let lines = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join("\n");
            return differ("spaces.jsonl", lines(&self.spaces), lines(&golden.spaces));
        }
        Ok(())
    }
}

/// An undisturbed migration, and what it cost.
#[derive(Debug)]
pub(crate) struct Golden {
    pub(crate) left: Left,
    /// Requests of the whole migration.
    pub(crate) requests: u64,
    /// Those of them that write into Chat.
    pub(crate) writes: u64,
    /// What a process spends that was started once more: tokens and the Directory.
    pub(crate) start: u64,
}

impl Golden {
    pub(crate) async fn of(export: &Export, options: Options) -> Self {
        let rig = Rig::with(&PEOPLE, options).await;
        let mut ends = Vec::new();
        for command in COMMANDS {
            ends.push(End::of(&rig.run(&words(command, export)).await, &rig.work()));
        }
        assert!(ends.iter().all(End::is_done), "{ends:#?}");
        assert_eq!(rig.emulator().audit(), []);
        let stats = rig.emulator().stats();
        let (writes, again) = (writes(&rig), stats.total());
        rig.ok(&words("run", export)).await;
        let start = rig.emulator().stats().total() - again + stats.of("token");
        Self { left: Left::by(&rig, &rig.work(), ends), requests: stats.total(), writes, start }
    }

    /// Returns the most requests that may come on top, for so many kills with so many calls under
    /// way: one that starts again from nothing needs more.
    pub(crate) fn more(&self, kills: u64, in_flight: u64) -> u64 {
        kills * (self.start + in_flight)
    }
}

/// Counts the requests that write into Chat, however they end.
pub(crate) fn writes(rig: &Rig) -> u64 {
    let stats = rig.emulator().stats();
    WRITES.iter().map(|method| stats.of(method)).sum()
}

/// Does what is left to do of a migration, and compares all of it with an undisturbed one.
pub(crate) async fn finish(rig: &Rig, export: &Export, golden: &Golden, mut ends: Vec<End>) {
    for command in &COMMANDS[ends.len()..] {
        ends.push(End::of(&rig.run(&words(command, export)).await, &rig.work()));
    }
    assert_eq!(Left::by(rig, &rig.work(), ends).check(&golden.left), Ok(()));
    assert_eq!(rig.emulator().audit(), []);
}

/// Returns a command's words; its last line on standard output is JSON.
pub(crate) fn words<'a>(command: &'a str, export: &'a Export) -> Vec<&'a str> {
    let mut words = vec![command, "--json"];
    if command == "run" {
        words.push(export.path.to_str().expect("a path in UTF-8"));
    }
    words
}

/// Tells whether the process died by its own hand, at a crash point.
pub(crate) fn died(output: &Output) -> bool {
    output.status.signal() == Some(6)
}

/// Takes away what time decides, also in JSON that is kept as text.
fn timeless(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for key in ["at", "elapsed_seconds", "expires", "next_expiry", "read", "sha256"] {
                map.remove(key);
            }
            map.values_mut().for_each(timeless);
        }
        Value::Array(list) => list.iter_mut().for_each(timeless),
        Value::String(text) if text.starts_with('{') => {
            if let Ok(mut inner) = serde_json::from_str(text) {
                timeless(&mut inner);
                *value = inner;
            }
        }
        _ => {}
    }
}

/// Returns the lines of `spaces.jsonl`, but for those that only tell of a look at a completion in
/// doubt.
fn spaces(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).expect("whole lines of JSON");
        timeless(&mut line);
        (line["what"] != "importing").then(|| line.to_string())
    };
    text.lines().filter_map(line).collect()
}

/// Returns every row of every table as text.
pub(crate) fn ledger(path: &Path) -> String {
    let db = rusqlite::Connection::open(path).expect("the ledger opens");
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = db
        .prepare(names)
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .expect("a ledger has tables");
    let mut dump = String::new();
    for table in &tables {
        let mut rows = rows(&db, table).expect("a table has rows");
        rows.sort();
        dump.push_str(&rows.concat());
    }
    dump
}

fn rows(db: &rusqlite::Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = db.prepare(&format!("SELECT * FROM {table}"))?;
    let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
    let shown = |column: &String| !OTHER.contains(&(table, column.as_str()));
    let rows = query.query_map([], |row| {
        let cell = |column: &String| -> rusqlite::Result<String> {
            let mut cell = match row.get::<_, Cell>(column.as_str())? {
                Cell::Text(text) => json!(text),
                other => json!(format!("{other:?}")),
            };
            timeless(&mut cell);
            Ok(format!("{column}={cell}"))
        };
        let cells: Vec<_> =
            columns.iter().filter(|column| shown(column)).map(cell).collect::<Result<_, _>>()?;
        Ok(format!("{table} {}\n", cells.join(" ")))
    })?;
    rows.collect()
}
