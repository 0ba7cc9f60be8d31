//! What a space owes, how long its way is at least, and how urgent that makes its calls.

use super::{Class, Quotas};
use serde::Serialize;
use std::time::Duration;

/// The calls that one space owes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Load {
    /// spaces.create.
    pub spaces: u64,
    /// Memberships as they were.
    pub past_members: u64,
    /// messages.create.
    pub posts: u64,
    /// reactions.create.
    pub reactions: u64,
    /// media.upload.
    pub uploads: u64,
    /// messages.patch, after the last post of any space.
    pub patches: u64,
    /// completeImport.
    pub completions: u64,
    /// Memberships as they are, added after completion.
    pub members: u64,
}

/// How urgent a space's calls are beside those of others; more is sooner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Urgency {
    /// Of its memberships.
    pub members: u64,
    /// Of all else.
    pub content: u64,
}

impl Urgency {
    /// Returns the urgency of a call.
    pub(super) const fn of(self, class: Class) -> u64 {
        match class {
            Class::Member => self.members,
            _ => self.content,
        }
    }
}

impl Load {
    /// Returns how many calls of a class the space owes.
    pub const fn calls(&self, class: Class) -> u64 {
        match class {
            Class::Post => self.posts,
            Class::Reaction => self.reactions,
            Class::Upload => self.uploads,
            Class::Member => self.past_members + self.members,
            Class::Space => self.spaces,
            Class::Complete => self.completions,
            Class::Patch => self.patches,
            Class::SpacePatch
            | Class::Read
            | Class::MemberRead
            | Class::SpaceRead
            | Class::Directory
            | Class::Emoji
            | Class::Token => 0,
        }
    }

    /// Takes calls off that were made; what isn't owed stays at none.
    pub const fn take(&mut self, class: Class, calls: u64) {
        let owed = match class {
            Class::Post => &mut self.posts,
            Class::Reaction => &mut self.reactions,
            Class::Upload => &mut self.uploads,
            Class::Member if self.past_members > 0 => &mut self.past_members,
            Class::Member => &mut self.members,
            Class::Space => &mut self.spaces,
            Class::Complete => &mut self.completions,
            Class::Patch => &mut self.patches,
            _ => return,
        };
        *owed = owed.saturating_sub(calls);
    }

    /// Returns what is owed before the last posts, as `run` pays it first.
    #[must_use]
    pub const fn before_links(self) -> Self {
        Self { patches: 0, completions: 0, members: 0, ..self }
    }

    /// Returns the least time for all of it, as if the space had the whole project for itself: phase
    /// after phase, and within the content the slowest class.
    pub fn path(&self, quotas: &Quotas) -> Duration {
        let spent = |calls, class| spend(calls, class, quotas);
        let people = spent(self.past_members, Class::Member) + spent(self.members, Class::Member);
        let patches = spent(self.patches, Class::Patch);
        let ends = spent(self.spaces, Class::Space) + spent(self.completions, Class::Complete);
        ends + people + self.content(quotas) + patches
    }

    /// Returns the least time for posts, uploads and reactions together.
    pub(super) fn content(&self, quotas: &Quotas) -> Duration {
        let content = [
            spend(self.posts, Class::Post, quotas),
            spend(self.uploads, Class::Upload, quotas),
            // No reaction before the first post.
            spend(self.reactions, Class::Reaction, quotas)
                + spend(self.posts.min(1), Class::Post, quotas),
        ];
        content.into_iter().max().unwrap_or_default()
    }
}

/// The least time for so many calls of a class in one space.
fn spend(calls: u64, class: Class, quotas: &Quotas) -> Duration {
    let (project, space) = quotas.of(class);
    let rate = space.map_or(project.rate(), |space| project.rate().min(space.rate()));
    seconds(calls as f64 / rate)
}

/// A duration, whatever the numbers: no plan takes longer than a thousand years.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_hours(8_766_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_phase_after_phase_and_the_slowest_class_counts() {
        let quotas = Quotas::google();
        let load =
            Load { spaces: 1, past_members: 10, posts: 100, reactions: 100, ..Load::default() };
        // 1 s for the space, 10 members at five a second, one post and 100 reactions at five.
        assert!((load.path(&quotas).as_secs_f64() - (1.0 + 2.0 + 0.1 + 20.0)).abs() < 1e-6);
    }

    #[test]
    fn what_was_made_is_owed_no_more() {
        let mut load = Load { past_members: 2, members: 3, posts: 1, ..Load::default() };
        for _ in 0..4 {
            load.take(Class::Member, 1);
            load.take(Class::Post, 1);
        }
        assert_eq!(load, Load { members: 1, ..Load::default() });
    }
}
