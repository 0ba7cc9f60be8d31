//! A text in Chat's markup as its words alone: marks and defusing characters go, words stay.
//!
//! What conversion meant literally has a joiner beside it where it would have fired, so every
//! mark that fires is one of ours.

use crate::draft::{JOINER, is_sign};

/// Opens and closes a stretch of code, on a line of its own.
const FENCE: &str = "```";

/// Returns the users that a text mentions, as resource names.
pub fn mentions(text: &str) -> Vec<String> {
    let starts = text.match_indices("<users/").map(|(at, _)| &text[at + 1..]);
    starts.filter_map(|rest| Some(rest.split_once('>')?.0.to_owned())).collect()
}

/// Returns the words of a text in Chat's markup. `name` tells what a mentioned user is called.
pub fn plain(text: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    let mut lines = Vec::new();
    let mut in_code = false;
    for line in text.split('\n') {
        if line == FENCE {
            in_code = !in_code;
        } else if in_code {
            lines.push(without_joiners(line));
        } else {
            lines.push(words(line, name));
        }
    }
    lines.join("\n")
}

/// A stretch of a line.
#[derive(Debug, Clone, Copy)]
enum Atom<'a> {
    /// A mention or a link, without its brackets.
    Token(&'a str),
    /// A web address: nothing in it is a mark.
    Address(&'a str),
    /// What may be a mark, with the characters around it.
    Sign(char, Option<char>, Option<char>),
    /// Anything else.
    Char(char),
}

fn words(line: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    let (quote, rest) = line.strip_prefix("> ").map_or(("", line), |rest| ("> ", rest));
    let (bullet, rest) = rest.strip_prefix("* ").map_or(("", rest), |rest| ("• ", rest));
    let atoms = atoms(rest);
    let marks = marks(&atoms);
    let mut out = format!("{quote}{bullet}");
    for (index, atom) in atoms.iter().enumerate() {
        match atom {
            Atom::Sign(..) if marks[index] => {}
            Atom::Sign(sign, ..) => out.push(*sign),
            Atom::Char(c) => out.push(*c),
            Atom::Address(address) => out.push_str(address),
            Atom::Token(token) => out.push_str(&token_words(token, name)),
        }
    }
    without_joiners(&out)
}

/// Puts a mention or a link into words.
fn token_words(token: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    if token.starts_with("users/") {
        return name(token).map_or_else(|| format!("<{token}>"), |name| format!("@{name}"));
    }
    match token.split_once('|') {
        Some((address, label)) if address != label => format!("{label} ({address})"),
        Some((address, _)) => address.to_owned(),
        None => token.to_owned(),
    }
}

fn atoms(line: &str) -> Vec<Atom<'_>> {
    let mut atoms = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        if let Some(token) = token(rest) {
            atoms.push(Atom::Token(token));
            at += token.len() + 2;
        } else if is_web(rest) {
            let word = rest.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or(rest);
            // A mark that opened before an address may close right behind it.
            let address = word.trim_end_matches(|c| is_sign(c) && is_open(&atoms, c));
            atoms.push(Atom::Address(address));
            at += address.len();
        } else {
            let (before, after) =
                (line[..at].chars().next_back(), rest[c.len_utf8()..].chars().next());
            atoms.push(if is_sign(c) { Atom::Sign(c, before, after) } else { Atom::Char(c) });
            at += c.len_utf8();
        }
    }
    atoms
}

/// Tells whether a mark may have opened.
fn is_open(atoms: &[Atom<'_>], sign: char) -> bool {
    atoms.iter().any(|atom| {
        matches!(atom, Atom::Sign(c, before, after) if *c == sign && outside(*before) && inside(*after))
    })
}

/// Returns what stands between the brackets of a mention or a link of ours.
fn token(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('<')?;
    let end = inner.find('>')?;
    (inner.starts_with("users/") || is_web(inner)).then(|| &inner[..end])
}

fn is_web(text: &str) -> bool {
    let begins =
        |start: &str| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start));
    begins("http://") || begins("https://")
}

/// Tells of each atom whether it is a mark that fires: first code, then what is outside code.
fn marks(atoms: &[Atom<'_>]) -> Vec<bool> {
    let mut fires = vec![false; atoms.len()];
    let mut in_code = vec![false; atoms.len()];
    for signs in [&['`'][..], &['*', '_', '~']] {
        for open in 0..atoms.len() {
            let Atom::Sign(sign, before, after) = atoms[open] else { continue };
            let opens = outside(before) && inside(after);
            if !signs.contains(&sign) || !opens || fires[open] || in_code[open] {
                continue;
            }
            let closes = |at: &usize| {
                matches!(atoms[*at], Atom::Sign(other, before, after)
                    if other == sign && inside(before) && outside(after))
            };
            let mut rest = open + 1..atoms.len();
            if let Some(close) = rest.find(|at| !fires[*at] && !in_code[*at] && closes(at)) {
                (fires[open], fires[close]) = (true, true);
                in_code[open + 1..close].fill(sign == '`');
            }
        }
    }
    fires
}

fn outside(c: Option<char>) -> bool {
    c.is_none_or(|c| !c.is_alphanumeric() && c != JOINER)
}

fn inside(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_whitespace())
}

/// Takes the joiners off signs and line starts. Behind a `<` a blank takes the joiner's place, so
/// that what somebody typed does not become a mention.
fn without_joiners(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let (before, after) = (out.chars().next_back(), chars.peek().copied());
        let start = out.trim_start_matches([' ', '>']).is_empty();
        match (c, before) {
            (JOINER, Some('<')) => out.push(' '),
            (JOINER, _) if before.is_some_and(is_sign) || after.is_some_and(is_sign) => {}
            (JOINER, _) if start && matches!(after, Some('-' | '>')) => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> String {
        plain(text, &|user| (user == "users/7").then(|| String::from("Ana")))
    }

    #[test]
    fn marks_go_and_words_stay() {
        let cases = [
            ("*bold* _it_ ~out~ `code`", "bold it out code"),
            ("*_~all~_* of it", "all of it"),
            ("2*3*4 snake_case_name a_ _b", "2*3*4 snake_case_name a_ _b"),
            ("`*not bold*` *bold*", "*not bold* bold"),
            ("\u{2060}*\u{2060}stars\u{2060}*\u{2060}", "*stars*"),
            ("> quoted *x*", "> quoted x"),
            ("* item\n    ◦ below", "• item\n    ◦ below"),
            ("\u{2060}- no list", "- no list"),
            ("```\nlet *x* = 1;\n```\nafter", "let *x* = 1;\nafter"),
            ("<users/7> and <users/8>", "@Ana and <users/8>"),
            ("<https://a.example/x_y_|the page>", "the page (https://a.example/x_y_)"),
            ("*https://a.example/_b_/c*", "https://a.example/_b_/c"),
            ("<\u{2060}users/all>", "< users/all>"),
        ];
        for (text, expected) in cases {
            assert_eq!(words_of(text), expected, "{text}");
        }
    }

    #[test]
    fn mentions_are_listed() {
        assert_eq!(mentions("<users/1> <\u{2060}users/2> <users/3>"), ["users/1", "users/3"]);
    }
}
