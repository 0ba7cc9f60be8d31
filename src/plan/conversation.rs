//! Conversations into the ledger. Two threads read and convert ahead, this one writes.

use super::notes::Notes;
use super::order::{self, Batch, Stop};
use super::{Bench, Error, Source};
use crate::convert::{Context, Converted};
use crate::event::{Event, Monitor};
use crate::ids::ConversationId;
use crate::ledger::Ledger;
use std::slice::Iter;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// How many batches of a conversation may wait to be written.
const AHEAD: usize = 2;
/// How many conversations may be read before their turn to be written.
const CONVERSATIONS: usize = 8;
/// How many items a commit takes: small conversations share one.
const COMMIT: u64 = 20_000;
/// Threads that read and convert.
const READERS: usize = 2;

/// A batch with what became of its messages.
pub(super) struct Done {
    pub(super) batch: Batch,
    pub(super) converted: Vec<Converted>,
}

/// A conversation, and what is read of it.
type Reading<'a> = (&'a ConversationId, Receiver<Result<Option<Done>, Stop>>);

/// Plans conversations, in order. Others are read while one is written.
pub(super) fn plan_all(
    bench: &Bench,
    ledger: &mut Ledger,
    due: &[&ConversationId],
    monitor: &dyn Monitor,
    stop: &CancellationToken,
) -> Result<(), Error> {
    let turn = Mutex::new(due.iter());
    std::thread::scope(|scope| {
        let (announce, ready) = sync_channel::<Reading<'_>>(CONVERSATIONS);
        for _ in 0..READERS {
            let (announce, turn) = (announce.clone(), &turn);
            scope.spawn(move || read_on(bench, turn, &announce));
        }
        drop(announce);
        let mut waiting = 0;
        for (id, batches) in ready {
            if stop.is_cancelled() {
                break;
            }
            match plan(bench, ledger, id, batches, (monitor, stop)) {
                Ok(items) => waiting += items,
                Err(Error::Stopped) => break,
                Err(error) => return Err(error),
            }
            if waiting > COMMIT {
                ledger.commit_plan()?;
                waiting = 0;
            }
            monitor.observe(&Event::ConversationPlanned { conversation: bench.name_of(id) });
        }
        Ok(ledger.commit_plan()?)
    })
}

/// Reads one conversation after the other, until there is none or nobody wants more.
fn read_on<'a>(
    bench: &Bench,
    turn: &Mutex<Iter<'a, &'a ConversationId>>,
    announce: &SyncSender<Reading<'a>>,
) {
    loop {
        let (id, batches) = {
            // Announced in order, so that they are written in order.
            let mut turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(id) = turn.next().copied() else { return };
            let (batches, received) = sync_channel(AHEAD);
            if announce.send((id, received)).is_err() {
                return;
            }
            (id, batches)
        };
        let sources = bench.sources_of(id);
        let read = read(bench, &sources, sources.len() > 1, &mut |done| {
            // The writer stopped listening: it has the reason.
            batches.send(Ok(Some(done))).map_err(|_| Error::Order)
        });
        if batches.send(read.map(|()| None)).is_err() {
            return;
        }
    }
}

/// Reads and converts a conversation, batch by batch.
fn read(
    bench: &Bench,
    sources: &[Source<'_>],
    disordered: bool,
    take: &mut dyn FnMut(Done) -> Result<(), Error>,
) -> Result<(), Stop> {
    let pairs: Vec<_> = sources.iter().map(|source| (source.export, source.conversation)).collect();
    let context =
        Context { threads: bench.threads(sources.last().map(|source| source.conversation)) };
    let newest = sources.last().map(|source| source.conversation);
    let settings = bench.converter.settings();
    let left_out = newest.and_then(|newest| bench.chosen.left_out(settings, newest));
    order::walk(&pairs, disordered, &mut |batch| {
        let convert = |message| {
            if let Some(why) = left_out {
                return bench.converter.leave_out(&context, message, why);
            }
            bench.converter.convert(&context, message)
        };
        let converted = batch.messages.iter().map(convert).collect();
        take(Done { batch, converted })
    })
}

/// Writes one conversation. Where its archive turns out not to be in the order of time, what was
/// written is dropped and it is read the other way.
fn plan(
    bench: &Bench,
    ledger: &mut Ledger,
    id: &ConversationId,
    batches: Receiver<Result<Option<Done>, Stop>>,
    (monitor, stop): (&dyn Monitor, &CancellationToken),
) -> Result<u64, Error> {
    let sources = bench.sources_of(id);
    let mut notes = Notes::begin(bench, ledger, &sources, monitor)?;
    for done in batches {
        if stop.is_cancelled() {
            // Planned without its end it would be planned wrong: the next run begins it anew.
            return Err(Error::Stopped);
        }
        match done {
            Ok(Some(done)) => notes.write(done, &sources)?,
            Ok(None) => return notes.finish(sources.len() > 1),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Disordered) => {
                drop(notes);
                return again(bench, ledger, &sources, monitor);
            }
        }
    }
    // The channel closed without an end: the reader died.
    Err(Error::Order)
}

fn again(
    bench: &Bench,
    ledger: &mut Ledger,
    sources: &[Source<'_>],
    monitor: &dyn Monitor,
) -> Result<u64, Error> {
    let mut notes = Notes::begin(bench, ledger, sources, monitor)?;
    let read = read(bench, sources, true, &mut |done| notes.write(done, sources));
    match read {
        Ok(()) => notes.finish(true),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Disordered) => Err(Error::Order),
    }
}
