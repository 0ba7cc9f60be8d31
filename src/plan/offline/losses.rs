//! The loss account of exports, told without a ledger: every conversation is read once, on a few
//! threads.

use super::Offline;
use crate::convert::{Alike, Fate, LossAccount};
use crate::plan::{Error, leaves_out};
use crate::slack::Conversation;
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
        self.read(&conversation.id, &LossAccount::default, &|account, batch| {
            for message in &batch.messages {
                let converted = self.converter.convert(&context, message);
                if matches!(converted.fate, Fate::Post(_)) {
                    account.add(Alike {
                        conversation: &conversation.id,
                        name,
                        losses: &converted.losses,
                        items: 1,
                        first: Some(message.ts),
                    });
                }
            }
        })
    }
}
