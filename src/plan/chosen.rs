//! What the admin chose for single conversations, above what the settings say of all.

use crate::convert::{ArchivedPolicy, Settings, Skip};
use crate::ids::ConversationId;
use crate::ledger::{Error, KnownGroup, Ledger, RoomChoice};
use crate::slack::Conversation;
use std::collections::BTreeMap;

/// The choices, by conversation.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    rooms: BTreeMap<ConversationId, RoomChoice>,
    /// Groups that were looked up, by how the admin names them.
    groups: BTreeMap<String, KnownGroup>,
}

impl Chosen {
    /// Takes what the ledger has.
    pub(super) fn of(ledger: &Ledger) -> Result<Self, Error> {
        Ok(Self { rooms: ledger.room_choices()?, groups: ledger.groups()? })
    }

    /// Returns a group as it was looked up; none where it never was.
    pub(super) fn known(&self, group: &str) -> Option<&KnownGroup> {
        self.groups.get(group)
    }

    /// Tells why a conversation is left out as a whole, if it is.
    pub(super) fn left_out(
        &self,
        settings: &Settings,
        conversation: &Conversation,
    ) -> Option<Skip> {
        match self.rooms.get(&conversation.id).and_then(|choice| choice.include) {
            Some(false) => Some(Skip::ChosenConversation),
            Some(true) => None,
            None => leaves_out(settings, conversation).then_some(Skip::ArchivedConversation),
        }
    }

    /// Returns the name that was chosen for a conversation's space, if one was.
    pub(super) fn name(&self, conversation: &Conversation) -> Option<String> {
        self.rooms.get(&conversation.id).and_then(|choice| choice.name.clone())
    }

    /// Returns the audience that was chosen for a conversation, `none` too, if one was.
    pub(super) fn audience(&self, id: &ConversationId) -> Option<&str> {
        self.rooms.get(id).and_then(|choice| choice.audience.as_deref())
    }

    /// Returns the group that was chosen for a conversation, if one was.
    pub(super) fn group(&self, id: &ConversationId) -> Option<&str> {
        self.rooms.get(id).and_then(|choice| choice.group.as_deref())
    }

    /// Returns all of these.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&ConversationId, &str)> {
        self.rooms.iter().filter_map(|(id, choice)| Some((id, choice.group.as_deref()?)))
    }

    /// Returns all audiences that were chosen.
    pub(super) fn audiences(&self) -> impl Iterator<Item = (&ConversationId, &str)> {
        self.rooms.iter().filter_map(|(id, choice)| Some((id, choice.audience.as_deref()?)))
    }
}

/// Tells whether the settings leave a conversation out as a whole.
pub(super) fn leaves_out(settings: &Settings, conversation: &Conversation) -> bool {
    conversation.archived && settings.archived == ArchivedPolicy::Skip
}
