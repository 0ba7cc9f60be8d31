//! Tokens from a service account's key file, by domain-wide delegation.

use super::claims::Claims;
use super::delegate::{Delegate, Sign};
use super::endpoint::Endpoint;
use super::keep::Kept;
use super::private::{self, Unfit};
use super::{NoHttp, Scopes, Token, TokenError, TokenSource};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::ids::Account;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::RsaSigningKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::SigningKey;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use yup_oauth2::{ServiceAccountKey, parse_service_account_key};

/// Why a key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKeyFile {
    /// It can't be read.
    #[error("{path}: the key file can't be read: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::ErrorKind,
    },
    /// Others can read it.
    #[error(
        "{path}: others on this machine can read the key (mode {mode:03o}); run: chmod 600 {path}"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is something else.
    #[error("the key file is no service account key in JSON: {0}")]
    NotAKey(&'static str),
    /// It sends assertions to a stranger.
    #[error(
        "the key file's token_uri is not https://oauth2.googleapis.com/token: make a new key in the Cloud console"
    )]
    TokenUri,
    /// The system's certificates can't be used.
    #[error("no HTTPS client can be made: the system's certificates can't be read")]
    Tls,
}

/// A service account's key, and the tokens it has got so far. Never shown.
pub struct KeyFile(Kept<Delegate<Signer>>);

/// The key itself.
struct Signer {
    key: RsaSigningKey,
    key_id: Option<String>,
    client_email: String,
    client_id: String,
    project_id: Option<String>,
}

impl KeyFile {
    /// Reads a key file, once. One that others can read is refused.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, BadKeyFile> {
        let json = private::read(path).map_err(|unfit| match unfit {
            Unfit::Unreadable(why) => BadKeyFile::Unreadable { path: path.to_owned(), why },
            Unfit::Exposed(mode) => BadKeyFile::Exposed { path: path.to_owned(), mode },
        })?;
        Self::parse(&json, clock)
    }

    /// Takes a key as JSON.
    pub fn parse(json: &SecretString, clock: Arc<dyn Clock>) -> Result<Self, BadKeyFile> {
        let written = parse(json)?;
        let endpoint = Endpoint::at(&written.token_uri).map_err(|error| match error {
            NoHttp::Base(_) => BadKeyFile::TokenUri,
            NoHttp::Tls => BadKeyFile::Tls,
        })?;
        let pem = SecretString::from(written.private_key);
        let signer = Signer {
            key: signing_key(&pem).ok_or(BadKeyFile::NotAKey("its private_key can't be read"))?,
            key_id: written.private_key_id,
            client_email: written.client_email,
            client_id: written.client_id.unwrap_or_default(),
            project_id: written.project_id,
        };
        Ok(Self(Kept::new(Delegate { signer, endpoint, clock: Arc::clone(&clock) }, clock)))
    }

    /// Names the account whose token proves that key and delegation work, where another account
    /// is refused: the admin's.
    #[must_use]
    pub fn with_witness(self, witness: Account) -> Self {
        Self(self.0.with_witness(witness))
    }

    /// Returns the service account's address.
    pub fn client_email(&self) -> &str {
        &self.signer().client_email
    }

    /// Returns the numeric id that delegation is granted to; empty if the file has none.
    pub fn client_id(&self) -> &str {
        &self.signer().client_id
    }

    /// Returns the Cloud project.
    pub fn project_id(&self) -> Option<&str> {
        self.signer().project_id.as_deref()
    }

    /// Tells whether the key belongs to an emulator on this machine.
    pub fn is_loopback(&self) -> bool {
        self.0.mint().endpoint.is_loopback()
    }

    const fn signer(&self) -> &Signer {
        &self.0.mint().signer
    }
}

impl Signer {
    /// Writes a JWT: three parts in base64.
    fn jwt(&self, claims: &Claims<'_>) -> Option<SecretString> {
        let mut header = serde_json::json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(id) = &self.key_id {
            header["kid"] = id.as_str().into();
        }
        let mut jwt = URL_SAFE_NO_PAD.encode(header.to_string());
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.json(), &mut jwt);
        let signer = self.key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?;
        let signature = signer.sign(jwt.as_bytes()).ok()?;
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
        Some(SecretString::from(jwt))
    }
}

impl Sign for Signer {
    fn account(&self) -> &str {
        &self.client_email
    }

    fn client_id(&self) -> &str {
        &self.client_id
    }

    fn sign<'a>(
        &'a self,
        claims: &'a Claims<'a>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        Box::pin(std::future::ready(self.jwt(claims).ok_or(TokenError::Key)))
    }
}

impl TokenSource for KeyFile {
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

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile")
            .field("client_email", &self.client_email())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

/// The parse error is dropped: it might quote the key.
fn parse(json: &SecretString) -> Result<ServiceAccountKey, BadKeyFile> {
    let key = parse_service_account_key(json.expose_secret())
        .map_err(|_| BadKeyFile::NotAKey("private_key, client_email and token_uri are needed"))?;
    let kind = key.key_type.as_deref();
    if kind.is_some_and(|kind| kind != "service_account") {
        return Err(BadKeyFile::NotAKey("its type is not service_account"));
    }
    if !key.private_key.contains("-----BEGIN") {
        return Err(BadKeyFile::NotAKey("its private_key is not in PEM"));
    }
    Ok(key)
}

fn signing_key(pem: &SecretString) -> Option<RsaSigningKey> {
    let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes()).ok()?;
    RsaSigningKey::new(&der).ok()
}
