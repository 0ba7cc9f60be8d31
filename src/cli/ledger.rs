//! The first minute of a ledger: opened where there is one, begun where there was none, and never
//! begun anew where one is gone.

use super::choices;
use crate::ledger::{Error, Ledger};
use crate::settings::WorkFolder;

/// Opens the ledger of a folder that was planned, with all that was chosen there.
pub(super) fn open(work: &WorkFolder) -> anyhow::Result<Ledger> {
    let ledger = Ledger::open(&work.ledger()).map_err(|error| gone(work, error))?;
    choices::opened(work, ledger)
}

/// Opens the ledger to look at it.
pub(super) fn look(work: &WorkFolder) -> Result<Ledger, Error> {
    Ledger::open_read_only(&work.ledger()).map_err(|error| gone(work, error))
}

/// Opens the ledger, or begins it in a folder that never had one.
pub(super) fn begin(work: &WorkFolder) -> anyhow::Result<Ledger> {
    let trace = work.trace();
    let path = work.ledger();
    let is_there = path.metadata().is_ok_and(|file| file.len() > 0);
    if let (false, Some(trace)) = (is_there, &trace) {
        return Err(Error::Lost { path, trace: trace.clone() }.into());
    }
    let ledger = Ledger::create(&work.prepare_ledger()?)?;
    match (ledger.owner()?, trace) {
        (None, Some(trace)) => Err(Error::Lost { path, trace }.into()),
        _ => choices::opened(work, ledger),
    }
}

fn gone(work: &WorkFolder, error: Error) -> Error {
    match (error, work.trace()) {
        (Error::Missing(path), Some(trace)) => Error::Lost { path, trace },
        (error, _) => error,
    }
}
