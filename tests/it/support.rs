//! Tiny exports for tests, built in a sentence.
//!
//! ```ignore
//! let export = Workspace::new()
//!     .channel("general", &["U1", "U2"])
//!     .message("U1", "1600000000.000100", "hello")
//!     .reply("U2", "1600000009.000200", "1600000000.000100", "hi")
//!     .react("wave", &["U1"])
//!     .zip();
//! inspect(&export.path);
//! ```
//!
//! Calls about a message concern the last one, calls about a conversation the last one. A day
//! file bears the date that its messages' ts have in Los Angeles, as in Slack's own exports.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// An export on disk, gone when dropped.
#[derive(Debug)]
pub(crate) struct Export {
    /// Where the zip or folder is.
    pub(crate) path: PathBuf,
    _home: TempDir,
}

/// A workspace in the making.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    people: Vec<Value>,
    rooms: Vec<Room>,
    extra: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug)]
struct Room {
    list: &'static str,
    folder: String,
    entry: Value,
    records: Vec<Value>,
}

impl Workspace {
    /// Begins with nobody and nothing: users.json is there, and holds the people that are named
    /// or that are a conversation's members.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a human with the e-mail `handle@example.com`.
    pub(crate) fn person(mut self, id: &str, handle: &str) -> Self {
        self.people.push(json!({
            "id": id, "team_id": "T1", "name": handle, "deleted": false,
            "is_bot": false, "is_restricted": false, "is_ultra_restricted": false,
            "profile": {
                "real_name": format!("{handle} Real"), "display_name": handle,
                "email": format!("{handle}@example.com"),
            },
        }));
        self
    }

    /// Adds a bot, known in messages as `bot_id`.
    pub(crate) fn bot(self, id: &str, handle: &str, bot_id: &str) -> Self {
        let profile = json!({"real_name": handle, "display_name": "", "bot_id": bot_id});
        self.person(id, handle).who(json!({"is_bot": true, "profile": profile}))
    }

    /// Sets fields of the last person: `{"deleted": true}`, `{"profile": {…}}` (the whole).
    pub(crate) fn who(mut self, fields: Value) -> Self {
        merge(self.people.last_mut().expect("a person before its fields"), fields);
        self
    }

    /// Adds a public channel; members that nobody named become humans `u1` with `u1@example.com`.
    pub(crate) fn channel(self, name: &str, members: &[&str]) -> Self {
        let id = format!("C{}", name.to_uppercase());
        self.room("channels.json", name, &id, members)
    }

    /// Adds a private channel, `G` and the name as its id.
    pub(crate) fn private(self, name: &str, members: &[&str]) -> Self {
        let id = format!("G{}", name.to_uppercase());
        self.room("groups.json", name, &id, members)
    }

    /// Adds a group direct message, named as Slack does (`mpdm-a--b--c-1`).
    pub(crate) fn mpim(self, name: &str, members: &[&str]) -> Self {
        let id = format!("GM{}", name.to_uppercase());
        self.room("mpims.json", name, &id, members)
    }

    /// Adds a direct message, whose folder is its id.
    pub(crate) fn dm(mut self, id: &str, members: &[&str]) -> Self {
        self = self.room("dms.json", id, id, members);
        let entry = &mut self.last_room().entry;
        *entry = json!({"id": id, "created": 1_500_000_000, "members": members});
        self
    }

    /// Sets fields of the last conversation: `{"is_archived": true, "members": []}`.
    pub(crate) fn conversation(mut self, fields: Value) -> Self {
        merge(&mut self.last_room().entry, fields);
        self
    }

    /// Adds a message with a text and nothing else.
    pub(crate) fn message(self, user: &str, ts: &str, text: &str) -> Self {
        self.record(json!({"type": "message", "user": user, "ts": ts, "text": text}))
    }

    /// Adds a reply; the root is not touched, for real exports have replies without one.
    pub(crate) fn reply(self, user: &str, ts: &str, root: &str, text: &str) -> Self {
        self.message(user, ts, text).with(json!({"thread_ts": root}))
    }

    /// Adds a record as it is, however odd. Without a usable `ts` it goes to 2020-01-01.
    pub(crate) fn record(mut self, record: Value) -> Self {
        self.last_room().records.push(record);
        self
    }

    /// Sets fields of the last message: `{"subtype": "me_message"}`, `{"blocks": […]}`.
    pub(crate) fn with(mut self, fields: Value) -> Self {
        let record = self.last_room().records.last_mut().expect("a message before its fields");
        merge(record, fields);
        self
    }

    /// Adds a reaction to the last message.
    pub(crate) fn react(mut self, name: &str, users: &[&str]) -> Self {
        let record = self.last_room().records.last_mut().expect("a message before its reaction");
        let entry = json!({"name": name, "users": users, "count": users.len()});
        match record.get_mut("reactions").and_then(Value::as_array_mut) {
            Some(reactions) => reactions.push(entry),
            None => merge(record, json!({"reactions": [entry]})),
        }
        self
    }

    /// Adds or replaces an entry of the archive, byte for byte: root files, broken day files.
    pub(crate) fn entry(mut self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.extra.insert(name.to_owned(), bytes.as_ref().to_vec());
        self
    }

