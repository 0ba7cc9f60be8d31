//! Hours and pauses on virtual time: outside of them nothing is begun, afterwards all goes on by
//! itself, without a burst, to the same end.

use crate::sim::{EPOCH, Golden, Plan, Setup, Sim, on_paused_time, pass, people};
use crate::sim_net::Seen;
use crate::support::Workspace;
use chatferry::ids::Micros;
use chatferry::send::Ended;
use chatferry::settings::{Hours, Paused};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const PEOPLE: [&str; 2] = ["u1@example.com", "u2@example.com"];
/// A fiftieth of Google's pace: one post of a space in five seconds.
const FACTOR: f64 = 0.02;
/// A call that was begun may take a moment to arrive, and a look at the folder comes once a second.
const LATE: Duration = Duration::from_millis(1_100);

/// Posts that take so many seconds at a fiftieth of Google's pace.
fn plan(seconds: u32) -> Plan {
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for n in 0..seconds / 5 {
        workspace = workspace.message("U1", &format!("16000{n:05}.000100"), "one of many");
        if n % 7 == 0 {
            workspace = workspace.react("wave", &["U2"]);
        }
    }
    Plan::of(workspace.zip(), people(&PEOPLE))
}

fn slow() -> Setup {
    Setup {
        enforced: Some(FACTOR),
        kept: Some(FACTOR),
        patience: 30 * 24 * HOUR,
        ..Setup::default()
    }
}

/// When requests came, in order.
fn times(sim: &Sim, keep: impl Fn(&Seen) -> bool) -> Vec<Duration> {
    let seen = sim.net.seen();
    let mut times: Vec<_> = seen.iter().filter(|one| keep(one)).map(|one| one.at).collect();
    times.sort_unstable();
    times
}

fn is_post(seen: &Seen) -> bool {
    seen.path.ends_with("/messages") && seen.verb == http::Method::POST
}

/// The most calls in any stretch of so long.
fn busiest(times: &[Duration], window: Duration) -> usize {
    let within = |from: Duration| {
        times.iter().filter(|at| **at >= from && at.saturating_sub(from) < window).count()
    };
    times.iter().map(|from| within(*from)).max().unwrap_or(0)
}

#[test]
fn outside_of_its_hours_a_run_begins_nothing_and_goes_on_without_a_burst() {
    let plan = plan(1_500);
    // Simulations begin at 20:26:40 UTC; the posts need more than the quarter of an hour of one night.
    let hours: Hours = "23:50-00:05 UTC".parse().unwrap();
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup { between: Some(hours.clone()), ..slow() });
        assert_eq!(sim.send().await.unwrap(), Ended::Edge);
        let all = times(&sim, |_| true);
        for at in &all {
            let wall = EPOCH + at.saturating_sub(LATE).as_micros() as Micros;
            let begun = EPOCH + at.as_micros() as Micros;
            let inside = hours.resting(begun).is_none() || hours.resting(wall).is_none();
            assert!(inside, "a call at {}", hours.wall(begun));
        }
        assert!(*all.last().unwrap() > 24 * HOUR, "it took a second night");
        let posts = times(&sim, is_post);
        for (window, allowed) in [(10 * SECOND, 2), (MINUTE, 12), (HOUR, 720)] {
            let most = busiest(&posts, window);
            assert!(most <= allowed, "{most} posts in {window:?}, {allowed} allowed");
        }
        assert_eq!(posts.len(), 300, "nothing is sent twice");
        assert_eq!(sim.account().wedged.len(), 0);
        assert_eq!(sim.heard.of("Resting"), 2, "told of both nights");
        assert_eq!(sim.heard.of("WorksAgain"), 2);
        assert_eq!(sim.heard.of("Stalled"), 0, "whoever rests is not stalled");
    });
}

#[test]
fn a_pause_holds_within_a_second_and_whatever_is_under_way_lands() {
    let plan = plan(900);
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup { pausable: true, ..slow() });
        let folder = sim.folder();
        let pausing = async {
            pass(300 * SECOND).await;
            assert!(matches!(folder.pause(sim.clock.wall()).unwrap(), Paused::Since(_)));
            pass(8 * HOUR).await;
            let lasted = folder.unpause(sim.clock.wall()).unwrap();
            assert_eq!(lasted, Some(8 * HOUR));
            assert_eq!(folder.unpause(sim.clock.wall()).unwrap(), None, "once is enough");
        };
        let (ended, ()) = tokio::join!(sim.send(), pausing);
        assert_eq!(ended.unwrap(), Ended::Edge);
        let (from, to) = (300 * SECOND + LATE, 300 * SECOND + 8 * HOUR);
        let during = times(&sim, |one| one.at > from && one.at < to);
        assert_eq!(during, Vec::<Duration>::new(), "calls during the pause");
        let posts = times(&sim, is_post);
        assert!(posts.iter().any(|at| *at < from) && posts.iter().any(|at| *at > to));
        assert!(posts.iter().any(|at| *at > to && *at < to + 10 * SECOND), "it goes on at once");
        assert!(busiest(&posts, MINUTE) <= 12, "{} posts in a minute", busiest(&posts, MINUTE));
        assert_eq!((sim.heard.of("Paused"), sim.heard.of("WorksAgain")), (1, 1));
        assert_eq!(sim.heard.of("Stalled"), 0);
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "paused for eight hours");
    });
}

#[test]
fn a_pause_outlives_the_process_and_hours_begin_behind_it() {
    let plan = plan(60);
    on_paused_time(async {
        let hours = "21:00-20:00 UTC".parse().ok();
        let setup = Setup { pausable: true, between: hours, patience: HOUR, ..slow() };
        let sim = Sim::begin(&plan, setup);
        sim.folder().pause(sim.clock.wall()).unwrap();
        for _ in 0..2 {
            assert_eq!(sim.send().await.unwrap(), Ended::Stopped, "it waits until it is stopped");
        }
        assert_eq!(times(&sim, |_| true).len(), 0);
        assert_eq!(sim.heard.of("Paused"), 2, "each told so");
        sim.folder().unpause(sim.clock.wall()).unwrap();
        assert_eq!(sim.send().await.unwrap(), Ended::Edge);
        // Whatever else stands in the file: somebody wanted a pause.
        sim.folder().write("paused", b"by hand").unwrap();
        assert_eq!(sim.folder().paused(), Some(Paused::Somehow));
    });
}
