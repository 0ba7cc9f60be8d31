//! What must not be in a space: doubles, and what comes before it can.

use super::super::ids::Id;
use super::super::world::{Message, Space};
use super::{Finding, found, rules};
use std::collections::{HashMap, HashSet};

pub(super) fn check(space: &Space, all: &mut Vec<Finding>) {
    let mut there: Vec<_> = space.messages.iter().filter(|message| !message.deleted).collect();
    there.sort_by_key(|message| (message.created, message.id));
    let mut report = |rule, message: &Message| all.push(found(rule, space, message.id));
    let mut names = HashSet::new();
    let named = there.iter().any(|message| message.client_id.is_some());
    for message in &there {
        if named && message.client_id.is_none() {
            report(&rules::NAMELESS_MESSAGE, message);
        }
        if message.client_id.as_ref().is_some_and(|id| !names.insert(id)) {
            report(&rules::DUPLICATE_MESSAGE, message);
        }
        if message.created < space.created {
            report(&rules::MESSAGE_BEFORE_SPACE, message);
        }
        let reactions = message.extra.as_ref().map(|extra| extra.reactions.as_slice());
        let mut given = HashSet::new();
        if !reactions.unwrap_or_default().iter().all(|reaction| given.insert(reaction)) {
            report(&rules::DUPLICATE_REACTION, message);
        }
    }
    for pair in there.windows(2).filter(|pair| pair[0].created == pair[1].created) {
        report(&rules::CREATE_TIME_CLASH, pair[1]);
    }
    threads(space, &there, report);
}

fn threads(
    space: &Space,
    there: &[&Message],
    mut report: impl FnMut(&'static super::Rule, &Message),
) {
    let mut roots = HashMap::<Id, i64>::new();
    // A deleted root still holds its thread together.
    for message in space.messages.iter().filter(|message| message.thread == message.id) {
        roots.insert(message.id, message.created);
    }
    for (id, thread) in &space.threads {
        roots.extend(space.messages.get(thread.root as usize).map(|root| (*id, root.created)));
    }
    for message in there {
        match roots.get(&message.thread) {
            None => report(&rules::REPLY_WITHOUT_ROOT, message),
            Some(root) if message.created < *root => report(&rules::REPLY_BEFORE_ROOT, message),
            Some(_) => {}
        }
    }
}
