//! Links to messages of Slack's in a text in Chat's markup: found, counted, pointed elsewhere.

use super::JOINER;
use crate::ids::Permalink;
use std::ops::Range;

/// The loss of a link that still points to Slack.
pub const LINK_KEPT: &str = "link_kept";
/// What stands between a workspace's name and a conversation's id.
const ARCHIVES: &str = ".slack.com/archives/";
const SCHEME: &str = "https://";
const FENCE: &str = "```";

/// A permalink in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLink {
    /// Where its address stands.
    pub range: Range<usize>,
    /// What it points to.
    pub to: Permalink,
    /// It is the label of the link before it, which shows its own address.
    pub is_label: bool,
}

/// Finds the links to messages of Slack's, but for those in code.
pub fn permalinks(text: &str) -> Vec<FoundLink> {
    // Hardly any message has one, and a single byte is found sooner.
    if !text.as_bytes().contains(&b'/') || !text.contains(ARCHIVES) {
        return Vec::new();
    }
    let code = code(text);
    let mut found: Vec<FoundLink> = Vec::new();
    for (at, _) in text.match_indices(ARCHIVES) {
        let Some((range, to)) = address(text, at) else { continue };
        if code.iter().any(|code| code.contains(&range.start)) {
            continue;
        }
        match labelled(text, range.start) {
            None => found.push(FoundLink { range, to, is_label: false }),
            // A label that shows another address than it leads to is left alone.
            Some(leads_to) => {
                let own = found.last().is_some_and(|it| it.range.start == leads_to && it.to == to);
                if own {
                    found.push(FoundLink { range, to, is_label: true });
                }
            }
        }
    }
    found
}

/// Counts the links to messages of Slack's.
pub fn count_permalinks(text: &str) -> u32 {
    permalinks(text).iter().filter(|link| !link.is_label).count() as u32
}

/// Returns a text whose links to messages of Slack's lead to the addresses that `to` knows, and how
/// many links stay.
pub fn relink(text: &str, mut to: impl FnMut(&Permalink) -> Option<String>) -> (String, u32) {
    let (mut out, mut at, mut kept) = (String::with_capacity(text.len()), 0, 0);
    let mut address = None;
    for link in permalinks(text) {
        if !link.is_label {
            address = to(&link.to);
            kept += u32::from(address.is_none());
        }
        if let Some(address) = &address {
            out.extend([&text[at..link.range.start], address]);
            at = link.range.end;
        }
    }
    out.push_str(&text[at..]);
    (out, kept)
}

/// Tells whether a text is `from` with some of its links led elsewhere, to what `is_address` takes
/// for an address.
pub fn is_relinked(text: &str, from: &str, is_address: impl Fn(&str) -> bool) -> bool {
    let (mut rest, mut at) = (text, 0);
    let links = permalinks(from);
    for (index, link) in links.iter().enumerate() {
        let Some(linked) = rest.strip_prefix(&from[at..link.range.start]) else { return false };
        at = link.range.end;
        let until = links.get(index + 1).map_or(from.len(), |next| next.range.start);
        let next = &from[at..until];
        let old = &from[link.range.clone()];
        let is_link = |text: &str| text == old || is_address(text);
        // The longest that will do: of an address half of it looks like one too.
        let ends = linked.match_indices(next).map(|(end, _)| end);
        let Some(end) = ends.filter(|end| is_link(&linked[..*end])).last() else { return false };
        rest = &linked[end..];
    }
    rest == &from[at..]
}

/// Reads the address around `.slack.com/archives/`.
fn address(text: &str, at: usize) -> Option<(Range<usize>, Permalink)> {
    let start = text[..at].rfind(SCHEME)?;
    let host = &text[start + SCHEME.len()..at];
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if host.is_empty() || !host.chars().all(is_host) {
        return None;
    }
    let after = at + ARCHIVES.len();
    let (to, len) = Permalink::read(&text[after..])?;
    let end = after + len;
    Some((start..end + query(&text[end..]), to))
}

/// Returns how long a permalink's query is: `?thread_ts=1614852900.000200&cid=C1`.
fn query(text: &str) -> usize {
    let Some(query) = text.strip_prefix('?') else { return 0 };
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.=&%-".contains(c);
    let len = query.find(|c| !is_part(c)).unwrap_or(query.len());
    // What ends a sentence or a stretch of italics is no part of it.
    match query[..len].trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len() {
        0 => 0,
        len => len + 1,
    }
}

