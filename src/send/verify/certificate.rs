//! The file of one space: a line for each thing that was compared, written while pages stream in,
//! and a last line that a cut-off file lacks.

use super::entry::{Entry, plain};
use super::verdict::{Sealed, Verdict};
use crate::ids::{ConversationId, hex};
use crate::ledger::Lane;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The format's version; raised when a reader must change.
const FORMAT: u32 = 1;
/// How a file is called that is not whole yet.
const UNFINISHED: &str = ".unfinished-";
/// What the cells are.
const COLUMNS: &str = "mark\tthing\tconversation\tts\tpart\ttime\tname\tnote\n";

/// What a certificate's head says of the migration.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// The migration's name.
    pub(super) migration: String,
    /// `google`, or an emulator.
    pub(super) realm: String,
    /// When the reading began.
    pub(super) read: String,
}

/// A certificate in the making: under its name only once it is whole.
#[derive(Debug)]
pub(super) struct Certificate {
    conversation: ConversationId,
    /// None where nobody keeps certificates.
    file: Option<(BufWriter<NamedTempFile>, PathBuf)>,
    hash: Sha256,
    buffer: String,
}

impl Certificate {
    /// Begins the file of a lane.
    pub(super) fn begin(
        folder: Option<&Path>,
        lane: &Lane,
        head: &Head,
        completed: bool,
    ) -> io::Result<Self> {
        let path = folder.map(|folder| folder.join(file_name(lane, completed)));
        let file = match path {
            Some(path) => {
                let folder = path.parent().unwrap_or(Path::new("."));
                Some((BufWriter::new(unfinished(folder)?), path))
            }
            None => None,
        };
        let conversation = lane.slack.clone();
        let mut certificate =
            Self { conversation, file, hash: Sha256::new(), buffer: String::new() };
        certificate.head(lane, head, completed);
        certificate.flush()?;
        Ok(certificate)
    }

    fn head(&mut self, lane: &Lane, head: &Head, completed: bool) {
        let when = if completed { "after completion" } else { "before completion" };
        let space = lane.space.clone().unwrap_or_default();
        let part = format!("part {} generation {}", lane.part, lane.generation);
        let lines = [
            ("certificate", &FORMAT.to_string()),
            ("chatferry", &env!("CARGO_PKG_VERSION").to_owned()),
            ("migration", &head.migration),
            ("realm", &head.realm),
            ("conversation", &format!("{} {part}", lane.slack)),
            ("name", &lane.name),
            ("space", &space),
            ("read", &head.read),
            ("when", &when.to_owned()),
        ];
        for (what, value) in lines {
            // Writing to a string does not fail.
            let _ = writeln!(self.buffer, "# {what}\t{}", plain(value));
        }
        self.buffer.push_str(COLUMNS);
    }

    /// Adds lines.
    pub(super) fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        if self.file.is_none() {
            return Ok(());
        }
        for entry in entries {
            entry.line(&self.conversation, &mut self.buffer);
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some((file, _)) = &mut self.file {
            self.hash.update(self.buffer.as_bytes());
            file.write_all(self.buffer.as_bytes())?;
        }
        self.buffer.clear();
        Ok(())
    }

    /// Ends the file with its totals and puts it in place; none where nobody keeps it.
    pub(super) fn seal(mut self, verdict: &Verdict) -> io::Result<Option<Sealed>> {
        self.buffer.push_str(&sums(verdict));
        self.flush()?;
        let Some((mut file, path)) = self.file else { return Ok(None) };
        let sha256 = hex(&self.hash.finalize());
        let marks = verdict.marks;
        writeln!(
            file,
            "# end\t= {}\t- {}\t+ {}\t* {}\t! {}\tsha256 {sha256}",
            marks.same, marks.missing, marks.unplanned, marks.different, marks.unchecked
        )?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Some(Sealed { file: name, sha256 }))
    }
}

/// What was planned and what of it was found.
fn sums(verdict: &Verdict) -> String {
    let pairs = [
        ("messages", (verdict.planned, verdict.as_planned)),
        ("parts", verdict.parts),
        ("replies", verdict.replies),
        ("threads", verdict.threads),
        ("authors", verdict.authors),
        ("reactions", verdict.reactions),
        ("past members", verdict.past_members),
        ("members", verdict.members),
    ];
    let mut text = String::new();
    for (what, (planned, found)) in pairs {
        let _ = writeln!(text, "# {what}\tplanned {planned}\tfound {found}");
    }
    if let Some((first, last)) = &verdict.span {
        let _ = writeln!(text, "# span\tfirst {first}\tlast {last}");
    }
    if verdict.completed {
        let _ = writeln!(text, "# since completion\t{} messages", verdict.since);
    }
    text
}

/// Begins a file that gets its name only once it is whole. A new file of this kind is its owner's
/// alone.
pub(super) fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)
}

/// Takes away what a killed process left of its files.
pub(super) fn tidy(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// One name for each lane and kind of reading; a lane's own number makes it unique.
fn file_name(lane: &Lane, completed: bool) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let id: String = lane.slack.as_str().chars().take(60).map(safe).collect();
    let again = if completed { "-after-completion" } else { "" };
    format!("{}-{id}{again}.tsv", lane.id)
}
