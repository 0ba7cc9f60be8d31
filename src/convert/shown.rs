//! Names as others may read them: without e-mail addresses, which are not ours to show.

use std::borrow::Cow;
use std::ops::Range;

/// What may stand around an address, and goes with it.
const AROUND: &[char] =
    &['(', ')', '<', '>', '[', ']', '{', '}', ',', ';', ':', '|', '/', '-', '–', '—'];

/// Returns a name without the e-mail addresses in it. Of one that is nothing but an address, what
/// stands before the @ stays: who never chose a name may be called by the address.
pub fn without_address(name: &str) -> Cow<'_, str> {
    let Some(first) = address(name, 0) else { return Cow::Borrowed(name) };
    let local = name[first.clone()].split('@').next().unwrap_or_default().to_owned();
    let (mut rest, mut from, mut next) = (String::new(), 0, Some(first));
    while let Some(found) = next {
        let before = name[from..found.start].trim_end();
        rest.push_str(before.strip_suffix("mailto:").unwrap_or(before).trim_end_matches(opens));
        rest.push(' ');
        from = found.end + name[found.end..].chars().take_while(|c| closes(*c)).count();
        next = address(name, from);
    }
    rest.push_str(&name[from..]);
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c));
    Cow::Owned(if rest.is_empty() { local } else { rest.to_owned() })
}

fn opens(c: char) -> bool {
    matches!(c, '(' | '<' | '[' | '{') || c.is_whitespace()
}

const fn closes(c: char) -> bool {
    matches!(c, ')' | '>' | ']' | '}' | '.')
}

/// Finds the first thing behind a place that looks like an address: words, an @, and a domain with
/// a dot in it.
fn address(name: &str, from: usize) -> Option<Range<usize>> {
    let mut ats = name[from..].match_indices('@').map(|(at, _)| from + at);
    ats.find_map(|at| around(name, from, at))
}

fn around(name: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let length = |c: char| c.len_utf8();
    let local = &name[from..at];
    let start = at - local.chars().rev().take_while(|c| is_local(*c)).map(length).sum::<usize>();
    let domain = &name[at + 1..];
    let end: usize = domain.chars().take_while(|c| is_domain(*c)).map(length).sum();
    let domain = domain[..end].trim_end_matches(['.', '-']);
    let (host, top) = domain.rsplit_once('.')?;
    (start < at && !host.is_empty() && !top.is_empty()).then_some(start..at + 1 + domain.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn c9_an_address_in_a_name_is_not_shown_wherever_it_stands() {
        for (name, shown) in [
            ("hidden@example.com", "hidden"),
            ("Hidden (hidden@example.com)", "Hidden"),
            ("Zoe zoe@elsewhere.org", "Zoe"),
            ("Zed<zed@other.org>", "Zed"),
            ("\"Bo\" <mailto:bo@x.example>, Sales", "\"Bo\" , Sales"),
            ("a@x.example b@y.example", "a"),
            ("Ann – ann.lee+work@mail.x.example.", "Ann"),
            ("(x@y.example)", "x"),
            ("jörg@müller.example", "jörg"),
        ] {
            assert_eq!(without_address(name), shown, "{name}");
        }
        for plain in ["Ana", "Max @ Acme.com", "a@b", "@ana", "ana@", "", "A. (Ops)", "me@.x"] {
            assert_eq!(without_address(plain), plain);
        }
    }

    proptest! {
        #[test]
        fn c9_whatever_surrounds_an_address_it_goes(before in any::<String>(), after in any::<String>()) {
            let shown = without_address(&format!("{before} zed@other.example {after}")).into_owned();
            prop_assert!(!shown.contains("zed@other.example"), "{}", shown);
            prop_assert_eq!(without_address(&shown).into_owned(), shown);
        }
    }
}
