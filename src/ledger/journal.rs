//! Files beside the ledger that are only ever appended to: a line of JSON each, on the disk before
//! anything is done on its word.

use super::Error;
use crate::crash::point;
use serde::{Serialize, de::DeserializeOwned};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The names of the places at which a test makes the program die: before a line, after it was
/// written, and after it is on the disk.
pub(super) type Points = [&'static str; 3];

/// The open file. A clone writes to the same.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    path: PathBuf,
    file: Arc<Mutex<File>>,
    points: Points,
}

impl Journal {
    /// Opens the file to append to; it must already exist with the right mode. What a crash left
    /// of a last line is cut off: nothing was done yet on its word.
    pub(super) fn open<L: DeserializeOwned>(path: &Path, points: Points) -> Result<Self, Error> {
        let wrap = |error| Error::Io { path: path.to_owned(), error };
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).open(path).map_err(wrap)?;
        mend::<L>(&mut file).map_err(wrap)?;
        Ok(Self { path: path.to_owned(), file: Arc::new(Mutex::new(file)), points })
    }

    /// Appends lines, all or none, and waits until they are on the disk.
    pub(super) fn append<L: Serialize>(&self, lines: &[L]) -> Result<(), Error> {
        let wrap = |error| Error::Io { path: self.path.clone(), error };
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line).map_err(|error| wrap(error.into()))?;
            text.push(b'\n');
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file.metadata().map_err(wrap)?.len();
        let [noting, noted, synced] = self.points;
        point(noting);
        let written = file.write_all(&text).and_then(|()| {
            point(noted);
            file.sync_data()
        });
        point(synced);
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
    pub(super) fn read<L: DeserializeOwned>(&self) -> Result<Vec<L>, Error> {
        read(&self.path)
    }
}

/// Returns the lines of a file; none where there is no file. A torn last line is no line.
pub(super) fn read<L: DeserializeOwned>(path: &Path) -> Result<Vec<L>, Error> {
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
            Err(_) => return Err(Error::JournalLine { path: path.to_owned(), line: index + 1 }),
        }
    }
    Ok(lines)
}

/// Makes the file end with a whole line.
fn mend<L: DeserializeOwned>(file: &mut File) -> std::io::Result<()> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut text)?;
    if text.is_empty() || text.ends_with(b"\n") {
        return Ok(());
    }
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if serde_json::from_slice::<L>(&text[end..]).is_ok() {
        return file.write_all(b"\n");
    }
    file.set_len(end as u64)
}
