//! Reactions to a post that is staged.

use super::super::Error;
use super::super::record::{Subs, reaction_sub};
use super::super::steps::Owed;
use super::{Items, Staging, plain};
use crate::convert::{Converted, ReactionOutcome};
use crate::draft::{Draft, Phase, StepKind};
use crate::ledger::ItemKind;
use crate::slack::Message;

impl Staging<'_> {
    /// Freezes the reactions to a message, behind its first part.
    pub(super) fn reactions(
        &mut self,
        message: &Message,
        converted: &Converted,
        items: &Items<'_>,
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
            let owed = plain(Phase::Content, StepKind::React, &draft, actor);
            self.steps.add(&Owed { item: Some(item), after: Some(post), ..owed })?;
        }
        Ok(())
    }
}
