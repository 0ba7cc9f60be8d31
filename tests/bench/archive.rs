//! The layers below any reading: inflate alone, and inflate with a typed parse of every message.

#![expect(clippy::disallowed_types, reason = "measures what `slack` is built on")]

use crate::process::now;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::time::Duration;
use zip::ZipArchive;

/// What a pass over an archive found.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    pub(crate) wall: Duration,
    pub(crate) bytes: u64,
    pub(crate) messages: u64,
}

/// A text that stays in the day file's memory where it has no escapes.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Text<'a> {
    #[serde(borrow)]
    _text: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "ts")]
    _ts: Option<Text<'a>>,
    #[serde(borrow, rename = "user")]
    _user: Option<Text<'a>>,
    #[serde(borrow, rename = "subtype")]
    _subtype: Option<Text<'a>>,
    #[serde(borrow, rename = "text")]
    _text: Option<Text<'a>>,
    #[serde(borrow, rename = "thread_ts")]
    _thread: Option<Text<'a>>,
    #[serde(borrow, rename = "blocks", default)]
    _blocks: Vec<Block<'a>>,
    #[serde(borrow, rename = "reactions", default)]
    _reactions: Vec<Reaction<'a>>,
    #[serde(borrow, rename = "files")]
    _files: Option<&'a RawValue>,
    #[serde(borrow, rename = "attachments")]
    _attachments: Option<&'a RawValue>,
}

/// A block, an element of one, or a run: rich text nests one shape.
#[derive(Debug, Deserialize)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    _kind: Option<Text<'a>>,
    #[serde(borrow, rename = "text")]
    _text: Option<Text<'a>>,
    #[serde(borrow, rename = "url")]
    _url: Option<Text<'a>>,
    #[serde(borrow, rename = "user_id")]
    _user: Option<Text<'a>>,
    #[serde(borrow, rename = "elements", default)]
    _elements: Vec<Block<'a>>,
}

#[derive(Debug, Deserialize)]
struct Reaction<'a> {
    #[serde(borrow, rename = "name")]
    _name: Option<Text<'a>>,
    #[serde(borrow, rename = "users", default)]
    _users: Vec<Text<'a>>,
}

/// Reads the whole archive, one entry in memory at a time, and parses its day files if asked to.
pub(crate) fn pass(path: &Path, parse: bool) -> Result<Pass, Box<dyn Error>> {
    let started = now();
    let mut zip = ZipArchive::new(BufReader::new(File::open(path)?))?;
    let (mut pass, mut buffer) = (Pass::default(), Vec::new());
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at)?;
        let is_day = is_day(&entry.entry().name()?);
        buffer.clear();
        entry.read_to_end(&mut buffer)?;
        pass.bytes += buffer.len() as u64;
        if parse && is_day {
            let day: Vec<Message<'_>> = serde_json::from_str(str::from_utf8(&buffer)?)?;
            pass.messages += black_box(day).len() as u64;
        }
    }
    pass.wall = started.elapsed();
    Ok(pass)
}

/// Returns one e-mail a line, of everybody in `users.json`.
pub(crate) fn emails(path: &Path) -> Result<String, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct User {
        profile: Profile,
    }
    #[derive(Deserialize)]
    struct Profile {
        email: Option<String>,
    }
    let mut zip = ZipArchive::new(BufReader::new(File::open(path)?))?;
    let users: Vec<User> = serde_json::from_reader(zip.by_name("users.json")?)?;
    let emails: Vec<_> = users.into_iter().filter_map(|user| user.profile.email).collect();
    Ok(emails.join("\n"))
}

/// Tells a day file from the root files.
fn is_day(name: &str) -> bool {
    let day = name.rsplit_once('/').and_then(|(_, file)| file.strip_suffix(".json"));
    day.is_some_and(|day| day.len() == 10 && day.starts_with("20"))
}
