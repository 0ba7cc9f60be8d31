//! The schedule on made-up time: how near it comes to what no run can beat, that it crosses no
//! quota in any window, and that a whole run on paused time takes as long as it says.

use crate::sim::{Plan, Setup, Sim, on_paused_time, people};
use crate::support::Workspace;
use chatferry::forecast::lower_bound;
use chatferry::pace::{Class, Load, Order, Quotas, Simulated, Terms, simulate, simulate_heard};
use chatferry::send::{Ended, Options};
use proptest::prelude::*;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

fn terms() -> Terms {
    let latency = Duration::from_millis(400);
    Terms { quotas: Quotas::google(), latency, most: 64, window: 16 }
}

/// A workspace: sizes fall as 1/rank, as those of real ones do.
fn workspace(spaces: u64, posts: u64, reactions: f64, members: f64) -> Vec<Load> {
    let rank = |n: u64| 1.0 / (n as f64 + 1.0).powf(0.9);
    let whole: f64 = (0..spaces).map(rank).sum();
    let load = |n: u64| {
        let share = rank(n) / whole;
        let own = (posts as f64 * share).ceil() as u64;
        let odd = if n.is_multiple_of(3) { 2.0 } else { 0.5 };
        Load {
            spaces: 1,
            past_members: 2 + (share * members * posts as f64) as u64,
            posts: own,
            reactions: (own as f64 * reactions * odd) as u64,
            ..Load::default()
        }
    };
    (0..spaces).map(load).collect()
}

fn ratio(loads: &[Load], terms: &Terms) -> (f64, Simulated) {
    let named: Vec<_> = loads.iter().map(|load| (String::new(), *load)).collect();
    let bound = lower_bound(&named, &terms.quotas).total.as_secs_f64();
    let simulated = simulate(loads, terms, Order::Scheduled);
    (simulated.total.as_secs_f64() / bound, simulated)
}

#[test]
fn whatever_is_scarce_a_run_takes_three_hundredths_more_than_the_least_at_most() {
    let cases = [
        ("posts", workspace(400, 150_000, 0.1, 0.02)),
        ("reactions", workspace(400, 60_000, 0.4, 0.02)),
        ("members", workspace(400, 60_000, 0.1, 0.2)),
        ("all alike", workspace(2_000, 200_000, 0.3, 0.05)),
        ("one space", vec![Load { spaces: 1, past_members: 3, posts: 20_000, ..Load::default() }]),
    ];
    for (scarce, loads) in cases {
        let (ratio, simulated) = ratio(&loads, &terms());
        println!("{scarce}: {ratio:.4}, {} spaces open", simulated.most_open);
        assert!((1.0..1.03).contains(&ratio), "{scarce}: {ratio}");
        assert!(simulated.most_open <= 64, "{scarce}: {} spaces open", simulated.most_open);
    }
}

#[test]
fn a_space_with_a_long_way_is_not_kept_waiting_by_others() {
    let mut loads = workspace(300, 60_000, 0.1, 0.01);
    loads.push(Load { spaces: 1, past_members: 20, posts: 18_000, ..Load::default() });
    loads.push(Load { spaces: 1, past_members: 20, posts: 18_000, ..Load::default() });
    let (ratio, _) = ratio(&loads, &terms());
    assert!(ratio < 1.05, "{ratio}");
}

#[test]
fn no_more_spaces_are_open_than_the_quotas_need() {
    let loads = workspace(400, 60_000, 0.4, 0.02);
    let (_, simulated) = ratio(&loads, &Terms { most: 256, ..terms() });
    assert!(simulated.most_open <= 40, "{}", simulated.most_open);
}

/// The most calls in any half-open window.
fn busiest(times: &[Duration], window: Duration) -> usize {
    let (mut from, mut most) = (0, 0);
    for (to, at) in times.iter().enumerate() {
        while at.saturating_sub(times[from]) >= window {
            from += 1;
        }
        most = most.max(to - from + 1);
    }
    most
}

fn any_loads() -> impl Strategy<Value = Vec<Load>> {
    let load = (0..40_u64, 0..400_u64, 0..150_u64, 0..20_u64, 0..30_u64, 0..20_u64);
    let load = load.prop_map(|(past_members, posts, reactions, uploads, patches, members)| Load {
        spaces: 1,
        past_members,
        posts,
        reactions,
        uploads,
        patches,
        completions: 1,
        members,
    });
    proptest::collection::vec(load, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_quota_is_crossed_in_any_window_and_every_call_is_made(
        loads in any_loads(),
        most in 1..80_usize,
        latency in 1..2_000_u64,
        scheduled: bool,
    ) {
        let terms = Terms { most, latency: Duration::from_millis(latency), ..terms() };
        let order = if scheduled { Order::Scheduled } else { Order::AsTheyCome };
        let mut project: HashMap<_, Vec<Duration>> = HashMap::new();
        let mut spaces: HashMap<_, Vec<Duration>> = HashMap::new();
        let mut made = vec![HashMap::<Class, u64>::new(); loads.len()];
        simulate_heard(&loads, &terms, order, &mut |at, lane, class| {
            project.entry(class.project()).or_default().push(at);
            if let Some(bucket) = class.space() {
                spaces.entry((lane, bucket)).or_default().push(at);
            }
            *made[lane].entry(class).or_default() += 1;
        });
        for (bucket, times) in &project {
            let limit = terms.quotas.project(*bucket);
            prop_assert!(busiest(times, limit.window) as f64 <= limit.calls, "{bucket:?}");
        }
        for ((lane, bucket), times) in &spaces {
            let limit = terms.quotas.space(*bucket);
            prop_assert!(busiest(times, limit.window) as f64 <= limit.calls, "{lane} {bucket:?}");
        }
        for (load, made) in loads.iter().zip(&made) {
            for class in Class::ALL {
                prop_assert_eq!(made.get(&class).copied().unwrap_or(0), load.calls(class));
            }
        }
    }
}

#[test]
fn a_whole_run_on_paused_time_takes_as_long_as_the_simulation_says() {
    let mut workspace = Workspace::new();
    for (n, posts) in [(0, 700), (1, 300), (2, 300), (3, 120), (4, 60), (5, 60)] {
        workspace = workspace.channel(&format!("c{n}"), &["U1", "U2"]);
        for post in 0..posts {
            workspace = workspace.message("U1", &format!("16{n}00{post:05}.000100"), "one");
            if post % 3 == 0 {
                workspace = workspace.react("wave", &["U2"]);
            }
        }
    }
    let plan = Plan::of(workspace.zip(), people(&["ana@example.com", "bo@example.com"]));
    on_paused_time(async {
        let options = Options { lanes: 64, window: 16, ..Options::default() };
        let latency = Duration::from_millis(400);
        let setup =
            Setup { enforced: Some(1.0), kept: Some(1.0), latency, options, ..Setup::default() };
        let sim = Sim::begin(&plan, setup);
        let lanes = sim.ledger().lanes().expect("lanes");
        let loads: Vec<Load> = lanes.iter().map(chatferry::send::owed).collect();
        let told = simulate(&loads, &terms(), Order::Scheduled);
        let began = Instant::now();
        assert_eq!(sim.send().await.expect("a run"), Ended::Edge);
        let ratio = began.elapsed().as_secs_f64() / told.total.as_secs_f64();
        assert!((0.95..1.05).contains(&ratio), "{ratio}: {:?}", told.total);
        let refused = sim.net.seen().iter().filter(|one| one.status == 429).count();
        assert_eq!(refused, 0);
    });
}
