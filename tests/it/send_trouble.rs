//! Whole migrations in trouble, on virtual time: what is waited out, set aside, read back, and
//! what stops one lane and no other. In the end the state is that of a quiet day.

use crate::sim::{Golden, Plan, Setup, Sim, on_paused_time, people};
use crate::support::{Export, Workspace};
use crate::twice::{PEOPLE, small};
use chatferry::cli::Exit;
use chatferry::emulator::{Action, Change, Content, Dialects, Fault, Gone, Reach, Throttle};
use chatferry::send::{self, Ended};
use chatferry::settings::Unavailable;
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const POSTS: &str = "spaces.messages.create";
const REACTIONS: &str = "spaces.messages.reactions.create";
const MEMBERS: &str = "spaces.members.create";
/// Three rounds of eight calls: then a step has had its chances.
const CHANCES: u64 = 24;

/// Enough posts that can go at once to tell one bad step from an outage.
fn busy() -> Export {
    let mut workspace = Workspace::new();
    for room in ["general", "board", "random"] {
        workspace = workspace.channel(room, &["U1", "U2"]);
        for n in 0..20 {
            let author = if n % 2 == 0 { "U1" } else { "U2" };
            let ts = format!("16000000{n:02}.000100");
            workspace = workspace.message(author, &ts, &format!("{room} {n}"));
        }
        workspace = workspace.react("wave", &["U1", "U2"]);
    }
    workspace.zip()
}

/// Runs a plan with these faults; whole again after `mend`, it must be golden.
async fn mended(
    plan: &Plan,
    golden: &Golden,
    faults: Vec<Fault>,
    check: impl FnOnce(&Sim, &Ended),
) {
    let sim = Sim::begin(plan, Setup::default());
    for fault in faults {
        sim.emulator.arm(fault).expect("a good fault");
    }
    let ended = sim.send().await.expect("no reason to break off");
    check(&sim, &ended);
    assert_eq!(sim.emulator.unfired(), [], "every fault struck");
    sim.emulator.disarm_all();
    sim.ledger().retry(None, None).expect("a ledger");
    let told = sim.whole().await;
    golden.assert_same(&sim, &told, "mended");
}

fn judged(sim: &Sim) -> Exit {
    Exit::after("run", &sim.account())
}

#[test]
fn no_network_for_three_hours_is_waited_out_with_a_probe_now_and_then() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let (sim, began) = (Sim::begin(&plan, Setup::default()), Instant::now());
        sim.net.cut(Duration::from_millis(500), 3 * HOUR);
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "three hours without a network");
        assert!(began.elapsed() < 3 * HOUR + 2 * MINUTE, "{:?}", began.elapsed());
        assert_eq!((sim.heard.count("waiting"), sim.heard.of("Resumed")), (1, 1));
        assert_eq!(sim.heard.of("on: \"network\""), 1);
        assert_eq!((sim.heard.of("wedged"), sim.heard.of("StepParked")), (0, 0));
        let refused = sim.net.refused();
        assert!((300..400).contains(&refused), "{refused} calls in 360 half minutes");
    });
}

#[test]
fn an_outage_while_reading_back_or_completing_is_waited_out_too() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    for half_minutes in [1, 2] {
        on_paused_time(async {
            let sim = Sim::begin(&plan, Setup { latency: MINUTE / 4, ..Setup::default() });
            sim.send().await.expect("a quiet time");
            sim.net.cut(half_minutes * MINUTE / 2, 2 * HOUR);
            let told = sim.whole().await;
            golden.assert_same(&sim, &told, "an outage later");
            assert_eq!((sim.heard.count("waiting"), sim.heard.of("Resumed")), (1, 1));
        });
    }
}

#[test]
fn google_failing_on_every_call_is_an_outage_and_no_call_is_stuck_for_it() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup::default());
        let fault = Fault::on("*").nth(40).times(150).before(Action::status(503));
        sim.emulator.arm(fault).expect("a good fault");
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "150 answers 503");
        assert_eq!((sim.heard.count("waiting"), sim.heard.of("Resumed")), (1, 1));
        assert_eq!((sim.heard.of("wedged"), sim.heard.of("StepParked")), (0, 0));
    });
}

