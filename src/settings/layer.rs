//! The layers that settings come from, weakest first, each as plain (key, text) pairs.

use super::{KEYS, Origin, SettingsError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What every environment variable of ours begins with.
pub const ENV_PREFIX: &str = "CHATFERRY_";

/// Variables of ours that are no settings: `CHATFERRY_WORK` says where the settings are,
/// `CHATFERRY_CRASH` is for tests of a debug build.
const NOT_SETTINGS: &[&str] = if cfg!(debug_assertions) { &["work", "crash"] } else { &["work"] };

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The settings file; an absent one is an empty one.
    pub file: Option<PathBuf>,
    /// Environment variables, whole names; those that are not ours are passed over.
    pub environment: Vec<(String, String)>,
    /// Flags by setting name.
    pub flags: Vec<(&'static str, String)>,
}

/// One value on its way in.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) origin: Origin,
    /// The folder that a relative path starts from.
    pub(super) base: PathBuf,
}

/// Returns the environment variables that begin with `CHATFERRY_`.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.to_str().filter(|name| name.starts_with(ENV_PREFIX))?.to_owned();
            Some((name, value.to_string_lossy().into_owned()))
        })
        .collect()
}

impl Layers {
    /// Lists what was given, the weakest layer first.
    pub(super) fn given(&self) -> Result<Vec<Given>, SettingsError> {
        let mut all = match &self.file {
            Some(path) => from_file(path)?,
            None => Vec::new(),
        };
        all.extend(self.environment.iter().filter_map(from_variable));
        all.extend(self.flags.iter().map(|(key, text)| Given {
            key: (*key).to_owned(),
            text: text.clone(),
            origin: Origin::Flag,
            base: PathBuf::new(),
        }));
        Ok(all)
    }
}

/// An empty variable counts as none, as shells have no better way to say so.
fn from_variable((name, value): &(String, String)) -> Option<Given> {
    let key = name.strip_prefix(ENV_PREFIX)?.to_ascii_lowercase();
    let ours = !NOT_SETTINGS.contains(&key.as_str()) && !value.is_empty();
    ours.then(|| Given {
        key,
        text: value.clone(),
        origin: Origin::Environment,
        base: PathBuf::new(),
    })
}

fn from_file(path: &Path) -> Result<Vec<Given>, SettingsError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(SettingsError::Unreadable { path: path.to_owned(), source }),
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        SettingsError::Toml { path: path.to_owned(), line, why: error.message().to_owned() }
    })?;
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    table.into_iter().map(|(key, value)| from_value(path, &base, key, &value)).collect()
}

fn from_value(
    path: &Path,
    base: &Path,
    key: String,
    value: &toml::Value,
) -> Result<Given, SettingsError> {
    let origin = Origin::File(path.to_owned());
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(yes) => yes.to_string(),
        _ if !KEYS.iter().any(|known| known.name == key) => {
            return Err(SettingsError::unknown(&key, &origin));
        }
        other => {
            let why = "want a plain value in one piece";
            return Err(SettingsError::bad(&key, &other.to_string(), &origin, why));
        }
    };
    Ok(Given { key, text, origin, base: base.to_owned() })
}
