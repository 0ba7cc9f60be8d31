//! Why settings are refused, naming the place, the key, and what would do instead.

use super::{ENV_PREFIX, KEYS};
use std::fmt::{self, Display};
use std::path::PathBuf;

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
        let all = || KEYS.iter().map(|known| shown(known.name)).collect::<Vec<_>>().join(", ");
        let suggestion = near.map_or_else(
            || format!("; the settings are {}", all()),
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
    format!("{}{}", ENV_PREFIX, key.to_ascii_uppercase())
}

impl Origin {
    /// Returns a larger number for what wins.
    pub(super) const fn strength(&self) -> u8 {
        match self {
            Self::File(_) => 0,
            Self::Environment => 1,
            Self::Flag => 2,
        }
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
