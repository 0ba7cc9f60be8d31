//! Which spaces may be deleted, by name, from ledger and `spaces.jsonl` alone: never by what a
//! space is called, and never one that was completed.

use crate::ids::{Account, ConversationId};
use crate::ledger::{Lane, LaneState, Told};
use crate::send::{Fatal, Run};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A space that may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// Its lane; none where it was left behind.
    pub lane: Option<i64>,
    /// How often its conversation was started over before.
    pub generation: u32,
    /// Slack's id of its conversation.
    pub conversation: ConversationId,
    /// The conversation's name: hostile.
    pub name: String,
    /// `spaces/…`.
    pub space: String,
    /// How many messages were sent into it.
    pub messages: u64,
    /// Who would have completed it.
    pub owner: Account,
    /// Its completion was begun: it may be open.
    pub begun: bool,
}

/// What there is to undo, and what is not.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// What may be deleted.
    pub doomed: Vec<Doomed>,
    /// Names of conversations that are open to people, or about to be.
    pub open: Vec<String>,
    /// Names of conversations whose space was asked for and never named.
    pub nameless: Vec<String>,
    /// Conversations of which another space may exist that nobody knows the name of.
    pub unknown: Vec<ConversationId>,
    /// Spaces in `spaces.jsonl` of conversations that this ledger does not know.
    pub foreign: u64,
}

/// Looks what could be undone; asks nobody.
pub async fn ahead(run: &Run, wave: Option<&Arc<BTreeSet<i64>>>) -> Result<Ahead, Fatal> {
    let told = Told::of(&run.spaces.read()?);
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    let mut ahead = Ahead::default();
    let is_meant = |lane: &&Lane| wave.is_none_or(|wave| wave.contains(&lane.id));
    for lane in lanes.iter().filter(is_meant) {
        match &lane.space {
            _ if lane.state >= LaneState::Completed => ahead.open.push(lane.name.clone()),
            Some(space) => ahead.doomed.push(of_lane(lane, space, &told, &run.admin)),
            None if lane.state == LaneState::Open => ahead.nameless.push(lane.name.clone()),
            None => {}
        }
    }
    let current: BTreeSet<&str> = lanes.iter().filter_map(|lane| lane.space.as_deref()).collect();
    for (conversation, space) in told.left_behind() {
        let lane = lanes.iter().filter(is_meant).find(|lane| lane.slack == *conversation);
        match (lane, space) {
            (Some(lane), Some(space)) if !current.contains(space) => {
                let left = of_lane(lane, space, &told, &run.admin);
                ahead.doomed.push(Doomed { lane: None, messages: 0, begun: false, ..left });
            }
            (Some(_), None) => ahead.unknown.push(conversation.clone()),
            _ => {}
        }
    }
    let known = |id: &ConversationId| lanes.iter().any(|lane| lane.slack == *id);
    ahead.foreign = told.conversations().filter(|id| !known(id)).count() as u64;
    Ok(ahead)
}

fn of_lane(lane: &Lane, space: &str, told: &Told, admin: &Account) -> Doomed {
    Doomed {
        lane: Some(lane.id),
        generation: lane.generation,
        conversation: lane.slack.clone(),
        name: lane.name.clone(),
        space: space.to_owned(),
        messages: lane.paid.posts,
        owner: lane.completer.clone().unwrap_or_else(|| admin.clone()),
        begun: told.may_have_ended(&lane.slack, lane.part),
    }
}
