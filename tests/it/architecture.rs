//! The house rules that a compiler can't hold: who may import whom, sizes, first lines, words.
//!
//! Each test names the offending file. A change of [`ROOMS`] is a change of
//! `docs/architecture.md` in the same commit; one test compares the two.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room, and the rooms that it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("ids", &[]),
    ("access", &["ids"]),
    ("clock", &["ids"]),
    ("crash", &[]),
    ("draft", &["ids", "access"]),
    ("event", &["ids", "draft"]),
    ("settings", &["ids", "access", "crash"]),
    ("wire", &["ids", "access", "draft"]),
    ("pace", &["ids", "clock"]),
    ("forecast", &["pace", "draft"]),
    ("gallery", &["ids"]),
    ("slack", &["ids", "access"]),
    ("convert", &["ids", "draft", "slack"]),
    ("ledger", &["ids", "access", "clock", "crash", "draft", "event", "wire"]),
    (
        "plan",
        &[
            "ids", "access", "crash", "draft", "event", "settings", "wire", "pace", "forecast",
            "slack", "convert", "ledger", "gallery",
        ],
    ),
    ("preview", &["ids", "draft", "wire", "slack", "convert", "ledger", "plan"]),
    ("chat", &["ids", "clock", "crash", "draft", "wire"]),
    ("doctor", &["ids", "clock", "draft", "pace", "chat"]),
    (
        "send",
        &[
            "ids", "access", "clock", "draft", "event", "settings", "wire", "pace", "ledger",
            "chat", "gallery",
        ],
    ),
    ("emulator", &[]),
    ("cli", &["*"]),
];

/// No file is longer, its unit tests aside.
const LONGEST_FILE: usize = 300;
/// Half of all functions are no longer.
const MEDIAN_FUNCTION: usize = 10;
/// Nine functions of ten are no longer. (Clippy holds the last one at 60.)
const NINTH_DECILE_FUNCTION: usize = 35;

struct Source {
    /// `src/send/lane.rs`
    name: String,
    /// The whole text.
    text: String,
}

impl Source {
    /// The room that the file belongs to; none for `lib.rs` and `main.rs`.
    fn room(&self) -> Option<&str> {
        let first = self.name.strip_prefix("src/")?.split('/').next()?;
        Some(first.trim_end_matches(".rs")).filter(|room| !matches!(*room, "lib" | "main"))
    }

    /// How many `super::` lead from the file's own code to the crate's root.
    fn depth(&self) -> usize {
        self.name.split('/').count() - 1
    }

    /// The text up to the unit tests.
    fn body(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod ").unwrap_or(self.text.len());
        &self.text[..end]
    }

    /// The text without comments: documentation may speak of any room.
    fn code(&self) -> String {
        self.text.lines().map(|line| line.split("//").next().unwrap_or("")).fold(
            String::new(),
            |mut code, line| {
                code.push_str(line);
                code.push('\n');
                code
            },
        )
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path: PathBuf = entry.expect("a readable entry").path();
            if path.is_dir() {
                // What fuzzing builds lies beside its sources.
                folders.extend(Some(path).filter(|path| !path.ends_with("target")));
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let name = path.strip_prefix(root()).expect("a path below the root");
                let text = fs::read_to_string(&path).expect("a source in UTF-8");
                found.push(Source { name: name.display().to_string(), text });
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// Returns the first names after each `anchor`: `crate::a`, and both of `crate::{a::x, b}`.
fn names_after(code: &str, anchor: &str) -> Vec<String> {
    let tails = code.match_indices(anchor).filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'))
    });
    let mut names = Vec::new();
    for (at, _) in tails {
        let tail = code[at + anchor.len()..].trim_start();
        match tail.strip_prefix('{') {
            Some(group) => names.extend(group_names(group)),
            None => names.extend(first_name(tail)),
        }
    }
    names
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn group_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// Returns the rooms that a file imports, its own aside.
fn imports(source: &Source) -> Vec<String> {
    let code = source.code();
    let mut names = names_after(&code, "crate::");
    names.extend(names_after(&code, &"super::".repeat(source.depth())));
    names.extend(names_after(&code, "chatferry::"));
    names.retain(|name| ROOMS.iter().any(|(room, _)| room == name));
    names.retain(|name| Some(name.as_str()) != source.room());
    names
}

#[test]
fn a_room_imports_only_what_the_table_allows() {
    let mut offences = String::new();
    for source in sources("src") {
        let allowed = match source.room() {
            Some(room) => ROOMS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed),
            None => Some(&["cli"][..]),
        };
        let Some(allowed) = allowed else {
            let _ = writeln!(offences, "{}: a room that the table does not list", source.name);
            continue;
        };
        for name in imports(&source) {
            if !allowed.contains(&"*") && !allowed.contains(&name.as_str()) {
                let _ = writeln!(offences, "{} imports {name}", source.name);
            }
        }
    }
    assert!(offences.is_empty(), "against the table of docs/architecture.md:\n{offences}");
}

#[test]
fn the_document_shows_the_same_table() {
    let document = fs::read_to_string(root().join("docs/architecture.md")).expect("the document");
    for (room, allowed) in ROOMS {
        let names = match *allowed {
            [] => "nothing of ours".to_owned(),
            ["*"] => "every room".to_owned(),
            names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        };
        let row = format!("| `{room}` | {names} |");
        assert!(document.contains(&row), "docs/architecture.md lacks the row {row}");
    }
    let rows = document.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, ROOMS.len(), "rows of the table in docs/architecture.md");
}

