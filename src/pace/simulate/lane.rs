//! One space of a simulation: its stages, and what is under way.

use crate::clock::Clock;
use crate::pace::bucket::Bucket;
use crate::pace::{Class, Load, Quotas, SpaceBucket};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Calls of one class.
pub(super) struct Work {
    pub(super) class: Class,
    /// How many there are in all.
    all: u64,
    /// How many may go.
    pub(super) ready: u64,
    pub(super) in_flight: u64,
    pub(super) landed: u64,
    /// One of them asks for a permit.
    pub(super) asks: bool,
    /// The space's bucket.
    pub(super) bucket: Option<Arc<Bucket>>,
}

impl Work {
    pub(super) const fn is_done(&self) -> bool {
        self.landed == self.all
    }
}

/// A space that is worked on.
pub(super) struct Open {
    stages: VecDeque<Vec<(Class, u64)>>,
    /// The space's buckets; several classes may share one.
    buckets: HashMap<SpaceBucket, Arc<Bucket>>,
    pub(super) works: Vec<Work>,
}

impl Open {
    pub(super) fn new(load: &Load) -> Self {
        let stages = [
            vec![(Class::Space, load.spaces)],
            vec![(Class::Member, load.past_members)],
            vec![
                (Class::Post, load.posts),
                (Class::Upload, load.uploads),
                (Class::Reaction, load.reactions),
            ],
            vec![(Class::Patch, load.patches)],
            vec![(Class::Complete, load.completions)],
            vec![(Class::Member, load.members)],
        ];
        Self { stages: VecDeque::from(stages), buckets: HashMap::new(), works: Vec::new() }
    }

    /// Goes on to the next stage that has anything; false when there is none.
    pub(super) fn next(&mut self, quotas: &Quotas, clock: &Arc<dyn Clock>) -> bool {
        loop {
            let Some(stage) = self.stages.pop_front() else { return false };
            let owed = stage.into_iter().filter(|(_, calls)| *calls > 0);
            let buckets = &mut self.buckets;
            let mut bucket = |which: SpaceBucket| {
                let new = || Bucket::new(&quotas.space(which), quotas.headroom, Arc::clone(clock));
                Arc::clone(buckets.entry(which).or_insert_with(|| Arc::new(new())))
            };
            let work = |(class, all): (Class, u64)| Work {
                class,
                all,
                ready: all,
                in_flight: 0,
                landed: 0,
                asks: false,
                bucket: class.space().map(&mut bucket),
            };
            self.works = owed.map(work).collect();
            let posts = self.works.iter().any(|work| work.class == Class::Post);
            for work in self.works.iter_mut().filter(|work| work.class == Class::Reaction && posts)
            {
                work.ready = 0;
            }
            if !self.works.is_empty() {
                return true;
            }
        }
    }

    /// Lets reactions go whose posts have landed: they are spread evenly over the posts.
    pub(super) fn free_reactions(&mut self) {
        let posts = self.works.iter().find(|work| work.class == Class::Post);
        let Some((landed, all)) = posts.map(|work| (work.landed, work.all)) else { return };
        for work in self.works.iter_mut().filter(|work| work.class == Class::Reaction) {
            let free = u64::try_from(u128::from(work.all) * u128::from(landed) / u128::from(all));
            work.ready = free.unwrap_or(work.all) - work.in_flight - work.landed;
        }
    }
}
