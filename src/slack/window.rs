//! A file as a seekable reader that threads can share: `read_at` under a small window.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Big enough for a run of central directory records, small enough to make one for each entry.
const WINDOW: usize = 16 << 10;

/// One reader's place in a shared file. Clones share the file, not the place.
#[derive(Debug)]
pub(super) struct Window {
    file: Arc<File>,
    len: u64,
    pos: u64,
    start: u64,
    held: Vec<u8>,
}

impl Window {
    pub(super) fn new(file: Arc<File>) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { file, len, pos: 0, start: 0, held: Vec::new() })
    }

    /// Reads at a place without going there, past the window.
    pub(super) fn peek(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, at)
    }

    fn fill(&mut self) -> io::Result<()> {
        self.held.resize(WINDOW, 0);
        self.start = self.pos;
        let got = self.file.read_at(&mut self.held, self.pos);
        self.held.truncate(*got.as_ref().unwrap_or(&0));
        got.map(drop)
    }

    /// Returns what the window holds from the current place on.
    fn ahead(&self) -> &[u8] {
        let skip = self.pos.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        skip.and_then(|skip| self.held.get(skip..)).unwrap_or_default()
    }
}

impl Clone for Window {
    fn clone(&self) -> Self {
        Self { file: Arc::clone(&self.file), len: self.len, pos: 0, start: 0, held: Vec::new() }
    }
}

impl Read for Window {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ahead().is_empty() {
            if into.len() >= WINDOW {
                let got = self.file.read_at(into, self.pos)?;
                self.pos += got as u64;
                return Ok(got);
            }
            self.fill()?;
        }
        let ahead = self.ahead();
        let count = ahead.len().min(into.len());
        into[..count].copy_from_slice(&ahead[..count]);
        self.pos += count as u64;
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.pos, by),
            SeekFrom::End(by) => (self.len, by),
        };
        self.pos = base
            .checked_add_signed(by)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.pos)
    }
}
