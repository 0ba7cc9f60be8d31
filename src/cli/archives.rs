//! Archives and people files: opened, and refused with a hint where they can't be used.

use super::emoji::gallery;
use super::hint::Tell;
use super::policies::{admission, conversion};
use super::safe::display_short;
use super::words::counted;
use super::{Exit, told};
use crate::ids::Account;
use crate::ledger::{LaneState, Ledger};
use crate::plan::Choices;
use crate::settings::Settings;
use crate::slack;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many changed files are named.
const NAMES: usize = 5;

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

/// Opens the archives that the ledger was planned from, where they last were, and then those that
/// are named. None where none is named and one is gone: what is staged can be sent without.
pub(super) fn with_known(
    ledger: &Ledger,
    named: &[PathBuf],
    settings: &Settings,
) -> anyhow::Result<Option<Vec<Archive>>> {
    let named = open_all(named, settings)?;
    let mut archives = Vec::new();
    for (id, path, name, hash) in ledger.sources()? {
        if let Some(moved) = named.iter().find(|(_, export)| export.fingerprint() == hash) {
            archives.push(moved.clone());
            continue;
        }
        let path = PathBuf::from(path);
        if !path.exists() && named.is_empty() {
            return vanished(ledger, &name, &path);
        }
        if !path.exists() {
            let what = format!(
                "{name}, from which this migration was planned, is not at {}",
                path.display()
            );
            return Err(told(
                Exit::Refused,
                what,
                "name it too, or use another work folder: --work DIR",
            ));
        }
        let export = open(&path, settings.allow_duplicate_entries)?;
        let now = export.fingerprint();
        if now != hash {
            let changes = ledger.source_entries(id)?.map(|before| changes(&export, &before));
            let what = format!(
                "{name} changed since it was planned{}: its fingerprint was {hash} and is now {now}",
                changes.unwrap_or_default()
            );
            return Err(told(
                Exit::Refused,
                what,
                "bring the old archive back, or use another work folder: --work DIR",
            ));
        }
        archives.push((path, export));
    }
    let known: Vec<String> = archives.iter().map(|(_, export)| export.fingerprint()).collect();
    archives.extend(named.into_iter().filter(|(_, export)| !known.contains(&export.fingerprint())));
    Ok(Some(archives))
}

/// Names the files that are not as they were.
fn changes(export: &slack::Export, before: &[u8]) -> String {
    let (new, old) = export.changes(before);
    let names: Vec<String> = new.iter().take(NAMES).map(|name| display_short(name, 60)).collect();
    let more =
        if new.len() > NAMES { format!(" and {} more", new.len() - NAMES) } else { String::new() };
    match (names.as_slice(), old) {
        ([], old) => format!(" ({} gone)", counted(old as u64, "file is", "files are")),
        (names, 0) => format!(" (new: {}{more})", names.join(", ")),
        (names, _) => format!(" (new or changed: {}{more})", names.join(", ")),
    }
}

/// Without the archive only what is frozen can be sent.
fn vanished(ledger: &Ledger, name: &str, path: &Path) -> anyhow::Result<Option<Vec<Archive>>> {
    let lanes = ledger.lanes()?;
    let unread = lanes.iter().filter(|lane| lane.state == LaneState::Planned).count();
    if unread == 0 {
        return Ok(None);
    }
    let unread = counted(unread as u64, "conversation", "conversations");
    let what =
        format!("{name} is not at {} any more, and {unread} must be read from it", path.display());
    Err(told(Exit::Refused, what, "name it where it is now: chatferry run EXPORT"))
}

/// Returns what the admin chose, for planning.
pub(super) fn choices(settings: &Settings, admin: &Account) -> anyhow::Result<Choices> {
    Ok(Choices {
        name: settings.migration.clone(),
        admin: admin.clone(),
        people: settings.people.as_deref().map_or_else(|| Ok(BTreeMap::new()), people)?,
        convert: conversion(settings),
        emoji: gallery(settings)?,
        admission: admission(settings),
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
