//! The one thread that writes while a run is under way. Settles that wait together are committed
//! together; an answer means: it is on the disk.

use super::relief::Relief;
use super::settle::{Key, Settlement};
use super::{Error, Ledger};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many settles one commit takes at most.
const BATCH: usize = 512;
/// A commit that would take fewer waits a moment for more: syncing costs the same for one as for
/// a hundred.
const ENOUGH: usize = 48;
/// How long that moment is: little beside a call to Google.
const MOMENT: Duration = Duration::from_millis(1);
/// How many jobs may wait; whoever has more waits itself.
const QUEUE: usize = 4096;

type Work = Box<dyn FnOnce(&mut Desk) + Send>;

enum Job {
    Settle(Key, Settlement, oneshot::Sender<Result<(), Error>>),
    Run(Work),
}

/// Receipts in hand, and those that could not be written down in the end.
#[derive(Debug, Default)]
struct Receipts {
    waiting: AtomicU64,
    lost: AtomicU64,
}

/// A handle to the writing thread; cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    receipts: Arc<Receipts>,
}

impl Writer {
    /// Starts the thread. It ends, and gives the ledger back, when the last handle is dropped. A
    /// full disk is an error.
    pub fn start(ledger: Ledger) -> (Self, JoinHandle<Ledger>) {
        Self::start_with(ledger, None)
    }

    /// Starts the thread. While the disk is full it waits as `relief` says, and everybody with it.
    pub fn start_with(ledger: Ledger, relief: Option<Relief>) -> (Self, JoinHandle<Ledger>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let desk = Desk::new(ledger, relief);
        let receipts = Arc::clone(&desk.receipts);
        let thread = std::thread::spawn(move || write(desk, queue));
        (Self { jobs, receipts }, thread)
    }

    /// Starts the same work as a task of the runtime, for simulations: on paused time a thread
    /// would let hours go by during a commit, and no two runs would be alike.
    pub fn start_inside(ledger: Ledger) -> (Self, tokio::task::JoinHandle<Ledger>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let desk = Desk::new(ledger, None);
        let receipts = Arc::clone(&desk.receipts);
        (Self { jobs, receipts }, tokio::spawn(write_inside(desk, queue)))
    }

    /// Returns how many receipts could not be written down: their calls are owed still.
    pub fn unwritten(&self) -> u64 {
        self.receipts.lost.load(Ordering::Relaxed)
    }

    /// Writes a settlement down; returns when it is durable.
    pub async fn settle(&self, key: Key, settlement: Settlement) -> Result<(), Error> {
        let (answer, settled) = oneshot::channel();
        self.receipts.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.send(Job::Settle(key, settlement, answer)).await.map_err(|_| Error::Closed)?;
        settled.await.map_err(|_| Error::Closed)?
    }

    /// Does something with the ledger on its thread; again, where the disk was full.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Ledger) -> Result<T, Error> + Send + 'static,
    {
        let (answer, done) = oneshot::channel();
        self.jobs.send(Job::Run(boxed(work, answer))).await.map_err(|_| Error::Closed)?;
        done.await.map_err(|_| Error::Closed)?
    }

    /// Does something with the ledger on its thread, from a thread that may block.
    pub fn run_blocking<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Ledger) -> Result<T, Error> + Send + 'static,
    {
        let (answer, done) = oneshot::channel();
        self.jobs.blocking_send(Job::Run(boxed(work, answer))).map_err(|_| Error::Closed)?;
        done.blocking_recv().map_err(|_| Error::Closed)?
    }
}

fn boxed<T, F>(work: F, answer: oneshot::Sender<Result<T, Error>>) -> Work
where
    T: Send + 'static,
    F: FnMut(&mut Ledger) -> Result<T, Error> + Send + 'static,
{
    Box::new(move |desk| {
        // Whoever asked may be gone; the work counts all the same.
        let _ = answer.send(desk.persist(work));
    })
}

