//! reactions.create and reactions.delete.

use super::coverage::Point;
use super::dialects::{Odd, Repeat};
use super::emoji::{odd, plausible};
use super::ids::Id;
use super::message_view as show;
use super::messages::{importing, over};
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::shared::{Turn, json};
use super::world::{Message, Space};
use serde_json::json as object;

/// reactions.create: the reaction is the impersonated user's.
pub(super) fn create(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    if !space.importing && reacted(turn, &space, who) {
        return Err(over());
    }
    importing(turn, &mut space)?;
    let emoji = emoji(turn)?;
    let at = space.message_at(turn, turn.name(1))? as usize;
    let place = space.emoji(&emoji);
    let reactions = &mut space.messages[at].extra.get_or_insert_default().reactions;
    if !reactions.contains(&(who, place)) {
        reactions.push((who, place));
    } else if turn.dialects().reaction_repeat == Repeat::Refused {
        return Err(Refusal::exists(
            Point::ReactionAgain,
            "The user already reacted with this emoji.",
        ));
    }
    Ok(view(turn, &space, &space.messages[at], who, &emoji))
}

/// Tells whether a reaction that comes late is there already, and so would change nothing.
fn reacted(turn: &Turn<'_>, space: &Space, who: Who) -> bool {
    let (Ok(emoji), Ok(at)) = (emoji(turn), space.message_at(turn, turn.name(1))) else {
        return false;
    };
    let reactions = space.messages[at as usize].extra.as_ref().map(|extra| &extra.reactions);
    reactions
        .into_iter()
        .flatten()
        .any(|one| one.0 == who && *space.emojis[one.1 as usize] == *emoji)
}

/// Reads the emoji; a word like `:smile:` is none.
fn emoji(turn: &Turn<'_>) -> Outcome<String> {
    let custom = || turn.body.get("emoji")?.get("customEmoji")?.get("uid")?.as_str();
    let refused = turn.dialects().odd_emoji == Odd::Refused;
    match (turn.inner("emoji", "unicode"), custom()) {
        (Some(unicode), None) if plausible(unicode) && !(refused && odd(unicode)) => {
            Ok(unicode.to_owned())
        }
        (Some(_), None) => {
            Err(Refusal::invalid(Point::Emoji, "reaction.emoji.unicode is not a supported emoji."))
        }
        (None, Some(uid)) if turn.shared.gallery.has(uid) => Ok(format!("custom:{uid}")),
        (None, Some(_)) => {
            Err(Refusal::invalid(Point::CustomGone, "There is no custom emoji with this uid."))
        }
        _ => Err(Refusal::invalid(
            Point::EmojiKind,
            "reaction.emoji needs exactly one of unicode and custom_emoji.",
        )),
    }
}

fn view(turn: &Turn<'_>, space: &Space, message: &Message, who: Who, emoji: &str) -> Vec<u8> {
    json(&object!({
        "name": format!("{}/reactions/{}", show::name(space, message), name(turn, message, who, emoji)),
        "user": { "name": format!("users/{}", turn.shared.people().id(who)), "type": "HUMAN" },
        "emoji": show::emoji(emoji),
    }))
}

fn name(turn: &Turn<'_>, message: &Message, who: Who, emoji: &str) -> Id {
    let people = turn.shared.people();
    turn.shared.ids.of(&[
        b"reaction",
        message.id.to_string().as_bytes(),
        people.id(who).as_bytes(),
        emoji.as_bytes(),
    ])
}

/// reactions.delete: one's own.
pub(super) fn delete(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    importing(turn, &mut space)?;
    let at = space.message_at(turn, turn.name(1))? as usize;
    let wanted = Id::parse(turn.name(2));
    let message = &space.messages[at];
    let all = message.extra.as_ref().map(|extra| extra.reactions.as_slice()).unwrap_or_default();
    let found = all.iter().position(|(by, emoji)| {
        *by == who && wanted == Some(name(turn, message, who, &space.emojis[*emoji as usize]))
    });
    let found =
        found.ok_or_else(|| Refusal::not_found(Point::NoReaction, "Reaction not found."))?;
    if let Some(extra) = &mut space.messages[at].extra {
        extra.reactions.remove(found);
    }
    Ok(b"{}".to_vec())
}
