//! Errors as the user reads them: what happened, then a `hint:` line that says what to do.

use super::Exit;
use super::safe::display_safe;
use crate::chat::redact;
use crate::settings::{SettingsError, WorkError};
use crate::{ledger, plan};
use anyhow::Error;
use std::fmt;

/// An error that already knows how the command ends and what the user can do.
#[derive(Debug)]
pub struct Told {
    /// How the command ends.
    pub exit: Exit,
    /// What to do, one plain sentence or a command to type.
    pub hint: String,
    message: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Told {}

/// Adds to a failure how the command ends and what the user can do about it.
pub trait Tell<T> {
    /// Turns the error into one that ends the command so, with that hint.
    fn tell(self, exit: Exit, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<Error>> Tell<T> for Result<T, E> {
    fn tell(self, exit: Exit, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| {
            let message = chain(&error.into());
            Error::new(Told { exit, hint: hint.into(), message })
        })
    }
}

/// Returns an error that ends the command so, with that hint.
pub fn told(exit: Exit, message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(Told { exit, hint: hint.into(), message: message.into() })
}

/// Judges an error: how the command ends, and the hint if there is one.
pub fn judge(error: &Error) -> (Exit, Option<String>) {
    error.chain().find_map(known).unwrap_or((Exit::Unexpected, None))
}

/// Returns what is printed of an error: safe for terminals, free of secrets.
pub fn message(error: &Error) -> String {
    let clean = |text: &str| display_safe(&redact(text));
    let what = clean(&chain(error));
    match judge(error).1 {
        Some(hint) => format!("error: {what}\nhint: {}\n", clean(&hint)),
        None => format!("error: {what}\n"),
    }
}

/// Joins an error and its causes, unless a message already ends with its cause.
fn chain(error: &Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text.trim_end().replace('\n', " | ")
}

/// The errors of the rooms that know nothing of hints.
fn known(cause: &(dyn std::error::Error + 'static)) -> Option<(Exit, Option<String>)> {
    if let Some(told) = cause.downcast_ref::<Told>() {
        let hint = Some(told.hint.clone()).filter(|hint| !hint.is_empty());
        return Some((told.exit, hint));
    }
    if let Some(error) = cause.downcast_ref::<ledger::Error>() {
        let (exit, hint) = ledger(error);
        return Some((exit, Some(hint.to_owned())));
    }
    if let Some(error) = cause.downcast_ref::<plan::Error>() {
        return Some((Exit::Refused, Some(planning(error).to_owned())));
    }
    if let Some(error) = cause.downcast_ref::<WorkError>() {
        return Some(work(error));
    }
    cause.downcast_ref::<SettingsError>().map(|error| (Exit::Refused, settings(error)))
}

fn ledger(error: &ledger::Error) -> (Exit, &'static str) {
    match error {
        ledger::Error::Missing(_) => (
            Exit::Refused,
            "name the right folder with --work, or plan an export first: chatferry plan EXPORT",
        ),
        ledger::Error::Lost { .. } => (
            Exit::Refused,
            "bring it back from a backup, or make it anew from the archives: chatferry ledger rebuild EXPORT",
        ),
        ledger::Error::Damaged(_) => (
            Exit::Refused,
            "make it anew from the archives, the old one is kept aside: chatferry ledger rebuild EXPORT",
        ),
        ledger::Error::JournalLine { .. } => (
            Exit::Refused,
            "bring the file back from a backup; while ledger.sqlite is in order it may also be moved away, and is written anew",
        ),
        ledger::Error::Newer { .. } => (Exit::Refused, "use the newer chatferry that wrote it"),
        ledger::Error::Stranger { what: "realm", .. } => (
            Exit::Refused,
            "a ledger stays with Google, or with the one emulator it began with: use another work folder, --work DIR",
        ),
        ledger::Error::Stranger { .. } => {
            (Exit::Refused, "use another work folder for another migration: --work DIR")
        }
        ledger::Error::Full => {
            (Exit::Unfinished, "make room on the disk; the same command goes on")
        }
        _ => (Exit::Unexpected, "is the disk in order? the same command goes on"),
    }
}

fn planning(error: &plan::Error) -> &'static str {
    match error {
        plan::Error::Nameless => {
            "give it a name: --migration NAME, or `migration` in settings.toml"
        }
        plan::Error::LateArchive(_) => {
            "a newer export can't join a migration that is being sent yet: go on without it, or use another --work DIR"
        }
        plan::Error::Speaker(..) => {
            "name an account that can be used: `authors` or `bots` in settings.toml, or the policy in the workbook"
        }
        plan::Error::ArchiveChanged(_) | plan::Error::NoArchive(_) | plan::Error::Order => {
            "bring the archive back as it was when it was planned"
        }
        plan::Error::Ledger(error) => ledger(error).1,
        plan::Error::Stopped => "the same command goes on",
    }
}

fn work(error: &WorkError) -> (Exit, Option<String>) {
    let (exit, hint) = match error {
        WorkError::Held { .. } => {
            (Exit::Held, "wait for it or stop it; `chatferry status` works meanwhile")
        }
        WorkError::Missing(_) => (
            Exit::Refused,
            "give the folder with --work; `chatferry plan EXPORT.zip --work DIR` starts a new migration",
        ),
        WorkError::Foreign(_) => (Exit::Refused, "give --work a new or an empty folder"),
        WorkError::Io { .. } => {
            (Exit::Refused, "look at the folder's rights and the disk's free space")
        }
    };
    (exit, Some(hint.to_owned()))
}

fn settings(error: &SettingsError) -> Option<String> {
    match error {
        SettingsError::Toml { .. } => {
            Some("texts want quotes: admin = \"ada@example.com\"".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;
    use std::path::PathBuf;

    #[test]
    fn a_held_folder_ends_with_its_own_code_and_a_hint() {
        let held =
            WorkError::Held { path: PathBuf::from("w"), holder: "process 7 on a".to_owned() };
        let error = Error::new(held).context("can't start");
        assert_eq!(judge(&error).0, Exit::Held);
        insta::assert_snapshot!(message(&error), @r"
        error: can't start: w is in use by process 7 on a
        hint: wait for it or stop it; `chatferry status` works meanwhile
        ");
    }

    #[test]
    fn h2_a_failure_names_its_cause_and_what_to_do_without_secrets() {
        let error = std::fs::read("/nowhere/at all").context("can't read \u{1b}[31mkey?t=xoxe-1");
        let error = error.tell(Exit::Google, "make a new key").expect_err("no such file");
        insta::assert_snapshot!(message(&error), @r"
        error: can't read �[31mkey?t=[redacted] No such file or directory (os error 2)
        hint: make a new key
        ");
    }

    #[test]
    fn anything_unknown_is_unexpected() {
        assert_eq!(judge(&anyhow::anyhow!("odd")), (Exit::Unexpected, None));
    }
}
