//! A migration on made-up time, stage after stage: sending, leading links to Chat, opening.

use super::{Bound, lower_bound};
use crate::pace::{Load, Order, Quotas, Simulated, Span, Terms, simulate};
use std::time::Duration;

/// How long an answer is taken to take: longer than is hoped for. As many calls are under way at
/// the same time, the quotas stay full all the same, and a forecast hardly depends on it.
pub const LATENCY: Duration = Duration::from_millis(400);

/// How the stages of a migration are made.
#[derive(Debug, Clone, Copy)]
pub struct Means {
    /// Spaces, past members, posts and reactions, by the schedule.
    pub sending: Terms,
    /// Corrections of texts, conversation after conversation.
    pub linking: Terms,
    /// Completion and present members, conversation after conversation.
    pub opening: Terms,
    /// How many times longer it takes than it is worked on: more than 1 where there are hours of rest.
    pub stretch: f64,
}

impl Means {
    /// Returns the means of a run with so many lanes at once and calls in a window; where no
    /// schedule is followed, `in_order` lanes go at once.
    pub fn new(
        quotas: Quotas,
        opening: Quotas,
        (lanes, in_order): (usize, usize),
        window: usize,
    ) -> Self {
        let sending = Terms { quotas, latency: LATENCY, most: lanes, window };
        let linking = Terms { most: lanes.clamp(1, in_order.max(1)), ..sending };
        Self { sending, linking, opening: Terms { quotas: opening, ..linking }, stretch: 1.0 }
    }
}

/// What a space owes, and how long it has been in import mode already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// What it is called.
    pub name: String,
    /// Its calls.
    pub load: Load,
    /// Since when its 90 days count; none where it is not made yet.
    pub age: Option<Duration>,
}

/// One stage: how long it takes, and how long it would take at least.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// As simulated.
    pub takes: Duration,
    /// At least.
    pub bound: Bound,
    /// Spaces at once, at most.
    pub at_once: usize,
}

/// When a space is worked on, since the beginning of the first stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// What it owes.
    pub owed: Owed,
    /// While it is sent.
    pub sending: Option<Span>,
    /// While its links are led to Chat.
    pub linking: Option<Span>,
    /// While it is completed and gets its members.
    pub opening: Option<Span>,
    /// How many times longer it takes than it is worked on.
    pub stretch: f64,
}

/// A whole migration on made-up time.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Up to the last post and reaction.
    pub sending: Stage,
    /// Corrections of texts.
    pub linking: Stage,
    /// Completion and members; begins when all is sent.
    pub opening: Stage,
    /// Each space, in the order given.
    pub spaces: Vec<Space>,
    /// The space with the longest way, all stages together, and how long that is.
    pub critical: Option<(String, Duration)>,
}

impl Forecast {
    /// Simulates what is owed.
    pub fn of(owed: &[Owed], means: &Means) -> Self {
        let [first, links, last] = parts(owed.iter().map(|one| &one.load));
        let stage = |loads: &[Load], terms: &Terms, order, after| {
            let (simulated, spans) = run(loads, terms, order, after);
            let names = owed.iter().map(|one| one.name.clone());
            let named: Vec<_> = names.zip(loads.iter().copied()).collect();
            let mut bound = lower_bound(&named, &terms.quotas);
            // By arithmetic the last call of a bucket takes its share of time too; nobody waits for it.
            bound.total = bound.total.min(simulated.total);
            (Stage { takes: simulated.total, bound, at_once: simulated.most_open }, spans)
        };
        let (sending, sent) = stage(&first, &means.sending, Order::Scheduled, Duration::ZERO);
        let (linking, linked) = stage(&links, &means.linking, Order::AsTheyCome, sending.takes);
        let after = sending.takes + linking.takes;
        let (opening, opened) = stage(&last, &means.opening, Order::AsTheyCome, after);
        let space = |index: usize| Space {
            owed: owed[index].clone(),
            sending: sent[index],
            linking: linked[index],
            opening: opened[index],
            stretch: means.stretch,
        };
        let spaces = (0..owed.len()).map(space).collect();
        let ways = owed.iter().map(|one| (one.load.path(&means.sending.quotas), &one.name));
        let critical = ways.max_by_key(|(way, _)| *way).map(|(way, name)| (name.clone(), way));
        Self { sending, linking, opening, spaces, critical }
    }

    /// Returns the stages that have anything to do, by name.
    pub fn stages(&self) -> impl Iterator<Item = (&'static str, &Stage)> {
        let all =
            [("sending", &self.sending), ("links", &self.linking), ("opening", &self.opening)];
        all.into_iter().filter(|(_, stage)| !stage.takes.is_zero())
    }

    /// Returns how long all of it takes.
    pub fn total(&self) -> Duration {
        self.stages().map(|(_, stage)| stage.takes).sum()
    }

    /// Returns how long all of it takes at least, one stage after the other.
    pub fn bound(&self) -> Duration {
        self.stages().map(|(_, stage)| stage.bound.total).sum()
    }

    /// Returns how long it takes until nothing is owed before completion.
    pub fn until_sent(&self) -> Duration {
        self.sending.takes + self.linking.takes
    }
}

impl Stage {
    /// Returns how many times the least time it takes.
    pub fn ratio(&self) -> f64 {
        ratio(self.takes, self.bound.total)
    }
}

