//! The loss account as JSON: kinds the heaviest first, conversations by id, codes instead of words.

use super::{LossAccount, Weights};
use crate::convert::loss::Weight;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Account<'a> {
    messages: Weights,
    kinds: Vec<Kind>,
    conversations: Vec<Conversation<'a>>,
}

#[derive(Serialize)]
struct Kind {
    code: &'static str,
    weight: Weight,
    text: &'static str,
    count: u64,
    items: u64,
    examples: Vec<String>,
}

#[derive(Serialize)]
struct Conversation<'a> {
    #[serde(rename = "conversation")]
    id: &'a str,
    name: &'a str,
    messages: Weights,
    losses: BTreeMap<&'static str, u64>,
}

impl Serialize for LossAccount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let kinds = self.heaviest().into_iter().map(|(loss, kind)| Kind {
            code: loss.code(),
            weight: loss.weight(),
            text: loss.text(),
            count: kind.count,
            items: kind.items,
            examples: kind.examples().collect(),
        });
        let conversations = self.conversations.iter().map(|(id, one)| Conversation {
            id: id.as_str(),
            name: &one.name,
            messages: one.messages,
            losses: one.losses.iter().map(|(loss, count)| (loss.code(), *count)).collect(),
        });
        let account = Account {
            messages: self.messages,
            kinds: kinds.collect(),
            conversations: conversations.collect(),
        };
        account.serialize(to)
    }
}
