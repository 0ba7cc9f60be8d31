//! How a command that sends comes to its end: by itself, by a stop, or on a full disk.

use super::session::Session;
use super::words::counted;
use crate::ledger::{self, Writer};
use crate::send::Fatal;
use std::ops::Deref;
use tokio::runtime::Runtime;

/// A runtime that holds nobody up at its end: what a thread of its still does counts for nothing.
#[derive(Debug)]
pub(super) struct Tasks(Option<Runtime>);

impl Tasks {
    pub(super) fn of(runtime: Runtime) -> Self {
        Self(Some(runtime))
    }
}

impl Deref for Tasks {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        self.0.as_ref().unwrap_or_else(|| unreachable!("there until it is dropped"))
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Session<'_> {
    /// Waits for work that sends; none where it was stopped before its end.
    pub(super) async fn until_end<T>(
        &self,
        writer: Writer,
        work: impl Future<Output = Result<T, Fatal>>,
    ) -> Option<Result<T, Fatal>> {
        let ended = self.stop.unless_now(work).await;
        let lost = writer.unwritten();
        if lost > 0 {
            let receipts = counted(lost, "receipt", "receipts");
            self.watch.say(&format!(
                "The disk is full: {receipts} could not be written down. The next run asks Google \
                 for the same again and gets them back; nothing is sent twice."
            ));
        }
        if let Some(Ok(_)) = &ended {
            // Only a copy of the folder without the log would miss it.
            let _ = writer.run(|ledger| ledger.secure()).await;
        }
        match ended {
            // Stopped at once, or with a disk that was full to the end: what was under way is owed.
            None | Some(Err(Fatal::Ledger(ledger::Error::Full))) => None,
            ended => ended,
        }
    }
}
