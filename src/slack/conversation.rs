//! Conversations and people, as the export's root files list them.

pub use crate::access::Kind;
use crate::ids::{ConversationId, SlackTs, SlackUserId};
use serde::Serialize;

/// One conversation of the export.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Slack's id; `folder:<name>` for an unlisted folder.
    pub id: ConversationId,
    /// Its kind.
    pub kind: Kind,
    /// Slack's name (`general`, `mpdm-a--b-1`); the id for direct messages.
    pub name: String,
    /// When it was created; none where the export has no believable value (0, 1, absent).
    pub created: Option<SlackTs>,
    /// Who created it.
    pub creator: Option<SlackUserId>,
    /// Archived in Slack.
    pub archived: bool,
    /// `#general` of its workspace.
    pub general: bool,
    /// Members at export time, each once, in the file's order; empty for archived channels.
    pub members: Vec<SlackUserId>,
    /// `topic.value`, escaped as text is.
    pub topic: String,
    /// `purpose.value`, escaped as text is.
    pub purpose: String,
    /// Pinned messages.
    pub pins: Vec<SlackTs>,
}

/// What kind of person an entry of `users.json` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A full member.
    Human,
    /// A multi- or single-channel guest.
    Guest,
    /// An app.
    Bot,
    /// Slackbot, which no `users.json` lists.
    Slackbot,
}

/// An entry of `users.json`, or somebody met only in messages.
#[derive(Debug, Clone)]
pub struct Person {
    /// Slack's id.
    pub id: SlackUserId,
    /// The handle, `name`.
    pub handle: String,
    /// `profile.real_name`.
    pub real_name: String,
    /// `profile.display_name`.
    pub display_name: String,
    /// `profile.email`, lower case.
    pub email: Option<String>,
    /// Human, guest, bot.
    pub kind: PersonKind,
    /// Deactivated.
    pub deleted: bool,
    /// Of another organisation, met in a shared conversation.
    pub stranger: bool,
    /// `profile.bot_id`.
    pub bot_id: Option<String>,
}

impl Person {
    /// Returns the name that people know: display name, else real name, else handle, else id.
    pub fn shown(&self) -> &str {
        [&self.display_name, &self.real_name, &self.handle]
            .into_iter()
            .map(|name| name.trim())
            .find(|name| !name.is_empty())
            .unwrap_or(self.id.as_str())
    }
}
