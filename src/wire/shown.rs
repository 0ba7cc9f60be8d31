//! What reading back must show of a request's result, told before the request is dropped.

use serde_json::Value;

/// Returns what a listing must show of a stored request's result: a space's name, a reaction's
/// emoji, a membership's user or group and span. A post has its text's hash for that.
pub fn shown(stored: &str) -> Option<String> {
    let (path, body) = stored.split_once('\n')?;
    let body: Value = serde_json::from_str(body).ok()?;
    let text = |place: &str| body.pointer(place).and_then(Value::as_str);
    if path.ends_with("/reactions") {
        let custom = text("/emoji/customEmoji/uid").map(|uid| format!("customEmojis/{uid}"));
        return text("/emoji/unicode").map(str::to_owned).or(custom);
    }
    if path.ends_with("/members") {
        let who = text("/member/name").or_else(|| text("/groupMember/name"));
        let span = [who, text("/createTime"), text("/deleteTime")];
        return Some(span.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    path.starts_with("spaces?").then(|| text("/displayName").unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Group, Kind, PublicConversation};
    use crate::draft::{Draft, Emoji, MemberDraft, SpaceDraft, SpaceKind};
    use crate::ids::{ConversationId, RequestId};
    use crate::wire::freeze;

    fn of(draft: &Draft) -> Option<String> {
        shown(freeze(draft).as_str())
    }

    #[test]
    fn what_a_listing_must_show_outlives_the_request() {
        let wave = "👋🏼".to_owned();
        assert_eq!(of(&Draft::React(Emoji::Unicode(wave.clone()))), Some(wave));
        let custom = Draft::React(Emoji::Custom("abc".to_owned()));
        assert_eq!(of(&custom).as_deref(), Some("customEmojis/abc"));
        let member = |span| Draft::Member(MemberDraft { user: "users/1".to_owned(), span });
        assert_eq!(of(&member(None)).as_deref(), Some("users/1"));
        let past = "users/1 1970-01-01T00:00:00.000001Z 1970-01-01T00:00:00.000002Z";
        assert_eq!(of(&member(Some((1, 2)))).as_deref(), Some(past));
        let proof = PublicConversation::of([(&ConversationId::new("C1"), Kind::Public)]);
        let group = Group::parse("groups/1a").expect("a name");
        let admittance = proof.expect("it was public").admit(group);
        assert_eq!(of(&Draft::Group(admittance)).as_deref(), Some("groups/1a"));
        let space = |name: Option<&str>| {
            Draft::Space(SpaceDraft {
                kind: SpaceKind::Named,
                name: name.map(str::to_owned),
                description: None,
                guidelines: None,
                created: 1,
                external: false,
                request: RequestId::revised("x"),
            })
        };
        assert_eq!(of(&space(Some("a \"b\""))).as_deref(), Some("a \"b\""));
        assert_eq!(of(&space(None)).as_deref(), Some(""));
        assert_eq!(of(&Draft::Complete), None);
    }
}
