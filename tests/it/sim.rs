//! Whole migrations inside one thread, on paused time: the library as the commands use it,
//! against an emulator without a socket. Hours of waiting take milliseconds, and the same seed
//! gives the same run.
//!
//! An export is planned once; every simulation begins with a copy of that ledger.

use crate::sim_net::{Fetch, Net, Twice};
use crate::support::Export;
use chatferry::access::Admission;
use chatferry::chat::{Base, Client, Kept};
use chatferry::cli::Exit;
use chatferry::clock::{Clock, VirtualClock};
use chatferry::convert;
use chatferry::draft::Identity;
use chatferry::emulator::{self, Dialects, Emulator, Person};
use chatferry::event::{Event, Monitor, Silent};
use chatferry::gallery::Gallery;
use chatferry::ids::{Account, LinkTemplate, Micros};
use chatferry::ledger::{self, Ledger, Listed, Owner, SpacesLog, Stage, Writer};
use chatferry::pace::{Backoff, Pacer, Quotas};
use chatferry::plan::{Bench, Choices, Stager};
use chatferry::send::{
    self, CompleteOptions, Completed, Ended, Fatal, Groups, Health, Rest, Run, Turns, Verified,
};
use chatferry::settings::{Hours, WorkFolder};
use chatferry::slack;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Every simulation begins at this moment, late in May 2026.
pub(crate) const EPOCH: Micros = 1_780_000_000_000_000;
/// Who creates spaces.
pub(crate) const ADMIN: &str = "admin@example.com";

/// Does something on a runtime of its own whose time is paused, and that has no sockets.
pub(crate) fn on_paused_time<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

/// Lets virtual time pass.
pub(crate) async fn pass(long: Duration) {
    tokio::time::sleep_until(Instant::now() + long).await;
}

/// Makes a folder, in memory where the system has one there.
fn room() -> TempDir {
    let memory = Path::new("/dev/shm");
    let home = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    home.expect("a temporary folder")
}

/// Returns active accounts.
pub(crate) fn people(emails: &[&str]) -> Vec<Person> {
    let person = |email: &&str| Person {
        email: (*email).to_owned(),
        name: (*email).to_owned(),
        ..Person::default()
    };
    emails.iter().map(person).collect()
}

/// A planned migration, from which simulations begin.
#[derive(Debug)]
pub(crate) struct Plan {
    home: TempDir,
    bench: Arc<Bench>,
    directory: Vec<Person>,
    _export: Export,
}

impl Plan {
    /// Plans an export for these accounts.
    pub(crate) fn of(export: Export, directory: Vec<Person>) -> Self {
        Self::admitting(export, directory, Admission::default())
    }

    /// Plans an export whose spaces others than their members may see too.
    pub(crate) fn admitting(export: Export, directory: Vec<Person>, admission: Admission) -> Self {
        let (listed, customer) = on_paused_time(listing(directory.clone()));
        let home = room();
        let path = home.path().join("planned");
        File::create(&path).expect("a new file");
        let mut ledger = Ledger::create(&path).expect("a new ledger");
        let owner = Owner {
            name: "simulated".to_owned(),
            customer,
            realm: Some("emulator".to_owned()),
            admin: Some(ADMIN.to_owned()),
            ..Owner::default()
        };
        ledger.claim(&owner).expect("a new ledger is anybody's");
        ledger.set_directory(&listed).expect("a Directory");
        let choices = Choices {
            name: None,
            admin: Account::new(ADMIN),
            people: BTreeMap::new(),
            convert: convert::Settings::default(),
            emoji: Gallery::default(),
            admission,
        };
        let archive = slack::Export::open(&export.path, &slack::Options::default());
        let archives = vec![(export.path.clone(), archive.expect("a readable export"))];
        let bench = Bench::set_up(archives, &mut ledger, &choices).expect("a plan");
        bench.plan(&mut ledger, &Silent, &CancellationToken::new()).expect("a plan");
        drop(ledger);
        let plan = Self { home, bench: Arc::new(bench), directory, _export: export };
        plan.freeze();
        plan
    }

