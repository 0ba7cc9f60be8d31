//! Which conversations a command is about: a list, patterns of names, or all. Whatever in the
//! choice means nothing, or two things, is refused before anything begins.

use super::hint::Tell;
use super::words::shell;
use super::{Exit, display_safe, told};
use crate::ledger::Lane;
use clap::Args;
use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many bad lines are named.
const NAMED: usize = 10;

/// Flags that choose conversations.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which conversations")]
pub struct WaveFlags {
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "only",
        help = "Those of a list, one a line, by name or Slack id; # begins a comment"
    )]
    pub wave: Option<PathBuf>,
    /// Those whose name fits, * for anything, such as 'proj-*' [may be repeated]
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// None whose name fits [may be repeated]
    #[arg(long, value_name = "PATTERN")]
    pub except: Vec<String>,
}

/// The conversations that are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wave {
    /// Their lanes; none: all.
    pub(super) lanes: Option<Arc<BTreeSet<i64>>>,
    /// What the admin should know of the list.
    pub(super) remarks: Vec<String>,
}

impl WaveFlags {
    /// Returns the flags as they are typed, each with a space before it.
    pub(super) fn words(&self) -> String {
        let wave =
            self.wave.iter().map(|path| format!(" --wave {}", shell(&path.display().to_string())));
        let only = self.only.iter().map(|pattern| format!(" --only {}", shell(pattern)));
        let except = self.except.iter().map(|pattern| format!(" --except {}", shell(pattern)));
        wave.chain(only).chain(except).collect()
    }

    /// Finds the lanes that are meant.
    pub(super) fn choose(&self, lanes: &[Lane]) -> anyhow::Result<Wave> {
        if self.wave.is_none() && self.only.is_empty() && self.except.is_empty() {
            return Ok(Wave::default());
        }
        let (mut chosen, mut remarks) = match &self.wave {
            Some(path) => listed(path, lanes)?,
            None if self.only.is_empty() => (lanes.iter().map(|lane| lane.id).collect(), vec![]),
            None => (fitting(&self.only, lanes)?, vec![]),
        };
        for lane in fitting(&self.except, lanes)? {
            chosen.remove(&lane);
        }
        if chosen.is_empty() {
            return Err(refused("no conversation is left of that choice".to_owned()));
        }
        remarks.truncate(NAMED);
        Ok(Wave { lanes: Some(Arc::new(chosen)), remarks })
    }
}

fn refused(what: String) -> anyhow::Error {
    let hint = "nothing was begun; `chatferry status --lanes` lists the conversations";
    told(Exit::Refused, what, hint)
}

fn listed(path: &Path, lanes: &[Lane]) -> anyhow::Result<(BTreeSet<i64>, Vec<String>)> {
    let file = display_safe(&path.display().to_string());
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|error| refused(format!("{file} can't be read: {error}")))?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(refused(format!("{file} is no text in UTF-8")));
    };
    let List { lanes, bad, remarks } = read(text, lanes);
    match bad.as_slice() {
        [] if lanes.is_empty() => Err(refused(format!("{file} names no conversation"))),
        [] => Ok((lanes, remarks)),
        bad => {
            let more = bad.len().saturating_sub(NAMED);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            let named: Vec<_> = bad.iter().take(NAMED).map(String::as_str).collect();
            Err(refused(format!("{file}: {}{more}", named.join("; "))))
        }
    }
}

/// A list as it was read.
#[derive(Debug, Default)]
struct List {
    lanes: BTreeSet<i64>,
    bad: Vec<String>,
    remarks: Vec<String>,
}

fn read(text: &str, lanes: &[Lane]) -> List {
    let mut list = List::default();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if let Some(comment) = line.strip_prefix('#') {
            if !comment.is_empty() && !meant(comment, lanes).is_empty() {
                let name = display_safe(comment);
                list.remarks.push(format!(
                    "Line {number} is a comment, for it begins with #: {name} is not among those meant."
                ));
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let (found, name) = match meant(line, lanes) {
            found if found.is_empty() => {
                let name = line.split(" #").next().unwrap_or_default().trim_end();
                (meant(name, lanes), name)
            }
            found => (found, line),
        };
        match told_apart(name, &found) {
            Ok(()) => list.lanes.extend(found.iter().map(|lane| lane.id)),
            Err(why) => list.bad.push(format!("line {number}: {why}")),
        }
    }
    list
}

/// Returns the lanes of that Slack id; else those of that name, in Chat or in Slack.
fn meant<'a>(name: &str, lanes: &'a [Lane]) -> Vec<&'a Lane> {
    let by = |is: &dyn Fn(&Lane) -> bool| lanes.iter().filter(|lane| is(lane)).collect::<Vec<_>>();
    let found = by(&|lane| lane.slack.as_str() == name);
    if found.is_empty() { by(&|lane| lane.name == name || lane.known_as == name) } else { found }
}

/// All lanes of one conversation are meant by its name, and never those of two.
fn told_apart(name: &str, found: &[&Lane]) -> Result<(), String> {
    let ids: BTreeSet<&str> = found.iter().map(|lane| lane.slack.as_str()).collect();
    match ids.len() {
        0 => Err(format!("no conversation is called {}", display_safe(name))),
        1 => Ok(()),
        _ => {
            let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
            Err(format!("{} is the name of several, say which: {ids}", display_safe(name)))
        }
    }
}

/// Returns the lanes whose name, in Chat or in Slack, or whose Slack id fits a pattern. One that
/// nothing fits is a slip.
pub(super) fn fitting(patterns: &[String], lanes: &[Lane]) -> anyhow::Result<BTreeSet<i64>> {
    let mut all = BTreeSet::new();
    for pattern in patterns {
        let bare = pattern.trim_start_matches('#');
        let regex = regex::escape(bare).replace(r"\*", ".*").replace(r"\?", ".");
        let regex = Regex::new(&format!("(?s)^{regex}$")).tell(Exit::Refused, "")?;
        let fits = |lane: &&Lane| {
            let names = [lane.name.as_str(), &lane.known_as, lane.slack.as_str()];
            names.iter().any(|name| regex.is_match(name))
        };
        let found: Vec<i64> = lanes.iter().filter(fits).map(|lane| lane.id).collect();
        if found.is_empty() {
            let pattern = display_safe(pattern);
            return Err(refused(format!("no conversation's name fits {pattern}")));
        }
        all.extend(found);
    }
    Ok(all)
}
