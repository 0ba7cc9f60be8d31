//! One message as Slack wrote it, validated: the meeting point of reading and converting.

use crate::ids::{ConversationId, FileId, SlackTs, SlackUserId};

/// A message of a day file.
#[derive(Debug, Clone)]
pub struct Message {
    /// When it was said; with the conversation, its identity.
    pub ts: SlackTs,
    /// `subtype`, as written.
    pub subtype: Option<String>,
    /// Who said it, as far as the record tells.
    pub author: Author,
    /// `text`: mrkdwn, with `&amp;`, `&lt;`, `&gt;` escaped.
    pub text: String,
    /// `blocks` as JSON without line breaks: an array of Block Kit blocks. `null` and `[]` are `None`.
    pub blocks: Option<Box<str>>,
    /// `attachments` in the same way: legacy cards, unfurls, shared messages.
    pub attachments: Option<Box<str>>,
    /// `files`, or the one `file` of before 2018.
    pub files: Vec<File>,
    /// `reactions`.
    pub reactions: Vec<Reaction>,
    /// `thread_ts`: the root's ts, on roots and replies alike.
    pub thread: Option<SlackTs>,
    /// `edited`.
    pub edited: Option<Edited>,
    /// `hidden`: a line for machines.
    pub hidden: bool,
    /// Fields that only some subtypes have.
    pub extra: Extra,
    /// SHA-256 of the record's bytes, cut to 16: tells whether the archive changed.
    pub hash: [u8; 16],
}

/// Who said a message, by the fields that may name them, in the order of trust.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// `user`, or `comment.user` of a file comment, or the creator of a huddle's `room`.
    pub user: Option<SlackUserId>,
    /// `bot_id`, or `bot_profile.id`.
    pub bot: Option<String>,
    /// The name that the message carries itself: `username`, `bot_profile.name`, or
    /// `user_profile`'s display or real name.
    pub name: Option<String>,
    /// `subtype` is `bot_message`, or the message has a `bot_id` and no `user`.
    pub is_bot: bool,
}

/// The last edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// When.
    pub ts: SlackTs,
    /// By whom; not always the author.
    pub user: Option<SlackUserId>,
}

/// One emoji under a message and who put it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Slack's name, with the skin tone: `wave::skin-tone-3`.
    pub name: String,
    /// Who; cut at 50 in data from the API.
    pub users: Vec<SlackUserId>,
    /// How many, also where `users` is cut.
    pub count: u64,
}

/// A file as a message names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Slack's id; made up from message and position (`noid-0`) where the record has none.
    pub id: FileId,
    /// `name`, else `title`; none for tombstones.
    pub name: Option<String>,
    /// `title` where it differs from the name.
    pub title: Option<String>,
    /// Where the bytes are, if anywhere.
    pub mode: FileMode,
    /// `mimetype`.
    pub mimetype: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// `url_private_download`, else `url_private`. Holds a secret token: never shown or logged.
    pub url: Option<String>,
    /// `permalink`: a page for people, without a token.
    pub permalink: Option<String>,
}

/// `mode` and `file_access` of a file, as far as they matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileMode {
    /// Uploaded bytes.
    Hosted,
    /// A text snippet.
    Snippet,
    /// Lives elsewhere (Drive, Dropbox): the URL is a link.
    External,
    /// Deleted; nothing but the id is left.
    Tombstone,
    /// Hidden by the free plan.
    HiddenByLimit,
    /// A canvas, a post, an e-mail or a list.
    Document,
    /// The export says that it may not be read, or that it is gone.
    Denied,
    /// Something newer than this program.
    Other,
}

/// Fields that only some subtypes have.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// `topic` of `channel_topic`.
    pub topic: Option<String>,
    /// `purpose` of `channel_purpose`.
    pub purpose: Option<String>,
    /// `old_name` and `name` of `channel_name`.
    pub renamed: Option<(String, String)>,
    /// `icons.emoji` of a bot: its face, as `:robot_face:`.
    pub icon: Option<String>,
    /// `inviter` of joins.
    pub inviter: Option<SlackUserId>,
    /// `comment.comment` of `file_comment`.
    pub comment: Option<String>,
    /// `room` of huddles and calls.
    pub room: Option<Room>,
    /// `members` of an old `channel_archive`.
    pub members: Vec<SlackUserId>,
    /// `channel`, where the record names one.
    pub channel: Option<ConversationId>,
}

/// A huddle or call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Who began it.
    pub created_by: Option<SlackUserId>,
    /// Unix seconds.
    pub started: Option<i64>,
    /// Unix seconds; 0 or none while it goes on.
    pub ended: Option<i64>,
    /// Everyone who was in.
    pub participants: Vec<SlackUserId>,
}
