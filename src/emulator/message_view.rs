//! Messages as they are answered.

use super::dialects::RequestReplay;
use super::people::People;
use super::shared::{Turn, json};
use super::time;
use super::world::{Attachment, Extra, Message, Space};
use serde::Serialize;
use serde_json::{Value, json as object};
use std::collections::BTreeMap;

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<Sender<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    space: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_reply: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_assigned_message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachment: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emoji_reaction_summaries: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
}

#[derive(Debug, Serialize)]
struct Sender<'a> {
    name: String,
    #[serde(rename = "type")]
    kind: &'a str,
}

/// A message with all its fields.
pub(super) fn full(turn: &Turn<'_>, space: &Space, at: u32) -> Vec<u8> {
    json(&view(&turn.shared.people(), space, &space.messages[at as usize]))
}

/// What the replay of a requestId gives.
pub(super) fn echo(turn: &Turn<'_>, space: &Space, at: u32) -> Vec<u8> {
    if turn.dialects().request_replay == RequestReplay::NameOnly {
        return json(&View { name: name(space, &space.messages[at as usize]), ..View::default() });
    }
    full(turn, space, at)
}

/// The full resource name.
pub(super) fn name(space: &Space, message: &Message) -> String {
    format!("spaces/{}/messages/{}.{}", space.id, message.thread, message.id)
}

pub(super) fn view<'a>(people: &People, space: &Space, message: &'a Message) -> View<'a> {
    let touched = (message.touched != 0).then(|| time::format(message.touched));
    let extra = message.extra.as_deref().filter(|_| !message.deleted);
    View {
        name: name(space, message),
        sender: Some(Sender {
            name: format!("users/{}", people.id(message.sender)),
            kind: if message.sender.is_app() { "BOT" } else { "HUMAN" },
        }),
        create_time: Some(time::format(message.created)),
        last_update_time: touched.clone().filter(|_| !message.deleted),
        delete_time: touched.filter(|_| message.deleted),
        text: Some(&*message.text).filter(|text| !message.deleted && !text.is_empty()),
        thread: Some(Named { name: format!("spaces/{}/threads/{}", space.id, message.thread) }),
        space: Some(Named { name: format!("spaces/{}", space.id) }),
        thread_reply: replies(space, message).then_some(true),
        client_assigned_message_id: message.client_id.as_deref(),
        attachment: extra.map(|extra| attachments(space, message, extra)).unwrap_or_default(),
        emoji_reaction_summaries: extra.map(|extra| summaries(space, extra)).unwrap_or_default(),
    }
}

impl View<'_> {
    pub(super) fn without_client_id(self) -> Self {
        Self { client_assigned_message_id: None, ..self }
    }
}

fn replies(space: &Space, message: &Message) -> bool {
    match space.threads.get(&message.thread) {
        Some(thread) => {
            space.messages.get(thread.root as usize).is_some_and(|root| root.id != message.id)
        }
        None => message.thread != message.id,
    }
}

fn attachments(space: &Space, message: &Message, extra: &Extra) -> Vec<Value> {
    let one = |file: &Attachment| {
        object!({
            "name": format!("{}/attachments/{}", name(space, message), file.id),
            "contentName": file.name,
            "contentType": file.mime,
            "source": "UPLOADED_CONTENT",
            "attachmentDataRef": { "resourceName": format!("media/{}/{}", space.id, file.id) },
        })
    };
    extra.attachments.iter().map(one).collect()
}

fn summaries(space: &Space, extra: &Extra) -> Vec<Value> {
    let mut counts = BTreeMap::<&str, u32>::new();
    for (_, emoji) in &extra.reactions {
        *counts.entry(&space.emojis[*emoji as usize]).or_default() += 1;
    }
    let one = |(emoji, count): (&str, u32)| object!({ "emoji": self::emoji(emoji), "reactionCount": count });
    counts.into_iter().map(one).collect()
}

/// An emoji as it is stored: custom ones by `custom:` and their uid.
pub(super) fn emoji(stored: &str) -> Value {
    match stored.strip_prefix("custom:") {
        Some(uid) => object!({ "customEmoji": { "uid": uid } }),
        None => object!({ "unicode": stored }),
    }
}
