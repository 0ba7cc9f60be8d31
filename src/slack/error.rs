//! Why an archive can't be read at all, and what to do instead.

use std::path::{Path, PathBuf};

/// An archive that can't be taken. `Display` says what is wrong; [`Error::hint`] what to do.
///
/// Names of entries come from whoever packed the archive: they are shown quoted and escaped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path can't be read.
    #[error("{path:?} can't be read: {source}")]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The file is neither a zip nor a folder.
    #[error("{path:?} is {what}, not a zip archive and not a folder")]
    NotAnArchive {
        /// The given path.
        path: PathBuf,
        /// What it looks like.
        what: &'static str,
    },
    /// The zip's directory can't be read.
    #[error("{path:?} is a damaged or incomplete zip archive: {reason}")]
    Damaged {
        /// The given path.
        path: PathBuf,
        /// What the zip reader says.
        reason: String,
    },
    /// Nothing in it looks like a Slack export.
    #[error(
        "{path:?} is no Slack export: no channels.json, groups.json, dms.json or mpims.json in it"
    )]
    NotAnExport {
        /// The given path.
        path: PathBuf,
    },
    /// It is Slack data in a form that is not read.
    #[error("{path:?} is {}", foreign.what())]
    Foreign {
        /// The given path.
        path: PathBuf,
        /// The recognised form.
        foreign: Foreign,
    },
    /// Two exports lie side by side.
    #[error("there is more than one export in it, for example {first:?} and {second:?}")]
    SeveralExports {
        /// One folder that holds the root files of an export.
        first: String,
        /// Another one.
        second: String,
    },
    /// Entries of one name.
    #[error("{count} entry names occur more than once, for example {entry:?}")]
    DuplicateEntries {
        /// The first such name.
        entry: String,
        /// How many names.
        count: u64,
    },
    /// Entries that share bytes, as zip bombs do.
    #[error("the entries {first:?} and {second:?} overlap: this archive was made to deceive")]
    Overlap {
        /// The entry that begins first.
        first: String,
        /// The entry that begins inside it.
        second: String,
    },
    /// More than the limits allow.
    #[error("{place:?} is too big: {what} is {found}, the limit is {limit}")]
    Limit {
        /// The entry, or the archive.
        place: String,
        /// What was measured.
        what: &'static str,
        /// The measure.
        found: u64,
        /// What is allowed.
        limit: u64,
    },
    /// A list that everything else depends on can't be read.
    #[error("the entry {entry:?} can't be read: {reason}")]
    RootFile {
        /// The entry's name.
        entry: String,
        /// What is wrong, without its text.
        reason: String,
    },
}

/// Forms of Slack data that are recognised and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// An org-wide export.
    Grid,
    /// A single user's export as text files.
    SingleUserText,
    /// slackdump's chunk files.
    SlackdumpChunks,
    /// slackdump's database.
    SlackdumpDatabase,
    /// slackdump's dump of single conversations.
    SlackdumpDump,
}

impl Foreign {
    fn what(self) -> &'static str {
        match self {
            Self::Grid => "an Enterprise Grid export of a whole organisation",
            Self::SingleUserText => "a single user's export as text files",
            Self::SlackdumpChunks => "a slackdump archive of chunk files (*.json.gz)",
            Self::SlackdumpDatabase => "a slackdump database (slackdump.sqlite)",
            Self::SlackdumpDump => "a slackdump dump of single conversations",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Grid => {
                "Org-wide exports are not read yet. Export one workspace by itself, or unpack \
                 the archive and give one folder under teams/."
            }
            Self::SingleUserText => {
                "Ask Slack for the export as JSON, or have an owner export the workspace."
            }
            Self::SlackdumpChunks | Self::SlackdumpDatabase | Self::SlackdumpDump => {
                "Convert it to the export layout: slackdump convert -f export -o export.zip SOURCE"
            }
        }
    }
}

impl Error {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "Check the path and that you may read it.",
            Self::NotAnArchive { .. } | Self::NotAnExport { .. } => {
                "Give the zip as Slack delivered it (\"<Workspace> Slack export <dates>.zip\"), \
                 or the folder it was unpacked into: the one that holds channels.json."
            }
            Self::Damaged { .. } => {
                "Download it again and compare the size: a broken download lacks its end."
            }
            Self::Foreign { foreign, .. } => foreign.hint(),
            Self::SeveralExports { .. } => {
                "Unpack it and give one export at a time: the folder that holds its channels.json."
            }
            Self::DuplicateEntries { .. } => {
                "Get the zip from Slack again. If you know why it is so, allow duplicate entries: \
                 then the last of each name counts."
            }
            Self::Overlap { .. } => "Don't use it; get the zip from Slack again.",
            Self::Limit { .. } => {
                "No export that we know of comes near this limit. Get the zip from Slack again; \
                 if it is genuine, raise the limit."
            }
            Self::RootFile { .. } => {
                "Without this list nobody can tell who may see what. Get the export again, or \
                 repair the file in an unpacked copy and give that folder."
            }
        }
    }

    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}
