//! Marks, code, emoji and escapes inside lines.

use super::{escape, token};
use crate::convert::emoji;
use crate::convert::loss::Losses;
use crate::convert::tree::{Inline, Span, Style};
use std::borrow::Cow;

/// Reads a run of lines; a mark never reaches over a line's end.
pub(super) fn parse<'a>(text: &'a str, style: Style, losses: &mut Losses) -> Vec<Inline<'a>> {
    Scanner::new(text, style, losses).run(true)
}

/// Reads text without marks, but with tokens, escapes and emoji.
pub(super) fn parse_unmarked<'a>(text: &'a str, losses: &mut Losses) -> Vec<Inline<'a>> {
    Scanner::new(text, Style::PLAIN, losses).run(false)
}

/// Reads the inside of code: tokens and escapes alone mean something.
pub(super) fn parse_code<'a>(text: &'a str, losses: &mut Losses) -> Vec<Inline<'a>> {
    Scanner::new(text, Style::CODE, losses).run(false)
}

/// Bytes at which reading must look closer.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"<&*_~`:\n";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// A longer name is no custom emoji's.
const LONGEST_CUSTOM: usize = 64;

struct Scanner<'a, 'l> {
    text: &'a str,
    /// Where the text begins that is not in `out` yet.
    held: usize,
    at: usize,
    style: Style,
    out: Vec<Inline<'a>>,
    /// For `*`, `_`, `~`: where in `out` the mark stands that could open.
    open: [Option<usize>; 3],
    losses: &'l mut Losses,
}

impl<'a, 'l> Scanner<'a, 'l> {
    fn new(text: &'a str, style: Style, losses: &'l mut Losses) -> Self {
        Self { text, held: 0, at: 0, style, out: Vec::new(), open: [None; 3], losses }
    }

