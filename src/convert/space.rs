//! From a conversation to its space: named or not, under which name, with which description.

use super::loss::Losses;
use super::mrkdwn;
use super::render::{PlainText, Renderer};
use super::roster::{Roster, one_line};
use super::settings::{DmPolicy, NameRules};
use crate::draft::SpaceKind;
use crate::ids::SlackUserId;
use crate::slack::{Conversation, Kind};
use regex::Regex;

/// Characters that Chat allows in a space's name.
pub const NAME_LIMIT: usize = 128;

/// Characters that Chat allows in a space's description.
pub const DESCRIPTION_LIMIT: usize = 4_096;

/// Characters that Chat allows in a space's guidelines.
pub const GUIDELINES_LIMIT: usize = 5_000;

/// People whom a group chat holds; more need a space, which is as private.
const GROUP_LIMIT: usize = 400;

/// What the description of an archived conversation's space begins with.
const ARCHIVED: &str = "Archived in Slack.";

/// Decides whether a conversation becomes a named space or a group chat. A group chat has no
/// threads, and has two to 400 people.
pub fn space_shape(conversation: &Conversation, has_threads: bool, policy: DmPolicy) -> SpaceKind {
    let direct = matches!(conversation.kind, Kind::Direct | Kind::Group);
    let group = match policy {
        DmPolicy::Auto => !has_threads,
        DmPolicy::GroupChat => true,
        DmPolicy::Space => false,
    };
    let fits = (2..=GROUP_LIMIT).contains(&people(conversation).count());
    if direct && group && fits { SpaceKind::Group } else { SpaceKind::Named }
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

/// Returns the name that a channel's space gets by the rules. A direct conversation keeps the
/// names of those who talk.
pub fn named_by(rules: &NameRules, conversation: &Conversation, roster: &Roster) -> String {
    let name = display_name(conversation, roster);
    if matches!(conversation.kind, Kind::Direct | Kind::Group) {
        return name;
    }
    let rule =
        rules.rename.as_ref().and_then(|(pattern, new)| Some((Regex::new(pattern).ok()?, new)));
    let renamed = rule.map(|(pattern, new)| one_line(&pattern.replace(&name, new.as_str())));
    let name = renamed.filter(|renamed| !renamed.is_empty()).unwrap_or(name);
    cut(&format!("{}{name}", rules.prefix), NAME_LIMIT)
}

/// What a space says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The line under its name.
    pub description: Option<String>,
    /// Its guidelines.
    pub guidelines: Option<String>,
}

/// Returns the topic as description and the purpose as guidelines, in plain text; where there is
/// only one of them, it is the description.
pub fn details(conversation: &Conversation, roster: &Roster, marks_archived: bool) -> Details {
    let plain = |text: &str| {
        let mut losses = Losses::default();
        PlainText.render(&mrkdwn::parse(text, &mut losses), roster, &mut losses)
    };
    let (topic, purpose) = (plain(&conversation.topic), plain(&conversation.purpose));
    let (first, second) = match (topic.is_empty(), purpose == topic) {
        (true, _) => (purpose, String::new()),
        (false, true) => (topic, String::new()),
        (false, false) => (topic, purpose),
    };
    let mark = if marks_archived && conversation.archived { ARCHIVED } else { "" };
    let first = [mark, &first].iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>();
    let said = |text: &str, limit| (!text.is_empty()).then(|| cut(text, limit));
    Details {
        description: said(&first.join(" "), DESCRIPTION_LIMIT),
        guidelines: said(&second, GUIDELINES_LIMIT),
    }
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
