//! The choice of the next space to open: for a bucket that would idle, the one that gives it most
//! for what it burdens the others with.

use super::{
    BUCKETS, Begun, ByBucket, Load, SUPPLIED, Schedule, TIGHT, is_before_posts, project_rate,
    space_rate, takes,
};
use crate::pace::{Class, Quotas};

/// What is ready for a bucket should be this many times as much as it can take.
const SUPPLY: f64 = 1.5;
/// Work that is done within this time, in seconds, is as good as done.
const SOON: f64 = 10.0;
/// What a busy bucket counts at least.
const LEAST: f64 = 0.3;

impl Schedule {
    pub(super) fn choose(&self) -> Option<usize> {
        let last = self.waiting.len().checked_sub(1)?;
        if self.open.len() >= self.most {
            return None;
        }
        let Some(quotas) = &self.quotas else { return Some(last) };
        let next = &self.waiting[last];
        let can_not_wait = next.load.path(quotas).as_secs_f64() >= TIGHT * self.horizon;
        if next.begun > Begun::Not || self.open.is_empty() || can_not_wait {
            return Some(last);
        }
        let supply: ByBucket = std::array::from_fn(|bucket| self.supply(bucket, quotas));
        let mut starving =
            (0..BUCKETS.len()).filter(|bucket| self.starves(*bucket, &supply, quotas));
        starving.find_map(|bucket| self.feeder(bucket, &supply, quotas))
    }

    /// Tells whether a bucket that can't wait gets less than it could take, and a space that is not
    /// open could change that.
    fn starves(&self, bucket: usize, supply: &ByBucket, quotas: &Quotas) -> bool {
        let (class, share) = BUCKETS[bucket];
        let tight = self.busy_for(bucket, quotas) >= share * self.horizon - SOON;
        let rate = project_rate(class, quotas);
        tight && self.untouched[bucket] >= 1.0 && supply[bucket] < SUPPLY * rate
    }

    /// Returns how many calls a second the open spaces could make now or soon.
    fn supply(&self, bucket: usize, quotas: &Quotas) -> f64 {
        let class = BUCKETS[bucket].0;
        let waits = !is_before_posts(class) && self.backlog(quotas) > SOON;
        let able = self.open.values().filter(|open| !waits || open.load.past_members == 0);
        able.map(|open| supply_of(&open.load, class, quotas)).sum()
    }

    /// Returns how many seconds of memberships stand before the posts of open spaces.
    fn backlog(&self, quotas: &Quotas) -> f64 {
        let members: u64 = self.open.values().map(|open| open.load.past_members).sum();
        members as f64 / project_rate(Class::Member, quotas)
    }

    /// Returns the waiting space that helps a bucket most.
    fn feeder(&self, bucket: usize, supply: &ByBucket, quotas: &Quotas) -> Option<usize> {
        if BUCKETS[bucket].0 == Class::Member && !self.full {
            // What has most to post behind its members must not come last.
            return self.waiting.iter().rposition(|one| one.load.past_members > 0);
        }
        let held_up = self.backlog(quotas) > SOON;
        let weight: ByBucket = std::array::from_fn(|other| {
            let class = BUCKETS[other].0;
            let enough = supply[other] >= project_rate(class, quotas);
            let busy = other != bucket && (enough || held_up && class == Class::Member);
            let share = self.busy_for(other, quotas) / self.horizon;
            if busy { share.max(LEAST) } else { 0.0 }
        });
        let (class, _) = BUCKETS[bucket];
        let before = held_up && !is_before_posts(class);
        // While members hold posts up, what comes soon counts, not what comes in an hour.
        let most = if before { SUPPLIED * space_rate(class, quotas) } else { f64::MAX };
        let worth = |load: &Load| {
            let burdens = BUCKETS.iter().zip(weight).map(|((class, _), weight)| match weight {
                0.0 => 0.0,
                _ => weight * takes(load, *class, quotas),
            });
            let gain = (load.calls(class) as f64).min(most) / project_rate(class, quotas);
            gain / (1.0 + burdens.sum::<f64>())
        };
        // Who would stand in line for members behind those who are open already helps nobody.
        let open = self.open.values().map(|open| &open.load).filter(|load| load.past_members > 0);
        let least = open.filter(|_| before).map(worth).fold(0.0, f64::max);
        let waiting = self.waiting.iter().map(|one| worth(&one.load)).enumerate();
        let best = waiting.max_by(|(_, one), (_, other)| one.total_cmp(other));
        best.filter(|(_, worth)| *worth > least).map(|(index, _)| index)
    }
}

/// Returns how many calls a second a space could make, as long as it has many.
fn supply_of(load: &Load, class: Class, quotas: &Quotas) -> f64 {
    let supply = space_rate(class, quotas).min(load.calls(class) as f64 / SOON);
    if class == Class::Reaction && load.posts > 0 {
        // Reactions come only as fast as their posts.
        let each = load.reactions as f64 / load.posts as f64;
        return supply.min(each * space_rate(Class::Post, quotas));
    }
    supply
}
