//! What a person typed literally stays literal: U+2060 next to what Chat would take for markup.

use super::line::{Piece, PieceKind};
use crate::convert::loss::{Loss, Losses};
use crate::convert::tree::Style;
pub(super) use crate::draft::JOINER;

/// A character of a line that is, or might be taken for, markup.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// Where it stands.
    pub at: usize,
    /// We put it there.
    pub own: bool,
    /// The styles around a literal one; code makes all but `<` harmless.
    pub inside: Style,
}

/// Notes the literal characters of a piece that might be taken for markup.
pub(super) fn note(line: &str, from: usize, inside: Style, marks: &mut Vec<Mark>) {
    let code = inside.has(Style::CODE);
    for (offset, byte) in line.as_bytes()[from..].iter().enumerate() {
        let might = match byte {
            b'<' => true,
            b'*' | b'_' | b'~' | b'`' => !code,
            _ => false,
        };
        if might {
            marks.push(Mark { at: from + offset, own: false, inside });
        }
    }
}

/// Copies a line, with joiners where a literal character would fire.
pub(super) fn resolve(line: &str, marks: &[Mark], out: &mut String, losses: &mut Losses) {
    let mut closer_after = [false; 4];
    let mut fires: Vec<usize> = Vec::new();
    for (index, mark) in marks.iter().enumerate().rev() {
        let sign = line.as_bytes()[mark.at];
        let (before, after) = around(line, mark.at);
        if sign == b'<' {
            if is_tokenish(&line[mark.at + 1..]) {
                fires.push(mark.at);
            }
            continue;
        }
        let (slot, style) = slot(sign);
        // Nobody knows whether code fires inside a word, so that ticks are kept apart anywhere.
        let outside =
            |c: Option<char>| sign == b'`' || c.is_none_or(|c| !c.is_alphanumeric() && c != JOINER);
        let inside = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        let closes = inside(before) && outside(after);
        let opens = outside(before) && inside(after);
        let fence = sign == b'`' && index > 0 && marks[index - 1].at + 1 == mark.at;
        let fires_here =
            (opens && closer_after[slot]) || (closes && mark.inside.has(style)) || fence;
        if !mark.own && fires_here && !in_address(line, mark.at) {
            fires.push(mark.at);
        }
        closer_after[slot] |= closes;
    }
    losses.add_many(Loss::Defused, fires.len() as u32);
    let mut copied = 0;
    for at in fires.into_iter().rev() {
        let sign = char::from(line.as_bytes()[at]);
        out.push_str(&line[copied..at]);
        if sign == '<' {
            out.extend([sign, JOINER]);
        } else {
            out.extend([JOINER, sign, JOINER]);
        }
        copied = at + 1;
    }
    out.push_str(&line[copied..]);
}

/// Keeps a line that only looks like a list item or a quote from becoming one.
pub(super) fn line_start(out: &mut String, from: usize, pieces: &[Piece<'_>], losses: &mut Losses) {
    let literal = pieces.iter().find(|piece| !piece.text.is_empty());
    if !literal.is_some_and(|piece| piece.kind == PieceKind::Literal && piece.style.is_plain()) {
        return;
    }
    let line = &out[from..];
    let text = line.trim_start_matches(' ');
    let fires = text.starts_with("* ") || text.starts_with("- ") || text.starts_with('>');
    if fires {
        losses.add(Loss::Defused);
        out.insert(from + (line.len() - text.len()), JOINER);
    }
}

/// Copies code: only its own fence and what looks like a mention or link are broken up.
pub(super) fn code(code: &str, out: &mut String, losses: &mut Losses) {
    if !code.as_bytes().iter().fold(false, |loud, byte| loud | matches!(byte, b'`' | b'<')) {
        out.push_str(code);
        return;
    }
    let mut ticks = 0;
    for (at, c) in code.char_indices() {
        ticks = if c == '`' { ticks + 1 } else { 0 };
        if ticks == 3 {
            ticks = 1;
            losses.add(Loss::Defused);
            out.push(JOINER);
        }
        out.push(c);
        if c == '<' && is_tokenish(&code[at + 1..]) {
            losses.add(Loss::Defused);
            out.push(JOINER);
        }
    }
}

fn slot(sign: u8) -> (usize, Style) {
    match sign {
        b'*' => (0, Style::BOLD),
        b'_' => (1, Style::ITALIC),
        b'~' => (2, Style::STRIKE),
        _ => (3, Style::CODE),
    }
}

fn around(line: &str, at: usize) -> (Option<char>, Option<char>) {
    (line[..at].chars().next_back(), line[at + 1..].chars().next())
}

/// Tells whether a position lies inside what Chat makes a link by itself: a web address, without
/// the punctuation at its end.
fn in_address(line: &str, at: usize) -> bool {
    let rest = line[at..].split(ends_address).next().unwrap_or("");
    let goes_on = rest.contains(|c: char| !c.is_ascii_punctuation() || c == '/' || c == '#');
    goes_on && ends_in_address(&line[line.floor_char_boundary(at.saturating_sub(2_000))..at])
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | JOINER)
}

/// Returns the end of a text, from where an address in it might begin.
fn last_word(text: &str) -> &str {
    text.rsplit(ends_address).next().unwrap_or("")
}

/// Tells whether stretches of a line, the last one first, end in a typed address, which would take
/// in what stands right behind it.
pub(super) fn take_in<'t>(last_first: impl Iterator<Item = (&'t str, Style)> + Clone) -> bool {
    if !last_first.clone().any(|(text, _)| text.contains(':')) {
        return false;
    }
    let (mut word, mut style) = (String::new(), Style::PLAIN);
    for (text, own) in last_first {
        if !word.is_empty() && own != style {
            word.insert(0, '*');
        }
        style = own;
        let end = last_word(text);
        word.insert_str(0, end);
        if end.len() < text.len() {
            break;
        }
    }
    ends_in_address(&word)
}

/// Tells whether a text ends in a web address, or where one might go on.
fn ends_in_address(text: &str) -> bool {
    let word = last_word(text);
    let begins = |(at, _): (usize, &str)| {
        let scheme = word[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let name = &word[scheme.len()..at];
        (name.eq_ignore_ascii_case("https") || name.eq_ignore_ascii_case("http"))
            && !scheme.ends_with(char::is_alphanumeric)
    };
    word.contains(':') && word.match_indices("://").any(begins)
}

/// Tells whether a literal `<` would begin a mention, a link, or one of Slack's own tokens.
fn is_tokenish(rest: &str) -> bool {
    let begins =
        |start: &str| rest.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start));
    let tokens = ["users/", "customEmojis/", "spaces/", "@U", "@W", "#C"];
    let command = rest
        .strip_prefix('!')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    if command || tokens.into_iter().any(begins) {
        return true;
    }
    let scheme = rest
        .bytes()
        .take(24)
        .take_while(|b| b.is_ascii_alphanumeric() || b"+.-".contains(b))
        .count();
    scheme > 0
        && rest.as_bytes()[0].is_ascii_alphabetic()
        && rest.as_bytes().get(scheme) == Some(&b':')
}
