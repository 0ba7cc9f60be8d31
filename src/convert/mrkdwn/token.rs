//! `<…>`: mentions, channels, broadcasts, dates and links. Anything else is literal.

use super::{fixed_date, unescape};
use crate::convert::emoji;
use crate::convert::loss::{Loss, Losses};
use crate::convert::tree::Span;
use std::borrow::Cow;

/// Reads the token at the beginning of a text, and its length; none where it is just a `<`.
pub(super) fn read<'a>(text: &'a str, losses: &mut Losses) -> Option<(Span<'a>, usize)> {
    let inner = text.strip_prefix('<')?;
    // A token's first byte tells most literal `<` apart before anything is searched.
    let first = *inner.as_bytes().first()?;
    if !(first.is_ascii_alphabetic() || matches!(first, b'@' | b'#' | b'!')) {
        return None;
    }
    let end = inner.find(['<', '>'])?;
    if inner.as_bytes()[end] != b'>' {
        return None;
    }
    let (target, label) = match inner[..end].split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (&inner[..end], None),
    };
    let span = match first {
        b'@' => mention(&target[1..], label)?,
        b'#' => Span::Channel { id: id(&target[1..])?, label: label.map(unescape) },
        b'!' => command(&target[1..], label, losses)?,
        _ => link(target, label)?,
    };
    Some((span, end + 2))
}

fn id(text: &str) -> Option<Cow<'_, str>> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(Cow::Borrowed(text))
}

fn mention<'a>(target: &'a str, label: Option<&'a str>) -> Option<Span<'a>> {
    Some(Span::User { id: id(target)?, label: label.map(unescape) })
}

fn command<'a>(command: &'a str, label: Option<&'a str>, losses: &mut Losses) -> Option<Span<'a>> {
    match command {
        "here" | "channel" | "everyone" | "group" => {
            return Some(Span::Broadcast(Cow::Borrowed(command)));
        }
        _ => {}
    }
    if let Some(group) = command.strip_prefix("subteam^") {
        return Some(Span::Group { id: id(group)?, label: label.map(unescape) });
    }
    let Some(date) = command.strip_prefix("date^") else {
        let newer = command.bytes().all(|b| b.is_ascii_graphic());
        return label.filter(|_| newer).map(|label| Span::Text(unescape(label)));
    };
    let mut parts = date.splitn(3, '^');
    let (seconds, format, url) = (parts.next()?, parts.next().unwrap_or(""), parts.next());
    losses.add(Loss::DateFixed);
    let text = fixed_date(seconds, &unescape(format), &unescape(label.unwrap_or("")));
    Some(Span::Date { text: Cow::Owned(text), url: url.map(unescape) })
}

fn link<'a>(target: &'a str, label: Option<&'a str>) -> Option<Span<'a>> {
    has_scheme(target).then(|| Span::Link { url: unescape(target), label: label.map(shown) })
}

/// Reads a label: entities and standard emoji mean something in it.
fn shown(label: &str) -> Cow<'_, str> {
    if !label.contains(':') {
        return unescape(label);
    }
    let mut text = String::with_capacity(label.len());
    for inline in super::parse_unmarked(label, &mut Losses::default()) {
        match inline.span {
            Span::Text(words) => text.push_str(&words),
            Span::Emoji { name, .. } => match emoji::find(&name) {
                Some(emoji) => text.push_str(&emoji),
                None => text.extend([":", &*name, ":"]),
            },
            _ => {}
        }
    }
    Cow::Owned(text)
}

/// Tells whether a text begins as `scheme:` and goes on without a break.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-');
    scheme.len() <= 24 && scheme.bytes().all(known) && !rest.is_empty() && !rest.contains('\n')
}

/// Returns an address that Chat may open as a link: the web alone, and no export token in it.
pub(crate) fn link_target(url: &str) -> Option<Cow<'_, str>> {
    let web = |scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if !(web("https://") || web("http://")) || url.len() > 4_000 {
        return None;
    }
    // As good as every address is made of these alone.
    let safe = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'|' | b'`');
    let url = match url.split_once('?') {
        Some((page, query)) if query.contains("=xox") => page,
        _ => url,
    };
    if url.as_bytes().iter().all(safe) {
        return Some(Cow::Borrowed(url));
    }
    let unsafe_in_link =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '|' | '`');
    if !url.contains(unsafe_in_link) {
        return Some(Cow::Borrowed(url));
    }
    let mut safe = String::with_capacity(url.len() + 16);
    for c in url.chars() {
        match c {
            '<' => safe.push_str("%3C"),
            '>' => safe.push_str("%3E"),
            '|' => safe.push_str("%7C"),
            '`' => safe.push_str("%60"),
            c if unsafe_in_link(c) => safe.push_str("%20"),
            c => safe.push(c),
        }
    }
    Some(Cow::Owned(safe))
}
