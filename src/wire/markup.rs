//! A reader of Chat's markup: which marks fire, what is a link, a mention, a quote, an item, code.
//!
//! Google does not document where marks fire. This reads them as the converter assumes them: next
//! to text inside, and next to a space, punctuation or the line's end outside, on one line.

use crate::draft::{JOINER, is_sign};

/// Opens and closes a stretch of code, on a line of its own.
pub(super) const FENCE: &str = "```";
/// Begins the name of a custom emoji.
pub(super) const EMOJI: &str = "customEmojis/";

/// One line of a text in Chat's markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Words, maybe quoted, maybe an item of a list.
    Words {
        /// It is part of a quote.
        quoted: bool,
        /// It is an item of a list.
        item: bool,
        /// What stands in it.
        spans: Vec<Span>,
    },
    /// A line of a code block.
    Code(String),
}

/// A stretch of one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The words that are seen. Joiners are left in.
    pub text: String,
    /// How they look.
    pub style: Style,
    /// What they lead to.
    pub target: Option<Target>,
}

/// How words look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// `*…*`
    pub bold: bool,
    /// `_…_`
    pub italic: bool,
    /// `~…~`
    pub strike: bool,
    /// `` `…` ``
    pub code: bool,
}

/// What a span leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A web address, as it was written.
    Web(String),
    /// A person: `users/…`.
    User(String),
    /// A custom emoji: `customEmojis/…`.
    Emoji(String),
}

/// Reads a text in Chat's markup, line by line.
pub fn read(text: &str) -> Vec<Line> {
    let mut in_code = false;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        if line == FENCE {
            in_code = !in_code;
        } else if in_code {
            lines.push(Line::Code(line.to_owned()));
        } else {
            lines.push(words(line));
        }
    }
    lines
}

fn words(line: &str) -> Line {
    let (quoted, rest) = match line.strip_prefix("> ") {
        Some(rest) => (true, rest),
        None => (line == ">", if line == ">" { "" } else { line }),
    };
    let item = item(rest).filter(|_| !quoted);
    Line::Words { quoted, item: item.is_some(), spans: spans(item.unwrap_or(rest)) }
}

/// Returns what stands behind an item's bullet.
pub(super) fn item(line: &str) -> Option<&str> {
    line.strip_prefix("* ").or_else(|| line.strip_prefix("- "))
}

fn spans(line: &str) -> Vec<Span> {
    let atoms = atoms(line);
    let fires = marks(&atoms);
    let (mut spans, mut style): (Vec<Span>, _) = (Vec::new(), Style::default());
    for (atom, fires) in atoms.iter().zip(fires) {
        match atom {
            Atom::Sign(sign, ..) if fires => flip(&mut style, *sign),
            Atom::Sign(c, ..) | Atom::Char(c) => match spans.last_mut() {
                Some(last) if last.target.is_none() && last.style == style => last.text.push(*c),
                _ => spans.push(Span { text: String::from(*c), style, target: None }),
            },
            Atom::Address(address) => address_spans(address, style, &mut spans),
            Atom::Token(token) => spans.push(token_span(token, style)),
        }
    }
    spans
}

fn flip(style: &mut Style, sign: char) {
    let held = match sign {
        '*' => &mut style.bold,
        '_' => &mut style.italic,
        '~' => &mut style.strike,
        _ => &mut style.code,
    };
    *held = !*held;
}

/// A bare address; what ends a sentence behind it is no part of it.
fn address_spans(address: &str, style: Style, spans: &mut Vec<Span>) {
    let ends = |c| matches!(c, '.' | ',' | ';' | ':' | ')' | '!' | '?' | '"' | '\'');
    let own = address.trim_end_matches(ends);
    let target = Some(Target::Web(own.to_owned())).filter(|_| !style.code);
    spans.push(Span { text: own.to_owned(), style, target });
    if own.len() < address.len() {
        spans.push(Span { text: address[own.len()..].to_owned(), style, target: None });
    }
}

