//! The checks as people read them: a line each, what to do beneath.

use super::Found;
use crate::cli::display_safe;
use crate::cli::safe::display_column;
use crate::cli::words::{counted, wrap};
use crate::doctor::{Check, Mark, Sum};

const COLS: usize = 100;
/// Where the sentences begin.
const INDENT: &str = "                    ";
/// How many of a list are shown; `--json` has all.
const SHOWN: usize = 20;

/// Returns the whole table.
pub(super) fn text(found: &Found, sum: Sum) -> String {
    let mut lines = Vec::new();
    if !found.who.is_empty() {
        lines.extend([format!("Service account {}", display_safe(&found.who)), String::new()]);
    }
    for (at, check) in found.checks.iter().enumerate() {
        // The same advice for several in a row is given once.
        let told_next = found.checks.get(at + 1).is_some_and(|next| next.todo == check.todo);
        lines.extend(rows(check));
        if !told_next {
            lines.extend(advice(check));
        }
    }
    lines.push(String::new());
    lines.push(verdict(sum));
    let lacks = found.checks.iter().any(|one| one.code == "scope" && one.outcome == Mark::Fail);
    match (&found.link, lacks) {
        (Some(link), true) => {
            let why = "To grant the scopes, open this address as a super admin. It holds all scopes that are needed now, and \
                       replaces what this client ID was granted before:";
            lines.push(String::new());
            lines.extend(wrap(why, COLS, ""));
            lines.push(link.clone());
        }
        (None, true) => {
            let why = "To grant the scopes, enter these in the Admin console (Security, Access and data control, API controls, \
                       Domain-wide delegation), with the service account's client ID. It is not known here; IAM & Admin, \
                       Service accounts shows it, as OAuth 2 Client ID:";
            lines.push(String::new());
            lines.extend(wrap(why, COLS, ""));
            lines.push(found.paste.clone());
        }
        _ => {}
    }
    lines.join("\n") + "\n"
}

fn rows(check: &Check) -> Vec<String> {
    let says = match check.about.as_str() {
        "" => check.says.clone(),
        about => format!("{about}: {}", check.says),
    };
    let head = format!("{}  {}  ", check.outcome.as_str(), display_column(check.code, 12));
    let mut lines = wrap(&format!("{INDENT}{}", display_safe(&says)), COLS - INDENT.len(), "");
    for (at, line) in lines.iter_mut().enumerate() {
        *line = if at == 0 { format!("{head}{line}") } else { format!("{INDENT}{line}") };
    }
    let shown = check.list.iter().take(SHOWN);
    lines.extend(shown.map(|one| format!("{INDENT}  {}", display_safe(one))));
    if check.list.len() > SHOWN {
        lines.push(format!("{INDENT}  and {} more; --json has all", check.list.len() - SHOWN));
    }
    lines
}

fn advice(check: &Check) -> Vec<String> {
    let todo = wrap(&display_safe(&check.todo), COLS - INDENT.len() - 2, "");
    let sign = |at| if at == 0 { "> " } else { "  " };
    todo.iter().enumerate().map(|(at, line)| format!("{INDENT}{}{line}", sign(at))).collect()
}

fn verdict(sum: Sum) -> String {
    let made = sum.pass + sum.warn + sum.fail;
    let skipped = match sum.skipped {
        0 => String::new(),
        some => format!(" {} not made.", counted(some, "check was", "checks were")),
    };
    let warned = match sum.warn {
        0 => String::new(),
        some => format!(" {} to be looked at.", counted(some, "warning is", "warnings are")),
    };
    match sum.fail {
        0 if sum.skipped + sum.warn == 0 => format!("All {made} checks passed."),
        0 => format!("Nothing failed of {}.{warned}{skipped}", counted(made, "check", "checks")),
        some => format!("{some} of {} failed.{warned}{skipped}", counted(made, "check", "checks")),
    }
}
