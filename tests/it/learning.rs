//! Limits that nobody publishes, on virtual time: a server that gives less than it promises is found
//! out, obeyed, told of, and tried again.

use crate::rig::Rig;
use crate::sim::{Golden, Plan, Setup, Sim, on_paused_time, pass, people};
use crate::support::Workspace;
use chatferry::emulator::{Action, Fault, Options};
use chatferry::send::Ended;
use http::Method;
use std::time::Duration;

const PEOPLE: [&str; 2] = ["u1@example.com", "u2@example.com"];

fn plan(posts: u32) -> Plan {
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for n in 0..posts {
        workspace = workspace.message("U1", &format!("16000{n:05}.000100"), "one of many");
    }
    Plan::of(workspace.zip(), people(&PEOPLE))
}

/// The server gives four fifths of what it promises, where the client keeps all of it.
fn short() -> Setup {
    Setup { enforced: Some(0.04), kept: Some(0.05), ..Setup::default() }
}

#[test]
fn a_server_that_gives_less_than_it_promises_is_seldom_asked_for_more() {
    const POSTS: u32 = 1_500;
    let plan = plan(POSTS);
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let sim = Sim::begin(&plan, short());
        let began = tokio::time::Instant::now();
        assert_eq!(sim.send().await.unwrap(), Ended::Edge);
        let took = began.elapsed().as_secs_f64();
        let least = f64::from(POSTS) / (10.0 * 0.04);
        let refused = |one: &&crate::sim_net::Seen| one.status == 429 && one.verb == Method::POST;
        let refused = sim.net.seen().iter().filter(refused).count();
        assert!(refused < POSTS as usize / 30, "{refused} refusals of {POSTS} posts");
        assert!(took < least * 1.12, "{took} s against {least} s, {refused} refusals");
        let learnt = sim.ledger().learnt().expect("a ledger");
        let (posts, _) = learnt.iter().find(|(one, _)| one.what == "posts in a space").unwrap();
        assert!(posts.refusals > 0 && posts.documented == 30, "{posts:?}");
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "a hidden limit");
    });
}

#[test]
fn a_slow_server_gets_fewer_calls_of_that_kind_and_all_again_when_it_recovers() {
    let plan = plan(600);
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup { kept: Some(0.1), ..Setup::default() });
        // For a quarter of an hour every post takes half a minute.
        let slow = Fault::on("spaces.messages.create").forever().before(Action::stall(30_000));
        let id = sim.emulator.arm(slow).expect("a good fault");
        let recovers = async {
            pass(Duration::from_mins(15)).await;
            sim.emulator.disarm_all();
        };
        let (ended, ()) = tokio::join!(sim.send(), recovers);
        assert_eq!(ended.unwrap(), Ended::Edge);
        assert!(sim.emulator.fired(id) > 5);
        let learnt = sim.ledger().learnt().expect("a ledger");
        let posts = learnt.iter().find(|(one, _)| one.what == "posts in a space");
        assert!(posts.is_some_and(|(one, _)| one.slow > 1 && one.refusals == 0), "{learnt:?}");
        let others = learnt.iter().filter(|(one, _)| one.what != "posts in a space").count();
        assert_eq!(others, 0, "no other bucket is slowed down: {learnt:?}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_learnt_stands_in_the_report_and_in_the_status() {
    let rig = Rig::with(&["u1", "u2"], Options::default()).await;
    let mut workspace = Workspace::new().channel("general", &["U1", "U2"]);
    for n in 0..30 {
        workspace = workspace.message("U1", &format!("16000000{n:02}.000100"), "one of many");
    }
    let export = workspace.zip();
    let busy = Fault::on("spaces.messages.create").nth(3).times(2);
    rig.emulator().arm(busy.before(Action::status(429))).expect("a good fault");
    let mut command = rig.command(&["run", export.path.to_str().expect("UTF-8")]);
    command.env("CHATFERRY_PACE", "50x");
    let output = crate::rig::end(command).await;
    let report = crate::rig::text(&output.stdout);
    assert!(report.contains("Learnt: posts in a space: "), "{report}");
    let status = rig.ok(&["status"]).await;
    assert!(
        status.contains("Learnt: posts in a space: ") && status.contains(", at 20"),
        "{status}"
    );
}
