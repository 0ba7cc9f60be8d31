//! `chatferry people`: who is who as a table to edit, and the way back.

mod args;
mod export;
mod import;
mod retry;

pub use args::{PeopleArgs, PeopleCommand, PeopleExportArgs, PeopleImportArgs, PeopleRetryArgs};
pub use retry::WAYS;

use super::args::Common;
use super::session::{self, Session};
use super::{Exit, archives, hint, told};
use crate::ledger::Ledger;
use crate::plan::{Choices, Clues, Offline};
use crate::settings::Settings;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The workbook's name where none is given.
const WORKBOOK: &str = "people.csv";

/// The workbook's columns, as they are written; they are read in any order.
pub const COLUMNS: [&str; 15] = [
    "slack_id",
    "display_name",
    "real_name",
    "email",
    "kind",
    "state",
    "messages",
    "reactions",
    "memberships",
    "proposed_account",
    "matched_by",
    "confidence",
    "problem",
    "account",
    "policy",
];

/// What stands in the column `account` for somebody who is to have none.
const NOBODY: &str = "none";

pub(super) fn people(common: &Common, args: &PeopleArgs) -> anyhow::Result<Exit> {
    match &args.command {
        PeopleCommand::Export(args) => export::export(common, args),
        PeopleCommand::Import(args) => import::import(common, args),
        PeopleCommand::Retry(args) => retry::retry(common, args),
    }
}

/// Returns where the workbook lies.
fn workbook(session: &Session<'_>, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| session.opened.work.path(WORKBOOK), Path::to_owned)
}

/// Reads the Directory anew where there is a key for it; says so where that fails, since what was
/// read last will do.
fn refresh(session: &Session<'_>, ledger: &mut Ledger, offline: bool) -> anyhow::Result<()> {
    let settings = session.settings();
    let has_credentials = settings.key.is_some() || settings.service_account.is_some();
    if offline || !has_credentials || settings.admin.is_none() {
        return Ok(());
    }
    let name = session::name(settings, ledger, None)?;
    let read = tokio::runtime::Handle::current().block_on(session.connect(ledger, name));
    let Err(error) = read else { return Ok(()) };
    if session.stop.asked() {
        return Err(error);
    }
    let (message, known) = (hint::message(&error), !ledger.directory()?.is_empty());
    let known =
        if known { "what was read last counts" } else { "addresses are taken for accounts" };
    session.watch.say(message.trim_end());
    session.watch.say(&format!("The Directory was not read now: {known}."));
    Ok(())
}

/// Opens the archives of the plan, with everyone in them matched.
fn offline(session: &Session<'_>, ledger: &Ledger) -> anyhow::Result<Offline> {
    let settings = session.settings();
    let Some(archives) = archives::with_known(ledger, &[], settings)? else {
        return Err(told(
            Exit::Refused,
            "an archive that this migration was planned from is not where it was",
            "say where it is now: chatferry plan EXPORT",
        ));
    };
    let Choices { people, convert, .. } = choices(settings)?;
    let exports = archives.into_iter().map(|(_, export)| export).collect();
    with_clues(ledger, &people, |clues| Offline::new(exports, clues, convert))
}

fn choices(settings: &Settings) -> anyhow::Result<Choices> {
    archives::choices(settings, &super::connection::admin(settings)?)
}

/// Hands out what tells who is who.
fn with_clues<T>(
    ledger: &Ledger,
    file: &BTreeMap<String, String>,
    take: impl FnOnce(&Clues<'_>) -> T,
) -> anyhow::Result<T> {
    let listed = ledger.directory()?;
    let listed = (!listed.is_empty()).then_some(&listed[..]);
    Ok(take(&Clues { listed, file, chosen: &ledger.choices()? }))
}