    /// Stages every lane of a copy.
    fn freeze(&self) {
        let path = self.home.path().join("staged");
        fs::copy(self.home.path().join("planned"), &path).expect("a copy");
        let ledger = Ledger::open(&path).expect("a ledger");
        let lanes = ledger.lanes().expect("lanes");
        let (writer, thread) = Writer::start(ledger);
        let stager = Stager::new(Arc::clone(&self.bench), path, writer);
        for lane in lanes {
            stager.stage(lane.id).expect("a staged lane");
        }
        drop(stager);
        drop(thread.join().expect("no panic"));
    }

    fn copy(&self, which: &str, to: &Path) {
        fs::copy(self.home.path().join(which), to).expect("a copy");
    }
}

/// Reads the Directory that an emulator with these people has.
async fn listing(directory: Vec<Person>) -> (Vec<Listed>, Option<String>) {
    let setup = Setup::default();
    let (emulator, clock) = setup.emulator(&directory);
    let client = client(&emulator, &Arc::new(Net::to(&emulator, Twice::Never)), &clock);
    let admin = Identity::User(Account::new(ADMIN));
    let mut customer = None;
    let page = client.directory(&admin, None).await.expect("a Directory");
    assert_eq!(page.next, None, "one page is enough for a simulation");
    let mut listed = Vec::new();
    for user in page.items {
        customer = Some(user.customer_id);
        listed.push(Listed {
            email: user.email.to_lowercase(),
            user: format!("users/{}", user.id),
            name: user.name,
            suspended: user.suspended,
            archived: user.archived,
            aliases: user.aliases,
            ..Listed::default()
        });
    }
    (listed, customer)
}

fn client(emulator: &Emulator, net: &Arc<Net>, clock: &Arc<dyn Clock>) -> Client {
    let fetch = Fetch::new(Arc::clone(net), emulator, Arc::clone(clock));
    let tokens = Arc::new(Kept::new(fetch, Arc::clone(clock)).with_witness(Account::new(ADMIN)));
    let base = Base::single("http://localhost").expect("this machine");
    Client::new(Arc::clone(net) as Arc<_>, tokens, base, Arc::clone(clock))
}

/// How a simulation differs from a quiet day.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// How the unknowns are answered.
    pub(crate) dialects: Dialects,
    /// Google's quotas times this, as the emulator enforces them.
    pub(crate) enforced: Option<f64>,
    /// Google's quotas times this, as the client keeps them.
    pub(crate) kept: Option<f64>,
    /// How long every answer takes.
    pub(crate) latency: Duration,
    /// What the network does with writes.
    pub(crate) twice: Twice,
    /// How long tokens live.
    pub(crate) token_life: Duration,
    /// How hard to work.
    pub(crate) options: send::Options,
    /// Of the waits.
    pub(crate) seed: u64,
    /// Lanes are staged when they open, as in a real run, and not beforehand.
    pub(crate) lazily: bool,
    /// How long a command may take before it is asked to stop.
    pub(crate) patience: Duration,
    /// Hours in which calls may be begun.
    pub(crate) between: Option<Hours>,
    /// The folder can be paused.
    pub(crate) pausable: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            dialects: Dialects::default(),
            enforced: None,
            kept: None,
            latency: Duration::from_millis(80),
            twice: Twice::Never,
            token_life: Duration::from_secs(3599),
            options: send::Options { lanes: 3, window: 4, ..send::Options::default() },
            seed: 0,
            lazily: false,
            patience: Duration::from_hours(24),
            between: None,
            pausable: false,
        }
    }
}

impl Setup {
    fn emulator(&self, directory: &[Person]) -> (Emulator, Arc<dyn Clock>) {
        let options = emulator::Options {
            quotas: self.enforced.map_or(emulator::Quotas::Off, emulator::Quotas::Scaled),
            latency: self.latency,
            dialects: self.dialects.clone(),
            directory: directory.to_vec(),
            admin: ADMIN.to_owned(),
            token_life: self.token_life,
            epoch: Some(EPOCH),
            ..emulator::Options::default()
        };
        let emulator = Emulator::detached(options).expect("an emulator");
        (emulator, Arc::new(VirtualClock::starting_at(EPOCH)))
    }
}

/// What happened in a run, by the words of its events.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<BTreeMap<String, u64>>);

impl Heard {
    /// Returns how often an event of that word was heard.
    pub(crate) fn count(&self, word: &str) -> u64 {
        self.0.lock().unwrap().get(word).copied().unwrap_or(0)
    }

