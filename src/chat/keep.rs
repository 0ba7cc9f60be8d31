//! Tokens kept in hand: fetched one at a time for each identity, renewed in good time, dropped
//! when refused. Who fetches them is somebody else's affair.
//!
//! That an account can't be impersonated is believed only while somebody else's token can be had:
//! else it is the key or the delegation that fails.

use super::cache::{Cache, Held};
use super::{Scopes, Token, TokenError, TokenSource};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::ids::Account;
use futures_util::future::BoxFuture;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// So many tokens are kept.
const MOST_TOKENS: usize = 4_096;
/// So many are fetched at a time.
const MOST_FETCHES: usize = 8;

/// For so long an account that can't be impersonated is not asked for again.
const DENIED: Duration = Duration::from_mins(5);

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
    witness: Option<Account>,
}

impl<M: Mint> Kept<M> {
    /// Keeps no token yet.
    pub fn new(mint: M, clock: Arc<dyn Clock>) -> Self {
        let (cache, fetches) = (Cache::new(MOST_TOKENS), Semaphore::new(MOST_FETCHES));
        Self { mint, cache, fetches, clock, witness: None }
    }

    /// Names the account that is asked for where another is refused.
    #[must_use]
    pub fn with_witness(self, witness: Account) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// Returns whoever fetches.
    pub const fn mint(&self) -> &M {
        &self.mint
    }

    async fn get(&self, identity: &Identity, scopes: Scopes) -> Result<Token, TokenError> {
        let slot = self.cache.slot(identity, scopes);
        let known = || {
            let (mono, wall) = (self.clock.mono(), self.clock.wall());
            let held = slot.held().as_ref().and_then(|held| held.good(mono, wall));
            held.map(Ok).or_else(|| slot.denied(mono).map(Err))
        };
        if let Some(known) = known() {
            return known;
        }
        let _gate = slot.gate.lock().await;
        // Whoever stood at the gate before may have brought one.
        if let Some(known) = known() {
            return known;
        }
        let stopped = |_| TokenError::Transient("stopped".to_owned());
        let _permit = self.fetches.acquire().await.map_err(stopped)?;
        match self.mint.mint(identity, scopes).await {
            Ok((token, life)) => {
                let held = Held::new(token.clone(), life, self.clock.mono(), self.clock.wall());
                *slot.held() = Some(held);
                Ok(token)
            }
            Err(error) => {
                let error = self.settle(identity, scopes, error).await;
                if let TokenError::User(_) = &error {
                    slot.deny(&error, self.clock.mono() + DENIED);
                }
                Err(error)
            }
        }
    }

    /// Finds out whom a refusal concerns: this account, or everybody.
    async fn settle(&self, identity: &Identity, scopes: Scopes, error: TokenError) -> TokenError {
        let Identity::User(account) = identity else { return error };
        let witness = self.witness.clone().filter(|witness| witness != account);
        match (error, witness) {
            (error @ (TokenError::User(_) | TokenError::Delegation { .. }), Some(witness)) => {
                let proof = self.mint.mint(&Identity::User(witness), scopes).await;
                match proof {
                    Ok(_) => error.of_one(),
                    Err(TokenError::User(_)) => self.by_the_app(error.of_one()).await,
                    Err(everybodys) => everybodys,
                }
            }
            (error @ TokenError::User(_), None) => self.by_the_app(error).await,
            (error, _) => error,
        }
    }

    /// The app asks for nobody, so its token proves the key.
    async fn by_the_app(&self, error: TokenError) -> TokenError {
        let proof = self.mint.mint(&Identity::App, Scopes::BOT).await;
        proof.map_or_else(|keys| keys, |_| error)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::VirtualClock;
    use std::sync::Mutex;

    /// Answers by who asks, and counts.
    #[derive(Debug, Default)]
    struct Desk {
        refused: Mutex<Vec<(&'static str, TokenError)>>,
        asked: Mutex<Vec<String>>,
    }

    impl Mint for Desk {
        fn mint<'a>(
            &'a self,
            identity: &'a Identity,
            _scopes: Scopes,
        ) -> BoxFuture<'a, Result<(Token, Duration), TokenError>> {
            let who = match identity {
                Identity::User(account) => account.as_str(),
                Identity::App => "app",
            };
            self.asked.lock().expect("no panic").push(who.to_owned());
            let refused = self.refused.lock().expect("no panic");
            let error = refused.iter().find(|(name, _)| *name == who);
            let answer = match error {
                Some((_, error)) => Err(error.clone()),
                None => Ok((Token::new(who).expect("fits"), Duration::from_hours(1))),
            };
            Box::pin(std::future::ready(answer))
        }
    }

    fn kept(refused: &[(&'static str, TokenError)]) -> Kept<Desk> {
        let desk = Desk { refused: Mutex::new(refused.to_vec()), asked: Mutex::default() };
        Kept::new(desk, Arc::new(VirtualClock::starting_at(0))).with_witness(Account::new("admin"))
    }

    fn user(name: &str) -> Identity {
        Identity::User(Account::new(name))
    }

    fn unknown() -> TokenError {
        TokenError::User("Bad Request".to_owned())
    }

    fn delegation() -> TokenError {
        TokenError::Delegation { client_id: "1".to_owned(), scopes: "s".to_owned() }
    }

    async fn error(kept: &Kept<Desk>, who: &str) -> TokenError {
        kept.token(&user(who), Scopes::IMPORT).await.expect_err("refused")
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_is_believed_unavailable_only_while_the_admins_token_can_be_had() {
        let kept_well = kept(&[("ann", unknown())]);
        assert_eq!(error(&kept_well, "ann").await, unknown());
        for all in [TokenError::Key, delegation(), TokenError::Clock { skew: None }] {
            let kept = kept(&[("ann", unknown()), ("admin", all.clone())]);
            assert_eq!(error(&kept, "ann").await, all);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn for_the_admin_the_app_itself_is_the_proof() {
        let suspended = kept(&[("admin", unknown())]);
        assert_eq!(error(&suspended, "admin").await, unknown());
        let revoked = kept(&[("admin", unknown()), ("app", TokenError::Key)]);
        assert_eq!(error(&revoked, "admin").await, TokenError::Key);
        let both = kept(&[("ann", unknown()), ("admin", unknown()), ("app", TokenError::Key)]);
        assert_eq!(error(&both, "ann").await, TokenError::Key);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delegation_that_covers_the_admin_and_not_another_concerns_the_other_alone() {
        let one = kept(&[("ann", delegation())]);
        assert!(matches!(error(&one, "ann").await, TokenError::User(_)));
        let all = kept(&[("ann", delegation()), ("admin", delegation())]);
        assert_eq!(error(&all, "ann").await, delegation());
    }

    #[tokio::test(start_paused = true)]
    async fn an_unavailable_account_is_asked_for_again_after_five_minutes_only() {
        let kept = kept(&[("ann", unknown())]);
        let asked = || {
            let asked = kept.mint().asked.lock().expect("no panic");
            asked.iter().filter(|who| *who == "ann").count()
        };
        for _ in 0..100 {
            assert_eq!(error(&kept, "ann").await, unknown());
        }
        assert_eq!(asked(), 1);
        kept.mint().refused.lock().expect("no panic").clear();
        tokio::time::advance(DENIED).await;
        assert!(kept.token(&user("ann"), Scopes::IMPORT).await.is_ok());
        assert_eq!(asked(), 2);
    }
}
