//! What reads give back: Google's answers, as far as we use them.

use crate::ids::Micros;
use serde::Serialize;

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins; none after the last.
    pub next: Option<String>,
}

/// A message as it stands in Chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMessage {
    /// `spaces/A/messages/M`.
    pub name: String,
    /// The id that we gave it, if Google shows it.
    pub client_id: Option<String>,
    /// `users/…`.
    pub sender: Option<String>,
    /// When it was said.
    pub create_time: Micros,
    /// Its text, markup included.
    pub text: String,
    /// `spaces/A/threads/T`.
    pub thread: Option<String>,
    /// Reactions and how many people gave each: the emoji itself, or `customEmojis/UID`.
    pub reactions: Vec<(String, u64)>,
    /// How many files hang on it.
    pub attachments: usize,
    /// Deleted; only its place is left.
    pub deleted: bool,
}

/// A membership as it stands in Chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMember {
    /// `spaces/A/members/M`.
    pub name: String,
    /// `users/…`, or `groups/…` of a group that stands for people.
    pub user: String,
    /// `ROLE_MEMBER`, `ROLE_MANAGER`.
    pub role: String,
    /// `JOINED`, `INVITED`, `NOT_A_MEMBER`.
    pub state: String,
    /// From when.
    pub created: Option<Micros>,
    /// Until when, for a past member.
    pub deleted: Option<Micros>,
}

/// A space as the app itself sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceView {
    /// `spaces/A`.
    pub name: String,
    /// Its name.
    pub display_name: Option<String>,
    /// `SPACE`, `GROUP_CHAT`, `DIRECT_MESSAGE`.
    pub kind: String,
    /// Still in import mode.
    pub importing: bool,
    /// When Google deletes it unless it is completed.
    pub expires: Option<Micros>,
    /// When it was made, as far as its members see.
    pub created: Option<Micros>,
}

/// A person of the Directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DirectoryUser {
    /// The numeric id: `users/{id}` in Chat.
    pub id: String,
    /// The primary address.
    pub email: String,
    /// Every other address of the account.
    pub aliases: Vec<String>,
    /// The full name.
    pub name: String,
    /// Can't sign in, and can't be impersonated.
    pub suspended: bool,
    /// Has no service left.
    pub archived: bool,
    /// Somebody of another organisation with a guest account.
    pub guest: bool,
    /// Addresses on the account's card that are not its own.
    pub contacts: Vec<String>,
    /// The organisation.
    pub customer_id: String,
}

/// A file that was uploaded and not used yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// What a message names to have the file attached.
    pub token: String,
    /// The file's own name, if Google gave one.
    pub resource: Option<String>,
}

/// The upload token is a credential of sorts.
impl std::fmt::Debug for Uploaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Uploaded(…)")
    }
}
