//! Reads certificates as an auditor's script would: by their documentation.

use crate::rig::Rig;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The eight cells of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    pub(crate) mark: String,
    pub(crate) thing: String,
    pub(crate) conversation: String,
    pub(crate) ts: String,
    pub(crate) part: String,
    pub(crate) time: String,
    pub(crate) name: String,
    pub(crate) note: String,
}

/// A whole certificate.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) text: String,
    pub(crate) lines: Vec<Line>,
}

impl Certificate {
    /// Reads a file, and refuses one that is not whole.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a certificate");
        assert!(is_whole(&text), "{} is cut off or changed:\n{text}", path.display());
        let mut rows = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(
            rows.next(),
            Some("mark\tthing\tconversation\tts\tpart\ttime\tname\tnote"),
            "the heads of the columns"
        );
        let lines = rows.map(line).collect();
        Self { text, lines }
    }

    /// Returns the lines that are not as planned, as `mark thing ts note`, sorted.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let mut wrong: Vec<String> =
            self.lines.iter().filter(|line| line.mark != "=").map(short).collect();
        wrong.sort();
        wrong
    }

    /// Returns Google's name of the message at a ts.
    pub(crate) fn name(&self, ts: &str) -> String {
        let found = self.lines.iter().find(|line| line.ts == ts && line.thing == "message");
        found.unwrap_or_else(|| panic!("no message at {ts}")).name.clone()
    }
}

fn short(line: &Line) -> String {
    let who = if line.ts.is_empty() { &line.name } else { &line.ts };
    format!("{} {} {who} {}", line.mark, line.thing, line.note).trim_end().to_owned()
}

fn line(text: &str) -> Line {
    let cells: Vec<String> = text.split('\t').map(str::to_owned).collect();
    let [mark, thing, conversation, ts, part, time, name, note] =
        <[String; 8]>::try_from(cells).unwrap_or_else(|_| panic!("eight cells: {text}"));
    Line { mark, thing, conversation, ts, part, time, name, note }
}

/// The last line holds the hash of all above it.
pub(crate) fn is_whole(text: &str) -> bool {
    let Some(at) = text.rfind("# end\t") else { return false };
    let hash = Sha256::digest(&text.as_bytes()[..at]);
    let hash = hash.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    text[at..].ends_with(&format!("sha256 {hash}\n"))
}

/// Returns the folder of certificates.
pub(crate) fn folder(rig: &Rig) -> PathBuf {
    rig.work().join("reports/verify")
}

/// Returns the certificate of a conversation, by its Slack id.
pub(crate) fn of(rig: &Rig, conversation: &str) -> Certificate {
    let end = format!("-{conversation}.tsv");
    let mut files =
        fs::read_dir(folder(rig)).expect("the folder").map(|entry| entry.unwrap().path());
    let path = files.find(|path| path.to_string_lossy().ends_with(&end));
    Certificate::read(&path.unwrap_or_else(|| panic!("no certificate of {conversation}")))
}
