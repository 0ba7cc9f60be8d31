//! What stands in Chat under another name than its author's own, though the author has an account
//! now: counted by reading a conversation again beside the ledger.

use super::Offline;
use crate::convert::{Context, Fate, ReactionOutcome, Sender};
use crate::ids::{Account, Micros, SlackUserId};
use crate::ledger::{self, ItemKind, Lane, Ledger, SentAs};
use crate::plan::Error;
use crate::plan::order::Batch;
use crate::plan::record::reaction_sub;
use crate::slack::Message;
use std::collections::{BTreeMap, HashMap};

/// How much of somebody's stands under another name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::plan) struct Words {
    pub(in crate::plan) posts: u64,
    pub(in crate::plan) reactions: u64,
}

/// By author.
type ByAuthor = BTreeMap<SlackUserId, Words>;

/// What the ledger sends of a stretch: by message, and what tells a reaction from others.
type Sent<'a> = HashMap<(Micros, ItemKind, &'a str), Option<i64>>;

impl Offline {
    /// Counts, by author, what a lane sends as somebody else, or not at all.
    pub(in crate::plan) fn others_words(
        &self,
        ledger: &Ledger,
        lane: &Lane,
        numbers: &HashMap<Account, i64>,
    ) -> Result<ByAuthor, Error> {
        let home = self.conversations().find(|home| home.id == lane.slack);
        let Some(home) = home else { return Ok(ByAuthor::new()) };
        let context = self.context(home);
        let begin = || Ok::<_, ledger::Error>(ByAuthor::new());
        let counted = self.read(&home.id, &begin, &|counted, batch: Batch| {
            let Ok(words) = counted else { return };
            let (Some(first), Some(last)) = (batch.messages.first(), batch.messages.last()) else {
                return;
            };
            let span = (first.ts.micros(), last.ts.micros());
            match ledger.sent_as(lane.conversation, span.0, span.1) {
                Err(error) => *counted = Err(error),
                Ok(sent) => {
                    let sent = by_place(&sent);
                    for message in &batch.messages {
                        self.compare((context, message), &sent, numbers, words);
                    }
                }
            }
        })?;
        Ok(counted?)
    }

    fn compare(
        &self,
        (context, message): (Context, &Message),
        sent: &Sent<'_>,
        numbers: &HashMap<Account, i64>,
        words: &mut ByAuthor,
    ) {
        let converted = self.converter().convert(&context, message);
        if !matches!(converted.fate, Fate::Post(_)) {
            return;
        }
        let at = message.ts.micros();
        let is_own = |account: &Account, kind, sub: &str| {
            let actor = sent.get(&(at, kind, sub)).copied().flatten();
            actor.is_some() && actor == numbers.get(account).copied()
        };
        if let (Sender::Person(account), Some(id)) = (&converted.sender, self.identity(message))
            && !is_own(account, ItemKind::Message, "")
        {
            words.entry(id).or_default().posts += 1;
        }
        for reaction in &converted.reactions {
            let sub = reaction_sub(&reaction.slack_name, reaction.user.as_str());
            if let ReactionOutcome::As { account, .. } = &reaction.outcome
                && !is_own(account, ItemKind::Reaction, &sub)
            {
                words.entry(reaction.user.clone()).or_default().reactions += 1;
            }
        }
    }
}

fn by_place(sent: &[SentAs]) -> Sent<'_> {
    sent.iter().map(|one| ((one.ts, one.kind, one.sub.as_str()), one.actor)).collect()
}
