//! Tokens without a key file: whoever runs us has credentials of their own, and with these asks
//! IAM to sign our claims as the service account.
//!
//! The app's own token goes the same road, only without a `sub`: one permission and one kind of
//! answer for all tokens, where `generateAccessToken` would ask for a second permission.

mod adc;
mod caller;
mod iam;
mod issuer;
mod trouble;

pub use adc::BadAdc;
pub use issuer::Issuer;
pub use trouble::Trouble;

use super::delegate::Delegate;
use super::endpoint::Endpoint;
use super::keep::Kept;
use super::{Scopes, Token, TokenError, TokenSource};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::ids::Account;
use adc::Adc;
use caller::Caller;
use futures_util::future::BoxFuture;
use iam::Iam;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A service account that signs by way of IAM, and the tokens it has got so far. Never shown.
pub struct Keyless(Kept<Delegate<Iam>>);

impl Keyless {
    /// Prepares to sign as the service account of that address, with the application default
    /// credentials in a file, or else those of this machine. Nothing is called yet.
    pub fn open(
        account: &str,
        credentials: Option<&Path>,
        issuer: &Issuer,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BadAdc> {
        let adc = credentials.map(|path| Adc::open(path, issuer.local)).transpose()?;
        let caller = match &adc {
            Some(adc) => Caller::person(adc, issuer)?,
            None => Caller::machine(issuer)?,
        };
        let caller = Kept::new(caller, Arc::clone(&clock));
        let signer = Iam::new(account, caller, adc.as_ref(), issuer)?;
        let endpoint = Endpoint::at(&issuer.token)?;
        Ok(Self(Kept::new(Delegate { signer, endpoint, clock: Arc::clone(&clock) }, clock)))
    }

    /// Names the account whose token proves that delegation works, where another account is
    /// refused: the admin's.
    #[must_use]
    pub fn with_witness(self, witness: Account) -> Self {
        Self(self.0.with_witness(witness))
    }
}

impl TokenSource for Keyless {
    fn token<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<Token, TokenError>> {
        self.0.token(identity, scopes)
    }

    fn refused(&self, identity: &Identity, token: &Token) {
        self.0.refused(identity, token);
    }
}

impl fmt::Debug for Keyless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyless(…)")
    }
}
