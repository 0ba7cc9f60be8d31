//! What was asked and answered: a bounded memory, a file on request, counts, and lints.

use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// One request, without its body and credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts from 1, in the order in which answers were ready.
    pub number: u64,
    /// The method's id, `token`, `directory.users.list` or `unknown`.
    pub method: &'static str,
    /// The HTTP method.
    pub verb: String,
    /// Path and query.
    pub target: String,
    /// Who asked: an address, `app`, or nothing.
    pub subject: String,
    /// The status answered; 0 when the answer was withheld.
    pub status: u16,
}

/// Something that the service swallows but a good client doesn't send.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lint {
    /// The method's id.
    pub method: &'static str,
    /// What kind of slip it is.
    pub rule: &'static str,
    /// The field or parameter.
    pub place: String,
}

/// How many requests there were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// By method and status; status 0 stands for withheld answers.
    pub calls: BTreeMap<String, BTreeMap<u16, u64>>,
}

impl Stats {
    /// Returns the number of all requests.
    pub fn total(&self) -> u64 {
        self.calls.values().flat_map(BTreeMap::values).sum()
    }

    /// Returns the number of a method's requests, whatever became of them.
    pub fn of(&self, method: &str) -> u64 {
        self.calls.get(method).map_or(0, |statuses| statuses.values().sum())
    }

    /// Returns the number of a method's requests that were answered with this status.
    pub fn with(&self, method: &str, status: u16) -> u64 {
        self.calls.get(method).and_then(|statuses| statuses.get(&status)).copied().unwrap_or(0)
    }
}

#[derive(Debug, Default)]
struct Pages {
    ring: VecDeque<Entry>,
    counts: BTreeMap<(&'static str, u16), u64>,
    number: u64,
}

/// The journal.
#[derive(Debug)]
pub(super) struct Journal {
    limit: usize,
    pages: Mutex<Pages>,
    lints: Mutex<BTreeMap<Lint, u64>>,
    file: Option<Mutex<File>>,
}

impl Journal {
    pub(super) fn open(limit: usize, record: Option<&Path>) -> io::Result<Self> {
        let file = record.map(File::create).transpose()?.map(Mutex::new);
        Ok(Self { limit, pages: Mutex::default(), lints: Mutex::default(), file })
    }

    /// Tells whether bodies are wanted.
    pub(super) fn records(&self) -> bool {
        self.file.is_some()
    }

    /// Notes a request. The closure makes the entry only where it is kept.
    pub(super) fn note(
        &self,
        method: &'static str,
        status: u16,
        entry: impl FnOnce(u64) -> Entry,
    ) -> u64 {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        *pages.counts.entry((method, status)).or_default() += 1;
        pages.number += 1;
        let number = pages.number;
        if self.limit > 0 {
            if pages.ring.len() == self.limit {
                pages.ring.pop_front();
            }
            pages.ring.push_back(entry(number));
        }
        number
    }

    /// Writes a request and its answer to the file. A full disk loses the record, not the answer.
    pub(super) fn record(&self, entry: &Entry, request: &[u8], answer: &[u8]) {
        let Some(file) = &self.file else {
            return;
        };
        let line =
            json!({ "request": entry, "body": readable(request), "answer": readable(answer) });
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(%error, "the journal file can't be written");
        }
    }

    pub(super) fn lint(&self, lint: Lint) {
        *self.lints.lock().unwrap_or_else(PoisonError::into_inner).entry(lint).or_default() += 1;
    }

    pub(super) fn lints(&self) -> Vec<Lint> {
        self.lints.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).ring.iter().cloned().collect()
    }

    pub(super) fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        for ((method, status), count) in
            &self.pages.lock().unwrap_or_else(PoisonError::into_inner).counts
        {
            stats.calls.entry((*method).to_owned()).or_default().insert(*status, *count);
        }
        stats
    }
}

/// Keeps JSON bodies of ordinary size; bytes of files are only measured.
fn readable(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if text.len() <= 1 << 16 => text.to_owned(),
        _ => format!("({} bytes)", body.len()),
    }
}
