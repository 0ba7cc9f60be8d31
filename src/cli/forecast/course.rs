//! How a run fares: simulated anew from what is owed, now and then, and told to whoever watches.
//! What was planned, and the last word of a run, are kept for `status`.

use super::gather::means;
use crate::cli::session::Session;
use crate::clock::Clock;
use crate::event::{Event, Monitor};
use crate::forecast::{Course, Live, Means, until_sent};
use crate::ids::Micros;
use crate::ledger::{Lane, Writer};
use crate::pace::Load;
use crate::send::{Run, rest};
use crate::settings::{Hours, WorkFolder};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Where it is kept.
const FILE: &str = "forecast.json";
/// It is simulated no more often than this,
const EVERY: Duration = Duration::from_mins(1);
/// and takes no more than a hundredth of the time.
const SHARE: u32 = 100;

/// What was planned, and how a run under way sees it. Times are in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Calls up to the edge of completion, of everything that is planned: what the prediction is of.
    calls: u64,
    /// How long these were to take, in seconds.
    pub(super) predicted: f64,
    /// When a run began with them.
    pub(super) began: Option<Micros>,
    /// What the run says that is under way.
    pub(super) heard: Option<Heard>,
}

/// The last word of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heard {
    /// It is under way at least until it should have said more.
    pub(super) until: Micros,
    /// When it ends; none where it hardly moves.
    pub(super) ends: Option<Micros>,
}

impl Kept {
    /// Reads it; none where nothing was planned, or an older program did.
    pub(super) fn read(work: &WorkFolder) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(work.path(FILE)).ok()?).ok()
    }

    /// Writes it. It is only a comfort: what can't be kept is left.
    fn write(&self, work: &WorkFolder) {
        let written = serde_json::to_vec(self).map(|bytes| work.write(FILE, &bytes));
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!("the forecast can't be kept");
        }
    }

    /// Returns when the run was to end.
    pub(super) fn end(&self, hours: Option<&Hours>) -> Option<Micros> {
        Some(end(hours, self.began?, Duration::try_from_secs_f64(self.predicted).ok()?))
    }

    /// Tells whether it speaks of another plan: the calls differ by more than a hundredth.
    fn is_of_another(&self, calls: u64) -> bool {
        calls.abs_diff(self.calls) * 100 > self.calls
    }
}

/// Keeps what `plan` predicts. A run that was begun with the same plan stays measured by what was
/// predicted then.
pub(super) fn planned(work: &WorkFolder, lanes: &[Lane], predicted: Duration) {
    let calls = calls(lanes);
    let same = |kept: &Kept| kept.began.is_some() && !kept.is_of_another(calls);
    if !Kept::read(work).as_ref().is_some_and(same) {
        let predicted = predicted.as_secs_f64();
        Kept { calls, predicted, began: None, heard: None }.write(work);
    }
}

fn calls(lanes: &[Lane]) -> u64 {
    let calls =
        |lane: &Lane| lane.planned.posts + lane.planned.reactions + lane.others_before_edge();
    lanes.iter().map(calls).sum()
}

/// Follows a run until it is ended.
#[derive(Debug)]
pub(in crate::cli) struct Following(Option<(JoinHandle<()>, WorkFolder)>);

impl Following {
    /// Ends it: from now on nobody is under way.
    pub(in crate::cli) fn end(self) {
        let Some((task, work)) = self.0 else { return };
        task.abort();
        if let Some(kept) = Kept::read(&work) {
            Kept { heard: None, ..kept }.write(&work);
        }
    }
}

/// What is needed to follow a run.
struct Follower {
    means: Means,
    writer: Writer,
    clock: Arc<dyn Clock>,
    monitor: Arc<dyn Monitor>,
    work: WorkFolder,
    hours: Option<Hours>,
}

/// Begins to follow a run; one that keeps no quotas is not followed.
pub(in crate::cli) fn follow(session: &Session<'_>, run: &Run) -> Following {
    let Some(means) = means(session.settings()) else { return Following(None) };
    let work = session.opened.work.clone();
    let follower = Follower {
        means,
        writer: run.writer.clone(),
        clock: Arc::clone(&run.clock),
        monitor: Arc::clone(&run.monitor),
        work: work.clone(),
        hours: session.settings().between.clone(),
    };
    Following(Some((tokio::spawn(follower.follow()), work)))
}

impl Follower {
    async fn follow(self) {
        let mut course = None;
        let (start, first) = (self.clock.mono(), self.clock.wall());
        while let Ok(lanes) = self.writer.run(|ledger| ledger.lanes()).await {
            let begun = self.clock.mono();
            let (loads, means) = (before_edge(&lanes), self.means);
            let simulate = move || until_sent(&loads, &means);
            let Ok(left) = tokio::task::spawn_blocking(simulate).await else { return };
            if left.is_zero() {
                return;
            }
            let cost = self.clock.mono().saturating_duration_since(begun);
            // Rest is no slowness.
            let now = match &self.hours {
                Some(hours) => hours.within(first, self.clock.wall()),
                None => begun.saturating_duration_since(start),
            };
            let course = *course.get_or_insert(Course { began: now, left });
            let wait = EVERY.max(cost * SHARE);
            self.tell(Live::of(course, left, now), (&lanes, left), wait);
            self.clock.sleep(wait).await;
        }
    }

    fn tell(&self, live: Option<Live>, (lanes, left): (&[Lane], Duration), wait: Duration) {
        let (now, calls) = (self.clock.wall(), calls(lanes));
        let fresh = || Kept { calls, predicted: left.as_secs_f64(), began: None, heard: None };
        let kept = Kept::read(&self.work).filter(|kept| !kept.is_of_another(calls));
        let mut kept = kept.unwrap_or_else(fresh);
        kept.began.get_or_insert(now);
        let hours = self.hours.as_ref();
        let ends = live.map(|live| end(hours, now, live.left));
        kept.heard = Some(Heard { until: now + 2 * micros(wait), ends });
        kept.write(&self.work);
        self.monitor.observe(&Event::Forecast { ends, planned: kept.end(hours) });
    }
}

/// What each lane owes up to the edge of completion.
pub(super) fn before_edge(lanes: &[Lane]) -> Vec<Load> {
    let owed = |lane: &Lane| Load { completions: 0, members: 0, ..rest(lane) };
    lanes.iter().filter(|lane| lane.blocked.is_none()).map(owed).collect()
}

/// Returns when so much work ends, in these hours.
pub(super) fn end(hours: Option<&Hours>, begun: Micros, work: Duration) -> Micros {
    hours.map_or_else(|| begun.saturating_add(micros(work)), |hours| hours.end(begun, work))
}

fn micros(time: Duration) -> Micros {
    Micros::try_from(time.as_micros()).unwrap_or(Micros::MAX / 2)
}
