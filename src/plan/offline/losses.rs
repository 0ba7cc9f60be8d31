//! The loss account of exports, told without a ledger: every conversation is read once, on a few
//! threads.

use super::Offline;
use crate::convert::{Alike, Fate, LossAccount, Losses, Skip, speaker_word};
use crate::ids::SlackTs;
use crate::ledger::Unmatched;
use crate::plan::pins::Pins;
use crate::plan::threads::Threads;
use crate::plan::{Error, leaves_out};
use crate::slack::Conversation;
use serde::Serialize;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What becomes of every message that can be read.
#[derive(Debug, Default, Serialize)]
pub struct Sums {
    /// Those that would be sent.
    #[serde(rename = "loss_account")]
    pub sent: LossAccount,
    /// Those left out, by the code of the reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Messages of authors without an account.
    pub unmatched: Vec<Unmatched>,
}

impl Sums {
    fn merge(&mut self, other: Self) {
        self.sent.merge(other.sent);
        for (code, count) in other.left_out {
            *self.left_out.entry(code).or_default() += count;
        }
        other.unmatched.into_iter().for_each(|one| self.note(one));
    }

    fn note(&mut self, one: Unmatched) {
        let key = |one: &Unmatched| (one.class.clone(), one.speaker.clone());
        match self.unmatched.binary_search_by_key(&key(&one), key) {
            Ok(at) => self.unmatched[at].messages += one.messages,
            Err(at) => self.unmatched.insert(at, one),
        }
    }
}

impl Offline {
    /// Converts everything, and sums what does not survive.
    pub fn losses(&self) -> Result<Sums, Error> {
        self.each(&|one| self.losses_of(one), &Sums::merge)
    }

    fn losses_of(&self, conversation: &Conversation) -> Result<Sums, Error> {
        let whole = leaves_out(self.converter.settings(), conversation);
        let (context, name) = (self.context(conversation), self.name(&conversation.id));
        let settings = self.converter.settings();
        let pins = || Pins::of(Some(conversation), settings);
        let begin = || Summing { pins: pins(), ..Summing::default() };
        let summing = self.read(&conversation.id, &begin, &|summing, batch| {
            for message in &batch.messages {
                let converted = self.converter.convert(&context, message);
                if let Some((class, speaker)) = speaker_word(&converted).filter(|_| !whole) {
                    let class = class.code().to_owned();
                    summing.sums.note(Unmatched { class, speaker, messages: 1 });
                }
                let parts = match &converted.fate {
                    _ if whole => Err(Skip::ArchivedConversation),
                    Fate::Post(parts) => Ok(parts.len() as u32),
                    Fate::Skip(skip) => Err(*skip),
                };
                let parts = match parts {
                    Ok(parts) => parts,
                    Err(skip) => {
                        *summing.sums.left_out.entry(skip.code()).or_default() += 1;
                        continue;
                    }
                };
                let mut losses = converted.losses.clone();
                summing.beside(message.ts, converted.thread, parts, &mut losses);
                summing.sums.sent.add(Alike {
                    conversation: &conversation.id,
                    name,
                    losses: &losses,
                    items: 1,
                    first: Some(message.ts),
                });
            }
        })?;
        Ok(summing.sums)
    }
}

/// One conversation in the middle of being summed up.
#[derive(Default)]
struct Summing {
    sums: Sums,
    threads: Threads,
    pins: Pins,
    /// Whatever may have begun a thread without saying so, in order.
    alone: Vec<SlackTs>,
}

impl Summing {
    /// Counts what planning counts beside a message's own losses.
    fn beside(&mut self, ts: SlackTs, thread: Option<SlackTs>, parts: u32, losses: &mut Losses) {
        self.pins.loss(ts).into_iter().for_each(|loss| losses.add(loss));
        let Some(root) = thread else { return self.alone.push(ts) };
        let posted = || Ok::<_, Infallible>(self.alone.binary_search(&root).is_ok().then_some(1));
        let Ok(before) = self.threads.take((root, ts), parts, posted);
        before.count(losses);
    }
}
