//! The loss account of exports, told without a ledger: every conversation is read once, on a few
//! threads.

use super::Offline;
use crate::convert::{Alike, Fate, LossAccount, Losses};
use crate::ids::SlackTs;
use crate::plan::pins::Pins;
use crate::plan::threads::Threads;
use crate::plan::{Error, leaves_out};
use crate::slack::Conversation;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that read and convert.
const READERS: usize = 2;

impl Offline {
    /// Converts everything, and sums what does not survive.
    pub fn losses(&self) -> Result<LossAccount, Error> {
        let all: Vec<&Conversation> = self.conversations().collect();
        let next = AtomicUsize::new(0);
        let read = || -> Result<LossAccount, Error> {
            let mut account = LossAccount::default();
            while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                account.merge(self.losses_of(one)?);
            }
            Ok(account)
        };
        std::thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
            let mut account = LossAccount::default();
            for reader in readers {
                match reader.join() {
                    Ok(part) => account.merge(part?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(account)
        })
    }

    fn losses_of(&self, conversation: &Conversation) -> Result<LossAccount, Error> {
        if leaves_out(self.converter.settings(), conversation) {
            return Ok(LossAccount::default());
        }
        let (context, name) = (self.context(conversation), self.name(&conversation.id));
        let settings = self.converter.settings();
        let pins = || Pins::of(Some(conversation), settings);
        let begin = || Summing { pins: pins(), ..Summing::default() };
        let sums = self.read(&conversation.id, &begin, &|sums, batch| {
            for message in &batch.messages {
                let converted = self.converter.convert(&context, message);
                let Fate::Post(parts) = &converted.fate else { continue };
                let mut losses = converted.losses.clone();
                sums.beside(message.ts, converted.thread, parts.len() as u32, &mut losses);
                sums.account.add(Alike {
                    conversation: &conversation.id,
                    name,
                    losses: &losses,
                    items: 1,
                    first: Some(message.ts),
                });
            }
        })?;
        Ok(sums.account)
    }
}

/// One conversation in the middle of being summed up.
#[derive(Default)]
struct Summing {
    account: LossAccount,
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
