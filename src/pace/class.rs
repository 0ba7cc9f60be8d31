//! The classes of call that quotas tell apart, and the buckets that pay for each.

use serde::Serialize;

/// What a call does, as far as quotas tell calls apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// messages.create into a space in import mode.
    Post,
    /// messages.patch and messages.delete.
    Patch,
    /// reactions.create.
    Reaction,
    /// media.upload.
    Upload,
    /// members.create and members.delete.
    Member,
    /// spaces.create.
    Space,
    /// spaces.patch and spaces.delete.
    SpacePatch,
    /// completeImport.
    Complete,
    /// messages.list.
    Read,
    /// members.list.
    MemberRead,
    /// spaces.get.
    SpaceRead,
    /// Directory users.list.
    Directory,
    /// customEmojis.create; what stands in the place of a space is who makes it.
    Emoji,
    /// A token for one more person.
    Token,
}

/// A limit of the whole Cloud project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectBucket {
    /// messages.create, patch, delete.
    MessageWrites,
    /// messages.get, list.
    MessageReads,
    /// members.create, delete.
    MemberWrites,
    /// members.get, list.
    MemberReads,
    /// spaces.create, patch, delete.
    SpaceWrites,
    /// spaces.get.
    SpaceReads,
    /// media.upload.
    Uploads,
    /// reactions.create, delete.
    Reactions,
    /// Directory queries.
    Directory,
    /// customEmojis.create, delete.
    EmojiWrites,
    /// Tokens.
    Tokens,
}

/// A limit of one space, shared by every app in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceBucket {
    /// messages.create while importing.
    ImportPosts,
    /// reactions.create.
    Reactions,
    /// Every other write; a person's custom emoji too, which have the same limit.
    Writes,
    /// Every read.
    Reads,
}

impl ProjectBucket {
    /// Returns the bucket in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MessageWrites => "message writes",
            Self::MessageReads => "message reads",
            Self::MemberWrites => "members",
            Self::MemberReads => "member reads",
            Self::SpaceWrites => "space writes",
            Self::SpaceReads => "space reads",
            Self::Uploads => "uploads",
            Self::Reactions => "reactions",
            Self::Directory => "directory reads",
            Self::EmojiWrites => "custom emoji",
            Self::Tokens => "tokens",
        }
    }
}

impl SpaceBucket {
    /// Returns the bucket in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ImportPosts => "posts in a space",
            Self::Reactions => "reactions in a space",
            Self::Writes => "other writes in a space",
            Self::Reads => "reads in a space",
        }
    }
}

impl Class {
    /// Every class, in the order in which a forecast lists them.
    pub const ALL: [Self; 14] = [
        Self::Post,
        Self::Reaction,
        Self::Upload,
        Self::Member,
        Self::Space,
        Self::Complete,
        Self::Patch,
        Self::SpacePatch,
        Self::Read,
        Self::MemberRead,
        Self::SpaceRead,
        Self::Directory,
        Self::Emoji,
        Self::Token,
    ];

    /// Returns the project's bucket that pays for the call. completeImport is in none that is
    /// published; it is counted as a space write.
    pub const fn project(self) -> ProjectBucket {
        match self {
            Self::Post | Self::Patch => ProjectBucket::MessageWrites,
            Self::Reaction => ProjectBucket::Reactions,
            Self::Upload => ProjectBucket::Uploads,
            Self::Member => ProjectBucket::MemberWrites,
            Self::Space | Self::SpacePatch | Self::Complete => ProjectBucket::SpaceWrites,
            Self::Read => ProjectBucket::MessageReads,
            Self::MemberRead => ProjectBucket::MemberReads,
            Self::SpaceRead => ProjectBucket::SpaceReads,
            Self::Directory => ProjectBucket::Directory,
            Self::Emoji => ProjectBucket::EmojiWrites,
            Self::Token => ProjectBucket::Tokens,
        }
    }

    /// Returns the space's bucket that pays for the call, if one does.
    pub const fn space(self) -> Option<SpaceBucket> {
        match self {
            Self::Post => Some(SpaceBucket::ImportPosts),
            Self::Reaction => Some(SpaceBucket::Reactions),
            Self::Upload | Self::Patch | Self::SpacePatch | Self::Emoji => {
                Some(SpaceBucket::Writes)
            }
            Self::Read | Self::MemberRead | Self::SpaceRead => Some(SpaceBucket::Reads),
            Self::Member | Self::Space | Self::Complete | Self::Directory | Self::Token => None,
        }
    }

    /// Returns the class in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "posts",
            Self::Patch => "message changes",
            Self::Reaction => "reactions",
            Self::Upload => "uploads",
            Self::Member => "members",
            Self::Space => "spaces",
            Self::SpacePatch => "space changes",
            Self::Complete => "completions",
            Self::Read => "message reads",
            Self::MemberRead => "member reads",
            Self::SpaceRead => "space reads",
            Self::Directory => "directory reads",
            Self::Emoji => "custom emoji",
            Self::Token => "tokens",
        }
    }
}
