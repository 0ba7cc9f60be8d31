//! Permits on virtual time: no limit crossed in any window, no permit left idle, first come first
//! served.

use chatferry::clock::{Clock, VirtualClock};
use chatferry::pace::{Class, Pacer, Quotas};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

type Log = Arc<Mutex<Vec<(Instant, Class, String)>>>;

struct Rig {
    pacer: Arc<Pacer>,
    log: Log,
    start: Instant,
}

impl Rig {
    fn new(quotas: Quotas) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(0));
        let pacer = Arc::new(Pacer::new(Some(quotas), clock));
        Self { pacer, log: Log::default(), start: Instant::now() }
    }

    /// Makes `count` calls in a space from so many tasks at once.
    fn load(
        &self,
        class: Class,
        space: &str,
        tasks: usize,
        count: usize,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        (0..tasks)
            .map(|task| {
                let (pacer, log, space) =
                    (Arc::clone(&self.pacer), Arc::clone(&self.log), space.to_owned());
                let share = count / tasks + usize::from(task < count % tasks);
                tokio::spawn(async move {
                    for _ in 0..share {
                        pacer.permit(class, Some(&space)).await;
                        log.lock().expect("no test panicked").push((
                            Instant::now(),
                            class,
                            space.clone(),
                        ));
                    }
                })
            })
            .collect()
    }

    fn times(&self, keep: impl Fn(Class, &str) -> bool) -> Vec<Duration> {
        let log = self.log.lock().expect("no test panicked");
        log.iter()
            .filter(|(_, class, space)| keep(*class, space))
            .map(|(at, ..)| *at - self.start)
            .collect()
    }
}

async fn all(tasks: Vec<tokio::task::JoinHandle<()>>) {
    for task in tasks {
        task.await.expect("no panic");
    }
}

