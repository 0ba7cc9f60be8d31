//! Legacy attachments as a tree: cards of apps, previews of links, shared messages.

mod attachment;

use super::blocks::{self, Node};
use super::loss::{Loss, Losses};
use super::mrkdwn;
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use crate::ids::{SlackTs, rfc3339};
use attachment::{Attachment, Field};
use std::borrow::Cow;

/// The attachments of a message, read; their documents borrow from here.
#[derive(Debug, Default)]
pub(super) struct Cards<'a>(Vec<(Attachment<'a>, Vec<Node<'a>>, Vec<Field<'a>>)>);

/// Reads `attachments`, each for itself: one that can't be read is counted and left out.
pub(super) fn read<'a>(json: &'a str, losses: &mut Losses) -> Cards<'a> {
    let Ok(raw) = serde_json::from_str::<Vec<&'a serde_json::value::RawValue>>(json) else {
        losses.add(Loss::CardUnreadable);
        return Cards::default();
    };
    let mut cards = Vec::with_capacity(raw.len());
    for entry in raw {
        match serde_json::from_str::<Attachment<'a>>(entry.get()) {
            Ok(mut card) => {
                let (blocks, fields) = (card.take_blocks(), card.fields());
                cards.push((card, blocks, fields));
            }
            Err(_) if entry.get() == "null" => {}
            Err(_) => losses.add(Loss::CardUnreadable),
        }
    }
    Cards(cards)
}

impl<'a> Cards<'a> {
    /// Adds every card to a document. A preview is dropped if the message says anything itself.
    pub(super) fn append(&'a self, document: &mut Document<'a>, losses: &mut Losses) {
        let speaks = !document.is_empty();
        for (card, blocks, fields) in &self.0 {
            let mut inside = Document::default();
            if card.is_shared() {
                losses.add(Loss::SharedAsQuote);
                shared(card, blocks, &mut inside, losses);
            } else if speaks && card.is_preview() {
                losses.add(Loss::LinkPreview);
                continue;
            } else {
                losses.add(Loss::CardAsText);
                app(card, blocks, fields, &mut inside, losses);
            }
            document.blocks.append(&mut inside.blocks);
        }
    }
}

/// A shared message: whose, where and when, then its words, all in a quote.
fn shared<'a>(
    card: &'a Attachment<'a>,
    blocks: &'a [Node<'a>],
    inside: &mut Document<'a>,
    losses: &mut Losses,
) {
    let mut head = Vec::new();
    let author =
        [&card.author_name, &card.author_subname].into_iter().find(|name| !name.is_blank());
    if let Some(author) = author {
        head.push(Inline::text(&*author.0, Style::BOLD));
    } else if !card.author_id.is_blank() {
        let span = Span::User { id: Cow::Borrowed(&*card.author_id.0), label: None };
        head.push(Inline { span, style: Style::PLAIN });
    }
    if !card.channel_id.is_blank() {
        let label = Some(&card.channel_name).filter(|name| !name.is_blank());
        let label = label.map(|name| Cow::Borrowed(&*name.0));
        let span = Span::Channel { id: Cow::Borrowed(&*card.channel_id.0), label };
        head.push(Inline::text(if head.is_empty() { "in " } else { " in " }, Style::PLAIN));
        head.push(Inline { span, style: Style::PLAIN });
    }
    if let Ok(ts) = card.ts.0.parse::<SlackTs>() {
        let time = rfc3339(ts.secs() * 1_000_000);
        let words = format!("{} {} UTC", &time[..10], &time[11..16]);
        head.push(Inline::text(if head.is_empty() { "" } else { ", " }, Style::PLAIN));
        head.push(Inline::text(words, Style::PLAIN));
    }
    if !head.is_empty() {
        head.push(Inline::text(":", Style::PLAIN));
        inside.paragraph(head);
    }
    body(card, blocks, inside, losses);
    for file in card.files() {
        losses.add(Loss::FileAsText);
        let mut line = vec![Inline::text("📎 ", Style::PLAIN)];
        let name = if file.name.is_blank() { Cow::Borrowed("file") } else { file.name.0 };
        line.push(linked(name, &file.permalink.0));
        inside.paragraph(line);
    }
    inside.quote();
}

