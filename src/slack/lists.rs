//! The root files that list conversations: channels, groups, mpims, dms.

use super::conversation::{Conversation, Kind};
use super::finding::Findings;
use super::loose::{Flag, List, Maybe, Text, Whole};
use super::record::loose_struct;
use super::repair;
use crate::ids::{ConversationId, SlackTs, SlackUserId};
use serde_json::value::RawValue;
use std::collections::HashSet;

/// 2013-01-01: nothing in Slack is older, and `1` is used for "unknown".
const FIRST_DAY: i64 = 1_356_998_400;

loose_struct!(
    /// An entry of one of the lists.
    ConversationRecord {
        id: Text<'a>,
        name: Text<'a>,
        created: Whole,
        creator: Text<'a>,
        is_archived: Flag,
        is_general: Flag,
        members: List<Text<'a>>,
        user: Text<'a>,
        topic: Maybe<ValueRecord<'a>>,
        purpose: Maybe<ValueRecord<'a>>,
        pins: List<Maybe<PinRecord<'a>>>,
    }
);

loose_struct!(
    /// `topic` or `purpose`.
    ValueRecord { value: Text<'a> }
);

loose_struct!(
    /// An element of `pins`.
    PinRecord { id: Text<'a> }
);

/// Calls `take` with the JSON of every element of a list. Elements that it refuses become
/// findings. Fails where the bytes are no JSON array.
pub(super) fn each_element(
    entry: &str,
    bytes: &[u8],
    odd: &mut Findings,
    mut take: impl FnMut(&str) -> Result<(), &'static str>,
) -> Result<(), String> {
    let (text, replaced) = repair::utf8(bytes);
    let (text, lone) = repair::lone_surrogates(&text);
    if replaced || lone > 0 {
        odd.add(
            "mended_list",
            entry,
            format!("{entry:?} holds broken characters; they were replaced"),
        );
    }
    let elements: Vec<&RawValue> = serde_json::from_str(&text)
        .map_err(|e| format!("no JSON array ({:?} error at line {})", e.classify(), e.line()))?;
    for (index, element) in elements.into_iter().enumerate() {
        // Slack writes `[""]` for some empty lists.
        if element.get() == r#""""# {
            continue;
        }
        if let Err(why) = take(element.get()) {
            odd.add(
                "bad_list_record",
                entry,
                format!("record {index} of {entry:?} is left out: {why}"),
            );
        }
    }
    Ok(())
}

/// Reads one list of conversations.
pub(super) fn conversations(
    entry: &str,
    bytes: &[u8],
    kind: Kind,
    odd: &mut Findings,
) -> Result<Vec<Conversation>, String> {
    let mut found = Vec::new();
    each_element(entry, bytes, odd, |json| {
        let record: ConversationRecord<'_> =
            serde_json::from_str(json).map_err(|_| "not an object")?;
        found.push(conversation(record, kind).ok_or("it has no id")?);
        Ok(())
    })?;
    Ok(found)
}

fn conversation(record: ConversationRecord<'_>, kind: Kind) -> Option<Conversation> {
    let id = ConversationId::new(record.id.filled()?);
    let mut seen = HashSet::new();
    let members = record.members.0.iter().chain(Some(&record.user));
    let members = members.filter_map(|member| member.filled().map(SlackUserId::new));
    let created = record.created.0.filter(|secs| (FIRST_DAY..10_000_000_000).contains(secs));
    let value =
        |of: Maybe<ValueRecord<'_>>| of.0.and_then(|of| of.value.into_filled()).unwrap_or_default();
    let (pins, _) = record.pins.objects();
    Some(Conversation {
        kind,
        name: record.name.into_filled().unwrap_or_else(|| id.as_str().to_owned()),
        created: created.map(|secs| SlackTs::from_micros(secs * 1_000_000)),
        creator: record.creator.filled().map(SlackUserId::new),
        archived: record.is_archived.0,
        general: record.is_general.0,
        members: members.filter(|member| seen.insert(member.clone())).collect(),
        topic: value(record.topic),
        purpose: value(record.purpose),
        pins: pins.iter().filter_map(|pin| pin.id.filled()?.parse().ok()).collect(),
        id,
    })
}

/// Makes up the conversation of a folder that no list knows.
pub(super) fn unlisted(folder: &str) -> Conversation {
    Conversation {
        id: ConversationId::new(&format!("folder:{folder}")),
        kind: Kind::Unlisted,
        name: folder.to_owned(),
        created: None,
        creator: None,
        archived: false,
        general: false,
        members: Vec::new(),
        topic: String::new(),
        purpose: String::new(),
        pins: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, kind: Kind) -> Vec<Conversation> {
        conversations("x.json", json.as_bytes(), kind, &mut Findings::default()).expect("an array")
    }

    #[test]
    fn fields_of_any_type_make_a_conversation() {
        let json = r#"[{"id":"C1","name":null,"created":"1452837318","creator":"","members":null,
            "topic":[],"purpose":{"value":7},"pins":[{"id":"1452837318.000001"},{"id":"x"},3]}]"#;
        let [one] = read(json, Kind::Public).try_into().expect("one");
        assert_eq!(
            (one.name.as_str(), one.creator, one.topic.as_str(), one.purpose.as_str()),
            ("C1", None, "", "7")
        );
        assert_eq!(one.created.map(SlackTs::secs), Some(1_452_837_318));
        assert_eq!(one.pins.len(), 1);
    }

    #[test]
    fn a_self_dm_has_one_member_and_no_believable_birthday() {
        let json = r#"[{"id":"D1","created":1,"members":["U1","U1"]},{"id":"D2","user":"U2"}]"#;
        let read = read(json, Kind::Direct);
        assert_eq!(read[0].members, [SlackUserId::new("U1")]);
        assert_eq!((read[0].created, read[0].name.as_str()), (None, "D1"));
        assert_eq!(read[1].members, [SlackUserId::new("U2")]);
    }

    #[test]
    fn an_element_that_is_none_costs_only_itself() {
        let mut odd = Findings::default();
        let json = br#"["", 5, {"name":"no id"}, {"id":"C1"}]"#;
        let read = conversations("channels.json", json, Kind::Public, &mut odd).expect("an array");
        assert_eq!(read.len(), 1);
        assert_eq!(odd.finish().len(), 2);
    }
}
