//! Tokens kept in hand: fetched one at a time for each identity, renewed in good time, dropped
//! when refused. Who fetches them is somebody else's affair.

use super::cache::{Cache, Held};
use super::{Scopes, Token, TokenError, TokenSource};
use crate::clock::Clock;
use crate::draft::Identity;
use futures_util::future::BoxFuture;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// So many tokens are kept.
const MOST_TOKENS: usize = 4_096;
/// So many are fetched at a time.
const MOST_FETCHES: usize = 8;

/// Whoever can fetch a new token from Google, and say how long it lives.
pub trait Mint: Send + Sync + Debug {
    /// Fetches a token.
    fn mint<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<(Token, Duration), TokenError>>;
}

/// The tokens of one key.
#[derive(Debug)]
pub struct Kept<M> {
    mint: M,
    cache: Cache,
    fetches: Semaphore,
    clock: Arc<dyn Clock>,
}

impl<M: Mint> Kept<M> {
    /// Keeps no token yet.
    pub fn new(mint: M, clock: Arc<dyn Clock>) -> Self {
        let (cache, fetches) = (Cache::new(MOST_TOKENS), Semaphore::new(MOST_FETCHES));
        Self { mint, cache, fetches, clock }
    }

    /// Returns whoever fetches.
    pub const fn mint(&self) -> &M {
        &self.mint
    }

    async fn get(&self, identity: &Identity, scopes: Scopes) -> Result<Token, TokenError> {
        let slot = self.cache.slot(identity, scopes);
        let good = || {
            let held = slot.held();
            held.as_ref().and_then(|held| held.good(self.clock.mono(), self.clock.wall()))
        };
        if let Some(token) = good() {
            return Ok(token);
        }
        let _gate = slot.gate.lock().await;
        // Whoever stood at the gate before may have brought one.
        if let Some(token) = good() {
            return Ok(token);
        }
        let stopped = |_| TokenError::Transient("stopped".to_owned());
        let _permit = self.fetches.acquire().await.map_err(stopped)?;
        let (token, life) = self.mint.mint(identity, scopes).await?;
        let held = Held::new(token.clone(), life, self.clock.mono(), self.clock.wall());
        *slot.held() = Some(held);
        Ok(token)
    }
}

impl<M: Mint> TokenSource for Kept<M> {
    fn token<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<Token, TokenError>> {
        Box::pin(self.get(identity, scopes))
    }

    fn refused(&self, identity: &Identity, token: &Token) {
        self.cache.drop_token(identity, token);
    }
}
