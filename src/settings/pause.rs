//! A pause, asked for from another terminal: a file in the work folder, which outlives any process.

use super::work::{WorkError, WorkFolder};
use crate::ids::{Micros, rfc3339};
use jiff::Timestamp;
use std::io::ErrorKind;
use std::time::Duration;

/// The file's name; while it is there, nothing is begun.
pub const PAUSED: &str = "paused";

/// Since when nothing is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paused {
    /// Since then.
    Since(Micros),
    /// The file does not say.
    Somehow,
}

impl WorkFolder {
    /// Asks whatever sends from this folder to begin nothing more; tells since when it does.
    pub fn pause(&self, now: Micros) -> Result<Paused, WorkError> {
        if let Some(already) = self.paused() {
            return Ok(already);
        }
        self.write(PAUSED, format!("{}\n", rfc3339(now)).as_bytes())?;
        Ok(Paused::Since(now))
    }

    /// Takes the pause back; tells for how long it lasted, if there was one.
    pub fn unpause(&self, now: Micros) -> Result<Option<Duration>, WorkError> {
        let Some(paused) = self.paused() else { return Ok(None) };
        let path = self.path(PAUSED);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(WorkError::Io { path, source })
            }
            _ => Ok(Some(match paused {
                Paused::Since(since) => {
                    Duration::from_micros(now.saturating_sub(since).max(0).unsigned_abs())
                }
                Paused::Somehow => Duration::ZERO,
            })),
        }
    }

    /// Tells whether nothing is to be begun. A file that can't be read is a pause all the same:
    /// somebody put it there.
    pub fn paused(&self) -> Option<Paused> {
        match std::fs::read_to_string(self.path(PAUSED)) {
            Ok(text) => Some(
                text.trim()
                    .parse::<Timestamp>()
                    .map_or(Paused::Somehow, |at| Paused::Since(at.as_microsecond())),
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(_) => Some(Paused::Somehow),
        }
    }
}
