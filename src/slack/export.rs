//! An opened export: its people and conversations, and the days of each conversation.

use super::archive::Archive;
use super::conversation::{Conversation, Kind, Person};
use super::day::Day;
use super::finding::{Finding, Findings};
use super::fingerprint::Print;
use super::folders::{self, Days};
use super::layout::{DayFile, LISTS, Layout};
use super::people::People;
use super::{Error, Options, fingerprint, lists};
use crate::ids::{ConversationId, SlackUserId};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Where an export comes from, as far as its files tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// Slack's own, public channels only.
    Standard,
    /// Slack's own, with lists of private channels or direct messages, be they empty.
    Corporate,
    /// slackdump's, in the export layout.
    SlackDump,
}

/// One day file of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayRef {
    file: DayFile,
    bytes: u64,
}

impl DayRef {
    /// Returns the date in Los Angeles, `YYYY-MM-DD`. Never a time: messages have their own.
    pub fn date(&self) -> &str {
        std::str::from_utf8(&self.file.date).unwrap_or_default()
    }

    /// Returns the unpacked size.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// An opened export. Clones are cheap, and threads may share one: every read has its own place.
#[derive(Debug, Clone)]
pub struct Export {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    archive: Archive,
    kind: ExportKind,
    source_name: String,
    people: People,
    conversations: Vec<Conversation>,
    days: Days,
    findings: Vec<Finding>,
    fingerprint: OnceLock<Print>,
}

impl Export {
    /// Opens a zip or a folder: reads the list of entries, the people and the conversations, and
    /// no message. Refuses what is no Slack export, or not a form of it that is read.
    pub fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let mut odd = Findings::default();
        let archive = Archive::open(path, options, &mut odd)?;
        let layout = Layout::find(&archive, path, &mut odd)?;
        archive.check(&layout.wanted(), options)?;
        let mut opening = Opening { archive: &archive, layout: &layout, odd };
        opening.say_what_is_missing();
        let people = opening.people()?;
        let mut conversations = opening.conversations()?;
        let kind = opening.kind();
        let mut odd = opening.odd;
        let days = folders::assign(layout.folders, &mut conversations, &mut odd);
        Ok(Self {
            inner: Arc::new(Inner {
                source_name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                findings: odd.finish(),
                fingerprint: OnceLock::new(),
                archive,
                kind,
                people,
                conversations,
                days,
            }),
        })
    }

    /// Returns where the export comes from.
    pub fn kind(&self) -> ExportKind {
        self.inner.kind
    }

    /// Returns the name of the file or folder, without its path.
    pub fn source_name(&self) -> &str {
        &self.inner.source_name
    }

    /// Returns everyone in `users.json`, and Slackbot.
    pub fn people(&self) -> &[Person] {
        &self.inner.people.all
    }

    /// Finds somebody by id.
    pub fn person(&self, id: &SlackUserId) -> Option<&Person> {
        self.inner.people.get(id)
    }

    /// Finds an app's user by its `B…` id.
    pub fn bot(&self, bot_id: &str) -> Option<&Person> {
        self.inner.people.bot(bot_id)
    }

    /// Returns the workspace's id: the one that most users name.
    pub fn team(&self) -> Option<&str> {
        self.inner.people.team()
    }

    /// Returns all conversations: public, private, groups, directs, and folders that no list names.
    pub fn conversations(&self) -> &[Conversation] {
        &self.inner.conversations
    }

    /// Returns what is odd about the archive, as far as opening it showed.
    pub fn findings(&self) -> &[Finding] {
        &self.inner.findings
    }

    /// Returns SHA-256, in hex, over what the archive holds: the same for the same content,
    /// wherever it lies. For a folder this reads every file that is part of the export.
    pub fn fingerprint(&self) -> String {
        self.print().whole.clone()
    }

    /// Returns a short hash of every entry, one after the other, to be kept for [`Self::changes`].
    pub fn entry_prints(&self) -> &[u8] {
        &self.print().entries
    }

    /// Tells what changed since the short hashes were taken: the entries that are new or other
    /// than before, and how many of before are gone or changed.
    pub fn changes(&self, before: &[u8]) -> (Vec<&str>, usize) {
        let split = |prints| <[u8]>::chunks_exact(prints, fingerprint::SHORT);
        let old: HashSet<&[u8]> = split(before).collect();
        let now: HashSet<&[u8]> = split(self.entry_prints()).collect();
        let entries = self.inner.archive.entries.iter().zip(split(self.entry_prints()));
        let new = entries.filter(|(_, print)| !old.contains(print));
        (new.map(|(entry, _)| entry.name.as_str()).collect(), old.difference(&now).count())
    }

