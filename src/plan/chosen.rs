//! What the admin chose for single conversations, above what the settings say of all.

use crate::convert::{ArchivedPolicy, Settings, Skip};
use crate::ids::ConversationId;
use crate::ledger::RoomChoice;
use crate::slack::Conversation;
use std::collections::BTreeMap;

/// The choices, by conversation.
#[derive(Debug, Default)]
pub(super) struct Chosen(pub(super) BTreeMap<ConversationId, RoomChoice>);

impl Chosen {
    /// Tells why a conversation is left out as a whole, if it is.
    pub(super) fn left_out(
        &self,
        settings: &Settings,
        conversation: &Conversation,
    ) -> Option<Skip> {
        match self.0.get(&conversation.id).and_then(|choice| choice.include) {
            Some(false) => Some(Skip::ChosenConversation),
            Some(true) => None,
            None => leaves_out(settings, conversation).then_some(Skip::ArchivedConversation),
        }
    }

    /// Returns the name that was chosen for a conversation's space, if one was.
    pub(super) fn name(&self, conversation: &Conversation) -> Option<String> {
        self.0.get(&conversation.id).and_then(|choice| choice.name.clone())
    }

    /// Returns the audience that was chosen for a conversation, `none` too, if one was.
    pub(super) fn audience(&self, id: &ConversationId) -> Option<&str> {
        self.0.get(id).and_then(|choice| choice.audience.as_deref())
    }

    /// Returns all of these.
    pub(super) fn audiences(&self) -> impl Iterator<Item = (&ConversationId, &str)> {
        self.0.iter().filter_map(|(id, choice)| Some((id, choice.audience.as_deref()?)))
    }
}

/// Tells whether the settings leave a conversation out as a whole.
pub(super) fn leaves_out(settings: &Settings, conversation: &Conversation) -> bool {
    conversation.archived && settings.archived == ArchivedPolicy::Skip
}