/// An app's card, in the order in which Slack shows it.
fn app<'a>(
    card: &'a Attachment<'a>,
    blocks: &'a [Node<'a>],
    fields: &'a [Field<'a>],
    inside: &mut Document<'a>,
    losses: &mut Losses,
) {
    if !card.pretext.is_blank() {
        inside.blocks.extend(mrkdwn::parse(&card.pretext.0, losses).blocks);
    }
    if !card.author_name.is_blank() {
        inside.paragraph(mrkdwn::parse_unmarked(&card.author_name.0, losses));
    }
    title(card, inside, losses);
    body(card, blocks, inside, losses);
    for entry in fields {
        field(entry, inside, losses);
    }
    if !card.image_url.is_blank() {
        losses.add(Loss::ImageAsLink);
        let picture = linked(Cow::Borrowed("picture"), &card.image_url.0);
        inside.paragraph(vec![Inline::text("🖼 ", Style::PLAIN), picture]);
    }
    if let Some(actions) = &card.actions {
        buttons(&actions.elements, inside, losses);
    }
    if !card.footer.is_blank() {
        let mut footer = mrkdwn::parse_unmarked(&card.footer.0, losses);
        restyle(&mut footer, Style::ITALIC);
        inside.paragraph(footer);
    }
    if inside.is_empty() {
        inside.paragraph(mrkdwn::parse_unmarked(&card.fallback.0, losses));
    }
}

/// Makes a link of words, or the words alone where there is no address for people.
fn linked<'a>(words: Cow<'a, str>, url: &str) -> Inline<'a> {
    match mrkdwn::link_target(url) {
        Some(url) => {
            let span = Span::Link { url: Cow::Owned(url.into_owned()), label: Some(words) };
            Inline { span, style: Style::PLAIN }
        }
        None => Inline::text(words, Style::PLAIN),
    }
}

fn restyle(inlines: &mut [Inline<'_>], style: Style) {
    for inline in inlines {
        inline.style = inline.style.with(style);
    }
}

fn title<'a>(card: &'a Attachment<'a>, inside: &mut Document<'a>, losses: &mut Losses) {
    if card.title.is_blank() {
        return;
    }
    let mut line = mrkdwn::parse_unmarked(&card.title.0, losses);
    if let Some(url) = mrkdwn::link_target(&card.title_link.0) {
        let only_text = matches!(&line[..], [Inline { span: Span::Text(_), .. }]);
        let label =
            if only_text { Cow::Borrowed(&*card.title.0) } else { mrkdwn::unescape(&card.title.0) };
        line = vec![Inline { span: Span::Link { url, label: Some(label) }, style: Style::PLAIN }];
    }
    restyle(&mut line, Style::BOLD);
    inside.paragraph(line);
}

/// The card's text: its blocks where it has any.
fn body<'a>(
    card: &'a Attachment<'a>,
    nodes: &'a [Node<'a>],
    inside: &mut Document<'a>,
    losses: &mut Losses,
) {
    let before = inside.blocks.len();
    blocks::append(nodes, inside, losses);
    let shows = inside.blocks[before..].iter().any(|block| !block.is_empty());
    if !shows && !card.text.is_blank() {
        inside.blocks.extend(mrkdwn::parse(&card.text.0, losses).blocks);
    }
}

/// `Title: value`, the value below where it has several lines.
fn field<'a>(entry: &'a Field<'a>, inside: &mut Document<'a>, losses: &mut Losses) {
    let mut value = mrkdwn::parse(&entry.value.0, losses).blocks;
    let mut line = Vec::new();
    if !entry.title.is_blank() {
        line = mrkdwn::parse_unmarked(&entry.title.0, losses);
        line.push(Inline::text(":", Style::PLAIN));
        restyle(&mut line, Style::BOLD);
    }
    let short = value.len() == 1 && value[0].shape == Shape::Paragraph && !value[0].quoted;
    if short && !entry.value.0.contains('\n') {
        line.push(Inline::text(if line.is_empty() { "" } else { " " }, Style::PLAIN));
        line.append(&mut value.remove(0).inlines);
    }
    inside.blocks.extend(std::iter::once(Block::paragraph(line)).filter(|block| !block.is_empty()));
    inside.blocks.append(&mut value);
}

fn buttons<'a>(nodes: &'a [Node<'a>], inside: &mut Document<'a>, losses: &mut Losses) {
    if !nodes.is_empty() {
        blocks::controls(nodes, inside, losses);
    }
}