fn write(mut desk: Desk, mut queue: mpsc::Receiver<Job>) -> Ledger {
    while queue.blocking_recv_many(&mut desk.jobs, BATCH) > 0 {
        let jobs = &mut desk.jobs;
        if jobs.len() < ENOUGH && jobs.iter().all(|job| matches!(job, Job::Settle(..))) {
            std::thread::sleep(MOMENT);
            while jobs.len() < BATCH {
                let Ok(job) = queue.try_recv() else { break };
                jobs.push(job);
            }
        }
        desk.work();
    }
    desk.ledger
}

async fn write_inside(mut desk: Desk, mut queue: mpsc::Receiver<Job>) -> Ledger {
    while queue.recv_many(&mut desk.jobs, BATCH).await > 0 {
        desk.work();
    }
    desk.ledger
}

/// Where the writing is done.
struct Desk {
    ledger: Ledger,
    relief: Option<Relief>,
    receipts: Arc<Receipts>,
    jobs: Vec<Job>,
}

impl Desk {
    fn new(ledger: Ledger, relief: Option<Relief>) -> Self {
        let (receipts, jobs) = (Arc::default(), Vec::with_capacity(BATCH));
        Self { ledger, relief, receipts, jobs }
    }

    /// Commits the settles together, then does the rest in order.
    fn work(&mut self) {
        let (mut batch, mut answers, mut work) = (Vec::new(), Vec::new(), Vec::new());
        for job in self.jobs.drain(..) {
            match job {
                Job::Settle(key, settlement, answer) => {
                    batch.push((key, settlement));
                    answers.push(answer);
                }
                Job::Run(one) => work.push(one),
            }
        }
        self.commit(batch, answers);
        for one in work {
            one(self);
        }
    }

