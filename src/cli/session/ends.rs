//! The words at the end of a session: what to type next, what an error means, whose it is.

use crate::cli::args::Common;
use crate::cli::{Exit, connection, told};
use crate::ledger::{Account, Ledger, Owner};
use crate::plan;
use crate::send::Fatal;
use crate::settings::Settings;

/// Returns the command that brings a migration on from where its account stands.
pub(in crate::cli) fn next(account: &Account) -> Option<String> {
    let any = |states: &[&str]| states.iter().any(|state| account.lanes.contains_key(*state));
    let all = account.lanes.values().sum::<u64>() > 0;
    match () {
        () if any(&["planned", "staged", "open"]) => Some("run".to_owned()),
        () if !account.wedged.is_empty() || !account.gone.is_empty() => None,
        () if any(&["drained"]) => Some("verify".to_owned()),
        () if any(&["verified", "completed"]) => Some("complete".to_owned()),
        () if all => Some("status --lanes".to_owned()),
        () => None,
    }
}

/// Returns a command to type, with the folder.
pub(in crate::cli) fn again(common: &Common, words: &str) -> String {
    common.again().map_or_else(
        || format!("chatferry {words}"),
        |work| format!("chatferry {words} --work {work}"),
    )
}

/// Puts the end of a run into words.
pub(in crate::cli) fn fatal(error: Fatal) -> anyhow::Error {
    match error {
        Fatal::Token(error) => connection::refused(&error),
        Fatal::Refused(text) => told(
            Exit::Google,
            text,
            "docs/operations.md tells how app, key and delegation are set up",
        ),
        Fatal::Unanswered(_) => told(
            Exit::Unfinished,
            error.to_string(),
            "the same command goes on when Google can be reached",
        ),
        Fatal::Archive(text) => told(Exit::Refused, text, "name the archive: chatferry run EXPORT"),
        Fatal::Ledger(error) => error.into(),
        Fatal::Worker(text) => told(Exit::Unexpected, text, "the same command goes on"),
    }
}

/// Returns the migration's name: of the settings, of the ledger, or the workspace's team id.
pub(in crate::cli) fn name(
    settings: &Settings,
    ledger: &Ledger,
    team: Option<&str>,
) -> anyhow::Result<String> {
    let have = ledger.owner()?.map(|owner: Owner| owner.name);
    settings.migration.clone().or(have).or_else(|| team.map(str::to_owned)).ok_or_else(|| {
        told(
            Exit::Refused,
            plan::Error::Nameless.to_string(),
            "give it a name: --migration NAME, or `migration` in settings.toml",
        )
    })
}