fn token_span(token: &str, style: Style) -> Span {
    if token.starts_with("users/") {
        let target = Some(Target::User(token.to_owned()));
        return Span { text: token.to_owned(), style, target };
    }
    if let Some(id) = token.strip_prefix(EMOJI) {
        let target = Some(Target::Emoji(token.to_owned()));
        return Span { text: id.to_owned(), style, target };
    }
    let (address, label) = token.split_once('|').unwrap_or((token, token));
    Span { text: label.to_owned(), style, target: Some(Target::Web(address.to_owned())) }
}

/// A stretch of a line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Atom<'a> {
    /// A mention or a link, without its brackets.
    Token(&'a str),
    /// A web address: nothing in it is a mark.
    Address(&'a str),
    /// What may be a mark, with the characters around it.
    Sign(char, Option<char>, Option<char>),
    /// Anything else.
    Char(char),
}

pub(super) fn atoms(line: &str) -> Vec<Atom<'_>> {
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
    let ours = inner.starts_with("users/") || inner.starts_with(EMOJI) || is_web(inner);
    ours.then(|| &inner[..end])
}

fn is_web(text: &str) -> bool {
    let begins =
        |start: &str| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start));
    begins("http://") || begins("https://")
}

/// Tells of each atom whether it is a mark that fires: first code, then what is outside code.
pub(super) fn marks(atoms: &[Atom<'_>]) -> Vec<bool> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::plain;

    /// Writes what was read as one word per span, with its looks in front.
    fn shown(text: &str) -> String {
        let span = |span: &Span| {
            let Style { bold, italic, strike, code } = span.style;
            let looks = [(bold, "B"), (italic, "I"), (strike, "S"), (code, "C")];
            let looks: String = looks.iter().filter(|look| look.0).map(|look| look.1).collect();
            let to = span.target.as_ref().map_or(String::new(), |to| match to {
                Target::Web(address) => format!("→{address}"),
                Target::User(user) => format!("@{user}"),
                Target::Emoji(emoji) => format!("={emoji}"),
            });
            format!("[{looks}:{}{to}]", span.text)
        };
        let line = |line: &Line| match line {
            Line::Code(code) => format!("code {code}"),
            Line::Words { quoted, item, spans } => {
                let head =
                    format!("{}{}", if *quoted { "> " } else { "" }, if *item { "• " } else { "" });
                head + &spans.iter().map(span).collect::<String>()
            }
        };
        read(text).iter().map(line).collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn looks_links_and_blocks_are_read() {
        let cases = [
            ("a *b* _c *d*_", "[:a ][B:b][: ][I:c ][BI:d]"),
            ("`*x*` 2*3*4", "[C:*x*][: 2*3*4]"),
            ("\u{2060}*\u{2060}x\u{2060}*\u{2060}", "[:\u{2060}*\u{2060}x\u{2060}*\u{2060}]"),
            ("> q\n* i\n>", "> [:q] / • [:i] / > "),
            ("- i *b*\n\u{2060}- t", "• [:i ][B:b] / [:\u{2060}- t]"),
            ("```\n*x*\n```\ny", "code *x* / [:y]"),
            (
                "<users/7> <https://a.example/?b|c *d*>",
                "[:users/7@users/7][: ][:c *d*→https://a.example/?b]",
            ),
            (
                "see https://a.example/_x_.",
                "[:see ][:https://a.example/_x_→https://a.example/_x_][:.]",
            ),
            ("*a* <customEmojis/x_y_z>_b_", "[B:a][: ][:x_y_z=customEmojis/x_y_z][I:b]"),
            ("<javascript:x|y> <\u{2060}users/1>", "[:<javascript:x|y> <\u{2060}users/1>]"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn the_words_are_those_that_are_sent_without_markup() {
        for text in
            ["*bold* _it_ ~out~ `co*de`", "> q *x*", "a_b_c *d", "```\nx *y*\n```\nz", "2 * 3 * 4"]
        {
            let words: Vec<String> = read(text)
                .into_iter()
                .map(|line| match line {
                    Line::Code(code) => code,
                    Line::Words { quoted, spans, .. } => {
                        let words: String = spans.into_iter().map(|span| span.text).collect();
                        format!("{}{words}", if quoted { "> " } else { "" })
                    }
                })
                .collect();
            assert_eq!(words.join("\n"), plain(text, &|_| None), "{text}");
        }
    }
}