    /// Writes, and goes on trying while the disk is full and somebody still hopes for room.
    fn persist<T>(
        &mut self,
        mut write: impl FnMut(&mut Ledger) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            let result = write(&mut self.ledger);
            let Some(relief) = &mut self.relief else { return result };
            if !matches!(result, Err(Error::Full)) {
                relief.written();
                return result;
            }
            if !relief.wait(self.receipts.waiting.load(Ordering::Relaxed)) {
                return result;
            }
        }
    }

    /// Commits what waited together. If that fails, each alone: one bad settle must not take its
    /// neighbours' receipts with it.
    fn commit(
        &mut self,
        batch: Vec<(Key, Settlement)>,
        answers: Vec<oneshot::Sender<Result<(), Error>>>,
    ) {
        if batch.is_empty() {
            return;
        }
        let together = self.persist(|ledger| ledger.settle(&batch));
        for (one, answer) in batch.into_iter().zip(answers) {
            let result = match &together {
                Ok(()) => Ok(()),
                Err(Error::Full) => Err(Error::Full),
                Err(_) => self.persist(|ledger| ledger.settle(std::slice::from_ref(&one))),
            };
            self.receipts.waiting.fetch_sub(1, Ordering::Relaxed);
            let lost = u64::from(matches!(result, Err(Error::Full)));
            self.receipts.lost.fetch_add(lost, Ordering::Relaxed);
            let _ = answer.send(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::draft::{Phase, StepKind};
    use crate::event::{Event, Monitor};
    use crate::ledger::Step;
    use rusqlite::params;
    use std::path::PathBuf;
    use tokio::sync::watch;
    use tokio_util::sync::CancellationToken;

    /// How many receipts were told of, each time the disk was full.
    #[derive(Debug, Default)]
    struct Heard(watch::Sender<Vec<u64>>);

    impl Monitor for Heard {
        fn observe(&self, event: &Event) {
            if let Event::DiskFull { receipts } = event {
                self.0.send_modify(|heard| heard.push(*receipts));
            }
        }
    }

    struct Scene {
        writer: Writer,
        heard: Arc<Heard>,
        stop: CancellationToken,
        ballast: PathBuf,
        steps: Vec<Step>,
        _dir: tempfile::TempDir,
    }

    impl Scene {
        /// Waits until the full disk was told of so often. Not by looking again and again: on
        /// paused time that would let hours go by while the writer's thread writes.
        async fn heard(&self, often: usize) {
            let mut heard = self.heard.0.subscribe();
            heard.wait_for(|heard| heard.len() >= often).await.expect("the monitor lives");
        }
    }

    /// A ledger with four steps to pay, whose file can't grow by a page.
    fn full() -> Scene {
        let dir = tempfile::tempdir().expect("a folder");
        let ballast = dir.path().join("ballast");
        std::fs::write(&ballast, [1; 4096]).expect("room");
        let ledger = Ledger::create(&dir.path().join("ledger.sqlite")).expect("new");
        let sql = "INSERT INTO account (id, email, user) VALUES (1, 'a@x', 'users/1');
            INSERT INTO conversation (id, slack, name, kind) VALUES (1, 'C1', 'c', 'public');
            INSERT INTO lane (id, conversation, fingerprint, name, created) VALUES (1, 1, 'f', 'c', 0);";
        ledger.db.execute_batch(sql).expect("a lane");
        for place in 1..=4 {
            let sql = "INSERT INTO step (id, phase, kind, actor, request) VALUES (?1, 1, 1, 1, ?2)";
            let request = "{\"verb\":\"POST\",\"path\":\"/v1/x\",\"body\":\"\"}";
            let row = params![crate::ledger::step_id(1, place), request];
            ledger.db.execute(sql, row).expect("a step");
        }
        let steps = ledger.owed(1, Phase::History, StepKind::PastMember, 0, 9).expect("four steps");
        let pages: i64 =
            ledger.db.pragma_query_value(None, "page_count", |row| row.get(0)).expect("a number");
        ledger.db.pragma_update(None, "max_page_count", pages).expect("a bound");
        let (heard, stop) = (Arc::new(Heard::default()), CancellationToken::new());
        let monitor = Arc::clone(&heard) as Arc<dyn Monitor>;
        let relief = Relief::new(Arc::new(SystemClock), monitor, stop.clone(), ballast.clone());
        let (writer, _) = Writer::start_with(ledger, Some(relief));
        Scene { writer, heard, stop, ballast, steps, _dir: dir }
    }

    /// A settlement that needs new pages.
    fn large() -> Settlement {
        Settlement::Revised { created: None, request: "x".repeat(100_000) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_disk_is_waited_out_and_nothing_in_hand_is_lost() {
        let scene = full();
        let began = tokio::time::Instant::now();
        let mut tries = 0;
        let making_room = scene.writer.run(move |ledger| {
            tries += 1;
            if tries == 4 {
                ledger.db.pragma_update(None, "max_page_count", 100_000)?;
            }
            let verdict = "x".repeat(100_000);
            Ok(ledger.db.execute("UPDATE lane SET verdict = ?1", [verdict])?)
        });
        let settling = async {
            scene.heard(1).await;
            scene.writer.settle(Key::from(&scene.steps[0]), large()).await
        };
        let (made, settled) = tokio::join!(making_room, settling);
        assert_eq!(made.expect("there is room at the fourth try"), 1);
        settled.expect("written when there is room");
        assert!(began.elapsed() >= 3 * Duration::from_secs(5), "tried every five seconds");
        let heard = scene.heard.0.borrow().clone();
        assert_eq!((heard.len(), heard.first(), heard.last()), (3, Some(&0), Some(&1)));
        assert!(scene.ballast.exists(), "nothing was given up");
        assert_eq!(scene.writer.unwritten(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_ends_on_a_full_disk_gives_up_its_ballast_and_counts_what_it_lost() {
        let scene = full();
        let settle = |step: usize| scene.writer.settle(Key::from(&scene.steps[step]), large());
        let stopping = async {
            scene.heard(2).await;
            assert!(scene.ballast.exists(), "kept to the end");
            scene.stop.cancel();
        };
        let (one, other, ()) = tokio::join!(settle(0), settle(1), stopping);
        assert!(matches!((one, other), (Err(Error::Full), Err(Error::Full))));
        assert!(!scene.ballast.exists());
        assert_eq!(scene.writer.unwritten(), 2);
        assert!(matches!(settle(2).await, Err(Error::Full)), "tried once, without waiting");
        let small = Settlement::Done(super::super::Receipt::default());
        scene.writer.settle(Key::from(&scene.steps[3]), small).await.expect("this one fits");
    }
}
