//! One check and its outcome.

use serde::Serialize;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// As it should be.
    Pass,
    /// A run can begin, but somebody should look.
    Warn,
    /// A run would fail.
    Fail,
    /// Not made; it may be either.
    Skipped,
}

impl Mark {
    /// Returns the word of the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
            Self::Skipped => "skip",
        }
    }
}

/// Every kind of check, and what passing means.
pub const CODES: &[(&str, &str)] = &[
    (
        "key",
        "the key is a service account's and only its owner can read it, or signing without a key works",
    ),
    ("clock", "this machine's clock is Google's, within half a minute"),
    ("token", "the app gets a token in its own name, so the key or the keyless signing is good"),
    ("admin", "the admin's account can be impersonated"),
    ("scope", "a token is given for this scope alone; one line for each scope that is needed"),
    ("app", "the Chat API is on and the Chat app is configured"),
    ("chat", "Chat takes a call as the admin, in a space of ours where there is one"),
    ("directory", "the Directory gives a page to the admin"),
    ("emoji", "Chat takes a question about custom emoji as the admin; only where `emoji` is set"),
    ("memberships", "Chat takes a call with `chat.memberships`; only where that is needed"),
    ("groups", "the Directory shows groups to the admin; only where the channels table names one"),
    ("reading", "Chat takes calls with the two reading scopes; only for `doctor --completed`"),
    ("ledger", "the ledger can be read, and is of this organisation, admin and server"),
    (
        "authors",
        "everybody in whose name something is owed can be impersonated, and Chat serves them",
    ),
    ("quotas", "Google never asked to slow down while these checks were made"),
    ("spaces", "no space in import mode is within 14 days of its end"),
    ("disk", "the disk of the work folder has room for what is owed"),
];

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which kind.
    #[serde(rename = "check")]
    pub code: &'static str,
    /// What was looked at, where there are several: a scope.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// How it came out.
    pub outcome: Mark,
    /// What was found.
    pub says: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub todo: String,
    /// Whom or what it concerns, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<String>,
}

impl Check {
    fn new(code: &'static str, outcome: Mark, says: impl Into<String>, todo: &str) -> Self {
        let (about, list) = (String::new(), Vec::new());
        Self { code, about, outcome, says: says.into(), todo: todo.to_owned(), list }
    }

    /// Returns a check that passed.
    pub fn pass(code: &'static str, says: impl Into<String>) -> Self {
        Self::new(code, Mark::Pass, says, "")
    }

    /// Returns a check that somebody should look at.
    pub fn warn(code: &'static str, says: impl Into<String>, todo: &str) -> Self {
        Self::new(code, Mark::Warn, says, todo)
    }

    /// Returns a check that failed; nothing fails without saying what to do.
    pub fn fail(code: &'static str, says: impl Into<String>, todo: &str) -> Self {
        Self::new(code, Mark::Fail, says, todo)
    }

    /// Returns a check that was not made.
    pub fn skip(code: &'static str, why: impl Into<String>) -> Self {
        Self::new(code, Mark::Skipped, why, "")
    }

    /// Says what was looked at.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Lists whom it concerns.
    #[must_use]
    pub fn naming(self, list: Vec<String>) -> Self {
        Self { list, ..self }
    }
}

/// How many checks came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// As they should be.
    pub pass: u64,
    /// To be looked at.
    pub warn: u64,
    /// Failed.
    pub fail: u64,
    /// Not made.
    pub skipped: u64,
}

impl Sum {
    /// Counts.
    pub fn of(checks: &[Check]) -> Self {
        let mut sum = Self::default();
        for check in checks {
            *match check.outcome {
                Mark::Pass => &mut sum.pass,
                Mark::Warn => &mut sum.warn,
                Mark::Fail => &mut sum.fail,
                Mark::Skipped => &mut sum.skipped,
            } += 1;
        }
        sum
    }
}
