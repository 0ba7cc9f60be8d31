//! The author's name in front of a text that somebody else posts. Conversion and sending share it,
//! so that both give the same bytes.

/// The word joiner: invisible, without width, no space and no letter. Next to a character that
/// Chat would take for markup it keeps that character literal.
pub const JOINER: char = '\u{2060}';

/// Tells whether a character alone may be one of Chat's marks.
pub const fn is_sign(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '`')
}

/// Returns a name in Chat's markup: bold, and literal whatever is in it. Where the name begins or
/// ends with what looks like a mark, bold would not show, and is left out.
pub fn byline(name: &str, colon: bool) -> String {
    let literal = literal(name) + if colon { ":" } else { "" };
    let edge = |c: Option<char>| c.is_none_or(|c| is_sign(c) || c == JOINER || c.is_whitespace());
    if edge(literal.chars().next()) || edge(literal.chars().next_back()) {
        return literal;
    }
    format!("*{literal}*")
}

/// Puts a byline in front of a text in Chat's markup: on a line of its own where the text begins
/// with a list, a quote or code, which must stand at a line's start.
pub fn in_front(byline: &str, text: &str) -> String {
    let gap = if begins_a_line(text) { '\n' } else { ' ' };
    // What only looks like a list or a quote needs no joiner any more: the line begins elsewhere.
    let bare = text.strip_prefix(JOINER).filter(|rest| looks_like_block(rest));
    format!("{byline}{gap}{}", bare.unwrap_or(text))
}

/// Returns the name in front of a text, where there is one.
pub fn named_in_front(text: &str) -> Option<String> {
    let bold = text.strip_prefix('*')?;
    let (name, rest) = bold.split_once("* ").or_else(|| bold.split_once("*\n"))?;
    let name = name.strip_suffix(':').unwrap_or(name).replace(JOINER, "");
    (!rest.is_empty() && !name.trim().is_empty() && !name.contains('\n')).then_some(name)
}

/// Keeps Chat from reading markup, a mention or a link in a name.
pub fn literal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut before = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let wordy = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '<' => out.extend([c, JOINER]),
            // Chat wants a mark to stand beside a word, not inside it.
            c if is_sign(c) && !(wordy(before) && wordy(rest.peek().copied())) => {
                out.extend([JOINER, c, JOINER]);
            }
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

/// Tells whether a text begins with what must stand at a line's start.
fn begins_a_line(text: &str) -> bool {
    let item = text.trim_start_matches(' ');
    let digits = item.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < item.len() && digits.starts_with(". ");
    numbered || item.starts_with("* ") || item.starts_with("> ") || text.starts_with("```\n")
}

fn looks_like_block(text: &str) -> bool {
    ["* ", "- ", ">"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_bold_and_stays_what_it_is() {
        assert_eq!(byline("Ana", true), "*Ana:*");
        assert_eq!(byline("ana_b", false), "*ana_b*");
        assert_eq!(byline("<users/all>", true), "*<\u{2060}users/all>:*");
        assert_eq!(byline("*Ana*", true), "\u{2060}*\u{2060}Ana\u{2060}*\u{2060}:");
    }

    #[test]
    fn a_name_stands_on_its_own_line_before_a_block() {
        let put = |text| in_front("*Ana:*", text);
        assert_eq!(put("hello"), "*Ana:* hello");
        assert_eq!(put("> quoted"), "*Ana:*\n> quoted");
        assert_eq!(put("```\ncode\n```"), "*Ana:*\n```\ncode\n```");
        assert_eq!(put("* one\n* two"), "*Ana:*\n* one\n* two");
        assert_eq!(put("*bold* text"), "*Ana:* *bold* text");
        assert_eq!(put("\u{2060}- no list"), "*Ana:* - no list");
    }

    #[test]
    fn the_name_in_front_is_found_again() {
        for name in ["Ana", "Ana Silva", "ana_b", "Ana: the second"] {
            let text = in_front(&byline(name, true), "hello *you*");
            assert_eq!(named_in_front(&text).as_deref(), Some(name));
        }
        assert_eq!(named_in_front("hello *you* there"), None);
        assert_eq!(named_in_front("*bold*"), None);
    }
}