#[test]
fn b8_one_bad_gateway_at_each_kind_of_call_stops_nothing() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let gateway = || Action::status(502).with(Content::Html);
    for method in ["spaces.create", POSTS, REACTIONS, "spaces.completeImport", MEMBERS, "token"] {
        for fault in [Fault::on(method).before(gateway()), Fault::on(method).after(gateway())] {
            on_paused_time(async {
                let sim = Sim::begin(&plan, Setup::default());
                sim.emulator.arm(fault.clone()).expect("a good fault");
                let told = sim.whole().await;
                golden.assert_same(&sim, &told, &format!("{fault:?}"));
                assert_eq!(sim.emulator.unfired(), []);
                assert_eq!((sim.heard.of("wedged"), sim.heard.count("waiting")), (0, 0));
            });
        }
    }
}

#[test]
fn a_captive_portal_is_named_as_one_and_waited_out() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let portals = [
        Action::status(200).with(Content::Html),
        Action::redirect("http://hotel.example/login"),
        Action::status(200).with(Content::Truncated),
        Action::status(407).with(Content::Html),
    ];
    for portal in portals {
        on_paused_time(async {
            let sim = Sim::begin(&plan, Setup::default());
            let fault = Fault::on("*").nth(40).times(60).before(portal.clone());
            sim.emulator.arm(fault).expect("a good fault");
            let told = sim.whole().await;
            golden.assert_same(&sim, &told, &format!("{portal:?}"));
            assert_eq!(sim.heard.of("something that is not Google"), 1, "{portal:?}");
            assert_eq!((sim.heard.of("wedged"), sim.heard.of("StepParked")), (0, 0));
        });
    }
}

#[test]
fn one_post_without_a_clear_end_is_set_aside_twice_and_then_read_back() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let poison = || Fault::on(POSTS).containing("board 7");
    on_paused_time(mended(
        &plan,
        &golden,
        vec![poison().times(CHANCES).before(Action::status(500))],
        |sim, ended| {
            assert_eq!(*ended, Ended::Edge);
            assert_eq!((sim.heard.of("StepParked"), sim.heard.of("waiting")), (2, 0));
            assert_eq!(sim.heard.count("wedged: unconfirmed"), 1, "it was seen not to be there");
            assert_eq!(judged(sim), Exit::Wedged);
            assert_eq!(sim.emulator.stats().with(POSTS, 200), 59, "all others");
        },
    ));
    on_paused_time(mended(
        &plan,
        &golden,
        vec![poison().times(CHANCES).after(Action::status(500))],
        |sim, ended| {
            assert_eq!((*ended, judged(sim)), (Ended::Edge, Exit::Done));
            assert_eq!(sim.heard.of("wedged"), 0, "it was seen to be there");
        },
    ));
}

#[test]
fn a_reaction_without_a_clear_end_is_absent_only_where_nobody_gave_it() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let fails = |fault: Fault| vec![fault.times(CHANCES).before(Action::status(503))];
    // U1's wave stands on the same message: U2's can't be told from it.
    let shared = Fault::on(REACTIONS).of("u2@example.com");
    on_paused_time(mended(&plan, &golden, fails(shared), |sim, ended| {
        assert_eq!((*ended, judged(sim)), (Ended::Unsettled { calls: 1 }, Exit::Unfinished));
        assert_eq!((sim.heard.of("wedged"), sim.heard.of("StepUnsettled")), (0, 1));
    }));
    let alone = Fault::on(REACTIONS).containing("\u{1f389}");
    on_paused_time(mended(&plan, &golden, fails(alone), |sim, ended| {
        assert_eq!((*ended, judged(sim)), (Ended::Edge, Exit::Wedged));
        assert_eq!(sim.heard.count("wedged: unconfirmed"), 1);
    }));
}

