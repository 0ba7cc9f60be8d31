//! What reading one space back has found, in numbers.

use super::entry::{Entry, Mark, Marks};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many differences a verdict names; the certificate has them all.
const EXAMPLES: usize = 20;

/// Where the certificate is, and what it must hash to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The file's name in the folder of certificates.
    pub file: String,
    /// SHA-256 of everything above its last line, in hex.
    pub sha256: String,
}

/// What reading a lane back has found. Pairs are: planned, and found so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// When it was read, in RFC 3339.
    pub read: String,
    /// Read again after completion, when people may have gone on.
    pub completed: bool,
    /// Lines of the certificate by their mark.
    pub marks: Marks,
    /// Messages that are planned, further parts of split ones counted by themselves.
    pub planned: u64,
    /// Of those, messages that are there just as planned.
    pub as_planned: u64,
    /// Planned, sent and not there.
    pub missing: u64,
    /// There and not planned.
    pub extra: u64,
    /// There, but unlike planned: how many by what differs.
    pub different: BTreeMap<String, u64>,
    /// Calls before completion that were not made: refused, or waiting behind one refused.
    pub stuck: u64,
    /// Further parts of split messages.
    pub parts: (u64, u64),
    /// Replies in their threads.
    pub replies: (u64, u64),
    /// Threads.
    pub threads: (u64, u64),
    /// People who wrote.
    pub authors: (u64, u64),
    /// Reactions, counted by message and emoji.
    pub reactions: (u64, u64),
    /// People with a past membership.
    pub past_members: (u64, u64),
    /// Present members; only where it was read after completion.
    pub members: (u64, u64),
    /// createTimes of the first and the last planned message found.
    pub span: Option<(String, String)>,
    /// Messages that stand a microsecond or so later than those after them, because somebody
    /// else's message holds their time.
    pub moved: u64,
    /// Messages written since completion.
    pub since: u64,
    /// Messages whose author could not be checked: the account is known by an alias only.
    pub authors_unchecked: u64,
    /// Whether the space's own name could be read.
    pub name_read: bool,
    /// Some differences, as the certificate has them.
    pub examples: Vec<String>,
    /// The certificate; none where nobody keeps one.
    pub certificate: Option<Sealed>,
}

impl Verdict {
    /// Tells whether everything sent is there as planned, and nothing else.
    pub const fn clean(&self) -> bool {
        self.marks.wrong() + self.missing + self.extra == 0
    }

    /// Counts what a certificate's lines say.
    pub(super) fn note(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.marks.add(entry.mark);
            if entry.mark == Mark::Different {
                for code in codes(entry) {
                    *self.different.entry(code.to_owned()).or_default() += 1;
                }
            }
            let wrong = !matches!(entry.mark, Mark::Same | Mark::Unchecked);
            if wrong && self.examples.len() < EXAMPLES {
                self.examples.push(entry.example());
            }
        }
    }
}

/// The codes of what differs. An emoji's line begins with the emoji.
fn codes(entry: &Entry) -> impl Iterator<Item = &str> {
    let note = entry.note.rsplit(' ').next().unwrap_or_default();
    note.split(',').filter(|code| !code.is_empty())
}
