//! Values as text, to and fro: what a value may be, and what is said of one that may not.

use crate::access::Audience;
use crate::ids::Account;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

pub(super) fn option(value: Option<&impl Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

pub(super) fn path_text(value: Option<&PathBuf>) -> String {
    value.map(|path| path.display().to_string()).unwrap_or_default()
}

pub(super) fn parse<T: FromStr<Err = &'static str>>(text: &str) -> Result<T, String> {
    text.parse().map_err(str::to_owned)
}

pub(super) fn word(text: &str, most: usize) -> Result<String, String> {
    let fits = !text.trim().is_empty()
        && text.chars().count() <= most
        && !text.chars().any(char::is_control);
    if fits {
        Ok(text.trim().to_owned())
    } else {
        Err(format!("want 1 to {most} characters on one line"))
    }
}

pub(super) fn email(text: &str) -> Result<Account, String> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
    };
    match text.trim().split_once('@') {
        Some((name, domain)) if plain(name) && plain(domain) => Ok(Account::new(text.trim())),
        _ => Err("want an e-mail address".to_owned()),
    }
}

/// Takes addresses with commas between; empty is nobody.
pub(super) fn emails(text: &str) -> Result<BTreeSet<Account>, String> {
    text.split(',')
        .filter(|one| !one.trim().is_empty())
        .map(|one| email(&one.to_lowercase()))
        .collect()
}

/// Takes a service account's address; it becomes part of a URL.
pub(super) fn service_account(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '@');
    let known = text.ends_with(".gserviceaccount.com") && text.matches('@').count() == 1;
    if known && text.chars().all(plain) && !text.starts_with('@') {
        Ok(text.to_owned())
    } else {
        Err("want a service account such as name@project.iam.gserviceaccount.com".to_owned())
    }
}

/// Takes a host, or the address of its first page.
pub(super) fn host(text: &str) -> Result<String, String> {
    let bare = text.trim().trim_start_matches("https://").trim_end_matches('/');
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if bare.contains('.') && bare.split('.').all(is_label) {
        Ok(bare.to_ascii_lowercase())
    } else {
        Err("want a host such as acme.slack.com".to_owned())
    }
}

pub(super) fn path(text: &str, base: &Path) -> Result<PathBuf, String> {
    if text.is_empty() { Err("want a path".to_owned()) } else { Ok(base.join(text)) }
}

/// Takes a base URL on this machine; anything else could be handed tokens that are not its own.
pub(super) fn loopback(text: &str) -> Result<String, String> {
    let wrong = || {
        "want http://127.0.0.1:PORT: only an emulator on this machine may stand in for Google"
            .to_owned()
    };
    let url: http::Uri = text.parse().map_err(|_| wrong())?;
    let here = matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let bare = url.path() == "/" && url.query().is_none();
    let no_userinfo = url.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if url.scheme_str() == Some("http") && here && bare && no_userinfo {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong())
    }
}

pub(super) fn number<T: FromStr + PartialOrd + Display + Copy>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    match text.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("want a number from {least} to {most}")),
    }
}

/// Takes `none`, `default`, or the name of a target audience.
pub(super) fn audience(text: &str) -> Result<Option<Audience>, String> {
    match Audience::parse(text) {
        None if text != "none" => Err("want none, default or audiences/ID".to_owned()),
        audience => Ok(audience),
    }
}

pub(super) fn yes(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("want true or false".to_owned()),
    }
}
