//! The law of splitting: the parts of a long message, read one by one, hold the words and the looks
//! of the whole.

use super::reader::{Kind, Line, Look, read};
use super::typed::long;
use super::{ChatMarkup, Context, Document, Losses, Recipe, Renderer, Roster, Settings};
use super::{message, roster};
use crate::convert::fate::Fate;
use crate::convert::loss::Loss;
use crate::convert::settings::LEAST_BUDGET;
use proptest::prelude::*;
use std::cell::RefCell;

/// Keeps what it rendered: the whole text, then the head of its parts.
#[derive(Default)]
struct Keeping(RefCell<Vec<String>>);

impl Renderer for Keeping {
    fn render(&self, document: &Document<'_>, roster: &Roster, losses: &mut Losses) -> String {
        let text = ChatMarkup.render(document, roster, losses);
        self.0.borrow_mut().push(text.clone());
        text
    }
}

/// What a reader sees: each character with its looks and whether it is quoted or code, and how
/// many items begin.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    cells: Vec<(char, Look, Kind)>,
    items: usize,
}

impl Seen {
    fn add(&mut self, lines: &[Line], skip: usize) {
        let cells = lines.iter().flat_map(|line| {
            // An item that goes on in the next part goes on as a paragraph.
            let kind = if line.kind == Kind::Item { Kind::Text } else { line.kind };
            line.cells.iter().map(move |(c, look)| (*c, look.clone(), kind))
        });
        self.cells.extend(cells.filter(|(c, ..)| !c.is_whitespace()).skip(skip));
        self.items += lines.iter().filter(|line| line.kind == Kind::Item).count();
    }

    fn of(text: &str) -> Self {
        let mut seen = Self::default();
        seen.add(&read(text), 0);
        seen
    }

    /// Tells where a look differs, or a mark is missing that nobody counted.
    fn differs(&self, joined: &Self, dropped: u32) -> Option<String> {
        let looks_lost = |one: &Look, other: &Look| {
            let subset = Look { marks: one.marks & other.marks, ..one.clone() };
            *other == *one || (dropped > 0 && *other == subset)
        };
        let same = |one: &(char, Look, Kind), other: &(char, Look, Kind)| {
            one.0 == other.0 && one.2 == other.2 && looks_lost(&one.1, &other.1)
        };
        let lengths = (self.cells.len(), self.items) == (joined.cells.len(), joined.items);
        let mut pairs = self.cells.iter().zip(&joined.cells);
        let wrong = pairs.find(|(one, other)| !same(one, other));
        (!lengths || wrong.is_some())
            .then(|| format!("{wrong:?}, items {} {}, {dropped} dropped", self.items, joined.items))
    }
}

/// Converts a message; returns its parts, what was rendered, and how many styles were dropped.
fn convert(
    json: &serde_json::Value,
    author: &str,
    budget: usize,
) -> (Vec<String>, Vec<String>, u32) {
    let mut message = message(json);
    message.author.user = Some(author.into());
    let (renderer, roster) = (Keeping::default(), &roster());
    let settings = &Settings { budget, ..Settings::default() };
    let context = &Context { threads: true };
    let recipe = Recipe { roster, settings, renderer: &renderer, context, message: &message };
    let converted = recipe.run();
    let parts = if let Fate::Post(parts) = converted.fate { parts } else { Vec::new() };
    (parts, renderer.0.take(), converted.losses.count(Loss::StyleDropped))
}

fn check(json: &serde_json::Value, author: &str) -> Result<(), TestCaseError> {
    let (parts, rendered, dropped) = convert(json, author, LEAST_BUDGET);
    let Some(text) = rendered.first() else { return Ok(()) };
    let dropped = dropped - convert(json, author, 1_000_000).2;
    let head = rendered.get(1).map_or(0, |head| Seen::of(head).cells.len());
    let mut joined = Seen::default();
    for (index, part) in parts.iter().enumerate() {
        let size = serde_json::to_string(part).map_or(0, |json| json.len() - 2);
        prop_assert!(size <= LEAST_BUDGET, "{size} bytes: {part}");
        let mut lines = read(part);
        if parts.len() > 1 {
            let number = lines.pop().map(|line| line.text());
            prop_assert_eq!(number, Some(format!("({}/{})", index + 1, parts.len())));
        }
        joined.add(&lines, if index == 0 { 0 } else { head });
    }
    if let Some(how) = Seen::of(text).differs(&joined, dropped) {
        let shown = format!("{text}\n===\n{}", parts.join("\n---\n"));
        prop_assert!(false, "{how}\n{}", shown.replace('\u{2060}', "⁞"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_parts_of_a_long_message_hold_what_the_whole_holds(json in long(), named in any::<bool>()) {
        check(&json, if named { "U2BO" } else { "U1ANA" })?;
    }
}
