//! `spaces.jsonl`: the names of spaces, appended and synced beside the ledger. With it a lost
//! ledger can be rebuilt: everything else derives from the archive.

use super::Error;
use super::journal::{self, Journal, Points};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Line {
    /// A space was made for a conversation.
    Made {
        /// Slack's id of the conversation.
        conversation: String,
        /// Which space of a split conversation.
        part: u32,
        /// How often started over.
        generation: u32,
        /// `spaces/…`.
        space: String,
        /// The id that made it.
        request: String,
        /// The name that it got: another one may have been taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// When Google deletes it unless completed, as RFC 3339.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<String>,
        /// When, as RFC 3339.
        at: String,
    },
    /// A space is about to leave import mode: from here on it may have.
    Completing {
        /// `spaces/…`.
        space: String,
        /// Who ends it, and will own it.
        owner: String,
        /// What the last read-back found, as the ledger has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<String>,
        /// When, as RFC 3339.
        at: String,
    },
    /// A space whose completion was begun was looked at: it has not left import mode.
    Importing {
        /// `spaces/…`.
        space: String,
        /// When, as RFC 3339.
        at: String,
    },
    /// A space left import mode.
    Completed {
        /// `spaces/…`.
        space: String,
        /// Who ended it, and owns it now.
        owner: String,
        /// When, as RFC 3339.
        at: String,
    },
    /// The admin is about to leave a space that only the admin could complete: all who are to be
    /// added by now are in.
    Leaving {
        /// `spaces/…`.
        space: String,
        /// Who is in charge of it then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heir: Option<String>,
        /// When, as RFC 3339.
        at: String,
    },
    /// A space is given up: its conversation starts over.
    Abandoned {
        /// Slack's id of the conversation.
        conversation: String,
        /// Which space of a split conversation.
        part: u32,
        /// The generation that is given up.
        generation: u32,
        /// `spaces/…`; none where it was never named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        space: Option<String>,
        /// When, as RFC 3339.
        at: String,
    },
    /// A space in import mode is about to be deleted: from here on it may be.
    Deleting {
        /// `spaces/…`.
        space: String,
        /// When, as RFC 3339.
        at: String,
    },
    /// A space was deleted: its conversation starts over.
    Deleted {
        /// `spaces/…`.
        space: String,
        /// When, as RFC 3339.
        at: String,
    },
    /// Whatever was written here before is lost: spaces of before may exist.
    Lost {
        /// When that was noticed, as RFC 3339.
        at: String,
    },
}

/// Where a test makes the program die.
const POINTS: Points = ["space.noting", "space.written", "space.noted"];

/// The open file. A clone writes to the same.
#[derive(Debug, Clone)]
pub struct SpacesLog(Journal);

impl SpacesLog {
    /// Opens the file to append to; it must already exist with the right mode. What a crash left
    /// of a last line is cut off: nothing was done yet on its word.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self(Journal::open::<Line>(path, POINTS)?))
    }

    /// Appends a line and waits until it is on the disk. What can't be written whole leaves
    /// nothing behind.
    pub fn append(&self, line: &Line) -> Result<(), Error> {
        self.append_all(std::slice::from_ref(line))
    }

    /// Appends lines, all or none.
    pub fn append_all(&self, lines: &[Line]) -> Result<(), Error> {
        self.0.append(lines)
    }

    /// Returns what the file says.
    pub fn read(&self) -> Result<Vec<Line>, Error> {
        self.0.read()
    }
}

/// Returns the lines of the file; none where there is no file. A torn last line is no line.
pub fn read(path: &Path) -> Result<Vec<Line>, Error> {
    journal::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(at: &str) -> Line {
        Line::Lost { at: at.to_owned() }
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_the_next_one_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("spaces.jsonl");
        SpacesLog::open(&path).expect("new").append(&lost("1")).expect("room");
        let whole = std::fs::read(&path).expect("there");
        for cut in 0..=whole.len() {
            let text = [whole.as_slice(), &whole[..cut]].concat();
            std::fs::write(&path, &text).expect("room");
            let readable = if cut + 1 >= whole.len() { 2 } else { 1 };
            assert_eq!(read(&path).expect("tolerated").len(), readable, "cut at {cut}");
            SpacesLog::open(&path).expect("mended").append(&lost("2")).expect("room");
            assert_eq!(read(&path).expect("whole").len(), readable + 1, "cut at {cut}");
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("spaces.jsonl");
        std::fs::write(&path, "{\"what\":\"lost\",\"at\":\"1\"}\n{\"what\":\n{}\n").expect("room");
        assert!(matches!(read(&path), Err(Error::JournalLine { line: 2, .. })));
    }
}