#[test]
fn a_space_without_a_clear_end_stays_owed_and_the_other_lanes_go_on() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    for fault in [
        Fault::on("spaces.create").containing("board").times(CHANCES).before(Action::status(500)),
        Fault::on("spaces.create").containing("board").times(CHANCES).after(Action::status(500)),
    ] {
        on_paused_time(mended(&plan, &golden, vec![fault], |sim, ended| {
            assert_eq!((*ended, judged(sim)), (Ended::Unsettled { calls: 1 }, Exit::Unfinished));
            assert_eq!(sim.heard.of("wedged"), 0, "nothing is known of it");
            assert_eq!(sim.emulator.stats().with(POSTS, 200), 5, "of the other two");
        }));
    }
}

#[test]
fn a_past_membership_without_a_clear_end_is_looked_for_among_the_members() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .person("U2", "u2")
        .message("U2", "1600000010.000100", "bye")
        .record(serde_json::json!({"type": "message", "subtype": "channel_leave", "user": "U2",
            "ts": "1600000020.000100", "text": "<@U2> has left the channel"}))
        .zip();
    let plan = Plan::of(export, people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let fault = || Fault::on(MEMBERS).forever();
    on_paused_time(mended(&plan, &golden, vec![fault().before(Action::status(500))], |sim, _| {
        let stuck = sim.heard.count("wedged: unconfirmed");
        assert!(stuck > 0 && stuck == sim.heard.of("wedged"), "{stuck}");
        assert_eq!(judged(sim), Exit::Wedged);
    }));
    on_paused_time(mended(
        &plan,
        &golden,
        vec![fault().after(Action::status(500))],
        |sim, ended| {
            assert_eq!((*ended, judged(sim)), (Ended::Edge, Exit::Done));
        },
    ));
}

#[test]
fn b14_half_an_hour_of_429_slows_a_run_down_and_never_ends_it() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let (sim, began) = (Sim::begin(&plan, Setup::default()), Instant::now());
        let fault = Fault::on("*").nth(40).times(400).before(Action::status(429));
        sim.emulator.arm(fault).expect("a good fault");
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "400 refusals");
        assert!(began.elapsed() > 30 * MINUTE, "{:?}", began.elapsed());
        assert_eq!(sim.heard.of("Stalled"), 1, "whoever watches is told once");
        assert_eq!(sim.heard.of("throttled: true"), 1);
        assert_eq!((sim.heard.count("waiting"), sim.heard.of("wedged")), (0, 0));
    });
}

#[test]
fn b15_a_403_that_means_slow_down_is_one() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let throttle = Throttle::Forbidden;
    let dialects = Dialects { throttle, ..Dialects::default() };
    let setup = Setup { dialects, enforced: Some(0.05), kept: Some(1.0), ..Setup::default() };
    let golden = Golden::of(&plan, Setup { enforced: None, kept: None, ..setup.clone() });
    on_paused_time(async {
        let sim = Sim::begin(&plan, setup);
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "403 rateLimitExceeded");
        assert!(sim.heard.count("throttled") > 0, "the quota was met");
        assert_eq!(sim.heard.of("wedged"), 0);
    });
}

#[test]
fn b20_a_space_that_is_gone_stops_its_lane_at_once_and_no_other() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    for gone_space in [Gone::Forbidden, Gone::NotFound] {
        for change in [Change::ExpireSpace("board".into()), Change::DeleteSpace("board".into())] {
            let dialects = Dialects { gone_space, ..Dialects::default() };
            on_paused_time(async {
                let sim = Sim::begin(&plan, Setup { dialects, ..Setup::default() });
                sim.emulator.change_after(POSTS, 12, change.clone()).expect("a good change");
                assert_eq!(sim.send().await.expect("it goes on"), Ended::Edge);
                assert_eq!(sim.heard.of("LaneBlocked"), 1, "{change:?}");
                assert_eq!(sim.heard.of("wedged"), 0, "what is owed stays owed");
                assert_eq!(judged(&sim), Exit::Wedged);
                let account = sim.account();
                assert_eq!((account.gone.len(), account.wedged.len()), (1, 0));
                assert_eq!(account.gone[0].name, "board");
                assert_eq!(account.lanes["drained"], 2);
                let refused =
                    sim.emulator.stats().with(POSTS, 403) + sim.emulator.stats().with(POSTS, 404);
                assert!((1..=4).contains(&refused), "{refused}: no more than were in flight");
                let posts = sim.emulator.stats().of(POSTS);
                assert_eq!(sim.send().await.expect("it ends"), Ended::Edge, "it is asked again");
                assert_eq!(sim.emulator.stats().of(POSTS), posts, "and nothing is posted");
                assert_eq!(judged(&sim), Exit::Wedged);
            });
        }
    }
}

