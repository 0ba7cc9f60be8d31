//! The marks of one line: which styles hold, and where each opens and closes.
//!
//! What Chat takes for a mark is not documented. This assumes what its screen does: a mark stands
//! next to text inside and next to a space, punctuation or the line's end outside.

use super::defuse;
use crate::convert::loss::{Loss, Losses};
use crate::convert::tree::Style;
use std::borrow::Cow;

/// A stretch of one line.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    /// As it will stand, but for marks and defusing.
    pub text: Cow<'a, str>,
    /// How it should look.
    pub style: Style,
    /// Who may change it.
    pub kind: PieceKind,
}

/// Who may change a piece's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Literal text: what Chat would format is defused.
    Literal,
    /// Stands as it is.
    Verbatim,
    /// A link: stands as it is.
    Link,
    /// A mention: stands as it is, and unstyled, since Chat shows marks around it.
    Mention,
}

impl<'a> Piece<'a> {
    /// Makes literal text.
    pub(super) fn literal(text: Cow<'a, str>, style: Style) -> Self {
        Self { text, style, kind: PieceKind::Literal }
    }

    fn first(&self) -> Option<char> {
        self.text.chars().next()
    }

    fn last(&self) -> Option<char> {
        self.text.chars().next_back()
    }

    fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }
}

/// Writes lines; holds what one line needs, so that the next allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    marks: Vec<defuse::Mark>,
}

impl Line {
    /// Writes one line. `at_start` tells that nothing but a quote's mark stands before it.
    pub(super) fn write(
        &mut self,
        pieces: &mut Vec<Piece<'_>>,
        at_start: bool,
        out: &mut String,
        losses: &mut Losses,
    ) {
        if pieces.iter().all(|piece| piece.style.is_plain() && is_quiet(piece)) {
            let from = out.len();
            for piece in pieces.iter() {
                out.push_str(&piece.text);
            }
            if at_start {
                defuse::line_start(out, from, pieces, losses);
            }
            return;
        }
        normalise(pieces, losses);
        self.text.clear();
        self.text.reserve(pieces.iter().map(|piece| piece.text.len() + 2).sum());
        self.marks.clear();
        losses.add_many(Loss::StyleDropped, self.emit(pieces));
        let from = out.len();
        defuse::resolve(&self.text, &self.marks, out, losses);
        if at_start {
            defuse::line_start(out, from, pieces, losses);
        }
    }

    /// Writes the pieces with their marks, and notes every character that might be one. Returns
    /// how many marks could not go on where another one closed.
    fn emit(&mut self, pieces: &[Piece<'_>]) -> u32 {
        let mut open: Vec<Style> = Vec::with_capacity(Style::EACH.len());
        let (mut barred, mut dropped) = (Style::PLAIN, 0);
        for piece in pieces.iter().filter(|piece| !piece.text.is_empty()) {
            let kept = open.iter().take_while(|style| piece.style.has(**style));
            // Code is innermost: it closes and opens again where another mark begins.
            let opens = |style: &Style| piece.style.has(*style) && !open.contains(style);
            let begins = Style::EACH[..3].iter().any(opens);
            let keep = kept.take_while(|style| **style != Style::CODE || !begins).count();
            self.close(&mut open, keep);
            // A mark opens next to text: what spaces share with it begins behind them.
            barred = barred.shared(piece.style);
            for style in Style::EACH.into_iter().filter(|_| !piece.is_blank()) {
                if !piece.style.has(style) || open.contains(&style) || barred.has(style) {
                    continue;
                }
                if style != Style::CODE && is_sign(piece.first()) {
                    barred = barred.with(style);
                    dropped += 1;
                    continue;
                }
                self.mark(style);
                open.push(style);
            }
            let from = self.text.len();
            self.text.push_str(&piece.text);
            if piece.kind == PieceKind::Literal {
                let marked = if piece.style.has(Style::CODE) { Style::CODE } else { piece.style };
                defuse::note(&self.text, from, marked, &mut self.marks);
            }
        }
        self.close(&mut open, 0);
        dropped
    }

    fn close(&mut self, open: &mut Vec<Style>, keep: usize) {
        while open.len() > keep {
            if let Some(style) = open.pop() {
                self.mark(style);
            }
        }
    }

    fn mark(&mut self, style: Style) {
        self.marks.push(defuse::Mark { at: self.text.len(), own: true, inside: Style::PLAIN });
        self.text.push(sign(style));
    }
}

/// Tells whether nothing in a piece could be taken for markup. Looks at several bytes at once.
fn is_quiet(piece: &Piece<'_>) -> bool {
    let special = |byte: &u8| matches!(byte, b'*' | b'_' | b'~' | b'`' | b'<');
    let loud = |bytes: &[u8]| bytes.iter().fold(false, |loud, byte| loud | special(byte));
    piece.kind != PieceKind::Literal || !piece.text.as_bytes().chunks(32).any(loud)
}

fn sign(style: Style) -> char {
    match style {
        Style::BOLD => '*',
        Style::ITALIC => '_',
        Style::STRIKE => '~',
        _ => '`',
    }
}

/// Brings styles to where Chat can show them: off spaces at their edges, off mentions, off the
/// middle of words, and code off backticks.
fn normalise(pieces: &mut Vec<Piece<'_>>, losses: &mut Losses) {
    split_spaces(pieces);
    let mut dropped = 0;
    for piece in pieces.iter_mut() {
        let broken = |text: &str| {
            text.contains('`') || text.starts_with(defuse::JOINER) || text.ends_with(defuse::JOINER)
        };
        let code_with_tick = piece.style.has(Style::CODE) && broken(&piece.text);
        if piece.kind == PieceKind::Mention && !piece.style.is_plain() {
            piece.style = Style::PLAIN;
            dropped += 1;
        } else if code_with_tick {
            piece.style = piece.style.without(Style::CODE);
            dropped += 1;
        }
    }
    lift_spaces(pieces);
    for style in [Style::BOLD, Style::ITALIC, Style::STRIKE] {
        dropped += drop_inside_words(pieces, style);
    }
    lift_spaces(pieces);
    losses.add_many(Loss::StyleDropped, dropped);
}

/// Makes the spaces at the edges of styled text pieces of their own.
fn split_spaces(pieces: &mut Vec<Piece<'_>>) {
    let edged = |piece: &Piece<'_>| {
        let space = |c: Option<char>| c.is_some_and(char::is_whitespace);
        !piece.style.is_plain()
            && (space(piece.first()) || space(piece.last()))
            && !piece.is_blank()
    };
    if !pieces.iter().any(edged) {
        return;
    }
    let old = std::mem::take(pieces);
    pieces.reserve(old.len() + 4);
    for piece in old {
        if !edged(&piece) {
            pieces.push(piece);
            continue;
        }
        let (style, kind) = (piece.style, piece.kind);
        match piece.text {
            Cow::Borrowed(text) => {
                let parts = edges(text).into_iter().filter(|part| !part.is_empty());
                pieces.extend(parts.map(|part| Piece { text: Cow::Borrowed(part), style, kind }));
            }
            Cow::Owned(text) => {
                let parts = edges(&text).into_iter().filter(|part| !part.is_empty());
                let own = |part| Cow::Owned(String::from(part));
                pieces.extend(parts.map(|part| Piece { text: own(part), style, kind }));
            }
        }
    }
}

