//! `MARKUP_SYNTAX_CHAT`: what Google Chat reads as bold, a link, a mention.

use super::line::{Line, Piece, PieceKind};
use super::{Renderer, defuse, names};
use crate::convert::loss::{Loss, Losses};
use crate::convert::mrkdwn::link_target;
use crate::convert::roster::{CustomEmoji, Roster};
use crate::convert::tree::{Block, Document, Inline, Shape, Span, Style};
use std::borrow::Cow;

/// Renders to Chat's own markup.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChatMarkup;

impl Renderer for ChatMarkup {
    fn render(&self, document: &Document<'_>, roster: &Roster, losses: &mut Losses) -> String {
        let inlines = document.blocks.iter().flat_map(|block| &block.inlines);
        let size: usize = inlines.map(|inline| length(&inline.span) + 16).sum();
        let mut writer =
            Writer { out: String::with_capacity(size), roster, losses, line: Line::default() };
        for block in &document.blocks {
            writer.block(block);
        }
        let mut out = writer.out;
        out.truncate(out.trim_end().len());
        let blank = out.len() - out.trim_start_matches(['\n', ' ']).len();
        out.drain(..blank);
        out
    }
}

/// Returns about how many bytes an inline needs.
fn length(span: &Span<'_>) -> usize {
    match span {
        Span::Text(text) | Span::Date { text, .. } => text.len(),
        Span::Link { url, label } => url.len() + label.as_ref().map_or(0, |label| label.len()),
        Span::Byline(name) => name.len(),
        _ => 16,
    }
}

struct Writer<'r, 'l> {
    out: String,
    roster: &'r Roster,
    losses: &'l mut Losses,
    line: Line,
}

impl Writer<'_, '_> {
    fn block(&mut self, block: &Block<'_>) {
        if block.is_empty() && block.shape != Shape::Rule && !self.spaces_count(block) {
            return;
        }
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        match block.shape {
            Shape::Rule => self.out.push('\n'),
            Shape::Code => self.code(block),
            Shape::Paragraph => self.lines(block, if block.quoted { "> " } else { "" }, ""),
            Shape::Item { depth, number } => {
                let quote = if block.quoted { "> " } else { "" };
                self.lines(block, quote, &bullet(depth, number, block.quoted));
            }
        }
    }

    /// A paragraph of newlines alone is a gap that the author made, unless nothing is above it.
    fn spaces_count(&self, block: &Block<'_>) -> bool {
        !self.out.is_empty() && block.shape == Shape::Paragraph && !block.inlines.is_empty()
    }

    /// Writes a block line by line, since no mark may reach over a line's end.
    fn lines(&mut self, block: &Block<'_>, quote: &str, bullet: &str) {
        let mut pieces: Vec<Piece<'_>> = Vec::with_capacity(block.inlines.len());
        let mut prefix = Prefix { quote, bullet };
        for (index, inline) in block.inlines.iter().enumerate() {
            let piece = self.piece(inline, block.inlines.split_at(index));
            if !matches!(piece.kind, PieceKind::Literal) || !piece.text.contains('\n') {
                pieces.push(piece);
                continue;
            }
            let mut parts = each_line(&piece.text).peekable();
            while let Some(part) = parts.next() {
                pieces.push(Piece { text: part, ..piece });
                if parts.peek().is_some() {
                    self.end_line(&mut pieces, &mut prefix);
                    self.out.push('\n');
                }
            }
        }
        let blank = pieces.iter().all(|piece| piece.text.is_empty());
        if blank && self.out.ends_with('\n') && prefix.bullet.is_empty() {
            return;
        }
        self.end_line(&mut pieces, &mut prefix);
    }

    fn end_line(&mut self, pieces: &mut Vec<Piece<'_>>, prefix: &mut Prefix<'_>) {
        self.out.push_str(prefix.quote);
        self.out.push_str(prefix.bullet);
        let at_start = prefix.bullet.is_empty();
        prefix.bullet = "";
        self.line.write(pieces, at_start, &mut self.out, self.losses);
        pieces.clear();
    }

