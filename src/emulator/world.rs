//! What exists: spaces with their messages, threads, reactions and members. Each has its own lock.

use super::audit::Slips;
use super::coverage::Point;
use super::dialects::{Dialects, Gone};
use super::ids::Id;
use super::people::Who;
use super::quota::SpaceBuckets;
use super::refusal::{Outcome, Refusal};
use super::time::{DAY, Micros};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// How long a space may stay in import mode.
pub(super) const WINDOW: Micros = 90 * DAY;

/// Named, or a group chat: the two that can be imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Space,
    GroupChat,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Space => "SPACE",
            Self::GroupChat => "GROUP_CHAT",
        }
    }
}

/// A call that carried a requestId, so that it can be replayed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replay<T> {
    pub(super) who: Who,
    pub(super) target: T,
    pub(super) fingerprint: u64,
    pub(super) at: Micros,
}

/// One file of a message.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    pub(super) id: Id,
    pub(super) name: Box<str>,
    pub(super) mime: Box<str>,
    pub(super) size: u64,
    pub(super) sha256: Box<str>,
}

/// What few messages have.
#[derive(Debug, Clone, Default)]
pub(super) struct Extra {
    /// Who reacted, with which of the space's emojis.
    pub(super) reactions: Vec<(Who, u32)>,
    pub(super) attachments: Vec<Attachment>,
}

/// One message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: Id,
    pub(super) thread: Id,
    pub(super) sender: Who,
    pub(super) created: Micros,
    /// When it was patched or deleted; 0 is never.
    pub(super) touched: Micros,
    pub(super) deleted: bool,
    pub(super) text: Box<str>,
    pub(super) client_id: Option<Box<str>>,
    pub(super) extra: Option<Box<Extra>>,
}

/// A thread that has a key or replies; any other message is its own thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thread {
    pub(super) root: u32,
    pub(super) replies: u32,
}

/// A role among the members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Member,
    Assistant,
    Manager,
}

impl Role {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Member => "ROLE_MEMBER",
            Self::Assistant => "ROLE_ASSISTANT_MANAGER",
            Self::Manager => "ROLE_MANAGER",
        }
    }
}

/// One space.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) display_name: Option<String>,
    pub(super) description: String,
    pub(super) guidelines: String,
    pub(super) external: bool,
    /// Who may find it.
    pub(super) audience: Option<String>,
    pub(super) history: bool,
    pub(super) created: Micros,
    /// When spaces.create was called: the window runs from here.
    pub(super) made: Micros,
    pub(super) importing: bool,
    pub(super) deleted: bool,
    pub(super) foreign: bool,
    /// Who called spaces.create.
    pub(super) creator: Option<Who>,
    pub(super) owner: Option<Who>,
    pub(super) messages: Vec<Message>,
    pub(super) by_id: HashMap<Id, u32>,
    /// Every createTime ever used, those of deleted messages too.
    pub(super) by_time: BTreeMap<Micros, u32>,
    pub(super) threads: HashMap<Id, Thread>,
    pub(super) requests: HashMap<Id, Replay<u32>>,
    pub(super) emojis: Vec<Box<str>>,
    /// Historical memberships: from and until.
    pub(super) past: BTreeMap<Who, (Micros, Micros)>,
    pub(super) present: BTreeMap<Who, Role>,
    /// Those of them who have yet to accept.
    pub(super) invited: BTreeSet<Who>,
    /// Groups among the members, by id.
    pub(super) groups: BTreeSet<String>,
    /// What was done here that must not be.
    pub(super) slips: Slips,
}

impl Space {
    /// Returns an empty space in import mode.
    pub(super) fn new(kind: Kind, created: Micros, made: Micros) -> Self {
        Self { kind, created, made, importing: true, history: true, ..Self::default() }
    }

    pub(super) fn expires(&self) -> Micros {
        self.made + WINDOW
    }

    /// Tells whether the window closed before completion.
    pub(super) fn expired(&self, now: Micros) -> bool {
        self.importing && now >= self.expires()
    }

    /// Refuses a space that is not ours or no longer there.
    pub(super) fn alive(&self, now: Micros, dialects: &Dialects) -> Outcome<()> {
        if self.foreign {
            return Err(Refusal::forbidden(
                Point::ForeignSpace,
                "The Chat app did not create this space in import mode.",
            ));
        }
        if !self.deleted && !self.expired(now) {
            return Ok(());
        }
        Err(match dialects.gone_space {
            Gone::Forbidden => {
                Refusal::forbidden(Point::GoneSpace, "The caller does not have permission")
            }
            Gone::NotFound => {
                Refusal::not_found(Point::GoneSpace, "The requested space does not exist.")
            }
        })
    }

    pub(super) fn manages(&self, who: Who) -> bool {
        self.present.get(&who) == Some(&Role::Manager)
    }

    /// Returns the place of an emoji among the space's, adding it if it is new.
    pub(super) fn emoji(&mut self, emoji: &str) -> u32 {
        let place = self.emojis.iter().position(|known| **known == *emoji).unwrap_or_else(|| {
            self.emojis.push(emoji.into());
            self.emojis.len() - 1
        });
        place as u32
    }
}

/// A space with what can be touched without its lock.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) buckets: SpaceBuckets,
    space: Mutex<Space>,
}

impl Room {
    pub(super) fn lock(&self) -> MutexGuard<'_, Space> {
        self.space.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names and request ids of spaces, which must be looked at and taken in one step.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) requests: HashMap<String, Replay<Id>>,
    pub(super) names: HashMap<String, Vec<Id>>,
    pub(super) slips: Slips,
}

/// All spaces.
#[derive(Debug, Default)]
pub(super) struct World {
    rooms: RwLock<HashMap<Id, Arc<Room>>>,
    register: Mutex<Register>,
}

impl World {
    pub(super) fn room(&self, id: Id) -> Option<Arc<Room>> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(super) fn add(&self, space: Space) {
        let room = Room { buckets: SpaceBuckets::default(), space: Mutex::new(space) };
        let id = room.lock().id;
        self.rooms.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(room));
    }

    pub(super) fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns every space that ever was, by name.
    pub(super) fn all(&self) -> Vec<Arc<Room>> {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = rooms.iter().collect();
        all.sort_by_key(|(id, _)| **id);
        all.into_iter().map(|(_, room)| room.clone()).collect()
    }
}
