//! Permits: a call may go when both its project's bucket and its space's bucket have room.

use super::bucket::Bucket;
use super::learnt::Learnt;
use super::{Class, Limit, ProjectBucket, Quotas, SpaceBucket, Urgency};
use crate::clock::Clock;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Hands out permits to call. Every bucket has a line of its own, so no class waits behind another.
/// Where the project is short, the most urgent space goes first, and equals in order of arrival.
#[derive(Debug)]
pub struct Pacer(Option<Gates>);

impl Pacer {
    /// Returns a pacer that keeps `quotas`; with none it never waits and takes no lock.
    pub fn new(quotas: Option<Quotas>, clock: Arc<dyn Clock>) -> Self {
        Self(quotas.map(|quotas| Gates::new(quotas, clock)))
    }

    /// Waits until a call of that class may be made, in that space if it concerns one. The call
    /// must follow at once. A caller that gives up while waiting leaves its place to the next.
    pub async fn permit(&self, class: Class, space: Option<&str>) {
        if let Some(gates) = &self.0 {
            gates.permit(class, space).await;
        }
    }

    /// Holds a bucket back after a 429 and slows it down: the space's if one is named and the
    /// class has one, else the project's. No other bucket is touched.
    pub fn penalize(&self, class: Class, space: Option<&str>, wait: Duration) {
        if let Some(gates) = &self.0 {
            gates.teach(class, space, |bucket| bucket.penalize(wait));
        }
    }

    /// Slows a bucket down after an answer that was long in coming: the space's if one is named and
    /// the class has one, else the project's. No other bucket is touched, and nothing is held back.
    pub fn slow(&self, class: Class, space: Option<&str>) {
        if let Some(gates) = &self.0 {
            gates.teach(class, space, Bucket::slow);
        }
    }

    /// Returns what was learnt of limits so far, in the order of their names; nothing of those that
    /// never showed one.
    pub fn learnt(&self) -> Vec<Learnt> {
        self.0.as_ref().map(Gates::learnt).unwrap_or_default()
    }

    /// Notes a success: buckets that were slowed down go a little faster again.
    pub fn succeeded(&self, class: Class, space: Option<&str>) {
        if let Some(gates) = &self.0 {
            gates.project(class).relax();
            gates.at(class, space, Bucket::relax);
        }
    }

    /// Returns how many times slower than allowed the bucket goes just now; 1 is full speed.
    pub fn slowness(&self, class: Class, space: Option<&str>) -> f64 {
        let mut slowness = 1.0;
        if let Some(gates) = &self.0 {
            gates.at(class, space, |bucket| slowness = bucket.stretch());
        }
        slowness
    }

    /// Says how urgent a space's calls are from now on, beside those of other spaces.
    pub fn set_urgency(&self, space: &str, urgency: Urgency) {
        if let Some(gates) = &self.0 {
            *gates.place(space).urgency() = urgency;
        }
    }

    /// Returns the quotas that are kept.
    pub fn quotas(&self) -> Option<&Quotas> {
        self.0.as_ref().map(|gates| &gates.quotas)
    }

    /// Drops what is known of a space; call this when its lane is done.
    pub fn forget(&self, space: &str) {
        if let Some(gates) = &self.0 {
            gates.spaces().remove(space);
        }
    }

    /// Returns how many spaces are being paced.
    pub fn spaces(&self) -> usize {
        self.0.as_ref().map_or(0, |gates| gates.spaces().len())
    }
}

#[derive(Debug)]
struct Gates {
    quotas: Quotas,
    clock: Arc<dyn Clock>,
    project: HashMap<ProjectBucket, Bucket>,
    /// Refusals and slow answers by kind of bucket, of spaces that are forgotten too.
    taught: Mutex<BTreeMap<SpaceBucket, (u64, u64)>>,
    spaces: Mutex<HashMap<Box<str>, Arc<Place>>>,
}

/// The buckets of one space, and how urgent its calls are beside those of other spaces.
#[derive(Debug)]
struct Place {
    urgency: Mutex<Urgency>,
    posts: Bucket,
    reactions: Bucket,
    writes: Bucket,
    reads: Bucket,
}

impl Place {
    fn urgency(&self) -> MutexGuard<'_, Urgency> {
        self.urgency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bucket(&self, which: SpaceBucket) -> &Bucket {
        match which {
            SpaceBucket::ImportPosts => &self.posts,
            SpaceBucket::Reactions => &self.reactions,
            SpaceBucket::Writes => &self.writes,
            SpaceBucket::Reads => &self.reads,
        }
    }
}

