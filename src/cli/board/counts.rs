//! Calls by kind, counted from many threads without a lock.

use crate::draft::StepKind;
use crate::event::Calls;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Calls, counted from many threads.
#[derive(Debug, Default)]
pub(super) struct Counts {
    posts: AtomicU64,
    reactions: AtomicU64,
    others: AtomicU64,
}

impl Counts {
    pub(super) fn add(&self, kind: StepKind) {
        let mut one = Calls::default();
        one.add(kind);
        self.posts.fetch_add(one.posts, Relaxed);
        self.reactions.fetch_add(one.reactions, Relaxed);
        self.others.fetch_add(one.others, Relaxed);
    }

    pub(super) fn set(&self, calls: Calls) {
        self.posts.store(calls.posts, Relaxed);
        self.reactions.store(calls.reactions, Relaxed);
        self.others.store(calls.others, Relaxed);
    }

    pub(super) fn get(&self) -> Calls {
        let (posts, reactions, others) =
            (self.posts.load(Relaxed), self.reactions.load(Relaxed), self.others.load(Relaxed));
        Calls { posts, reactions, others }
    }
}
