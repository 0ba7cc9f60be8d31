//! `spaces.jsonl`: the names of spaces, appended and synced beside the ledger. With it a lost
//! ledger can be rebuilt: everything else derives from the archive.

use super::Error;
use crate::crash::point;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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
}

/// The open file.
#[derive(Debug)]
pub struct SpacesLog {
    path: PathBuf,
    file: Mutex<File>,
}

impl SpacesLog {
    /// Opens the file to append to; it must already exist with the right mode.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let wrap = |error| Error::Io { path: path.to_owned(), error };
        let file = OpenOptions::new().append(true).create(true).open(path).map_err(wrap)?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Appends a line and waits until it is on the disk.
    pub fn append(&self, line: &Line) -> Result<(), Error> {
        let wrap = |error| Error::Io { path: self.path.clone(), error };
        let mut text = serde_json::to_vec(line).map_err(|error| wrap(error.into()))?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        point("space.noting");
        file.write_all(&text).map_err(wrap)?;
        point("space.written");
        file.sync_data().map_err(wrap)?;
        point("space.noted");
        Ok(())
    }
}
