//! One draft as the exact request that Google will get. Pure; knows Google's field names.
//!
//! A [`Frozen`] request is made once, when a lane is staged, and stored. From then on only its
//! holes are filled: the space's name, the parent message's name, the thread's name. Filling is
//! a substitution of text at fixed places, so a repeat is the same bytes.

mod edit;
mod emoji;
mod freeze;
mod markup;
mod plain;
mod shown;

pub use edit::fits;
pub use emoji::{emoji_by_name, new_emoji};
pub use freeze::freeze;
pub use markup::{Line, Span, Style, Target, read};
pub use plain::{mentions, plain};
pub use shown::shown;

use crate::ids::{Micros, RequestId, rfc3339};
use serde::Serialize;

/// Marks where the name of the lane's space goes, at the start of a path.
const SPACE_HOLE: &str = "{space}";
/// Marks where the name of the parent's message goes, at the start of a path.
const MESSAGE_HOLE: &str = "{message}";
/// Begins the path of a request that changes something.
const PATCH: &str = "PATCH ";
/// Begins the path of a request that removes something.
const DELETE: &str = "DELETE ";
/// Ends the body of a reply. Text can't forge it: inside a JSON string its quotes are escaped.
const THREAD_HOLE: &str = r#","thread":{"name":"{thread}"}}"#;

/// The methods of HTTP that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

/// A request ready to send: everything but host, credentials and transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub verb: Verb,
    /// Path and query, percent-encoded: `/v1/spaces/A/messages?messageId=…`.
    pub path: String,
    /// The JSON body; empty for reads.
    pub body: String,
}

/// Names that become known only while a lane is paid off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holes<'a> {
    /// `spaces/A`.
    pub space: Option<&'a str>,
    /// `spaces/A/messages/M`, of the parent step.
    pub message: Option<&'a str>,
    /// `spaces/A/threads/T`.
    pub thread: Option<&'a str>,
}

