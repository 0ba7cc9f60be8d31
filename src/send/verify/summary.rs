//! The list of certificates: a line for each space, and a last line that a cut-off file lacks.

use super::certificate::unfinished;
use super::entry::{Mark, plain};
use super::{Came, Found, Inspection, Verdict};
use crate::ids::hex;
use crate::ledger::Lane;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// The list's file name.
pub(super) const FILE: &str = "all.tsv";
const COLUMNS: &str = "mark\tconversation\tname\tspace\tread\tplanned\tas_planned\tmissing\tunplanned\tdifferent\tnot_sent\tfile\tsha256\tnote\n";

/// Writes the list beside the certificates; says why it could not.
pub(super) async fn write(
    inspection: &Inspection,
    lanes: &[Lane],
    found: &Found,
) -> Result<(), String> {
    let Some(folder) = inspection.folder.clone() else { return Ok(()) };
    let text = list(inspection, lanes, found);
    let stored = tokio::task::spawn_blocking(move || store(&folder, &text)).await;
    let stored = stored.map_err(|error| error.to_string())?;
    stored.map_err(|error| format!("it can't be written: {error}"))
}

fn list(inspection: &Inspection, lanes: &[Lane], found: &Found) -> String {
    let head = &inspection.head;
    let mut text = format!(
        "# certificates\t1\n# chatferry\t{}\n# migration\t{}\n# realm\t{}\n# read\t{}\n{COLUMNS}",
        env!("CARGO_PKG_VERSION"),
        plain(&head.migration),
        plain(&head.realm),
        head.read
    );
    for lane in lanes {
        line(lane, found.get(&lane.id), &mut text);
    }
    let sha256 = hex(&Sha256::digest(text.as_bytes()));
    // Writing to a string does not fail.
    let _ = writeln!(text, "# end\t{} spaces\tsha256 {sha256}", lanes.len());
    text
}

fn line(lane: &Lane, came: Option<&Came>, to: &mut String) {
    let none = Verdict::default();
    let (verdict, mark, note) = match came {
        Some(Came::Read(verdict)) => (verdict, mark(verdict), ""),
        Some(Came::Kept(verdict)) => (verdict, mark(verdict), "complete"),
        Some(Came::Unread(why)) => (&none, Mark::Unchecked, why.as_str()),
        None => (&none, Mark::Unchecked, "stopped before it was read"),
    };
    let sealed = verdict.certificate.clone().unwrap_or_default();
    let sign = mark.sign();
    let conversation = plain(lane.slack.as_str());
    let space = plain(lane.space.as_deref().unwrap_or_default());
    let marks = verdict.marks;
    let _ = writeln!(
        to,
        "{sign}\t{conversation}\t{}\t{space}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
        plain(&lane.name),
        verdict.read,
        verdict.planned,
        verdict.as_planned,
        marks.missing,
        marks.unplanned,
        marks.different,
        marks.unchecked,
        plain(&sealed.file),
        sealed.sha256,
        plain(note)
    );
}

const fn mark(verdict: &Verdict) -> Mark {
    match () {
        () if !verdict.clean() => Mark::Different,
        () if verdict.stuck > 0 => Mark::Unchecked,
        () => Mark::Same,
    }
}

fn store(folder: &Path, text: &str) -> io::Result<()> {
    let mut file = unfinished(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(folder.join(FILE)).map_err(|error| error.error)?;
    Ok(())
}