    fn run(mut self, marks: bool) -> Vec<Inline<'a>> {
        let bytes = self.text.as_bytes();
        while let Some(skip) = bytes[self.at..].iter().position(|b| SPECIAL[usize::from(*b)]) {
            self.at += skip;
            let read = match bytes[self.at] {
                b'\n' => self.end_line(),
                b'&' => self.entity(),
                b'<' => self.token(),
                b':' => !self.style.has(Style::CODE) && self.emoji(),
                b'`' => marks && self.code(),
                mark => marks && self.mark(mark),
            };
            self.at += usize::from(!read);
        }
        self.at = self.text.len();
        self.flush();
        self.out
    }

    /// Moves the text read so far to `out`.
    fn flush(&mut self) {
        if self.held < self.at {
            self.out.push(Inline::text(&self.text[self.held..self.at], self.style));
        }
    }

    /// Puts a span in place of the next `length` bytes.
    fn replace(&mut self, span: Span<'a>, length: usize) -> bool {
        self.flush();
        self.out.push(Inline { span, style: self.style });
        self.at += length;
        self.held = self.at;
        true
    }

    fn end_line(&mut self) -> bool {
        self.open = [None; 3];
        false
    }

    fn entity(&mut self) -> bool {
        match escape::entity(&self.text[self.at..]) {
            Some((meaning, length)) => self.replace(Span::Text(Cow::Borrowed(meaning)), length),
            None => false,
        }
    }

    fn token(&mut self) -> bool {
        match token::read(&self.text[self.at..], self.losses) {
            Some((span, length)) => self.replace(span, length),
            None => false,
        }
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn code(&mut self) -> bool {
        let inner = &self.text[self.at + 1..];
        let line = &inner[..inner.find('\n').unwrap_or(inner.len())];
        let Some(end) = line.find('`').filter(|end| !line[..*end].trim().is_empty()) else {
            return false;
        };
        // Where a script has no spaces between words, code stands right behind one.
        if self.before().is_some_and(|c| c.is_ascii_alphanumeric()) {
            return false;
        }
        self.flush();
        let code = parse_code(&line[..end], self.losses);
        self.out.extend(code.into_iter().map(|inline| styled(inline, self.style)));
        self.at += end + 2;
        self.held = self.at;
        true
    }

    /// Closes an open mark, or notes one that could open.
    fn mark(&mut self, mark: u8) -> bool {
        let (slot, style) = match mark {
            b'*' => (0, Style::BOLD),
            b'_' => (1, Style::ITALIC),
            _ => (2, Style::STRIKE),
        };
        let rest = &self.text[self.at + 1..];
        let (before, after) = (self.before(), rest.chars().next());
        // Two in a row are another program's markup, or a name such as __init__.
        if [before, after].contains(&Some(char::from(mark))) {
            return false;
        }
        let closes =
            before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(char::is_alphanumeric);
        if closes
            && let Some(opener) = self.open[slot]
            && self.holds_text(opener)
        {
            self.close(slot, opener, style);
            return true;
        }
        let opens =
            !before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| !c.is_whitespace());
        if opens && self.open[slot].is_none() && comes_again(rest, mark) {
            self.flush();
            self.open[slot] = Some(self.out.len());
            self.held = self.at;
            self.at += 1;
            self.flush();
            self.held = self.at;
            return true;
        }
        false
    }

    /// Tells whether anything stands between an opener and here.
    fn holds_text(&self, opener: usize) -> bool {
        self.out.len() > opener + 1 || self.held < self.at
    }

    fn close(&mut self, slot: usize, opener: usize, style: Style) {
        self.flush();
        self.out[opener].span = Span::Text(Cow::Borrowed(""));
        for inline in &mut self.out[opener + 1..] {
            inline.style = inline.style.with(style);
        }
        // What opened inside can't close outside.
        for other in &mut self.open {
            *other = other.filter(|at| *at < opener);
        }
        self.open[slot] = None;
        self.at += 1;
        self.held = self.at;
    }

    fn emoji(&mut self) -> bool {
        let Some((name, length)) = emoji_name(&self.text[self.at..]) else {
            return false;
        };
        let (before, after) = (self.before(), self.text[self.at + length..].chars().next());
        // The colons of `a::b::c` belong to code; those of `:joy::joy:` end one emoji each.
        if before == Some(':') && self.held != self.at {
            return false;
        }
        let base = name.split("::").next().unwrap_or(name);
        let wordy = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !emoji::is_known(base) {
            // Whoever renders knows whether there is such a custom emoji; else it stays as typed.
            let apart = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
            let named = base.chars().any(char::is_alphabetic) && base.len() <= LONGEST_CUSTOM;
            let custom = Span::Emoji { name: Cow::Borrowed(name), unicode: None };
            return named && apart(before) && apart(after) && self.replace(custom, length);
        }
        // A clock reading is no emoji: 10:100:30.
        if base.bytes().all(|b| b.is_ascii_digit()) && (wordy(before) || wordy(after)) {
            return false;
        }
        self.replace(Span::Emoji { name: Cow::Borrowed(name), unicode: None }, length)
    }
}

fn styled(inline: Inline<'_>, style: Style) -> Inline<'_> {
    Inline { style: inline.style.with(style), ..inline }
}

/// Tells whether the same mark stands again on this line.
fn comes_again(rest: &str, mark: u8) -> bool {
    rest.bytes().take_while(|b| *b != b'\n').any(|b| b == mark)
}

/// Reads `:name:` or `:name::skin-tone-3:`: the name between the outer colons, and the length.
fn emoji_name(text: &str) -> Option<(&str, usize)> {
    let fits = |b: &u8| {
        b.is_ascii_lowercase()
            || b.is_ascii_digit()
            || matches!(b, b'_' | b'-' | b'+' | b'\'')
            || *b >= 0x80
    };
    let bytes = text.as_bytes();
    let length = bytes[1..].iter().take(101).take_while(|b| fits(b)).count();
    if length == 0 || bytes.get(length + 1) != Some(&b':') {
        return None;
    }
    let end = length + 1 + bytes.get(length + 2..).map_or(0, tone);
    Some((&text[1..end], end + 1))
}

/// Returns how long the tone is with which a text begins: couples have two.
fn tone(text: &[u8]) -> usize {
    match text.strip_prefix(b":skin-tone-") {
        Some([b'2'..=b'6', b':', ..]) => 13,
        Some([b'2'..=b'6', b'-', b'2'..=b'6', b':', ..]) => 15,
        _ => 0,
    }
}
