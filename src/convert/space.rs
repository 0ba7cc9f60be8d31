//! From a conversation to its space: named or not, under which name, with which description.

use super::loss::Losses;
use super::mrkdwn;
use super::render::{PlainText, Renderer};
use super::roster::{Roster, one_line};
use super::settings::DmPolicy;
use crate::draft::SpaceKind;
use crate::ids::SlackUserId;
use crate::slack::{Conversation, Kind};

/// Characters that Chat allows in a space's name.
pub const NAME_LIMIT: usize = 128;

/// Characters that Chat allows in a space's description.
pub const DESCRIPTION_LIMIT: usize = 4_096;

/// Decides whether a conversation becomes a named space or a group chat. A group chat has no
/// threads, and needs two people.
pub fn space_shape(conversation: &Conversation, has_threads: bool, policy: DmPolicy) -> SpaceKind {
    let direct = matches!(conversation.kind, Kind::Direct | Kind::Group);
    let group = match policy {
        DmPolicy::Auto => !has_threads,
        DmPolicy::GroupChat => true,
        DmPolicy::Space => false,
    };
    if direct && group && people(conversation).count() >= 2 {
        SpaceKind::Group
    } else {
        SpaceKind::Named
    }
}

/// Returns the name of a conversation's space: the channel's own, or who talks.
pub fn display_name(conversation: &Conversation, roster: &Roster) -> String {
    let own = one_line(&conversation.name);
    let name = match conversation.kind {
        Kind::Direct | Kind::Group => talkers(conversation, roster).unwrap_or(own),
        _ => own,
    };
    let name = if name.is_empty() { String::from(conversation.id.as_str()) } else { name };
    cut(&name, NAME_LIMIT)
}

/// Returns topic and purpose as plain text; none where there is neither.
pub fn description(conversation: &Conversation, roster: &Roster) -> Option<String> {
    let plain = |text: &str| {
        let mut losses = Losses::default();
        PlainText.render(&mrkdwn::parse(text, &mut losses), roster, &mut losses)
    };
    let (topic, purpose) = (plain(&conversation.topic), plain(&conversation.purpose));
    let text = match (topic.is_empty(), purpose.is_empty() || purpose == topic) {
        (true, true) => return None,
        (false, true) => topic,
        (true, false) => purpose,
        (false, false) => format!("{topic}\n\n{purpose}"),
    };
    Some(cut(&text, DESCRIPTION_LIMIT))
}

/// Returns the members, each once.
fn people(conversation: &Conversation) -> impl Iterator<Item = &SlackUserId> {
    let members = &conversation.members;
    members.iter().enumerate().filter(|(at, id)| !members[..*at].contains(id)).map(|(_, id)| id)
}

fn talkers(conversation: &Conversation, roster: &Roster) -> Option<String> {
    let name = |id: &SlackUserId| {
        let known = roster.people.get(id).map(|known| one_line(&known.name));
        known.filter(|name| !name.is_empty()).unwrap_or_else(|| String::from(id.as_str()))
    };
    let names: Vec<String> = people(conversation).map(name).collect();
    match &names[..] {
        [] => None,
        [alone] => Some(format!("{alone} (notes)")),
        _ => Some(names.join(", ")),
    }
}

/// Cuts a text to so many characters, the last then being `…`.
fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return String::from(text);
    }
    let mut short: String = text.chars().take(limit - 1).collect();
    short.push('…');
    short
}
