//! What is in an export: everything counted once, before anybody plans to move it.
//!
//! Memory is bounded by the biggest conversation (eight bytes a message), not by the export.

mod content;
mod walk;

pub use content::{
    Authorship, Content, FileCount, Messages, Oddity, Reactions, Threads, Unreadable,
};

use super::conversation::{Kind, PersonKind};
use super::export::{Export, ExportKind};
use crate::ids::SlackUserId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use walk::Walk;

/// Threads that read: enough to hide unpacking behind counting.
const READERS: usize = 2;
/// How many absent users are named.
const NAMED: usize = 20;

/// Everything that `inspect` says about an export.
#[derive(Debug, Clone, Serialize)]
pub struct Inventory {
    /// The file's or folder's name.
    pub source: String,
    /// Where it comes from.
    pub kind: ExportKind,
    /// The workspace's id.
    pub team: Option<String>,
    /// Conversations by kind.
    pub conversations: BTreeMap<Kind, Conversations>,
    /// Who is in `users.json`, and who should be.
    pub users: Users,
    /// What the day files hold.
    #[serde(flatten)]
    pub content: Content,
}

/// Conversations of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Conversations {
    /// All of them.
    pub total: u64,
    /// Archived ones.
    pub archived: u64,
    /// Those without a message.
    pub empty: u64,
}

/// Who is in `users.json`; Slackbot, whom no list names, is not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Users {
    /// Everyone listed.
    pub listed: u64,
    /// People with an account of their own, guests aside.
    pub humans: u64,
    /// Multi- and single-channel guests.
    pub guests: u64,
    /// Apps.
    pub bots: u64,
    /// Deactivated, of any kind.
    pub deleted: u64,
    /// Humans and guests with an e-mail address.
    pub with_email: u64,
    /// Ids that occur in the export and not in `users.json`.
    pub absent: u64,
    /// Some of them.
    pub absent_examples: Vec<String>,
}

/// How far taking an inventory is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Conversations in all.
    pub conversations: u64,
    /// Conversations done.
    pub conversations_done: u64,
    /// Unpacked bytes in all.
    pub bytes: u64,
    /// Unpacked bytes done.
    pub bytes_done: u64,
    /// Messages so far.
    pub messages: u64,
}

/// One step of a reader.
enum Step {
    Day { bytes: u64, messages: u64 },
    Conversation,
}

impl Inventory {
    /// Reads the whole export and counts; calls `progress` after each day, on this thread.
    pub fn take(export: &Export, progress: &mut dyn FnMut(Progress)) -> Self {
        let content = read(export, progress);
        Self {
            source: export.source_name().to_owned(),
            kind: export.kind(),
            team: export.team().map(str::to_owned),
            conversations: conversations(export, &content),
            users: users(export, &content.absent),
            content,
        }
    }
}

/// Reads all conversations, the longest first, on a few threads.
fn read(export: &Export, progress: &mut dyn FnMut(Progress)) -> Content {
    let mut order: Vec<usize> = (0..export.conversations().len()).collect();
    let weight = |index: &usize| export.weight(&export.conversations()[*index]);
    order.sort_by_key(|index| std::cmp::Reverse(weight(index)));
    let bytes = order.iter().map(weight).sum();
    let conversations = order.len() as u64;
    let next = AtomicUsize::new(0);
    let (tell, told) = sync_channel::<Step>(64);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let tell = tell.clone();
                let (order, next) = (&order, &next);
                scope.spawn(move || reader(export, order, next, &tell))
            })
            .collect();
        drop(tell);
        let mut state = Progress { conversations, bytes, ..Progress::default() };
        for step in told {
            match step {
                Step::Conversation => state.conversations_done += 1,
                Step::Day { bytes, messages } => {
                    state.bytes_done += bytes;
                    state.messages += messages;
                }
            }
            progress(state);
        }
        let mut content = Content::default();
        for reader in readers {
            match reader.join() {
                Ok(part) => content.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        content
    })
}

fn reader(
    export: &Export,
    order: &[usize],
    next: &AtomicUsize,
    tell: &SyncSender<Step>,
) -> Content {
    let mut content = Content::default();
    let mut scratch = Vec::new();
    while let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
        let conversation = &export.conversations()[*index];
        let mut walk = Walk::new(export, conversation, &mut content);
        for day in export.days(conversation) {
            let read = export.read_day(&day, &mut scratch);
            walk.day(&read);
            // Nobody listens only if the caller is gone, and then nothing matters any more.
            let _ =
                tell.send(Step::Day { bytes: day.bytes(), messages: read.messages.len() as u64 });
        }
        walk.finish();
        let _ = tell.send(Step::Conversation);
    }
    content
}

fn conversations(export: &Export, content: &Content) -> BTreeMap<Kind, Conversations> {
    let mut kinds: BTreeMap<Kind, Conversations> = BTreeMap::new();
    for conversation in export.conversations() {
        let kind = kinds.entry(conversation.kind).or_default();
        kind.total += 1;
        kind.archived += u64::from(conversation.archived);
        kind.empty += u64::from(!content.filled.contains(&conversation.id));
    }
    kinds
}

fn users(export: &Export, seen: &BTreeSet<SlackUserId>) -> Users {
    let members =
        export.conversations().iter().flat_map(|one| one.members.iter().chain(&one.creator));
    let missing = members.filter(|id| export.person(id).is_none());
    let absent: BTreeSet<&SlackUserId> = seen.iter().chain(missing).collect();
    let mut users = Users {
        absent: absent.len() as u64,
        absent_examples: absent.iter().take(NAMED).map(ToString::to_string).collect(),
        ..Users::default()
    };
    for person in export.people() {
        let count = match person.kind {
            PersonKind::Human => &mut users.humans,
            PersonKind::Guest => &mut users.guests,
            PersonKind::Bot => &mut users.bots,
            PersonKind::Slackbot => continue,
        };
        *count += 1;
        users.listed += 1;
        users.deleted += u64::from(person.deleted);
        users.with_email += u64::from(person.email.is_some() && person.kind != PersonKind::Bot);
    }
    users
}
