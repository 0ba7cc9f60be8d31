//! Staging: a lane's requests frozen, just before it opens. From then on no setting, people map
//! or program version changes a byte of them.

use super::order::{self, Stop};
use super::record::{Subs, reaction_sub};
use super::steps::{Owed, Steps};
use super::{Bench, Error, Source};
use crate::convert::{Context, Converted, Fate, ReactionOutcome, description, space_shape};
use crate::draft::{Draft, MemberDraft, Phase, Place, PostDraft, SpaceDraft, SpaceKind, StepKind};
use crate::ids::{
    Account, MessageId, Micros, Operation, RequestId, RequestKey, SlackTs, text_hash,
};
use crate::ledger::{
    self, ItemKind, ItemState, Lane, Ledger, StageError, StagedItem, StagedMember, Writer,
};
use crate::slack::Message;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Freezes lanes when they are about to open. Reads the ledger through a connection of its own,
/// and writes through the one writer.
#[derive(Debug)]
pub struct Stager {
    bench: Arc<Bench>,
    ledger: PathBuf,
    writer: Writer,
}

impl Stager {
    /// Takes what the ledger was planned with.
    pub fn new(bench: Arc<Bench>, ledger: PathBuf, writer: Writer) -> Self {
        Self { bench, ledger, writer }
    }
}

impl ledger::Stage for Stager {
    fn stage(&self, lane: i64) -> Result<(), StageError> {
        stage(&self.bench, &self.ledger, &self.writer, lane).map_err(|error| match error {
            Error::Ledger(error) => StageError::Ledger(error),
            other => StageError::Archive(other.to_string()),
        })
    }
}

/// Freezes one lane. Blocks while it reads and writes.
fn stage(bench: &Bench, path: &Path, writer: &Writer, lane: i64) -> Result<(), Error> {
    let reader = Ledger::open_read_only(path)?;
    let lane = reader.lane(lane)?;
    let sources = bench.sources_of(&lane.slack);
    if sources.is_empty() {
        return Err(Error::NoArchive(lane.name));
    }
    let owner = reader.owner()?.unwrap_or_default();
    let steps = Steps::begin(writer, lane.id)?;
    let (key, threads) = (owner.key(), HashMap::new());
    Staging {
        bench,
        reader: &reader,
        newest: owner.newest,
        key,
        lane: &lane,
        steps,
        threads,
        posts: 0,
    }
    .stage(&sources)
}

/// A lane in the middle of being staged.
struct Staging<'a> {
    bench: &'a Bench,
    reader: &'a Ledger,
    newest: Micros,
    key: String,
    lane: &'a Lane,
    steps: Steps<'a>,
    /// The last step of each thread.
    threads: HashMap<SlackTs, u32>,
    posts: u64,
}

