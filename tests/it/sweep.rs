//! Proof 3: every fault on every call, one at a time, once and for good; then seeded mixtures
//! over all dialects. Whatever happens, the run ends golden, or does not look like a success and
//! is golden once the trouble is over.

use crate::proof::counted;
use crate::sim::{Golden, Plan, Setup, Sim, Told, on_paused_time, pass, people};
use crate::sim_dialects::random;
use crate::twice::{PEOPLE, small, tiny};
use chatferry::emulator::{Action, Content, Fault, Phase, Then};
use chatferry::send::Options;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Every method that a planned migration calls.
const METHODS: [&str; 9] = [
    "token",
    "spaces.create",
    "spaces.get",
    "spaces.members.create",
    "spaces.messages.create",
    "spaces.messages.reactions.create",
    "spaces.completeImport",
    "spaces.messages.list",
    "spaces.members.list",
];

/// What strikes, and when.
#[derive(Debug, Clone)]
struct Blow {
    phase: Phase,
    action: Action,
}

/// What may be expected of one blow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// The run goes on by itself, and ends golden.
    Golden,
    /// Google refuses in so many words: the run says so, and ends golden after a retry, or with
    /// what gave way told in the account.
    Refused,
}

impl Blow {
    fn expect(&self, method: &str) -> Expect {
        let Action::Status { code, body: Content::Google, .. } = self.action else {
            return Expect::Golden;
        };
        let reads = matches!(method.rsplit('.').next(), Some("list" | "get"));
        match code {
            400 | 403 | 404 => Expect::Refused,
            // No page of a list, and no token, is refused in these words for good.
            401 | 408 | 409 if method == "token" => Expect::Refused,
            // An empty object is an empty list: reading again tells.
            200 | 409 if reads => Expect::Refused,
            _ => Expect::Golden,
        }
    }

    fn on(&self, method: &str) -> Fault {
        Fault::on(method).doing(self.phase, self.action.clone())
    }
}

/// Everything that can go wrong with one call. A clean refusal after the effect is left out: it
/// would be a lie that no server tells.
fn blows() -> Vec<Blow> {
    use Phase::{After, Before, DuringRequest, DuringResponse};
    let status = Action::status;
    let unclear = [
        status(429),
        status(429).retry_after(7),
        status(500),
        status(503).retry_after(11),
        status(503).retry_at(90),
        status(502).with(Content::Html),
        status(502).with(Content::Empty),
        status(200).with(Content::Html),
        status(200).with(Content::Empty),
        status(200).with(Content::Truncated),
        status(200).with(Content::Garbage),
        status(200),
        status(408),
        Action::redirect("http://portal.example/login"),
        Action::Close,
        Action::Reset,
        Action::Garbage,
        Action::stall(20_000),
        Action::stall(90_000),
        Action::hang_up(5_000),
    ];
    let mut all: Vec<Blow> = [Before, After]
        .iter()
        .flat_map(|phase| unclear.iter().map(|action| (*phase, action.clone())))
        .map(|(phase, action)| Blow { phase, action })
        .collect();
    let some =
        |phase, actions: Vec<Action>| actions.into_iter().map(move |action| Blow { phase, action });
    all.extend(some(Before, [400, 401, 403, 404, 409].map(status).to_vec()));
    all.extend(some(
        After,
        vec![
            Action::ApplyTwice,
            Action::ApplyLate { ms: 20_000 },
            Action::ApplyLate { ms: 3_600_000 },
        ],
    ));
    let cuts = vec![Action::Close, Action::Reset, Action::hang_up(5_000)];
    all.extend(some(DuringRequest, cuts.clone()));
    all.extend(some(DuringResponse, cuts));
    all.extend(some(
        DuringResponse,
        vec![
            Action::Drip { bytes: 7, ms: 40 },
            Action::Drip { bytes: 1, ms: 2_000 },
            Action::truncate(0),
            Action::truncate(15),
            Action::cut_silently(0),
            Action::cut_silently(15),
            Action::Stall { ms: 90_000, then: Then::Answer },
        ],
    ));
    all
}

/// Sums of many runs.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) runs: usize,
    pub(crate) struck: u64,
    pub(crate) requests: u64,
    /// Runs that had to be started again by hand.
    pub(crate) again: u64,
    /// Runs in which something gave way, and the account says what.
    told: u64,
    /// How runs ended while the trouble lasted.
    endings: BTreeMap<&'static str, u64>,
    bad: Vec<String>,
}

