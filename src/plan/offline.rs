//! What would become of each message, told without a ledger: for previews and inventories. The
//! converter is the one that planning and sending use.

mod census;
mod losses;
mod words;

pub use census::{Census, Deeds};
pub use losses::Sums;

use super::order::{self, Batch, Stop};
use super::{Clues, Error, People, emoji, has_threads, leaves_out, names, union};
use crate::convert::{Context, Converted, Converter, Settings, Skip, named_by};
use crate::gallery::Gallery;
use crate::ids::ConversationId;
use crate::ledger::{EmojiState, UsedEmoji};
use crate::slack::{Conversation, Export, Message};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that read and convert.
const READERS: usize = 2;

/// Exports with everything that conversion needs.
#[derive(Debug)]
pub struct Offline {
    exports: Vec<Export>,
    places: BTreeMap<ConversationId, Vec<(usize, usize)>>,
    names: BTreeMap<ConversationId, String>,
    people: People,
    converter: Converter,
}

impl Offline {
    /// Takes exports, what tells who is who, and the settings.
    pub fn new(exports: Vec<Export>, clues: &Clues<'_>, settings: Settings) -> Self {
        let people = People::of(&exports, clues);
        let roster = people.roster(&exports, settings.author_emails);
        let places = union(&exports);
        let newest: Vec<&Conversation> = places
            .values()
            .filter_map(|at| at.last())
            .map(|(e, c)| &exports[*e].conversations()[*c])
            .filter(|one| !leaves_out(&settings, one))
            .collect();
        let (names, _) = names::settle(&newest, &|one| named_by(&settings.names, one, &roster));
        Self { converter: Converter::new(roster, settings), exports, places, names, people }
    }

    /// Takes the workspace's custom emoji, as what Chat will have.
    #[must_use]
    pub fn with_emoji(mut self, gallery: &Gallery, used: &[UsedEmoji]) -> Self {
        // What was given up will not be there; what Chat calls the others matters to nobody here.
        let mut given_up = used.to_vec();
        given_up.retain(|one| matches!(one.state, EmojiState::GivenUp { .. }));
        self.converter = self.converter.with_emoji(emoji::known(gallery, &given_up).0);
        self
    }

    /// Returns the converter.
    pub const fn converter(&self) -> &Converter {
        &self.converter
    }

    /// Returns who was matched with whom.
    pub const fn people(&self) -> &People {
        &self.people
    }

    /// Matches everyone anew, with other clues.
    pub fn matched(&self, clues: &Clues<'_>) -> People {
        People::of(&self.exports, clues)
    }

    /// Returns each conversation once, as the newest export has it.
    pub fn conversations(&self) -> impl Iterator<Item = &Conversation> {
        self.places.values().filter_map(|at| at.last()).map(|at| self.at(*at))
    }

    /// Returns the name that a conversation's space will have.
    pub fn name<'a>(&'a self, id: &'a ConversationId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }

    /// Converts a message of a conversation, which may be left out as a whole.
    pub(crate) fn convert(
        &self,
        conversation: &Conversation,
        context: Context,
        message: &Message,
    ) -> Converted {
        if leaves_out(self.converter.settings(), conversation) {
            return self.converter.leave_out(&context, message, Skip::ArchivedConversation);
        }
        self.converter.convert(&context, message)
    }

    /// Returns what a conversation's space allows.
    pub fn context(&self, conversation: &Conversation) -> Context {
        Context { threads: has_threads(conversation, self.converter.settings().direct) }
    }

    /// Reads a conversation in the order of time, each message once, a day file at a time. Where
    /// the archive turns out not to be in that order, it begins anew.
    pub(crate) fn read<T>(
        &self,
        id: &ConversationId,
        begin: &dyn Fn() -> T,
        take: &dyn Fn(&mut T, Batch),
    ) -> Result<T, Error> {
        let places = self.places.get(id).map_or(&[][..], Vec::as_slice);
        let sources: Vec<_> = places.iter().map(|at| (&self.exports[at.0], self.at(*at))).collect();
        let read = |disordered: bool| {
            let mut state = begin();
            order::walk(&sources, disordered, &mut |batch| {
                take(&mut state, batch);
                Ok(())
            })
            .map(|()| state)
        };
        match read(sources.len() > 1).or_else(|stop| match stop {
            Stop::Disordered => read(true),
            stop @ Stop::Failed(_) => Err(stop),
        }) {
            Ok(state) => Ok(state),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::Disordered) => Err(Error::Order),
        }
    }

    /// Looks at every conversation once, on a few threads, and merges what was found.
    fn each<T: Default + Send>(
        &self,
        look: &(dyn Fn(&Conversation) -> Result<T, Error> + Sync),
        merge: &(dyn Fn(&mut T, T) + Sync),
    ) -> Result<T, Error> {
        let all: Vec<&Conversation> = self.conversations().collect();
        let next = AtomicUsize::new(0);
        let read = || -> Result<T, Error> {
            let mut sum = T::default();
            while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                merge(&mut sum, look(one)?);
            }
            Ok(sum)
        };
        std::thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
            let mut sum = T::default();
            for reader in readers {
                match reader.join() {
                    Ok(part) => merge(&mut sum, part?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(sum)
        })
    }

    fn at(&self, (export, conversation): (usize, usize)) -> &Conversation {
        &self.exports[export].conversations()[conversation]
    }
}
