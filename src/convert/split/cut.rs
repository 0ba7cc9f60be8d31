//! Where a text is cut: the stretches that go into one part each.

use super::marks::{Marks, address, token};
use super::{FENCE, escaped};
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) ends: Ends,
}

/// What goes on behind the end of a stretch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// A code block.
    pub(super) in_code: bool,
    /// A line of words.
    pub(super) mid_line: bool,
    /// A line of a quote.
    pub(super) quoted: bool,
    /// Marks that are open, the outermost first.
    pub(super) open: String,
}

/// Cuts a text into stretches of at most `room` escaped bytes, whose sum it is; or returns the
/// place where marks are open and can't be closed and opened again.
pub(super) fn cut<'a>(text: &'a str, marks: &Marks, room: usize) -> Result<Vec<Piece<'a>>, usize> {
    let mut pieces = Vec::new();
    let places = Places { text, marks, room };
    let mut walk = Walk { rest: text, in_code: false, line_start: true, quoted: false };
    while !walk.rest.is_empty() {
        let (length, next) = walk.fill(&places);
        let (piece, rest) = walk.rest.split_at(length);
        walk = Walk { rest, ..next };
        let ends = places.ends(&walk)?;
        pieces.push(Piece { text: piece, ends });
    }
    Ok(pieces)
}

/// The whole text, and what is known of the places in it.
#[derive(Debug, Clone, Copy)]
struct Places<'a, 'm> {
    text: &'a str,
    marks: &'m Marks,
    room: usize,
}

impl Places<'_, '_> {
    /// Returns what goes on behind a cut here.
    fn ends(&self, walk: &Walk<'_>) -> Result<Ends, usize> {
        let Walk { rest, in_code, line_start, quoted } = *walk;
        let mid_line = !line_start && !in_code;
        if rest.is_empty() || !mid_line {
            return Ok(Ends { in_code: in_code && !rest.is_empty(), ..Ends::default() });
        }
        let at = self.text.len() - rest.len();
        let open: String = self.marks.open_at(at).collect();
        let stuck = !open.is_empty() && !self.marks.allow_cut(self.text, at);
        if stuck { Err(at) } else { Ok(Ends { in_code, mid_line, quoted, open }) }
    }
}

#[derive(Debug, Clone, Copy)]
struct Walk<'a> {
    rest: &'a str,
    in_code: bool,
    line_start: bool,
    quoted: bool,
}

/// How good a place is for a cut; greater is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    Anywhere,
    Space,
    CodeLine,
    Line,
    Gap,
}

/// Returns how many bytes at the beginning are atoms of their own that cost one each, and say
/// nothing of what follows: letters that begin no address, and no accent stands behind the last.
fn dull(text: &str) -> usize {
    let plain = |byte: &u8| matches!(byte, b' ' | b'a'..=b'g' | b'i'..=b'z' | b'A'..=b'G' | b'I'..=b'Z' | b'0'..=b'9');
    text.bytes().take_while(|byte| plain(byte)).count().saturating_sub(1)
}

impl<'a> Walk<'a> {
    /// Returns how many bytes go into the next stretch, and the state behind them.
    fn fill(&self, places: &Places<'_, '_>) -> (usize, Self) {
        let (mut walk, mut at, mut cost) = (*self, 0, 0);
        let mut best: Option<(Break, usize, Self)> = None;
        while at < self.rest.len() {
            walk.rest = &self.rest[at..];
            if !walk.line_start && cost * 2 < places.room {
                let dull = dull(walk.rest).min(places.room / 2 - cost);
                (at, cost) = (at + dull, cost + dull);
                walk.rest = &self.rest[at..];
            }
            let atom = walk.atom(places.room);
            let more = escaped(atom);
            if cost + more > places.room {
                return best.map_or((at, walk), |(_, at, walk)| (at, walk));
            }
            walk.pass(atom);
            (at, cost) = (at + atom.len(), cost + more);
            if cost * 2 <= places.room {
                continue;
            }
            let kind = walk.kind(atom, &self.rest[at..], places);
            if let Some(kind) = kind.filter(|kind| best.is_none_or(|(held, ..)| *kind >= held)) {
                best = Some((kind, at, walk));
            }
        }
        (at, walk)
    }

    /// Returns what stands next and may not be cut: a fence's line, what begins a quote or an
    /// item, a token, an address, a grapheme; what is longer than a whole part is cut all the same.
    fn atom(&self, room: usize) -> &'a str {
        let rest = self.rest;
        let whole = self.fence().or_else(|| self.bullet()).or_else(|| token(rest));
        let whole = whole.or_else(|| address(rest));
        if let Some(whole) = whole.filter(|atom| escaped(atom) <= room) {
            return whole;
        }
        let grapheme = rest.graphemes(true).next().unwrap_or(rest);
        if escaped(grapheme) <= room {
            return grapheme;
        }
        let one = rest.chars().next().map_or(rest.len(), char::len_utf8);
        &rest[..one]
    }

    /// The line that opens or closes a fence, with the line that belongs to it.
    fn fence(&self) -> Option<&'a str> {
        let after = self.rest.strip_prefix(FENCE).filter(|_| self.line_start)?;
        let alone = after.is_empty() || after.starts_with('\n');
        alone.then(|| &self.rest[..FENCE.len() + usize::from(!after.is_empty())])
    }

    /// What begins a line of a quote or an item.
    fn bullet(&self) -> Option<&'a str> {
        let begins = ["> ", "* "].into_iter().any(|start| self.rest.starts_with(start));
        (begins && self.line_start && !self.in_code).then(|| &self.rest[..2])
    }

    fn pass(&mut self, atom: &str) {
        if self.fence().is_some_and(|fence| fence == atom) {
            self.in_code = !self.in_code;
        }
        if self.line_start {
            self.quoted = self.rest.starts_with("> ") && !self.in_code;
        }
        self.line_start = atom.ends_with('\n');
    }

    /// Tells how good it is to cut between an atom and the rest.
    fn kind(&self, atom: &str, rest: &str, places: &Places<'_, '_>) -> Option<Break> {
        let before_close = self.in_code && rest.starts_with(FENCE);
        match atom {
            "\n" | "```\n" if before_close => None,
            "```\n" if self.in_code => None,
            "\n" | "```\n" if self.in_code => Some(Break::CodeLine),
            "\n" if rest.starts_with('\n') => None,
            "\n" | "```\n" if rest.starts_with(FENCE) => Some(Break::Gap),
            "\n" | "```\n" => Some(Break::Line),
            "> " | "* " => None,
            _ if rest.starts_with(char::is_whitespace) => None,
            _ if !self.in_code
                && !places.marks.allow_cut(places.text, places.text.len() - rest.len()) =>
            {
                None
            }
            " " => Some(Break::Space),
            _ => Some(Break::Anywhere),
        }
    }
}
