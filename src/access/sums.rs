//! What the sights of many spaces come to.

use super::{Fate, Sight};
use std::collections::BTreeMap;

/// What many spaces come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Spaces.
    pub spaces: u64,
    /// Spaces in which everybody sees what they saw.
    pub same: u64,
    /// Members in Slack, over all conversations.
    pub could: u64,
    /// Members in Chat.
    pub will: u64,
    /// Members who will be missing, by why.
    pub missing: BTreeMap<String, u64>,
    /// Members who become managers beside the owner.
    pub managers: u64,
    /// Public channels: who was not in does not see them any more.
    pub public: u64,
    /// People who were deactivated in Slack.
    pub deactivated: u64,
    /// People from outside who will be invited.
    pub invited: u64,
    /// Spaces that a group is let into.
    pub groups: u64,
    /// Members who are in by a group.
    pub by_group: u64,
    /// People who were no members, could read it, and come in by a group.
    pub join_by_group: u64,
    /// Spaces that an audience may find.
    pub discoverable: u64,
    /// Members whose account another Slack identity has that was not in.
    pub merged: u64,
    /// Spaces that only the admin can complete.
    pub admin: u64,
    /// People who would see what they could not in Slack.
    pub new: u64,
}

impl Sums {
    /// Adds a space.
    pub fn add(&mut self, sight: &Sight) {
        self.spaces += 1;
        self.groups += u64::from(sight.group.is_some());
        self.discoverable += u64::from(sight.audience.is_some());
        self.public += u64::from(sight.was_public() && sight.audience.is_none());
        self.same += u64::from(sight.changed().next().is_none());
        for seat in &sight.seats {
            self.could += u64::from(seat.fate.could());
            self.will += u64::from(seat.fate.will());
            self.merged += u64::from(!seat.also.is_empty());
            match &seat.fate {
                Fate::Missing(why) => *self.missing.entry(why.clone()).or_default() += 1,
                Fate::Deactivated => self.deactivated += 1,
                Fate::Manager => self.managers += 1,
                Fate::Invited => self.invited += 1,
                Fate::ByGroup => self.by_group += 1,
                Fate::JoinsByGroup => self.join_by_group += 1,
                Fate::Admin => self.admin += 1,
                Fate::New | Fate::Against => self.new += 1,
                Fate::Owner | Fate::Member | Fate::Same | Fate::App => {}
            }
        }
    }
}
