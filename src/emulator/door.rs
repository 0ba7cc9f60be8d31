//! From a verb and a path to the place that answers.

use super::facts::Method;
use super::route::{self, Found, Names};
use super::{caller, directory, groups, iam};

/// Where a request goes.
#[derive(Debug)]
pub(super) enum Door<'a> {
    Token,
    Metadata,
    /// With the account to sign as.
    SignJwt(&'a str),
    Directory,
    Group(groups::Ask<'a>),
    Chat(&'static Method, bool, Names<'a>),
    Nowhere,
}

impl Door<'_> {
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Metadata => "metadata",
            Self::SignJwt(_) => "iam.signJwt",
            Self::Directory => "directory.users.list",
            Self::Group(ask) => ask.label(),
            Self::Chat(method, ..) => method.id,
            Self::Nowhere => "unknown",
        }
    }
}

/// Finds where a request goes.
pub(super) fn of<'a>(verb: &str, path: &'a str) -> Door<'a> {
    match (verb, path) {
        ("POST", "/token") => Door::Token,
        ("GET", caller::PATH) => Door::Metadata,
        ("GET", directory::PATH) => Door::Directory,
        ("GET", path) if let Some(ask) = groups::ask(path) => Door::Group(ask),
        ("POST", path) if let Some(account) = iam::account(path) => Door::SignJwt(account),
        _ => match route::find(verb, path) {
            Found::Method(method, media, names) => Door::Chat(method, media, names),
            Found::Nowhere => Door::Nowhere,
        },
    }
}
