//! The one form that every source of text takes before it is rendered: a flat run of blocks, each
//! with its inlines, in Slack's terms. Borrows from the message wherever it can.

use std::borrow::Cow;

/// A message's text, whatever it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Document<'a> {
    /// From top to bottom. Nested lists are items that follow each other with rising depth.
    pub blocks: Vec<Block<'a>>,
}

/// A paragraph, a list item, a code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// What it is.
    pub shape: Shape,
    /// Inside a quote.
    pub quoted: bool,
    /// Its content; text may hold newlines.
    pub inlines: Vec<Inline<'a>>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Text.
    Paragraph,
    /// A list item at a depth; with its number in ordered lists.
    Item { depth: u8, number: Option<u32> },
    /// Preformatted.
    Code,
    /// A rule between parts.
    Rule,
}

/// A stretch of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inline<'a> {
    /// What it is.
    pub span: Span<'a>,
    /// How it looks.
    pub style: Style,
}

/// What an inline is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Span<'a> {
    /// Literal text: nothing in it is markup.
    Text(Cow<'a, str>),
    /// A link, with its label where that differs from the address.
    Link { url: Cow<'a, str>, label: Option<Cow<'a, str>> },
    /// Somebody, with the handle of old messages.
    User { id: Cow<'a, str>, label: Option<Cow<'a, str>> },
    /// A conversation.
    Channel { id: Cow<'a, str>, label: Option<Cow<'a, str>> },
    /// A user group.
    Group { id: Cow<'a, str>, label: Option<Cow<'a, str>> },
    /// `here`, `channel`, `everyone`.
    Broadcast(Cow<'a, str>),
    /// An emoji by name, and as Unicode where it has one.
    Emoji { name: Cow<'a, str>, unicode: Option<Cow<'a, str>> },
    /// Whose text it is, in Chat's markup already.
    Byline(String),
    /// A date in fixed words.
    Date { text: Cow<'a, str>, url: Option<Cow<'a, str>> },
}

/// A set of text styles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Style(u8);

impl Style {
    /// No style.
    pub(super) const PLAIN: Self = Self(0);
    /// Bold.
    pub(super) const BOLD: Self = Self(1);
    /// Italic.
    pub(super) const ITALIC: Self = Self(2);
    /// Struck through.
    pub(super) const STRIKE: Self = Self(4);
    /// Code.
    pub(super) const CODE: Self = Self(8);
    /// The single styles, outermost first.
    pub(super) const EACH: [Self; 4] = [Self::BOLD, Self::ITALIC, Self::STRIKE, Self::CODE];

    /// Returns both together.
    #[must_use]
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns what both have.
    #[must_use]
    pub(super) const fn shared(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns this without the other.
    #[must_use]
    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Tells whether it has all of the other.
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Tells whether it has none.
    pub(super) const fn is_plain(self) -> bool {
        self.0 == 0
    }
}

impl<'a> Inline<'a> {
    /// Makes literal text.
    pub(super) fn text(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        Self { span: Span::Text(text.into()), style }
    }
}

impl<'a> Block<'a> {
    /// Makes a paragraph.
    pub(super) fn paragraph(inlines: Vec<Inline<'a>>) -> Self {
        Self { shape: Shape::Paragraph, quoted: false, inlines }
    }

    /// Tells whether nothing of it would show.
    pub(super) fn is_empty(&self) -> bool {
        let blank = |inline: &Inline<'_>| matches!(&inline.span, Span::Text(text) if text.chars().all(char::is_whitespace));
        self.inlines.iter().all(blank)
    }
}

impl<'a> Document<'a> {
    /// Tells whether nothing of it would show.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.iter().all(Block::is_empty)
    }

    /// Adds a paragraph.
    pub(super) fn paragraph(&mut self, inlines: Vec<Inline<'a>>) {
        self.blocks.push(Block::paragraph(inlines));
    }

    /// Adds a style to all text but code blocks.
    pub(super) fn restyle(&mut self, style: Style) {
        let text = self.blocks.iter_mut().filter(|block| block.shape != Shape::Code);
        for inline in text.flat_map(|block| &mut block.inlines) {
            inline.style = inline.style.with(style);
        }
    }

    /// Puts everything inside a quote.
    pub(super) fn quote(&mut self) {
        for block in &mut self.blocks {
            block.quoted = true;
        }
    }
}
