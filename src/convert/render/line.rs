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
        self.marks.clear();
        self.emit(pieces);
        let from = out.len();
        defuse::resolve(&self.text, &self.marks, out, losses);
        if at_start {
            defuse::line_start(out, from, pieces, losses);
        }
    }

    /// Writes the pieces with their marks, and notes every character that might be one.
    fn emit(&mut self, pieces: &[Piece<'_>]) {
        let mut open: Vec<Style> = Vec::new();
        for piece in pieces.iter().filter(|piece| !piece.text.is_empty()) {
            let keep = open.iter().take_while(|style| piece.style.has(**style)).count();
            self.close(&mut open, keep);
            for style in Style::EACH {
                if piece.style.has(style) && !open.contains(&style) {
                    self.mark(style);
                    open.push(style);
                }
            }
            let from = self.text.len();
            self.text.push_str(&piece.text);
            if piece.kind == PieceKind::Literal {
                let marked = if piece.style.has(Style::CODE) { Style::CODE } else { piece.style };
                defuse::note(&self.text, from, marked, &mut self.marks);
            }
        }
        self.close(&mut open, 0);
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

/// Tells whether nothing in a piece could be taken for markup.
fn is_quiet(piece: &Piece<'_>) -> bool {
    piece.kind != PieceKind::Literal
        || !piece.text.bytes().any(|b| matches!(b, b'*' | b'_' | b'~' | b'`' | b'<'))
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
        let code_with_tick = piece.style.has(Style::CODE) && piece.text.contains('`');
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
    for piece in old {
        if !edged(&piece) {
            pieces.push(piece);
            continue;
        }
        let trimmed = piece.text.trim();
        let from = piece.text.len() - piece.text.trim_start().len();
        let parts = [&piece.text[..from], trimmed, &piece.text[from + trimmed.len()..]];
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            pieces.push(Piece { text: Cow::Owned(String::from(part)), ..piece });
        }
    }
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
        let held = pieces[at..at + run].iter().fold(before.shared(after), |s, p| s.shared(p.style));
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
        let wordy = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == defuse::JOINER);
        let inner = &pieces[at..at + run];
        let edges = [inner.iter().find_map(Piece::first), inner.iter().rev().find_map(Piece::last)];
        let before = pieces[..at].iter().rev().find_map(Piece::last);
        let after = pieces[at + run..].iter().find_map(Piece::first);
        if wordy(before) || wordy(after) || edges.into_iter().any(is_sign) {
            for piece in &mut pieces[at..at + run] {
                piece.style = piece.style.without(style);
            }
            dropped += 1;
        }
        at += run;
    }
    dropped
}
