//! The report: one screen that says what happened, what did not survive, what is stuck, and the
//! next command to type. A run with a hole can't look like a success.

pub(super) mod headline;
mod opening;
mod section;

use super::Exit;
use super::words::{span, wrap};
use crate::ids::Micros;
use crate::ledger::Account;
use serde_json::{Value, json as object};
use std::time::Duration;

/// What fits on one screen.
const ROWS: usize = 40;
const COLS: usize = 80;

/// What the report says besides the account.
#[derive(Debug, Clone, Default)]
pub struct ReportContext {
    /// The command that ends: `run`, `plan`, …
    pub command: String,
    /// What the first line says when there is no hole.
    pub first_line: String,
    /// What the first line says in any case, such as that accounts were invented.
    pub remark: Option<String>,
    /// How the command ended, where the account alone doesn't tell: it was stopped.
    pub exit: Option<Exit>,
    /// The rule by which it stopped: the setting's name; `signal` for a user's.
    pub stopped_by: Option<&'static str>,
    /// What was learnt of Google's limits, a sentence each.
    pub learnt: Vec<String>,
    /// How long the command took.
    pub elapsed: Duration,
    /// The least time that Google's quotas allow for all of it.
    pub google_lower_bound: Option<Duration>,
    /// What that bound comes from, in plain words.
    pub bottleneck: Option<String>,
    /// Commands to type next, the first one first.
    pub next: Vec<String>,
    /// The wall clock, for days left.
    pub now: Micros,
    /// The work folder as commands must name it; none for the default one.
    pub work: Option<String>,
}

/// Returns the report: at most 40 lines of at most 80 columns, without colour.
pub fn report(account: &Account, extra: &ReportContext) -> String {
    let mut text = String::new();
    for room in (1..=5).rev() {
        text = body(account, extra, room);
        if text.lines().count() <= ROWS {
            break;
        }
    }
    text
}

/// Colours the report's first line, where standard output shows colours and `NO_COLOR` is unset.
pub fn paint(report: &str, exit: Exit) -> String {
    let style = match exit {
        Exit::Done => console::Style::new().green().bold(),
        Exit::Stopped | Exit::Unfinished => console::Style::new().yellow().bold(),
        _ => console::Style::new().red().bold(),
    };
    match report.split_once('\n') {
        Some((first, rest)) => format!("{}\n{rest}", style.apply_to(first)),
        None => report.to_owned(),
    }
}

/// Returns the report as JSON.
pub fn json(account: &Account, extra: &ReportContext) -> Value {
    let exit = extra.exit.unwrap_or_else(|| Exit::after(&extra.command, account));
    object!({
        "event": "report",
        "command": extra.command,
        "headline": headline::headline(account, extra),
        "complete": exit == Exit::Done,
        "exit": exit.code(),
        "learnt": extra.learnt,
        "stopped_by": extra.stopped_by,
        "elapsed_seconds": extra.elapsed.as_secs_f64(),
        "google_lower_bound_seconds": extra.google_lower_bound.map(|bound| bound.as_secs()),
        "bottleneck": extra.bottleneck,
        "next": extra.next,
        "expiring": super::deadline::expiring(account, extra.now),
        "account": account,
        "loss_account": super::loss_account(account),
    })
}

fn body(account: &Account, extra: &ReportContext, room: usize) -> String {
    let mut lines = wrap(&headline::headline(account, extra), COLS, "");
    lines.extend(times(extra));
    lines.extend(learnt(extra));
    lines.extend(section::items(account));
    lines.extend(section::weights(&super::loss_account(account)));
    lines.extend(section::named("What did not survive", &account.losses, room, extra));
    lines.extend(section::named("Left out", &account.skipped, room.min(3), extra));
    lines.extend(section::unmatched(account));
    lines.extend(section::named("Lost in Slack already", &account.lost, room.min(3), extra));
    lines.extend(section::unreadable(account));
    lines.extend(section::stuck(account, extra, room.min(3)));
    lines.extend(section::gone(account, extra, room.min(3)));
    lines.extend(section::lanes(account, extra.now));
    lines.extend(section::admin_owned(account));
    lines.extend(opening::by_group(account));
    lines.extend(opening::invited(account));
    lines.extend(opening::outside(account, extra));
    lines.extend(opening::hidden(account, extra));
    lines.extend(section::next(extra));
    lines.join("\n") + "\n"
}

fn learnt(extra: &ReportContext) -> Vec<String> {
    let lines = extra.learnt.iter().map(|line| format!("Learnt: {line}."));
    lines.flat_map(|line| wrap(&line, COLS, "  ")).collect()
}

fn times(extra: &ReportContext) -> Vec<String> {
    let mut text = format!("Took {}.", span(extra.elapsed));
    if let Some(bound) = extra.google_lower_bound {
        text.push_str(" Google's quotas allow no less than ");
        text.push_str(&span(bound));
        if let Some(bottleneck) = &extra.bottleneck {
            text.push_str(": ");
            text.push_str(&super::display_short(bottleneck, COLS));
        }
        text.push('.');
    }
    wrap(&text, COLS, "")
}
