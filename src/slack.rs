//! The export as Slack wrote it. Knows zip and JSON; nothing of Google, of SQL, or of waiting.

mod conversation;
mod message;

pub use conversation::{Conversation, Kind, Person, PersonKind};
pub use message::{Author, Edited, Extra, File, FileMode, Message, Reaction, Room};
