//! An inventory as tables of at most a hundred columns, or as JSON. All names in it are Slack's
//! and are made safe here.

use crate::cli::safe::display_safe;
use crate::plan::Sums;
use crate::slack::inventory::Inventory;
use crate::slack::{ExportKind, Finding};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// No line is wider.
pub(super) const COLUMNS: u16 = 100;
/// How many rows a list of names may have.
const ROWS: usize = 20;

/// Returns the inventory as text for a terminal.
pub fn table(inventory: &Inventory, findings: &[Finding]) -> String {
    let mut text = headline(inventory);
    for part in [
        conversations(inventory),
        people(inventory),
        counted("messages by subtype", "messages", &inventory.content.messages.by_subtype),
        authors(inventory),
        threads(inventory),
        files(inventory),
        unreadable(inventory),
        oddities(inventory, findings),
    ] {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(&part);
        }
    }
    text
}

/// Returns the inventory as one JSON object.
pub fn json(inventory: &Inventory, findings: &[Finding], sums: Option<&Sums>) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        #[serde(flatten)]
        inventory: &'a Inventory,
        findings: &'a [Finding],
        #[serde(flatten)]
        sums: Option<&'a Sums>,
    }
    // Strings, numbers and maps with text keys: nothing in it can fail to be written.
    serde_json::to_string_pretty(&Whole { inventory, findings, sums }).unwrap_or_default()
}

fn headline(inventory: &Inventory) -> String {
    let kind = match inventory.kind {
        ExportKind::Standard => "standard Slack export (public channels)",
        ExportKind::Corporate => "Slack export of all kinds of conversations",
        ExportKind::SlackDump => "slackdump export",
    };
    let content = &inventory.content;
    let mut text = format!("{}\n{kind}", display_safe(&inventory.source));
    if let Some(team) = &inventory.team {
        text.push_str(", workspace ");
        text.push_str(&display_safe(team));
    }
    let day = |ts: crate::ids::SlackTs| {
        crate::ids::rfc3339(ts.micros()).chars().take(10).collect::<String>()
    };
    if let Some((first, last)) = content.first.zip(content.last) {
        // Writing to a String can't fail.
        let _ = write!(
            text,
            "\n{} messages from {} to {} (UTC)",
            grouped(content.messages.total),
            day(first),
            day(last)
        );
    } else {
        text.push_str("\nno messages at all");
    }
    text.push('\n');
    text
}

fn conversations(inventory: &Inventory) -> String {
    let rows = inventory.conversations.iter().map(|(kind, count)| {
        vec![named(kind), grouped(count.total), grouped(count.archived), grouped(count.empty)]
    });
    grid(&["conversations", "all", "archived", "without messages"], rows)
}

fn people(inventory: &Inventory) -> String {
    let users = &inventory.users;
    let rows = [
        ("humans", users.humans),
        ("guests", users.guests),
        ("bots", users.bots),
        ("deactivated (of these)", users.deleted),
        ("with an e-mail address", users.with_email),
        ("named in the export, listed nowhere", users.absent),
    ];
    grid(
        &["people", "users"],
        rows.into_iter().map(|(name, count)| vec![name.to_owned(), grouped(count)]),
    )
}

fn authors(inventory: &Inventory) -> String {
    let rows = &inventory.content.messages.by_author;
    let rows = rows.iter().map(|(author, count)| vec![named(author), grouped(*count)]);
    grid(&["messages by author", "messages"], rows)
}

fn threads(inventory: &Inventory) -> String {
    let (threads, reactions) = (inventory.content.threads, &inventory.content.reactions);
    let rows = [
        ("threads", threads.roots),
        ("replies", threads.replies),
        ("replies whose root is not here", threads.orphans),
        ("replies also sent to the channel", threads.broadcasts),
        ("reactions", reactions.uses),
        ("different emoji in reactions", reactions.names.len() as u64),
        ("reactions that Slack counts but doesn't name", reactions.unnamed),
        ("edited messages", inventory.content.messages.edited),
    ];
    grid(
        &["threads and reactions", "count"],
        rows.into_iter().map(|(name, count)| vec![name.to_owned(), grouped(count)]),
    )
}

fn files(inventory: &Inventory) -> String {
    let rows = inventory
        .content
        .files
        .iter()
        .map(|(mode, file)| vec![named(mode), grouped(file.count), grouped(file.bytes)]);
    grid(&["files", "count", "bytes"], rows)
}

fn unreadable(inventory: &Inventory) -> String {
    let bad = &inventory.content.unreadable;
    let rows = bad.listed.iter().take(ROWS).map(|(entry, index, reason)| {
        let place = index.map_or_else(|| "day file".to_owned(), |index| format!("record {index}"));
        vec![format!("{}, {place}", display_safe(entry)), display_safe(reason)]
    });
    let text = grid(&["could not be read", "why"], rows);
    let more = (bad.records + bad.days).saturating_sub(ROWS as u64);
    if more == 0 { text } else { format!("{text} and {} more\n", grouped(more)) }
}

fn oddities(inventory: &Inventory, findings: &[Finding]) -> String {
    let found = findings.iter().map(|finding| (finding.code, display_safe(&finding.text)));
    let odd = inventory.content.oddities.iter().map(|(code, odd)| {
        (
            code.as_str(),
            format!("{} ×, for example {}", grouped(odd.count), display_safe(&odd.example)),
        )
    });
    let rows = found.chain(odd).map(|(code, text)| vec![code.to_owned(), text]);
    grid(&["worth knowing", "what"], rows)
}

/// A table of names by count, the biggest first, with the rest in one row.
fn counted(title: &str, unit: &str, counts: &BTreeMap<String, u64>) -> String {
    let mut rows: Vec<(&String, &u64)> = counts.iter().collect();
    rows.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let rest: u64 = rows.iter().skip(ROWS).map(|(_, count)| **count).sum();
    let rest = (rest > 0).then(|| vec![format!("{} others", rows.len() - ROWS), grouped(rest)]);
    let rows =
        rows.iter().take(ROWS).map(|(name, count)| vec![display_safe(name), grouped(**count)]);
    grid(&[title, unit], rows.chain(rest))
}

/// A table without lines but under its header; empty without rows.
pub(super) fn grid(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(COLUMNS);
    let style = table.style_mut();
    (style.top_border, style.row_separator, style.bottom_border) = Default::default();
    table.set_header(header.to_vec()).add_rows(rows);
    if table.is_empty() {
        return String::new();
    }
    let numbers = header.iter().skip(1).all(|title| !matches!(*title, "why" | "what"));
    for column in table.column_iter_mut().skip(1).filter(|_| numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt() + "\n"
}

/// The name under which an enum's variant is written in JSON, with spaces.
fn named(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        _ => String::new(),
    }
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
