//! Posts that no export holds, as a conversation is planned: noted right before the message that
//! needs them, in times of their own.

use super::super::Error;
use super::super::added::Added;
use super::Notes;
use crate::convert::{Context, Converted, Fate};
use crate::draft::count_permalinks;
use crate::ids::{Micros, SlackTs};
use crate::ledger::{ItemKind, ItemState, NewItem};
use crate::slack::Message;

impl Notes<'_, '_> {
    /// Notes what a message that is posted needs beside it, and counts what that means.
    pub(super) fn beside(
        &mut self,
        message: &Message,
        converted: &mut Converted,
    ) -> Result<(), Error> {
        let Fate::Post(parts) = &converted.fate else { return Ok(()) };
        let parts = parts.len() as u32;
        let (bench, home) = (self.bench, self.conversation);
        let context = Context { threads: bench.threads(Some(home)) };
        self.pins.note(&bench.converter, (&home.id, &context), message);
        self.pins.loss(message.ts).into_iter().for_each(|loss| converted.losses.add(loss));
        let Some(root) = converted.thread else { return Ok(()) };
        let planning = &self.planning;
        let posted = || planning.posts_of(root.micros());
        let before = self.threads.take((root, message.ts), parts, posted)?;
        before.count(&mut converted.losses);
        let posts = before.posts();
        // Right before the message, so that nothing comes between.
        let wanted = message.ts.micros() - posts.len() as Micros;
        for (nth, added) in (0..).zip(posts) {
            self.add(*added, message.ts.micros(), SlackTs::from_micros(wanted + nth))?;
        }
        Ok(())
    }

    /// Notes the list of pins, behind everything.
    pub(super) fn list_pins(&mut self) -> Result<(), Error> {
        let settings = self.bench.converter.settings();
        let Some(text) = self.pins.text(settings.budget) else { return Ok(()) };
        let links = self.bench.patches_links() && count_permalinks(&text) > 0;
        self.amends += u64::from(links);
        self.add(Added::Pins, self.newest, SlackTs::from_micros(self.newest))
    }

    fn add(&mut self, added: Added, beside: Micros, at: SlackTs) -> Result<(), Error> {
        let created = self.times.place(at, 1);
        self.first = Some(self.first.map_or(created, |first| first.min(created)));
        self.calls.posts += 1;
        self.speakers.insert(self.bench.admin);
        self.planning.item(&NewItem {
            kind: ItemKind::Added,
            ts: beside,
            sub: added.sub(),
            hash: None,
            state: ItemState::Owed,
            reason: None,
            losses: None,
            source: self.source,
            created: Some(created),
            root: None,
            ended: None,
            actor: Some(self.bench.admin),
            calls: 1,
        })?;
        Ok(())
    }
}
