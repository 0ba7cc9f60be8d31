//! `doctor --scopes`: which feature needs which scope, and the line to paste. Asks nobody.

use crate::chat::{Caller, Chosen, NEEDS, Need, console_link, to_delegate};
use crate::cli::args::Common;
use crate::cli::words::wrap;
use crate::cli::{json_line, print};
use serde_json::{Value, json as object};

const COLS: usize = 100;
const INDENT: &str = "     ";

/// Prints the table, or one line of JSON for each feature and one with what to paste.
pub(super) fn show(common: &Common, chosen: Chosen, client_id: &str) -> anyhow::Result<()> {
    let paste = to_delegate(chosen).join(",");
    let link = console_link(client_id, &to_delegate(chosen));
    if common.json {
        let last =
            object!({ "event": "scopes", "paste": paste, "client_id": client_id, "link": link });
        let lines = NEEDS.iter().map(|need| feature(need, chosen)).chain([last]);
        return print(&lines.map(|line| json_line(&line) + "\n").collect::<String>());
    }
    let mut lines = Vec::new();
    for need in NEEDS {
        let now = if need.is_wanted(chosen) { "now " } else { "no  " };
        lines.push(format!("{now} {} ({})", need.scopes.short(), caller(need.caller)));
        let why = format!("{INDENT}{}: {}", need.when, need.what);
        lines.extend(wrap(&why, COLS, INDENT).into_iter().map(|line| indented(&line)));
    }
    lines.push(String::new());
    lines.push("To enter in the Admin console, Domain-wide delegation:".to_owned());
    lines.push(paste);
    if let Some(link) = link {
        lines.push(String::new());
        lines.push(
            "Or open this as a super admin; it replaces what this client ID was granted before:"
                .to_owned(),
        );
        lines.push(link);
    }
    print(&(lines.join("\n") + "\n"))
}

fn indented(line: &str) -> String {
    format!("{INDENT}{}", line.trim_start())
}

fn feature(need: &Need, chosen: Chosen) -> Value {
    object!({
        "event": "feature",
        "feature": need.feature,
        "scopes": need.scopes.urls(),
        "as": caller(need.caller),
        "delegated": need.is_delegated(),
        "what": need.what,
        "when": need.when,
        "needed": need.is_wanted(chosen),
    })
}

const fn caller(caller: Caller) -> &'static str {
    match caller {
        Caller::People => "as each person, delegated",
        Caller::Admin => "as the admin, delegated",
        Caller::App => "as the app itself, nothing to enter",
    }
}