/// Returns how many times the least time something takes.
pub fn ratio(takes: Duration, least: Duration) -> f64 {
    if least.is_zero() { 1.0 } else { takes.as_secs_f64() / least.as_secs_f64() }
}

/// Simulates what is owed, and beside it how long it would take otherwise: the ways are given by
/// what each space owes then.
pub fn look(owed: &[Owed], ways: &[Vec<Load>], means: &Means) -> (Forecast, Vec<Duration>) {
    std::thread::scope(|scope| {
        let others: Vec<_> =
            ways.iter().map(|way| scope.spawn(move || whole(way, means))).collect();
        let forecast = Forecast::of(owed, means);
        (forecast, others.into_iter().map(|other| other.join().unwrap_or_default()).collect())
    })
}

/// Returns how long all stages take.
pub fn whole(loads: &[Load], means: &Means) -> Duration {
    let [_, _, last] = parts(loads.iter());
    let opening = run(&last, &means.opening, Order::AsTheyCome, Duration::ZERO).0.total;
    until_sent(loads, means) + opening
}

/// Returns how long it takes until nothing is owed before completion.
pub fn until_sent(loads: &[Load], means: &Means) -> Duration {
    let [first, links, _] = parts(loads.iter());
    let sending = run(&first, &means.sending, Order::Scheduled, Duration::ZERO).0.total;
    sending + run(&links, &means.linking, Order::AsTheyCome, Duration::ZERO).0.total
}

/// What is owed in each of the three stages.
fn parts<'a>(loads: impl Iterator<Item = &'a Load>) -> [Vec<Load>; 3] {
    let mut parts = [const { Vec::new() }; 3];
    for load in loads {
        let Load { patches, completions, members, .. } = *load;
        parts[0].push(load.before_links());
        parts[1].push(Load { patches, ..Load::default() });
        parts[2].push(Load { completions, members, ..Load::default() });
    }
    parts
}

/// Simulates one stage; a space that owes nothing in it has no span.
fn run(
    loads: &[Load],
    terms: &Terms,
    order: Order,
    after: Duration,
) -> (Simulated, Vec<Option<Span>>) {
    let is_due = |load: &&Load| **load != Load::default();
    let due: Vec<Load> = loads.iter().filter(is_due).copied().collect();
    let simulated = simulate(&due, terms, order);
    let mut spans = simulated.spans.iter();
    let moved = |span: &Span| Span { from: span.from + after, to: span.to + after };
    let all = loads.iter().map(|load| is_due(&load).then(|| spans.next().map(moved)).flatten());
    let all = all.collect();
    (simulated, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owed(name: &str, posts: u64, patches: u64) -> Owed {
        let load = Load {
            spaces: 1,
            past_members: 3,
            posts,
            reactions: posts / 2,
            patches,
            completions: 1,
            members: 4,
            ..Load::default()
        };
        Owed { name: name.to_owned(), load, age: None }
    }

    fn means() -> Means {
        Means::new(Quotas::google(), Quotas::google().with_members(60), (64, 8), 16)
    }

    #[test]
    fn a_forecast_is_what_the_schedule_itself_makes_of_each_stage() {
        let all = [owed("a", 900, 0), owed("b", 300, 20), owed("c", 10, 0)];
        let forecast = Forecast::of(&all, &means());
        let first: Vec<Load> = all.iter().map(|one| one.load.before_links()).collect();
        let simulated = simulate(&first, &means().sending, Order::Scheduled);
        assert_eq!(forecast.sending.takes, simulated.total);
        let spans: Vec<_> = forecast.spaces.iter().filter_map(|one| one.sending).collect();
        assert_eq!(spans, simulated.spans);
        assert_eq!(forecast.total(), whole(&all.map(|one| one.load), &means()));
    }

    #[test]
    fn stages_follow_one_another_and_none_beats_its_bound() {
        let all = [owed("a", 900, 0), owed("b", 300, 20)];
        let forecast = Forecast::of(&all, &means());
        let [a, b] = [&forecast.spaces[0], &forecast.spaces[1]];
        assert_eq!(a.linking, None, "it owes no corrections");
        assert!(b.linking.is_some_and(|span| span.from == forecast.sending.takes));
        assert!(a.opening.is_some_and(|span| span.from >= forecast.until_sent()));
        for (name, stage) in forecast.stages() {
            assert!(stage.takes >= stage.bound.total, "{name}");
        }
        assert!(forecast.opening.bound.total >= Duration::from_secs(7), "60 members a minute");
    }

    #[test]
    fn other_ways_are_simulated_beside_it() {
        let all = [owed("a", 900, 0), owed("b", 300, 0)];
        let without: Vec<Load> = all.iter().map(|one| Load { reactions: 0, ..one.load }).collect();
        let (forecast, others) = look(&all, std::slice::from_ref(&without), &means());
        assert_eq!(others, [whole(&without, &means())]);
        assert!(others[0] < forecast.total());
    }

    #[test]
    fn nothing_owed_takes_no_time() {
        let forecast = Forecast::of(&[], &means());
        assert_eq!((forecast.total(), forecast.bound()), (Duration::ZERO, Duration::ZERO));
        assert_eq!(forecast.stages().count(), 0);
    }
}
