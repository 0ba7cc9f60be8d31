//! The events of a simulation: what is asked for, what passes, what lands.

use super::lane::{Open, Work};
use super::time::Made;
use super::{Order, Simulated, Span, Terms};
use crate::clock::Clock;
use crate::pace::bucket::Bucket;
use crate::pace::{Begun, Class, Load, ProjectBucket, Schedule, Waiting};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// Another space may be needed.
    Look,
    /// A project bucket may have a permit.
    Slot(ProjectBucket),
    /// A space's bucket may have a permit: lane, work.
    Free(u32, u8),
    /// An answer: lane, work.
    Landed(u32, u8),
}

/// Who stands in line at a project bucket: urgency, number, lane, work.
type Place = (u64, Reverse<u64>, u32, u8);

/// A bucket of the project and its line.
struct Project {
    bucket: Bucket,
    line: BinaryHeap<Place>,
    /// It is known when it is looked at again.
    watched: bool,
    calls: u64,
    last: Duration,
}

pub(super) struct Engine<'a> {
    loads: &'a [Load],
    heard: &'a mut dyn FnMut(Duration, usize, Class),
    terms: Terms,
    clock: Arc<Made>,
    schedule: Schedule,
    /// How often the schedule is asked.
    look: Duration,
    project: BTreeMap<ProjectBucket, Project>,
    open: BTreeMap<u32, Open>,
    spans: Vec<Span>,
    most_open: usize,
    events: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    numbers: u64,
}

impl<'a> Engine<'a> {
    pub(super) fn new(
        loads: &'a [Load],
        terms: &Terms,
        order: Order,
        heard: &'a mut dyn FnMut(Duration, usize, Class),
    ) -> Self {
        let clock = Arc::new(Made::new());
        let waiting =
            (0..).zip(loads).map(|(lane, load)| Waiting { lane, load: *load, begun: Begun::Not });
        let quotas = (order == Order::Scheduled).then_some(terms.quotas);
        let project = Class::ALL.map(|class| {
            let limit = terms.quotas.project(class.project());
            let clock: Arc<dyn Clock> = Arc::clone(&clock) as _;
            let bucket = Bucket::new(&limit, terms.quotas.headroom, clock);
            let line = BinaryHeap::new();
            let project = Project { bucket, line, watched: false, calls: 0, last: Duration::ZERO };
            (class.project(), project)
        });
        Self {
            loads,
            heard,
            terms: *terms,
            schedule: Schedule::new(waiting.collect(), quotas, terms.most),
            look: terms.quotas.look(),
            clock,
            project: BTreeMap::from(project),
            open: BTreeMap::new(),
            spans: vec![Span::default(); loads.len()],
            most_open: 0,
            events: BinaryHeap::new(),
            numbers: 0,
        }
    }

    pub(super) fn run(mut self) -> Simulated {
        self.look();
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.clock.set(at);
            match event {
                Event::Look => self.look(),
                Event::Slot(which) => {
                    self.at(which).watched = false;
                    self.serve(which);
                }
                Event::Free(lane, work) => {
                    self.work(lane, work).asks = false;
                    self.ask(lane, work);
                }
                Event::Landed(lane, work) => self.landed(lane, work),
            }
        }
        let buckets = self.project.iter().filter(|(_, one)| one.calls > 0);
        Simulated {
            total: self.spans.iter().map(|span| span.to).max().unwrap_or_default(),
            buckets: buckets.map(|(which, one)| (*which, one.calls, one.last)).collect(),
            spans: self.spans,
            most_open: self.most_open,
        }
    }

    /// Opens the spaces that are needed, and looks again soon.
    fn look(&mut self) {
        self.open_due();
        if !self.schedule.is_done() {
            self.later(self.look, Event::Look);
        }
    }

    fn open_due(&mut self) {
        while let Some(lane) = self.schedule.open_next() {
            let lane = lane as u32;
            self.spans[lane as usize].from = self.clock.since();
            self.open.insert(lane, Open::new(&self.loads[lane as usize]));
            self.most_open = self.most_open.max(self.open.len());
            self.next_stage(lane);
        }
    }

    fn next_stage(&mut self, lane: u32) {
        let terms = &self.terms;
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        let next = |open: &mut Open| open.next(&terms.quotas, &clock).then_some(open.works.len());
        let Some(works) = self.open.get_mut(&lane).and_then(next) else {
            self.open.remove(&lane);
            self.spans[lane as usize].to = self.clock.since();
            self.schedule.ended(i64::from(lane));
            return self.open_due();
        };
        for work in 0..works {
            self.ask(lane, work as u8);
        }
    }

    /// Lets a work ask for its next permit: first of its space, then of the project.
    fn ask(&mut self, lane: u32, work: u8) {
        let window = self.terms.window as u64;
        let one = self.work(lane, work);
        if one.asks || one.ready == 0 || one.in_flight >= window {
            return;
        }
        one.asks = true;
        if let Some(wait) = one.bucket.as_ref().and_then(|bucket| bucket.ready_in()) {
            return self.later(wait, Event::Free(lane, work));
        }
        let class = one.class;
        let urgency = self.schedule.urgency_of(i64::from(lane), class);
        self.numbers += 1;
        let place = (urgency, Reverse(self.numbers), lane, work);
        self.at(class.project()).line.push(place);
        self.serve(class.project());
    }

    fn serve(&mut self, which: ProjectBucket) {
        loop {
            let project = self.at(which);
            if project.watched || project.line.is_empty() {
                return;
            }
            if let Some(wait) = project.bucket.missing() {
                project.watched = true;
                return self.later(wait, Event::Slot(which));
            }
            let Some((_, _, lane, work)) = project.line.pop() else { return };
            self.launch(which, lane, work);
        }
    }

    fn launch(&mut self, which: ProjectBucket, lane: u32, work: u8) {
        let now = self.clock.since();
        let project = self.at(which);
        project.calls += 1;
        project.last = now;
        let one = self.work(lane, work);
        // It was seen to be there, and nobody else takes it.
        one.bucket.as_ref().map(|bucket| bucket.missing());
        let class = one.class;
        one.asks = false;
        one.ready -= 1;
        one.in_flight += 1;
        (self.heard)(now, lane as usize, class);
        self.later(self.terms.latency, Event::Landed(lane, work));
        self.ask(lane, work);
    }

    fn landed(&mut self, lane: u32, work: u8) {
        let one = self.work(lane, work);
        one.in_flight -= 1;
        one.landed += 1;
        let class = one.class;
        self.schedule.paid(i64::from(lane), class);
        let Some(open) = self.open.get_mut(&lane) else { return };
        if class == Class::Post {
            open.free_reactions();
        }
        if open.works.iter().all(Work::is_done) {
            return self.next_stage(lane);
        }
        for work in 0..open.works.len() {
            self.ask(lane, work as u8);
        }
    }

    fn later(&mut self, wait: Duration, event: Event) {
        self.numbers += 1;
        self.events.push(Reverse((self.clock.since() + wait, self.numbers, event)));
    }

    fn at(&mut self, which: ProjectBucket) -> &mut Project {
        self.project.get_mut(&which).expect("every bucket is there")
    }

    fn work(&mut self, lane: u32, work: u8) -> &mut Work {
        &mut self.open.get_mut(&lane).expect("only what is open is worked on").works[work as usize]
    }
}
