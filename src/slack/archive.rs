//! A zip or a folder behind one face: a list of entries, and the bytes of any one of them.
//!
//! Nothing is ever unpacked to disk, and a name from the archive never becomes a path. Clones
//! and threads share the file; each read has a place of its own.

mod folder;
mod guard;
mod names;
mod zipped;

use super::finding::Findings;
use super::window::Window;
use super::{Error, Options};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use zip::read::{OwnedZipFileEntry, ZipReadOptions};

/// At most so much is reserved on an entry's word; more is allocated as it really comes.
const RESERVED: u64 = 16 << 20;

/// One regular file of the archive.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its cleaned name: `/` between parts, no `.`, no `..`, not absolute.
    pub(super) name: String,
    /// Its unpacked size, as declared.
    pub(super) size: u64,
    at: At,
}

#[derive(Debug)]
enum At {
    Zip(Box<OwnedZipFileEntry>),
    Disk(PathBuf),
}

/// The opened archive.
#[derive(Debug)]
pub(super) struct Archive {
    /// Regular files in the order of their names, each name once.
    pub(super) entries: Vec<Entry>,
    /// None for a folder.
    zip: Option<Window>,
    entry_limit: u64,
}

/// Why the bytes of an entry can't be had; never holds any of them.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("encrypted")]
    Encrypted,
    #[error("more than its declared size of {0} bytes")]
    Lies(u64),
    #[error("more than the limit of {0} bytes")]
    Limit(u64),
    #[error("can't be unpacked: {0}")]
    Damaged(String),
}

impl Archive {
    /// Opens a zip file or a folder, whichever it is.
    pub(super) fn open(path: &Path, options: &Options, odd: &mut Findings) -> Result<Self, Error> {
        let meta = std::fs::metadata(path).map_err(|e| Error::io(path, e))?;
        let (entries, zip) = if meta.is_dir() {
            (folder::list(path, options, odd)?, None)
        } else {
            let file = File::open(path).map_err(|e| Error::io(path, e))?;
            let window = Window::new(file.into()).map_err(|e| Error::io(path, e))?;
            (zipped::list(path, &window, options, odd)?, Some(window))
        };
        Ok(Self { entries, zip, entry_limit: options.limits.entry_bytes })
    }

    /// Checks sizes and overlaps of the entries that will be read.
    pub(super) fn check(&self, wanted: &[u32], options: &Options) -> Result<(), Error> {
        guard::check(self, wanted, options)
    }

    /// Fills `into` with the bytes of an entry.
    pub(super) fn read(&self, entry: &Entry, into: &mut Vec<u8>) -> Result<(), ReadError> {
        into.clear();
        match (&entry.at, &self.zip) {
            (At::Disk(path), _) => {
                let file = File::open(path).map_err(|e| ReadError::Damaged(e.to_string()))?;
                self.drain(file, entry.size, into)?;
                Ok(())
            }
            (At::Zip(_), None) => Err(ReadError::Damaged("the archive is closed".to_owned())),
            (At::Zip(packed), Some(window)) => {
                let mut window = window.clone();
                let packed = packed.as_ref().as_ref();
                if packed.encrypted() {
                    return Err(ReadError::Encrypted);
                }
                let file = packed
                    .with_reader(&mut window, ZipReadOptions::new())
                    .map_err(|e| ReadError::Damaged(e.to_string()))?;
                let got = self.drain(file, entry.size, into)?;
                // A folder's file may grow or shrink; a zip's entry has no business to.
                if got == entry.size { Ok(()) } else { Err(ReadError::Lies(entry.size)) }
            }
        }
    }

    fn drain(&self, from: impl Read, size: u64, into: &mut Vec<u8>) -> Result<u64, ReadError> {
        into.reserve(size.min(RESERVED) as usize);
        let got = from
            .take(self.entry_limit + 1)
            .read_to_end(into)
            .map_err(|e| ReadError::Damaged(e.to_string()))? as u64;
        if got > self.entry_limit { Err(ReadError::Limit(self.entry_limit)) } else { Ok(got) }
    }
}
