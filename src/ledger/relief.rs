//! What the writer does while the disk is full: it keeps what it holds, says so, and tries again.
//! A run that ends meanwhile gives up its ballast and has one more try.

use crate::clock::Clock;
use crate::event::{Event, Monitor};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long the writer waits before it tries again.
const EVERY: Duration = Duration::from_secs(5);

/// How a run wants to be helped when the disk is full.
#[derive(Debug)]
pub struct Relief {
    clock: Arc<dyn Clock>,
    monitor: Arc<dyn Monitor>,
    stop: CancellationToken,
    ballast: PathBuf,
    runtime: Handle,
    /// When the disk was first found full; none while there is room.
    since: Option<Instant>,
    /// The run ends, the ballast is gone.
    last: bool,
}

impl Relief {
    /// Waits on `clock`, tells `monitor`; when `stop` is cancelled, the file `ballast` goes to make
    /// room. Wants a tokio runtime.
    pub fn new(
        clock: Arc<dyn Clock>,
        monitor: Arc<dyn Monitor>,
        stop: CancellationToken,
        ballast: PathBuf,
    ) -> Self {
        let runtime = Handle::current();
        Self { clock, monitor, stop, ballast, runtime, since: None, last: false }
    }

    /// Says that there is room again, if there was none.
    pub(super) fn written(&mut self) {
        if let Some(since) = self.since.take() {
            let after = self.clock.mono().saturating_duration_since(since);
            self.monitor.observe(&Event::Resumed { after });
        }
    }

    /// Waits until another try is worth it; false when there is to be none.
    pub(super) fn wait(&mut self, receipts: u64) -> bool {
        if self.last {
            return false;
        }
        self.since.get_or_insert_with(|| self.clock.mono());
        if !self.stop.is_cancelled() {
            self.monitor.observe(&Event::DiskFull { receipts });
            self.pause();
        }
        if self.stop.is_cancelled() {
            self.last = true;
            // Without it the try may still succeed.
            let _ = std::fs::remove_file(&self.ballast);
        }
        true
    }

    /// The waiting is done by the runtime: its clock may be a test's, and it may end meanwhile.
    fn pause(&self) {
        let (tell, told) = mpsc::channel();
        let (clock, stop) = (Arc::clone(&self.clock), self.stop.clone());
        self.runtime.spawn(async move {
            tokio::select! {
                () = clock.sleep(EVERY) => {}
                () = stop.cancelled() => {}
            }
            let _ = tell.send(());
        });
        if told.recv().is_err() {
            // The runtime is gone, and the run with it.
            self.stop.cancel();
        }
    }
}
