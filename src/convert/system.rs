//! Slack's system lines in our own words: Slack's changed their form over the years.

use super::loss::{Loss, Losses};
use super::mrkdwn;
use super::roster::{Roster, one_line};
use super::subtype::System;
use super::tree::{Document, Inline, Style};
use crate::ids::SlackUserId;
use crate::slack::{Message, Room};
use std::borrow::Cow;

/// Writes the line, without its subject.
pub(super) fn line<'a>(
    system: System,
    message: &'a Message,
    roster: &Roster,
    losses: &mut Losses,
) -> Document<'a> {
    losses.add(if system == System::Huddle { Loss::HuddleAsText } else { Loss::SystemAsText });
    let extra = &message.extra;
    let inlines = match system {
        System::Joined => words("joined the channel"),
        System::Left => words("left the channel"),
        System::Archived => words("archived the channel"),
        System::Unarchived => words("unarchived the channel"),
        System::Huddle => words(huddle(extra.room.as_ref(), roster)),
        System::Topic if extra.topic.is_some() => changed("topic", extra.topic.as_deref(), losses),
        System::Purpose if extra.purpose.is_some() => {
            changed("description", extra.purpose.as_deref(), losses)
        }
        System::Name if extra.renamed.is_some() => renamed(extra.renamed.as_ref()),
        _ if message.text.trim().is_empty() => words(unsaid(message.subtype.as_deref())),
        _ => {
            let text = without_subject(&message.text, message.author.user.as_ref());
            mrkdwn::parse_line(text, losses)
        }
    };
    let mut document = Document::default();
    document.paragraph(inlines);
    document
}

/// Says what a line without text is about.
fn unsaid(subtype: Option<&str>) -> &'static str {
    match subtype.unwrap_or_default() {
        "channel_canvas_updated" | "tabbed_canvas_updated" => "changed the canvas",
        "channel_tab_added" => "added a tab",
        "channel_tab_removed" => "removed a tab",
        "channel_tab_updated" => "changed a tab",
        "pinned_item" => "pinned a message",
        "unpinned_item" => "unpinned a message",
        "bot_add" | "bot_enable" | "app_conversation_join" => "added an app",
        "bot_remove" | "bot_disable" | "app_conversation_leave" => "removed an app",
        _ => "",
    }
}

fn words<'a>(text: impl Into<Cow<'a, str>>) -> Vec<Inline<'a>> {
    vec![Inline::text(text, Style::PLAIN)]
}

fn changed<'a>(what: &str, value: Option<&'a str>, losses: &mut Losses) -> Vec<Inline<'a>> {
    let value = value.unwrap_or("").trim();
    if value.is_empty() {
        return words(format!("cleared the {what}"));
    }
    let mut line = words(format!("set the {what}: "));
    line.extend(mrkdwn::parse_unmarked(value, losses));
    line
}

fn renamed<'a>(names: Option<&(String, String)>) -> Vec<Inline<'a>> {
    let (old, new) = names.map(|(old, new)| (one_line(old), one_line(new))).unwrap_or_default();
    words(format!("renamed the channel from {old} to {new}"))
}

/// `Huddle, 12 min: Ana Silva, Bo Lind`.
fn huddle(room: Option<&Room>, roster: &Roster) -> String {
    let mut text = String::from("🎧 Huddle");
    let Some(room) = room else {
        return text;
    };
    let span = room.started.zip(room.ended.filter(|ended| *ended > 0));
    if let Some(seconds) = span.map(|(started, ended)| ended - started).filter(|s| *s >= 0) {
        text.extend([", ", &((seconds + 59) / 60).to_string(), " min"]);
    }
    for (index, id) in room.participants.iter().enumerate() {
        let known = roster.people.get(id).map(|known| known.name.as_str());
        text.push_str(if index == 0 { ": " } else { ", " });
        text.push_str(&one_line(known.filter(|name| !name.is_empty()).unwrap_or(id.as_str())));
    }
    text
}

/// Takes the subject off Slack's own words: `<@U1|ana> archived the channel`. Only the author is
/// the subject of what is posted; `<@U2> has joined` may be Slackbot's.
fn without_subject<'a>(text: &'a str, author: Option<&SlackUserId>) -> &'a str {
    let subject = text.strip_prefix("<@").and_then(|rest| rest.split_once('>'));
    let own = |who: &str| author.is_some_and(|id| who.split('|').next() == Some(id.as_str()));
    subject.filter(|(who, _)| own(who)).map_or(text, |(_, rest)| rest.trim_start())
}
