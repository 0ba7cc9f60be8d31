//! Proof 5: random workspaces, moved under random trouble and dialects, end as the reference
//! model says.

use crate::proof::counted;
use crate::sim::{Golden, Plan, Setup, Sim, on_paused_time};
use crate::sim_dialects::random;
use crate::sim_model::{Post, Space, spaces};
use crate::sim_world::{World, worlds};
use crate::sweep::{Sums, trouble};
use chatferry::ledger;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the emulator's dump as the model speaks, with every post's time and number of parts.
fn read(dump: &str) -> Vec<(Space, Vec<(i64, i64)>)> {
    let mut all: Vec<(Space, Vec<(i64, i64)>)> = Vec::new();
    let mut threads = BTreeMap::new();
    for line in dump.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        if line["space"].is_string() {
            assert_eq!(line["state"], "completed", "{line}");
            threads.clear();
            let name = line["name"].as_str().map(unnumbered);
            assert_eq!(name.is_none(), line["type"] == "GROUP_CHAT", "{line}");
            let (present, past, posts) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
            let space = Space { name, owner: text("owner"), present, past, posts };
            all.push((space, Vec::new()));
            continue;
        }
        let (space, times) = all.last_mut().expect("a space comes first");
        if line["member"].is_string() {
            space.present.insert(text("member"));
        } else if line["past"].is_string() {
            space.past.insert((text("past"), micros(&text("from")), micros(&text("until"))));
        } else {
            let count = threads.len();
            let thread = *threads.entry(text("thread")).or_insert(count);
            let reactions = line["reactions"].as_array().into_iter().flatten();
            let reactions = reactions.filter_map(|one| Some(one.as_str()?.to_owned())).collect();
            let (sender, ts) = (text("sender"), micros(&text("time")));
            take(space, times, Post { sender, text: text("text"), thread, reactions, ts });
        }
    }
    // Threads are named by the place of their first post.
    for (space, _) in &mut all {
        let mut first = BTreeMap::new();
        for (at, post) in space.posts.iter_mut().enumerate() {
            post.thread = *first.entry(post.thread).or_insert(at);
        }
    }
    all.sort();
    all
}

/// Adds a post, or joins a further part of a long one to the parts before.
fn take(space: &mut Space, times: &mut Vec<(i64, i64)>, mut post: Post) {
    let marked = post.text.strip_suffix(')').and_then(|text| text.rsplit_once("\n("));
    let marked = marked.and_then(|(text, mark)| Some((text.to_owned(), mark.split_once('/')?.0)));
    let part = marked.as_ref().and_then(|(_, part)| part.parse::<i64>().ok()).unwrap_or(1);
    if let Some((text, _)) = marked {
        post.text = text;
    }
    if part == 1 {
        times.push((post.ts, 1));
        space.posts.push(post);
        return;
    }
    let (before, time) = (space.posts.last_mut().unwrap(), times.last_mut().unwrap());
    assert_eq!((&post.sender, post.thread), (&before.sender, before.thread), "parts stay together");
    assert_eq!((post.ts, part), (time.0 + time.1, time.1 + 1), "parts follow one another");
    time.1 = part;
    let head = before.text.split_once(":* ").map(|(name, _)| format!("{name}:* "));
    let text = head.and_then(|head| post.text.strip_prefix(&head)).unwrap_or(&post.text);
    // A cut at a line's end takes the line's end away.
    before.text.push_str(if text.starts_with("_Reactions") { "\n" } else { "" });
    before.text.push_str(text);
}

fn micros(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// Takes off the number or the word by which two conversations of one name are told apart.
fn unnumbered(name: &str) -> String {
    let added = |text: &str| {
        text == "archived" || text == "private" || text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let suffix = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
    suffix.filter(|(_, text)| added(text)).map_or(name, |(name, _)| name).to_owned()
}

/// Compares; a post's time is Slack's, or the next that is free.
fn compare(world: &World, dump: &str) -> Result<(), TestCaseError> {
    let must = spaces(world);
    let is = read(dump);
    let names = |spaces: &mut dyn Iterator<Item = &Space>| -> Vec<Option<String>> {
        spaces.map(|space| space.name.clone()).collect()
    };
    let found = names(&mut is.iter().map(|(space, _)| space));
    prop_assert_eq!(names(&mut must.iter()), found);
    for (must, (mut is, times)) in must.into_iter().zip(is) {
        prop_assert_eq!(must.posts.len(), is.posts.len(), "{:#?}\n{:#?}", must, is);
        let mut next = 0;
        for ((must, is), (time, parts)) in must.posts.iter().zip(&mut is.posts).zip(times) {
            prop_assert_eq!(time, must.ts.max(next), "{:?}", must);
            next = time + parts;
            is.ts = must.ts;
        }
        prop_assert_eq!(must, is);
    }
    Ok(())
}

/// Moves a workspace, first on a quiet day, then under trouble, and compares both times.
fn moved(world: &World, seed: u64, sums: &mut Sums) -> Result<(), TestCaseError> {
    if world.rooms.iter().all(|room| room.said.is_empty()) {
        // Nothing to move is refused.
        return Err(TestCaseError::reject("no message at all"));
    }
    let plan = Plan::of(world.export(), world.directory());
    let golden = Golden::of(&plan, Setup { lazily: true, ..Setup::default() });
    compare(world, &golden.state)?;
    let (names, dialects) = random(seed);
    let invites = !dialects.auto_accept;
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup { dialects, seed, ..Setup::default() });
        let told = trouble(&sim, seed, sums).await;
        prop_assert!(told.success(), "{names}: {told:?}");
        compare(world, &sim.emulator.canonical())?;
        prop_assert_eq!(sim.faults_found(), Vec::<String>::new());
        // Who is in at once and who is only invited is the dialect's.
        let same = ledger::Account { invited: Vec::new(), ..told.account.clone() };
        prop_assert_eq!(&same, &golden.account);
        prop_assert!(told.account.invited.is_empty() || invites, "{:?}", told.account.invited);
        sums.runs += 1;
        sums.requests += sim.emulator.stats().total();
        Ok(())
    })
}

#[test]
fn random_workspaces_end_as_the_model_says_whatever_happens() {
    #[expect(clippy::disallowed_methods, reason = "how many cases is for whoever runs the tests")]
    let given = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = given.unwrap_or(60);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let sums = std::sync::Mutex::new(Sums::default());
    let result = runner.run(&(worlds(), any::<u64>()), |(world, seed)| {
        moved(&world, seed, &mut sums.lock().unwrap())
    });
    let sums = sums.into_inner().unwrap();
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let Sums { runs, struck, requests, again, .. } = sums;
    counted(
        "model",
        &format!(
            "{runs} random workspaces, each quiet and under {struck} strikes in all, {requests} requests, {again} started again, 0 unlike the model"
        ),
    );
}
