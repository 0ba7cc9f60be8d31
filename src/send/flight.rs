//! Steps on their way: each is performed as a future of its own, and lands with what is needed to
//! go on.

use super::park::Waiting;
use super::perform::{Performed, perform};
use super::{Fatal, Run};
use crate::ledger::Names;
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// What is needed of a step once it has landed.
pub(super) struct Landed {
    pub(super) queue: usize,
    pub(super) id: i64,
    pub(super) names: Names,
    pub(super) times: u8,
    pub(super) result: Result<Performed, Fatal>,
}

/// A step on its way.
pub(super) type Flight = BoxFuture<'static, Landed>;

/// Sends a step on its way.
pub(super) fn fly(run: Arc<Run>, space: Option<Arc<str>>, waiting: Waiting) -> Flight {
    Box::pin(async move {
        let last = waiting.is_last();
        let Waiting { queue, step, names, times } = waiting;
        let id = step.id;
        let result = perform(&run, space.as_deref(), step, &names, last).await;
        Landed { queue, id, names, times, result }
    })
}
