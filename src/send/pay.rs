//! One phase of one lane: ready steps go out, a window of them at a time; what is paid frees its
//! children. Order is kept along parents, threads overlap, and reactions never hold up posts.

use super::perform::{Performed, perform};
use super::{Fatal, Run};
use crate::draft::{Phase, StepKind};
use crate::event::Event;
use crate::ledger::{Names, Parent, Step};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// How many steps of a kind are held in memory.
const HELD: usize = 512;

/// The steps of one kind, coming in from the ledger.
struct Queue {
    kind: StepKind,
    cursor: i64,
    exhausted: bool,
    ready: VecDeque<(Step, Names)>,
    /// Steps in memory that wait for their parent.
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
    /// Stopped on request.
    Stopped,
}

type Flight = BoxFuture<'static, (usize, i64, Result<Performed, Fatal>)>;

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
    failed: Option<Fatal>,
    stopped: bool,
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
        failed: None,
        stopped: false,
    };
    payer.pay().await
}

impl Payer {
    async fn pay(&mut self) -> Result<Paid, Fatal> {
        loop {
            if self.failed.is_none() && !self.run.stopping() {
                self.refill().await?;
                self.launch();
            } else {
                self.stopped = true;
            }
            let Some((queue, id, result)) = self.flights.next().await else { break };
            self.queues[queue].in_flight -= 1;
            self.landed(queue, id, result);
        }
        match self.failed.take() {
            Some(fatal) => Err(fatal),
            None if self.stopped => Ok(Paid::Stopped),
            None => Ok(Paid::All),
        }
    }

    /// Fetches the next steps where a queue runs low. Posts come first: what a reaction waits for
    /// is then in memory, paid, or can't be paid.
    async fn refill(&mut self) -> Result<(), Fatal> {
        for index in 0..self.queues.len() {
            loop {
                let queue = &self.queues[index];
                let held = queue.ready.len() + queue.waiting;
                if queue.exhausted || held > HELD / 2 {
                    break;
                }
                let (lane, phase, kind, cursor) = (self.lane, self.phase, queue.kind, queue.cursor);
                let room = HELD - held;
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
                Parent::Done(names) if step.kind != StepKind::React || names.message.is_some() => {
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
        self.queues[index].ready.push_back((step, names));
    }

    fn launch(&mut self) {
        let window = self.run.options.window.max(1);
        for (index, queue) in self.queues.iter_mut().enumerate() {
            while queue.in_flight < window {
                let Some((step, names)) = queue.ready.pop_front() else { break };
                queue.in_flight += 1;
                let (run, space, id) = (Arc::clone(&self.run), self.space.clone(), step.id);
                self.flights.push(Box::pin(async move {
                    (index, id, perform(&run, space.as_deref(), step, &names).await)
                }));
            }
        }
    }

    fn landed(&mut self, queue: usize, id: i64, result: Result<Performed, Fatal>) {
        self.alive.remove(&id);
        match result {
            Ok(Performed::Done(names)) => {
                let kind = self.queues[queue].kind;
                self.run.monitor.observe(&Event::StepDone { lane: self.lane, kind });
                for (index, child) in self.children.remove(&id).unwrap_or_default() {
                    self.queues[index].waiting -= 1;
                    self.queues[index].ready.push_back((child, names.clone()));
                }
            }
            Ok(Performed::Wedged { thread }) => self.pass_over(id, thread),
            Ok(Performed::Stopped) => self.stopped = true,
            Err(fatal) => {
                self.failed.get_or_insert(fatal);
                self.stopped = true;
                self.run.stop.cancel();
            }
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
            self.queues[index].ready.push_back((child, names));
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
