//! Who posts a message in Chat, and the name that the text bears where that is not the author.

use super::fate::Sender;
use super::loss::{Loss, Losses};
use super::roster::{Roster, one_line};
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use crate::draft::{JOINER, byline};
use crate::slack::Message;

/// Slackbot, whom no export lists.
const SLACKBOT: &str = "USLACKBOT";

/// Decides who posts, and returns the name to show if that is the admin.
pub(super) fn sender(
    message: &Message,
    roster: &Roster,
    losses: &mut Losses,
) -> (Sender, Option<String>) {
    let author = &message.author;
    let known = author.user.as_ref().and_then(|user| roster.people.get(user));
    if let Some(account) = known.and_then(|known| known.account.as_ref()).filter(|_| !author.is_bot)
    {
        return (Sender::Person(account.clone()), None);
    }
    let slackbot = author.user.as_ref().is_some_and(|user| user.as_str() == SLACKBOT);
    losses.add(if author.is_bot || slackbot { Loss::BotAsText } else { Loss::AuthorAsText });
    (Sender::Admin, Some(name(message, roster, slackbot)))
}

/// Returns the best name there is. A bot may post under another name each time, so that what the
/// message says comes first there.
fn name(message: &Message, roster: &Roster, slackbot: bool) -> String {
    let author = &message.author;
    let known = author.user.as_ref().and_then(|user| roster.people.get(user));
    let listed = known.map(|known| known.name.as_str());
    let own = author.name.as_deref();
    let bot = author.bot.as_ref().and_then(|bot| roster.bots.get(bot)).map(String::as_str);
    let first = if author.is_bot { [own, bot, listed] } else { [listed, own, bot] };
    let slackbot = slackbot.then_some("Slackbot");
    let ids = [author.user.as_ref().map(crate::ids::SlackUserId::as_str), author.bot.as_deref()];
    first
        .into_iter()
        .chain([slackbot])
        .chain(ids)
        .flatten()
        .map(one_line)
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| String::from("Unknown author"))
}

/// Puts a name in front of the text: on a line of its own where the text begins with a list, a
/// quote or code, which must stand at a line's start.
pub(super) fn put_in_front(
    document: &mut Document<'_>,
    name: &str,
    colon: bool,
    losses: &mut Losses,
) {
    let byline = byline(name, colon);
    losses.add_many(Loss::Defused, u32::from(byline.contains(JOINER) && !name.contains(JOINER)));
    let bold = Inline { span: Span::Byline(byline), style: Style::PLAIN };
    match document.blocks.first_mut() {
        Some(Block { shape: Shape::Paragraph, quoted: false, inlines }) => {
            inlines.splice(0..0, [bold, Inline::text(" ", Style::PLAIN)]);
        }
        _ => document.blocks.insert(0, Block::paragraph(vec![bold])),
    }
}

/// Puts a small sign in front of everything.
pub(super) fn put_mark_in_front(document: &mut Document<'_>, sign: &'static str) {
    let inline = Inline::text(sign, Style::PLAIN);
    match document.blocks.first_mut() {
        Some(Block { shape: Shape::Paragraph, quoted: false, inlines }) => {
            inlines.insert(0, inline);
        }
        _ => document.blocks.insert(0, Block::paragraph(vec![inline])),
    }
}
