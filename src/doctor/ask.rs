//! One question: paced, and asked again where the answer may be another.

use super::Patient;
use super::heard::Heard;
use crate::chat::{Outcome, Scopes, TokenError};
use crate::draft::Identity;
use crate::pace::Class;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// So often a question without a clear answer is asked again.
const AGAIN: u32 = 3;

impl Patient {
    /// Makes a call that changes nothing, and says what the answer means.
    pub(super) async fn ask<T>(
        &self,
        class: Class,
        call: impl AsyncFn() -> Result<T, Outcome>,
    ) -> (Heard, Option<T>) {
        let mut attempt = 0;
        loop {
            self.pacer.permit(class, None).await;
            let (heard, got) = match call().await {
                Ok(got) => (Heard::Served, Some(got)),
                Err(outcome) => (Heard::of::<T>(Err(outcome)), None),
            };
            if !heard.may_pass() || attempt == AGAIN {
                return (heard, got);
            }
            let asked =
                if let Heard::Busy(asked) = heard { self.slow_down(class, asked) } else { None };
            self.clock.sleep(self.backoff.next(attempt, asked)).await;
            attempt += 1;
        }
    }

    /// Asks for a token, with these scopes and no call.
    pub(super) async fn token(&self, who: &Identity, scopes: Scopes) -> Result<(), TokenError> {
        let mut attempt = 0;
        loop {
            self.pacer.permit(Class::Token, None).await;
            match self.client.probe(who, scopes).await {
                Err(TokenError::Transient(why)) if attempt < AGAIN => {
                    if why.contains("rate") {
                        self.slow_down(Class::Token, None);
                    }
                    self.clock.sleep(self.backoff.next(attempt, None)).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    fn slow_down(&self, class: Class, asked: Option<Duration>) -> Option<Duration> {
        self.throttled.fetch_add(1, Ordering::Relaxed);
        self.pacer.penalize(class, None, asked.unwrap_or(Duration::from_secs(1)));
        asked
    }
}
