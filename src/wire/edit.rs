//! One field of a frozen post changed, every other byte left as it is.

use super::Frozen;
use crate::ids::RequestId;
use serde::de::IgnoredAny;
use std::ops::Range;

/// The most that Chat takes of a message's text, counted as JSON writes it.
const TEXT_BYTES: usize = 32_000;

/// Tells whether Chat takes a text as a message.
pub fn fits(text: &str) -> bool {
    written(text).is_some()
}

/// Returns a text as JSON writes it, quotes and all; none where it is more than Chat takes.
fn written(text: &str) -> Option<String> {
    serde_json::to_string(text).ok().filter(|text| text.len() - 2 <= TEXT_BYTES)
}

impl Frozen {
    /// Returns the same post with another text, under another request id. Message id, time and
    /// thread stay. None where the text is more than Chat takes.
    #[must_use]
    pub fn with_text(&self, text: &str, request: &RequestId) -> Option<Self> {
        let text = written(text)?;
        let (path, body) = self.0.split_once('\n')?;
        let value = field(body, "text")?.value;
        let body = format!("{}{text}{}", &body[..value.start], &body[value.end..]);
        let path = path.replacen(self.request_id()?, request.as_str(), 1);
        Some(Self(format!("{path}\n{body}")))
    }

    /// Returns the same post without its attachments; none where it has none.
    #[must_use]
    pub fn without_attachment(&self) -> Option<Self> {
        let (path, body) = self.0.split_once('\n')?;
        let whole = field(body, "attachment")?.whole;
        // The text always stands before it, so the comma in front goes with it.
        let start = whole.start.checked_sub(1).filter(|at| body.as_bytes()[*at] == b',')?;
        Some(Self(format!("{path}\n{}{}", &body[..start], &body[whole.end..])))
    }

    /// Returns the createTime in the request, if it is a post.
    pub fn create_time(&self) -> Option<&str> {
        let (_, body) = self.0.split_once('\n')?;
        let value = field(body, "createTime")?.value;
        body[value].strip_prefix('"')?.strip_suffix('"')
    }
}

/// Where a field of an object stands.
struct Field {
    whole: Range<usize>,
    value: Range<usize>,
}

/// Finds a field of the body itself, not of what is inside it.
fn field(body: &str, name: &str) -> Option<Field> {
    let mut at = body.find('{')? + 1;
    loop {
        let start = at;
        let key: String = next(body, &mut at)?;
        at += body[at..].strip_prefix(':').map(|_| 1)?;
        let value = at;
        next::<IgnoredAny>(body, &mut at)?;
        if key == name {
            return Some(Field { whole: start..at, value: value..at });
        }
        at += body[at..].strip_prefix(',').map(|_| 1)?;
    }
}

fn next<'b, T: serde::Deserialize<'b>>(body: &'b str, at: &mut usize) -> Option<T> {
    let mut values = serde_json::Deserializer::from_str(&body[*at..]).into_iter::<T>();
    let value = values.next()?.ok()?;
    *at += values.byte_offset();
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"text":"a \"text\":\"b\",\"createTime\":\"x\"","markupSyntax":"M","attachment":[{"text":"no"}],"createTime":"2020-01-01T00:00:00Z","thread":{"name":"{thread}"}}"#;

    fn post() -> Frozen {
        Frozen::from_stored(format!("{{space}}/messages?messageId=client-a&requestId=r1\n{BODY}"))
    }

    #[test]
    fn only_text_and_request_id_change() {
        let hostile = "x\",\"createTime\":\"1999";
        let request = RequestId::revised("r1");
        let other = post().with_text(hostile, &request).expect("a post");
        assert_eq!(other.text().as_deref(), Some(hostile));
        assert_eq!(other.request_id(), Some(request.as_str()));
        assert_eq!(other.message_id(), Some("client-a"));
        assert_eq!(other.create_time(), Some("2020-01-01T00:00:00Z"));
        let back = other.with_text(&post().text().expect("text"), &RequestId::revised("x"));
        let id = RequestId::revised("x");
        let expected = post().as_str().replace("r1", id.as_str());
        assert_eq!(back.expect("a post").as_str(), expected);
    }

    #[test]
    fn an_attachment_goes_without_a_trace() {
        let bare = post().without_attachment().expect("it has one");
        assert_eq!(bare.as_str(), post().as_str().replace(r#","attachment":[{"text":"no"}]"#, ""));
        assert_eq!(bare.without_attachment(), None);
    }

    #[test]
    fn more_than_a_message_holds_is_no_post() {
        let request = RequestId::revised("r1");
        assert!(post().with_text(&"\n".repeat(16_000), &request).is_some());
        assert!(post().with_text(&"\n".repeat(16_001), &request).is_none());
    }
}
