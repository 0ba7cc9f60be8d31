//! What must not be, seen from the server's side.

use super::ids::Id;
use super::shared::Shared;
use super::world::Space;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One breach of what must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule is broken.
    pub rule: &'static str,
    /// The space, by resource name.
    pub space: String,
    /// Where in it.
    pub place: String,
}

/// Looks at every space that is there.
pub(super) fn findings(shared: &Shared) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut twins = BTreeMap::new();
    for room in shared.world.all() {
        let space = room.lock();
        if space.deleted || space.foreign {
            continue;
        }
        check(&space, &mut all);
        let twin = (space.display_name.clone(), space.created, space.kind.word());
        if space.display_name.is_some()
            && let Some(first) = twins.insert(twin, space.id)
        {
            all.push(finding("duplicate-space", &space, format!("spaces/{first}")));
        }
    }
    all
}

fn finding(rule: &'static str, space: &Space, place: String) -> Finding {
    Finding { rule, space: format!("spaces/{}", space.id), place }
}

fn check(space: &Space, all: &mut Vec<Finding>) {
    if space.late_writes > 0 {
        all.push(finding("write-after-completion", space, space.late_writes.to_string()));
    }
    let (mut times, mut names) = (BTreeSet::new(), BTreeSet::new());
    let mut roots = HashMap::<Id, i64>::new();
    for message in &space.messages {
        if message.thread == message.id && !message.deleted {
            roots.insert(message.id, message.created);
        }
        if !times.insert(message.created) {
            all.push(finding("create-time-clash", space, message.id.to_string()));
        }
        let named = message.client_id.as_ref().filter(|_| !message.deleted);
        if named.is_some_and(|id| !names.insert(id)) {
            all.push(finding("duplicate-message", space, message.id.to_string()));
        }
    }
    for (id, thread) in &space.threads {
        roots.extend(space.messages.get(thread.root as usize).map(|root| (*id, root.created)));
    }
    for message in &space.messages {
        if !message.deleted
            && roots.get(&message.thread).is_some_and(|root| message.created < *root)
        {
            all.push(finding("reply-before-root", space, message.id.to_string()));
        }
    }
}
