//! One phase of one lane: ready steps go out, a window of them at a time; what is paid frees its
//! children. Order is kept along parents, threads overlap, and reactions never hold up posts.

use super::flight::{Flight, Landed, fly};
use super::park::{Park, Waiting};
use super::perform::{Performed, class};
use super::{Fatal, Run};
use crate::draft::{Phase, StepKind};
use crate::event::Event;
use crate::ledger::{Names, Parent, Step};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// How many steps of a kind are held in memory, by all lanes together and by one.
const HELD: usize = 4096;
const HELD_BY_ONE: usize = 512;
/// How many calls may land before it is said anew how urgent the lane is.
const MINDED: u8 = 32;

/// The steps of one kind, coming in from the ledger.
struct Queue {
    kind: StepKind,
    cursor: i64,
    exhausted: bool,
    ready: VecDeque<Waiting>,
    /// Steps in memory that wait for their parent, or were set aside.
    waiting: usize,
    in_flight: usize,
}

impl Queue {
    fn new(kind: StepKind) -> Self {
        Self { kind, cursor: 0, exhausted: false, ready: VecDeque::new(), waiting: 0, in_flight: 0 }
    }
}

/// What happened to the lane as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paid {
    /// Nothing more can be paid in this phase.
    All,
    /// All but calls without a clear end, which stay owed.
    Unsettled,
    /// The space is gone.
    Gone,
    /// Stopped on request.
    Stopped,
}

/// What the lane waits for next.
enum Next {
    Landed(Landed),
    /// A step that was set aside may be due.
    Due,
    Nothing,
}

/// Tells whether a call is about its parent's message.
const fn needs_message(kind: StepKind) -> bool {
    matches!(kind, StepKind::React | StepKind::Amend)
}

struct Payer {
    run: Arc<Run>,
    lane: i64,
    phase: Phase,
    space: Option<Arc<str>>,
    queues: Vec<Queue>,
    /// Steps in memory: ready, waiting or in flight.
    alive: HashSet<i64>,
    children: HashMap<i64, Vec<(usize, Step)>>,
    flights: FuturesUnordered<Flight>,
    park: Park,
    held: usize,
    landed: u8,
    failed: Option<Fatal>,
    stopped: bool,
    gone: bool,
    unsettled: bool,
}

/// Pays what can be paid of one phase.
pub(super) async fn pay(
    run: &Arc<Run>,
    lane: i64,
    space: Option<&str>,
    phase: Phase,
    kinds: &[StepKind],
) -> Result<Paid, Fatal> {
    let mut payer = Payer {
        run: Arc::clone(run),
        lane,
        phase,
        space: space.map(Arc::from),
        queues: kinds.iter().map(|kind| Queue::new(*kind)).collect(),
        alive: HashSet::new(),
        children: HashMap::new(),
        flights: FuturesUnordered::new(),
        park: Park::default(),
        held: (HELD / run.options.lanes.max(1)).clamp(HELD / 64, HELD_BY_ONE),
        landed: 0,
        failed: None,
        stopped: false,
        gone: false,
        unsettled: false,
    };
    payer.pay().await
}

impl Payer {
    async fn pay(&mut self) -> Result<Paid, Fatal> {
        self.mind();
        loop {
            if self.failed.is_some() || self.run.stopping() {
                self.stopped = true;
            } else if !self.gone {
                self.refill().await?;
                self.launch();
            }
            match self.next().await {
                Next::Landed(landed) => self.landed(landed),
                Next::Due => {}
                Next::Nothing => break,
            }
        }
        match self.failed.take() {
            Some(fatal) => Err(fatal),
            None if self.gone => Ok(Paid::Gone),
            None if self.stopped => Ok(Paid::Stopped),
            None if self.unsettled => Ok(Paid::Unsettled),
            None => Ok(Paid::All),
        }
    }

    /// Waits for what is in flight, and for what was set aside unless the lane is to end.
    async fn next(&mut self) -> Next {
        let over = self.stopped || self.gone;
        let due = self.park.next().filter(|_| !over);
        let Some(due) = due else {
            return self.flights.next().await.map_or(Next::Nothing, Next::Landed);
        };
        let wait = due.saturating_duration_since(self.run.clock.mono());
        tokio::select! {
            Some(landed) = self.flights.next() => Next::Landed(landed),
            () = self.run.clock.sleep(wait) => Next::Due,
            () = self.run.stop.cancelled() => Next::Due,
        }
    }

    /// Fetches the next steps where a queue runs low. Posts come first: what a reaction waits for
    /// is then in memory, paid, or can't be paid.
    async fn refill(&mut self) -> Result<(), Fatal> {
        for index in 0..self.queues.len() {
            loop {
                let queue = &self.queues[index];
                let held = queue.ready.len() + queue.waiting;
                if queue.exhausted || held > self.held / 2 {
                    break;
                }
                let (lane, phase, kind, cursor) = (self.lane, self.phase, queue.kind, queue.cursor);
                let room = self.held - held;
                let steps = self
                    .run
                    .writer
                    .run(move |ledger| ledger.owed(lane, phase, kind, cursor, room))
                    .await?;
                self.take(index, steps, room);
            }
        }
        Ok(())
    }