/// Does every piece of work, on as many threads as there are processors.
fn on_all_processors<W: Sync>(work: &[W], one: impl Fn(&W, &mut Sums) + Sync) -> Sums {
    let (next, sums) = (AtomicUsize::new(0), Mutex::new(Sums::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(piece) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut own = Sums::default();
                    one(piece, &mut own);
                    let mut all = sums.lock().unwrap();
                    all.runs += own.runs;
                    all.struck += own.struck;
                    all.requests += own.requests;
                    all.again += own.again;
                    all.told += own.told;
                    for (ending, count) in own.endings {
                        *all.endings.entry(ending).or_default() += count;
                    }
                    all.bad.extend(own.bad);
                }
            });
        }
    });
    sums.into_inner().unwrap()
}

fn report(bad: &[String]) {
    let shown: Vec<&str> = bad.iter().take(12).map(String::as_str).collect();
    assert!(bad.is_empty(), "{} runs ended badly, among them\n{}", bad.len(), shown.join("\n\n"));
}

fn rows() -> Vec<(&'static str, Blow)> {
    METHODS.iter().flat_map(|method| blows().into_iter().map(|blow| (*method, blow))).collect()
}

/// One row of the table: every call of a method, one fault.
type Row = (&'static str, Blow);

fn once(plan: &Plan, golden: &Golden, (method, blow): &Row, n: u64, sums: &mut Sums) {
    let place = format!("{method}, call {n}, {:?} {:?}", blow.phase, blow.action);
    on_paused_time(async {
        let sim = Sim::begin(plan, Setup::default());
        let id = sim.emulator.arm(blow.on(method).nth(n)).expect(&place);
        let mut told = sim.whole().await;
        if blow.expect(method) == Expect::Refused && !told.success() {
            told = again(&sim, sums).await;
        }
        sums.struck += sim.emulator.fired(id);
        if sim.emulator.fired(id) == 0 {
            sums.bad.push(format!("{place}: never struck"));
        }
        let (requests, quiet) = (sim.emulator.stats().total(), golden.stats.total());
        if requests > quiet * 3 / 2 + 12 {
            sums.bad.push(format!("{place}: {requests} requests, {quiet} golden"));
        }
        close(golden, &sim, &told, (blow.expect(method), &place), sums).await;
    });
}

/// Strikes every call from the n-th on, until the trouble is over.
fn for_good(plan: &Plan, golden: &Golden, (method, blow): &Row, n: u64, sums: &mut Sums) {
    let place = format!("{method}, from call {n} on, {:?} {:?}", blow.phase, blow.action);
    on_paused_time(async {
        let options = Options { attempts: 3, ..Setup::default().options };
        let patience = Duration::from_mins(5);
        let setup = Setup { options, patience, ..Setup::default() };
        let sim = Sim::begin(plan, setup);
        let id = sim.emulator.arm(blow.on(method).nth(n).forever()).expect(&place);
        let mut told = sim.whole().await;
        sim.emulator.disarm(id);
        sums.struck += sim.emulator.fired(id);
        *sums.endings.entry(ending(&told)).or_default() += 1;
        if !told.success() {
            told = again(&sim, sums).await;
        }
        close(golden, &sim, &told, (blow.expect(method), &place), sums).await;
    });
}

/// Says in a word how a run ended. One that is no success says so, and why.
fn ending(told: &Told) -> &'static str {
    match told {
        _ if told.success() => "done",
        Told { fatal: Some(_), .. } => "broken off",
        _ if told.stopped() => "waiting",
        _ if told.account.wedged.is_empty() && told.account.has_hole() => "owed",
        _ if told.account.has_hole() => "stuck",
        _ => "without a word",
    }
}

/// What an admin does who reads that something is stuck or owed, a while later.
async fn again(sim: &Sim, sums: &mut Sums) -> Told {
    sums.again += 1;
    pass(Duration::from_mins(10)).await;
    sim.retry();
    sim.whole().await
}

/// Lets late effects surface, and compares.
async fn close(
    golden: &Golden,
    sim: &Sim,
    told: &Told,
    (expect, place): (Expect, &str),
    sums: &mut Sums,
) {
    pass(Duration::from_hours(2)).await;
    sums.runs += 1;
    sums.requests += sim.emulator.stats().total();
    let Some(how) = golden.differs(sim, told) else { return };
    match expect {
        Expect::Refused if golden.is_told(sim, told) => sums.told += 1,
        _ => sums.bad.push(format!("{place}:\n{how}")),
    }
}

/// Returns what a quiet day leaves. No method may be called that the sweep does not know.
fn quiet_day(plan: &Plan) -> Golden {
    let golden = Golden::of(plan, Setup::default());
    let called: BTreeSet<&str> = golden.stats.calls.keys().map(String::as_str).collect();
    assert_eq!(called, BTreeSet::from(METHODS));
    golden
}

