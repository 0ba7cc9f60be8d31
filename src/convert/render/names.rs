//! What a span is called where it can't be itself.

use crate::convert::emoji;
use crate::convert::roster::{Roster, one_line};
use crate::convert::shown::without_address;
use crate::convert::tree::Span;
use std::borrow::Cow;

/// Returns a person's name with `@`: the roster's, else the message's own word, else the id.
pub(super) fn user(roster: &Roster, id: &str, label: Option<&str>) -> String {
    let known = roster.person(id).map(|known| known.name.as_str());
    let slackbot = (id == "USLACKBOT").then_some("Slackbot");
    // Whom no export lists may be called by the address.
    let label = label.map(|label| without_address(label.strip_prefix('@').unwrap_or(label)));
    let known = known.filter(|name| !name.is_empty());
    at(known.or(label.as_deref()).or(slackbot).unwrap_or(id))
}

/// Returns a user group's handle with `@`.
pub(super) fn group(roster: &Roster, id: &str, label: Option<&str>) -> String {
    at(roster.usergroups.get(id).map(String::as_str).or(label).unwrap_or(id))
}

/// Returns a conversation's name with `#`.
pub(super) fn channel(roster: &Roster, id: &str, label: Option<&str>) -> String {
    let name = roster.channel(id).or(label).unwrap_or("private-channel");
    format!("#{}", one_line(name.strip_prefix('#').unwrap_or(name)))
}

/// Returns an emoji, or its `:name:`.
pub(super) fn emoji<'a>(name: &'a str, unicode: Option<&'a str>) -> (Cow<'a, str>, bool) {
    match unicode.map(Cow::Borrowed).or_else(|| emoji::find(name)) {
        Some(text) => (text, true),
        None => (Cow::Owned(format!(":{}:", one_line(name))), false),
    }
}

/// Returns the words that a span shows where it can be nothing but words.
pub(crate) fn words<'a>(span: &'a Span<'a>, roster: &Roster) -> Cow<'a, str> {
    match span {
        Span::Text(text) | Span::Date { text, .. } => Cow::Borrowed(text),
        Span::Link { url, label } => Cow::Borrowed(label.as_ref().unwrap_or(url)),
        Span::User { id, label } => Cow::Owned(user(roster, id, label.as_deref())),
        Span::Channel { id, label } => Cow::Owned(channel(roster, id, label.as_deref())),
        Span::Group { id, label } => Cow::Owned(group(roster, id, label.as_deref())),
        Span::Broadcast(range) => Cow::Owned(at(range)),
        Span::Emoji { name, unicode } => emoji(name, unicode.as_deref()).0,
        Span::Byline(name) => Cow::Borrowed(name),
    }
}

/// Puts one `@` in front of a name.
pub(super) fn at(name: &str) -> String {
    format!("@{}", one_line(name.strip_prefix('@').unwrap_or(name)))
}
