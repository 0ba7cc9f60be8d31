//! Archives and people files: opened, and refused with a hint where they can't be used.

use super::hint::Tell;
use super::{Exit, told};
use crate::convert;
use crate::ids::Account;
use crate::ledger::Ledger;
use crate::plan::Choices;
use crate::settings::{Dm, Settings};
use crate::slack;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An archive and where it lies.
pub(super) type Archive = (PathBuf, slack::Export);

/// Opens one archive.
pub(super) fn open(path: &Path, allow_duplicate_entries: bool) -> anyhow::Result<slack::Export> {
    let options = slack::Options { allow_duplicate_entries, ..slack::Options::default() };
    slack::Export::open(path, &options)
        .map_err(|error| told(Exit::Refused, error.to_string(), error.hint()))
}

/// Opens archives; their paths become absolute, so that a later run finds them from anywhere.
pub(super) fn open_all(paths: &[PathBuf], settings: &Settings) -> anyhow::Result<Vec<Archive>> {
    let mut archives = Vec::new();
    for path in paths {
        let export = open(path, settings.allow_duplicate_entries)?;
        archives.push((std::path::absolute(path)?, export));
    }
    Ok(archives)
}

/// Opens the archives that the ledger was planned from, where they last were. None where one is
/// gone: what is staged can be sent without.
pub(super) fn known(ledger: &Ledger, settings: &Settings) -> anyhow::Result<Option<Vec<Archive>>> {
    let mut archives = Vec::new();
    for (_, path, name, hash) in ledger.sources()? {
        let path = PathBuf::from(path);
        if !path.exists() {
            return Ok(None);
        }
        let export = open(&path, settings.allow_duplicate_entries)?;
        if export.fingerprint() != hash {
            return Err(told(
                Exit::Refused,
                format!(
                    "{name} changed since it was planned: its fingerprint was {hash} and is now {}",
                    export.fingerprint()
                ),
                "bring the old archive back, or name the new one: chatferry run EXPORT",
            ));
        }
        archives.push((path, export));
    }
    Ok(Some(archives))
}

/// Returns what the admin chose, for planning.
pub(super) fn choices(settings: &Settings, admin: &Account) -> anyhow::Result<Choices> {
    let direct = match settings.dm {
        Dm::Auto => convert::DmPolicy::Auto,
        Dm::GroupChat => convert::DmPolicy::GroupChat,
        Dm::Space => convert::DmPolicy::Space,
    };
    Ok(Choices {
        name: settings.migration.clone(),
        admin: admin.clone(),
        people: settings.people.as_deref().map_or_else(|| Ok(BTreeMap::new()), people)?,
        convert: convert::Settings { direct, ..convert::Settings::default() },
    })
}

/// Reads a people file: CSV with the columns `slack_id` and `account`, with or without a heading.
pub(super) fn people(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let hint = "the people file is CSV: a Slack id, a comma, an e-mail address; one person a line";
    let wrong = |line: u64, what: &str| {
        told(Exit::Refused, format!("{}, line {line}: {what}", path.display()), hint)
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_path(path)
        .tell(Exit::Refused, hint)?;
    let mut map = BTreeMap::new();
    for record in reader.records() {
        let record = record.tell(Exit::Refused, hint)?;
        let line = record.position().map_or(0, csv::Position::line);
        let id = record.get(0).unwrap_or_default().trim_start_matches('\u{feff}');
        let account = record.get(1).unwrap_or_default();
        match () {
            () if id.eq_ignore_ascii_case("slack_id") || (id.is_empty() && account.is_empty()) => {}
            () if id.is_empty() => return Err(wrong(line, "there is no Slack id")),
            () if !account.is_empty() && !account.contains('@') => {
                return Err(wrong(line, "the account is no e-mail address"));
            }
            () => {
                if map.insert(id.to_owned(), account.to_lowercase()).is_some() {
                    return Err(wrong(line, &format!("{id} stands here a second time")));
                }
            }
        }
    }
    Ok(map)
}
