//! The `style` of blocks and inlines.

use super::Node;
use crate::convert::loose::Loose;
use crate::convert::tree::Style;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Reads `style`: a word on lists and buttons, an object of flags on inlines.
pub(super) struct StyleInto<'n, 'a>(pub(super) &'n mut Node<'a>);

impl<'de> DeserializeSeed<'de> for StyleInto<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StyleInto<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a style")
    }

    fn visit_str<E>(self, word: &str) -> Result<(), E> {
        self.0.ordered = word == "ordered";
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _yes: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _number: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _number: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _number: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((Loose(key), value)) = map.next_entry::<Loose<'_>, Loose<'_>>()? {
            let style = match &*key {
                "bold" => Style::BOLD,
                "italic" => Style::ITALIC,
                "strike" => Style::STRIKE,
                "code" => Style::CODE,
                _ => Style::PLAIN,
            };
            if value.is_true() {
                self.0.style = self.0.style.with(style);
            }
        }
        Ok(())
    }
}
