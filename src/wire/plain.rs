//! A text in Chat's markup as its words alone: marks and defusing characters go, words stay.
//!
//! What conversion meant literally has a joiner beside it where it would have fired, so every
//! mark that fires is one of ours.

use super::markup::{Atom, EMOJI, FENCE, atoms, item, marks};
use crate::draft::{JOINER, is_sign};

/// Returns the users that a text mentions, and the custom emoji that it shows, as resource names.
pub fn mentions(text: &str) -> Vec<String> {
    let starts =
        ["<users/", "<customEmojis/"].into_iter().flat_map(|start| text.match_indices(start));
    let starts = starts.map(|(at, _)| &text[at + 1..]);
    starts.filter_map(|rest| Some(rest.split_once('>')?.0.to_owned())).collect()
}

/// Returns the words of a text in Chat's markup. `name` tells what a mentioned user or a custom
/// emoji is called.
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

fn words(line: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    let (quote, rest) = line.strip_prefix("> ").map_or(("", line), |rest| ("> ", rest));
    let (bullet, rest) = item(rest).map_or(("", rest), |rest| ("• ", rest));
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
    if token.starts_with(EMOJI) {
        return name(token).map_or_else(|| ":emoji:".to_owned(), |name| format!(":{name}:"));
    }
    match token.split_once('|') {
        Some((address, label)) if address != label => format!("{label} ({address})"),
        Some((address, _)) => address.to_owned(),
        None => token.to_owned(),
    }
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
            (JOINER, _) if start && matches!(after, Some('-' | '>' | '0'..='9')) => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> String {
        let known = [("users/7", "Ana"), ("customEmojis/p", "parrot")];
        let name = |of: &str| known.iter().find(|(token, _)| *token == of);
        plain(text, &|of| name(of).map(|(_, name)| String::from(*name)))
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
            ("- item", "• item"),
            ("\u{2060}- no list", "- no list"),
            ("\u{2060}12. no list", "12. no list"),
            ("```\nlet *x* = 1;\n```\nafter", "let *x* = 1;\nafter"),
            ("<users/7> and <users/8>", "@Ana and <users/8>"),
            ("_a_<customEmojis/p> <customEmojis/q>", "a:parrot: :emoji:"),
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
        let text = "<users/1> <\u{2060}users/2> <customEmojis/a> <users/3>";
        assert_eq!(mentions(text), ["users/1", "users/3", "customEmojis/a"]);
    }
}
