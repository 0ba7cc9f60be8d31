//! The table of settings: one row each, from which file, environment, template and errors are made.

use super::Settings;
use crate::ids::Account;
use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Its name in `settings.toml`; `CHATFERRY_` and the name in capitals in the environment.
    pub name: &'static str,
    /// What it is for, a line or two for the template.
    pub about: &'static str,
    /// Whether it changes the bytes that are sent.
    pub changes_bytes: bool,
    /// Whether a flag given to the first command is written into the new settings file.
    pub kept: bool,
    /// Shows the value, empty when there is none.
    pub show: fn(&Settings) -> String,
    apply: fn(&mut Settings, &str, &Path) -> Result<(), String>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Environment,
    /// A flag of the command line.
    Flag,
}

/// Why settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The settings file can't be read.
    #[error("can't read the settings file {path}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The settings file is no TOML.
    #[error("{path}, line {line}, is not valid TOML: {why}")]
    Toml { path: PathBuf, line: usize, why: String },
    /// No setting has that name.
    #[error("{place}: there is no setting `{key}`{suggestion}")]
    Unknown { place: String, key: String, suggestion: String },
    /// The value does not fit.
    #[error("{place}: `{value}` is no value for it: {why}")]
    Bad { place: String, value: String, why: String },
}

impl SettingsError {
    pub(super) fn bad(key: &str, value: &str, origin: &Origin, why: impl Into<String>) -> Self {
        Self::Bad { place: place(key, origin), value: value.to_owned(), why: why.into() }
    }

    pub(super) fn unknown(key: &str, origin: &Origin) -> Self {
        let wanted = key.to_ascii_lowercase().replace('-', "_");
        let near = KEYS
            .iter()
            .map(|known| (strsim::jaro_winkler(known.name, &wanted), known.name))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let shown = |name: &str| match origin {
            Origin::Environment => variable(name),
            _ => name.to_owned(),
        };
        let suggestion = near.map_or_else(
            || format!("; the settings are {}", KEYS.map(|known| shown(known.name)).join(", ")),
            |(_, name)| format!("; did you mean `{}`?", shown(name)),
        );
        let place = match origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Environment => "the environment".to_owned(),
            Origin::Flag => "the command line".to_owned(),
        };
        Self::Unknown { place, key: shown(key), suggestion }
    }
}

/// Names the place of a known setting.
fn place(key: &str, origin: &Origin) -> String {
    match origin {
        Origin::File(path) => format!("{}, `{key}`", path.display()),
        Origin::Environment => format!("the environment variable {}", variable(key)),
        Origin::Flag => format!("--{}", key.replace('_', "-")),
    }
}

/// Returns the environment variable of a setting.
pub(super) fn variable(key: &str) -> String {
    format!("{}{}", super::ENV_PREFIX, key.to_ascii_uppercase())
}

impl Settings {
    /// Sets one value; `base` is the folder that relative paths start from.
    pub(super) fn set(
        &mut self,
        key: &str,
        text: &str,
        origin: Origin,
        base: &Path,
    ) -> Result<(), SettingsError> {
        let Some(known) = KEYS.iter().find(|known| known.name == key) else {
            return Err(SettingsError::unknown(key, &origin));
        };
        (known.apply)(self, text, base)
            .map_err(|why| SettingsError::bad(key, text, &origin, why))?;
        self.given.insert(known.name, (text.to_owned(), origin));
        Ok(())
    }
}

macro_rules! key {
    ($name:literal, $about:literal, $show:expr, $apply:expr $(, $mark:ident)*) => {{
        let key = Key { name: $name, about: $about, changes_bytes: false, kept: false, show: $show, apply: $apply };
        $(let key = Key { $mark: true, ..key };)*
        key
    }};
}

