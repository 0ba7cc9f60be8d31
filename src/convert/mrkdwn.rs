//! Slack's own markup as a tree: one pass, no regexes, no text that fails.
//!
//! This file knows lines: fences and quotes. Marks and emoji are in `inline`, `<…>` in `token`.

mod date;
mod escape;
mod inline;
mod token;

pub(super) use date::fixed_date;
pub(super) use escape::unescape;
pub(super) use token::link_target;

use super::loss::Losses;
use super::tree::{Block, Document, Inline, Shape, Style};

const FENCE: &str = "```";

/// Reads mrkdwn.
pub(super) fn parse<'a>(text: &'a str, losses: &mut Losses) -> Document<'a> {
    let mut lines = Lines { document: Document::default(), quote_rest: false, losses };
    let mut rest = text;
    while let Some((before, code, after)) = split_fence(rest) {
        let before = before.trim_end_matches(' ');
        lines.text(before.strip_suffix('\n').unwrap_or(before));
        lines.code(code);
        let after = after.trim_start_matches(' ');
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    lines.text(rest);
    lines.document
}

/// Reads one stretch of mrkdwn in which quotes and fences mean nothing: a title, a field, a topic.
pub(super) fn parse_line<'a>(text: &'a str, losses: &mut Losses) -> Vec<Inline<'a>> {
    inline::parse(text, Style::PLAIN, losses)
}

/// Reads text in which only `<…>`, entities and emoji mean something.
pub(super) fn parse_unmarked<'a>(text: &'a str, losses: &mut Losses) -> Vec<Inline<'a>> {
    inline::parse_unmarked(text, losses)
}

/// Finds the first closed fence that holds something.
fn split_fence(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find(FENCE)?;
    let inner = &text[open + FENCE.len()..];
    let mut close = inner.find(FENCE)?;
    // Four backticks in a row: the fence is the last three of them.
    while inner[close + FENCE.len()..].starts_with('`') {
        close += 1;
    }
    let code = &inner[..close];
    let after = &inner[close + FENCE.len()..];
    (!code.trim().is_empty()).then_some((&text[..open], code, after))
}

struct Lines<'a, 'l> {
    document: Document<'a>,
    /// After `>>>` everything is quoted.
    quote_rest: bool,
    losses: &'l mut Losses,
}

impl<'a> Lines<'a, '_> {
    /// Reads text without fences, a run of lines of one kind at a time.
    fn text(&mut self, text: &'a str) {
        let mut rest = text;
        while !rest.is_empty() {
            if !self.quote_rest
                && let Some(quoted) = strip_quote(rest)
            {
                let all = quoted.strip_prefix("&gt;&gt;").filter(|rest| !rest.is_empty());
                self.quote_rest = all.is_some();
                let quoted = all.unwrap_or(quoted);
                let end = if self.quote_rest { quoted.len() } else { line_end(quoted) };
                let (line, after) = quoted.split_at(end);
                self.quoted(line.strip_prefix(' ').unwrap_or(line));
                rest = after.strip_prefix('\n').unwrap_or(after);
            } else {
                let end = if self.quote_rest { rest.len() } else { plain_end(rest) };
                let (lines, after) = rest.split_at(end);
                self.push(lines, self.quote_rest);
                rest = after.strip_prefix('\n').unwrap_or(after);
            }
        }
    }

    /// Adds a quoted line to the quote above it, or begins one.
    fn quoted(&mut self, line: &'a str) {
        let inlines = inline::parse(line, Style::PLAIN, self.losses);
        match self.document.blocks.last_mut() {
            Some(block) if block.quoted && block.shape == Shape::Paragraph => {
                block.inlines.push(Inline::text("\n", Style::PLAIN));
                block.inlines.extend(inlines);
            }
            _ => self.document.blocks.push(Block { quoted: true, ..Block::paragraph(inlines) }),
        }
    }

    fn push(&mut self, text: &'a str, quoted: bool) {
        let inlines = inline::parse(text, Style::PLAIN, self.losses);
        self.document.blocks.push(Block { quoted, ..Block::paragraph(inlines) });
    }

    fn code(&mut self, code: &'a str) {
        let code = code.strip_prefix('\n').unwrap_or(code);
        let inlines = inline::parse_code(code.trim_end(), self.losses);
        self.document.blocks.push(Block { shape: Shape::Code, quoted: false, inlines });
    }
}

fn strip_quote(line: &str) -> Option<&str> {
    line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'))
}

fn line_end(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Returns where the run of lines without a quote ends: before the newline that a quote follows.
fn plain_end(text: &str) -> usize {
    let next_is_quote = |at: &usize| strip_quote(&text[at + 1..]).is_some();
    text.match_indices('\n').map(|(at, _)| at).find(next_is_quote).unwrap_or(text.len())
}
