//! Posts that no export holds, frozen where the plan noted them.

use super::super::added::Added;
use super::super::steps::Owed;
use super::super::{Error, Source};
use super::{Items, Staging, Thread, plain};
use crate::draft::{Draft, Phase, Place, PostDraft, StepKind};
use crate::ids::{MessageId, Operation, SlackTs, text_hash};
use crate::ledger::{ItemKind, StagedItem};
use crate::slack::Message;

impl Staging<'_> {
    /// Freezes what the plan noted before a message of a thread.
    pub(super) fn before(
        &mut self,
        message: &Message,
        thread: Option<SlackTs>,
        items: &Items<'_>,
    ) -> Result<(), Error> {
        let Some(root) = thread else { return Ok(()) };
        for added in Added::BEFORE {
            let item = items.get(&(message.ts.micros(), ItemKind::Added, added.sub()));
            let Some(item) = item else { continue };
            let before = self.threads.get(&root).copied();
            let piece = before.map_or(1, |thread| thread.piece + 1);
            let text = added.about(root, piece);
            let (place, before) = match (added, before) {
                (Added::Onward, Some(thread)) => (Place::Replies, Some(thread)),
                (Added::StandIn, _) => (Place::Opens(root), None),
                // No thread begins with a reply, so that nothing else goes by its ts.
                _ => (Place::Opens(message.ts), None),
            };
            let at = self.add(added, item, message.ts, (&text, place, before))?;
            if before.is_none() {
                self.threads.insert(root, Thread { opener: at, last: at, piece });
            }
        }
        Ok(())
    }

    /// Freezes the list of pins where the plan noted one.
    pub(super) fn list_pins(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let Some(item) = self.reader.added_last(self.lane.conversation, Added::Pins.sub())? else {
            return Ok(());
        };
        let changed = || Error::ArchiveChanged(format!("{}, pins", self.lane.name));
        let budget = self.bench.converter.settings().budget;
        let text = self.pins.text(budget).filter(|_| !sources.is_empty()).ok_or_else(changed)?;
        let ts = SlackTs::from_micros(item.ts);
        let at = self.add(Added::Pins, &item, ts, (&text, Place::Alone, None))?;
        self.amend(&text, self.bench.admin, at)
    }

    fn add(
        &mut self,
        added: Added,
        item: &StagedItem,
        ts: SlackTs,
        (text, place, before): (&str, Place, Option<Thread>),
    ) -> Result<u32, Error> {
        let (Some(created), Some(actor)) = (item.created, item.actor) else {
            return Err(Error::ArchiveChanged(format!("{}, message {ts}", self.lane.name)));
        };
        let (conversation, part) = (&self.lane.slack, added.part());
        let operation = Operation::Message { conversation, ts, part };
        let draft = Draft::Post(PostDraft {
            text: text.to_owned(),
            created,
            id: MessageId::derive(conversation, ts, part, 0),
            request: self.request(operation, actor),
            place,
        });
        self.posts += 1;
        self.steps.add(&Owed {
            item: Some(item.id),
            part,
            created: Some(created),
            hash: Some(text_hash(text)),
            after: before.map(|thread| thread.last),
            thread: before.map(|thread| thread.opener),
            ..plain(Phase::Content, StepKind::Post, &draft, actor)
        })
    }
}