/// Parts a text into the spaces before it, itself, and the spaces behind it.
fn edges(text: &str) -> [&str; 3] {
    let trimmed = text.trim();
    let from = text.len() - text.trim_start().len();
    [&text[..from], trimmed, &text[from + trimmed.len()..]]
}

/// Leaves spaces only the styles that both neighbours have.
fn lift_spaces(pieces: &mut [Piece<'_>]) {
    let mut before = Style::PLAIN;
    let mut at = 0;
    while at < pieces.len() {
        if !pieces[at].is_blank() {
            before = pieces[at].style;
            at += 1;
            continue;
        }
        let run = pieces[at..].iter().take_while(|piece| piece.is_blank()).count();
        let after = pieces.get(at + run).map_or(Style::PLAIN, |piece| piece.style);
        let both = before.shared(after);
        // Code closes where another mark begins, and must not close behind a space.
        let other = before.without(Style::CODE) != after.without(Style::CODE);
        let both = if other { both.without(Style::CODE) } else { both };
        let held = pieces[at..at + run].iter().fold(both, |s, p| s.shared(p.style));
        for piece in &mut pieces[at..at + run] {
            piece.style = held;
        }
        at += run;
    }
}

/// Tells whether a mark next to this character would not be taken for one.
fn is_sign(edge: Option<char>) -> bool {
    edge.is_some_and(|c| matches!(c, '*' | '_' | '~' | '`' | defuse::JOINER))
}

/// Tells whether pieces end in a typed address, which would take in a mark right behind it.
fn takes_in_mark(pieces: &[Piece<'_>]) -> bool {
    let is_typed = |piece: &Piece<'_>| {
        !piece.style.has(Style::CODE) && !matches!(piece.kind, PieceKind::Link | PieceKind::Mention)
    };
    let last_first = pieces.iter().rev().filter(|piece| !piece.text.is_empty());
    defuse::take_in(
        last_first.take_while(|piece| is_typed(piece)).map(|piece| (&*piece.text, piece.style)),
    )
}

/// Takes a style off every run of it that begins or ends inside a word, or with what looks like
/// a mark itself; returns how many.
fn drop_inside_words(pieces: &mut [Piece<'_>], style: Style) -> u32 {
    let mut dropped = 0;
    let mut at = 0;
    while at < pieces.len() {
        if !pieces[at].style.has(style) {
            at += 1;
            continue;
        }
        let run =
            pieces[at..].iter().take_while(|p| p.style.has(style) || p.text.is_empty()).count();
        let wordy = |c: Option<char>| c.is_some_and(char::is_alphanumeric) || is_sign(c);
        let inner = &pieces[at..at + run];
        let edges = [inner.iter().find_map(Piece::first), inner.iter().rev().find_map(Piece::last)];
        let before = pieces[..at].iter().rev().find_map(Piece::last);
        let after = pieces[at + run..].iter().find_map(Piece::first);
        let in_address = || {
            takes_in_mark(&pieces[..at])
                || (after.is_some_and(|c| !c.is_whitespace()) && takes_in_mark(inner))
        };
        if wordy(before) || wordy(after) || edges.into_iter().any(is_sign) || in_address() {
            for piece in &mut pieces[at..at + run] {
                piece.style = piece.style.without(style);
            }
            dropped += 1;
        }
        at += run;
    }
    dropped
}
