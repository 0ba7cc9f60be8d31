//! The board: events come in, and whoever draws reads where things stand. One board serves the
//! bars, the plain lines and the JSON lines, so all three tell the same numbers.

mod counts;
mod ends;
mod note;
mod view;

pub(super) use ends::Ends;
pub(super) use note::{as_learnt, held, remark};
pub(super) use view::View;

use super::rate::{Rate, left};
use super::safe::display_short;
use crate::clock::Clock;
use crate::draft::StepKind;
use crate::event::{Calls, Event};
use crate::ids::Micros;
use counts::Counts;
use note::{Note, learnt};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::time::Instant;

/// Names are cut to this before they are kept; no line is wider.
const NAME: usize = 60;

#[derive(Debug)]
struct Lane {
    name: String,
    owed: u64,
    paid: AtomicU64,
}

#[derive(Debug)]
struct Slow {
    lanes: u64,
    note: Option<Note>,
    limits: Option<String>,
    held: Option<String>,
    learnt: BTreeMap<&'static str, String>,
    posts: Rate,
    calls: Rate,
    /// When it ends, and when it was planned to.
    ends: Option<(Option<Micros>, Option<Micros>)>,
}

/// Where things stand, by the events so far.
#[derive(Debug)]
pub(super) struct Board {
    clock: Arc<dyn Clock>,
    conversations: AtomicU64,
    planned: AtomicU64,
    read: AtomicU64,
    paid: Counts,
    owed: Counts,
    wedged: AtomicU64,
    verified: AtomicU64,
    unlike: AtomicU64,
    completed: AtomicU64,
    /// Messages read back, and planned where they are.
    read_back: AtomicU64,
    to_read_back: AtomicU64,
    /// Spaces are read back: nothing is sent.
    verifying: AtomicBool,
    waiting: AtomicBool,
    finished: AtomicBool,
    lanes: RwLock<BTreeMap<i64, Lane>>,
    slow: Mutex<Slow>,
}

impl Board {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let start = Rate::starting(clock.mono(), 0);
        let slow = Slow {
            lanes: 0,
            note: None,
            limits: None,
            held: None,
            learnt: BTreeMap::new(),
            posts: start.clone(),
            calls: start,
            ends: None,
        };
        Self {
            clock,
            conversations: AtomicU64::default(),
            planned: AtomicU64::default(),
            read: AtomicU64::default(),
            paid: Counts::default(),
            owed: Counts::default(),
            wedged: AtomicU64::default(),
            verified: AtomicU64::default(),
            unlike: AtomicU64::default(),
            completed: AtomicU64::default(),
            read_back: AtomicU64::default(),
            to_read_back: AtomicU64::default(),
            verifying: AtomicBool::default(),
            waiting: AtomicBool::default(),
            finished: AtomicBool::default(),
            lanes: RwLock::default(),
            slow: Mutex::new(slow),
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.mono()
    }

    pub(super) fn wall(&self) -> Micros {
        self.clock.wall()
    }

    /// Takes note of an event. A paid call costs a few atomic additions and a shared lock.
    pub(super) fn observe(&self, event: &Event) {
        match event {
            Event::StepDone { lane, kind } => self.step_done(*lane, *kind),
            Event::Planned { messages, .. } => add(&self.read, *messages),
            Event::PlanStarted { conversations } => {
                self.conversations.store(*conversations, Relaxed);
            }
            Event::ConversationPlanned { .. } => add(&self.planned, 1),
            Event::RunStarted { owed, paid, lanes } => self.run_started(*owed, *paid, *lanes),
            Event::LaneOpened { lane, name, owed } => self.lane_opened(*lane, name, owed.total()),
            Event::LaneDrained { lane, .. } | Event::LaneBlocked { lane, .. } => {
                self.lane_gone(*lane);
            }
            Event::ReadingStarted { lanes, messages } => self.reading_started(*lanes, *messages),
            Event::ReadBack { lane, messages } => self.pages(*lane, *messages),
            Event::LaneVerified { lane, clean, .. } => {
                add(&self.verified, 1);
                add(&self.unlike, u64::from(!clean));
                self.lane_gone(*lane);
            }
            Event::LaneCompleted { lane, .. } => {
                add(&self.completed, 1);
                self.lane_gone(*lane);
            }
            Event::Forecast { ends, planned } => self.slow().ends = Some((*ends, *planned)),
            Event::StepWedged { .. } => add(&self.wedged, 1),
            Event::StepLater { .. }
            | Event::StepParked { .. }
            | Event::StepUnsettled { .. }
            | Event::WindowShort { .. }
            | Event::Warned { .. } => {}
            Event::Throttled { .. } if self.waiting.load(Relaxed) => {}
            Event::Resumed { .. } => self.resumed(),
            Event::Limited { says } => self.slow().limits = Some(says.clone()),
            Event::Learnt { .. } => self.learn(event),
            Event::Resting { .. } | Event::Paused { .. } | Event::WorksAgain { .. } => {
                let held = held(event, self.wall());
                self.slow().held = held;
            }
            Event::Throttled { .. }
            | Event::Waiting { .. }
            | Event::Stalled { .. }
            | Event::DiskFull { .. }
            | Event::Draining { .. } => self.note(event),
            Event::RunFinished { .. } => {
                self.finished.store(true, Relaxed);
                self.slow().ends = None;
            }
        }
    }