/// A name that the request needs and nobody has yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request needs the name of its {0}, which is not known yet")]
pub struct Unbound(&'static str);

/// A request with holes, in the form that the ledger stores: first line the path, then the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen(String);

impl Frozen {
    /// Takes a stored request back as it was.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Fills the holes. The same names give the same bytes.
    pub fn bind(&self, holes: &Holes<'_>) -> Result<Request, Unbound> {
        let (path, body) = self.0.split_once('\n').unwrap_or((&self.0, ""));
        let (verb, path) = match (path.strip_prefix(PATCH), path.strip_prefix(DELETE)) {
            (Some(path), _) => (Verb::Patch, path),
            (_, Some(path)) => (Verb::Delete, path),
            (None, None) => (Verb::Post, path),
        };
        Ok(Request { verb, path: bind_path(path, holes)?, body: bind_body(body, holes)? })
    }
}

fn bind_path(path: &str, holes: &Holes<'_>) -> Result<String, Unbound> {
    let fill = |rest: &str, name: Option<&str>, what| {
        name.map(|name| format!("/v1/{name}{rest}")).ok_or(Unbound(what))
    };
    if let Some(rest) = path.strip_prefix(SPACE_HOLE) {
        fill(rest, holes.space, "space")
    } else if let Some(rest) = path.strip_prefix(MESSAGE_HOLE) {
        fill(rest, holes.message, "message")
    } else {
        Ok(format!("/v1/{path}"))
    }
}

fn bind_body(body: &str, holes: &Holes<'_>) -> Result<String, Unbound> {
    let Some(head) = body.strip_suffix(THREAD_HOLE) else {
        return Ok(body.to_owned());
    };
    let name = holes.thread.ok_or(Unbound("thread"))?;
    Ok(format!(r#"{head},"thread":{{"name":"{name}"}}}}"#))
}

impl Frozen {
    /// Returns the client-assigned message id in the request, if it is a post.
    pub fn message_id(&self) -> Option<&str> {
        self.query("messageId")
    }

    /// Returns the request id, if it has one.
    pub fn request_id(&self) -> Option<&str> {
        self.query("requestId")
    }

    /// Returns the text in the request, if it is a post or another text for one.
    pub fn text(&self) -> Option<String> {
        self.body()?.get("text")?.as_str().map(str::to_owned)
    }

    /// Returns the resource name of the person or the group in the request, if it is a membership.
    pub fn member(&self) -> Option<String> {
        let body = self.body()?;
        let who = body.get("member").or_else(|| body.get("groupMember"))?;
        who.get("name")?.as_str().map(str::to_owned)
    }

    /// A reply's hole keeps the body JSON as it is.
    fn body(&self) -> Option<serde_json::Value> {
        let (_, body) = self.0.split_once('\n')?;
        serde_json::from_str(body).ok()
    }

    /// Returns the emoji in the request, if it is a reaction: itself, or `customEmojis/UID`.
    pub fn emoji(&self) -> Option<String> {
        let body = self.body()?;
        let custom = body.pointer("/emoji/customEmoji/uid").and_then(serde_json::Value::as_str);
        let unicode = body.pointer("/emoji/unicode").and_then(serde_json::Value::as_str);
        unicode.map(str::to_owned).or_else(|| Some(format!("customEmojis/{}", custom?)))
    }

    fn query(&self, key: &str) -> Option<&str> {
        let path = self.0.lines().next()?;
        let (_, query) = path.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
    }

    /// Returns the same post at another time, under another request id. Its message id stays.
    #[must_use]
    pub fn at_time(&self, created: Micros, request: &RequestId) -> Option<Self> {
        // Text can't forge the mark: inside a JSON string its quotes are escaped.
        let mark = r#"","createTime":""#;
        let start = self.0.rfind(mark)? + mark.len();
        let end = start + self.0[start..].find('"')?;
        let moved = format!("{}{}{}", &self.0[..start], rfc3339(created), &self.0[end..]);
        Some(Self(moved.replacen(self.request_id()?, request.as_str(), 1)))
    }

    /// Returns the same space under another name and request id.
    #[must_use]
    pub fn with_name(&self, name: &str, request: &RequestId) -> Option<Self> {
        let (path, body) = self.0.split_once('\n')?;
        let mut body: serde_json::Value = serde_json::from_str(body).ok()?;
        *body.get_mut("displayName")? = name.into();
        let path = path.replacen(self.request_id()?, request.as_str(), 1);
        Some(Self(format!("{path}\n{body}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Draft, Place, PostDraft};
    use crate::ids::{ConversationId, MessageId, Operation, RequestKey, SlackTs};

    fn post(text: &str, place: Place) -> Frozen {
        let conversation = ConversationId::new("C1");
        let ts = SlackTs::from_micros(1_551_441_602_000_200);
        let key = RequestKey {
            migration: "m",
            operation: Operation::Message { conversation: &conversation, ts, part: 0 },
            generation: 0,
            revision: 0,
            actor: "a@example.com",
        };
        freeze(&Draft::Post(PostDraft {
            text: text.to_owned(),
            created: ts.micros(),
            id: MessageId::derive(&conversation, ts, 0, 0),
            request: RequestId::derive(&key),
            place,
        }))
    }

    #[test]
    fn a_reply_waits_for_its_threads_name_and_then_is_the_same_bytes() {
        let frozen = post("hi", Place::Replies);
        let holes =
            Holes { space: Some("spaces/A"), message: None, thread: Some("spaces/A/threads/T") };
        assert_eq!(frozen.bind(&Holes { thread: None, ..holes }), Err(Unbound("thread")));
        let bound = frozen.bind(&holes).expect("all names are known");
        insta::assert_snapshot!(format!("{}\n{}", bound.path, bound.body));
        assert_eq!(Frozen::from_stored(frozen.as_str().to_owned()).bind(&holes), Ok(bound));
    }

    #[test]
    fn text_that_looks_like_a_hole_or_a_time_stays_text() {
        let hostile = r#"x","createTime":"1999","thread":{"name":"{thread}"}}"#;
        for place in [Place::Alone, Place::Replies] {
            let frozen = post(hostile, place);
            let holes = Holes {
                space: Some("spaces/A"),
                message: None,
                thread: Some("spaces/A/threads/T"),
            };
            let bound = frozen.bind(&holes).expect("all names are known");
            let body: serde_json::Value = serde_json::from_str(&bound.body).expect("JSON");
            assert_eq!(body["text"], hostile);
            let later = frozen
                .at_time(1, &RequestId::revised("x"))
                .expect("a post")
                .bind(&holes)
                .expect("bound");
            let body: serde_json::Value = serde_json::from_str(&later.body).expect("JSON");
            assert_eq!(body["text"], hostile);
            assert_eq!(body["createTime"], "1970-01-01T00:00:00.000001Z");
        }
    }
}
