//! Block Kit as a tree. This file knows blocks; `rich` knows what rich text is made of.

mod node;
mod rich;

pub(super) use node::Node;

use super::loss::{Loss, Losses};
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use super::{markdown, mrkdwn};
use std::borrow::Cow;

/// Reads an array of blocks; none where it is no such thing.
pub(super) fn read(json: &str) -> Option<Vec<Node<'_>>> {
    let root: Node<'_> = serde_json::from_str(json).ok()?;
    (root.kind == "row").then_some(root.elements)
}

/// Tells whether any of them has a layout that text can't show.
pub(super) fn have_layout(nodes: &[Node<'_>]) -> bool {
    let kinds =
        ["section", "header", "alert", "context", "image", "video", "actions", "input", "table"];
    nodes.iter().any(|node| kinds.contains(&node.kind))
}

/// Adds blocks to a document.
pub(super) fn append<'a>(nodes: &'a [Node<'a>], document: &mut Document<'a>, losses: &mut Losses) {
    for node in nodes {
        block(node, document, losses);
    }
}

fn block<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    match node.kind {
        "rich_text" => rich::append(node, document, losses),
        "section" => section(node, document, losses),
        "header" | "alert" => document.paragraph(bold(text_of(node, losses))),
        "context" => context(node, document, losses),
        "divider" => document.blocks.push(rule()),
        "image" | "video" => picture(node, document, losses),
        "actions" | "context_actions" => controls(&node.elements, document, losses),
        "input" => input(node, document, losses),
        "markdown" => extend(document, markdown::parse(&node.text, losses)),
        "table" | "data_table" => table(node, document, losses),
        _ => unknown(node, document, losses),
    }
}

fn rule<'a>() -> Block<'a> {
    Block { shape: Shape::Rule, quoted: false, inlines: Vec::new() }
}

fn extend<'a>(document: &mut Document<'a>, more: Document<'a>) {
    document.blocks.extend(more.blocks);
}

fn bold(mut inlines: Vec<Inline<'_>>) -> Vec<Inline<'_>> {
    for inline in &mut inlines {
        inline.style = inline.style.with(Style::BOLD);
    }
    inlines
}

/// Reads a node's text, whether it is a text object itself or holds one.
fn text_of<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Vec<Inline<'a>> {
    if let Some(inner) = node.rare.as_ref().and_then(|rare| rare.inner.as_ref()) {
        return text_of(inner, losses);
    }
    if node.kind == "mrkdwn" {
        return mrkdwn::parse_line(&node.text, losses);
    }
    mrkdwn::parse_unmarked(&node.text, losses)
}

fn title_of<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Vec<Inline<'a>> {
    let title = node.rare.as_ref().and_then(|rare| rare.title.as_ref());
    title.map(|title| text_of(title, losses)).unwrap_or_default()
}

fn fallback_of<'a>(node: &'a Node<'a>) -> &'a str {
    node.rare.as_ref().map_or("", |rare| rare.fallback.trim())
}

fn section<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    let Some(rare) = &node.rare else {
        return document.paragraph(text_of(node, losses));
    };
    if let Some(inner) = &rare.inner {
        if inner.kind == "mrkdwn" {
            extend(document, mrkdwn::parse(&inner.text, losses));
        } else {
            document.paragraph(text_of(inner, losses));
        }
    }
    for field in &rare.fields {
        match field.kind {
            "mrkdwn" => extend(document, mrkdwn::parse(&field.text, losses)),
            _ => document.paragraph(text_of(field, losses)),
        }
    }
    if let Some(accessory) = &rare.accessory {
        match accessory.kind {
            "image" => picture(accessory, document, losses),
            _ => controls(std::slice::from_ref(accessory), document, losses),
        }
    }
}

/// Small print: everything on one line.
fn context<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    let mut line = Vec::new();
    for element in &node.elements {
        if !line.is_empty() {
            line.push(Inline::text("  ", Style::PLAIN));
        }
        match element.kind {
            // An icon, mostly: its description says what it shows.
            "image" => {
                losses.add(Loss::ImageAsLink);
                line.push(Inline::text("🖼 ", Style::PLAIN));
                line.push(Inline::text(fallback_of(element), Style::PLAIN));
            }
            "mrkdwn" if has_lines(&element.text) => {
                document.paragraph(std::mem::take(&mut line));
                extend(document, mrkdwn::parse(&element.text, losses));
            }
            _ => line.extend(text_of(element, losses)),
        }
    }
    document.paragraph(line);
}

/// Tells whether mrkdwn needs lines of its own.
fn has_lines(text: &str) -> bool {
    text.contains("```") || text.starts_with("&gt;") || text.contains("\n&gt;")
}

fn picture<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    document.paragraph(pictured(node, losses));
    more(node, document, losses);
}

