//! The canonical dump: one JSON object a line, sorted, without the server's times and tokens.
//!
//! Equal outcomes give equal bytes, in whatever order the calls arrived.

use super::people::People;
use super::shared::Shared;
use super::time;
use super::world::{Message, Space};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Line<'a> {
    message: String,
    thread: String,
    sender: &'a str,
    time: String,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    edited: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Value>,
}

/// Writes down everything that exists.
pub(super) fn dump(shared: &Shared) -> String {
    let people = shared.people();
    let mut rooms = shared.world.all();
    rooms.sort_by_cached_key(|room| {
        let space = room.lock();
        (space.display_name.clone(), space.created, space.id)
    });
    let mut out = String::new();
    for room in rooms {
        space(&room.lock(), &people, shared, &mut out);
    }
    for (name, by, sha256) in shared.gallery.all() {
        line(&mut out, &json!({ "emoji": name, "by": people.email(by), "sha256": sha256 }));
    }
    out
}

fn line(out: &mut String, value: &impl Serialize) {
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
    out.push('\n');
}

fn space(space: &Space, people: &People, shared: &Shared, out: &mut String) {
    let state = match space {
        Space { foreign: true, .. } => return,
        Space { deleted: true, .. } => "deleted",
        _ if space.expired(shared.clock.now()) => "expired",
        Space { importing: true, .. } => "importing",
        _ => "completed",
    };
    let mut head = json!({
            "space": space.id.to_string(),
            "name": space.display_name,
            "type": space.kind.word(),
            "time": time::format(space.created),
            "description": space.description,
            "guidelines": space.guidelines,
            "external": space.external,
            "history": space.history,
            "state": state,
            "owner": space.owner.map(|who| people.email(who)),
    });
    if let Some(audience) = &space.audience {
        head["audience"] = audience.as_str().into();
    }
    line(out, &head);
    if ["deleted", "expired"].contains(&state) {
        return;
    }
    let past = space.past.iter().map(|(who, (from, until))| {
        json!({ "past": people.email(*who), "from": time::format(*from), "until": time::format(*until) })
    });
    let present = space.present.iter().map(|(who, role)| {
        let mut line = json!({ "member": people.email(*who), "role": role.word() });
        if space.invited.contains(who) {
            line["state"] = "INVITED".into();
        }
        line
    });
    let emails = shared.groups();
    let groups =
        space.groups.iter().map(|id| json!({ "group": emails.email(id).unwrap_or(id.as_str()) }));
    let mut members: Vec<_> =
        past.chain(present).chain(groups).map(|member| member.to_string()).collect();
    members.sort_unstable();
    for member in members {
        out.push_str(&member);
        out.push('\n');
    }
    let mut messages: Vec<_> = space.messages.iter().collect();
    messages.sort_by_key(|message| (message.created, message.id));
    for message in messages {
        self::message(space, message, people, out);
    }
}

fn message(space: &Space, message: &Message, people: &People, out: &mut String) {
    let extra = message.extra.as_deref();
    let reactions = extra.map(|extra| extra.reactions.as_slice()).unwrap_or_default().iter();
    let mut reactions: Vec<_> = reactions
        .map(|(who, emoji)| format!("{} {}", space.emojis[*emoji as usize], people.email(*who)))
        .collect();
    reactions.sort_unstable();
    let files = extra.map(|extra| extra.attachments.as_slice()).unwrap_or_default().iter();
    let file = |file: &super::world::Attachment| json!({ "name": file.name, "type": file.mime, "size": file.size, "sha256": file.sha256 });
    line(
        out,
        &Line {
            message: message.id.to_string(),
            thread: message.thread.to_string(),
            sender: people.email(message.sender),
            time: time::format(message.created),
            text: &message.text,
            id: message.client_id.as_deref(),
            edited: message.touched != 0 && !message.deleted,
            deleted: message.deleted,
            reactions,
            attachments: files.map(file).collect(),
        },
    );
}
