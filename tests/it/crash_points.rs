//! Proof 1: the program dies at every crash point there is, one at a time, and is resumed. What it
//! leaves behind equals what an undisturbed migration leaves.

use crate::crash_support::{COMMANDS, End, Golden, Left, PEOPLE, died, small, words};
use crate::proof::counted;
use crate::rig::Rig;
use crate::support::Export;
use chatferry::emulator::Options;
use std::collections::BTreeMap;
use std::process::Output;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Trials at the same time.
const AT_ONCE: usize = 3;
/// Calls under way at the same time, with one lane and a window of one: a post and a reaction.
const IN_FLIGHT: u64 = 2;
/// Settles that happen to arrive together share a commit, so the last points may not be reached.
const SLACK: u64 = 8;

/// Runs one command, one call after the other, with a crash wish.
async fn run(rig: &Rig, command: &str, export: &Export, wish: &str) -> Output {
    let mut command = rig.command(&words(command, export));
    command.env("CHATFERRY_LANES", "1").env("CHATFERRY_WINDOW", "1").env("CHATFERRY_CRASH", wish);
    tokio::task::spawn_blocking(move || command.output().expect("it starts"))
        .await
        .expect("it ends")
}

/// Counts the points that each command passes.
async fn count(export: &Export) -> Vec<Vec<String>> {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let mut counts = Vec::new();
    for command in COMMANDS {
        let file = rig.work().with_extension(command);
        let output = run(&rig, command, export, &format!("count:{}", file.display())).await;
        assert_eq!(output.status.code(), Some(0), "{command}");
        let names = std::fs::read_to_string(file).expect("counted");
        counts.push(names.lines().map(str::to_owned).collect());
    }
    counts
}

/// Migrates with a command that dies at its `at`-th point; tells whether it did.
async fn trial(
    golden: Arc<Golden>,
    export: Arc<Export>,
    dying: &'static str,
    at: u64,
) -> Result<bool, String> {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let (mut ends, mut struck) = (Vec::new(), false);
    for command in COMMANDS {
        let wish = if command == dying { format!("at:{at}") } else { String::new() };
        let mut output = run(&rig, command, &export, &wish).await;
        if command == dying {
            struck = died(&output);
            if struck {
                output = run(&rig, command, &export, "").await;
            }
        }
        ends.push(End::of(&output, &rig.work()));
    }
    let place = |error: String| format!("{dying} died at point {at}: {error}");
    Left::by(&rig, &rig.work(), ends).check(&golden.left).map_err(place)?;
    let requests = rig.emulator().stats().total();
    let bound = golden.requests + golden.more(1, IN_FLIGHT);
    if requests > bound {
        return Err(place(format!("{requests} requests where {bound} are enough")));
    }
    match rig.emulator().audit().as_slice() {
        [] => Ok(struck),
        findings => Err(place(format!("{findings:?}"))),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_b3_b5_b6_dying_at_every_crash_point_changes_nothing() {
    let export = Arc::new(small());
    let golden = Arc::new(Golden::of(&export, Options::default()).await);
    let counts = count(&export).await;
    let mut due = Vec::new();
    for (command, names) in COMMANDS.into_iter().zip(&counts) {
        due.extend((1..=names.len() as u64 + SLACK).map(|at| (command, at)));
    }
    let (mut due, mut running, mut failed) = (due.into_iter(), JoinSet::new(), None);
    let mut struck: BTreeMap<&str, BTreeMap<u64, bool>> = BTreeMap::new();
    loop {
        while running.len() < AT_ONCE && failed.is_none() {
            let Some((command, at)) = due.next() else { break };
            let trial = trial(Arc::clone(&golden), Arc::clone(&export), command, at);
            running.spawn(async move { (command, at, trial.await) });
        }
        let Some(done) = running.join_next().await else { break };
        match done.expect("a trial ends") {
            (command, at, Ok(died)) => {
                struck.entry(command).or_default().insert(at, died);
            }
            // One tells enough.
            (_, _, Err(why)) => failed = Some(why),
        }
    }
    assert!(failed.is_none(), "{}", failed.unwrap_or_default());
    let mut told = Vec::new();
    for (command, names) in COMMANDS.into_iter().zip(&counts) {
        let (all, struck) = (names.len() as u64, &struck[command]);
        let missed: Vec<_> =
            struck.iter().filter(|(at, died)| **at + SLACK < all && !**died).collect();
        assert!(missed.is_empty(), "{command} did not die at {missed:?}");
        let died = struck.values().filter(|died| **died).count();
        assert!(struck.values().any(|died| !died), "{command} has more points than were tried");
        told.push(format!("{command} {died}"));
    }
    let died: usize = struck.values().flat_map(BTreeMap::values).filter(|died| **died).count();
    counted("crash_points", &format!("{died} crash points: {}, 0 states differ", told.join(", ")));
}
