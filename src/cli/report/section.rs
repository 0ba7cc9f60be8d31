//! The report's sections, each a few lines or none.

use super::headline::names;
use super::{COLS, ReportContext};
use crate::cli::deadline;
use crate::cli::losses::named_line;
use crate::cli::safe::display_short;
use crate::cli::words::{count, counted, shell, speaks, wrap};
use crate::convert::{LossAccount, Weights};
use crate::ids::Micros;
use crate::ledger::{Account, ItemKind, Named, Tally, Wedged};
use crate::send::{EXTERNAL_FORBIDDEN, STUCK};
use comfy_table::{CellAlignment, Table, presets};

/// The table of items by kind and state; each row sums up to the inventory.
pub(super) fn items(account: &Account) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["", "sent", "changed", "left out", "stuck", "lost", "owed", "= inventory"]);
    for (kind, tally) in &account.items {
        let mut row = vec![names(*kind).1.to_owned()];
        row.extend(
            cells(tally).map(|number| if number == 0 { "-".to_owned() } else { count(number) }),
        );
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut lines = vec![String::new()];
    lines.extend(table.lines().map(|line| line.trim_end().to_owned()));
    lines
}

const fn cells(tally: &Tally) -> [u64; 7] {
    [
        tally.sent,
        tally.transformed,
        tally.skipped,
        tally.wedged,
        tally.lost,
        tally.owed,
        tally.total(),
    ]
}

/// How many messages lose nothing, and how many how much.
pub(super) fn weights(sums: &LossAccount) -> Vec<String> {
    let Weights { none, cosmetic, content, whole } = sums.messages;
    if sums.messages.total() == 0 {
        return Vec::new();
    }
    let messages = counted(sums.messages.total(), "message", "messages");
    let [none, cosmetic, content] = [none, cosmetic, content].map(count);
    let whole = if whole > 0 { format!(", {} as a notice", count(whole)) } else { String::new() };
    let text = format!(
        "Of {messages}: {none} with no loss, {cosmetic} with a cosmetic one, {content} with a loss of content{whole}."
    );
    let mut lines = vec![String::new()];
    lines.extend(wrap(&text, COLS, ""));
    lines
}

/// The heaviest of a list of named counts, and how many more there are.
pub(super) fn named(title: &str, all: &[Named], room: usize, extra: &ReportContext) -> Vec<String> {
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("{title}:")];
    lines.extend(all.iter().take(room).map(|one| named_line(one, COLS)));
    if all.len() > room {
        let more = counted((all.len() - room) as u64, "more kind", "more kinds");
        let see = match (&extra.work, extra.command.as_str()) {
            (None, "rehearse") => "rehearse with --work DIR to see all".to_owned(),
            (None, _) => "chatferry status --losses".to_owned(),
            (Some(work), _) => format!("chatferry status --losses --work {}", shell(work)),
        };
        lines.push(format!("            and {more}: {see}"));
    }
    lines
}

/// Messages of authors without an account: of whom, how many, and who posts them.
pub(super) fn unmatched(account: &Account) -> Vec<String> {
    let all: Vec<String> = account
        .unmatched
        .iter()
        .map(|one| {
            let speaker = match one.speaker.as_str() {
                "skip" => "left out".to_owned(),
                other => format!("by {}", display_short(speaks(other), 36)),
            };
            format!("{} {} {speaker}", count(one.messages), one.class)
        })
        .collect();
    if all.is_empty() {
        return Vec::new();
    }
    let text = format!("Messages of authors without an account: {}.", all.join(", "));
    [vec![String::new()], wrap(&text, COLS, "")].concat()
}

/// What is stuck, each with the command that frees it.
pub(super) fn stuck(account: &Account, extra: &ReportContext, room: usize) -> Vec<String> {
    if account.wedged.is_empty() {
        return Vec::new();
    }
    let work =
        extra.work.as_ref().map(|work| format!(" --work {}", shell(work))).unwrap_or_default();
    let mut lines = vec![String::new(), "Stuck:".to_owned()];
    for wedged in account.wedged.iter().take(room) {
        lines.extend(wedged_lines(wedged, &work));
    }
    if account.wedged.len() > room {
        let more = counted((account.wedged.len() - room) as u64, "more reason", "more reasons");
        lines.push(format!("  and {more}: chatferry status --json{work}"));
    }
    lines
}

