//! A run on made-up time: the same buckets and the same schedule, without calls, threads or waiting.
//!
//! Every call is counted one by one, so that what comes out is exact for the given latency; what it
//! can't know are refusals, outages and how long Google really takes.

mod engine;
mod lane;
mod time;

use super::{Class, Load, ProjectBucket, Quotas};
use engine::Engine;
use serde::Serialize;
use std::time::Duration;

/// How a run would be made.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The quotas that are kept.
    pub quotas: Quotas,
    /// How long an answer takes.
    pub latency: Duration,
    /// Spaces at once, at most.
    pub most: usize,
    /// Calls in flight for each space and kind.
    pub window: usize,
}

/// In which order spaces are worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As [`Schedule`](super::Schedule) says.
    Scheduled,
    /// As they come, so many at once.
    AsTheyCome,
}

/// When a space was worked on, since the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Its first call.
    pub from: Duration,
    /// Its last answer.
    pub to: Duration,
}

/// What a simulation shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Simulated {
    /// From the first call to the last answer.
    pub total: Duration,
    /// Each space, in the order in which they were given.
    pub spans: Vec<Span>,
    /// How many spaces were worked on at once, at most.
    pub most_open: usize,
    /// Calls by bucket, and when the last of them went.
    pub buckets: Vec<(ProjectBucket, u64, Duration)>,
}

/// Simulates the work on loads: their stages one after the other, what is in a stage side by side.
pub fn simulate(loads: &[Load], terms: &Terms, order: Order) -> Simulated {
    simulate_heard(loads, terms, order, &mut |_, _, _| {})
}

/// The same, and tells of every call: when it went, in which space, of which class.
pub fn simulate_heard(
    loads: &[Load],
    terms: &Terms,
    order: Order,
    heard: &mut dyn FnMut(Duration, usize, Class),
) -> Simulated {
    Engine::new(loads, terms, order, heard).run()
}
