//! Staging: a lane's requests frozen, just before it opens. From then on no setting, people map
//! or program version changes a byte of them.

mod added;
mod frame;
mod links;
mod reactions;

use super::order::{self, Stop};
use super::pins::Pins;
use super::record::carries;
use super::steps::{Owed, Steps};
use super::{Bench, Error, Source};
use crate::convert::{Context, Converted, Fate};
use crate::draft::{Draft, Phase, Place, PostDraft, StepKind};
use crate::ids::{
    Account, MessageId, Micros, Operation, RequestId, RequestKey, SlackTs, text_hash,
};
use crate::ledger::{self, ItemKind, ItemState, Lane, Ledger, StageError, StagedItem, Writer};
use crate::slack::Message;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Freezes lanes when they are about to open. Reads the ledger through a connection of its own,
/// and writes through the one writer.
#[derive(Debug)]
pub struct Stager {
    bench: Arc<Bench>,
    ledger: PathBuf,
    writer: Writer,
    /// Connections that are open and at rest.
    readers: Mutex<Vec<Ledger>>,
    stop: CancellationToken,
    latest: Micros,
}

impl Stager {
    /// Takes what the ledger was planned with.
    pub fn new(bench: Arc<Bench>, ledger: PathBuf, writer: Writer) -> Self {
        let (stop, latest) = (CancellationToken::new(), Micros::MAX);
        Self { bench, ledger, writer, readers: Mutex::new(Vec::new()), stop, latest }
    }

    /// Stops in the middle of a lane when that is asked for.
    #[must_use]
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// Lets no past membership end later: Chat takes none that ends in its future, and a record's
    /// time may be anything.
    #[must_use]
    pub fn ended_by(self, latest: Micros) -> Self {
        Self { latest, ..self }
    }

    /// Freezes one lane. Blocks while it reads and writes.
    fn freeze(&self, lane: i64) -> Result<(), Error> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = idle.map_or_else(|| Ledger::open_read_only(&self.ledger), Ok)?;
        stage(self, &reader, lane)?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        Ok(())
    }
}

impl ledger::Stage for Stager {
    fn stage(&self, lane: i64) -> Result<(), StageError> {
        self.freeze(lane).map_err(|error| match error {
            Error::Ledger(error) => StageError::Ledger(error),
            Error::Stopped => StageError::Stopped,
            other => StageError::Archive(other.to_string()),
        })
    }
}

fn stage(stager: &Stager, reader: &Ledger, lane: i64) -> Result<(), Error> {
    let (bench, lane) = (&stager.bench, reader.lane(lane)?);
    let sources = bench.sources_of(&lane.slack);
    if sources.is_empty() {
        return Err(Error::NoArchive(lane.name));
    }
    let owner = reader.owner()?.unwrap_or_default();
    let steps = Steps::begin(&stager.writer, lane.id)?;
    let (key, threads) = (owner.key(), HashMap::new());
    let home = sources.last().map(|source| source.conversation);
    let roots = reader.thread_roots(lane.conversation)?;
    Staging {
        bench,
        reader,
        newest: owner.newest,
        latest: stager.latest,
        key,
        lane: &lane,
        steps,
        threads,
        roots,
        pins: Pins::of(home, bench.converter.settings()),
        posts: 0,
        stop: &stager.stop,
    }
    .stage(&sources)
}

/// Items of a stretch, by what names them.
type Items<'a> = HashMap<(Micros, ItemKind, &'a str), &'a StagedItem>;

/// A thread as far as it is staged.
#[derive(Debug, Clone, Copy)]
struct Thread {
    opener: u32,
    last: u32,
    /// Counts the threads that it became.
    piece: u32,
}

/// A lane in the middle of being staged.
struct Staging<'a> {
    bench: &'a Bench,
    reader: &'a Ledger,
    newest: Micros,
    latest: Micros,
    key: String,
    lane: &'a Lane,
    steps: Steps<'a>,
    threads: HashMap<SlackTs, Thread>,
    /// Roots of threads: a message with such a ts opens one, whatever its record says.
    roots: HashSet<Micros>,
    pins: Pins,
    posts: u64,
    stop: &'a CancellationToken,
}

