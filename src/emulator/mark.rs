//! How something about the real service is known.

use serde::Serialize;
use std::fmt;

/// Where the knowledge of one behaviour comes from. None can be without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// By a page of Google's documents, or by the description of the API.
    Documented(&'static str),
    /// In Google's clients, or by those who used the service.
    Observed(&'static str),
    /// By nobody: it is what we take for likely.
    Assumed,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documented(page) => write!(f, "documented ({page})"),
            Self::Observed(by) => write!(f, "observed ({by})"),
            Self::Assumed => f.write_str("assumed"),
        }
    }
}
