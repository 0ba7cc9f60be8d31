//! Tokens: who asks for them, what they allow, and a source of fixed ones.

use super::TokenError;
use super::needs::{Chosen, to_delegate};
use crate::draft::Identity;
use futures_util::future::BoxFuture;
use http::HeaderValue;
use std::fmt;

/// What a token allows: a fixed set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes(&'static [&'static str]);

impl Scopes {
    /// Everything that import mode asks of a person.
    pub const IMPORT: Self = Self(&["https://www.googleapis.com/auth/chat.import"]);
    /// What the app itself may do.
    pub const BOT: Self = Self(&["https://www.googleapis.com/auth/chat.bot"]);
    /// Making and finding the organisation's custom emoji.
    pub const EMOJI: Self = Self(&["https://www.googleapis.com/auth/chat.customemojis"]);
    /// Reading the Directory, as an administrator.
    pub const DIRECTORY: Self =
        Self(&["https://www.googleapis.com/auth/admin.directory.user.readonly"]);
    /// Reading who is in a group of the organisation, as an administrator.
    pub const GROUPS: Self =
        Self(&["https://www.googleapis.com/auth/admin.directory.group.readonly"]);
    /// Members of spaces that left import mode, where `chat.import` is not enough.
    pub const MEMBERSHIPS: Self = Self(&["https://www.googleapis.com/auth/chat.memberships"]);
    /// Messages and members of spaces that left import mode, to read and no more.
    pub const READING: Self = Self(&[
        "https://www.googleapis.com/auth/chat.messages.readonly",
        "https://www.googleapis.com/auth/chat.memberships.readonly",
    ]);
    /// Signing as a service account, for whoever may; never asked for by delegation.
    pub(super) const CLOUD: Self = Self(&["https://www.googleapis.com/auth/cloud-platform"]);

    /// Returns what to enter in the Admin console, so that these can be had: all that every
    /// migration needs, and any of these beyond it.
    pub fn to_paste(self) -> String {
        let mut all = to_delegate(Chosen::default());
        let more: Vec<_> = self.0.iter().copied().filter(|scope| !all.contains(scope)).collect();
        all.extend(more);
        all.join(",")
    }

    /// Returns each scope by itself: a token for several says nothing of one.
    pub fn each(self) -> impl Iterator<Item = Self> {
        self.0.chunks(1).map(Self)
    }

    /// Returns the scopes without what all of Google's begin with: `chat.import`.
    pub fn short(self) -> String {
        let bare = |url: &&'static str| url.rsplit('/').next().unwrap_or(url);
        self.0.iter().map(bare).collect::<Vec<_>>().join(", ")
    }

    /// Returns the scopes as Google writes them.
    pub const fn urls(self) -> &'static [&'static str] {
        self.0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// An access token, ready to be put into a header. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

impl Token {
    /// Takes a token as the token endpoint gave it; none if it can't stand in a header.
    pub fn new(secret: &str) -> Option<Self> {
        let mut header = HeaderValue::try_from(format!("Bearer {secret}")).ok()?;
        header.set_sensitive(true);
        Some(Self(header))
    }

    /// Returns the value of the `Authorization` header.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whoever can get tokens.
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// Returns a token that is good for a while yet.
    fn token<'a>(
        &'a self,
        identity: &'a Identity,
        scopes: Scopes,
    ) -> BoxFuture<'a, Result<Token, TokenError>>;

    /// Drops a token that Google refused. A newer one of the same identity is kept.
    fn refused(&self, identity: &Identity, token: &Token);
}

/// The same made-up token for everybody: for tests and simulations.
#[derive(Debug, Clone, Copy, Default)]
pub struct StaticTokens;

impl TokenSource for StaticTokens {
    fn token<'a>(
        &'a self,
        _identity: &'a Identity,
        _scopes: Scopes,
    ) -> BoxFuture<'a, Result<Token, TokenError>> {
        let mut header = HeaderValue::from_static("Bearer static");
        header.set_sensitive(true);
        Box::pin(std::future::ready(Ok(Token(header))))
    }

    fn refused(&self, _identity: &Identity, _token: &Token) {}
}
