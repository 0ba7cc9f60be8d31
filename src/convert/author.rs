//! Who posts a message in Chat, and the name that the text bears where that is not the author.

use super::class::{AuthorPolicy, Authors, Class, Traits};
use super::emoji;
use super::fate::Sender;
use super::loss::{Loss, Losses};
use super::roster::{Known, Roster, one_line};
use super::shown::without_address;
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use crate::draft::{JOINER, byline};
use crate::ids::{Account, SlackUserId};
use crate::slack::Message;

/// Slackbot, whom no export lists.
const SLACKBOT: &str = "USLACKBOT";

/// Decides who posts, and returns the name to show if that is not the author.
pub(super) fn sender(
    message: &Message,
    roster: &Roster,
    authors: &Authors,
    losses: &mut Losses,
) -> (Sender, Option<String>) {
    let nobody = match unmatched(message, roster, authors) {
        Some((_, AuthorPolicy::App)) => Sender::App,
        Some((_, AuthorPolicy::Account(account))) => Sender::StandIn(account.clone()),
        _ => Sender::Admin,
    };
    if is_app(message, roster) {
        return app(message, roster, nobody, losses);
    }
    if let Some(account) = known(message, roster).and_then(|known| known.account.as_ref()) {
        return (Sender::Person(account.clone()), None);
    }
    losses.add(Loss::AuthorAsText);
    (nobody, Some(attributed(message, roster)))
}

fn known<'r>(message: &Message, roster: &'r Roster) -> Option<&'r Known> {
    message.author.user.as_ref().and_then(|user| roster.people.get(user))
}

/// Returns the class of an author without an account, and what becomes of what they wrote: as the
/// admin chose for them, else for their class.
pub(super) fn unmatched<'r>(
    message: &Message,
    roster: &'r Roster,
    authors: &'r Authors,
) -> Option<(Class, &'r AuthorPolicy)> {
    let known = known(message, roster);
    let (has_account, own) = if is_app(message, roster) {
        let mut ids = app_ids(message, roster);
        let policy = ids.find_map(|known| known.policy.as_ref());
        (app_account(message, roster).is_some(), policy)
    } else {
        let account = known.and_then(|known| known.account.as_ref());
        (account.is_some(), known.and_then(|known| known.policy.as_ref()))
    };
    let listed = known.map(|known| known.traits);
    let traits = listed.unwrap_or(Traits { unlisted: true, ..Traits::default() });
    let class = Class::of(Traits { app: is_app(message, roster), ..traits });
    (!has_account).then(|| (class, own.unwrap_or_else(|| authors.of(class))))
}

/// Tells whether an app or a bot said it, Slackbot among them. A person may speak through an app;
/// a user whom nobody lists and who does is the app's own.
pub(super) fn is_app(message: &Message, roster: &Roster) -> bool {
    let author = &message.author;
    let is_own = |user: &SlackUserId| {
        let unlisted = || author.bot.is_some() && !roster.people.contains_key(user);
        user.as_str() == SLACKBOT || roster.apps.contains(user) || unlisted()
    };
    author.is_bot || author.user.as_ref().is_some_and(is_own)
}

/// An app posts with the account that the admin gave it, under its name where it takes another
/// one; else the admin posts, or the Chat app.
fn app(
    message: &Message,
    roster: &Roster,
    nobody: Sender,
    losses: &mut Losses,
) -> (Sender, Option<String>) {
    let name = attributed(message, roster);
    let own = message.author.bot.as_ref().and_then(|bot| roster.bots.get(bot));
    let account = app_account(message, roster);
    if let Some(account) = account.filter(|_| own.is_none_or(|own| one_line(own) == name)) {
        return (Sender::Person(account.clone()), None);
    }
    losses.add(Loss::BotAsText);
    let face = message.extra.icon.as_deref().map(|icon| format!("{} ", face(icon)));
    let sender = account.map_or(nobody, |account| Sender::Person(account.clone()));
    (sender, Some(face.unwrap_or_default() + &name))
}

/// Finds the account that the admin gives an app, under its `bot_id` or its user.
fn app_account<'r>(message: &Message, roster: &'r Roster) -> Option<&'r Account> {
    app_ids(message, roster).find_map(|known| known.account.as_ref())
}

/// Returns everything under which an app may be known: its `bot_id`, the user of that, its user.
fn app_ids<'r>(message: &Message, roster: &'r Roster) -> impl Iterator<Item = &'r Known> {
    let author = &message.author;
    let bot = author.bot.as_deref();
    let own = author.user.as_ref().filter(|user| roster.apps.contains(*user));
    let of_bot = bot.and_then(|bot| roster.bot_users.get(bot));
    let ids = [bot.map(SlackUserId::new), of_bot.cloned(), own.cloned()];
    ids.into_iter().flatten().filter_map(|id| roster.people.get(&id))
}

/// Shows an icon that is an emoji.
fn face(icon: &str) -> String {
    let shown = emoji::find(icon.trim_matches(':'));
    one_line(shown.as_deref().unwrap_or(icon))
}

/// Returns the name that stands in front of a text; with the e-mail address where that is wanted.
fn attributed(message: &Message, roster: &Roster) -> String {
    let name = name(message, roster);
    match known(message, roster).and_then(|known| known.email.as_deref()) {
        Some(email) if !is_app(message, roster) && email != name => {
            format!("{name} ({})", one_line(email))
        }
        _ => name,
    }
}

/// Returns the best name there is. A bot may post under another name each time, so that what the
/// message says comes first there.
fn name(message: &Message, roster: &Roster) -> String {
    let author = &message.author;
    let slackbot = author.user.as_ref().is_some_and(|user| user.as_str() == SLACKBOT);
    let known = author.user.as_ref().and_then(|user| roster.people.get(user));
    let listed = known.map(|known| known.name.as_str());
    let own = author.name.as_deref();
    let bot = author.bot.as_ref().and_then(|bot| roster.bots.get(bot)).map(String::as_str);
    let first = if is_app(message, roster) { [own, bot, listed] } else { [listed, own, bot] };
    let slackbot = slackbot.then_some("Slackbot");
    let ids = [author.user.as_ref().map(SlackUserId::as_str), author.bot.as_deref()];
    first
        .into_iter()
        .chain([slackbot])
        .chain(ids)
        .flatten()
        .map(|name| without_address(&one_line(name)).into_owned())
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