#[test]
fn every_room_of_the_table_exists() {
    for (room, _) in ROOMS {
        assert!(root().join(format!("src/{room}.rs")).is_file(), "src/{room}.rs is missing");
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for source in sources("src").into_iter().chain(sources("tests")) {
        assert!(source.text.starts_with("//! "), "{} does not begin with //!", source.name);
    }
}

#[test]
fn no_file_outgrows_its_reader() {
    for source in sources("src") {
        let lines = source.body().lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", source.name);
    }
}

#[test]
fn functions_are_short() {
    let mut lengths: Vec<_> =
        sources("src").iter().flat_map(|source| function_lengths(source.body())).collect();
    lengths.sort_unstable();
    let at = |share: usize| lengths.get(lengths.len() * share / 100).copied().unwrap_or(0);
    assert!(at(50) <= MEDIAN_FUNCTION, "the median function has {} lines", at(50));
    assert!(at(90) <= NINTH_DECILE_FUNCTION, "one function in ten has over {} lines", at(90));
}

/// Counts each function's lines: rustfmt closes it at the indentation at which it began.
fn function_lengths(code: &str) -> Vec<usize> {
    let lines: Vec<_> = code.lines().collect();
    let is_start = |line: &str| {
        let words: Vec<_> = line.split_whitespace().take(4).collect();
        words.contains(&"fn") && !line.trim_start().starts_with("//") && !line.ends_with(';')
    };
    let starts = (0..lines.len()).filter(|at| is_start(lines[*at]));
    let length = |start: usize| {
        let indent = lines[start].len() - lines[start].trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        lines[start..].iter().position(|line| *line == end).map(|rows| rows + 1)
    };
    starts.filter_map(length).collect()
}

#[test]
fn no_test_waits_by_the_clock() {
    let needle = concat!("sle", "ep(");
    for source in sources("tests/it") {
        let line = source.text.lines().position(|line| line.contains(needle));
        assert!(line.is_none(), "{}:{} sleeps", source.name, line.unwrap_or(0) + 1);
    }
}

#[test]
fn what_is_left_to_do_names_its_issue() {
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
    let silencer = concat!("#[al", "low(");
    for source in sources("src").into_iter().chain(sources("tests")) {
        for (at, line) in source.text.lines().enumerate() {
            let place = format!("{}:{}", source.name, at + 1);
            let marked = marks.iter().any(|mark| line.contains(mark));
            assert!(!marked || line.contains("issue "), "{place} names no issue");
            assert!(!line.contains(silencer), "{place}: say expect, with a reason");
        }
    }
}

#[test]
fn an_import_hidden_in_a_group_is_seen() {
    let source = |name: &str, text: &str| Source { name: name.into(), text: text.into() };
    let groups = source(
        "src/convert/text.rs",
        "use crate::{ids::SlackTs, slack::{File, Kind}, chat};\n// crate::ledger\nfn f() { super::super::send::x(); super::plan(); }\nlet c = self_crate::cli;",
    );
    assert_eq!(imports(&groups), ["ids", "slack", "chat", "send"]);
    assert_eq!(imports(&source("src/pace.rs", "use super::event::Event;")), ["event"]);
    assert_eq!(function_lengths("    fn a() {\n        x\n    }\nfn b() {}\n"), [3]);
}
