//! Standard Markdown, which Slack takes in one kind of block alone, as a tree.

use super::loss::{Loss, Losses};
use super::mrkdwn;
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// Reads Markdown, with tables, task lists and struck text.
pub(super) fn parse<'a>(text: &'a str, losses: &mut Losses) -> Document<'a> {
    let more = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader {
        text,
        document: Document::default(),
        inlines: Vec::new(),
        held: 0..0,
        shape: Shape::Paragraph,
        style: Style::PLAIN,
        quotes: 0,
        lists: Vec::new(),
        links: Vec::new(),
        losses,
    };
    for (event, range) in Parser::new_ext(text, more).into_offset_iter() {
        reader.take(event, range);
    }
    reader.end();
    reader.document
}

struct Reader<'a, 'l> {
    text: &'a str,
    document: Document<'a>,
    inlines: Vec<Inline<'a>>,
    /// Words that stand together in the source and are not read yet.
    held: Range<usize>,
    shape: Shape,
    style: Style,
    quotes: usize,
    /// The next number of each list around; none in those without numbers.
    lists: Vec<Option<u64>>,
    /// Where each link around begins among the inlines, and where it leads.
    links: Vec<(usize, Cow<'a, str>)>,
    losses: &'l mut Losses,
}

impl<'a> Reader<'a, '_> {
    fn take(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            // Entities and Slack's own tokens are read from the source, over all its pieces.
            Event::Text(_) | Event::InlineHtml(_) | Event::Html(_) => self.hold(range),
            event => {
                self.read();
                self.other(event);
            }
        }
    }

    fn other(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.stop(tag),
            Event::Code(code) => {
                let style = self.style.with(Style::CODE);
                self.inlines.push(Inline::text(Cow::from(code), style));
            }
            Event::SoftBreak | Event::HardBreak => self.say("\n"),
            Event::TaskListMarker(done) => self.say(if done { "☑ " } else { "☐ " }),
            Event::Rule => {
                self.end();
                let inlines = Vec::new();
                self.document.blocks.push(Block { shape: Shape::Rule, quoted: false, inlines });
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Heading { .. } | Tag::TableHead | Tag::Strong => {
                self.style = self.style.with(Style::BOLD);
            }
            Tag::Emphasis => self.style = self.style.with(Style::ITALIC),
            Tag::Strikethrough => self.style = self.style.with(Style::STRIKE),
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::CodeBlock(_) => {
                self.end();
                (self.shape, self.style) = (Shape::Code, Style::CODE);
            }
            Tag::List(first) => {
                self.end();
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Link { dest_url, .. } => self.links.push((self.inlines.len(), dest_url.into())),
            Tag::Image { dest_url, .. } => {
                self.losses.add(Loss::ImageAsLink);
                self.say("🖼 ");
                self.links.push((self.inlines.len(), dest_url.into()));
            }
            _ => {}
        }
    }

    fn stop(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.style = self.style.without(Style::BOLD),
            TagEnd::Emphasis => self.style = self.style.without(Style::ITALIC),
            TagEnd::Strikethrough => self.style = self.style.without(Style::STRIKE),
            TagEnd::Link | TagEnd::Image => self.link(),
            TagEnd::TableCell => self.say(" | "),
            TagEnd::Paragraph | TagEnd::TableRow | TagEnd::Item => self.end(),
            TagEnd::Heading(_) | TagEnd::TableHead | TagEnd::CodeBlock => {
                self.end();
                self.style = Style::PLAIN;
            }
            TagEnd::BlockQuote(_) => {
                self.end();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            _ => {}
        }
    }

    fn item(&mut self) {
        self.end();
        let depth = self.lists.len().saturating_sub(1).min(8);
        self.losses.add_many(Loss::NestedList, u32::from(depth > 0));
        let number = self.lists.last_mut().and_then(Option::as_mut).map(|next| {
            *next += 1;
            u32::try_from(*next - 1).unwrap_or(u32::MAX)
        });
        self.shape = Shape::Item { depth: depth as u8, number };
    }

    fn say(&mut self, words: &'static str) {
        self.inlines.push(Inline::text(words, self.style));
    }

    fn hold(&mut self, range: Range<usize>) {
        if self.held.end == range.start {
            self.held.end = range.end;
        } else {
            self.read();
            self.held = range;
        }
    }

    /// Reads the words held back.
    fn read(&mut self) {
        let words = self.text.get(self.held.clone()).unwrap_or_default();
        self.held = self.held.end..self.held.end;
        if self.shape == Shape::Code {
            self.inlines.push(Inline::text(mrkdwn::unescape(words), Style::CODE));
            return;
        }
        for inline in mrkdwn::parse_unmarked(words, self.losses) {
            self.inlines.push(Inline { style: self.style, ..inline });
        }
    }

    fn link(&mut self) {
        let Some((from, url)) = self.links.pop() else { return };
        let label: String = self.inlines[from..]
            .iter()
            .filter_map(|inline| match &inline.span {
                Span::Text(text) => Some(&**text),
                Span::Emoji { name, .. } => Some(&**name),
                _ => None,
            })
            .collect();
        self.inlines.truncate(from);
        let label = Some(label).filter(|label| !label.trim().is_empty()).map(Cow::Owned);
        self.inlines.push(Inline { span: Span::Link { url, label }, style: self.style });
    }

    /// Ends a block; what follows in the same list item is a paragraph.
    fn end(&mut self) {
        self.read();
        let mut inlines = std::mem::take(&mut self.inlines);
        let last = inlines.last_mut().map(|inline| &mut inline.span);
        if let Some(Span::Text(text)) = last {
            let end = text.trim_end_matches([' ', '|', '\n']).len();
            *text = Cow::Owned(text[..end].to_owned());
        }
        let shape = std::mem::replace(&mut self.shape, Shape::Paragraph);
        let block = Block { shape, quoted: self.quotes > 0, inlines };
        if block.is_empty() {
            self.shape = shape;
        } else {
            let quoted = block.quoted && shape != Shape::Code;
            self.document.blocks.push(Block { quoted, ..block });
        }
    }
}
