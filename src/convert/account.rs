//! The loss account: what does not survive, summed by kind, by weight and by conversation, each
//! kind with examples by id. No text of anybody's is in it.

mod written;

use super::loss::{Loss, Losses, Weight};
use crate::ids::{ConversationId, SlackTs};
use serde::Serialize;
use std::collections::BTreeMap;

/// In how many conversations a kind of loss has an example.
const EXAMPLES: usize = 3;

/// Everything that does not survive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LossAccount {
    /// Messages by the heaviest of what they lose.
    pub messages: Weights,
    /// Each kind of loss that occurs.
    pub kinds: BTreeMap<Loss, KindSum>,
    /// Each conversation.
    pub conversations: BTreeMap<ConversationId, ConversationSum>,
}

/// Messages by the heaviest of what they lose. What is left out is not among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// They lose nothing.
    pub none: u64,
    /// Their look changes.
    pub cosmetic: u64,
    /// Some of their content is missing or moved.
    pub content: u64,
    /// A notice stands in their place.
    pub whole: u64,
}

/// One kind of loss.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindSum {
    /// How many times.
    pub count: u64,
    /// In how many messages or memberships.
    pub items: u64,
    /// The first message of some conversations in which it occurs; no ts where it is no message.
    pub examples: BTreeMap<ConversationId, Option<SlackTs>>,
}

/// One conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationSum {
    /// Its name, from Slack: hostile.
    pub name: String,
    /// Its messages.
    pub messages: Weights,
    /// How many times each kind of loss occurs.
    pub losses: BTreeMap<Loss, u64>,
}

/// Items of one conversation that lose the same.
#[derive(Debug, Clone, Copy)]
pub struct Alike<'a> {
    /// Their conversation.
    pub conversation: &'a ConversationId,
    /// Its name.
    pub name: &'a str,
    /// What each of them loses.
    pub losses: &'a Losses,
    /// How many they are.
    pub items: u64,
    /// The first of them, where they are messages.
    pub first: Option<SlackTs>,
}

impl Weights {
    /// Returns the sum.
    pub const fn total(&self) -> u64 {
        self.none + self.cosmetic + self.content + self.whole
    }

    fn add(&mut self, weight: Option<Weight>, items: u64) {
        *match weight {
            None => &mut self.none,
            Some(Weight::Cosmetic) => &mut self.cosmetic,
            Some(Weight::Content) => &mut self.content,
            Some(Weight::Whole) => &mut self.whole,
        } += items;
    }

    /// Adds others.
    pub const fn merge(&mut self, other: Self) {
        self.none += other.none;
        self.cosmetic += other.cosmetic;
        self.content += other.content;
        self.whole += other.whole;
    }
}

impl LossAccount {
    /// Adds items that lose the same.
    pub fn add(&mut self, alike: Alike<'_>) {
        let Alike { conversation, name, losses, items, first } = alike;
        if !self.conversations.contains_key(conversation) {
            let sum = ConversationSum { name: name.to_owned(), ..ConversationSum::default() };
            self.conversations.insert(conversation.clone(), sum);
        }
        let Some(sum) = self.conversations.get_mut(conversation) else { return };
        if first.is_some() {
            sum.messages.add(losses.weight(), items);
            self.messages.add(losses.weight(), items);
        }
        for (loss, count) in losses.iter() {
            let count = u64::from(count) * items;
            *sum.losses.entry(loss).or_default() += count;
            let kind = self.kinds.entry(loss).or_default();
            kind.count += count;
            kind.items += items;
            kind.example(conversation, first);
        }
    }

    /// Adds what another reader summed.
    pub fn merge(&mut self, other: Self) {
        self.messages.merge(other.messages);
        for (loss, kind) in other.kinds {
            let sum = self.kinds.entry(loss).or_default();
            sum.count += kind.count;
            sum.items += kind.items;
            for (conversation, first) in &kind.examples {
                sum.example(conversation, *first);
            }
        }
        for (id, conversation) in other.conversations {
            let sum = self.conversations.entry(id).or_default();
            sum.name = conversation.name;
            sum.messages.merge(conversation.messages);
            for (loss, count) in conversation.losses {
                *sum.losses.entry(loss).or_default() += count;
            }
        }
    }

    /// Returns the kinds, the heaviest and then the most frequent first.
    pub fn heaviest(&self) -> Vec<(Loss, &KindSum)> {
        let mut all: Vec<_> = self.kinds.iter().map(|(loss, kind)| (*loss, kind)).collect();
        all.sort_by_key(|(loss, kind)| {
            (std::cmp::Reverse((loss.weight(), kind.count)), loss.code())
        });
        all
    }
}

impl KindSum {
    /// Keeps the first message of the first few conversations, whatever the order they come in.
    fn example(&mut self, conversation: &ConversationId, first: Option<SlackTs>) {
        if let Some(held) = self.examples.get_mut(conversation) {
            *held = [*held, first].into_iter().flatten().min();
        } else {
            self.examples.insert(conversation.clone(), first);
        }
        if self.examples.len() > EXAMPLES {
            self.examples.pop_last();
        }
    }

    /// Returns the examples in words: `C0GENERAL 1551441602.000200`.
    pub fn examples(&self) -> impl Iterator<Item = String> {
        self.examples.iter().map(|(conversation, first)| match first {
            Some(ts) => format!("{conversation} {ts}"),
            None => conversation.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(account: &mut LossAccount, conversation: &str, ts: i64, losses: &str) {
        account.add(Alike {
            conversation: &ConversationId::new(conversation),
            name: conversation,
            losses: &losses.parse().expect("losses"),
            items: 2,
            first: (ts > 0).then(|| SlackTs::from_micros(ts)),
        });
    }

    #[test]
    fn messages_count_by_their_heaviest_loss_and_kinds_by_how_often() {
        let mut account = LossAccount::default();
        add(&mut account, "C2", 5, "");
        add(&mut account, "C2", 7, "edit_time:1,file_as_text:3");
        add(&mut account, "C1", 9, "edit_time:2");
        add(&mut account, "C1", 0, "past_refused:1");
        let weights = Weights { none: 2, cosmetic: 2, content: 2, whole: 0 };
        assert_eq!((account.messages, account.messages.total()), (weights, 6));
        let kinds: Vec<_> = account
            .heaviest()
            .iter()
            .map(|(loss, kind)| (loss.code(), kind.count, kind.items))
            .collect();
        assert_eq!(kinds, [("file_as_text", 6, 2), ("past_refused", 2, 2), ("edit_time", 6, 4)]);
        let edits: Vec<String> = account.kinds[&Loss::EditTime].examples().collect();
        assert_eq!(edits, ["C1 0000000000.000009", "C2 0000000000.000007"]);
    }

    #[test]
    fn the_sum_does_not_depend_on_who_read_what_and_when() {
        let items = [("C3", 4), ("C1", 9), ("C2", 2), ("C1", 3), ("C4", 1), ("C3", 2)];
        let sum = |order: &mut dyn Iterator<Item = &(&str, i64)>| {
            let mut account = LossAccount::default();
            order
                .for_each(|(conversation, ts)| add(&mut account, conversation, *ts, "edit_time:1"));
            account
        };
        let whole = sum(&mut items.iter());
        assert_eq!(sum(&mut items.iter().rev()), whole);
        let mut halves = sum(&mut items[..2].iter());
        halves.merge(sum(&mut items[2..].iter()));
        assert_eq!(halves, whole);
        assert_eq!(whole.kinds[&Loss::EditTime].examples.len(), EXAMPLES);
    }
}