/// Reads how much is wanted.
#[expect(clippy::disallowed_methods, reason = "how much is for whoever runs the tests")]
fn wanted(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

impl Sums {
    /// Keeps the sums, and fails where a run ended badly.
    fn close(self, name: &str, of: &str) {
        let Self { runs, struck, requests, again, told, bad, .. } = self;
        counted(
            name,
            &format!(
                "{of}, {runs} runs, {struck} strikes, {requests} requests, {again} started again, {told} gave way and say so, {} bad",
                bad.len()
            ),
        );
        report(&bad);
    }
}

#[test]
fn every_fault_on_every_call_once() {
    let plan = Plan::of(tiny(), people(&PEOPLE));
    let golden = quiet_day(&plan);
    let sums = on_all_processors(&rows(), |row, sums| {
        for n in 1..=golden.stats.of(row.0) {
            once(&plan, &golden, row, n, sums);
        }
    });
    let (methods, faults) = (METHODS.len(), blows().len());
    let calls = golden.stats.total();
    assert_eq!((sums.runs, sums.struck), (calls as usize * faults, calls * faults as u64));
    sums.close("sweep_once", &format!("{calls} calls of {methods} methods x {faults} faults"));
}

#[test]
fn every_fault_from_some_call_on_for_good() {
    let plan = Plan::of(tiny(), people(&PEOPLE));
    let golden = quiet_day(&plan);
    let all = wanted("CHATFERRY_SWEEP").as_deref() == Some("all");
    let rows: Vec<(usize, Row)> = rows().into_iter().enumerate().collect();
    let sums = on_all_processors(&rows, |(at, row), sums| {
        // What is for good passes every later call as well: the first or the middle one will do.
        let (last, middle) = (golden.stats.of(row.0), at % 2 == 1);
        for n in (1..=last).filter(|n| all || *n == if middle { last / 2 + 1 } else { 1 }) {
            for_good(&plan, &golden, row, n, sums);
        }
    });
    let (methods, faults) = (METHODS.len(), blows().len());
    assert_eq!(sums.endings.get("without a word"), None, "{:?}", sums.bad);
    let endings = format!("{:?}", sums.endings).replace('"', "");
    sums.close("sweep_for_good", &format!("{methods} methods x {faults} faults {endings}"));
}

#[test]
fn mixtures_of_faults_under_every_dialect() {
    let plan = Plan::of(small(), people(&PEOPLE));
    let given = wanted("CHATFERRY_SEEDS").and_then(|seeds| seeds.parse().ok());
    let seeds: Vec<u64> = (0..given.unwrap_or(100)).collect();
    let sums = on_all_processors(&seeds, |seed, sums| mixture(&plan, *seed, sums));
    sums.close("mixtures", &format!("{} seeds, each with dialects of its own", seeds.len()));
}

fn mixture(plan: &Plan, seed: u64, sums: &mut Sums) {
    let (name, dialects) = random(seed);
    let setup = Setup { dialects, seed, lazily: seed.is_multiple_of(5), ..Setup::default() };
    let golden = Golden::of(plan, setup.clone());
    on_paused_time(async {
        let sim = Sim::begin(plan, setup);
        let told = trouble(&sim, seed, sums).await;
        let place = format!("seed {seed}, {name}");
        close(&golden, &sim, &told, (Expect::Golden, &place), sums).await;
    });
}

/// Moves everything while a handful of faults strike by chance; what is stuck is tried again, at
/// last without any fault.
pub(crate) async fn trouble(sim: &Sim, seed: u64, sums: &mut Sums) -> Told {
    let safe = |blow: &Blow| METHODS.iter().all(|method| blow.expect(method) == Expect::Golden);
    let blows: Vec<Blow> = blows().into_iter().filter(safe).collect();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut armed = Vec::new();
    for n in 0..6 {
        let blow = &blows[random.usize(..blows.len())];
        let fault = blow.on("*").chance(0.06, seed.wrapping_mul(10).wrapping_add(n));
        armed.push(sim.emulator.arm(fault.forever().maybe()).unwrap());
    }
    let mut told = sim.whole().await;
    for _ in 0..3 {
        if !told.success() {
            told = again(sim, sums).await;
        }
    }
    sim.emulator.disarm_all();
    if !told.success() {
        told = again(sim, sums).await;
    }
    sums.struck += armed.iter().map(|id| sim.emulator.fired(*id)).sum::<u64>();
    told
}
