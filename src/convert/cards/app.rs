//! An app's card, or a link's preview: everything that it shows, in Slack's order.

use super::Card;
use super::attachment::Field;
use crate::convert::loss::{Loss, Losses};
use crate::convert::render::names;
use crate::convert::roster::Roster;
use crate::convert::tree::{Block, Document, Inline, Shape, Span, Style};
use crate::convert::{blocks, emoji, mrkdwn};
use std::borrow::Cow;

/// Shows a card; its fallback only where nothing else says anything.
pub(super) fn show<'a>(
    card: &'a Card<'a>,
    inside: &mut Document<'a>,
    roster: &Roster,
    losses: &mut Losses,
) {
    pretext(card, inside, losses);
    if !card.is.author_name.is_blank() {
        inside.paragraph(mrkdwn::parse_unmarked(&card.is.author_name.0, losses));
    }
    if card.is.title.is_blank() && mrkdwn::link_target(&card.is.from_url.0).is_some() {
        let span = Span::Link { url: Cow::Borrowed(&card.is.from_url.0), label: None };
        inside.paragraph(vec![Inline { span, style: Style::PLAIN }]);
    }
    content(card, inside, roster, losses);
    footer(card, inside, losses);
    if inside.is_empty() {
        inside.paragraph(mrkdwn::parse_unmarked(&card.is.fallback.0, losses));
    }
}

/// Shows what stands above a card.
pub(super) fn pretext<'a>(card: &'a Card<'a>, inside: &mut Document<'a>, losses: &mut Losses) {
    if !card.is.pretext.is_blank() {
        inside.blocks.extend(words(card, "pretext", &card.is.pretext.0, losses));
    }
}

/// Shows title, text, fields, picture and buttons.
pub(super) fn content<'a>(
    card: &'a Card<'a>,
    inside: &mut Document<'a>,
    roster: &Roster,
    losses: &mut Losses,
) {
    title(card, inside, roster, losses);
    body(card, inside, losses);
    for entry in &card.fields {
        let value = words(card, "fields", &entry.value.0, losses);
        field(entry, value, inside, losses);
    }
    if !card.is.image_url.is_blank() {
        losses.add(Loss::ImageAsLink);
        let picture = linked(Cow::Borrowed("picture"), &card.is.image_url.0);
        inside.paragraph(vec![Inline::text("🖼 ", Style::PLAIN), picture]);
    }
    if let Some(actions) = card.is.actions.as_ref().filter(|node| !node.elements.is_empty()) {
        blocks::controls(&actions.elements, inside, losses);
    }
}

/// Shows the small print.
pub(super) fn footer<'a>(card: &'a Card<'a>, inside: &mut Document<'a>, losses: &mut Losses) {
    if card.is.footer.is_blank() {
        return;
    }
    let mut footer = mrkdwn::parse_unmarked(&card.is.footer.0, losses);
    restyle(&mut footer, Style::ITALIC);
    inside.paragraph(footer);
}

/// Makes a link of words, or the words alone where there is no address for people.
pub(super) fn linked<'a>(words: Cow<'a, str>, url: &str) -> Inline<'a> {
    match mrkdwn::link_target(url) {
        Some(url) => {
            let span = Span::Link { url: Cow::Owned(url.into_owned()), label: Some(words) };
            Inline { span, style: Style::PLAIN }
        }
        None => Inline::text(words, Style::PLAIN),
    }
}

/// Reads a field's text: with marks where the card says so, else only what `<…>` and emoji mean.
fn words<'a>(card: &Card<'a>, name: &str, text: &'a str, losses: &mut Losses) -> Vec<Block<'a>> {
    if card.is.has_marks(name) {
        return mrkdwn::parse(text, losses).blocks;
    }
    vec![Block::paragraph(mrkdwn::parse_unmarked(text, losses))]
}

fn restyle(inlines: &mut [Inline<'_>], style: Style) {
    for inline in inlines {
        inline.style = inline.style.with(style);
    }
}

fn title<'a>(card: &'a Card<'a>, inside: &mut Document<'a>, roster: &Roster, losses: &mut Losses) {
    if card.is.title.is_blank() {
        return;
    }
    let mut line = mrkdwn::parse_unmarked(&card.is.title.0, losses);
    let preview = Some(&card.is.from_url).filter(|_| card.is.is_preview());
    let urls = [Some(&card.is.title_link), preview];
    if let Some(url) = urls.into_iter().flatten().find_map(|url| mrkdwn::link_target(&url.0)) {
        let label = Some(Cow::Owned(label(&line, roster, losses)));
        line = vec![Inline { span: Span::Link { url, label }, style: Style::PLAIN }];
    }
    restyle(&mut line, Style::BOLD);
    inside.paragraph(line);
}

/// Writes a line as a link's label, in which nothing but words can stand.
fn label(line: &[Inline<'_>], roster: &Roster, losses: &mut Losses) -> String {
    let mut label = String::new();
    for Inline { span, .. } in line {
        match span {
            Span::User { .. } => losses.add(Loss::MentionAsText),
            Span::Group { .. } => losses.add(Loss::GroupMention),
            Span::Channel { .. } => losses.add(Loss::ChannelLink),
            Span::Broadcast(_) => losses.add(Loss::Broadcast),
            Span::Emoji { name, .. } if emoji::find(name).is_none() => {
                losses.add(Loss::CustomEmoji);
            }
            _ => {}
        }
        label.push_str(&names::words(span, roster));
    }
    label
}

/// The card's text: its blocks where it has any.
fn body<'a>(card: &'a Card<'a>, inside: &mut Document<'a>, losses: &mut Losses) {
    let before = inside.blocks.len();
    blocks::append(&card.blocks, inside, losses);
    let shows = inside.blocks[before..].iter().any(|block| !block.is_empty());
    if !shows && !card.is.text.is_blank() {
        inside.blocks.extend(words(card, "text", &card.is.text.0, losses));
    }
}

/// `Title: value`, the value below where it has several lines.
fn field<'a>(
    entry: &'a Field<'a>,
    mut value: Vec<Block<'a>>,
    inside: &mut Document<'a>,
    losses: &mut Losses,
) {
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