#[test]
fn a_space_that_only_seemed_gone_is_gone_on_with_by_the_next_run() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let fault = Fault::on("*").in_space("board").nth(8).forever().before(Action::status(403));
    on_paused_time(mended(&plan, &golden, vec![fault], |sim, ended| {
        assert_eq!((*ended, judged(sim)), (Ended::Edge, Exit::Wedged));
        assert_eq!((sim.heard.of("LaneBlocked"), sim.heard.of("wedged")), (1, 0));
    }));
}

#[test]
fn a_person_without_permission_is_stuck_and_the_space_is_asked_once_a_minute() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let fault = Fault::on(POSTS).of("u2@example.com").forever().before(Action::status(403));
    on_paused_time(mended(&plan, &golden, vec![fault], |sim, ended| {
        assert_eq!((*ended, judged(sim)), (Ended::Edge, Exit::Wedged));
        assert_eq!(sim.heard.count("wedged: permission_denied"), 30);
        assert_eq!(sim.heard.of("LaneBlocked"), 0);
        assert_eq!(sim.emulator.stats().of("spaces.messages.list"), 3, "once for each space");
    }));
}

#[test]
fn b20_the_days_that_run_out_are_told_of_at_half_and_at_four_fifths() {
    let plan = Plan::of(small(), people(&PEOPLE));
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup::default());
        let fault = Fault::on(REACTIONS).of("u2@example.com").forever();
        sim.emulator.arm(fault.before(Action::status(503))).expect("a good fault");
        for (days, told) in [(0, [0, 0]), (46, [1, 0]), (27, [1, 1])] {
            tokio::time::advance(days * DAY).await;
            sim.send().await.expect("no reason to break off");
            let heard = [sim.heard.of("percent: 50"), sim.heard.of("percent: 80")];
            assert_eq!(heard, told, "after {days} days more");
        }
        assert_eq!(sim.heard.of("days_left: 16"), 1);
    });
}

#[test]
fn b16_a_token_endpoint_in_trouble_is_waited_for() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    for action in [Action::status(500), Action::Close, Action::status(502).with(Content::Html)] {
        on_paused_time(async {
            let sim = Sim::begin(&plan, Setup { token_life: MINUTE, ..Setup::default() });
            let fault = Fault::on("token").nth(3).times(40).before(action.clone());
            sim.emulator.arm(fault).expect("a good fault");
            let told = sim.whole().await;
            golden.assert_same(&sim, &told, &format!("{action:?}"));
            assert_eq!(sim.heard.of("wedged"), 0);
        });
    }
}

/// The messages of people whose account can't be used wait for it, instead of being named.
fn that_waits() -> Setup {
    let setup = Setup::default();
    let unavailable = Unavailable::Wait;
    Setup { options: send::Options { unavailable, ..setup.options }, ..setup }
}

#[test]
fn b16_b17_an_account_that_can_not_be_impersonated_concerns_its_own_calls_alone() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    for change in
        [Change::SuspendUser("u2@example.com".into()), Change::DeleteUser("u2@example.com".into())]
    {
        on_paused_time(async {
            let sim = Sim::begin(&plan, that_waits());
            sim.emulator.change_after(POSTS, 12, change.clone()).expect("a good change");
            assert_eq!(sim.send().await.expect("others go on"), Ended::Edge);
            let stuck = sim.heard.count("wedged: account_unavailable");
            assert!((20..=33).contains(&stuck), "{stuck}");
            assert!(sim.emulator.stats().of("token") < 16, "the endpoint is not hammered");
            sim.emulator.change(&Change::RestoreUser("u2@example.com".into())).expect("back");
            tokio::time::advance(6 * MINUTE).await;
            sim.ledger().retry(None, None).expect("a ledger");
            let told = sim.whole().await;
            golden.assert_same(&sim, &told, "restored");
        });
    }
}

