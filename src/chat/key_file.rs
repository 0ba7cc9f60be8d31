//! Tokens from a service account's key file, by domain-wide delegation.

use super::base::{is_loopback, is_safe};
use super::keep::{Kept, Mint};
use super::redact::shorten;
use super::tls::{DEADLINE, TokenHttp, connect};
use super::{Asked, Scopes, Token, TokenError, TokenSource};
use crate::clock::{Clock, SystemClock};
use crate::crash::point;
use crate::draft::Identity;
use crate::ids::Account;
use futures_util::future::BoxFuture;
use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use yup_oauth2::{ServiceAccountAuthenticator, ServiceAccountKey};

/// Google's own token endpoint: signed assertions go nowhere else.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

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
pub struct KeyFile(Kept<Signer>);

/// The key itself: signs for tokens and fetches them.
struct Signer {
    json: SecretString,
    client_email: String,
    client_id: String,
    project_id: Option<String>,
    local: bool,
    http: TokenHttp,
}

impl KeyFile {
    /// Reads a key file, once. One that others can read is refused.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, BadKeyFile> {
        check_mode(path)?;
        let json = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Self::parse(SecretString::from(json), clock)
    }

    /// Takes a key as JSON.
    pub fn parse(json: SecretString, clock: Arc<dyn Clock>) -> Result<Self, BadKeyFile> {
        let key = parse(&json)?;
        let uri: Uri = key.token_uri.parse().map_err(|_| BadKeyFile::TokenUri)?;
        let local = is_loopback(&uri) && is_safe(&uri);
        if !local && key.token_uri != TOKEN_URI {
            return Err(BadKeyFile::TokenUri);
        }
        let signer = Signer {
            client_email: key.client_email,
            client_id: key.client_id.unwrap_or_default(),
            project_id: key.project_id,
            local,
            http: connect(local).ok_or(BadKeyFile::Tls)?,
            json,
        };
        Ok(Self(Kept::new(signer, clock)))
    }

    /// Names the account whose token proves that key and delegation work, where another account
    /// is refused: the admin's.
    #[must_use]
    pub fn with_witness(self, witness: Account) -> Self {
        Self(self.0.with_witness(witness))
    }

    /// Returns the service account's address.
    pub fn client_email(&self) -> &str {
        &self.0.mint().client_email
    }

    /// Returns the numeric id that delegation is granted to; empty if the file has none.
    pub fn client_id(&self) -> &str {
        &self.0.mint().client_id
    }

    /// Returns the Cloud project.
    pub fn project_id(&self) -> Option<&str> {
        self.0.mint().project_id.as_deref()
    }

    /// Tells whether the key belongs to an emulator on this machine.
    pub const fn is_loopback(&self) -> bool {
        self.0.mint().local
    }
}

impl Signer {
    /// Fetches a token. The library's own cache is not used: it has no single flight and renews
    /// by the wall clock alone; so its authenticator lives for one fetch only.
    async fn fetch(
        &self,
        identity: &Identity,
        scopes: Scopes,
    ) -> Result<(Token, Duration), TokenError> {
        let fetch = async {
            let key = parse(&self.json).map_err(|_| TokenError::Key)?;
            let mut builder = ServiceAccountAuthenticator::with_client(key, self.http.clone());
            if let Identity::User(account) = identity {
                builder = builder.subject(account.as_str());
            }
            let auth = builder.build().await.map_err(|_| TokenError::Key)?;
            auth.token(scopes.urls()).await.map_err(|error| self.judge(error, identity, scopes))
        };
        point("token");
        let timeout = tokio::time::timeout(DEADLINE, fetch).await;
        point("token.got");
        let answer = timeout.map_err(|_| transient("no answer in time"))??;
        let token =
            answer.token().and_then(Token::new).ok_or_else(|| transient("no token in it"))?;
        Ok((token, life(&answer)))
    }

    fn judge(&self, error: yup_oauth2::Error, identity: &Identity, scopes: Scopes) -> TokenError {
        use yup_oauth2::Error;
        match error {
            Error::AuthError(said) => {
                let asked = Asked {
                    client_id: &self.client_id,
                    scopes: &scopes.to_paste(),
                    as_user: matches!(identity, Identity::User(_)),
                };
                TokenError::read(
                    said.error.as_str(),
                    said.error_description.as_deref().unwrap_or_default(),
                    asked,
                )
            }
            Error::HttpError(_) | Error::HttpClientError(_) => transient("no connection"),
            Error::JSONError(_) | Error::MissingAccessToken => transient("no token in the answer"),
            Error::UserError(text) => TokenError::Config(shorten(&text)),
            _ => transient("it failed"),
        }
    }
}

impl Mint for Signer {
    fn mint<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<(Token, Duration), TokenError>> {
        Box::pin(self.fetch(identity, scopes))
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

fn transient(why: &str) -> TokenError {
    TokenError::Transient(why.to_owned())
}

/// The library dates a token's end by the machine's clock, so its life is counted by the same.
fn life(answer: &yup_oauth2::AccessToken) -> Duration {
    let hour = Duration::from_hours(1);
    let left = answer.expiration_time().map(|end| {
        let now = SystemClock.wall().div_euclid(1_000_000);
        Duration::from_secs(u64::try_from(end.unix_timestamp() - now).unwrap_or(0))
    });
    left.unwrap_or(hour).min(hour)
}

/// The parse error is dropped: it might quote the key.
fn parse(json: &SecretString) -> Result<ServiceAccountKey, BadKeyFile> {
    let key = yup_oauth2::parse_service_account_key(json.expose_secret().as_bytes())
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

fn unreadable(path: &Path, error: &std::io::Error) -> BadKeyFile {
    BadKeyFile::Unreadable { path: path.to_owned(), why: error.kind() }
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), BadKeyFile> {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let mode = meta.permissions().mode() & 0o777;
    if mode.trailing_zeros() >= 6 {
        return Ok(());
    }
    Err(BadKeyFile::Exposed { path: path.to_owned(), mode })
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<(), BadKeyFile> {
    Ok(())
}
