//! Field values that take whatever stands there: absent, null, number, string, or nonsense.

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A text; numbers count as their digits, a list as the lines of its texts, a text object as its
/// `text`, everything else as absent.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl Text<'_> {
    /// Returns the text unless it is absent or empty.
    pub(super) fn filled(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// Returns the text unless it is absent or empty.
    pub(super) fn into_filled(self) -> Option<String> {
        self.0.filter(|text| !text.is_empty()).map(Cow::into_owned)
    }
}

/// A whole number; strings of digits count, everything else is absent.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole(pub(super) Option<i64>);

/// A flag; absent and nonsense are false.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

/// An array or object, unparsed; anything else, and an empty array, is absent. Says too whether what
/// is absent was something.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Unparsed<'a>(pub(super) Option<&'a RawValue>, pub(super) bool);

/// A list, or the values of an object; anything else is empty. Says too whether that was something.
#[derive(Debug, Clone)]
pub(super) struct List<T>(pub(super) Vec<T>, bool);

/// An object; anything else is absent.
#[derive(Debug, Clone)]
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new(), false)
    }
}

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> List<Maybe<T>> {
    /// Returns the elements that are objects, and how many are not; what is no list at all is one.
    pub(super) fn objects(self) -> (Vec<T>, u32) {
        let all = self.0.len() + usize::from(self.1);
        let objects: Vec<T> = self.0.into_iter().filter_map(|one| one.0).collect();
        let others = all - objects.len();
        (objects, others as u32)
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?;
        let digits = text.0.as_deref().map(|text| text.split('.').next().unwrap_or_default());
        Ok(Self(digits.and_then(|digits| digits.parse().ok())))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?;
        Ok(Self(matches!(text.0.as_deref(), Some("true" | "1"))))
    }
}

impl<'de> Deserialize<'de> for Unparsed<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?;
        let text = raw.get();
        let inside = text.get(1..text.len() - 1).unwrap_or_default();
        let filled = text.starts_with(['[', '{']) && !inside.trim_ascii().is_empty();
        let nothing = matches!(text, "null" | "false" | "\"\"" | "[]" | "{}");
        Ok(Self(filled.then_some(raw), !filled && !text.starts_with(['[', '{']) && !nothing))
    }
}

/// A value that takes arrays, objects, or both, and is empty for all else.
trait Shape<'de>: Default {
    fn seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    /// What a text or a number becomes.
    fn other() -> Self {
        Self::default()
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for List<T> {
    fn seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Self(items, false))
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut items = Vec::new();
        while let Some((_, item)) = map.next_entry::<IgnoredAny, T>()? {
            items.push(item);
        }
        Ok(Self(items, false))
    }

    fn other() -> Self {
        Self(Vec::new(), true)
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for Maybe<T> {
    fn map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|inner| Self(Some(inner)))
    }
}

impl<'de> Shape<'de> for Text<'de> {
    fn seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut lines = Vec::new();
        while let Some(Self(line)) = seq.next_element()? {
            lines.extend(line);
        }
        Ok(Self((!lines.is_empty()).then(|| Cow::Owned(lines.join("\n")))))
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut found = Self::default();
        while let Some(Self(key)) = map.next_key()? {
            if key.as_deref() == Some("text") {
                found = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ShapeVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ShapeVisitor(PhantomData))
    }
}

struct ShapeVisitor<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for ShapeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(if text.is_empty() { T::default() } else { T::other() })
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::other())
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::other())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::other())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::map(map)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Text(flag.then_some(Cow::Borrowed("true"))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    /// A timestamp of today has ten digits before the point: six after it are exact in a float.
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(format!("{number:.6}")))))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Shape::seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Shape::map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_whatever_stands_there() {
        let read = |json| serde_json::from_str::<Text<'_>>(json).expect("any value").0;
        assert_eq!(read(r#""a\u00e9""#).as_deref(), Some("aé"));
        assert_eq!(read("1551441602.000200").as_deref(), Some("1551441602.000200"));
        assert_eq!(read("-5").as_deref(), Some("-5"));
        assert_eq!(read(r#"["a",[2,null]]"#).as_deref(), Some("a\n2"));
        assert_eq!(read(r#"{"type":"mrkdwn","text":"a"}"#).as_deref(), Some("a"));
        for absent in ["null", "false", "[]", "[[null]]", r#"{"a":{"b":1}}"#] {
            assert_eq!(read(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_list_is_an_array_and_its_elements_may_be_anything() {
        let list: List<Text<'_>> =
            serde_json::from_str(r#"["a", 5, null, "b"]"#).expect("any value");
        let texts: Vec<_> = list.0.iter().map(Text::filled).collect();
        assert_eq!(texts, [Some("a"), Some("5"), None, Some("b")]);
        for other in ["{}", "1", "1.5", "-1", "true", "null", "\"x\""] {
            assert!(serde_json::from_str::<List<Text<'_>>>(other).expect("any value").0.is_empty());
        }
        let list: List<Maybe<List<Whole>>> =
            serde_json::from_str(r#"[{"a":1}, 5, [1]]"#).expect("any value");
        assert_eq!(list.objects().1, 2);
        let read = |json| {
            let list: List<Maybe<List<Text<'_>>>> = serde_json::from_str(json).expect("any value");
            let (objects, odd) = list.objects();
            (objects.len(), odd)
        };
        assert_eq!(read(r#"{"0":{"a":1},"1":{}}"#), (2, 0), "the values of an object");
        assert_eq!(read(r#"{"id":"F1"}"#), (0, 1));
        assert_eq!([read("\"F1\""), read("5")], [(0, 1), (0, 1)], "something that is no list");
        assert_eq!([read("null"), read("\"\""), read("false"), read("[]")], [(0, 0); 4]);
    }

    #[test]
    fn numbers_and_flags_come_as_text_too() {
        assert_eq!(
            serde_json::from_str::<Whole>(r#""1452837318""#).expect("any").0,
            Some(1_452_837_318)
        );
        assert_eq!(serde_json::from_str::<Whole>("1.9").expect("any").0, Some(1));
        assert_eq!(serde_json::from_str::<Whole>("[]").expect("any").0, None);
        assert!(serde_json::from_str::<Flag>("true").expect("any").0);
        assert!(serde_json::from_str::<Flag>("1").expect("any").0);
        assert!(!serde_json::from_str::<Flag>("null").expect("any").0);
    }
}