impl Staging<'_> {
    fn stage(mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let members = self.reader.owed_members(self.lane.conversation)?;
        self.space(sources)?;
        self.past(&members)?;
        self.content(sources)?;
        if self.posts != self.lane.planned.posts {
            let (now, planned) = (self.posts, self.lane.planned.posts);
            return Err(Error::ArchiveChanged(format!(
                "{}: {now} posts, {planned} planned",
                self.lane.name
            )));
        }
        self.present(&members)?;
        self.steps.finish()
    }

    fn space(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let Some(conversation) = sources.last().map(|source| source.conversation) else {
            return Ok(());
        };
        let kind = space_shape(conversation, self.lane.threaded, self.bench.direct);
        let draft = Draft::Space(SpaceDraft {
            kind,
            name: (kind == SpaceKind::Named).then(|| self.lane.name.clone()),
            description: description(conversation, self.bench.converter.roster())
                .filter(|text| !text.is_empty()),
            created: self.lane.created,
            external: false,
            request: self.request(
                Operation::Space { conversation: &self.lane.slack, part: self.lane.part },
                self.bench.admin,
            ),
        });
        self.steps.add(&self.plain(Phase::Space, StepKind::Space, &draft, self.bench.admin))?;
        Ok(())
    }

    fn past(&mut self, members: &[StagedMember]) -> Result<(), Error> {
        let still_in = self.newest + 1_000_000;
        for member in members {
            let (Some(since), Some(user)) = (member.since, self.user(member)) else { continue };
            let since = since.max(self.lane.created + 1);
            let until = member.ended.unwrap_or(still_in).max(since + 1);
            let draft = Draft::Member(MemberDraft { user, span: Some((since, until)) });
            let owed = self.plain(Phase::History, StepKind::PastMember, &draft, self.bench.admin);
            self.steps.add(&Owed { item: Some(member.item), ..owed })?;
        }
        Ok(())
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
            let items = self.reader.items_between(
                self.lane.conversation,
                first.ts.micros(),
                last.ts.micros(),
            )?;
            let items: HashMap<(Micros, ItemKind, &str), &StagedItem> =
                items.iter().map(|item| ((item.ts, item.kind, item.sub.as_str()), item)).collect();
            for message in &batch.messages {
                self.message(&context, message, &items)?;
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
        context: &Context,
        message: &Message,
        items: &HashMap<(Micros, ItemKind, &str), &StagedItem>,
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
        let converted = self.bench.converter.convert(context, message);
        let (Fate::Post(parts), Some(created), Some(actor)) =
            (&converted.fate, item.created, item.actor)
        else {
            return Err(changed());
        };
        if parts.len() as u32 != item.calls {
            return Err(changed());
        }
        let first = self.parts(context, message, &converted, (item.id, created, actor))?;
        let Some(first) = first else { return Ok(()) };
        self.reactions(message, &converted, items, first)
    }

    /// Freezes the parts of a message; returns the place of the first.
    fn parts(
        &mut self,
        context: &Context,
        message: &Message,
        converted: &Converted,
        (item, created, actor): (i64, Micros, i64),
    ) -> Result<Option<u32>, Error> {
        let Fate::Post(parts) = &converted.fate else { return Ok(None) };
        let thread =
            converted.thread.or_else(|| (context.threads && parts.len() > 1).then_some(message.ts));
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
            let owed = self.plain(Phase::Content, StepKind::Post, &draft, actor);
            let hash = Some(text_hash(text));
            let after = before.or(previous);
            let at = self.steps.add(&Owed {
                item: Some(item),
                part,
                created: Some(created),
                hash,
                after,
                ..owed
            })?;
            thread.map(|ts| self.threads.insert(ts, at));
            first = first.or(Some(at));
            previous = Some(at);
            self.posts += 1;
        }
        Ok(first)
    }

    fn reactions(
        &mut self,
        message: &Message,
        converted: &Converted,
        items: &HashMap<(Micros, ItemKind, &str), &StagedItem>,
        post: u32,
    ) -> Result<(), Error> {
        let mut subs = Subs::default();
        for one in &converted.reactions {
            let sub = subs.once(reaction_sub(&one.slack_name, one.user.as_str()));
            let ReactionOutcome::As { emoji, .. } = &one.outcome else { continue };
            let item = items.get(&(message.ts.micros(), ItemKind::Reaction, sub.as_str()));
            let Some((item, actor)) =
                item.and_then(|item| item.actor.map(|actor| (item.id, actor)))
            else {
                return Err(Error::ArchiveChanged(format!(
                    "{}, reactions to {}",
                    self.lane.name, message.ts
                )));
            };
            let draft = Draft::React(emoji.clone());
            let owed = self.plain(Phase::Content, StepKind::React, &draft, actor);
            self.steps.add(&Owed { item: Some(item), after: Some(post), ..owed })?;
        }
        Ok(())
    }

    /// Freezes completion and the present members. Whoever completes is a member by that.
    fn present(&mut self, members: &[StagedMember]) -> Result<(), Error> {
        let present: Vec<&StagedMember> =
            members.iter().filter(|member| member.ended.is_none()).collect();
        let completer = self.lane.completer.clone();
        let is_completer = |member: &&&StagedMember| self.account(member) == completer;
        let own = present.iter().find(is_completer).map(|member| member.item);
        let number = completer.as_ref().and_then(|account| self.bench.accounts.get(account));
        let actor = number.map_or(self.bench.admin, |(number, _)| *number);
        let own = own.filter(|_| !self.lane.admin_owned);
        let complete = Draft::Complete;
        self.steps.add(&Owed {
            item: own,
            ..self.plain(Phase::Complete, StepKind::Complete, &complete, actor)
        })?;
        for member in present.into_iter().filter(|member| Some(member.item) != own) {
            let Some(user) = self.user(member) else { continue };
            let draft = Draft::Member(MemberDraft { user, span: None });
            let owed = self.plain(Phase::Present, StepKind::Member, &draft, actor);
            self.steps.add(&Owed { item: Some(member.item), ..owed })?;
        }
        Ok(())
    }

    fn plain<'d>(&self, phase: Phase, kind: StepKind, draft: &'d Draft, actor: i64) -> Owed<'d> {
        Owed {
            phase,
            kind,
            draft,
            after: None,
            item: None,
            part: 0,
            actor,
            created: None,
            hash: None,
        }
    }

    fn account(&self, member: &StagedMember) -> Option<Account> {
        let known = self.bench.people.account(&member.slack.as_str().into());
        known.map(|(account, _)| account.clone())
    }

    fn user(&self, member: &StagedMember) -> Option<String> {
        let known = self.bench.people.account(&member.slack.as_str().into());
        known.map(|(_, user)| user.clone())
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