    fn print(&self) -> &Print {
        self.inner.fingerprint.get_or_init(|| fingerprint::of(&self.inner.archive))
    }

    /// Returns a conversation's day files in the order of their dates.
    pub fn days(&self, conversation: &Conversation) -> impl Iterator<Item = DayRef> + '_ {
        let files = self.inner.days.get(&conversation.id).map_or(&[][..], Vec::as_slice);
        files.iter().map(|file| DayRef { file: *file, bytes: self.size(*file) })
    }

    /// Returns the unpacked bytes of a conversation's day files.
    pub fn weight(&self, conversation: &Conversation) -> u64 {
        self.days(conversation).map(|day| day.bytes).sum()
    }

    /// Returns the name of a day's entry.
    pub fn entry_name(&self, day: &DayRef) -> &str {
        self.inner
            .archive
            .entries
            .get(day.file.entry as usize)
            .map_or("", |entry| entry.name.as_str())
    }

    /// Reads one day. What can't be read is in [`Day::bad`]; `scratch` is for reuse.
    pub fn read_day(&self, day: &DayRef, scratch: &mut Vec<u8>) -> Day {
        let Some(entry) = self.inner.archive.entries.get(day.file.entry as usize) else {
            return Day::unreadable("", "no such entry".to_owned(), &[]);
        };
        match self.inner.archive.read(entry, scratch) {
            Ok(()) => Day::parse(&entry.name, scratch),
            Err(error) => Day::unreadable(&entry.name, error.to_string(), scratch),
        }
    }

    fn size(&self, file: DayFile) -> u64 {
        self.inner.archive.entries.get(file.entry as usize).map_or(0, |entry| entry.size)
    }
}

/// The state of opening: what is read from the root files, and what was odd.
struct Opening<'a> {
    archive: &'a Archive,
    layout: &'a Layout,
    odd: Findings,
}

impl Opening<'_> {
    fn say_what_is_missing(&mut self) {
        let missing: Vec<&str> = LISTS.into_iter().filter(|list| !self.has(list)).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            let text = format!(
                "{missing} missing: conversations of that kind are not in this export and will not be moved"
            );
            self.odd.add("missing_lists", &missing, text);
        }
        if !self.has("users.json") {
            self.odd.add(
                "missing_users",
                "users.json",
                "users.json is missing: nobody can be told by name or e-mail",
            );
        }
    }

    fn has(&self, file: &str) -> bool {
        self.layout.root.contains_key(file)
    }

    /// Hands the bytes of a root file to `take`, if the file is there.
    fn list<T>(
        &mut self,
        file: &str,
        take: impl FnOnce(&str, &[u8], &mut Findings) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        let index = self.layout.root.get(file);
        let Some(entry) = index.and_then(|index| self.archive.entries.get(*index as usize)) else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let read = self.archive.read(entry, &mut bytes).map_err(|e| e.to_string());
        read.and_then(|()| take(&entry.name, &bytes, &mut self.odd))
            .map(Some)
            .map_err(|reason| Error::RootFile { entry: entry.name.clone(), reason })
    }

    fn people(&mut self) -> Result<People, Error> {
        let mut people = People::default();
        self.list("users.json", |entry, bytes, odd| people.read(entry, bytes, odd))?;
        Ok(people.finished())
    }

    fn conversations(&mut self) -> Result<Vec<Conversation>, Error> {
        let kinds = [Kind::Public, Kind::Private, Kind::Direct, Kind::Group];
        let mut all: Vec<Conversation> = Vec::new();
        let mut seen: HashMap<ConversationId, usize> = HashMap::new();
        for (file, kind) in LISTS.into_iter().zip(kinds) {
            let listed =
                self.list(file, |entry, bytes, odd| lists::conversations(entry, bytes, kind, odd))?;
            for conversation in listed.unwrap_or_default() {
                let Some(earlier) = seen.get(&conversation.id).and_then(|at| all.get_mut(*at))
                else {
                    seen.insert(conversation.id.clone(), all.len());
                    all.push(conversation);
                    continue;
                };
                let text = format!(
                    "{} is listed more than once; the less public entry counts",
                    conversation.id
                );
                self.odd.add("listed_twice", file, text);
                // Public comes first of all kinds: nobody may gain sight of a private talk.
                if conversation.kind > earlier.kind {
                    *earlier = conversation;
                }
            }
        }
        Ok(all)
    }

    fn kind(&self) -> ExportKind {
        if self.layout.uploads && !self.has("integration_logs.json") {
            ExportKind::SlackDump
        } else if LISTS.iter().skip(1).any(|list| self.has(list)) {
            ExportKind::Corporate
        } else {
            ExportKind::Standard
        }
    }
}