    fn code(&mut self, block: &Block<'_>) {
        let mut code = String::new();
        for inline in &block.inlines {
            code.push_str(&names::words(&inline.span, self.roster));
        }
        self.out.push_str("```\n");
        defuse::code(code.trim_end().trim_start_matches('\n'), &mut self.out, self.losses);
        self.out.push_str("\n```");
    }

    /// Writes an inline; `around` is what stands before it, and what stands from it on.
    fn piece<'a>(&mut self, inline: &'a Inline<'a>, around: Around<'_>) -> Piece<'a> {
        let style = inline.style;
        if style.has(Style::CODE) {
            return Piece::literal(names::words(&inline.span, self.roster), style);
        }
        match &inline.span {
            Span::Text(text) => Piece::literal(Cow::Borrowed(&**text), style),
            Span::Link { url, label } => self.link(url, label.as_deref(), style, around),
            Span::Date { text, url: Some(url) } => self.link(url, Some(text), style, around),
            Span::User { id, label } => self.user(id, label.as_deref(), style),
            Span::Emoji { name, unicode } => self.emoji(name, unicode.as_deref(), style),
            Span::Byline(name) => {
                Piece { text: Cow::Borrowed(name), style, kind: PieceKind::Verbatim }
            }
            span => {
                match span {
                    Span::Broadcast(_) => self.losses.add(Loss::Broadcast),
                    Span::Channel { .. } => self.losses.add(Loss::ChannelLink),
                    Span::Group { .. } => self.losses.add(Loss::GroupMention),
                    _ => {}
                }
                Piece::literal(names::words(span, self.roster), style)
            }
        }
    }

    fn user<'a>(&mut self, id: &str, label: Option<&str>, style: Style) -> Piece<'a> {
        if let Some(user) = self.roster.person(id).and_then(|known| known.user.as_deref()) {
            return Piece {
                text: Cow::Owned(["<", user, ">"].concat()),
                style,
                kind: PieceKind::Mention,
            };
        }
        self.losses.add(Loss::MentionAsText);
        Piece::literal(Cow::Owned(names::user(self.roster, id, label)), style)
    }

    fn emoji<'a>(&mut self, name: &'a str, unicode: Option<&'a str>, style: Style) -> Piece<'a> {
        let (text, standard) = names::emoji(name, unicode);
        let text = match self.roster.emoji(name).filter(|_| !standard) {
            Some(CustomEmoji::Standard(text)) => Cow::Owned(text.clone()),
            Some(CustomEmoji::Picture { resource, still, .. }) => {
                self.losses.add_many(Loss::EmojiStill, u32::from(*still));
                Cow::Owned(format!("<{resource}>"))
            }
            None if standard => text,
            None => {
                self.losses.add(Loss::CustomEmoji);
                return Piece::literal(text, style);
            }
        };
        if !text.starts_with('*') {
            return Piece { text, style, kind: PieceKind::Verbatim };
        }
        // The star of a telephone must not begin or end bold.
        self.losses.add(Loss::Defused);
        let text = Cow::Owned(format!("{}{text}", defuse::JOINER));
        Piece { text, style, kind: PieceKind::Verbatim }
    }

    /// A link; bare where Chat finds its beginning and its end by itself.
    fn link<'a>(
        &mut self,
        url: &'a str,
        label: Option<&'a str>,
        style: Style,
        around: Around<'_>,
    ) -> Piece<'a> {
        let Some(target) = link_target(url) else {
            return self.other_link(url, label, style);
        };
        let label =
            label.map(clean_label).filter(|label| !label.trim().is_empty() && *label != target);
        let text = match label {
            Some(label) => Cow::Owned(["<", &*target, "|", &*label, ">"].concat()),
            None if style.is_plain() && stands_alone(&target, around) => target,
            None => Cow::Owned(["<", &*target, "|", &*target, ">"].concat()),
        };
        Piece { text, style, kind: PieceKind::Link }
    }

    /// An address that Chat can't open: an e-mail or telephone link, or some other scheme.
    fn other_link<'a>(&mut self, url: &'a str, label: Option<&'a str>, style: Style) -> Piece<'a> {
        let own = url.strip_prefix("mailto:").or_else(|| url.strip_prefix("tel:"));
        let hidden = url.contains("=xox").then(|| url.split('?').next().unwrap_or(""));
        let address = hidden.or(own).unwrap_or(url);
        let text = match label {
            Some(label) if address.is_empty() => String::from(label),
            Some(label) if label != address && label != url && !label.trim().is_empty() => {
                format!("{label} ({address})")
            }
            _ => String::from(address),
        };
        if own.is_none() {
            self.losses.add(Loss::LinkAsText);
        }
        Piece::literal(Cow::Owned(text.replace(char::is_control, " ")), style)
    }
}

