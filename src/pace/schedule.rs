//! Which space is worked on next, and how urgent each one's calls are. Pure: `send` follows it on
//! the real clock, [`simulate`](super::simulate()) on a made-up one.
//!
//! Nobody is faster than the busiest bucket of the project, nor than the longest way through one
//! space; whichever is longer is the *horizon*. A bucket that needs nearly all of that time must be
//! kept full; a space whose way is nearly as long must have begun. Everything else has time: no
//! space is opened before it is needed, since each has only 90 days.

mod choose;

use super::{Class, Load, Quotas, Urgency};
use std::collections::HashMap;
use std::time::Duration;

/// A space whose way takes at least this share of the horizon can't wait.
const TIGHT: f64 = 0.9;
/// The buckets that work before the edge of completion goes through, and from which share of the
/// horizon on each must be kept full. What others wait for begins to count earlier: members that
/// were left to the end would hold up the posts behind them.
const BUCKETS: [(Class, f64); 5] = [
    (Class::Space, 0.4),
    (Class::Member, 0.4),
    (Class::Post, TIGHT),
    (Class::Reaction, TIGHT),
    (Class::Upload, TIGHT),
];
/// A space with less to do than this, in seconds, is done before others go on.
const SHORT: f64 = 30.0;
/// What a space has to post counts for so long, in seconds, where others are held up by members.
const SUPPLIED: f64 = 60.0;
/// Beyond all urgencies of spaces that can wait.
const CRITICAL: u64 = 1 << 62;
/// Beyond the urgencies of those that go on in the order in which they were opened.
const NEARLY_DONE: u64 = 1 << 61;

/// Something for each bucket.
type ByBucket = [f64; BUCKETS.len()];

/// How far a space is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Begun {
    /// It is not there yet.
    Not,
    /// It was opened before: it goes on before any other begins.
    Open,
    /// Its 90 days run out: it goes on before all others.
    RunsOut,
}

/// A space that is still to be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its lane.
    pub lane: i64,
    /// What it owes.
    pub load: Load,
    /// How far it is.
    pub begun: Begun,
}

/// A space that is being worked on.
#[derive(Debug)]
struct Open {
    load: Load,
    /// How many were opened before it.
    after: u64,
}

/// Decides when each space is opened.
#[derive(Debug)]
pub struct Schedule {
    quotas: Option<Quotas>,
    most: usize,
    /// The next to open stands at the end.
    waiting: Vec<Waiting>,
    open: HashMap<i64, Open>,
    opened: u64,
    /// Calls owed by all that is not done.
    owed: ByBucket,
    /// Of these, what belongs to spaces that are not open.
    untouched: ByBucket,
    /// The time that was needed in any case when last looked at, in seconds.
    horizon: f64,
    /// Posts, reactions or uploads need nearly all of that time.
    full: bool,
}

impl Schedule {
    /// Plans the work with at most so many spaces open at any time; with no quotas there are always
    /// as many, in the order given.
    pub fn new(mut waiting: Vec<Waiting>, quotas: Option<Quotas>, most: usize) -> Self {
        waiting.reverse();
        let way = |one: &Waiting| quotas.map_or(Duration::ZERO, |quotas| one.load.path(&quotas));
        waiting.sort_by_cached_key(|one| (one.begun, way(one)));
        let mut owed = ByBucket::default();
        for one in &waiting {
            add(&mut owed, &one.load, 1.0);
        }
        let open = HashMap::new();
        let (most, opened, horizon, full) = (most.max(1), 0, f64::MAX, false);
        Self { quotas, most, waiting, open, opened, owed, untouched: owed, horizon, full }
    }

