//! Recognises Slack data in forms that are not read, so that the refusal can say what to do.

use crate::slack::Foreign;
use crate::slack::archive::Archive;

/// Tells whether the folders that hold root files are those of an org-wide export.
pub(super) fn of_roots(archive: &Archive, roots: &[&str]) -> Option<Foreign> {
    let first = roots.first()?;
    let in_teams = |root: &str| root.split('/').any(|part| part == "teams");
    let org = format!("{first}org_users.json");
    let teams = format!("{first}teams/");
    let nested = |name: &str| {
        name.strip_prefix(teams.as_str())
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(_, file)| matches!(file, "users.json" | "channels.json" | "groups.json"))
    };
    let grid = roots.iter().all(|root| in_teams(root))
        || archive.entries.iter().any(|entry| entry.name == org || nested(&entry.name));
    grid.then_some(Foreign::Grid)
}

/// Looks at an archive that holds no root file at all.
pub(super) fn of_others(archive: &Archive) -> Option<Foreign> {
    let names = || archive.entries.iter().map(|entry| entry.name.as_str());
    let file = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    if names().any(|name| file(name) == "slackdump.sqlite") {
        Some(Foreign::SlackdumpDatabase)
    } else if names().any(|name| name.ends_with(".json.gz")) {
        Some(Foreign::SlackdumpChunks)
    } else if names().any(|name| is_dump(&file(name))) {
        Some(Foreign::SlackdumpDump)
    } else if names().any(is_text) {
        Some(Foreign::SingleUserText)
    } else {
        None
    }
}

/// `C0123ABCD.json`, or `C0123ABCD-1551441602.000200.json` for one thread.
fn is_dump(file: &str) -> bool {
    let Some(stem) = file.strip_suffix(".json") else { return false };
    let id = stem.split('-').next().unwrap_or_default();
    id.starts_with(['C', 'D', 'G'])
        && id.len() >= 9
        && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// A `.txt` below `channels/` or `dms/`.
fn is_text(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".txt")
        && name.split('/').rev().skip(1).any(|part| matches!(part, "channels" | "dms"))
}
