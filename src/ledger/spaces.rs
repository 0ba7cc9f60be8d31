//! `spaces.jsonl`: the names of spaces, appended and synced beside the ledger. With it a lost
//! ledger can be rebuilt: everything else derives from the archive.

use super::Error;
use crate::crash::point;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

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

/// The open file. A clone writes to the same.
#[derive(Debug, Clone)]
pub struct SpacesLog {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

impl SpacesLog {
    /// Opens the file to append to; it must already exist with the right mode. What a crash left
    /// of a last line is cut off: nothing was done yet on its word.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let wrap = |error| Error::Io { path: path.to_owned(), error };
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).open(path).map_err(wrap)?;
        mend(&mut file).map_err(wrap)?;
        Ok(Self { path: path.to_owned(), file: Arc::new(Mutex::new(file)) })
    }

    /// Appends a line and waits until it is on the disk. What can't be written whole leaves
    /// nothing behind.
    pub fn append(&self, line: &Line) -> Result<(), Error> {
        self.append_all(std::slice::from_ref(line))
    }

    /// Appends lines, all or none.
    pub fn append_all(&self, lines: &[Line]) -> Result<(), Error> {
        let wrap = |error| Error::Io { path: self.path.clone(), error };
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line).map_err(|error| wrap(error.into()))?;
            text.push(b'\n');
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file.metadata().map_err(wrap)?.len();
        point("space.noting");
        let written = file.write_all(&text).and_then(|()| {
            point("space.written");
            file.sync_data()
        });
        point("space.noted");
        if written.is_err() {
            // Where even this fails, the next opening cuts it off.
            let _ = file.set_len(before);
        }
        written.map_err(|error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::Full,
            _ => wrap(error),
        })
    }

    /// Returns what the file says.
    pub fn read(&self) -> Result<Vec<Line>, Error> {
        read(&self.path)
    }
}

/// Returns the lines of the file; none where there is no file. A torn last line is no line.
pub fn read(path: &Path) -> Result<Vec<Line>, Error> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Unread { path: path.to_owned(), error }),
    };
    let mut lines = Vec::new();
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            Err(_) if !line.ends_with(b"\n") => {}
            Err(_) => return Err(Error::SpacesLine { path: path.to_owned(), line: index + 1 }),
        }
    }
    Ok(lines)
}

/// Makes the file end with a whole line.
fn mend(file: &mut File) -> std::io::Result<()> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut text)?;
    if text.is_empty() || text.ends_with(b"\n") {
        return Ok(());
    }
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if serde_json::from_slice::<Line>(&text[end..]).is_ok() {
        return file.write_all(b"\n");
    }
    file.set_len(end as u64)
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
        assert!(matches!(read(&path), Err(Error::SpacesLine { line: 2, .. })));
    }
}