impl Staging<'_> {
    fn stage(mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let members = self.reader.owed_members(self.lane.conversation)?;
        self.space(sources)?;
        self.past(&members)?;
        self.content(sources)?;
        self.list_pins(sources)?;
        if self.posts != self.lane.planned.posts {
            let (now, planned) = (self.posts, self.lane.planned.posts);
            return Err(Error::ArchiveChanged(format!(
                "{}: {now} posts, {planned} planned",
                self.lane.name
            )));
        }
        self.present(sources, &members)?;
        self.publish(sources)?;
        self.steps.finish()
    }

    fn content(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let pairs: Vec<_> =
            sources.iter().map(|source| (source.export, source.conversation)).collect();
        let context = Context {
            threads: self.bench.threads(sources.last().map(|source| source.conversation)),
        };
        let walked = order::walk(&pairs, self.lane.disordered, &mut |batch| {
            let (Some(first), Some(last)) = (batch.messages.first(), batch.messages.last()) else {
                return Ok(());
            };
            if self.stop.is_cancelled() {
                return Err(Error::Stopped);
            }
            let items = self.reader.items_between(
                self.lane.conversation,
                first.ts.micros(),
                last.ts.micros(),
            )?;
            let items: Items<'_> =
                items.iter().map(|item| ((item.ts, item.kind, item.sub.as_str()), item)).collect();
            for message in &batch.messages {
                self.message(context, message, &items)?;
            }
            Ok(())
        });
        walked.map_err(|stop| match stop {
            Stop::Failed(error) => error,
            Stop::Disordered => {
                Error::ArchiveChanged(format!("{} is not in its old order", self.lane.name))
            }
        })
    }

    fn message(
        &mut self,
        context: Context,
        message: &Message,
        items: &Items<'_>,
    ) -> Result<(), Error> {
        let changed =
            || Error::ArchiveChanged(format!("{}, message {}", self.lane.name, message.ts));
        let item = items.get(&(message.ts.micros(), ItemKind::Message, "")).ok_or_else(changed)?;
        if item.hash != message.hash {
            return Err(changed());
        }
        if item.state != ItemState::Owed {
            return Ok(());
        }
        let converted = self.bench.converter.convert(&context, message);
        let (Fate::Post(parts), Some(created), Some(actor)) =
            (&converted.fate, item.created, item.actor)
        else {
            return Err(changed());
        };
        if parts.len() as u32 != item.calls || self.bench.assumes(&converted) {
            return Err(changed());
        }
        self.pins.note(&self.bench.converter, (&self.lane.slack, &context), message);
        self.before(message, converted.thread, items)?;
        let first = self.parts(context, message, &converted, (item.id, created, actor))?;
        let Some(first) = first else { return Ok(()) };
        self.reactions(message, &converted, items, first)
    }

    /// Freezes the parts of a message; returns the place of the first.
    fn parts(
        &mut self,
        context: Context,
        message: &Message,
        converted: &Converted,
        (item, created, actor): (i64, Micros, i64),
    ) -> Result<Option<u32>, Error> {
        let Fate::Post(parts) = &converted.fate else { return Ok(None) };
        let opens = parts.len() > 1 || self.roots.contains(&message.ts.micros());
        let thread = converted.thread.or_else(|| (context.threads && opens).then_some(message.ts));
        let (mut first, mut previous) = (None, None);
        for (part, text) in (0_u32..).zip(parts) {
            let before = thread.and_then(|ts| self.threads.get(&ts).copied());
            let place = match (thread, before) {
                (None, _) => Place::Alone,
                (Some(ts), None) => Place::Opens(ts),
                (Some(_), Some(_)) => Place::Replies,
            };
            let created = created + Micros::from(part);
            let operation =
                Operation::Message { conversation: &self.lane.slack, ts: message.ts, part };
            let draft = Draft::Post(PostDraft {
                text: text.clone(),
                created,
                id: MessageId::derive(&self.lane.slack, message.ts, part, 0),
                request: self.request(operation, actor),
                place,
            });
            let owed = plain(Phase::Content, StepKind::Post, &draft, actor);
            let hash = Some(text_hash(text));
            let at = self.steps.add(&Owed {
                item: Some(item),
                part,
                carries: carries(converted),
                created: Some(created),
                hash,
                after: before.map(|thread| thread.last).or(previous),
                thread: before.map(|thread| thread.opener),
                ..owed
            })?;
            if let Some(ts) = thread {
                self.threads.entry(ts).or_insert(Thread { opener: at, last: at, piece: 1 }).last =
                    at;
            }
            self.amend(text, actor, at)?;
            first = first.or(Some(at));
            previous = Some(at);
            self.posts += 1;
        }
        Ok(first)
    }

    fn request(&self, operation: Operation<'_>, actor: i64) -> RequestId {
        let email = self.bench.emails.get(&actor);
        RequestId::derive(&RequestKey {
            migration: &self.key,
            operation,
            generation: self.lane.generation,
            revision: 0,
            actor: email.map_or("", Account::as_str),
        })
    }
}

/// Returns a step that pays for no item and waits for none.
fn plain(phase: Phase, kind: StepKind, draft: &Draft, actor: i64) -> Owed<'_> {
    Owed {
        phase,
        kind,
        draft,
        after: None,
        thread: None,
        item: None,
        part: 0,
        carries: false,
        actor,
        created: None,
        hash: None,
    }
}
