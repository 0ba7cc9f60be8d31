//! The report's first line. Holes come first, whatever the command would like to say.

use super::ReportContext;
use crate::cli::Exit;
use crate::cli::exit::{owed_is_a_hole, unfinished_lanes};
use crate::cli::safe::display_short;
use crate::cli::words::counted;
use crate::ledger::{Account, ItemKind, Tally};

/// Returns the first line.
pub(super) fn headline(account: &Account, extra: &ReportContext) -> String {
    let claim = match extra.exit.unwrap_or_else(|| Exit::after(&extra.command, account)) {
        Exit::Done => extra.first_line.clone(),
        Exit::Stopped | Exit::TooMany => {
            format!("Stopped: {}.", holes(account, &extra.command).join(", "))
        }
        Exit::Refused => "Failed: the export holds no message at all.".to_owned(),
        _ => format!("Not finished: {}.", holes(account, &extra.command).join(", ")),
    };
    let bad = account.items.get(&ItemKind::Record).map_or(0, Tally::total);
    let bad = match bad {
        0 => String::new(),
        _ => format!(" {} of the export could not be read.", counted(bad, "record", "records")),
    };
    let remark = extra.remark.as_ref().map(|remark| format!(" {remark}")).unwrap_or_default();
    display_short(&format!("{claim}{bad}{remark}"), 320)
}

fn holes(account: &Account, command: &str) -> Vec<String> {
    let stuck: u64 = account.wedged.iter().map(|wedged| wedged.steps).sum();
    let items = account.items.values().map(|tally| tally.wedged).sum();
    let unlike = account.verified.1.saturating_sub(account.verified.0);
    let mut holes = Vec::new();
    if unlike > 0 {
        holes.push(format!(
            "{} not as planned",
            counted(unlike, "conversation is", "conversations are")
        ));
    }
    if stuck > 0 {
        holes.push(format!("{} stuck", counted(stuck, "call is", "calls are")));
    } else if items > 0 {
        holes.push(format!("{} stuck", counted(items, "item is", "items are")));
    }
    if !account.gone.is_empty() {
        let gone = counted(account.gone.len() as u64, "space is", "spaces are");
        holes.push(format!("{gone} gone"));
    }
    if account.notices > 0 {
        let notices = counted(account.notices, "notice stands", "notices stand");
        holes.push(format!("{notices} for messages that Google refused"));
    }
    for (kind, tally) in &account.items {
        if tally.owed > 0 && owed_is_a_hole(command, *kind) {
            let (one, many) = names(*kind);
            holes.push(format!("{} still owed", counted(tally.owed, one, many)));
        }
    }
    let lanes = unfinished_lanes(command, account);
    if lanes > 0 && holes.is_empty() {
        let (one, many) = ("conversation is", "conversations are");
        let yet = if command == "run" { "not yet sent" } else { "not yet open to its members" };
        holes.push(format!("{} {yet}", counted(lanes, one, many)));
    }
    if holes.is_empty() {
        holes.push("nothing is owed".to_owned());
    }
    holes
}

/// Returns what one and what many of a kind are called.
pub(in crate::cli) const fn names(kind: ItemKind) -> (&'static str, &'static str) {
    match kind {
        ItemKind::Message => ("message", "messages"),
        ItemKind::File => ("file", "files"),
        ItemKind::Reaction => ("reaction", "reactions"),
        ItemKind::Membership => ("membership", "memberships"),
        ItemKind::Record => ("bad record", "bad records"),
        ItemKind::Added => ("added line", "added lines"),
    }
}
