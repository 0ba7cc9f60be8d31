//! The export as Slack wrote it. Knows zip and JSON; nothing of Google, of SQL, or of waiting.
//!
//! [`Export::open`] reads the list of entries, people and conversations; [`Export::read_day`] one
//! day's messages. Nothing is unpacked to disk, and of the messages one day at a time is held.

mod archive;
mod build;
mod conversation;
mod day;
mod error;
mod export;
mod finding;
mod fingerprint;
mod folders;
pub mod inventory;
mod layout;
mod lists;
mod loose;
mod message;
mod options;
mod people;
mod record;
mod repair;
mod window;

pub use conversation::{Conversation, Kind, Person, PersonKind};
pub use day::{Bad, Day};
pub use error::{Error, Foreign};
pub use export::{DayRef, Export, ExportKind};
pub use finding::Finding;
pub use inventory::Inventory;
pub use message::{Author, Edited, Extra, File, FileMode, Message, Reaction, Room};
pub use options::{Limits, Options};

pub(crate) use record::loose_struct;
