//! What was pinned in Slack, as one post behind the last message: Chat's own pins can't be made
//! while a space is hidden.

use crate::convert::{Context, Converter, Loss, Settings};
use crate::ids::{ConversationId, SlackTs};
use crate::slack::{Conversation, Message};
use std::collections::{BTreeMap, BTreeSet};

const HEAD: &str = "*Pinned in Slack*";
/// Bytes that are kept for the words about what is not listed.
const RESERVE: usize = 200;

/// The pins of one conversation, as its messages go by.
#[derive(Debug, Default)]
pub(super) struct Pins {
    wanted: BTreeSet<SlackTs>,
    listed: bool,
    lines: BTreeMap<SlackTs, String>,
}

impl Pins {
    /// Takes what the export lists.
    pub(super) fn of(conversation: Option<&Conversation>, settings: &Settings) -> Self {
        let wanted = conversation.map(|one| one.pins.iter().copied().collect());
        Self { wanted: wanted.unwrap_or_default(), listed: settings.pins, lines: BTreeMap::new() }
    }

    /// Tells what a pinned message loses.
    pub(super) fn loss(&self, ts: SlackTs) -> Option<Loss> {
        let loss = if self.listed { Loss::PinAsList } else { Loss::PinLeftOut };
        self.wanted.contains(&ts).then_some(loss)
    }

    /// Notes the line of a message that is posted, if it is pinned.
    pub(super) fn note(
        &mut self,
        converter: &Converter,
        (home, context): (&ConversationId, &Context),
        message: &Message,
    ) {
        if !self.listed || !self.wanted.contains(&message.ts) {
            return;
        }
        if let Some(line) = converter.pin(home, context, message) {
            self.lines.insert(message.ts, line);
        }
    }

    /// Returns the list, as far as `budget` goes; none where there is nothing to list.
    pub(super) fn text(&self, budget: usize) -> Option<String> {
        if self.lines.is_empty() {
            return None;
        }
        let (mut text, mut used, mut more) = (HEAD.to_owned(), HEAD.len() + RESERVE, 0);
        for line in self.lines.values() {
            used += serde_json::to_string(line).map_or(budget, |json| json.len()) + 2;
            if used > budget {
                more += 1;
            } else {
                text.extend(["\n* ", line]);
            }
        }
        let missing = self.wanted.len() - self.lines.len();
        if more > 0 {
            text.extend(["\n* _and ", &more.to_string(), " more_"]);
        }
        match missing {
            0 => {}
            1 => text.push_str("\n* _1 pinned message is not here_"),
            _ => text.extend(["\n* _", &missing.to_string(), " pinned messages are not here_"]),
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(lines: usize, wanted: usize) -> Pins {
        let ts = |number: usize| SlackTs::from_micros(number as i64);
        Pins {
            wanted: (0..wanted).map(ts).collect(),
            listed: true,
            lines: (0..lines).map(|number| (ts(number), format!("line {number}"))).collect(),
        }
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        assert_eq!(pins(0, 3).text(30_000), None);
        let text = pins(2, 5).text(30_000).expect("a list");
        let all = "*Pinned in Slack*\n* line 0\n* line 1\n* _3 pinned messages are not here_";
        assert_eq!(text, all);
        let text = pins(90, 90).text(400).expect("a list");
        assert!(text.len() <= 400, "{text}");
        let listed = text.matches("* line").count();
        assert!(text.ends_with(&format!("\n* _and {} more_", 90 - listed)), "{text}");
    }
}
