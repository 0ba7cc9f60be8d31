//! Drafts to frozen requests.

use super::{DELETE, Frozen, MESSAGE_HOLE, PATCH, SPACE_HOLE, THREAD_HOLE};
use crate::access::{Admittance, Publication};
use crate::draft::{Draft, Emoji, MemberDraft, Place, PostDraft, SpaceDraft, SpaceKind};
use crate::ids::rfc3339;
use serde::Serialize;
use serde_json::json;

/// The one field of a space that says who may find it; Google wants it alone in the mask.
const AUDIENCE: &str = "access_settings.audience";

/// Freezes a draft: the request's every byte but the names of space, parent and thread.
pub fn freeze(draft: &Draft) -> Frozen {
    let (path, body) = match draft {
        Draft::Space(space) => {
            (format!("spaces?requestId={}", space.request.as_str()), self::space(space))
        }
        Draft::Member(member) => (format!("{SPACE_HOLE}/members"), self::member(member)),
        Draft::Group(admittance) => (format!("{SPACE_HOLE}/members"), group(admittance)),
        Draft::Post(post) => (post_path(post), self::post(post)),
        Draft::React(emoji) => (format!("{MESSAGE_HOLE}/reactions"), react(emoji)),
        Draft::Amend(text) => (format!("{PATCH}{MESSAGE_HOLE}?updateMask=text"), amended(text)),
        Draft::Publish(publication) => {
            (format!("{PATCH}{SPACE_HOLE}?updateMask={AUDIENCE}"), publish(publication))
        }
        Draft::Complete => (format!("{SPACE_HOLE}:completeImport"), "{}".to_owned()),
        Draft::Manager(user) => {
            let path = format!("{PATCH}{SPACE_HOLE}/members/{}?updateMask=role", id(user));
            (path, json!({ "role": "ROLE_MANAGER" }).to_string())
        }
        Draft::Leave(user) => (format!("{DELETE}{SPACE_HOLE}/members/{}", id(user)), String::new()),
    };
    Frozen(format!("{path}\n{body}"))
}

/// A membership bears the id of its person.
fn id(user: &str) -> &str {
    user.strip_prefix("users/").unwrap_or(user)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpaceBody<'a> {
    space_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    import_mode: bool,
    create_time: String,
    external_user_allowed: bool,
    space_history_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    space_details: Option<SpaceDetails<'a>>,
}

#[derive(Serialize)]
struct SpaceDetails<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guidelines: Option<&'a str>,
}

fn space(draft: &SpaceDraft) -> String {
    let body = SpaceBody {
        space_type: match draft.kind {
            SpaceKind::Named => "SPACE",
            SpaceKind::Group => "GROUP_CHAT",
        },
        display_name: draft.name.as_deref(),
        import_mode: true,
        create_time: rfc3339(draft.created),
        external_user_allowed: draft.external,
        space_history_state: "HISTORY_ON",
        space_details: details(draft),
    };
    text(&body)
}

fn details(draft: &SpaceDraft) -> Option<SpaceDetails<'_>> {
    let (description, guidelines) = (draft.description.as_deref(), draft.guidelines.as_deref());
    (description.is_some() || guidelines.is_some())
        .then_some(SpaceDetails { description, guidelines })
}

fn member(draft: &MemberDraft) -> String {
    let member = json!({ "name": draft.user, "type": "HUMAN" });
    let body = match draft.span {
        None => json!({ "member": member }),
        Some((from, until)) => json!({
            "member": member,
            "createTime": rfc3339(from),
            "deleteTime": rfc3339(until),
        }),
    };
    body.to_string()
}

/// Chat knows a group by its name alone, and takes no address.
fn group(admittance: &Admittance) -> String {
    json!({ "groupMember": { "name": admittance.group().as_str() } }).to_string()
}

/// An opener needs the reply option too: without it Chat ignores the thread key.
fn post_path(post: &PostDraft) -> String {
    let option = match post.place {
        Place::Alone => "",
        Place::Opens(_) => "&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
        Place::Replies => "&messageReplyOption=REPLY_MESSAGE_OR_FAIL",
    };
    let (id, request) = (post.id.as_str(), post.request.as_str());
    format!("{SPACE_HOLE}/messages?messageId={id}&requestId={request}{option}")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostBody<'a> {
    text: &'a str,
    markup_syntax: &'static str,
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadKey>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThreadKey {
    thread_key: String,
}

fn post(post: &PostDraft) -> String {
    let key = match post.place {
        Place::Opens(ts) => Some(ThreadKey { thread_key: ts.to_string() }),
        Place::Alone | Place::Replies => None,
    };
    let mut body = text(&PostBody {
        text: &post.text,
        markup_syntax: "MARKUP_SYNTAX_CHAT",
        create_time: rfc3339(post.created),
        thread: key,
    });
    if post.place == Place::Replies {
        body.pop();
        body.push_str(THREAD_HOLE);
    }
    body
}

/// The markup goes with the text, and is never in the mask.
fn amended(text: &str) -> String {
    json!({ "text": text, "markupSyntax": "MARKUP_SYNTAX_CHAT" }).to_string()
}

fn publish(publication: &Publication) -> String {
    json!({ "accessSettings": { "audience": publication.audience().as_str() } }).to_string()
}

fn react(emoji: &Emoji) -> String {
    match emoji {
        Emoji::Unicode(unicode) => json!({ "emoji": { "unicode": unicode } }),
        Emoji::Custom(uid) => json!({ "emoji": { "customEmoji": { "uid": uid } } }),
    }
    .to_string()
}

/// Plain data of ours always serialises; a failure would be an empty body, which Chat refuses.
fn text(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