    /// Returns how often an event was heard that shows this.
    pub(crate) fn of(&self, part: &str) -> u64 {
        let counts = self.0.lock().unwrap();
        counts.iter().filter(|(word, _)| word.contains(part)).map(|(_, count)| count).sum()
    }
}

impl Monitor for Heard {
    fn observe(&self, event: &Event) {
        let word = match event {
            Event::StepLater { why, .. } => format!("later: {why}"),
            Event::StepWedged { reason, .. } => format!("wedged: {reason}"),
            Event::Throttled { .. } => "throttled".to_owned(),
            Event::Waiting { .. } => {
                *self.0.lock().unwrap().entry(format!("{event:?}")).or_default() += 1;
                "waiting".to_owned()
            }
            Event::Resumed { .. }
            | Event::Stalled { .. }
            | Event::StepParked { .. }
            | Event::StepUnsettled { .. }
            | Event::LaneBlocked { .. }
            | Event::WindowShort { .. }
            | Event::Resting { .. }
            | Event::Paused { .. }
            | Event::WorksAgain { .. }
            | Event::Warned { .. } => format!("{event:?}"),
            _ => return,
        };
        *self.0.lock().unwrap().entry(word).or_default() += 1;
    }
}

/// What the commands said.
#[derive(Debug)]
pub(crate) struct Told {
    /// How each command ended, in order.
    pub(crate) exits: Vec<Exit>,
    /// Why a command broke off.
    pub(crate) fatal: Option<String>,
    /// The account at the end.
    pub(crate) account: ledger::Account,
}

impl Told {
    /// Tells whether somebody who reads exit codes would believe that all is done.
    pub(crate) fn success(&self) -> bool {
        self.exits.len() == 4 && self.exits.ends_with(&[Exit::Done, Exit::Done])
    }

    /// Tells whether patience ended before the work did.
    pub(crate) fn stopped(&self) -> bool {
        self.exits.last() == Some(&Exit::Stopped)
    }
}

/// The ledger, while no command has it.
#[derive(Debug)]
pub(crate) struct Held<'a>(MutexGuard<'a, Option<Ledger>>);

impl Deref for Held<'_> {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        self.0.as_ref().expect("no command is under way")
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Ledger {
        self.0.as_mut().expect("no command is under way")
    }
}

/// A migration and its world.
#[derive(Debug)]
pub(crate) struct Sim {
    home: TempDir,
    setup: Setup,
    bench: Arc<Bench>,
    client: Client,
    /// Open between commands: opening takes longer than a small command.
    ledger: Mutex<Option<Ledger>>,
    /// The other side.
    pub(crate) emulator: Emulator,
    /// The way there.
    pub(crate) net: Arc<Net>,
    /// The time of both sides.
    pub(crate) clock: Arc<dyn Clock>,
    /// What was heard.
    pub(crate) heard: Arc<Heard>,
}

impl Drop for Sim {
    /// Whatever became of the migration: the audit must find nothing.
    fn drop(&mut self) {
        let found = self.emulator.audit();
        assert!(std::thread::panicking() || found.is_empty(), "the audit found: {found:#?}");
    }
}

impl Sim {
    /// Begins with nothing sent. Wants paused time.
    pub(crate) fn begin(plan: &Plan, setup: Setup) -> Self {
        let home = room();
        plan.copy(if setup.lazily { "planned" } else { "staged" }, &home.path().join("ledger"));
        let (emulator, clock) = setup.emulator(&plan.directory);
        let net = Arc::new(Net::to(&emulator, setup.twice));
        let client = client(&emulator, &net, &clock);
        let (bench, heard) = (Arc::clone(&plan.bench), Arc::default());
        let ledger = Mutex::new(Some(Ledger::open(&home.path().join("ledger")).expect("a copy")));
        Self { home, setup, bench, client, ledger, emulator, net, clock, heard }
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("ledger")
    }

    /// Returns the work folder.
    pub(crate) fn folder(&self) -> WorkFolder {
        WorkFolder::at(self.home.path())
    }

