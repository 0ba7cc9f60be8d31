//! The board: events come in, and whoever draws reads where things stand. One board serves the
//! bars, the plain lines and the JSON lines, so all three tell the same numbers.

use super::rate::{Rate, left};
use super::safe::display_short;
use super::words;
use crate::clock::Clock;
use crate::draft::StepKind;
use crate::event::{Calls, Event};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::Instant;

/// Names are cut to this before they are kept; no line is wider.
const NAME: usize = 60;

/// Calls, counted from many threads.
#[derive(Debug, Default)]
struct Counts {
    posts: AtomicU64,
    reactions: AtomicU64,
    others: AtomicU64,
}

impl Counts {
    fn add(&self, kind: StepKind) {
        let mut one = Calls::default();
        one.add(kind);
        self.posts.fetch_add(one.posts, Relaxed);
        self.reactions.fetch_add(one.reactions, Relaxed);
        self.others.fetch_add(one.others, Relaxed);
    }

    fn set(&self, calls: Calls) {
        self.posts.store(calls.posts, Relaxed);
        self.reactions.store(calls.reactions, Relaxed);
        self.others.store(calls.others, Relaxed);
    }

    fn get(&self) -> Calls {
        let (posts, reactions, others) =
            (self.posts.load(Relaxed), self.reactions.load(Relaxed), self.others.load(Relaxed));
        Calls { posts, reactions, others }
    }
}

#[derive(Debug)]
struct Lane {
    name: String,
    owed: u64,
    paid: AtomicU64,
}

/// A remark on the present state, and how long it holds.
#[derive(Debug)]
struct Note {
    text: String,
    until: Option<Instant>,
}

#[derive(Debug)]
struct Slow {
    lanes: u64,
    note: Option<Note>,
    posts: Rate,
    calls: Rate,
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
    waiting: AtomicBool,
    finished: AtomicBool,
    lanes: RwLock<BTreeMap<i64, Lane>>,
    slow: Mutex<Slow>,
}

/// One look at the board.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct View {
    /// Conversations to be read, and how many were.
    pub(super) conversations: (u64, u64),
    /// Messages read.
    pub(super) read: u64,
    /// Calls paid, earlier runs included.
    pub(super) paid: Calls,
    /// Calls owed in all.
    pub(super) owed: Calls,
    /// Calls that are stuck.
    pub(super) wedged: u64,
    /// Lanes read back, and how many of them differ.
    pub(super) verified: (u64, u64),
    /// Lanes completed.
    pub(super) completed: u64,
    /// Lanes of the run.
    pub(super) all_lanes: u64,
    /// Active lanes: name, paid, owed.
    pub(super) lanes: Vec<(String, u64, u64)>,
    /// What there is to say of the present state.
    pub(super) note: Option<String>,
    /// Messages a second.
    pub(super) posts_rate: f64,
    /// Calls a second.
    pub(super) calls_rate: f64,
    /// Time left.
    pub(super) left: Option<Duration>,
    /// Sending ended.
    pub(super) finished: bool,
}

impl Board {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let start = Rate::starting(clock.mono(), 0);
        let slow = Slow { lanes: 0, note: None, posts: start.clone(), calls: start };
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
            waiting: AtomicBool::default(),
            finished: AtomicBool::default(),
            lanes: RwLock::default(),
            slow: Mutex::new(slow),
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.mono()
    }

    pub(super) fn wall(&self) -> crate::ids::Micros {
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
            Event::LaneDrained { lane, .. } => self.lane_gone(*lane),
            Event::LaneVerified { clean, .. } => {
                add(&self.verified, 1);
                add(&self.unlike, u64::from(!clean));
            }
            Event::LaneCompleted { lane, .. } => {
                add(&self.completed, 1);
                self.lane_gone(*lane);
            }
            Event::StepWedged { .. } => add(&self.wedged, 1),
            Event::StepLater { .. } => {}
            Event::Throttled { .. } | Event::Waiting { .. } | Event::Draining { .. } => {
                self.note(event);
            }
            Event::RunFinished { .. } => self.finished.store(true, Relaxed),
        }
    }

    fn step_done(&self, lane: i64, kind: StepKind) {
        self.paid.add(kind);
        if let Some(lane) = self.lanes.read().unwrap_or_else(PoisonError::into_inner).get(&lane) {
            add(&lane.paid, 1);
        }
        if self.waiting.swap(false, Relaxed) {
            self.slow().note = None;
        }
    }

    fn run_started(&self, owed: Calls, paid: Calls, lanes: u64) {
        self.owed.set(owed);
        self.paid.set(paid);
        self.finished.store(false, Relaxed);
        let now = self.now();
        let mut slow = self.slow();
        slow.lanes = lanes;
        slow.posts = Rate::starting(now, paid.posts);
        slow.calls = Rate::starting(now, paid.total());
    }

    fn lane_opened(&self, lane: i64, name: &str, owed: u64) {
        let lane_row = Lane { name: display_short(name, NAME), owed, paid: AtomicU64::default() };
        self.lanes.write().unwrap_or_else(PoisonError::into_inner).insert(lane, lane_row);
    }

    fn lane_gone(&self, lane: i64) {
        self.lanes.write().unwrap_or_else(PoisonError::into_inner).remove(&lane);
    }

    fn note(&self, event: &Event) {
        let note = Note { text: note_text(event), until: note_until(event, self.now()) };
        self.waiting.store(matches!(event, Event::Waiting { .. }), Relaxed);
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
        if slow.note.as_ref().and_then(|note| note.until).is_some_and(|until| until <= now) {
            slow.note = None;
        }
        let calls_rate = slow.calls.sample(now, paid.total());
        let rest = owed.total().saturating_sub(paid.total());
        View {
            conversations: (self.conversations.load(Relaxed), self.planned.load(Relaxed)),
            read: self.read.load(Relaxed),
            paid,
            owed,
            wedged: self.wedged.load(Relaxed),
            verified: (self.verified.load(Relaxed), self.unlike.load(Relaxed)),
            completed: self.completed.load(Relaxed),
            all_lanes: slow.lanes,
            lanes: self.lanes_view(),
            note: slow.note.as_ref().map(|note| note.text.clone()),
            posts_rate: slow.posts.sample(now, paid.posts),
            calls_rate,
            left: left(rest, calls_rate),
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

/// Says what an event means for someone who watches.
fn note_text(event: &Event) -> String {
    match event {
        Event::Throttled { what, wait } => {
            format!("Google asked to slow down: {what} wait {}", words::span(*wait))
        }
        Event::Waiting { why } => {
            format!(
                "Waiting, nothing can be sent: {} (tried again by itself)",
                display_short(why, 120)
            )
        }
        Event::Draining { in_flight } => {
            format!(
                "Stopping: {} in flight are finished first",
                words::counted(*in_flight, "call", "calls")
            )
        }
        _ => String::new(),
    }
}

fn note_until(event: &Event, now: Instant) -> Option<Instant> {
    match event {
        Event::Throttled { wait, .. } => now.checked_add((*wait).max(Duration::from_secs(2))),
        _ => None,
    }
}