/// Every setting there is.
pub const KEYS: [Key; 14] = [
    key!(
        "migration",
        "The migration's name. Ids of everything sent derive from it, so never change it under way.\nDefault: the Slack workspace's team id.",
        |s| option(s.migration.as_ref()),
        |s, text, _| word(text, 64).map(|name| s.migration = Some(name)),
        kept
    ),
    key!(
        "customer",
        "The Workspace customer that the migration goes to; `my_customer` is the admin's own.",
        |s| s.customer.clone(),
        |s, text, _| word(text, 64).map(|name| s.customer = name),
        kept
    ),
    key!(
        "admin",
        "The account that acts where nobody else can: it posts for people without an account.",
        |s| option(s.admin.as_ref()),
        |s, text, _| email(text).map(|admin| s.admin = Some(admin)),
        kept,
        changes_bytes
    ),
    key!(
        "key",
        "The service account's key file. Only its path is kept here; relative to this folder.",
        |s| path_text(s.key.as_ref()),
        |s, text, base| path(text, base).map(|key| s.key = Some(key)),
        kept
    ),
    key!(
        "people",
        "A CSV file with the columns slack_id, account: who is who where e-mails don't tell.",
        |s| path_text(s.people.as_ref()),
        |s, text, base| path(text, base).map(|file| s.people = Some(file)),
        kept
    ),
    key!(
        "api",
        "The base URL of an emulator (http, this machine only). Leave it out for Google.",
        |s| option(s.api.as_ref()),
        |s, text, _| loopback(text).map(|base| s.api = Some(base)),
        kept
    ),
    key!(
        "lanes",
        "How many conversations are sent at the same time.",
        |s| s.lanes.to_string(),
        |s, text, _| number(text, 1, 256).map(|n| s.lanes = n)
    ),
    key!(
        "window",
        "How many posts of one conversation are under way at the same time.",
        |s| s.window.to_string(),
        |s, text, _| number(text, 1, 256).map(|n| s.window = n)
    ),
    key!(
        "pace",
        "How fast to send: real keeps Google's quotas; off and 20x are for the emulator.",
        |s| s.pace.unwrap_or(super::Pace::REAL).to_string(),
        |s, text, _| parse(text).map(|pace| s.pace = Some(pace))
    ),
    key!(
        "headroom",
        "The share of each quota that is left to others, 0 to 0.9.",
        |s| s.headroom.to_string(),
        |s, text, _| number(text, 0.0, 0.9).map(|n| s.headroom = n)
    ),
    key!(
        "dm",
        "What direct messages become (Chat can't import them as such): auto is a group chat\nwithout threads where there are none, else a private space; or group-chat; or space.",
        |s| s.dm.to_string(),
        |s, text, _| parse(text).map(|dm| s.dm = dm),
        kept,
        changes_bytes
    ),
    key!(
        "allow_duplicate_entries",
        "Takes the last of several archive entries of one name, instead of refusing the archive.",
        |s| s.allow_duplicate_entries.to_string(),
        |s, text, _| yes(text).map(|yes| s.allow_duplicate_entries = yes),
        kept,
        changes_bytes
    ),
    key!(
        "max_attempts",
        "How often a call that fails without a clear answer is tried before it is set aside.\nWaiting because Google asked for it does not count.",
        |s| s.max_attempts.to_string(),
        |s, text, _| number(text, 1, 1000).map(|n| s.max_attempts = n)
    ),
    key!(
        "log",
        "How much the log tells: error, warn, info, debug.",
        |s| s.log.to_string(),
        |s, text, _| parse(text).map(|log| s.log = log)
    ),
];

fn option(value: Option<&impl Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn path_text(value: Option<&PathBuf>) -> String {
    value.map(|path| path.display().to_string()).unwrap_or_default()
}

fn parse<T: FromStr<Err = &'static str>>(text: &str) -> Result<T, String> {
    text.parse().map_err(str::to_owned)
}

fn word(text: &str, most: usize) -> Result<String, String> {
    let fits = !text.trim().is_empty()
        && text.chars().count() <= most
        && !text.chars().any(char::is_control);
    if fits {
        Ok(text.trim().to_owned())
    } else {
        Err(format!("want 1 to {most} characters on one line"))
    }
}

fn email(text: &str) -> Result<Account, String> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
    };
    match text.trim().split_once('@') {
        Some((name, domain)) if plain(name) && plain(domain) => Ok(Account::new(text.trim())),
        _ => Err("want an e-mail address".to_owned()),
    }
}

fn path(text: &str, base: &Path) -> Result<PathBuf, String> {
    if text.is_empty() { Err("want a path".to_owned()) } else { Ok(base.join(text)) }
}

/// Takes a base URL on this machine; anything else could be handed tokens that are not its own.
fn loopback(text: &str) -> Result<String, String> {
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

fn number<T: FromStr + PartialOrd + Display + Copy>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    match text.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("want a number from {least} to {most}")),
    }
}

fn yes(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("want true or false".to_owned()),
    }
}

impl Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("the environment"),
            Self::Flag => f.write_str("the command line"),
        }
    }
}
