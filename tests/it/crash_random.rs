//! Proof 2: the program is killed from outside at random moments, its ledger is hurt in the ways
//! that machines hurt files, and it is resumed. What it leaves equals what an undisturbed
//! migration leaves.
//!
//! `CHATFERRY_TRIALS=2000 cargo test --test it crash_random -- --nocapture` is the long variant;
//! `CHATFERRY_SEED=17` repeats one trial.

use crate::crash_support::{COMMANDS, End, Golden, Left, PEOPLE, small, words};
use crate::proof::counted;
use crate::rig::Rig;
use crate::support::Export;
use chatferry::emulator::{Action, Fault, FaultId, Options, Phase};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

/// How many trials there are, unless the environment says otherwise.
const TRIALS: u64 = 200;
/// Trials at the same time.
const AT_ONCE: usize = 3;
/// Calls under way at the same time: two posts and two reactions in each of two lanes.
const IN_FLIGHT: u64 = 8;
/// Requests that one fault may cost: a look, and another try.
const EACH_FAULT: u64 = 4;
const LEDGER: [&str; 3] = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"];

/// What happens besides the kills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Variant {
    /// Nothing.
    Plain,
    /// One call in ten fails, before or after it took effect.
    Faults,
    /// The ledger's log of last commits is cut at a random byte.
    CutLog,
    /// The ledger is lost and made anew.
    Rebuilt,
    /// An older copy of the ledger comes back.
    OlderCopy,
    /// Two work folders of one migration are at work at the same time.
    Twins,
}

const VARIANTS: [(Variant, &str); 6] = [
    (Variant::Plain, "plain"),
    (Variant::Faults, "with 10 % faults"),
    (Variant::CutLog, "with the log cut"),
    (Variant::Rebuilt, "with the ledger rebuilt"),
    (Variant::OlderCopy, "with an older copy"),
    (Variant::Twins, "with two folders"),
];

/// What makes a lost ledger anew.
const REBUILD: &str = "rebuild";

/// Returns the words of a command of a migration, or of the one that makes its ledger anew.
fn of<'a>(command: &'a str, export: &'a Export) -> Vec<&'a str> {
    match command {
        REBUILD => {
            vec!["ledger", REBUILD, "--json", export.path.to_str().expect("a path in UTF-8")]
        }
        command => words(command, export),
    }
}

/// What is the same for all trials.
#[derive(Debug)]
struct Scene {
    export: Export,
    golden: Golden,
    /// How many requests each command makes, and how long it takes.
    spans: BTreeMap<&'static str, (u64, Duration)>,
    /// Requests for going once more through what is done: with a ledger made anew, and reading all
    /// of it back.
    rebuild: u64,
}

impl Scene {
    async fn set() -> Self {
        let export = small();
        let golden = Golden::of(&export, Options::default()).await;
        let rig = Rig::with(&PEOPLE, Options::default()).await;
        let mut spans = BTreeMap::new();
        let total = || rig.emulator().stats().total();
        for command in ["run", "verify", REBUILD, "run", "verify", "complete"] {
            if command == REBUILD {
                lose_ledger(&rig.work());
            }
            let (before, began) = (total(), Instant::now());
            rig.ok(&of(command, &export)).await;
            spans.insert(command, (total() - before, began.elapsed()));
        }
        let rebuild = total() - golden.requests;
        // What it costs the first time is what a kill may come upon.
        spans.insert("run", (golden.requests / 2, spans["verify"].1 * 3));
        Self { export, golden, spans, rebuild }
    }
}

/// One migration under fire, in one of its work folders.
struct Trial<'a> {
    scene: &'a Scene,
    rig: &'a Rig,
    work: PathBuf,
    variant: Variant,
    rng: fastrand::Rng,
    /// How often it was killed.
    kills: u64,
    /// How often it ended by itself before it could be killed: a start more, all the same.
    spared: u64,
    /// When what a hurt ledger still knows was true, by the emulator's count of requests.
    known: u64,
    /// Requests whose receipts a hurt ledger forgot.
    forgotten: u64,
    /// How often its ledger was made anew.
    rebuilds: u64,
    /// How the last of each command ended.
    ends: BTreeMap<&'static str, End>,
}

