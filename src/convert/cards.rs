//! Legacy attachments as a tree: cards of apps, previews of links, shared messages.
//!
//! `attachment` and `entries` read them, `app` and `shared` show them.

mod app;
mod attachment;
mod entries;
mod shared;

use super::blocks::Node;
use super::loss::{Loss, Losses};
use super::roster::Roster;
use super::tree::{Block, Document, Span};
use attachment::{Attachment, Field, SharedFile};

/// How deep shared messages may hold further cards.
const DEEPEST: u8 = 4;

/// The attachments of a message, read; their documents borrow from here.
#[derive(Debug, Default)]
pub(super) struct Cards<'a>(Vec<Card<'a>>);

/// One attachment with what is inside.
#[derive(Debug)]
struct Card<'a> {
    is: Attachment<'a>,
    blocks: Vec<Node<'a>>,
    fields: Vec<Field<'a>>,
    files: Vec<SharedFile<'a>>,
    inner: Cards<'a>,
}

/// Reads `attachments`, each for itself: one that can't be read is counted and left out.
pub(super) fn read<'a>(json: &'a str, losses: &mut Losses) -> Cards<'a> {
    inside(json, 0, losses)
}

fn inside<'a>(json: &'a str, depth: u8, losses: &mut Losses) -> Cards<'a> {
    // As good as always they are what they should be, and are read at once.
    if let Some(read) =
        (depth < DEEPEST).then(|| serde_json::from_str::<Vec<Attachment<'a>>>(json).ok()).flatten()
    {
        return Cards(read.into_iter().map(|card| Card::new(card, depth, losses)).collect());
    }
    let Some(entries) = entries::entries(json).filter(|_| depth < DEEPEST) else {
        losses.add(Loss::CardUnreadable);
        return Cards::default();
    };
    let mut cards = Vec::with_capacity(entries.len());
    for entry in entries {
        match serde_json::from_str::<Attachment<'a>>(entry.get()) {
            Ok(card) => cards.push(Card::new(card, depth, losses)),
            Err(_) if entry.get() == "null" => {}
            Err(_) => losses.add(Loss::CardUnreadable),
        }
    }
    Cards(cards)
}

impl<'a> Card<'a> {
    fn new(mut is: Attachment<'a>, depth: u8, losses: &mut Losses) -> Self {
        let (blocks, fields) = (is.take_blocks(losses), is.fields(losses));
        let inner = is.attachments.filter(|json| is.is_shared() && json.get() != "[]");
        let inner = inner.map(|json| inside(json.get(), depth + 1, losses)).unwrap_or_default();
        let files = if is.is_shared() { is.files(losses) } else { Vec::new() };
        Self { is, blocks, fields, files, inner }
    }

    /// Tells whether it is a preview of a link that stands in the text.
    fn repeats(&self, text: &[Block<'_>]) -> bool {
        let urls = [&self.is.from_url, &self.is.original_url];
        self.is.is_preview() && urls.iter().any(|url| stands_in(text, &url.0))
    }
}

impl<'a> Cards<'a> {
    /// Adds every card to a document, but for previews of links that stand there already.
    pub(super) fn append(
        &'a self,
        document: &mut Document<'a>,
        roster: &Roster,
        losses: &mut Losses,
    ) {
        let own = document.blocks.len();
        for card in &self.0 {
            let mut inside = Document::default();
            if card.is.is_shared() {
                losses.add(Loss::SharedAsQuote);
                shared::show(card, &mut inside, roster, losses);
            } else if card.repeats(&document.blocks[..own]) {
                losses.add(Loss::LinkPreview);
                continue;
            } else {
                losses.add(Loss::CardAsText);
                app::show(card, &mut inside, roster, losses);
            }
            document.blocks.append(&mut inside.blocks);
        }
    }
}

/// Tells whether a page's address stands in a text, whatever its query.
fn stands_in(text: &[Block<'_>], url: &str) -> bool {
    let wanted = page(url);
    let same = |url: &str| page(url).eq_ignore_ascii_case(wanted);
    let mut spans = text.iter().flat_map(|block| &block.inlines).map(|inline| &inline.span);
    !wanted.is_empty()
        && spans.any(|span| match span {
            Span::Link { url, .. } | Span::Date { url: Some(url), .. } => same(url),
            Span::Text(text) => text.contains(wanted),
            _ => false,
        })
}

/// Returns host and path of an address.
fn page(url: &str) -> &str {
    let rest = url.trim().split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/')
}
