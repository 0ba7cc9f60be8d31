//! Custom emoji: made by somebody who may, found by name.

use super::{Client, Doubt, Kind, Outcome, Reply, Scopes, Why};
use crate::draft::Identity;
use crate::wire::{emoji_by_name, new_emoji};
use serde::Deserialize;

/// No uid is longer.
const LONGEST: usize = 256;

/// A custom emoji of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgEmoji {
    /// `customEmojis/…`, as texts show it.
    pub resource: String,
    /// What reactions name.
    pub uid: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    name: String,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    emoji_name: String,
}

impl Client {
    /// Makes a custom emoji of that name (without colons). It has no id of ours: where the answer
    /// was lost, a repeat is refused with [`Kind::AlreadyExists`], and its name finds it.
    pub async fn make_emoji(
        &self,
        by: &Identity,
        name: &str,
        (ending, picture): (&str, &[u8]),
    ) -> Result<OrgEmoji, Outcome> {
        let request = new_emoji(name, ending, picture);
        let reply = self.call(by, Scopes::EMOJI, &request).await.applied()?;
        fit(&reply, name).ok_or(Outcome::Ambiguous(Why::unanswered(Doubt::Shape)))
    }

    /// Finds the custom emoji of that name (without colons); none where there is none that can
    /// be used.
    pub async fn find_emoji(&self, by: &Identity, name: &str) -> Result<Option<OrgEmoji>, Outcome> {
        match self.call(by, Scopes::EMOJI, &emoji_by_name(name)).await.applied() {
            Ok(reply) => Ok(fit(&reply, name)),
            Err(Outcome::Rejected(rejection)) if rejection.kind() == Kind::NotFound => Ok(None),
            Err(outcome) => Err(outcome),
        }
    }
}

/// Reads an emoji, if it is the one that was meant and its names can stand in a text.
fn fit(reply: &Reply, name: &str) -> Option<OrgEmoji> {
    let Body { name: resource, uid, emoji_name } = reply.json().ok()?;
    let id = resource.strip_prefix("customEmojis/")?;
    let fits = emoji_name == format!(":{name}:") && is_id(id) && is_id(&uid);
    fits.then_some(OrgEmoji { resource, uid })
}

/// What goes between `<customEmojis/` and `>` may end neither too early.
fn is_id(id: &str) -> bool {
    let harmless =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'=' | b'~');
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_util::bytes::Bytes;

    fn read(body: &str) -> Option<OrgEmoji> {
        fit(&Reply::new(Bytes::copy_from_slice(body.as_bytes()), None, None), "party")
    }

    #[test]
    fn f8_only_an_emoji_of_that_name_with_harmless_ids_is_reused() {
        let emoji = |name: &str, uid: &str, shown: &str| {
            format!(r#"{{"name":"{name}","uid":"{uid}","emojiName":"{shown}"}}"#)
        };
        let good = read(&emoji("customEmojis/A-1", "u_2", ":party:")).expect("fit");
        assert_eq!((good.resource.as_str(), good.uid.as_str()), ("customEmojis/A-1", "u_2"));
        for bad in [
            emoji("customEmojis/A", "u", ":other:"),
            emoji("customEmojis/A", "", ":party:"),
            emoji("customEmojis/A> <users/all", "u", ":party:"),
            emoji("customEmojis/:party:", "u", ":party:"),
            emoji("emojis/A", "u", ":party:"),
            "{}".to_owned(),
            "[]".to_owned(),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}