impl Trial<'_> {
    fn requests(&self) -> u64 {
        self.rig.emulator().stats().total()
    }

    fn spawn(&self, command: &str, out: Stdio) -> Child {
        let mut command = self.rig.command_in(&of(command, &self.scene.export), &self.work);
        command.env("CHATFERRY_LANES", "2").env("CHATFERRY_WINDOW", "2");
        command.stdout(out).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    }

    /// Runs a command to its end, after some that don't get so far.
    async fn command(&mut self, command: &'static str) {
        let least = u64::from(command == COMMANDS[0]);
        for strike in 0..self.rng.u64(least..=2) {
            if self.variant == Variant::CutLog {
                self.known = self.requests();
            }
            if !self.strike(command).await {
                break;
            }
            self.hurt(command, strike);
            if self.variant == Variant::Rebuilt {
                self.rebuild(command).await;
            }
        }
        self.whole(command).await;
    }

    /// Runs a command to its end.
    async fn whole(&mut self, command: &'static str) {
        let child = self.spawn(command, Stdio::piped());
        let ended = End::of(&end(child).await, &self.work);
        // Once some spaces are completed, going through the earlier commands again tells of that.
        self.ends.entry(command).or_insert(ended);
    }

    /// Loses the ledger and makes it anew, which may be killed too, and goes on as always.
    async fn rebuild(&mut self, command: &str) {
        // Before anything was planned there was none to lose.
        if !self.work.join("spaces.jsonl").exists() {
            return;
        }
        lose_ledger(&self.work);
        self.rebuilds += 1;
        if self.rng.bool() {
            self.strike(REBUILD).await;
        }
        self.whole(REBUILD).await;
        for earlier in COMMANDS.into_iter().take_while(|earlier| *earlier != command) {
            self.whole(earlier).await;
        }
    }

    /// Starts a command and kills it at a random moment; tells whether it was still alive.
    async fn strike(&mut self, command: &'static str) -> bool {
        let (requests, time) = self.scene.spans[command];
        let by_requests = self.rng.bool();
        let goal = self.requests() + self.rng.u64(0..=requests);
        let until = Instant::now() + time.mul_f64(self.rng.f64());
        // A moment later, for what happens between two requests.
        let late = Duration::from_micros(self.rng.u64(0..3000));
        let mut child = self.spawn(command, Stdio::null());
        let mut tick = interval(Duration::from_micros(500));
        loop {
            tick.tick().await;
            let due = if by_requests { self.requests() >= goal } else { Instant::now() >= until };
            if due || child.try_wait().expect("it can be asked").is_some() {
                break;
            }
        }
        tokio::time::timeout(late, std::future::pending::<()>()).await.ok();
        let alive = child.try_wait().expect("it can be asked").is_none();
        child.kill().expect("it can be killed");
        end(child).await;
        self.kills += u64::from(alive);
        self.spared += u64::from(!alive);
        alive
    }

    /// Does to the ledger what a bad day does.
    fn hurt(&mut self, command: &str, strike: u64) {
        let older = self.work.with_extension(format!("older-{command}"));
        match (self.variant, strike) {
            (Variant::CutLog, _) => {
                let wal = self.work.join(LEDGER[1]);
                let Ok(length) = wal.metadata().map(|wal| wal.len()) else { return };
                let file = OpenOptions::new().write(true).open(&wal).expect("a log");
                let least = moved(&self.work.join(LEDGER[2])).min(length);
                file.set_len(self.rng.u64(least..=length)).expect("cut");
                self.forgotten += self.requests() - self.known;
                if self.rng.bool() {
                    fs::remove_file(self.work.join(LEDGER[2])).ok();
                }
            }
            // Before anything was planned there was no ledger to keep a copy of.
            (Variant::OlderCopy, 0) if self.work.join("spaces.jsonl").exists() => {
                fs::create_dir_all(&older).expect("a folder");
                copy_ledger(&self.work, &older);
                self.known = self.requests();
            }
            (Variant::OlderCopy, _) if older.exists() => {
                copy_ledger(&older, &self.work);
                self.forgotten += self.requests() - self.known;
            }
            _ => {}
        }
    }
}

/// Returns how many bytes of the log SQLite has begun to move into the ledger's own file. It
/// syncs them first, so no power cut takes them away: a log without them is another day's.
fn moved(index: &Path) -> u64 {
    /// Where the index says how many frames.
    const AT: usize = 128;
    /// A frame is a head and a page.
    const FRAME: u64 = 24 + 4096;
    let index = fs::read(index).unwrap_or_default();
    let frames = index.get(AT..AT + 4).and_then(|bytes| bytes.try_into().ok());
    frames.map_or(0, |frames| 32 + FRAME * u64::from(u32::from_ne_bytes(frames)))
}

fn lose_ledger(work: &Path) {
    for name in LEDGER {
        fs::remove_file(work.join(name)).ok();
    }
}

/// Copies a ledger with its log; what there is not in the one is not in the other.
fn copy_ledger(from: &Path, to: &Path) {
    lose_ledger(to);
    for name in LEDGER {
        fs::copy(from.join(name), to.join(name)).ok();
    }
}

async fn end(child: Child) -> Output {
    tokio::task::spawn_blocking(move || child.wait_with_output().expect("it ends"))
        .await
        .expect("it ends")
}