/// The most calls in any half-open window.
fn busiest(times: &[Duration], window: Duration) -> usize {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let (mut from, mut most) = (0, 0);
    for (to, at) in sorted.iter().enumerate() {
        while at.saturating_sub(sorted[from]) >= window {
            from += 1;
        }
        most = most.max(to - from + 1);
    }
    most
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn one_busy_space_never_crosses_ten_posts_in_any_second_and_idles_little() {
    let rig = Rig::new(Quotas::google());
    all(rig.load(Class::Post, "spaces/A", 7, 2_000)).await;
    let times = rig.times(|_, _| true);
    assert!(busiest(&times, SECOND) <= 10);
    let bound = 2_000.0 / 10.0;
    let took = times.last().unwrap().as_secs_f64();
    assert!(took / bound < 1.03, "{took} s against {bound} s");
}

#[tokio::test(start_paused = true)]
async fn forty_spaces_fill_the_projects_minute_and_never_cross_it() {
    let rig = Rig::new(Quotas::google());
    let mut tasks = Vec::new();
    for n in 0..40 {
        tasks.extend(rig.load(Class::Post, &format!("spaces/{n}"), 4, 500));
    }
    all(tasks).await;
    let times = rig.times(|_, _| true);
    assert!(busiest(&times, MINUTE) <= 3_000);
    for n in 0..40 {
        let own = rig.times(|_, space| space == format!("spaces/{n}"));
        assert!(busiest(&own, SECOND) <= 10, "space {n}");
    }
    let took = times.last().unwrap().as_secs_f64();
    assert!(took / (20_000.0 / 50.0) < 1.03, "{took} s");
}

#[tokio::test(start_paused = true)]
async fn a_ceiling_is_crossed_in_no_minute_and_leaves_other_quotas_alone() {
    let rig = Rig::new(Quotas::google().with_messages(1_200.0));
    let load = |class, n: usize| rig.load(class, &format!("spaces/{n}"), 4, 300);
    let mut tasks: Vec<_> = (0..20).flat_map(|n| load(Class::Post, n)).collect();
    tasks.extend((0..4).flat_map(|n| load(Class::Reaction, n)));
    all(tasks).await;
    let posts = rig.times(|class, _| class == Class::Post);
    assert!(busiest(&posts, MINUTE) <= 1_200);
    let took = posts.last().unwrap().as_secs_f64();
    assert!((1.0..1.03).contains(&(took / (6_000.0 / 20.0))), "{took} s");
    let reactions = rig.times(|class, _| class == Class::Reaction);
    assert!(reactions.last().unwrap().as_secs_f64() < 124.0, "they are not held up");
}

#[tokio::test(start_paused = true)]
async fn five_spaces_just_fill_the_project() {
    let rig = Rig::new(Quotas::google());
    let tasks =
        (0..5).flat_map(|n| rig.load(Class::Post, &format!("spaces/{n}"), 3, 2_000)).collect();
    all(tasks).await;
    let times = rig.times(|_, _| true);
    assert!(busiest(&times, MINUTE) <= 3_000);
    let took = times.last().unwrap().as_secs_f64();
    assert!(took / (10_000.0 / 50.0) < 1.03, "{took} s");
}

#[tokio::test(start_paused = true)]
async fn posts_do_not_wait_behind_reactions_or_uploads() {
    let rig = Rig::new(Quotas::google());
    let mut tasks = rig.load(Class::Reaction, "spaces/A", 50, 500);
    tasks.extend(rig.load(Class::Upload, "spaces/A", 20, 100));
    tasks.extend(rig.load(Class::Patch, "spaces/A", 20, 100));
    let posts = rig.load(Class::Post, "spaces/A", 3, 300);
    all(posts).await;
    let times = rig.times(|class, _| class == Class::Post);
    assert!(times.last().unwrap().as_secs_f64() < 30.0 * 1.03);
    all(tasks).await;
    assert!(busiest(&rig.times(|class, _| class == Class::Reaction), SECOND) <= 5);
    assert!(
        busiest(&rig.times(|class, _| matches!(class, Class::Upload | Class::Patch)), SECOND) <= 1
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_pause_saves_up_no_burst() {
    let rig = Rig::new(Quotas::google());
    all(rig.load(Class::Post, "spaces/A", 2, 50)).await;
    tokio::time::advance(Duration::from_hours(8)).await;
    let tasks =
        (0..30).flat_map(|n| rig.load(Class::Post, &format!("spaces/{n}"), 3, 200)).collect();
    all(tasks).await;
    assert!(busiest(&rig.times(|_, _| true), MINUTE) <= 3_000);
    assert!(busiest(&rig.times(|_, space| space == "spaces/A"), SECOND) <= 10);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_first_goes_first() {
    let rig = Rig::new(Quotas::google());
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for n in 0..100 {
        let (pacer, seen) = (Arc::clone(&rig.pacer), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            pacer.permit(Class::Post, Some("spaces/A")).await;
            seen.lock().expect("no test panicked").push(n);
        }));
        tokio::task::yield_now().await;
    }
    all(tasks).await;
    assert!(order.lock().expect("no test panicked").is_sorted());
}

#[tokio::test(start_paused = true)]
async fn scaled_quotas_hold_at_twenty_times_the_rate() {
    let rig = Rig::new(Quotas::google().scaled(20.0));
    let tasks =
        (0..20).flat_map(|n| rig.load(Class::Post, &format!("spaces/{n}"), 8, 6_000)).collect();
    all(tasks).await;
    let times = rig.times(|_, _| true);
    assert!(busiest(&times, MINUTE) <= 60_000);
    assert!(busiest(&rig.times(|_, space| space == "spaces/3"), SECOND) <= 200);
    let took = times.last().unwrap().as_secs_f64();
    assert!(took / (120_000.0 / 1_000.0) < 1.03, "{took} s");
}

#[tokio::test(start_paused = true)]
async fn a_penalty_holds_its_own_bucket_back_and_no_other() {
    let rig = Rig::new(Quotas::google());
    all(rig.load(Class::Post, "spaces/A", 1, 1)).await;
    rig.pacer.penalize(Class::Post, Some("spaces/A"), Duration::from_secs(30));
    let held = rig.load(Class::Post, "spaces/A", 1, 1);
    all(rig.load(Class::Post, "spaces/B", 1, 20)).await;
    all(rig.load(Class::Reaction, "spaces/A", 1, 20)).await;
    assert!(rig.start.elapsed() < Duration::from_secs(10));
    all(held).await;
    assert!(rig.start.elapsed() >= Duration::from_secs(30));
    assert!(rig.pacer.slowness(Class::Post, Some("spaces/A")) > 1.4);
    for _ in 0..200 {
        rig.pacer.succeeded(Class::Post, Some("spaces/A"));
    }
    assert!((rig.pacer.slowness(Class::Post, Some("spaces/A")) - 1.0).abs() < 1e-9);
}

#[tokio::test(start_paused = true)]
async fn a_penalty_without_a_space_holds_the_project_back() {
    let rig = Rig::new(Quotas::google());
    rig.pacer.penalize(Class::Post, None, Duration::from_secs(30));
    all(rig.load(Class::Reaction, "spaces/A", 1, 5)).await;
    assert!(rig.start.elapsed() < Duration::from_secs(5));
    all(rig.load(Class::Post, "spaces/A", 1, 1)).await;
    assert!(rig.start.elapsed() >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_gives_up_leaves_its_place() {
    let rig = Rig::new(Quotas::google());
    let wait = rig.pacer.permit(Class::Space, None);
    wait.await;
    for _ in 0..50 {
        let _ =
            tokio::time::timeout(Duration::from_millis(1), rig.pacer.permit(Class::Space, None))
                .await;
    }
    rig.pacer.permit(Class::Space, None).await;
    assert!(rig.start.elapsed() < Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn without_quotas_nothing_waits_and_nothing_is_kept() {
    let pacer = Pacer::new(None, Arc::new(VirtualClock::starting_at(0)));
    let start = Instant::now();
    for n in 0..10_000 {
        pacer.permit(Class::Post, Some(&format!("spaces/{n}"))).await;
    }
    assert_eq!((start.elapsed(), pacer.spaces()), (Duration::ZERO, 0));
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_space_leaves_nothing_behind() {
    let rig = Rig::new(Quotas::google());
    all(rig.load(Class::Post, "spaces/A", 1, 3)).await;
    assert_eq!(rig.pacer.spaces(), 1);
    rig.pacer.forget("spaces/A");
    assert_eq!(rig.pacer.spaces(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_slow_by_itself_learns_from_every_refusal() {
    // One change a second: slowed down, it is held back for longer than a refusal lasts.
    let rig = Rig::new(Quotas::google());
    for refusals in 1..4 {
        all(rig.load(Class::Patch, "spaces/A", 1, 1)).await;
        rig.pacer.penalize(Class::Patch, Some("spaces/A"), SECOND);
        assert_eq!(rig.pacer.learnt()[0].refusals, refusals);
    }
}

#[tokio::test(start_paused = true)]
async fn what_refusals_teach_is_told_of_its_bucket_and_outlives_the_space() {
    let rig = Rig::new(Quotas::google().with_share(0.5));
    all(rig.load(Class::Post, "spaces/A", 1, 1)).await;
    assert_eq!(rig.pacer.learnt(), []);
    for _ in 0..3 {
        rig.pacer.penalize(Class::Reaction, None, SECOND);
        // Refusals of calls that went at the same time are one piece of news.
        rig.pacer.penalize(Class::Reaction, None, SECOND);
        tokio::time::advance(2 * SECOND).await;
    }
    rig.pacer.slow(Class::Post, Some("spaces/A"));
    rig.pacer.slow(Class::Post, Some("spaces/A"));
    let learnt = rig.pacer.learnt();
    let told: Vec<_> = learnt.iter().map(|one| (one.what, one.refusals, one.slow)).collect();
    assert_eq!(told, [("posts in a space", 0, 1), ("reactions", 3, 0)]);
    assert!((learnt[1].documented - 600.0).abs() < 1e-6, "Google's, not the ceiling's");
    assert!((learnt[1].per_minute - 300.0 * 0.98 / 1.5_f64.powi(3)).abs() < 0.1);
    assert!((learnt[0].per_minute - 600.0 * 0.98 / 1.5).abs() < 0.1);
    rig.pacer.forget("spaces/A");
    let learnt = rig.pacer.learnt();
    assert!((learnt[0].whole, learnt[0].slow) == (true, 1), "{learnt:?}");
}
