//! The generator of large exports: deterministic, and as honest as its sums say.

use crate::generate::{Shape, Summary, generate};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read as _;
use tempfile::TempDir;

struct Read {
    summary: Summary,
    packed: u64,
    /// JSON by entry.
    entries: BTreeMap<String, Value>,
}

#[expect(clippy::disallowed_types, reason = "reads the archive with other eyes than `slack`")]
fn made(messages: u64, seed: u64) -> Read {
    let home = TempDir::new().unwrap();
    let path = home.path().join("export.zip");
    let summary = generate(&path, Shape::of(messages, seed)).unwrap();
    let mut zip = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
    let mut entries = BTreeMap::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let name = entry.entry().name().unwrap().into_owned();
        if !name.ends_with('/') {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            entries.insert(name, serde_json::from_str(&text).unwrap());
        }
    }
    Read { summary, packed: fs::metadata(&path).unwrap().len(), entries }
}

impl Read {
    fn days(&self) -> impl Iterator<Item = (&str, &str, &Vec<Value>)> {
        self.entries.iter().filter_map(|(name, json)| {
            let (folder, file) = name.split_once('/')?;
            Some((folder, file.strip_suffix(".json")?, json.as_array()?))
        })
    }

    fn messages(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.days().flat_map(|(folder, _, list)| list.iter().map(move |one| (folder, one)))
    }

    fn count(&self, field: &str) -> u64 {
        self.messages().filter(|(_, message)| !message[field].is_null()).count() as u64
    }
}

fn micros(ts: &Value) -> i64 {
    let (secs, fraction) = ts.as_str().unwrap().split_once('.').unwrap();
    assert_eq!((secs.len(), fraction.len()), (10, 6));
    secs.parse::<i64>().unwrap() * 1_000_000 + fraction.parse::<i64>().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let home = TempDir::new().unwrap();
    let bytes = |name: &str, seed| {
        let path = home.path().join(name);
        generate(&path, Shape::of(500, seed)).unwrap();
        fs::read(path).unwrap()
    };
    assert!(bytes("a.zip", 1) == bytes("b.zip", 1));
    assert!(bytes("c.zip", 1) != bytes("d.zip", 2));
}

#[test]
fn the_sums_are_those_of_the_archive() {
    let read = made(4_000, 7);
    let summary = read.summary;
    assert_eq!(summary.messages, 4_000);
    assert_eq!(read.messages().count(), 4_000);
    assert_eq!(summary.day_files, read.days().count() as u64);
    assert_eq!(summary.threads, read.count("reply_count"));
    assert_eq!(summary.replies, read.count("thread_ts") - read.count("reply_count"));
    assert_eq!(summary.edited, read.count("edited"));
    assert_eq!(summary.bot_messages, read.count("bot_id"));
    assert_eq!(summary.files, read.count("files") + read.count("file"));
    assert_eq!(summary.with_blocks, read.count("blocks"));
    assert_eq!(summary.with_profile, read.count("user_profile"));
    let reactions: Vec<_> = read
        .messages()
        .filter_map(|(_, message)| message["reactions"].as_array())
        .flatten()
        .collect();
    let users = reactions.iter().map(|one| one["users"].as_array().unwrap().len() as u64).sum();
    assert_eq!((summary.reactions, summary.reaction_users), (reactions.len() as u64, users));
}

#[test]
fn the_rates_are_those_of_real_exports() {
    let read = made(8_000, 3);
    let of = |count: u64, low: u64, high: u64, what: &str| {
        let share = count * 1_000 / read.summary.messages;
        assert!((low..=high).contains(&share), "{what}: {share} of 1,000");
    };
    of(read.summary.replies, 300, 400, "replies");
    of(read.summary.edited, 60, 95, "edits");
    of(read.summary.bot_messages, 45, 80, "bots");
    of(read.summary.files, 30, 50, "files");
    of(read.summary.with_blocks, 800, 960, "blocks");
    of(read.summary.with_profile, 780, 930, "profiles");
    of(read.count("reactions"), 130, 190, "reactions");
    let size = read.summary.json_bytes / read.summary.messages;
    assert!((1_700..=2_400).contains(&size), "{size} bytes a message");
    let ratio = read.summary.json_bytes * 10 / read.packed;
    assert!((40..=80).contains(&ratio), "deflate ratio {ratio} / 10");
}

#[test]
fn each_day_file_holds_its_day_of_los_angeles_in_order() {
    let read = made(3_000, 11);
    let mut seen = HashSet::new();
    for (folder, name, list) in read.days() {
        let times: Vec<_> = list.iter().map(|message| micros(&message["ts"])).collect();
        assert!(times.is_sorted_by(|one, next| one < next), "{folder}/{name} is out of order");
        for time in times {
            let month = &name[5..7];
            let date = |hours: i64| {
                let shifted = time - hours * 3_600_000_000;
                jiff::Timestamp::from_microsecond(shifted).unwrap().to_string()
            };
            // Los Angeles is seven hours behind in summer, eight in winter.
            let fits = match month {
                "12" | "01" | "02" => date(8).starts_with(name),
                "03" | "11" => date(7).starts_with(name) || date(8).starts_with(name),
                _ => date(7).starts_with(name),
            };
            assert!(fits, "{folder}/{name} holds {time}");
            assert!(name < "2026-06", "{folder}/{name} lies after the export");
            assert!(seen.insert((folder, time)), "{folder} has {time} twice");
        }
    }
}

#[test]
fn every_root_counts_its_replies_and_almost_every_reply_has_its_root() {
    let read = made(4_000, 5);
    let mut replies: HashMap<(&str, &str), i64> = HashMap::new();
    for (folder, message) in read.messages() {
        if let Some(root) = message["thread_ts"].as_str().filter(|root| message["ts"] != *root) {
            *replies.entry((folder, root)).or_default() += 1;
        }
    }
    for (folder, message) in read.messages().filter(|(_, one)| !one["reply_count"].is_null()) {
        let counted = replies.remove(&(folder, message["ts"].as_str().unwrap()));
        assert_eq!(counted, message["reply_count"].as_i64(), "{folder} {}", message["ts"]);
    }
    let orphans = replies.values().sum::<i64>();
    assert!((1..40).contains(&orphans), "{orphans} replies without a root");
}

#[test]
fn all_kinds_of_conversation_and_people_are_there() {
    let read = made(4_000, 2);
    let list = |name: &str| read.entries[name].as_array().unwrap();
    let named: HashSet<_> = ["channels.json", "groups.json", "mpims.json"]
        .iter()
        .flat_map(|name| list(name).iter().map(|one| one["name"].as_str().unwrap()))
        .chain(list("dms.json").iter().map(|one| one["id"].as_str().unwrap()))
        .collect();
    assert_eq!(named.len(), 24);
    assert!(read.days().all(|(folder, ..)| named.contains(folder)));
    let users = list("users.json");
    let with_mail = users.iter().filter(|user| user["profile"]["email"].is_string()).count();
    let bots = users.iter().filter(|user| user["is_bot"] == true).count();
    assert!(bots >= 2 && (users.len() - bots) * 8 / 10 <= with_mail, "{with_mail} e-mails");
    let subtypes: HashSet<_> =
        read.messages().filter_map(|(_, message)| message["subtype"].as_str()).collect();
    for subtype in ["bot_message", "channel_join", "thread_broadcast"] {
        assert!(subtypes.contains(subtype), "no {subtype}");
    }
}