    /// Returns the ledger, between commands.
    pub(crate) fn ledger(&self) -> Held<'_> {
        Held(self.ledger.lock().unwrap())
    }

    fn run(&self) -> (Run, tokio::task::JoinHandle<Ledger>) {
        let ledger = self.ledger.lock().unwrap().take().expect("one command at a time");
        let (writer, task) = Writer::start_inside(ledger);
        let stager = || Stager::new(Arc::clone(&self.bench), self.path(), writer.clone());
        let stage = self.setup.lazily.then(|| Arc::new(stager()) as Arc<dyn Stage>);
        let quotas = self.setup.kept.map(|factor| Quotas::google().scaled(factor));
        let run = Run {
            client: self.client.clone(),
            pacer: Pacer::new(quotas, Arc::clone(&self.clock)),
            backoff: Backoff::google(self.setup.seed),
            stage,
            spaces: SpacesLog::open(&self.home.path().join("spaces.jsonl")).expect("a file"),
            clock: Arc::clone(&self.clock),
            monitor: Arc::clone(&self.heard) as Arc<_>,
            health: Health::default(),
            turns: Turns::default(),
            groups: Groups::default(),
            admin: Account::new(ADMIN),
            options: self.setup.options,
            links: LinkTemplate::default(),
            rest: Arc::new(Rest::new(
                self.setup.between.clone(),
                self.setup.pausable.then(|| self.folder()),
            )),
            stop: CancellationToken::new(),
            writer,
        };
        (run, task)
    }

    /// Does what one command does, until it ends or patience does; the ledger is closed then.
    async fn command<T, F>(&self, work: impl FnOnce(Arc<Run>) -> F) -> Result<T, Fatal>
    where
        F: Future<Output = Result<T, Fatal>>,
    {
        let (run, task) = self.run();
        let (stop, patience) = (run.stop.clone(), self.setup.patience);
        let watch = tokio::spawn(async move {
            pass(patience).await;
            stop.cancel();
        });
        let result = work(Arc::new(run)).await;
        watch.abort();
        *self.ledger.lock().unwrap() = Some(task.await.expect("no panic"));
        result
    }

    /// What `chatferry run` does once everything is planned.
    pub(crate) async fn send(&self) -> Result<Ended, Fatal> {
        self.command(send::send).await
    }

    /// What `chatferry verify` does.
    pub(crate) async fn verify(&self) -> Result<(Ended, Verified), Fatal> {
        self.command(send::verify).await
    }

    /// What `chatferry complete` does.
    pub(crate) async fn complete(&self) -> Result<(Ended, Completed), Fatal> {
        self.accept();
        self.command(|run| send::complete(run, CompleteOptions::default())).await
    }

    /// Says yes to who will see what, as it is now.
    pub(crate) fn accept(&self) {
        let mut ledger = self.ledger();
        let lanes = ledger.lanes().expect("lanes");
        let hash = |lane: &ledger::Lane| ledger.sight(lane).expect("a sight").hash();
        let hashes: Vec<_> = lanes.iter().map(|lane| (lane.id, hash(lane))).collect();
        ledger.accept_sight("", &hashes).expect("a yes");
    }

    /// `chatferry run`, `verify`, `complete` and once more `verify`, one after the other.
    pub(crate) async fn whole(&self) -> Told {
        let (mut exits, mut fatal) = (Vec::new(), None);
        if let Err(error) = self.chain(&mut exits).await {
            fatal = Some(error.to_string());
        }
        Told { exits, fatal, account: self.account() }
    }

    /// Goes on while it is not stopped: `complete` holds back by itself what is not ready.
    async fn chain(&self, exits: &mut Vec<Exit>) -> Result<(), Fatal> {
        let ended = self.send().await?;
        exits.push(self.judge("run", ended));
        if ended == Ended::Stopped {
            return Ok(());
        }
        let (ended, verified) = self.verify().await?;
        exits.push(verdict(ended, &verified));
        if ended == Ended::Stopped {
            return Ok(());
        }
        let (ended, _) = self.complete().await?;
        exits.push(self.judge("complete", ended));
        let stored = send::stored(&self.ledger().lanes().expect("lanes"));
        exits.push(verdict(ended, &stored));
        Ok(())
    }

    fn judge(&self, command: &str, ended: Ended) -> Exit {
        match ended {
            Ended::Stopped => Exit::Stopped,
            Ended::Edge | Ended::Unsettled { .. } => Exit::after(command, &self.account()),
        }
    }

    /// What `chatferry retry` does: re-arms everything that is stuck.
    pub(crate) fn retry(&self) -> u64 {
        let (before, after) = self.ledger().retry(None, None).expect("a ledger");
        before + after
    }

    /// Returns the account, without what depends on the hour.
    pub(crate) fn account(&self) -> ledger::Account {
        ledger::Account { next_expiry: None, ..self.ledger().account().expect("sums") }
    }

    /// Returns what of an account no lost answer may change: who is only invited can't be told
    /// where nobody may look at members.
    pub(crate) fn known(&self, account: &ledger::Account) -> ledger::Account {
        let dialects = &self.setup.dialects;
        let hidden = !dialects.auto_accept && !dialects.members_listed_after_completion;
        let invited = if hidden { Vec::new() } else { account.invited.clone() };
        ledger::Account { invited, ..account.clone() }
    }

    /// Returns what is wrong with the world, whatever the client believes.
    pub(crate) fn faults_found(&self) -> Vec<String> {
        let audit = self.emulator.audit().into_iter().map(|finding| format!("{finding:?}"));
        let lints = self.emulator.lints().into_iter().map(|lint| format!("{lint:?}"));
        audit.chain(lints).collect()
    }
}