    /// Writes the export as a zip in a folder of its own.
    pub(crate) fn zip(&self) -> Export {
        let home = TempDir::new().expect("a temporary folder");
        let path = home.path().join("export.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).expect("a new file"));
        for (name, bytes) in self.entries() {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(name, options).expect("a zip entry");
            zip.write_all(&bytes).expect("the entry's bytes");
        }
        zip.finish().expect("the central directory");
        Export { path, _home: home }
    }

    /// Writes the export as a folder.
    pub(crate) fn folder(&self) -> Export {
        let home = TempDir::new().expect("a temporary folder");
        let path = home.path().join("export");
        for (name, bytes) in self.entries() {
            let file = path.join(name);
            fs::create_dir_all(file.parent().expect("a parent folder")).expect("a folder");
            fs::write(file, bytes).expect("the entry's bytes");
        }
        Export { path, _home: home }
    }

    fn room(mut self, list: &'static str, name: &str, id: &str, members: &[&str]) -> Self {
        for id in members {
            if !self.people.iter().any(|person| person["id"] == *id) {
                self = self.person(id, &id.to_lowercase());
            }
        }
        let entry = json!({
            "id": id, "name": name, "created": 1_500_000_000,
            "creator": members.first().unwrap_or(&""), "is_archived": false,
            "is_general": name == "general", "members": members,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        });
        self.rooms.push(Room { list, folder: name.to_owned(), entry, records: Vec::new() });
        self
    }

    fn last_room(&mut self) -> &mut Room {
        self.rooms.last_mut().expect("a conversation before its messages")
    }

    /// Root files that list nothing are left out, but for the two of a standard export.
    fn entries(&self) -> BTreeMap<String, Vec<u8>> {
        let mut days: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        let mut lists = BTreeMap::from([("users.json", self.people.iter().collect::<Vec<_>>())]);
        lists.insert("channels.json", Vec::new());
        for room in &self.rooms {
            lists.entry(room.list).or_default().push(&room.entry);
            for record in &room.records {
                let name = format!("{}/{}.json", room.folder, day(record));
                days.entry(name).or_default().push(record);
            }
        }
        let lists = lists.into_iter().map(|(name, list)| (name.to_owned(), list));
        let mut entries: BTreeMap<_, _> =
            lists.chain(days).map(|(name, list)| (name, json!(list).to_string().into())).collect();
        entries.extend(self.extra.clone());
        entries
    }
}

fn merge(target: &mut Value, fields: Value) {
    let map: &mut Map<_, _> = target.as_object_mut().expect("an object to set fields of");
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    map.extend(fields);
}

fn day(record: &Value) -> String {
    let secs = record["ts"].as_str().and_then(|ts| ts.split('.').next()?.parse().ok());
    let Some(moment) = secs.and_then(|secs| Timestamp::from_second(secs).ok()) else {
        return "2020-01-01".to_owned();
    };
    let angeles = TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").expect("a POSIX time zone");
    moment.to_zoned(angeles).date().to_string()
}

#[test]
fn a_small_workspace_reads_as_slack_wrote_it() {
    let workspace = Workspace::new()
        .person("U1", "ada")
        .who(json!({"deleted": true}))
        .bot("U9", "robot", "B9")
        .channel("general", &["U1", "U2"])
        .conversation(json!({"is_archived": true}))
        .message("U1", "1600000000.000100", "hello")
        .react("wave", &["U1", "U2"])
        .react("eyes", &["U2"])
        .reply("U2", "1600000009.000200", "1600000000.000100", "hi")
        .private("board", &["U1"])
        .mpim("mpdm-a--b--c-1", &["U1", "U2", "U9"])
        .dm("D1", &["U1", "U2"])
        .record(json!({"type": "message", "ts": null}))
        .entry("canvases.json", "[]");
    let folder = workspace.folder();
    let zip = workspace.zip();
    let read = |name: &str| -> Value {
        let bytes = fs::read(folder.path.join(name)).expect("the file is there");
        serde_json::from_slice(&bytes).expect("valid JSON")
    };
    assert_eq!(read("users.json").as_array().map(Vec::len), Some(3));
    assert_eq!(read("users.json")[0]["deleted"], true);
    assert_eq!(read("channels.json")[0]["is_archived"], true);
    assert_eq!(read("dms.json")[0]["members"], json!(["U1", "U2"]));
    assert_eq!(read("mpims.json")[0]["id"], "GMMPDM-A--B--C-1");
    // 2020-09-13T12:26:40Z is the same day in Los Angeles.
    assert_eq!(read("general/2020-09-13.json")[0]["reactions"][1]["name"], "eyes");
    assert_eq!(read("general/2020-09-13.json")[1]["thread_ts"], "1600000000.000100");
    assert_eq!(read("D1/2020-01-01.json")[0]["ts"], Value::Null);
    let names: BTreeSet<_> = workspace.entries().into_keys().collect();
    assert!(names.contains("groups.json") && names.contains("canvases.json"));
    let packed = fs::read(&zip.path).expect("the zip is there");
    assert_eq!(&packed[..2], b"PK");
}
