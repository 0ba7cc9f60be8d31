//! Conversations and people as lists, a line each.

use super::super::prospect::{Way, adds};
use super::{COLS, NAME, TOLD};
use crate::cli::words::{count, counted, wrap};
use crate::cli::{display_safe, display_short};
use crate::plan::{Late, LatePerson};

/// How many people of one conversation.
const PEOPLE: usize = 5;

/// What is said of the conversations that go one way.
pub(super) const HEADINGS: &[(Way, &str)] = &[
    (Way::Rebuild, "Deleted and sent anew, every message under its author's own name:"),
    (Way::Members, "In import mode; what they wrote stays under another name:"),
    (Way::Open, "Open to people; what they wrote stays under another name:"),
    (Way::Plan, "Not begun; planned anew:"),
    (Way::Ending, "Left alone, for their completion was begun; `chatferry complete` looks:"),
    (Way::Gone, "Left alone, for their space is gone; see `chatferry retry --start-over`:"),
];

pub(super) fn listed(way: Way, heading: &str, late: &[&Late]) -> Vec<String> {
    if late.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), heading.to_owned()];
    for one in late.iter().take(TOLD) {
        let people: Vec<String> =
            one.people.iter().take(PEOPLE).map(|person| part(one, person, way)).collect();
        let rest = one.people.len().saturating_sub(PEOPLE);
        let rest =
            if rest > 0 { format!(" and {} more", count(rest as u64)) } else { String::new() };
        let line = format!("{}: {}{rest}", display_short(&one.lane.name, NAME), people.join(", "));
        lines.extend(wrap(&line, COLS - 2, "  ").into_iter().map(indented));
    }
    lines.extend(more(late.len(), TOLD));
    lines
}

/// Says somebody's part in a conversation.
fn part(late: &Late, one: &LatePerson, way: Way) -> String {
    let mut what = Vec::new();
    match way {
        Way::Members | Way::Open if adds(one, way) => {
            let is_present = one.joins.as_ref().is_some_and(|joins| joins.present);
            let what_of = match is_present {
                true if late.heir.as_ref() == Some(&one.slack) => {
                    "takes charge, and the admin leaves"
                }
                true => "becomes a member",
                false => "noted as having left",
            };
            what.push(what_of.to_owned());
        }
        Way::Open if one.joins.is_some() => what.push("had left, and is not added".to_owned()),
        _ => {}
    }
    if one.posts > 0 {
        what.push(counted(one.posts, "message", "messages"));
    }
    if one.reactions > 0 {
        what.push(counted(one.reactions, "reaction", "reactions"));
    }
    let name = display_short(&one.name, NAME);
    if what.is_empty() { name } else { format!("{name} ({})", what.join(", ")) }
}

pub(super) fn who(one: &LatePerson) -> String {
    match one.name.as_str() {
        name if name == one.slack.as_str() => name.to_owned(),
        name => format!("{} ({})", display_short(name, NAME), display_safe(one.slack.as_str())),
    }
}

pub(super) fn indented(line: impl std::fmt::Display) -> String {
    format!("  {line}")
}

pub(super) fn more(all: usize, shown: usize) -> Option<String> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(format!("  and {} more; --json tells all", count(more as u64)))
}
