//! Real exports, and one of them packed eleven ways. Skipped, with a word, where they are absent.

use chatferry::cli::inspect;
use chatferry::slack::{Error, Export, Inventory, Kind, Options};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/exports").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// What an export holds, as far as packing must not change it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Contents {
    conversations: BTreeMap<String, (Kind, usize)>,
    messages: usize,
    bad: Vec<String>,
    foreign: u32,
    people: usize,
    hashes: Vec<[u8; 16]>,
}

fn contents(export: &Export) -> Contents {
    let mut all = Contents { people: export.people().len(), ..Contents::default() };
    let mut scratch = Vec::new();
    for conversation in export.conversations() {
        let mut messages = 0;
        for day in export.days(conversation) {
            let day = export.read_day(&day, &mut scratch);
            messages += day.messages.len();
            all.bad.extend(
                day.bad.iter().map(|bad| format!("{} {:?} {}", bad.entry, bad.index, bad.reason)),
            );
            all.foreign += day.foreign;
            all.hashes.extend(day.messages.iter().map(|message| message.hash));
        }
        all.messages += messages;
        all.conversations.insert(conversation.id.to_string(), (conversation.kind, messages));
    }
    all.hashes.sort_unstable();
    all
}

fn open(path: &Path) -> Export {
    Export::open(path, &Options::default()).expect("a Slack export")
}

#[test]
fn real_exports_are_read_whole() {
    for (name, messages, conversations) in
        [("houston-2016.zip", 1_382, 16), ("haskell-jp.zip", 24_924, 24), ("bot-cards.zip", 158, 2)]
    {
        let Some(path) = shared(name) else { return };
        let all = contents(&open(&path));
        assert_eq!((all.messages, all.conversations.len()), (messages, conversations), "{name}");
        assert_eq!((all.bad, all.foreign), (vec![], 0), "{name}");
    }
}

#[test]
fn a7_packing_changes_nothing() {
    let Some(plain) = shared("zip-variants/plain.zip") else { return };
    let plain = open(&plain);
    for name in ["topdir", "macosx", "backslash", "datadescriptor", "zip64", "bom"] {
        let Some(path) = shared(&format!("zip-variants/{name}.zip")) else { return };
        let variant = open(&path);
        assert_eq!(contents(&variant), contents(&plain), "{name}");
        assert_eq!(variant.findings(), plain.findings(), "{name}");
        let inventory = |export: &Export| {
            let json =
                inspect::json(&Inventory::take(export, &mut |_| {}), export.findings(), None);
            json.replace(export.source_name(), "X")
        };
        assert_eq!(inventory(&variant), inventory(&plain), "{name}");
    }
}

#[test]
fn a11_a_japanese_folder_is_found_with_and_without_the_utf8_flag() {
    let (Some(with), Some(without)) =
        (shared("zip-variants/utf8_flag.zip"), shared("zip-variants/utf8_noflag.zip"))
    else {
        return;
    };
    let (with, without) = (open(&with), open(&without));
    assert_eq!(contents(&with), contents(&without));
    assert_eq!(with.fingerprint(), without.fingerprint());
    let named =
        with.conversations().iter().find(|one| !one.name.is_ascii()).expect("a Japanese name");
    assert!(named.kind == Kind::Public && with.weight(named) > 0, "{named:?}");
    assert_eq!(contents(&with).messages, 1_382);
}

#[test]
fn duplicate_entries_are_refused_by_name_or_allowed_by_flag() {
    let Some(path) = shared("zip-variants/duplicate_entries.zip") else { return };
    let error = Export::open(&path, &Options::default()).expect_err("duplicates");
    assert!(matches!(&error, Error::DuplicateEntries { count: 3, .. }), "{error}");
    assert!(error.to_string().contains("\"general/2015-06-05.json\""), "{error}");
    let options = Options { allow_duplicate_entries: true, ..Options::default() };
    let export = Export::open(&path, &options).expect("allowed");
    let named: Vec<&str> = export
        .findings()
        .iter()
        .filter(|odd| odd.code == "duplicate_entry")
        .map(|odd| odd.place.as_str())
        .collect();
    assert_eq!(
        named,
        ["general/2015-06-05.json", "general/2015-06-09.json", "general/2015-06-10.json"]
    );
    assert_eq!(contents(&export).messages, 1_382);
}

#[test]
fn a5_a_truncated_day_file_is_flagged_by_name_and_costs_only_its_end() {
    let (Some(path), Some(plain)) =
        (shared("zip-variants/truncated_dayfile.zip"), shared("zip-variants/plain.zip"))
    else {
        return;
    };
    let (all, plain) = (contents(&open(&path)), contents(&open(&plain)));
    assert_eq!(all.bad.len(), 1);
    insta::assert_debug_snapshot!((&all.bad, all.messages));
    assert_eq!(all.conversations.len(), plain.conversations.len());
    assert!(all.hashes.iter().all(|hash| plain.hashes.contains(hash)));
}
