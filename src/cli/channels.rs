//! `chatferry channels export` and `import`: every conversation in a table that the admin edits.

mod change;
mod table;

use super::args::{ChannelsArgs, ChannelsCommand, Common};
use super::folder::Opened;
use super::hint::Tell;
use super::words::counted;
use super::{
    Exit, archives, choices, connection, display_safe, folder, groups, json_line, ledger, message,
    print, session, told,
};
use crate::clock::{Clock, SystemClock};
use crate::ledger::Ledger;
use crate::settings::WorkFolder;
use change::{Change, Changes};
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Its name in the work folder.
const FILE: &str = "channels.csv";
/// How many lines are told.
const NAMED: usize = 20;

pub(super) fn channels(common: &Common, args: &ChannelsArgs) -> anyhow::Result<Exit> {
    match &args.command {
        ChannelsCommand::Export { file, force } => export(common, file.as_deref(), *force),
        ChannelsCommand::Import { file } => import(common, file.as_deref()),
    }
}

fn export(common: &Common, file: Option<&Path>, force: bool) -> anyhow::Result<Exit> {
    let opened = folder::resume(common, Vec::new(), &SystemClock)?;
    let ledger = ledger::open(&opened.work)?;
    let path = file.map_or_else(|| opened.work.path(FILE), Path::to_owned);
    let shown = display_safe(&path.display().to_string());
    if path.exists() && !force {
        return Err(told(
            Exit::Refused,
            format!("{shown} is there already, and may have been edited"),
            "read it with `chatferry channels import`, or write it anew with --force",
        ));
    }
    let archives = known(&ledger, &opened)?;
    let rows = table::rows(&ledger, &archives, &opened.settings)?;
    let number = rows.len() as u64;
    let (parent, name) = place(&path)?;
    let bytes = table::write(&rows)?;
    WorkFolder::at(&parent)
        .write(&name, &bytes)
        .tell(Exit::Refused, "is the folder there, and is there room in it?")?;
    if common.json {
        let line = serde_json::json!({
            "event": "channels_exported", "file": path.display().to_string(), "rows": number,
        });
        print(&(json_line(&line) + "\n"))?;
    } else {
        print(&format!(
            "{shown}: {}. Edit the columns include, space_name, audience and group, then: chatferry channels import\n",
            counted(number, "conversation", "conversations")
        ))?;
    }
    Ok(Exit::Done)
}

/// Opens the archives as far as they are where they were: only they know what is archived.
fn known(ledger: &Ledger, opened: &Opened) -> anyhow::Result<Vec<archives::Archive>> {
    match archives::with_known(ledger, &[], &opened.settings) {
        Ok(archives) => Ok(archives.unwrap_or_default()),
        Err(error) => {
            let why = message(&error);
            stderr().write_all(
                format!("{why}The columns type and archived stay empty.\n").as_bytes(),
            )?;
            Ok(Vec::new())
        }
    }
}

/// Returns a file's folder and its name in it.
fn place(path: &Path) -> anyhow::Result<(PathBuf, String)> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| told(Exit::Refused, "the table needs a file's name", ""))?;
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    Ok((parent.unwrap_or(Path::new(".")).to_owned(), name))
}

fn import(common: &Common, file: Option<&Path>) -> anyhow::Result<Exit> {
    let opened = folder::resume(common, Vec::new(), &SystemClock)?;
    let mut ledger = ledger::open(&opened.work)?;
    let path = file.map_or_else(|| opened.work.path(FILE), Path::to_owned);
    let bytes = std::fs::read(&path).map_err(|error| {
        let shown = path.display();
        told(
            Exit::Refused,
            format!("{shown} can't be read: {error}"),
            "`chatferry channels export` writes it",
        )
    })?;
    let edited = table::read(&bytes).map_err(|wrong| refused(&path, &wrong))?;
    // Only what an archive tells of a conversation is judged where the archive is at hand.
    let archives = archives::with_known(&ledger, &[], &opened.settings);
    let archives = archives.ok().flatten().unwrap_or_default();
    let groups = table::group_chats(&ledger, &archives, &opened.settings)?;
    let changes = change::compare(&ledger, &edited, &groups)?;
    let changes = changes.map_err(|wrong| refused(&path, &wrong))?;
    look_up(&opened, &mut ledger, &changes)?.map_err(|wrong| refused(&path, &wrong))?;
    choices::keep(&opened.work, &mut ledger, &changes.choices())?;
    if common.json {
        print(&(json_line(&changes.json()) + "\n"))?;
    } else {
        print(&text(&changes))?;
    }
    Ok(Exit::Done)
}

/// Looks up the groups that are named for the first time, so that a wrong one is named by its line
/// and not found out about later. Nothing else in here needs Google.
fn look_up(
    opened: &Opened,
    ledger: &mut Ledger,
    changes: &Changes,
) -> anyhow::Result<Result<(), Vec<String>>> {
    let named = |change: &&Change| change.group.as_ref().is_some_and(|group| !group.is_empty());
    let asked: Vec<&Change> = changes.changed.iter().filter(named).collect();
    if asked.is_empty() {
        return Ok(Ok(()));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let connection = connection::connect(&opened.settings, &clock)?;
    ledger.recognise(&connection.admin)?;
    let keys = asked.iter().filter_map(|change| change.group.clone());
    let runtime = session::runtime()?;
    let seen = runtime.block_on(groups::look_up(&connection, clock.as_ref(), keys))?;
    let name = session::name(&opened.settings, ledger, None)?;
    ledger.claim(&connection.owner(&opened.settings, name, None)?)?;
    let mut wrong = Vec::new();
    for change in asked {
        let group = change.group.as_deref().unwrap_or_default();
        if let Some(Err(trouble)) = seen.get(group) {
            wrong.push(format!("line {}: {}: {trouble}", change.line, display_safe(group)));
        }
    }
    if wrong.is_empty() {
        for group in seen.values().flatten() {
            ledger.set_group(group)?;
        }
        return Ok(Ok(()));
    }
    Ok(Err(wrong))
}

fn refused(path: &Path, wrong: &[String]) -> anyhow::Error {
    let more = wrong.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let named: Vec<&str> = wrong.iter().take(NAMED).map(String::as_str).collect();
    told(
        Exit::Refused,
        format!("{}: {}{more}", path.display(), named.join("; ")),
        "nothing was changed: mend these lines, or write the table anew with `chatferry channels export --force`",
    )
}

fn text(changes: &Changes) -> String {
    let mut lines: Vec<String> = changes.changed.iter().take(NAMED).map(Change::said).collect();
    if changes.changed.len() > NAMED {
        lines.push(format!("and {} more", changes.changed.len() - NAMED));
    }
    for change in changes.begun.iter().take(NAMED) {
        let name = display_safe(&change.name);
        lines.push(format!("{name} is begun: it stays as it began."));
    }
    let changed =
        counted(changes.changed.len() as u64, "conversation changes", "conversations change");
    lines.push(match changes.changed.len() {
        0 => "Nothing changes.".to_owned(),
        _ => format!("{changed}; the next `plan`, `run` or `complete` follows."),
    });
    if changes.missing > 0 {
        let missing = counted(changes.missing, "conversation is", "conversations are");
        lines.push(format!("{missing} not in the table, and unchanged."));
    }
    lines.join("\n") + "\n"
}