/// How `chatferry verify` ends.
fn verdict(ended: Ended, verified: &Verified) -> Exit {
    match ended {
        Ended::Stopped => Exit::Stopped,
        Ended::Unsettled { .. } => Exit::Unfinished,
        Ended::Edge if verified.lanes.iter().any(|(_, one)| !one.clean()) => Exit::Differences,
        Ended::Edge if verified.stuck() > 0 => Exit::Wedged,
        Ended::Edge if verified.lanes.is_empty() || !verified.unread.is_empty() => Exit::Unfinished,
        Ended::Edge => Exit::Done,
    }
}

/// What an undisturbed run leaves behind.
#[derive(Debug)]
pub(crate) struct Golden {
    /// The canonical state.
    pub(crate) state: String,
    /// The account.
    pub(crate) account: ledger::Account,
    /// Requests by method.
    pub(crate) stats: emulator::Stats,
}

impl Golden {
    /// Runs without any trouble.
    pub(crate) fn of(plan: &Plan, setup: Setup) -> Self {
        on_paused_time(async {
            let sim = Sim::begin(plan, setup);
            let told = sim.whole().await;
            assert!(told.success(), "{told:?}");
            assert!(told.exits.iter().all(|exit| *exit == Exit::Done), "{told:?}");
            assert_eq!(sim.faults_found(), Vec::<String>::new());
            let (state, stats) = (sim.emulator.canonical(), sim.emulator.stats());
            Self { state, account: told.account, stats }
        })
    }

    /// Says in what a simulation ended otherwise; nothing where it ended just so.
    pub(crate) fn differs(&self, sim: &Sim, told: &Told) -> Option<String> {
        let found = sim.faults_found();
        let state = sim.emulator.canonical();
        match () {
            () if !told.success() => {
                Some(format!("{:?} {:?} {:?}", told.exits, told.fatal, told.account.wedged))
            }
            () if state != self.state => Some(difference(&self.state, &state)),
            () if sim.known(&told.account) != sim.known(&self.account) => {
                Some(format!("{:?}", told.account))
            }
            () if !found.is_empty() => Some(format!("{found:?}")),
            () => None,
        }
    }

    /// Tells whether what ended otherwise stands in the account, and the world is whole.
    pub(crate) fn is_told(&self, sim: &Sim, told: &Told) -> bool {
        let (ours, golden) = (&told.account, &self.account);
        let says = ours.losses != golden.losses
            || ours.skipped != golden.skipped
            || ours.notices != golden.notices;
        let rest = ours.wedged.is_empty() && ours.gone.is_empty() && told.fatal.is_none();
        says && rest && sim.faults_found().is_empty()
    }

    /// Checks that a simulation ended just so.
    pub(crate) fn assert_same(&self, sim: &Sim, told: &Told, place: &str) {
        assert_eq!(self.differs(sim, told), None, "{place}");
    }
}

/// Returns the lines that only one of two states has.
fn difference(golden: &str, state: &str) -> String {
    let only = |sign: &str, one: &str, other: &str| -> Vec<String> {
        let lines = one.lines().filter(|line| !other.lines().any(|known| known == *line));
        lines.map(|line| format!("{sign} {line}")).take(4).collect()
    };
    [only("-", golden, state), only("+", state, golden)].concat().join("\n")
}