    fn step_done(&self, lane: i64, kind: StepKind) {
        self.paid.add(kind);
        if let Some(lane) = self.lanes.read().unwrap_or_else(PoisonError::into_inner).get(&lane) {
            add(&lane.paid, 1);
        }
        self.resumed();
    }

    fn learn(&self, event: &Event) {
        let mut slow = self.slow();
        match learnt(event) {
            Some((what, Some(words))) => slow.learnt.insert(what, words),
            Some((what, None)) => slow.learnt.remove(what),
            None => None,
        };
    }

    fn resumed(&self) {
        if self.waiting.swap(false, Relaxed) {
            self.slow().note = None;
        }
    }

    fn run_started(&self, owed: Calls, paid: Calls, lanes: u64) {
        self.owed.set(owed);
        self.paid.set(paid);
        self.finished.store(false, Relaxed);
        self.verifying.store(false, Relaxed);
        let now = self.now();
        let mut slow = self.slow();
        slow.lanes = lanes;
        slow.posts = Rate::starting(now, paid.posts);
        slow.calls = Rate::starting(now, paid.total());
    }

    fn reading_started(&self, lanes: u64, messages: u64) {
        self.to_read_back.store(messages, Relaxed);
        self.read_back.store(0, Relaxed);
        self.finished.store(false, Relaxed);
        self.verifying.store(true, Relaxed);
        self.slow().lanes = lanes;
    }

    fn pages(&self, lane: i64, messages: u64) {
        add(&self.read_back, messages);
        if let Some(lane) = self.lanes.read().unwrap_or_else(PoisonError::into_inner).get(&lane) {
            add(&lane.paid, messages);
        }
    }

    fn lane_opened(&self, lane: i64, name: &str, owed: u64) {
        let lane_row = Lane { name: display_short(name, NAME), owed, paid: AtomicU64::default() };
        self.lanes.write().unwrap_or_else(PoisonError::into_inner).insert(lane, lane_row);
    }

    fn lane_gone(&self, lane: i64) {
        self.lanes.write().unwrap_or_else(PoisonError::into_inner).remove(&lane);
    }

    fn note(&self, event: &Event) {
        let note = Note::of(event, self.now(), self.wall());
        let waits =
            matches!(event, Event::Waiting { .. } | Event::Stalled { .. } | Event::DiskFull { .. });
        self.waiting.store(waits, Relaxed);
        self.slow().note = Some(note);
    }

    fn slow(&self) -> MutexGuard<'_, Slow> {
        self.slow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the board now.
    pub(super) fn view(&self) -> View {
        let now = self.now();
        let (paid, owed) = (self.paid.get(), self.owed.get());
        let mut slow = self.slow();
        if slow.note.as_ref().is_some_and(|note| note.is_over(now)) {
            slow.note = None;
        }
        let calls_rate = slow.calls.sample(now, paid.total());
        let rest = owed.total().saturating_sub(paid.total());
        let ends = slow.ends.map(|(at, planned)| Ends { now: self.wall(), at, planned });
        View {
            conversations: (self.conversations.load(Relaxed), self.planned.load(Relaxed)),
            read: self.read.load(Relaxed),
            paid,
            owed,
            wedged: self.wedged.load(Relaxed),
            verified: (self.verified.load(Relaxed), self.unlike.load(Relaxed)),
            completed: self.completed.load(Relaxed),
            read_back: self
                .verifying
                .load(Relaxed)
                .then(|| (self.read_back.load(Relaxed), self.to_read_back.load(Relaxed))),
            all_lanes: slow.lanes,
            lanes: self.lanes_view(),
            limits: slow.limits.clone().filter(|_| owed.total() > 0),
            held: slow.held.clone(),
            learnt: slow.learnt.values().cloned().collect(),
            note: slow.note.as_ref().map(|note| note.text.clone()),
            posts_rate: slow.posts.sample(now, paid.posts),
            calls_rate,
            left: match &ends {
                _ if slow.held.is_some() => None,
                Some(ends) => ends.left(),
                None => left(rest, calls_rate),
            },
            ends: ends.filter(|_| slow.held.is_none()),
            finished: self.finished.load(Relaxed),
        }
    }

    fn lanes_view(&self) -> Vec<(String, u64, u64)> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.values().map(|lane| (lane.name.clone(), lane.paid.load(Relaxed), lane.owed)).collect()
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Relaxed);
}
