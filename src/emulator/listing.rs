//! messages.list: the one way to read back with `chat.import`.

use super::coverage::Point;
use super::ids::Id;
use super::message_view as show;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::shared::{Turn, json};
use super::time::{self, Micros};
use super::world::{Message, Space};
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};

const PAGE: usize = 25;
const PAGE_MAX: usize = 1000;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<show::View<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// Which thread a filter asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
enum Thread {
    #[default]
    Any,
    One(Id),
    /// One that isn't there: nothing matches.
    Unknown,
}

impl Thread {
    fn has(self, message: &Message) -> bool {
        match self {
            Self::Any => true,
            Self::One(id) => message.thread == id,
            Self::Unknown => false,
        }
    }
}

/// What a filter asks for; times are exclusive.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
struct Filter {
    after: Option<Micros>,
    before: Option<Micros>,
    thread: Thread,
}

/// messages.list.
pub(super) fn list(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let room = turn.room()?;
    let space = turn.look(&room)?;
    space.listed_to(who, turn)?;
    if !space.importing {
        if !turn.may(&["chat.messages", "chat.messages.readonly"]) {
            return Err(Refusal::forbidden(
                Point::ImportOver,
                "The scope chat.import works on spaces in import mode only.",
            ));
        }
        if !space.present.contains_key(&who) {
            return Err(Refusal::forbidden(
                Point::Outsider,
                "The caller is not a member of the space.",
            ));
        }
    }
    let (filter, descending) = (filter(turn, &space)?, descending(turn)?);
    let size = page_size(turn, PAGE, PAGE_MAX)?;
    let from = turn
        .query
        .get("pageToken")
        .map(|token| position(token, &filter, descending))
        .transpose()?;
    let low = bound(filter.after.or(Some(Micros::MIN)), from.filter(|_| !descending), Micros::max);
    let high = bound(filter.before.or(Some(Micros::MAX)), from.filter(|_| descending), Micros::min);
    let mut found = Vec::with_capacity(size.min(space.messages.len()));
    let wanted = |message: &&Message| {
        (turn.query.flag("showDeleted") || !message.deleted) && filter.thread.has(message)
    };
    if low < high {
        let range =
            space.by_time.range((std::ops::Bound::Excluded(low), std::ops::Bound::Excluded(high)));
        let messages = range.map(|(_, at)| &space.messages[*at as usize]);
        if descending {
            found.extend(messages.rev().filter(wanted).take(size + 1));
        } else {
            found.extend(messages.filter(wanted).take(size + 1));
        }
    }
    Ok(page(turn, &space, found, size, &filter))
}

impl Space {
    /// Refuses all but the creator where a list of an import space is theirs alone.
    pub(super) fn listed_to(&self, who: Who, turn: &Turn<'_>) -> Outcome<()> {
        if self.importing && turn.dialects().listed_to_creator && self.creator != Some(who) {
            return Err(Refusal::forbidden(Point::Creator, "The caller does not have permission"));
        }
        Ok(())
    }
}

fn page(
    turn: &Turn<'_>,
    space: &Space,
    mut found: Vec<&Message>,
    size: usize,
    filter: &Filter,
) -> Vec<u8> {
    let more = found.len() > size;
    found.truncate(size);
    let descending = descending(turn).unwrap_or(false);
    let last = found.last().filter(|_| more).map(|message| message.created);
    let people = turn.shared.people();
    let shown =
        |message: &&'_ Message| turn.dialects().listed_client_ids || message.client_id.is_none();
    let view = |message| {
        let full = show::view(&people, space, message);
        if shown(&message) { full } else { full.without_client_id() }
    };
    json(&View {
        messages: found.into_iter().map(view).collect(),
        next_page_token: last.map(|at| format!("{at:x}-{:x}", stamp(filter, descending))),
    })
}

fn bound(
    filter: Option<Micros>,
    from: Option<Micros>,
    tighter: fn(Micros, Micros) -> Micros,
) -> Micros {
    match (filter, from) {
        (Some(filter), Some(from)) => tighter(filter, from),
        (filter, from) => filter.or(from).unwrap_or_default(),
    }
}

/// A page token belongs to one filter and order.
fn stamp(filter: &Filter, descending: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    (filter, descending).hash(&mut hasher);
    hasher.finish()
}

fn position(token: &str, filter: &Filter, descending: bool) -> Outcome<Micros> {
    let parts = token
        .split_once('-')
        .filter(|(_, mark)| *mark == format!("{:x}", stamp(filter, descending)));
    let at = parts.and_then(|(at, _)| Micros::from_str_radix(at, 16).ok());
    at.ok_or_else(|| {
        Refusal::invalid(
            Point::PageToken,
            "The page token is invalid, or belongs to another request.",
        )
    })
}

/// Reads a page size: too much is cut, negative is refused, zero is the default.
pub(super) fn page_size(turn: &Turn<'_>, default: usize, most: usize) -> Outcome<usize> {
    match turn.query.get("pageSize").and_then(|size| size.parse::<i64>().ok()) {
        Some(size) if size < 0 => {
            Err(Refusal::invalid(Point::PageSize, "page_size must not be negative."))
        }
        Some(size) if size > 0 => Ok((size as usize).min(most)),
        _ => Ok(default),
    }
}

fn descending(turn: &Turn<'_>) -> Outcome<bool> {
    let order = turn.query.get("orderBy").unwrap_or("ASC").to_ascii_uppercase();
    match order.rsplit(' ').next() {
        Some("ASC") => Ok(false),
        Some("DESC") => Ok(true),
        _ => Err(Refusal::invalid(Point::Order, "order_by must be ASC or DESC.")),
    }
}

fn filter(turn: &Turn<'_>, space: &Space) -> Outcome<Filter> {
    let mut filter = Filter::default();
    let Some(text) = turn.query.get("filter") else {
        return Ok(filter);
    };
    for term in text.split(" AND ").map(str::trim) {
        term_of(term, space, &mut filter).ok_or_else(|| {
            Refusal::invalid(
                Point::Filter,
                format!("Invalid filter: {}", term.chars().take(80).collect::<String>()),
            )
        })?;
    }
    Ok(filter)
}

fn term_of(term: &str, space: &Space, filter: &mut Filter) -> Option<()> {
    if let Some(rest) = term.strip_prefix("create_time").or_else(|| term.strip_prefix("createTime"))
    {
        let rest = rest.trim_start();
        let (sign, value) = rest.split_at_checked(1)?;
        let at = time::parse(value.trim().strip_prefix('"')?.strip_suffix('"')?)?;
        match sign {
            ">" => filter.after = Some(filter.after.map_or(at, |old| old.max(at))),
            "<" => filter.before = Some(filter.before.map_or(at, |old| old.min(at))),
            _ => return None,
        }
        return Some(());
    }
    let name = term.strip_prefix("thread.name")?.trim_start().strip_prefix('=')?.trim();
    filter.thread = space.thread_named(name.trim_matches('"')).map_or(Thread::Unknown, Thread::One);
    Some(())
}
