//! Two spaces for one conversation, as far as that can be told from outside.

use super::super::ids::Id;
use super::super::people::Who;
use super::super::world::{Kind, Space};
use super::{Finding, name, rules};
use std::collections::HashMap;

/// What tells a space from others.
#[derive(Debug)]
pub(super) struct Seen {
    id: Id,
    kind: Kind,
    name: Option<String>,
    created: i64,
    creator: Option<Who>,
    first: Option<(i64, Who, Box<str>)>,
    empty: bool,
}

impl Seen {
    pub(super) fn of(space: &Space) -> Self {
        let first = space.by_time.first_key_value();
        let first = first.and_then(|(_, at)| space.messages.get(*at as usize));
        Self {
            id: space.id,
            kind: space.kind,
            name: space.display_name.clone(),
            created: space.created,
            creator: space.creator,
            first: first.map(|first| (first.created, first.sender, first.text.clone())),
            empty: space.messages.is_empty() && space.past.is_empty() && space.importing,
        }
    }

    /// Both have one name; or the names differ by a number, and nothing else says that two were
    /// meant: one of them stayed empty, or both begin with the same message.
    fn doubles(&self, other: &Self) -> bool {
        let alike = self.created == other.created
            && self.kind == other.kind
            && self.creator == other.creator;
        let told = |seen: &Self| seen.name.is_some() && seen.empty;
        let begins = self.first.is_some() && self.first == other.first;
        let same = self.name.is_some() && self.name == other.name;
        alike && (same || begins || told(self) || told(other))
    }
}

/// A name without the number that sets it apart from others: `general (2)`.
fn base(name: &str) -> &str {
    let numbered = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match numbered {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => base,
        _ => name,
    }
}

pub(super) fn check(seen: &[Seen], all: &mut Vec<Finding>) {
    let mut alike: HashMap<_, Vec<&Seen>> = HashMap::new();
    for space in seen {
        let first = space.first.as_ref().filter(|_| space.name.is_none());
        let key = (space.name.as_deref().map(base), space.created, first);
        // Group chats without a message can't be told apart.
        if space.name.is_some() || first.is_some() {
            alike.entry(key).or_default().push(space);
        }
    }
    for group in alike.values_mut() {
        // Of two, the one that stayed empty is the double.
        group.sort_by_key(|space| (space.empty, space.id));
        for (at, space) in group.iter().enumerate() {
            if let Some(first) = group[..at].iter().find(|first| first.doubles(space)) {
                all.push(rules::DUPLICATE_SPACE.broken(&name(space.id), name(first.id)));
            }
        }
    }
    all.sort_by(|a, b| (a.rule, &a.space, &a.place).cmp(&(b.rule, &b.space, &b.place)));
}
