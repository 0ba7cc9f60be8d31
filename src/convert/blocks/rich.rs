//! What rich text is made of: sections, lists, quotes, preformatted text and their inlines.

use super::{Node, fallback_of};
use crate::convert::emoji;
use crate::convert::loss::{Loss, Losses};
use crate::convert::mrkdwn::fixed_date;
use crate::convert::tree::{Block, Document, Inline, Shape, Span, Style};
use std::borrow::Cow;

/// Adds one `rich_text` block.
pub(super) fn append<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    for element in &node.elements {
        self::element(element, Around::default(), document, losses);
    }
}

/// What an element stands in: Slack nests none of them, but nothing keeps a program from it.
#[derive(Debug, Clone, Copy, Default)]
struct Around {
    quoted: bool,
    depth: u32,
}

fn element<'a>(
    node: &'a Node<'a>,
    around: Around,
    document: &mut Document<'a>,
    losses: &mut Losses,
) {
    match node.kind {
        "rich_text_quote" => {
            let around = Around { quoted: true, ..around };
            push(node, Shape::Paragraph, around, document, losses);
        }
        "rich_text_preformatted" => push(node, Shape::Code, around, document, losses),
        "rich_text_list" => list(node, around, document, losses),
        "rich_text_section" => push(node, Shape::Paragraph, around, document, losses),
        _ if !node.elements.is_empty() => push(node, Shape::Paragraph, around, document, losses),
        // An inline that stands where a section belongs.
        _ => {
            if let Some(inline) = inline(node, losses) {
                document.paragraph(vec![inline]);
            }
        }
    }
}

fn push<'a>(
    node: &'a Node<'a>,
    shape: Shape,
    around: Around,
    document: &mut Document<'a>,
    losses: &mut Losses,
) {
    let mut inlines = Vec::with_capacity(node.elements.len());
    let mut inner = node.elements.iter().peekable();
    while let Some(node) = inner.next_if(|node| node.elements.is_empty()) {
        inlines.extend(inline(node, losses));
    }
    if shape == Shape::Code {
        for inline in &mut inlines {
            inline.style = Style::CODE;
        }
    }
    let quoted = around.quoted || node.border;
    let nothing = inlines.is_empty() && inner.peek().is_some();
    if !nothing {
        document.blocks.push(Block { shape, quoted: quoted && shape != Shape::Code, inlines });
    }
    let depth = around.depth + u32::from(matches!(shape, Shape::Item { .. }));
    for nested in inner {
        element(nested, Around { quoted, depth }, document, losses);
    }
}

/// Nested lists are siblings with a greater indent; an ordered list goes on by its offset.
fn list<'a>(node: &'a Node<'a>, around: Around, document: &mut Document<'a>, losses: &mut Losses) {
    let depth = node.indent.saturating_add(around.depth).min(8);
    for (index, item) in node.elements.iter().enumerate() {
        let number = node.offset.saturating_add(index as u32).saturating_add(1);
        let shape = Shape::Item { depth: depth as u8, number: node.ordered.then_some(number) };
        if depth > 0 {
            losses.add(Loss::NestedList);
        }
        let around = Around { quoted: around.quoted || node.border, depth };
        push(item, shape, around, document, losses);
    }
}

fn inline<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Option<Inline<'a>> {
    let label = Some(&node.text).filter(|text| !text.is_empty()).map(|text| borrow(text));
    let id = borrow(&node.id);
    let span = match node.kind {
        "text" => Span::Text(borrow(&node.text)),
        "link" => Span::Link { url: borrow(&node.url), label },
        "emoji" => emoji(node),
        "user" => Span::User { id, label },
        "channel" => Span::Channel { id, label },
        "usergroup" => Span::Group { id, label },
        "broadcast" => Span::Broadcast(id),
        "date" => date(node, losses),
        "color" | "team" if !id.is_empty() => Span::Text(id),
        _ => unknown(node, losses)?,
    };
    Some(Inline { span, style: node.style })
}

fn borrow<'a>(text: &'a Cow<'a, str>) -> Cow<'a, str> {
    Cow::Borrowed(&**text)
}

fn emoji<'a>(node: &'a Node<'a>) -> Span<'a> {
    let unicode = emoji::from_hex(&node.url).map(Cow::Owned);
    let name = match node.offset {
        tone @ 2..=6 if unicode.is_none() && !node.id.contains("::") => {
            Cow::Owned(format!("{}::skin-tone-{tone}", node.id))
        }
        _ => borrow(&node.id),
    };
    Span::Emoji { name, unicode }
}

fn date<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Span<'a> {
    losses.add(Loss::DateFixed);
    let (timestamp, format) = match &node.rare {
        Some(rare) => (&*rare.timestamp, &*rare.format),
        None => ("", ""),
    };
    let text = Cow::Owned(fixed_date(timestamp, format, fallback_of(node)));
    let url = Some(borrow(&node.url)).filter(|url| !url.is_empty());
    Span::Date { text, url }
}

fn unknown<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Option<Span<'a>> {
    let text = if node.text.is_empty() { fallback_of(node) } else { &node.text };
    if !text.is_empty() {
        return Some(Span::Text(Cow::Borrowed(text)));
    }
    losses.add(Loss::UnknownElement);
    (!node.url.is_empty()).then(|| Span::Link { url: borrow(&node.url), label: None })
}
