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
        match element.kind {
            "rich_text_section" => push(element, Shape::Paragraph, false, document, losses),
            "rich_text_quote" => push(element, Shape::Paragraph, true, document, losses),
            "rich_text_preformatted" => push(element, Shape::Code, false, document, losses),
            "rich_text_list" => list(element, document, losses),
            _ => loose(element, document, losses),
        }
    }
}

/// An inline that stands where a section belongs.
fn loose<'a>(element: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    if !element.elements.is_empty() {
        push(element, Shape::Paragraph, false, document, losses);
    } else if let Some(inline) = inline(element, losses) {
        document.paragraph(vec![inline]);
    }
}

fn push<'a>(
    node: &'a Node<'a>,
    shape: Shape,
    quoted: bool,
    document: &mut Document<'a>,
    losses: &mut Losses,
) {
    let mut inlines: Vec<_> =
        node.elements.iter().filter_map(|node| inline(node, losses)).collect();
    if shape == Shape::Code {
        for inline in &mut inlines {
            inline.style = Style::CODE;
        }
    }
    let quoted = quoted || (node.border && shape != Shape::Code);
    document.blocks.push(Block { shape, quoted, inlines });
}

/// Nested lists are siblings with a greater indent; an ordered list goes on by its offset.
fn list<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    let depth = node.indent.min(8) as u8;
    for (index, item) in node.elements.iter().enumerate() {
        let number = node.offset.saturating_add(index as u32).saturating_add(1);
        let shape = Shape::Item { depth, number: node.ordered.then_some(number) };
        if depth > 0 {
            losses.add(Loss::NestedList);
        }
        push(item, shape, node.border, document, losses);
    }
}

fn inline<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Option<Inline<'a>> {
    let label = Some(&node.text).filter(|text| !text.is_empty()).map(|text| borrow(text));
    let id = borrow(&node.id);
    let span = match node.kind {
        "text" => Span::Text(borrow(&node.text)),
        "link" => Span::Link { url: borrow(&node.url), label },
        "emoji" => Span::Emoji { name: id, unicode: unicode(node) },
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

fn unicode<'a>(node: &Node<'a>) -> Option<Cow<'a, str>> {
    emoji::from_hex(&node.url).map(Cow::Owned)
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
