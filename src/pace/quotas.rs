//! What Google allows, as numbers with their sources.

use super::{Class, ProjectBucket, SpaceBucket};
use serde::Serialize;
use std::time::Duration;

/// Where Google publishes its limits; the numbers below are those of 2026-05-01.
const LIMITS_PAGE: &str = "https://developers.google.com/workspace/chat/limits";
/// Where the Directory's limit stands.
const DIRECTORY_PAGE: &str = "https://developers.google.com/workspace/admin/directory/v1/limits";
/// Nobody publishes a limit; counted as the nearest published bucket.
const ASSUMED: &str = "assumed: not published";

/// So many calls in any stretch of time so long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limit {
    /// How many calls; not whole once scaled.
    pub calls: f64,
    /// In how long.
    pub window: Duration,
    /// Where the number comes from.
    pub source: &'static str,
}

impl Limit {
    const fn per_minute(calls: f64, source: &'static str) -> Self {
        Self { calls, window: Duration::from_mins(1), source }
    }

    const fn per_second(calls: f64) -> Self {
        Self { calls, window: Duration::from_secs(1), source: LIMITS_PAGE }
    }

    /// Returns calls per second.
    pub fn rate(&self) -> f64 {
        self.calls / self.window.as_secs_f64()
    }
}

/// Every limit that a run keeps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quotas {
    /// The share of each limit that is left unused: half of it evens out the timer's grain, half
    /// is for the jitter of the network.
    pub headroom: f64,
    factor: f64,
    /// Fewer members a minute than Google allows.
    members: Option<f64>,
    /// Fewer message writes a minute than Google allows.
    messages: Option<f64>,
    /// The share of each of the project's limits that is ours; spaces are nobody else's.
    share: f64,
}

impl Quotas {
    /// Returns Google's published limits, 2 % of them left unused.
    pub const fn google() -> Self {
        Self { headroom: 0.02, factor: 1.0, members: None, messages: None, share: 1.0 }
    }

    /// Returns the same limits with another headroom, kept within 0.001 to 0.9: with none at all
    /// no timer is exact enough to stay below a limit.
    #[must_use]
    pub fn with_headroom(self, headroom: f64) -> Self {
        Self {
            headroom: if headroom.is_finite() { headroom.clamp(0.001, 0.9) } else { 0.02 },
            ..self
        }
    }

    /// Returns the same limits, but for members: no more of them in a minute than that.
    #[must_use]
    pub fn with_members(self, per_minute: u32) -> Self {
        Self { members: Some(f64::from(per_minute.max(1))), ..self }
    }

    /// Returns the same limits, but for message writes: no more of them in a minute than that.
    #[must_use]
    pub fn with_messages(self, per_minute: f64) -> Self {
        Self { messages: Some(per_minute).filter(|most| *most > 0.0), ..self }
    }