/// Returns where the address begins of the link in whose label a place is.
fn labelled(text: &str, at: usize) -> Option<usize> {
    let open = text[..at].rfind('<')?;
    let inside = &text[open + 1..at];
    (inside.starts_with("http") && inside.contains('|') && !inside.contains(['>', '\n']))
        .then_some(open + 1)
}

/// Returns the stretches of code: nothing in them is a link.
fn code(text: &str) -> Vec<Range<usize>> {
    let (mut code, mut in_fence, mut at) = (Vec::new(), false, 0);
    for line in text.split('\n') {
        if line.strip_prefix("> ").unwrap_or(line) == FENCE {
            in_fence = !in_fence;
        } else if in_fence {
            code.push(at..at + line.len());
        } else {
            let ticks: Vec<usize> = ticks(line).map(|tick| at + tick).collect();
            code.extend(ticks.chunks_exact(2).map(|pair| pair[0]..pair[1]));
        }
        at += line.len() + 1;
    }
    code
}

/// Returns the backticks of a line, but for those that a joiner keeps literal.
fn ticks(line: &str) -> impl Iterator<Item = usize> {
    line.match_indices('`')
        .map(|(at, _)| at)
        .filter(move |at| !line[..*at].ends_with(JOINER) && !line[at + 1..].starts_with(JOINER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        permalinks(text).into_iter().map(|link| &text[link.range]).collect()
    }

    const ONE: &str = "https://acme.slack.com/archives/C1/p1614852900000200";

    #[test]
    fn a_permalink_ends_where_it_ends() {
        let reply = format!("{ONE}?thread_ts=1614852800.000100&cid=C1");
        for link in [ONE, &reply, "https://a-b.enterprise.slack.com/archives/G9/p1614852900000200"]
        {
            for text in [
                format!("see {link}."),
                format!("_{link}_"),
                format!("<{link}|the plan>"),
                format!("({link}), and"),
                format!("{link}\nnext"),
                format!("> {link}?"),
            ] {
                assert_eq!(found(&text), [link], "{text}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "https://acme.slack.com/archives/C1",
            "https://slack.com/archives/C1/p1614852900000200",
            "https://acme.slack.com.evil.example/archives/C1/p1614852900000200",
            "http://acme.slack.com/archives/C1/p1614852900000200",
            "https://evil.example/x.slack.com/archives/C1/p1614852900000200",
            "https://acme.slack.com/archives/C1/p161485290",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(found(&format!("`{ONE}` and\n```\n{ONE}\n```\nit")), Vec::<&str>::new());
        let literal = format!("\u{2060}`\u{2060}{ONE} \u{2060}`\u{2060}");
        assert_eq!(found(&literal), [ONE], "a literal backtick makes no code");
    }

    #[test]
    fn links_lead_elsewhere_and_the_text_is_known_again() {
        let other = ONE.replace("C1", "C2");
        let text = format!("<{ONE}|{ONE}>s, {other}: <{ONE}|plan> `{ONE}`");
        let to = |link: &Permalink| {
            (link.conversation.as_str() == "C1").then(|| "https://chat/1".to_owned())
        };
        let (new, kept) = relink(&text, to);
        let led =
            format!("<https://chat/1|https://chat/1>s, {other}: <https://chat/1|plan> `{ONE}`");
        assert_eq!((new.as_str(), kept), (led.as_str(), 1));
        let is_address = |text: &str| text == "https://chat/1";
        assert!(is_relinked(&new, &text, is_address));
        assert!(is_relinked(&text, &text, is_address));
        for wrong in [new.replace("plan", "plot"), format!("{new}."), new.replace("/1|p", "/2|p")] {
            assert!(!is_relinked(&wrong, &text, is_address), "{wrong}");
        }
        let begins = |text: &str| text.starts_with("https://chat/");
        assert!(is_relinked("https://chat/123", ONE, begins));
        assert!(is_relinked("https://chat/1 https://chat/1", &format!("{ONE} {ONE}"), is_address));
    }

    #[test]
    fn a_label_that_shows_the_address_counts_with_it_and_another_not_at_all() {
        let own = format!("<{ONE}|{ONE}>s");
        let links = permalinks(&own);
        assert_eq!(links.iter().map(|link| link.is_label).collect::<Vec<_>>(), [false, true]);
        assert_eq!(count_permalinks(&own), 1);
        assert_eq!(count_permalinks(&format!("<https://evil.example/|{ONE}>")), 0);
        assert_eq!(count_permalinks(&format!("<{ONE}|a> <{ONE}|b> {ONE}")), 3);
    }
}
