//! Stops from outside: signals once and twice, and a process that stands still for hours.

use crate::child::Running;
use crate::crash_support::{End, Golden, PEOPLE, POSTS, finish, small, words, writes};
use crate::rig::{Rig, text};
use chatferry::emulator::{Action, Fault, Options};
use std::time::Duration;
use tokio::time::Instant;

async fn slow() -> Rig {
    let slow = Options { latency: Duration::from_millis(20), ..Options::default() };
    Rig::with(&PEOPLE, slow).await
}

#[tokio::test(flavor = "multi_thread")]
async fn b13_a_first_sigterm_lets_calls_under_way_end_and_their_receipts_are_kept() {
    let (rig, export) = (slow().await, small());
    let golden = Golden::of(&export, Options::default()).await;
    let mut run = Running::start(&rig, &words("run", &export));
    run.calls(&rig, POSTS, 4).await;
    run.signal("TERM");
    let output = run.end().await;
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(rig.emulator().stats().of(POSTS) < 9, "it stops");
    finish(&rig, &export, &golden, Vec::new()).await;
    assert_eq!(writes(&rig), golden.writes, "nothing is sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn b13_a_second_signal_does_not_wait_for_a_call_without_an_answer() {
    let (rig, export) = (slow().await, small());
    let golden = Golden::of(&export, Options::default()).await;
    let hangs = Fault::on(POSTS).nth(4).after(Action::stall(120_000));
    let hangs = rig.emulator().arm(hangs).expect("a good fault");
    let mut run = Running::start(&rig, &words("run", &export));
    while rig.emulator().fired(hangs) == 0 {
        assert!(run.is_alive());
        tokio::task::yield_now().await;
    }
    run.signal("INT");
    run.says("Stopping").await;
    assert!(run.is_alive(), "it waits for the answer");
    let began = Instant::now();
    run.signal("INT");
    let output = run.end().await;
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    rig.emulator().disarm_all();
    finish(&rig, &export, &golden, Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stood_still_for_hours_goes_on() {
    let (rig, export) = (slow().await, small());
    let golden = Golden::of(&export, Options::default()).await;
    let mut run = Running::start(&rig, &words("run", &export));
    run.calls(&rig, POSTS, 4).await;
    run.signal("STOP");
    run.is_stopped().await;
    // Tokens expire meanwhile, and connections die.
    rig.emulator().advance(Duration::from_hours(2));
    let dead = Fault::on("*").times(2).before(Action::Close);
    let dead = rig.emulator().arm(dead).expect("a good fault");
    let tokens = rig.emulator().stats().of("token");
    run.signal("CONT");
    let output = run.end().await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(rig.emulator().fired(dead) > 0, "connections died");
    assert!(rig.emulator().stats().of("token") > tokens, "tokens were had anew");
    let ends = vec![End::of(&output, &rig.work())];
    finish(&rig, &export, &golden, ends).await;
}
