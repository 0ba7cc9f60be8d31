//! Tokens in hand: one fetch at a time for each identity, a bounded number kept. So is what was
//! refused, for a while.

use super::{Scopes, Token, TokenError};
use crate::draft::Identity;
use crate::ids::Micros;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Whose token, and for what.
type Key = (Identity, Scopes);

/// A token and the moments after which it is renewed. Two clocks judge: the monotonic one may
/// stand still while the machine sleeps, the wall clock may be set back.
#[derive(Debug, Clone)]
pub(super) struct Held {
    token: Token,
    until_mono: Instant,
    until_wall: Micros,
}

impl Held {
    /// Keeps a token for four fifths of its life.
    pub(super) fn new(token: Token, life: Duration, mono: Instant, wall: Micros) -> Self {
        let good = life.mul_f64(0.8);
        Self { token, until_mono: mono + good, until_wall: wall + good.as_micros() as Micros }
    }

    pub(super) fn good(&self, mono: Instant, wall: Micros) -> Option<Token> {
        (mono < self.until_mono && wall < self.until_wall).then(|| self.token.clone())
    }
}

/// One identity's place in the cache.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// Held by whoever fetches.
    pub(super) gate: tokio::sync::Mutex<()>,
    held: Mutex<Option<Held>>,
    denied: Mutex<Option<(TokenError, Instant)>>,
}

impl Slot {
    /// Keeps a refusal until then.
    pub(super) fn deny(&self, error: &TokenError, until: Instant) {
        *self.denied.lock().unwrap_or_else(PoisonError::into_inner) = Some((error.clone(), until));
    }

    /// Returns the refusal that still holds.
    pub(super) fn denied(&self, now: Instant) -> Option<TokenError> {
        let denied = self.denied.lock().unwrap_or_else(PoisonError::into_inner);
        denied.as_ref().filter(|(_, until)| now < *until).map(|(error, _)| error.clone())
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every slot, with the time of its last use: a counter, not a clock.
#[derive(Debug)]
pub(super) struct Cache {
    most: usize,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    uses: u64,
    all: HashMap<Key, (u64, Arc<Slot>)>,
}

impl Cache {
    /// Returns a cache of at most so many slots.
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), slots: Mutex::default() }
    }

    /// Returns the slot, a new one if need be, for which the one unused for longest goes.
    pub(super) fn slot(&self, identity: &Identity, scopes: Scopes) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let Slots { uses, all } = &mut *slots;
        *uses += 1;
        let key = (identity.clone(), scopes);
        if let Some((used, slot)) = all.get_mut(&key) {
            *used = *uses;
            return Arc::clone(slot);
        }
        if all.len() >= self.most {
            let oldest = all.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            oldest.and_then(|key| all.remove(&key));
        }
        let slot = Arc::new(Slot::default());
        all.insert(key, (*uses, Arc::clone(&slot)));
        slot
    }

    /// Drops a token wherever it is held for that identity.
    pub(super) fn drop_token(&self, identity: &Identity, token: &Token) {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, (_, slot)) in slots.all.iter().filter(|((owner, _), _)| owner == identity) {
            let mut held = slot.held();
            if held.as_ref().is_some_and(|held| held.token == *token) {
                *held = None;
            }
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Account;

    fn user(n: usize) -> Identity {
        Identity::User(Account::new(&format!("u{n}@example.com")))
    }

    #[test]
    fn the_number_of_tokens_is_bounded_and_the_unused_go_first() {
        let cache = Cache::new(3);
        let first = cache.slot(&user(0), Scopes::IMPORT);
        for n in 1..10 {
            cache.slot(&user(n), Scopes::IMPORT);
            assert!(Arc::ptr_eq(&first, &cache.slot(&user(0), Scopes::IMPORT)));
        }
        assert_eq!(cache.len(), 3);
    }

    #[test]
    fn either_clock_ends_a_token() {
        let token = Token::new("t").expect("fits a header");
        let (mono, hour) = (Instant::now(), Duration::from_hours(1));
        let held = Held::new(token, hour, mono, 0);
        let later = |minutes: u64| mono + Duration::from_mins(minutes);
        let wall = |minutes: i64| minutes * 60_000_000;
        assert!(held.good(later(47), wall(47)).is_some());
        assert!(held.good(later(49), wall(0)).is_none(), "the wall clock was set back");
        assert!(held.good(later(1), wall(49)).is_none(), "the machine slept");
    }

    #[test]
    fn a_refused_token_goes_and_a_newer_one_stays() {
        let cache = Cache::new(3);
        let (old, new) = (Token::new("old").expect("fits"), Token::new("new").expect("fits"));
        let slot = cache.slot(&user(1), Scopes::IMPORT);
        let held = Held::new(new.clone(), Duration::from_hours(1), Instant::now(), 0);
        *slot.held() = Some(held);
        cache.drop_token(&user(1), &old);
        assert!(slot.held().is_some());
        cache.drop_token(&user(1), &new);
        assert!(slot.held().is_none());
    }
}