/// Shows a picture by what it is called, with a link where it has one.
fn pictured<'a>(node: &'a Node<'a>, losses: &mut Losses) -> Vec<Inline<'a>> {
    losses.add(Loss::ImageAsLink);
    let title = plain(&title_of(node, losses));
    let words: Cow<'a, str> = match (title.trim(), fallback_of(node)) {
        ("", "") => Cow::Borrowed("picture"),
        ("", words) => Cow::Borrowed(words),
        _ => Cow::Owned(title),
    };
    let mut line = vec![Inline::text("🖼 ", Style::PLAIN)];
    if mrkdwn::link_target(&node.url).is_some() {
        let span = Span::Link { url: Cow::Borrowed(&node.url), label: Some(words) };
        line.push(Inline { span, style: Style::PLAIN });
    } else {
        line.push(Inline::text(words, Style::PLAIN));
    }
    line
}

/// Buttons that lead somewhere become links; the others leave their label.
pub(super) fn controls<'a>(
    nodes: &'a [Node<'a>],
    document: &mut Document<'a>,
    losses: &mut Losses,
) {
    let mut line = Vec::new();
    for node in nodes {
        losses.add(Loss::ButtonAsText);
        for one in std::iter::once(node).chain(choices(node)) {
            let inlines = text_of(one, losses);
            if !inlines.is_empty() {
                line.extend((!line.is_empty()).then(|| Inline::text(" · ", Style::PLAIN)));
                control(inlines, &one.url, &mut line);
            }
        }
    }
    if !line.is_empty() {
        document.paragraph(line);
    }
}

/// What stands in place of a label: a menu's invitation and the links in it, else every choice.
fn choices<'a>(node: &'a Node<'a>) -> impl Iterator<Item = &'a Node<'a>> {
    let more = node.rare.as_ref().map_or(&[][..], |rare| &rare.more);
    let invites = more.iter().any(|one| one.kind == "plain_text");
    more.iter().filter(move |one| !invites || one.kind == "plain_text" || !one.url.is_empty())
}

fn control<'a>(inlines: Vec<Inline<'a>>, url: &'a str, line: &mut Vec<Inline<'a>>) {
    let span = |label| Span::Link { url: Cow::Borrowed(url), label };
    // Names are known only when the text is written: a label can't hold them.
    let names = |inline: &Inline<'_>| {
        matches!(inline.span, Span::User { .. } | Span::Channel { .. } | Span::Group { .. })
    };
    if url.is_empty() {
        line.push(Inline::text("[", Style::PLAIN));
        line.extend(inlines);
        line.push(Inline::text("]", Style::PLAIN));
    } else if inlines.iter().any(names) {
        line.extend(inlines);
        line.push(Inline::text(" ", Style::PLAIN));
        line.push(Inline { span: span(None), style: Style::PLAIN });
    } else {
        let label = Some(Cow::Owned(plain(&inlines)));
        line.push(Inline { span: span(label), style: Style::PLAIN });
    }
}

/// Joins the literal text of inlines.
fn plain(inlines: &[Inline<'_>]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match &inline.span {
            Span::Text(words) => text.push_str(words),
            Span::Emoji { name, .. } => {
                text.push_str(&super::emoji::find(name).unwrap_or_default());
            }
            Span::Link { url, label } => text.push_str(label.as_ref().unwrap_or(url)),
            _ => {}
        }
    }
    text
}

fn input<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    losses.add(Loss::ButtonAsText);
    document.paragraph(title_of(node, losses));
}

fn table<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    for row in &node.elements {
        let mut line = Vec::new();
        for (index, cell) in row.elements.iter().enumerate() {
            if index > 0 {
                line.push(Inline::text(" | ", Style::PLAIN));
            }
            let mut inside = Document::default();
            match cell.kind {
                "rich_text" => rich::append(cell, &mut inside, losses),
                _ if cell.text.is_empty() => {
                    inside.paragraph(vec![Inline::text(&*cell.id, Style::PLAIN)]);
                }
                _ => inside.paragraph(text_of(cell, losses)),
            }
            for (index, block) in inside.blocks.into_iter().enumerate() {
                line.extend((index > 0).then(|| Inline::text(" ", Style::PLAIN)));
                line.extend(block.inlines);
            }
        }
        document.paragraph(line);
    }
}

/// Shows whatever text a newer block has, and the blocks inside it.
fn unknown<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    let before = document.blocks.len();
    let title = title_of(node, losses);
    let mut text = text_of(node, losses);
    if text.is_empty() && !fallback_of(node).is_empty() {
        text.push(Inline::text(fallback_of(node), Style::PLAIN));
    }
    for line in [bold(title), text].into_iter().filter(|line| !line.is_empty()) {
        document.paragraph(line);
    }
    more(node, document, losses);
    append(&node.elements, document, losses);
    let shows = document.blocks[before..].iter().any(|block| !block.is_empty());
    losses.add(if shows { Loss::CardAsText } else { Loss::UnknownBlock });
}

/// Adds what a newer block says below its title.
fn more<'a>(node: &'a Node<'a>, document: &mut Document<'a>, losses: &mut Losses) {
    for one in node.rare.iter().flat_map(|rare| &rare.more) {
        match one.kind {
            "" | "plain_text" => document.paragraph(text_of(one, losses)),
            "mrkdwn" => extend(document, mrkdwn::parse(&one.text, losses)),
            "button" => controls(std::slice::from_ref(one), document, losses),
            _ => block(one, document, losses),
        }
    }
}
