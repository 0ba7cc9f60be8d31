//! The archives that a migration draws on.

use super::Error;
use crate::ledger::{LaneState, Ledger};
use crate::slack::Export;
use std::path::PathBuf;

/// Notes the archives; returns the ledger's number of each.
pub(super) fn note(
    ledger: &mut Ledger,
    paths: &[PathBuf],
    exports: &[Export],
) -> Result<Vec<i64>, Error> {
    let mut sources = Vec::with_capacity(exports.len());
    for (path, export) in paths.iter().zip(exports) {
        let path = path.display().to_string();
        let (name, print) = (export.source_name(), export.fingerprint());
        sources.push(ledger.add_source(&path, name, &print, export.entry_prints())?);
    }
    Ok(sources)
}

/// A second archive is merged while nothing is sent; later its messages would be left out unseen.
pub(super) fn refuse_late(ledger: &Ledger, exports: &[Export]) -> Result<(), Error> {
    let known = ledger.sources()?;
    let begun = ledger.lanes()?.iter().any(|lane| lane.state > LaneState::Staged);
    let is_known = |export: &&Export| known.iter().any(|(.., hash)| *hash == export.fingerprint());
    match exports.iter().find(|export| begun && !is_known(export)) {
        Some(late) => Err(Error::LateArchive(late.source_name().to_owned())),
        None => Ok(()),
    }
}
