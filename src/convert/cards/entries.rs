//! Lists as Slack and its copies write them: arrays, objects of numbered values, a single value.

use crate::convert::loose::Loose;
use crate::convert::loss::{Loss, Losses};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Returns what is in a list: the elements of an array, the values of an object of objects, else
/// the value alone. None where it is no JSON.
pub(super) fn entries(json: &str) -> Option<Vec<&RawValue>> {
    match json.trim_start().as_bytes().first()? {
        b'[' => serde_json::from_str(json).ok(),
        b'{' => {
            let Values(values) = serde_json::from_str(json).ok()?;
            let listed = !values.is_empty() && values.iter().all(|one| one.get().starts_with('{'));
            if listed { Some(values) } else { Some(vec![serde_json::from_str(json).ok()?]) }
        }
        _ => Some(vec![serde_json::from_str(json).ok()?]),
    }
}

/// Reads each entry by itself. What is no object is what `bare` makes of its words; what that
/// leaves is counted.
pub(super) fn each<'a, T: Deserialize<'a>>(
    json: Option<&'a RawValue>,
    bare: impl Fn(Loose<'a>) -> Option<T>,
    losses: &mut Losses,
) -> Vec<T> {
    let entries = json.and_then(|json| entries(json.get())).unwrap_or_default();
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries.into_iter().map(RawValue::get) {
        if matches!(entry, "null" | "\"\"" | "[]" | "{}") {
            continue;
        }
        let words = || bare(serde_json::from_str(entry).ok()?);
        let one = serde_json::from_str(entry).ok().or_else(words);
        losses.add_many(Loss::CardUnreadable, u32::from(one.is_none()));
        read.extend(one);
    }
    read
}

/// The values of an object, in their order.
struct Values<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some((_, value)) = map.next_entry::<IgnoredAny, &'de RawValue>()? {
            values.push(value);
        }
        Ok(Values(values))
    }
}