fn wedged_lines(wedged: &Wedged, work: &str) -> Vec<String> {
    let waiting = match wedged.waiting {
        0 => String::new(),
        more => format!(", {} behind", counted(more, "more waits", "more wait")),
    };
    let reason = display_short(&wedged.reason, 40);
    let calls = counted(wedged.steps, "call", "calls");
    let place = display_short(&wedged.place, 36);
    let example = format!("    such as step {} in {place}: {}", wedged.example, wedged.detail);
    let mut lines = vec![
        display_short(&format!("  {calls}{waiting}: {reason}"), COLS),
        display_short(&example, COLS),
    ];
    // Here trying again is not all that can be done.
    let advice = STUCK.iter().find(|(code, _)| *code == EXTERNAL_FORBIDDEN && *code == reason);
    lines.extend(advice.into_iter().flat_map(|(_, text)| wrap(text, COLS, "    ")));
    lines.push(format!("    chatferry retry --reason {}{work}", shell(&reason)));
    lines
}

/// Lanes by state, how many were read back, and when the next space expires.
pub(super) fn lanes(account: &Account, now: Micros) -> Vec<String> {
    let mut parts = Vec::new();
    if !account.lanes.is_empty() {
        let states: Vec<_> = account
            .lanes
            .iter()
            .map(|(state, lanes)| format!("{} {}", count(*lanes), in_words(state)))
            .collect();
        parts.push(format!("Conversations: {}.", states.join(", ")));
    }
    let (clean, read) = account.verified;
    if read > 0 {
        let aside = if account.wedged.is_empty() { "" } else { ", stuck calls aside" };
        parts.push(format!("Read back: {} of {} as planned{aside}.", count(clean), count(read)));
    }
    parts.extend(deadline::warning(account, now).or_else(|| deadline::next(account, now)));
    if parts.is_empty() {
        return parts;
    }
    let mut lines = vec![String::new()];
    lines.extend(wrap(&parts.join(" "), COLS, ""));
    lines
}

/// Conversations whose space is gone, and the command that makes a new one.
pub(super) fn gone(account: &Account, extra: &ReportContext, room: usize) -> Vec<String> {
    let work =
        extra.work.as_ref().map(|work| format!(" --work {}", shell(work))).unwrap_or_default();
    let mut lines = Vec::new();
    for gone in account.gone.iter().take(room) {
        let name = display_short(&gone.name, 36);
        lines.push(String::new());
        lines.push(format!("Google deleted or expired the space of {name}. A new one:"));
        let conversation = shell(&display_short(&gone.conversation, 36));
        lines.push(format!("    chatferry retry --start-over {conversation}{work}"));
    }
    if account.gone.len() > room {
        let more = counted((account.gone.len() - room) as u64, "more space", "more spaces");
        lines.push(format!("  and {more}: chatferry status --json{work}"));
    }
    lines
}

/// Names some of what could not be read.
pub(super) fn unreadable(account: &Account) -> Vec<String> {
    let all = account.items.get(&ItemKind::Record).map_or(0, Tally::total);
    let named: Vec<_> =
        account.unreadable.iter().take(3).map(|place| display_short(place, COLS / 2)).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let more = match all - named.len() as u64 {
        0 => String::new(),
        more => format!(" and {} more", count(more)),
    };
    wrap(&format!("Not readable: {}{more}.", named.join(", ")), COLS, "")
}

/// Returns a lane's state in words.
pub(in crate::cli) fn in_words(state: &str) -> &str {
    match state {
        "planned" => "not begun",
        "staged" => "ready to send",
        "open" => "being sent",
        "gone" => "without a space",
        "drained" => "sent, not read back",
        "verified" => "read back",
        "completed" => "completed without all members",
        "present" => "open to members",
        other => other,
    }
}

/// The spaces whose only owner is the admin, by name as far as they fit.
pub(super) fn admin_owned(account: &Account) -> Vec<String> {
    if account.admin_owned.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> =
        account.admin_owned.iter().take(4).map(|name| display_short(name, 24)).collect();
    let more = match account.admin_owned.len() - names.len() {
        0 => String::new(),
        more => format!(" and {} more", count(more as u64)),
    };
    let mut text =
        format!("Completed by the admin, for want of a mapped member: {}{more}.", names.join(", "));
    if account.admin_stays > 0 {
        let spaces = counted(account.admin_stays, "space", "spaces");
        text.push_str(&[
            " Nobody else was in charge yet of ",
            &spaces,
            " that the admin was to leave: `chatferry retry --reason admin_stays` and `complete` try again.",
        ].concat());
    }
    wrap(&text, COLS, "")
}

/// The next commands to type, each on a line of its own, to be copied.
pub(super) fn next(extra: &ReportContext) -> Vec<String> {
    let mut commands = extra.next.iter();
    let Some(first) = commands.next() else { return Vec::new() };
    let mut lines = vec![String::new(), format!("Next: {first}")];
    lines.extend(commands.take(3).map(|command| format!("      {command}")));
    lines
}