/// Parts a text at its line ends; copies only what was a copy already.
fn each_line<'a>(text: &Cow<'a, str>) -> impl Iterator<Item = Cow<'a, str>> {
    let (shared, own) = match text {
        Cow::Borrowed(text) => (Some(text.split('\n').map(Cow::Borrowed)), None),
        Cow::Owned(text) => {
            let lines: Vec<_> =
                text.split('\n').map(|line| Cow::Owned(String::from(line))).collect();
            (None, Some(lines))
        }
    };
    shared.into_iter().flatten().chain(own.into_iter().flatten())
}

/// What begins the lines of a block; the bullet stands on the first alone.
struct Prefix<'p> {
    quote: &'p str,
    bullet: &'p str,
}

fn bullet(depth: u8, number: Option<u32>, quoted: bool) -> String {
    let indent = "    ".repeat(usize::from(depth));
    match (number, depth) {
        (Some(number), _) => format!("{indent}{number}. "),
        (None, 0) if !quoted => String::from("* "),
        (None, 0) => String::from("• "),
        (None, depth) => format!("{indent}{} ", if depth % 2 == 1 { '◦' } else { '▪' }),
    }
}

/// Takes what would end a label early out of it.
fn clean_label(label: &str) -> Cow<'_, str> {
    let bad = |c: char| matches!(c, '<' | '>' | '|') || c.is_control();
    let fenced = label.contains('`') && label.contains("```");
    if !label.contains(bad) && !fenced {
        return Cow::Borrowed(label);
    }
    let swap = |c| match c {
        '<' => '‹',
        '>' => '›',
        '|' => '¦',
        c if c.is_control() => ' ',
        c => c,
    };
    Cow::Owned(label.chars().map(swap).collect::<String>().replace("``", "`\u{2060}`"))
}

/// What stands before an inline, and the inline with what stands behind it.
type Around<'i> = (&'i [Inline<'i>], &'i [Inline<'i>]);

/// Tells whether Chat takes exactly this for an address if it stands bare.
fn stands_alone(url: &str, (before, here): Around<'_>) -> bool {
    let closing = |c: char| matches!(c, '.' | ',' | ';' | ':' | ')' | '!' | '?' | '"' | '\'');
    let mut after = here[1..].iter().flat_map(shown);
    let ends = match after.next() {
        Some(c) if closing(c) => after.next().is_none_or(char::is_whitespace),
        next => next.is_none_or(char::is_whitespace),
    };
    let last = before.iter().rev().find_map(|inline| shown(inline).last());
    let cut = url.ends_with(|c: char| c.is_ascii_punctuation() && c != '/' && c != '#');
    ends && !cut && last.is_none_or(|c| !c.is_alphanumeric()) && !goes_on(before)
}

/// Tells whether what comes next would become a part of an address that was typed before it.
fn goes_on(before: &[Inline<'_>]) -> bool {
    let shown = before.iter().rev().filter(|inline| !matches!(inline.span, Span::Emoji { .. }));
    defuse::take_in(shown.map_while(|inline| match &inline.span {
        Span::Text(text) => Some((&**text, inline.style)),
        _ => None,
    }))
}

/// Returns the characters at an inline's edges, as far as an address beside it cares.
fn shown<'i>(inline: &'i Inline<'_>) -> impl Iterator<Item = char> + 'i {
    let (mark, text) = match &inline.span {
        Span::Text(text) if inline.style.is_plain() => ("", &**text),
        Span::Text(text) if text.is_empty() => ("", ""),
        Span::Text(text) => ("*", &**text),
        _ => ("", "x"),
    };
    mark.chars().chain(text.chars())
}
