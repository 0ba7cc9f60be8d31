//! The one thread that writes while a run is under way. Settles that wait together are committed
//! together; an answer means: it is on the disk.

use super::settle::{Key, Settlement};
use super::{Error, Ledger};
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

type Work = Box<dyn FnOnce(&mut Ledger) + Send>;

enum Job {
    Settle(Key, Settlement, oneshot::Sender<Result<(), Error>>),
    Run(Work),
}

/// A handle to the writing thread; cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the thread. It ends, and gives the ledger back, when the last handle is dropped.
    pub fn start(ledger: Ledger) -> (Self, JoinHandle<Ledger>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::spawn(move || write(ledger, queue));
        (Self { jobs }, thread)
    }

    /// Starts the same work as a task of the runtime, for simulations: on paused time a thread
    /// would let hours go by during a commit, and no two runs would be alike.
    pub fn start_inside(ledger: Ledger) -> (Self, tokio::task::JoinHandle<Ledger>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        (Self { jobs }, tokio::spawn(write_inside(ledger, queue)))
    }

    /// Writes a settlement down; returns when it is durable.
    pub async fn settle(&self, key: Key, settlement: Settlement) -> Result<(), Error> {
        let (answer, settled) = oneshot::channel();
        self.jobs.send(Job::Settle(key, settlement, answer)).await.map_err(|_| Error::Closed)?;
        settled.await.map_err(|_| Error::Closed)?
    }

    /// Does something with the ledger on its thread.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger) -> Result<T, Error> + Send + 'static,
    {
        let (answer, done) = oneshot::channel();
        self.jobs.send(Job::Run(boxed(work, answer))).await.map_err(|_| Error::Closed)?;
        done.await.map_err(|_| Error::Closed)?
    }

    /// Does something with the ledger on its thread, from a thread that may block.
    pub fn run_blocking<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger) -> Result<T, Error> + Send + 'static,
    {
        let (answer, done) = oneshot::channel();
        self.jobs.blocking_send(Job::Run(boxed(work, answer))).map_err(|_| Error::Closed)?;
        done.blocking_recv().map_err(|_| Error::Closed)?
    }
}

fn boxed<T, F>(work: F, answer: oneshot::Sender<Result<T, Error>>) -> Work
where
    T: Send + 'static,
    F: FnOnce(&mut Ledger) -> Result<T, Error> + Send + 'static,
{
    Box::new(move |ledger| {
        // Whoever asked may be gone; the work counts all the same.
        let _ = answer.send(work(ledger));
    })
}

fn write(ledger: Ledger, mut queue: mpsc::Receiver<Job>) -> Ledger {
    let mut desk = Desk::new(ledger);
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

async fn write_inside(ledger: Ledger, mut queue: mpsc::Receiver<Job>) -> Ledger {
    let mut desk = Desk::new(ledger);
    while queue.recv_many(&mut desk.jobs, BATCH).await > 0 {
        desk.work();
    }
    desk.ledger
}

/// The ledger, and what waits to be done with it.
struct Desk {
    ledger: Ledger,
    jobs: Vec<Job>,
    batch: Vec<(Key, Settlement)>,
    answers: Vec<oneshot::Sender<Result<(), Error>>>,
}

impl Desk {
    fn new(ledger: Ledger) -> Self {
        let jobs = Vec::with_capacity(BATCH);
        Self { ledger, jobs, batch: Vec::with_capacity(BATCH), answers: Vec::with_capacity(BATCH) }
    }

    /// Commits the settles together, then does the rest in order.
    fn work(&mut self) {
        let mut work = Vec::new();
        for job in self.jobs.drain(..) {
            match job {
                Job::Settle(key, settlement, answer) => {
                    self.batch.push((key, settlement));
                    self.answers.push(answer);
                }
                Job::Run(one) => work.push(one),
            }
        }
        commit(&mut self.ledger, &mut self.batch, &mut self.answers);
        for one in work {
            one(&mut self.ledger);
        }
    }
}

/// Commits what waited together. If that fails, each alone: one bad settle must not take its
/// neighbours' receipts with it.
fn commit(
    ledger: &mut Ledger,
    batch: &mut Vec<(Key, Settlement)>,
    answers: &mut Vec<oneshot::Sender<Result<(), Error>>>,
) {
    if batch.is_empty() {
        return;
    }
    let together = ledger.settle(batch).is_ok();
    for (one, answer) in batch.drain(..).zip(answers.drain(..)) {
        let result = if together { Ok(()) } else { ledger.settle(std::slice::from_ref(&one)) };
        let _ = answer.send(result);
    }
}
