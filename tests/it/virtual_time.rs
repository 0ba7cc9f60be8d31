//! Proof 6: what takes hours or months, in milliseconds. Backoff, the life of tokens, quotas,
//! the ninety days, a network that is away for hours, a day of refusals.

use crate::proof::counted;
use crate::sim::{Golden, Plan, Setup, Sim, on_paused_time, pass, people};
use crate::sim_net::Seen;
use crate::support::Workspace;
use crate::twice::{PEOPLE, small};
use chatferry::emulator::{Action, Fault};
use chatferry::send::{Ended, Held, Options};
use http::Method;
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// One call at a time.
fn alone() -> Setup {
    Setup { options: Options { lanes: 1, window: 1, ..Options::default() }, ..Setup::default() }
}

/// Returns when writes came whose path ends so, and their answers.
fn times(sim: &Sim, end: &str) -> Vec<(Duration, u16)> {
    let seen = sim.net.seen();
    let fits = |one: &&Seen| one.verb == Method::POST && one.path.ends_with(end);
    seen.iter().filter(fits).map(|one| (one.at, one.status)).collect()
}

/// Returns the most calls in any stretch of time so long.
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

#[test]
fn refusals_without_retry_after_are_met_by_googles_own_curve() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let golden = Golden::of(&plan, alone());
    on_paused_time(async {
        let sim = Sim::begin(&plan, alone());
        let fault = Fault::on("spaces.messages.create").nth(2).times(10);
        let id = sim.emulator.arm(fault.before(Action::status(429))).unwrap();
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "ten refusals");
        assert_eq!(sim.emulator.fired(id), 10);
        let posts = times(&sim, "/messages");
        let refused: Vec<Duration> =
            posts.iter().filter(|(_, status)| *status == 429).map(|(at, _)| *at).collect();
        let mut gaps = Vec::new();
        for (n, pair) in (0..).zip(refused.windows(2)) {
            let gap = pair[1].saturating_sub(pair[0] + Duration::from_millis(80)).as_secs_f64();
            let least = 2_f64.powi(n).min(64.0);
            assert!((least..least + 1.1).contains(&gap), "wait {n}: {gap} s");
            gaps.push(gap.round());
        }
        counted("virtual_time_backoff", &format!("ten 429s without Retry-After, waits {gaps:?} s"));
    });
}

#[test]
fn a_token_is_renewed_before_its_end_and_after_a_401() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let golden = Golden::of(&plan, alone());
    on_paused_time(async {
        let setup = Setup { token_life: 10 * SECOND, latency: SECOND, ..alone() };
        let sim = Sim::begin(&plan, setup);
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "ten seconds of life");
        let fetched = sim.emulator.stats().of("token");
        assert!(fetched > golden.stats.of("token"), "{fetched} tokens");
        let late = sim.net.seen().iter().filter(|one| one.status == 401).count();
        assert_eq!(late, 0, "no call was made with a token that had ended");
        counted(
            "virtual_time_token_life",
            &format!("{fetched} tokens of 10 s each, none used too late"),
        );

        let sim = Sim::begin(&plan, Setup { latency: SECOND, ..alone() });
        let ended = async {
            // Google counts otherwise than we do: all tokens are over at once, four times.
            pass(Duration::from_millis(500)).await;
            for _ in 0..4 {
                pass(9 * SECOND).await;
                sim.emulator.advance(2 * HOUR);
            }
        };
        let (told, ()) = tokio::join!(sim.whole(), ended);
        golden.assert_same(&sim, &told, "tokens ended early");
        let late = sim.net.seen().iter().filter(|one| one.status == 401).count();
        assert!((4..=12).contains(&late), "{late} calls met a 401");
        counted(
            "virtual_time_token_401",
            &format!("{late} calls met a 401 and went through with a new token"),
        );
    });
}