    /// Returns the space to open now, if one is needed. It is to be asked again as often as
    /// [`Quotas::look`] says, and whenever a space is done.
    pub fn open_next(&mut self) -> Option<i64> {
        if let Some(quotas) = &self.quotas {
            self.horizon = self.needed(quotas);
            let takes_all = |bucket| self.busy_for(bucket, quotas) >= TIGHT * self.horizon - 1.0;
            let after = (0..BUCKETS.len()).filter(|bucket| !is_before_posts(BUCKETS[*bucket].0));
            self.full = after.into_iter().any(takes_all);
        }
        let chosen = self.choose()?;
        let one = self.waiting.remove(chosen);
        add(&mut self.untouched, &one.load, -1.0);
        self.open.insert(one.lane, Open { load: one.load, after: self.opened });
        self.opened += 1;
        Some(one.lane)
    }

    /// Notes a call that was made, or that need not be made any more.
    pub fn paid(&mut self, lane: i64, class: Class) {
        let Some(open) = self.open.get_mut(&lane) else { return };
        add(&mut self.owed, &open.load, -1.0);
        open.load.take(class, 1);
        add(&mut self.owed, &open.load, 1.0);
    }

    /// Notes that nothing more can be done in a space.
    pub fn ended(&mut self, lane: i64) {
        if let Some(open) = self.open.remove(&lane) {
            add(&mut self.owed, &open.load, -1.0);
        }
    }

    /// Tells whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.open.is_empty()
    }

    /// Returns how urgent a space's calls are.
    pub fn urgency(&self, lane: i64) -> Urgency {
        let of = |class| self.urgency_of(lane, class);
        Urgency { members: of(Class::Member), content: of(Class::Post) }
    }

    /// Returns how urgent a call is. What can't wait comes first, the longest way before all. Else
    /// members go to where most is to be posted behind them; where posts need all the time that there is, to
    /// where the next posts are soonest had. The rest goes to what was opened first, so that few spaces
    /// are open at a time.
    pub(super) fn urgency_of(&self, lane: i64, class: Class) -> u64 {
        let (Some(quotas), Some(open)) = (&self.quotas, self.open.get(&lane)) else { return 0 };
        let way = open.load.path(quotas).as_secs_f64();
        match class {
            _ if way >= TIGHT * self.horizon => CRITICAL + (way * 1e3) as u64,
            Class::Member => {
                let content = open.load.content(quotas).as_secs_f64();
                let wait = takes(&open.load, class, quotas);
                let gain = if self.full { content.min(SUPPLIED) / (wait + 1.0) } else { content };
                (gain * 1e3) as u64
            }
            _ if way < SHORT => NEARLY_DONE,
            _ => NEARLY_DONE - 1 - open.after,
        }
    }

    /// Returns the time that is needed in any case, in seconds.
    fn needed(&self, quotas: &Quotas) -> f64 {
        let path = |load: &Load| load.path(quotas).as_secs_f64();
        let buckets = (0..BUCKETS.len()).map(|bucket| self.busy_for(bucket, quotas));
        let longest = self.waiting.last().map_or(0.0, |one| path(&one.load));
        let open = self.open.values().map(|open| path(&open.load));
        buckets.chain(open).fold(longest, f64::max)
    }

    /// Returns how many seconds all that is owed takes of a bucket.
    fn busy_for(&self, bucket: usize, quotas: &Quotas) -> f64 {
        self.owed[bucket] / project_rate(BUCKETS[bucket].0, quotas)
    }
}

/// Tells what comes before a space's first post.
const fn is_before_posts(class: Class) -> bool {
    matches!(class, Class::Space | Class::Member)
}

fn add(sums: &mut ByBucket, load: &Load, sign: f64) {
    for (sum, (class, _)) in sums.iter_mut().zip(BUCKETS) {
        *sum += sign * load.calls(class) as f64;
    }
}

/// How many seconds a load takes of a project's bucket.
fn takes(load: &Load, class: Class, quotas: &Quotas) -> f64 {
    load.calls(class) as f64 / project_rate(class, quotas)
}

fn project_rate(class: Class, quotas: &Quotas) -> f64 {
    quotas.project(class.project()).rate()
}

/// The rate at which one space can call.
fn space_rate(class: Class, quotas: &Quotas) -> f64 {
    let (project, space) = quotas.of(class);
    space.map_or(project.rate(), |space| space.rate().min(project.rate()))
}