    /// Returns that share of each of the project's limits; those of a space stay.
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        let share = if share.is_finite() { share.clamp(0.001, 1.0) } else { 1.0 };
        Self { share, ..self }
    }

    /// Returns the limits without what the admin wants to be less.
    #[must_use]
    pub fn documented(self) -> Self {
        Self { members: None, messages: None, share: 1.0, ..self }
    }

    /// Returns limits so many times as high; the windows stay as they are.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let sane = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        Self { factor: self.factor * sane, ..self }
    }

    /// Returns a project limit.
    pub fn project(&self, bucket: ProjectBucket) -> Limit {
        let limit = match bucket {
            ProjectBucket::MessageWrites => {
                let most = 3_000.0;
                Limit::per_minute(self.messages.map_or(most, |fewer| most.min(fewer)), LIMITS_PAGE)
            }
            ProjectBucket::MessageReads
            | ProjectBucket::MemberReads
            | ProjectBucket::SpaceReads => Limit::per_minute(3_000.0, LIMITS_PAGE),
            ProjectBucket::Uploads | ProjectBucket::Reactions | ProjectBucket::EmojiWrites => {
                Limit::per_minute(600.0, LIMITS_PAGE)
            }
            ProjectBucket::MemberWrites => {
                let most = 300.0;
                Limit::per_minute(self.members.map_or(most, |fewer| most.min(fewer)), LIMITS_PAGE)
            }
            ProjectBucket::SpaceWrites => Limit::per_minute(60.0, LIMITS_PAGE),
            ProjectBucket::Directory => Limit::per_minute(2_400.0, DIRECTORY_PAGE),
            // Nobody else has need of our tokens.
            ProjectBucket::Tokens => {
                return self.raise(Limit { source: ASSUMED, ..Limit::per_second(5.0) });
            }
        };
        self.raise(Limit { calls: limit.calls * self.share, ..limit })
    }

    /// Returns a limit of each space.
    pub fn space(&self, bucket: SpaceBucket) -> Limit {
        self.raise(Limit::per_second(match bucket {
            SpaceBucket::ImportPosts => 10.0,
            SpaceBucket::Reactions => 5.0,
            SpaceBucket::Writes => 1.0,
            SpaceBucket::Reads => 15.0,
        }))
    }

    /// Returns the limits that a class meets, with the source of its place among them.
    pub fn of(&self, class: Class) -> (Limit, Option<Limit>) {
        let mut project = self.project(class.project());
        if class == Class::Complete {
            project.source = ASSUMED;
        }
        (project, class.space().map(|bucket| self.space(bucket)))
    }

    /// Returns how often it is worth asking which space comes next: as often as one can be made.
    pub fn look(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.project(ProjectBucket::SpaceWrites).rate())
    }

    fn raise(&self, limit: Limit) -> Limit {
        Limit { calls: limit.calls * self.factor, ..limit }
    }
}

impl Default for Quotas {
    fn default() -> Self {
        Self::google()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers_are_the_published_numbers() {
        let quotas = Quotas::google();
        let row = |class: Class| {
            let (project, space) = quotas.of(class);
            (project.calls as u32, space.map(|limit| limit.calls as u32))
        };
        assert_eq!(row(Class::Post), (3_000, Some(10)));
        assert_eq!(row(Class::Reaction), (600, Some(5)));
        assert_eq!(row(Class::Upload), (600, Some(1)));
        assert_eq!(row(Class::Member), (300, None));
        assert_eq!(row(Class::Space), (60, None));
        assert_eq!(row(Class::Read), (3_000, Some(15)));
        assert_eq!(row(Class::Emoji), (600, Some(1)));
    }

    #[test]
    fn a_ceiling_lowers_the_projects_limits_and_no_spaces() {
        let calls = |quotas: Quotas, bucket| quotas.project(bucket).calls as u32;
        let half = Quotas::google().with_share(0.5);
        assert_eq!(calls(half, ProjectBucket::MessageWrites), 1_500);
        assert_eq!(calls(half, ProjectBucket::SpaceWrites), 30);
        assert_eq!(
            half.space(SpaceBucket::ImportPosts),
            Quotas::google().space(SpaceBucket::ImportPosts)
        );
        let fewer = Quotas::google().with_messages(1_200.0);
        assert_eq!(calls(fewer, ProjectBucket::MessageWrites), 1_200);
        assert_eq!(calls(fewer, ProjectBucket::Reactions), 600);
        assert_eq!(
            calls(Quotas::google().with_messages(9_000.0), ProjectBucket::MessageWrites),
            3_000
        );
    }

    #[test]
    fn a_factor_raises_every_limit_and_no_window() {
        let limit = Quotas::google().scaled(20.0).space(SpaceBucket::ImportPosts);
        assert!((limit.calls - 200.0).abs() < 1e-9);
        assert_eq!(limit.window, Duration::from_secs(1));
    }

    #[test]
    fn a_senseless_factor_or_headroom_changes_nothing() {
        let quotas = Quotas::google().scaled(f64::NAN).scaled(-1.0).with_headroom(f64::NAN);
        assert_eq!(quotas, Quotas::google());
    }
}
