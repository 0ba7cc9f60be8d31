//! Any object of Block Kit: one tolerant shape for blocks, elements and text objects.

mod style;

use crate::convert::loose::Loose;
use crate::convert::tree::Style;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;
use style::StyleInto;

/// An object, by the fields that any kind of it may have.
#[derive(Debug, Default)]
pub(crate) struct Node<'a> {
    /// `type`; empty where it is no plain word.
    pub kind: &'a str,
    /// `text`, where it is a string; the `text` of a `text` object goes to `inner`.
    pub text: Cow<'a, str>,
    /// What the element refers to: a user, channel, group or team id, a range, a colour, an
    /// emoji's `name`.
    pub id: Cow<'a, str>,
    /// `url`, `image_url`, `title_url`; the `unicode` of an emoji.
    pub url: Cow<'a, str>,
    /// `style` of an inline.
    pub style: Style,
    /// `style` of a list is `ordered`.
    pub ordered: bool,
    /// `indent`.
    pub indent: u32,
    /// `offset`: the first number less one; the `skin_tone` of an emoji.
    pub offset: u32,
    /// `border`: inside a quote.
    pub border: bool,
    /// `elements`, `rows` and their cells.
    pub elements: Vec<Node<'a>>,
    /// What few nodes have.
    pub rare: Option<Box<Rare<'a>>>,
}

/// Fields that few nodes have.
#[derive(Debug, Default)]
pub(crate) struct Rare<'a> {
    /// `text` as an object.
    pub inner: Option<Node<'a>>,
    /// `title` or `label`, as a string or an object.
    pub title: Option<Node<'a>>,
    /// `alt_text` or `fallback`.
    pub fallback: Cow<'a, str>,
    /// `fields` of a section.
    pub fields: Vec<Node<'a>>,
    /// `accessory` of a section, `element` of an input.
    pub accessory: Option<Node<'a>>,
    /// What newer blocks say below their title, and what a menu offers.
    pub more: Vec<Node<'a>>,
    /// `timestamp` of a date.
    pub timestamp: Cow<'a, str>,
    /// `format` of a date.
    pub format: Cow<'a, str>,
}

impl<'a> Node<'a> {
    fn rare(&mut self) -> &mut Rare<'a> {
        self.rare.get_or_insert_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut node = Node::default();
        NodeInto(&mut node).deserialize(from)?;
        Ok(node)
    }
}

/// Fills a node where it lies: a node is large, and to move it costs as much as to read it.
struct NodeInto<'n, 'a>(&'n mut Node<'a>);

impl<'de> DeserializeSeed<'de> for NodeInto<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeInto<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of Block Kit")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            self.0.field(key, &mut map)?;
        }
        Ok(())
    }

    /// A string in place of an object is plain text.
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.0.text = Cow::Borrowed(text);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text = Cow::Owned(String::from(text));
        Ok(())
    }

    /// A list in place of an object is a row.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.kind = "row";
        // Most lists have one element, and a vector's first push makes room for four.
        self.0.elements = Vec::with_capacity(1);
        let mut node = Node::default();
        while seq.next_element_seed(NodeInto(&mut node))?.is_some() {
            self.0.elements.push(std::mem::take(&mut node));
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _yes: bool) -> Result<(), E> {
        Ok(())
    }

    /// A number in place of a text is that number.
    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.id = Cow::Owned(number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.id = Cow::Owned(number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.0.id = Cow::Owned(number.to_string());
        Ok(())
    }
}

impl<'de> Node<'de> {
    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "type" => self.kind = if let Cow::Borrowed(word) = text(map)? { word } else { "" },
            "text" => self.set_text(node(map)?),
            "elements" | "rows" => self.elements = node(map)?.elements,
            // The commonest of all that says nothing.
            "block_id" => {
                map.next_value::<IgnoredAny>()?;
            }
            "user_id" | "channel_id" | "usergroup_id" | "range" | "value" => self.id = text(map)?,
            "team_id" | "name" if self.id.is_empty() => self.id = text(map)?,
            "url" | "image_url" | "title_url" => self.url = text(map)?,
            "unicode" if self.url.is_empty() => self.url = text(map)?,
            "style" => map.next_value_seed(StyleInto(self))?,
            "indent" => self.indent = number(map)?,
            "offset" | "skin_tone" => self.offset = number(map)?,
            "border" => self.border = number(map)? > 0,
            _ => self.rare_field(key, map)?,
        }
        Ok(())
    }

    fn rare_field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "title" | "label" => self.rare().title = Some(map.next_value()?),
            "alt_text" | "fallback" => self.rare().fallback = text(map)?,
            "fields" => self.rare().fields = node(map)?.elements,
            "subtitle" | "body" | "description" | "details" | "output" | "placeholder"
            | "author_name" => {
                let more = map.next_value()?;
                self.rare().more.push(more);
            }
            "child_blocks" | "tasks" | "cards" | "actions" | "sources" | "options" => {
                let more = node(map)?.elements;
                self.rare().more.extend(more);
            }
            "accessory" | "element" => self.rare().accessory = Some(map.next_value()?),
            "timestamp" => self.rare().timestamp = text(map)?,
            "format" => self.rare().format = text(map)?,
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn set_text(&mut self, text: Self) {
        if text.kind.is_empty() {
            self.text = if text.text.is_empty() { text.id } else { text.text };
        } else {
            self.rare().inner = Some(text);
        }
    }
}

fn node<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Node<'de>, A::Error> {
    let mut node = Node::default();
    map.next_value_seed(NodeInto(&mut node))?;
    Ok(node)
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    Ok(map.next_value::<Loose<'de>>()?.0)
}

fn number<'de, A: MapAccess<'de>>(map: &mut A) -> Result<u32, A::Error> {
    Ok(text(map)?.parse().unwrap_or(0))
}

/// A field's name: empty where the JSON has escapes in it.
struct Key<'a>(&'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, word: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(word))
    }

    fn visit_str<E>(self, _word: &str) -> Result<Key<'de>, E> {
        Ok(Key(""))
    }
}
