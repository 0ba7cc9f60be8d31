//! A shared message: whose, where and when, then all that it shows, in a quote.

use super::Card;
use super::app::{content, footer, linked, pretext};
use super::attachment::{Attachment, SharedFile};
use crate::convert::fate::Gone;
use crate::convert::files;
use crate::convert::loss::{Loss, Losses};
use crate::convert::mrkdwn;
use crate::convert::roster::{Roster, one_line};
use crate::convert::tree::{Block, Document, Inline, Shape, Span, Style};
use crate::ids::{SlackTs, rfc3339};
use std::borrow::Cow;

/// Shows it; nothing of it stands outside the quote, where it would be the sharer's own words.
pub(super) fn show<'a>(
    card: &'a Card<'a>,
    inside: &mut Document<'a>,
    roster: &Roster,
    losses: &mut Losses,
) {
    let head = head(&card.is);
    if !head.is_empty() {
        inside.paragraph(head);
    }
    let before = inside.blocks.len();
    pretext(card, inside, losses);
    content(card, inside, roster, losses);
    for one in &card.files {
        inside.paragraph(file(one, losses));
    }
    // The head says that already.
    let repeats = !card.is.channel_id.is_blank() && card.is.footer.0.starts_with("Posted in ");
    if !repeats {
        footer(card, inside, losses);
    }
    card.inner.append(inside, roster, losses);
    if inside.blocks[before..].iter().all(Block::is_empty) {
        inside.paragraph(mrkdwn::parse_unmarked(&card.is.fallback.0, losses));
    }
    unfence(inside, losses);
    inside.quote();
}

fn head<'a>(card: &'a Attachment<'a>) -> Vec<Inline<'a>> {
    let mut head = Vec::new();
    let author =
        [&card.author_name, &card.author_subname].into_iter().find(|name| !name.is_blank());
    if let Some(author) = author {
        head.push(Inline::text(one_line(&mrkdwn::unescape(&author.0)), Style::BOLD));
    } else if !card.author_id.is_blank() {
        let span = Span::User { id: Cow::Borrowed(&*card.author_id.0), label: None };
        head.push(Inline { span, style: Style::PLAIN });
    }
    if !card.channel_id.is_blank() {
        head.push(Inline::text(if head.is_empty() { "in " } else { " in " }, Style::PLAIN));
        head.push(place(card));
    }
    if let Ok(ts) = card.ts.0.parse::<SlackTs>() {
        let time = rfc3339(ts.secs() * 1_000_000);
        let words = format!("{} {} UTC", &time[..10], &time[11..16]);
        head.push(Inline::text(if head.is_empty() { "" } else { ", " }, Style::PLAIN));
        head.push(Inline::text(words, Style::PLAIN));
    }
    if !head.is_empty() {
        head.push(Inline::text(":", Style::PLAIN));
    }
    head
}

/// Names the conversation; direct ones have no name.
fn place<'a>(card: &'a Attachment<'a>) -> Inline<'a> {
    if card.channel_id.0.starts_with('D') {
        return Inline::text("a direct message", Style::PLAIN);
    }
    let label = Some(&card.channel_name).filter(|name| !name.is_blank());
    let label = label.map(|name| Cow::Borrowed(&*name.0));
    let span = Span::Channel { id: Cow::Borrowed(&*card.channel_id.0), label };
    Inline { span, style: Style::PLAIN }
}

fn file<'a>(file: &'a SharedFile<'a>, losses: &mut Losses) -> Vec<Inline<'a>> {
    let name = [&file.name, &file.title].into_iter().find(|name| !name.is_blank());
    let name = name.map(|name| one_line(&name.0));
    let mut line = vec![Inline::text("📎 ", Style::PLAIN)];
    if let Some(gone) = gone(file) {
        losses.add(Loss::FileLost);
        let name = name.map(|name| name + " ").unwrap_or_default();
        line.push(Inline::text(name + files::why_gone(gone), Style::PLAIN));
    } else {
        losses.add(Loss::FileAsText);
        let name = name.unwrap_or_else(|| String::from("file"));
        line.push(linked(Cow::Owned(name), &file.permalink.0));
    }
    line
}

/// Tells why Slack no longer has a file.
fn gone(file: &SharedFile<'_>) -> Option<Gone> {
    match (&*file.file_access.0, &*file.mode.0) {
        ("access_denied" | "file_not_found" | "check_file_info", _) => Some(Gone::Denied),
        (_, "tombstone") => Some(Gone::Deleted),
        (_, "hidden_by_limit") => Some(Gone::HiddenByPlan),
        _ => None,
    }
}

/// Makes lines of code of every fence: Chat has no fence inside a quote, and outside it the code
/// would be the sharer's.
fn unfence(inside: &mut Document<'_>, losses: &mut Losses) {
    for block in inside.blocks.iter_mut().filter(|block| block.shape == Shape::Code) {
        losses.add(Loss::StyleDropped);
        block.shape = Shape::Paragraph;
        for inline in &mut block.inlines {
            inline.style = Style::CODE;
        }
        if let Some(Inline { span: Span::Text(text), .. }) = block.inlines.last_mut() {
            let end = text.trim_end().len();
            text.to_mut().truncate(end);
        }
    }
}