/// One call in ten fails.
fn arm(rig: &Rig, rng: &mut fastrand::Rng) -> Vec<FaultId> {
    let mut faults = Vec::new();
    for phase in [Phase::Before, Phase::After] {
        for action in [Action::status(503), Action::Close] {
            let fault = Fault::on("*").doing(phase, action).chance(0.025, rng.u64(..)).forever();
            faults.push(rig.emulator().arm(fault.maybe()).expect("a good fault"));
        }
    }
    faults
}

/// Runs one trial; returns how often it was killed and how many requests it made beyond the
/// undisturbed migration's.
async fn trial(scene: &Scene, seed: u64, variant: Variant) -> Result<(u64, u64), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let faults = if variant == Variant::Faults { arm(&rig, &mut rng) } else { Vec::new() };
    let of = |name: &str, rng: fastrand::Rng| {
        let work = rig.work().with_file_name(name);
        Trial {
            scene,
            rig: &rig,
            work,
            variant,
            rng,
            kills: 0,
            spared: 0,
            known: 0,
            forgotten: 0,
            rebuilds: 0,
            ends: BTreeMap::new(),
        }
    };
    let mut folders = vec![of("work", rng.fork())];
    if variant == Variant::Twins {
        folders.push(of("other", rng.fork()));
    }
    for command in COMMANDS {
        futures_util::future::join_all(folders.iter_mut().map(|one| one.command(command))).await;
    }
    let kills = folders.iter().map(|one| one.kills).sum();
    let spared: u64 = folders.iter().map(|one| one.spared).sum();
    let forgotten: u64 = folders.iter().map(|one| one.forgotten).sum();
    let rebuilds: u64 = folders.iter().map(|one| one.rebuilds).sum();
    let usual = folders.len() as u64 * scene.golden.requests;
    for one in folders {
        let ends = COMMANDS.map(|command| one.ends[command].clone());
        let left = Left::by(&rig, &one.work, ends.into());
        match variant {
            Variant::Rebuilt => left.anew().check(&scene.golden.left.clone().anew())?,
            _ => left.check(&scene.golden.left)?,
        }
    }
    let struck: u64 = faults.iter().map(|fault| rig.emulator().fired(*fault)).sum();
    let requests = rig.emulator().stats().total();
    let again = forgotten + rebuilds * scene.rebuild;
    let starts = kills + spared + rebuilds;
    let bound = usual + scene.golden.more(starts, IN_FLIGHT) + EACH_FAULT * struck + again;
    if requests > bound {
        return Err(format!(
            "{requests} requests, where {bound} are enough for {kills} kills and {rebuilds} rebuilds"
        ));
    }
    match rig.emulator().audit().as_slice() {
        [] => Ok((kills, requests.saturating_sub(usual))),
        findings => Err(format!("{findings:?}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "says how many trials, and which")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_b3_b5_b6_b10_killed_at_random_moments_nothing_is_lost_and_nothing_is_twice() {
    let scene = Arc::new(Scene::set().await);
    let seeds = match asked("CHATFERRY_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("CHATFERRY_TRIALS").unwrap_or(TRIALS),
    };
    let (mut seeds, mut running, mut failed) = (seeds, JoinSet::new(), None);
    let mut sums: BTreeMap<Variant, (u64, u64, u64)> = BTreeMap::new();
    loop {
        while running.len() < AT_ONCE && failed.is_none() {
            let Some(seed) = seeds.next() else { break };
            let variant = VARIANTS[seed as usize % VARIANTS.len()].0;
            let scene = Arc::clone(&scene);
            running.spawn(async move { (seed, variant, trial(&scene, seed, variant).await) });
        }
        let Some(done) = running.join_next().await else { break };
        let (seed, variant, result) = done.expect("a trial ends");
        match result {
            Ok((kills, more)) => {
                let sum = sums.entry(variant).or_default();
                *sum = (sum.0 + 1, sum.1 + kills, sum.2 + more);
            }
            Err(why) => failed = Some(format!("seed {seed}, {variant:?}: {why}")),
        }
    }
    assert!(failed.is_none(), "{}", failed.unwrap_or_default());
    tell(&sums);
}

/// Keeps how many trials there were of each variant, with how many kills, and what they cost.
fn tell(sums: &BTreeMap<Variant, (u64, u64, u64)>) {
    let sum = |of: fn(&(u64, u64, u64)) -> u64| sums.values().map(of).sum::<u64>();
    let trials = |(variant, name): &(Variant, &str)| {
        format!("{name} {}", sums.get(variant).map_or(0, |sum| sum.0))
    };
    let variants: Vec<_> = VARIANTS.iter().map(trials).collect();
    let (all, kills, more) = (sum(|sum| sum.0), sum(|sum| sum.1), sum(|sum| sum.2));
    counted(
        "crash_random",
        &format!(
            "{all} trials with {kills} random kills: {}; {more} requests on top of the undisturbed ones, 0 states differ",
            variants.join(", ")
        ),
    );
}