    fn take(&mut self, index: usize, steps: Vec<Step>, room: usize) {
        self.queues[index].exhausted = steps.len() < room;
        for step in steps {
            self.queues[index].cursor = step.id;
            match step.parent.clone() {
                Parent::None => self.ready(index, step, Names::default()),
                Parent::Done(names) if !needs_message(step.kind) || names.message.is_some() => {
                    self.ready(index, step, names);
                }
                Parent::Pending(parent)
                    if self.alive.contains(&parent) || self.not_yet_fetched(parent) =>
                {
                    self.alive.insert(step.id);
                    self.queues[index].waiting += 1;
                    self.children.entry(parent).or_default().push((index, step));
                }
                // It waits behind something refused: it stays pending, for a later run.
                Parent::Done(_) | Parent::Pending(_) | Parent::Wedged => {
                    self.forget_children(step.id);
                }
            }
        }
    }

    fn not_yet_fetched(&self, parent: i64) -> bool {
        let posts = self.queues.iter().find(|queue| queue.kind == StepKind::Post);
        posts.is_some_and(|queue| !queue.exhausted && parent > queue.cursor)
    }

    fn ready(&mut self, index: usize, step: Step, names: Names) {
        self.alive.insert(step.id);
        self.queues[index].ready.push_back(Waiting::fresh(index, step, names));
    }

    fn launch(&mut self) {
        for waiting in self.park.due(&self.run) {
            let queue = &mut self.queues[waiting.queue];
            queue.waiting -= 1;
            queue.ready.push_back(waiting);
        }
        let window = self.run.options.window.max(1);
        for queue in &mut self.queues {
            while queue.in_flight < window {
                let Some(waiting) = queue.ready.pop_front() else { break };
                queue.in_flight += 1;
                self.flights.push(fly(Arc::clone(&self.run), self.space.clone(), waiting));
            }
        }
    }

    fn landed(&mut self, landed: Landed) {
        let Landed { queue, id, names, times, result } = landed;
        self.queues[queue].in_flight -= 1;
        if let Ok(Performed::Parked(step)) = result {
            // It stays in memory: its children wait for it.
            self.queues[queue].waiting += 1;
            return self.park.add(&self.run, Waiting { queue, step: *step, names, times });
        }
        self.alive.remove(&id);
        self.run.turns.paid(&self.run, self.lane, class(self.queues[queue].kind));
        self.landed += 1;
        if self.landed == MINDED {
            self.mind();
        }
        match result {
            Ok(Performed::Done(names)) => {
                let kind = self.queues[queue].kind;
                self.run.monitor.observe(&Event::StepDone { lane: self.lane, kind });
                for (index, child) in self.children.remove(&id).unwrap_or_default() {
                    self.queues[index].waiting -= 1;
                    let child = Waiting::fresh(index, child, names.clone());
                    self.queues[index].ready.push_back(child);
                }
            }
            Ok(Performed::Wedged { thread }) => self.pass_over(id, thread),
            Ok(Performed::Unsettled) => {
                self.unsettled = true;
                self.forget_children(id);
            }
            Ok(Performed::Gone) => self.gone = true,
            Ok(Performed::Stopped | Performed::Parked(_)) => self.stopped = true,
            Err(fatal) => {
                self.failed.get_or_insert(fatal);
                self.stopped = true;
                self.run.stop.cancel();
            }
        }
    }

    /// Says how urgent the lane's calls are now.
    fn mind(&mut self) {
        self.landed = 0;
        if let Some(space) = &self.space {
            self.run.turns.mind(&self.run, self.lane, space);
        }
    }

    /// A refused reply holds up its own reactions, not the rest of its thread.
    fn pass_over(&mut self, id: i64, thread: Option<String>) {
        let Some(thread) = thread else { return self.forget_children(id) };
        let (next, own): (Vec<_>, Vec<_>) = self
            .children
            .remove(&id)
            .unwrap_or_default()
            .into_iter()
            .partition(|(_, child)| child.kind == StepKind::Post);
        for (index, child) in next {
            let names = Names { message: None, thread: Some(thread.clone()) };
            self.queues[index].waiting -= 1;
            self.queues[index].ready.push_back(Waiting::fresh(index, child, names));
        }
        self.children.insert(id, own);
        self.forget_children(id);
    }

    /// What waits behind a refused step stays pending in the ledger and leaves the memory.
    fn forget_children(&mut self, id: i64) {
        let mut ids = vec![id];
        while let Some(id) = ids.pop() {
            for (index, child) in self.children.remove(&id).unwrap_or_default() {
                self.queues[index].waiting -= 1;
                self.alive.remove(&child.id);
                ids.push(child.id);
            }
        }
    }
}
