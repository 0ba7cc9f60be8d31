//! What completion would do, on one screen or as one line of JSON.

use crate::cli::deadline::short;
use crate::cli::safe::display_column;
use crate::cli::words::{count, counted, span};
use crate::cli::{display_short, json_line};
use crate::ids::{Micros, rfc3339};
use crate::ledger::{Lane, LaneState};
use crate::send::{Held, Outlook};
use std::time::Duration;

/// How many lanes are shown.
const ROWS: usize = 20;
/// How many of those that are held back.
const HELD: usize = 10;
/// The room for a name.
const NAME: usize = 30;

/// Says it; `rate` is how many members a second may be added.
pub(super) fn text(outlook: &Outlook, now: Micros, rate: f64) -> String {
    let mut lines = due(&outlook.due, now);
    lines.extend(sums(&outlook.due, rate));
    lines.extend(held(&outlook.held));
    if outlook.open > 0 {
        lines.push(format!("Open already: {}.", conversations(outlook.open)));
    }
    if outlook.later > 0 {
        lines.push(format!("Left for later: {}.", conversations(outlook.later)));
    }
    lines.join("\n") + "\n"
}

fn due(lanes: &[Lane], now: Micros) -> Vec<String> {
    if lanes.is_empty() {
        return vec!["Nothing can be completed now.".to_owned()];
    }
    let mut lines =
        vec!["To be opened to their members, which can't be undone:".to_owned(), String::new()];
    let head = display_column("conversation", NAME);
    lines.push(format!("  {head}  {:<8}  {:>9}  {:>7}  days left", "kind", "messages", "members"));
    lines.extend(lanes.iter().take(ROWS).map(|lane| row(lane, now)));
    if lanes.len() > ROWS {
        let more = count((lanes.len() - ROWS) as u64);
        lines.push(format!("  and {more} more: --dry-run --json lists them all"));
    }
    lines.push(String::new());
    lines
}

fn row(lane: &Lane, now: Micros) -> String {
    let (name, kind) = (display_column(&lane.name, NAME), display_column(&lane.kind, 8));
    let (messages, members) = (count(lane.planned.posts), count(members(lane)));
    let left = lane.expires.map(|expires| short(expires, now)).unwrap_or_default();
    let beside = match () {
        () if lane.heir.is_some() => "open, members are missing, the admin leaves".to_owned(),
        () if lane.state == LaneState::Completed => "open, members are missing".to_owned(),
        () if lane.admin_owned => {
            format!("{left}, the admin owns it").trim_matches([',', ' ']).to_owned()
        }
        () if lane.group.is_some() => {
            format!("{left}, and a group").trim_matches([',', ' ']).to_owned()
        }
        () => left,
    };
    format!("  {name}  {kind}  {messages:>9}  {members:>7}  {beside}").trim_end().to_owned()
}

/// Whoever completes a space is its first member; the others are added.
const fn members(lane: &Lane) -> u64 {
    lane.present + if lane.admin_owned { 0 } else { 1 }
}

fn sums(lanes: &[Lane], rate: f64) -> Option<String> {
    if lanes.is_empty() {
        return None;
    }
    let messages = lanes.iter().map(|lane| lane.planned.posts).sum();
    let added: u64 = lanes.iter().map(|lane| lane.present).sum();
    let time = Duration::from_secs((added as f64 / rate).ceil() as u64);
    Some(format!(
        "{} with {}; {} to be added, which takes {} at least.",
        conversations(lanes.len() as u64),
        counted(messages, "message", "messages"),
        counted(added, "member", "members"),
        span(time)
    ))
}

fn held(lanes: &[(Lane, Held)]) -> Vec<String> {
    if lanes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "Held back:".to_owned()];
    for (lane, why) in lanes.iter().take(HELD) {
        lines.push(format!("  {}: {}", display_short(&lane.name, NAME), why.words()));
    }
    if lanes.len() > HELD {
        lines.push(format!("  and {} more", count((lanes.len() - HELD) as u64)));
    }
    lines.push(String::new());
    lines
}

fn conversations(number: u64) -> String {
    counted(number, "conversation", "conversations")
}

/// Says it for machines: every lane, and who will see them, in one line.
pub(super) fn json(outlook: &Outlook, now: Micros, access: &serde_json::Value) -> String {
    let due = |lane: &Lane| {
        serde_json::json!({
            "conversation": lane.slack.as_str(),
            "name": lane.name,
            "kind": lane.kind,
            "space": lane.space,
            "messages": lane.planned.posts,
            "members": members(lane),
            "group": lane.group,
            "owner": lane.completer.as_ref().map(ToString::to_string),
            "admin_owned": lane.admin_owned,
            "admin_leaves": lane.heir.is_some(),
            "completed": lane.state == LaneState::Completed,
            "expires": lane.expires.map(rfc3339),
            "seconds_left": lane.expires.map(|end| end.saturating_sub(now).div_euclid(1_000_000)),
        })
    };
    let held = |(lane, why): &(Lane, Held)| {
        serde_json::json!({
            "conversation": lane.slack.as_str(),
            "name": lane.name,
            "code": why.code(),
            "why": why.words(),
        })
    };
    json_line(&serde_json::json!({
        "event": "outlook",
        "due": outlook.due.iter().map(due).collect::<Vec<_>>(),
        "held": outlook.held.iter().map(held).collect::<Vec<_>>(),
        "open": outlook.open,
        "later": outlook.later,
        "access": access,
    }))
}