impl Gates {
    fn new(quotas: Quotas, clock: Arc<dyn Clock>) -> Self {
        let bucket =
            |which| Bucket::new(&quotas.project(which), quotas.headroom, Arc::clone(&clock));
        let project = Class::ALL.map(|class| (class.project(), bucket(class.project())));
        let (project, taught) = (HashMap::from(project), Mutex::default());
        Self { quotas, clock, project, taught, spaces: Mutex::default() }
    }

    /// The space's turn comes first and is kept until the project's permit is there, and both permits
    /// are taken at the same moment: so only calls that their space allows stand in the project's line,
    /// none holds it up, and no space loses what it waits there.
    async fn permit(&self, class: Class, space: Option<&str>) {
        let project = self.project(class);
        let (Some(which), Some(space)) = (class.space(), space) else {
            let place = space.and_then(|space| self.spaces().get(space).map(Arc::clone));
            return project.turn(place.map_or(0, |place| place.urgency().of(class))).await;
        };
        let place = self.place(space);
        let bucket = place.bucket(which);
        let turn = bucket.join(0);
        bucket.ready(&turn).await;
        let urgency = place.urgency().of(class);
        project.turn(urgency).await;
        bucket.take(&turn).await;
    }

    fn project(&self, class: Class) -> &Bucket {
        &self.project[&class.project()]
    }

    fn at(&self, class: Class, space: Option<&str>, act: impl FnOnce(&Bucket)) {
        match (class.space(), space) {
            (Some(which), Some(space)) => {
                let place = self.spaces().get(space).map(Arc::clone);
                if let Some(place) = place {
                    act(place.bucket(which));
                }
            }
            _ => act(self.project(class)),
        }
    }

    /// Teaches a bucket something; that of a space may be forgotten, what it was taught is not.
    fn teach(&self, class: Class, space: Option<&str>, act: impl FnOnce(&Bucket)) {
        let mut news = (0, 0);
        self.at(class, space, |bucket| {
            let before = bucket.learning();
            act(bucket);
            let after = bucket.learning();
            news = (after.refusals - before.refusals, after.slow - before.slow);
        });
        if let (Some(which), Some(_)) = (class.space(), space) {
            let mut taught = self.taught.lock().unwrap_or_else(PoisonError::into_inner);
            let sum = taught.entry(which).or_default();
            *sum = (sum.0 + news.0, sum.1 + news.1);
        }
    }

    fn learnt(&self) -> Vec<Learnt> {
        let (mut all, documented) = (Vec::new(), self.quotas.documented());
        for (which, bucket) in &self.project {
            let told = (bucket.learning().refusals, bucket.learning().slow);
            all.push(learnt(which.as_str(), &documented.project(*which), bucket, told));
        }
        let taught = self.taught.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (which, told) in taught {
            let limit = self.quotas.space(which);
            let fresh = Bucket::new(&limit, self.quotas.headroom, Arc::clone(&self.clock));
            let of = |bucket: &Bucket| learnt(which.as_str(), &limit, bucket, told);
            let spaces = self.spaces();
            let slowest = spaces.values().map(|place| of(place.bucket(which))).chain([of(&fresh)]);
            all.extend(slowest.min_by(|one, other| one.per_minute.total_cmp(&other.per_minute)));
        }
        all.retain(|one| one.refusals + one.slow > 0);
        all.sort_by_key(|one| one.what);
        all
    }

    fn place(&self, space: &str) -> Arc<Place> {
        let mut spaces = self.spaces();
        if let Some(place) = spaces.get(space) {
            return Arc::clone(place);
        }
        let bucket = |which| {
            Bucket::new(&self.quotas.space(which), self.quotas.headroom, Arc::clone(&self.clock))
        };
        let place = Arc::new(Place {
            urgency: Mutex::default(),
            posts: bucket(SpaceBucket::ImportPosts),
            reactions: bucket(SpaceBucket::Reactions),
            writes: bucket(SpaceBucket::Writes),
            reads: bucket(SpaceBucket::Reads),
        });
        spaces.insert(Box::from(space), Arc::clone(&place));
        place
    }

    fn spaces(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Place>>> {
        self.spaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a bucket of that limit learnt, taught by so many refusals and slow answers.
fn learnt(what: &'static str, limit: &Limit, bucket: &Bucket, told: (u64, u64)) -> Learnt {
    let (documented, whole) = (limit.rate() * 60.0, bucket.stretch() <= 1.0);
    Learnt {
        what,
        per_minute: bucket.per_minute(),
        documented,
        whole,
        refusals: told.0,
        slow: told.1,
    }
}
