//! From claims to a token: signed by whoever can, exchanged at the token endpoint.

use super::claims::Claims;
use super::endpoint::{DEADLINE, Denied, Endpoint};
use super::keep::Mint;
use super::{Asked, Scopes, Token, TokenError};
use crate::clock::Clock;
use crate::crash::point;
use crate::draft::Identity;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// How an assertion is exchanged for a token.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Whoever signs for the service account.
pub(super) trait Sign: Send + Sync + Debug {
    /// Returns the service account's address.
    fn account(&self) -> &str;

    /// Returns the numeric id that delegation is granted to, or what to look it up by.
    fn client_id(&self) -> &str;

    /// Makes a signed assertion of claims.
    fn sign<'a>(
        &'a self,
        claims: &'a Claims<'a>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>>;
}

/// Tokens of a service account, for itself and by domain-wide delegation.
#[derive(Debug)]
pub(super) struct Delegate<S> {
    pub(super) signer: S,
    pub(super) endpoint: Endpoint,
    pub(super) clock: Arc<dyn Clock>,
}

impl<S: Sign> Delegate<S> {
    async fn fetch(
        &self,
        identity: &Identity,
        scopes: Scopes,
    ) -> Result<(Token, Duration), TokenError> {
        point("token");
        let asked = tokio::time::timeout(DEADLINE, self.ask(identity, scopes)).await;
        point("token.got");
        asked.map_err(|_| transient("no answer in time"))?
    }

    async fn ask(
        &self,
        identity: &Identity,
        scopes: Scopes,
    ) -> Result<(Token, Duration), TokenError> {
        let (account, audience) = (self.signer.account(), self.endpoint.audience());
        let claims = Claims::new(account, identity, scopes, &audience, self.clock.wall());
        let signed = self.signer.sign(&claims).await?;
        let fields = [("grant_type", GRANT), ("assertion", signed.expose_secret())];
        self.endpoint.grant(&fields).await.map_err(|denied| self.judge(&denied, identity, scopes))
    }

    fn judge(&self, denied: &Denied, identity: &Identity, scopes: Scopes) -> TokenError {
        match denied {
            Denied::Lacking(why) => transient(why),
            Denied::OAuth(said) => {
                let asked = Asked {
                    client_id: self.signer.client_id(),
                    scopes: &scopes.to_paste(),
                    as_user: matches!(identity, Identity::User(_)),
                };
                TokenError::read(&said.error, &said.error_description, asked)
            }
        }
    }
}

impl<S: Sign> Mint for Delegate<S> {
    fn mint<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<(Token, Duration), TokenError>> {
        Box::pin(self.fetch(identity, scopes))
    }
}

/// What waiting may help.
pub(super) fn transient(why: &str) -> TokenError {
    TokenError::Transient(why.to_owned())
}
