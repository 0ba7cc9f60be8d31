//! What can go wrong with a ledger.

use std::path::PathBuf;

/// A ledger that can't be used, or that does not say what it must.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none where one is needed.
    #[error("there is no ledger at {0}")]
    Missing(PathBuf),
    /// There was one, and it is gone.
    #[error("there is no ledger at {path} any more, though {trace} shows that there was one")]
    Lost {
        /// Where it was.
        path: PathBuf,
        /// What shows it.
        trace: String,
    },
    /// It is no database, or one that is broken.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// A newer program wrote it.
    #[error("the ledger has schema version {have}; this program knows versions up to {known}")]
    Newer {
        /// The version found.
        have: usize,
        /// The newest version known.
        known: usize,
    },
    /// It belongs to something else.
    #[error("this ledger is for {what} {ledger}, but now {what} is {now}")]
    Stranger {
        /// What differs: `migration`, `customer`, `realm`, `admin`, `workspace`.
        what: &'static str,
        /// The ledger's value.
        ledger: String,
        /// The value at hand.
        now: String,
    },
    /// A write changed another number of rows than it must. Nothing was written.
    #[error("the ledger is not as expected: {0}")]
    Broken(String),
    /// The disk is full.
    #[error("the disk is full: nothing more can be recorded")]
    Full,
    /// SQLite's own complaint.
    #[error("the ledger can't be read or written: {0}")]
    Sqlite(rusqlite::Error),
    /// A file beside the ledger can't be written.
    #[error("{path} can't be written: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// The system's complaint.
        error: std::io::Error,
    },
    /// A file beside the ledger can't be read.
    #[error("{path} can't be read: {error}")]
    Unread {
        /// Which file.
        path: PathBuf,
        /// The system's complaint.
        error: std::io::Error,
    },
    /// A line of a journal beside the ledger makes no sense.
    #[error("{path}, line {line}, is broken")]
    JournalLine {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The thread that writes the ledger is gone.
    #[error("the ledger was closed")]
    Closed,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            // The file that connections share can't grow.
            _ if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Sqlite(error),
        }
    }
}