/// Runs until a change stops everything; then takes it back.
async fn stopped_by(plan: &Plan, golden: &Golden, changes: [Change; 2], says: &str) {
    let [change, back] = changes;
    let sim = Sim::begin(plan, Setup::default());
    for change in [change, Change::ExpireTokens] {
        sim.emulator.change_after("spaces.create", 1, change).expect("a good change");
    }
    let fatal = sim.send().await.expect_err(says);
    assert!(fatal.to_string().contains(says), "{fatal}");
    assert_eq!(sim.heard.of("wedged"), 0, "nothing is marked as failed");
    sim.emulator.change(&back).expect("a good change");
    tokio::time::advance(6 * MINUTE).await;
    let told = sim.whole().await;
    golden.assert_same(&sim, &told, says);
}

#[test]
fn what_concerns_everybody_stops_the_run_with_its_own_sentence() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    let admin = || "admin@example.com".to_owned();
    let cases = [
        (Change::RevokeKey, Change::RestoreKey, "key is refused"),
        (
            Change::RevokeDelegation(Reach::All),
            Change::RestoreDelegation(Reach::All),
            "delegation is missing",
        ),
        (Change::AppOff, Change::AppOn, "Chat app is not configured"),
        (
            Change::SuspendUser(admin()),
            Change::RestoreUser(admin()),
            "this account can't be impersonated",
        ),
    ];
    for (change, back, says) in cases {
        on_paused_time(stopped_by(&plan, &golden, [change, back], says));
    }
}

#[test]
fn a_delegation_that_misses_one_domain_concerns_the_accounts_there() {
    let mut workspace = Workspace::new().person("U2", "u2").who(serde_json::json!({
        "profile": {"real_name": "U2", "display_name": "u2", "email": "u2@other.example"},
    }));
    workspace = workspace.channel("general", &["U1", "U2"]);
    for n in 0..20 {
        let author = if n % 2 == 0 { "U1" } else { "U2" };
        workspace = workspace.message(author, &format!("16000000{n:02}.000100"), "hello");
    }
    let plan = Plan::of(workspace.zip(), people(&["u1@example.com", "u2@other.example"]));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let sim = Sim::begin(&plan, that_waits());
        let other = || Reach::Domain("other.example".to_owned());
        sim.emulator.change(&Change::RevokeDelegation(other())).expect("a good change");
        assert_eq!(sim.send().await.expect("others go on"), Ended::Edge);
        assert_eq!(sim.heard.count("wedged: account_unavailable"), 10);
        let detail = &sim.account().wedged[0].detail;
        assert_eq!(detail, "the delegation does not cover this account");
        sim.emulator.change(&Change::RestoreDelegation(other())).expect("a good change");
        tokio::time::advance(6 * MINUTE).await;
        sim.ledger().retry(None, None).expect("a ledger");
        let told = sim.whole().await;
        golden.assert_same(&sim, &told, "delegated again");
    });
}

#[test]
fn a_clock_that_is_off_is_told_of_once_and_stops_the_run_when_it_is_too_far() {
    let plan = Plan::of(busy(), people(&PEOPLE));
    let golden = Golden::of(&plan, Setup::default());
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup::default());
        sim.emulator.change(&Change::Skew { seconds: 40 }).expect("a good change");
        assert_eq!(sim.send().await.expect("40 s are tolerable"), Ended::Edge);
        assert_eq!(sim.heard.of("Warned"), 1);
        assert!(sim.heard.of("clock is 40 s off") + sim.heard.of("clock is 39 s off") == 1);
    });
    for seconds in [600, -600] {
        on_paused_time(async {
            let sim = Sim::begin(&plan, Setup::default());
            sim.emulator
                .change_after("spaces.create", 1, Change::Skew { seconds })
                .expect("a good change");
            let fatal = sim.send().await.expect_err("ten minutes are too much");
            let text = fatal.to_string();
            assert!(text.contains("clock of this machine is 600 s off"), "{text}");
            assert_eq!(sim.heard.of("wedged"), 0);
            sim.emulator.change(&Change::Skew { seconds: 0 }).expect("a good change");
            let told = sim.whole().await;
            golden.assert_same(&sim, &told, "the clock is set right");
        });
    }
}