#[test]
fn quotas_are_kept_for_hours_and_no_permit_is_wasted() {
    const POSTS: u32 = 900;
    // A fiftieth of Google's pace: one post of a space in five seconds.
    const FACTOR: f64 = 0.02;
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for n in 0..POSTS {
        workspace = workspace.message("U1", &format!("16000{n:05}.000100"), "one of many");
        if n % 3 == 0 {
            workspace = workspace.react("wave", &["U2"]);
        }
    }
    let plan = Plan::of(workspace.zip(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let setup = Setup { enforced: Some(FACTOR), kept: Some(FACTOR), ..Setup::default() };
        let (sim, began) = (Sim::begin(&plan, setup), Instant::now());
        assert_eq!(sim.send().await.unwrap(), Ended::Edge);
        let took = began.elapsed();
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "an hour and more at the limit");
        let refused: Vec<String> = sim
            .net
            .seen()
            .iter()
            .filter(|one| one.status == 429 && one.verb == Method::POST)
            .map(|one| format!("{:?} {} {}", one.at, one.verb, one.path))
            .collect();
        assert_eq!(refused, Vec::<String>::new());
        let limits = [("/messages", 10.0), ("/reactions", 5.0)];
        for (path, a_second) in limits {
            let at: Vec<Duration> = times(&sim, path).into_iter().map(|(at, _)| at).collect();
            for window in [10 * SECOND, MINUTE, HOUR] {
                let allowed = (a_second * FACTOR * window.as_secs_f64()).ceil() as usize;
                let most = busiest(&at, window);
                assert!(most <= allowed, "{path}: {most} in {window:?}, {allowed} allowed");
            }
        }
        let least = f64::from(POSTS) / (10.0 * FACTOR);
        let ratio = took.as_secs_f64() / least;
        assert!((1.0..1.05).contains(&ratio), "{took:?} against {least} s");
        counted(
            "virtual_time_quotas",
            &format!("{POSTS} posts at the limit in {took:?}, {ratio:.3} of the least"),
        );
    });
}

#[test]
fn near_the_end_of_the_ninety_days_completion_is_held() {
    let plan = Plan::of(small(), people(&PEOPLE));
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup::default());
        sim.send().await.unwrap();
        sim.verify().await.unwrap();
        tokio::time::advance((90 * DAY).saturating_sub(20 * MINUTE)).await;
        let (_, completed) = sim.complete().await.unwrap();
        assert_eq!((completed.done.len(), completed.held.len()), (0, 3));
        let soon = Held::LastMinutes;
        assert!(completed.held.iter().all(|(_, why)| *why == soon), "{:?}", completed.held);
        tokio::time::advance(HOUR).await;
        let (_, completed) = sim.complete().await.unwrap();
        let over = Held::Over;
        assert!(completed.held.iter().all(|(_, why)| *why == over), "{:?}", completed.held);
        assert_eq!(sim.emulator.stats().of("spaces.completeImport"), 0);
        counted(
            "virtual_time_ninety_days",
            "90 days less 20 minutes, and 90 days: completion held",
        );
    });
}

#[test]
fn b20_what_google_puts_off_until_the_last_half_hour_is_not_asked_for_any_more() {
    let plan = Plan::of(small(), people(&PEOPLE));
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup::default());
        sim.send().await.unwrap();
        sim.verify().await.unwrap();
        tokio::time::advance((90 * DAY).saturating_sub(34 * MINUTE)).await;
        let busy = Action::status(429).retry_after(120);
        sim.emulator.arm(Fault::on("spaces.completeImport").times(60).before(busy)).unwrap();
        let (_, completed) = sim.complete().await.unwrap();
        assert_eq!((completed.done.len(), completed.held.len()), (0, 3), "{completed:?}");
        let soon = Held::LastMinutes;
        assert!(completed.held.iter().all(|(_, why)| *why == soon), "{:?}", completed.held);
        // Nothing of it counts as begun, though Google would take it now.
        sim.emulator.disarm_all();
        let (_, completed) = sim.complete().await.unwrap();
        assert_eq!((completed.done.len(), completed.held.len()), (0, 3), "{completed:?}");
        assert!(!sim.emulator.canonical().contains("\"completed\""));
    });
}

#[test]
fn a_network_that_is_away_for_six_hours_is_waited_for() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let (sim, began) = (Sim::begin(&plan, Setup::default()), Instant::now());
        sim.net.cut(Duration::from_millis(300), 6 * HOUR);
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "six hours without a network");
        let (took, refused) = (began.elapsed(), sim.net.refused());
        assert!(took > 6 * HOUR && took < 6 * HOUR + 5 * MINUTE, "{took:?}");
        assert!(sim.heard.count("waiting") > 0, "whoever watches was told");
        counted(
            "virtual_time_outage",
            &format!("six hours without a network, {refused} calls in vain, golden"),
        );
    });
}

#[test]
fn a_day_of_throttling_is_outlasted() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        // The server gives a ten-thousandth of what it promises.
        let setup =
            Setup { enforced: Some(1e-4), kept: Some(1.0), patience: 30 * DAY, ..Setup::default() };
        let (sim, began) = (Sim::begin(&plan, setup), Instant::now());
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "a day of 429");
        let (took, refused) = (began.elapsed(), sim.heard.count("throttled"));
        assert!(took > 8 * HOUR && refused > 100, "{took:?}, {refused} refusals");
        let most = golden.stats.total() + took.as_secs() / 30 * 3 * 4;
        assert!(sim.emulator.stats().total() < most, "it does not hammer");
        counted(
            "virtual_time_throttling",
            &format!("{took:?} of throttling, {refused} refusals, golden"),
        );
    });
}
