//! One message as the ledger will remember it: items, not bodies.

use crate::convert::{Converted, Fate, FileOutcome, ReactionFate, ReactionOutcome, Sender};
use crate::draft::count_permalinks;
use crate::ids::{Account, Micros, SlackTs};
use crate::ledger::{Error, ItemKind, ItemState, NewItem, Planning};
use crate::slack::{Bad, Message};
use std::collections::{HashMap, HashSet};

/// Where an item's hash, source and accounts come from.
#[derive(Debug)]
pub(crate) struct Books<'a> {
    /// The ledger's numbers of accounts.
    pub(crate) accounts: &'a HashMap<Account, (i64, String)>,
    /// The admin's number.
    pub(crate) admin: i64,
    /// The ledger's number of the source.
    pub(crate) source: i64,
}

/// Calls that a message owes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Owes {
    /// Parts of its text.
    pub(crate) parts: u32,
    /// Reactions.
    pub(crate) reactions: u64,
    /// Parts that link to messages of Slack's.
    pub(crate) linking: u64,
}

/// Counts what a converted message owes.
pub(crate) fn owes(converted: &Converted) -> Owes {
    match &converted.fate {
        Fate::Skip(_) => Owes::default(),
        Fate::Post(parts) => Owes {
            parts: parts.len() as u32,
            linking: parts.iter().filter(|part| count_permalinks(part) > 0).count() as u64,
            reactions: converted
                .reactions
                .iter()
                .filter(|one| matches!(one.outcome, ReactionOutcome::As { .. }))
                .count() as u64,
        },
    }
}

/// Tells whether files or reactions travel inside the text.
pub(crate) fn carries(converted: &Converted) -> bool {
    let as_text = |one: &ReactionFate| one.outcome == ReactionOutcome::AsText;
    !converted.files.is_empty() || converted.reactions.iter().any(as_text)
}

impl Books<'_> {
    /// Notes a message, its files and its reactions.
    pub(crate) fn message(
        &self,
        planning: &mut Planning<'_>,
        message: &Message,
        converted: &Converted,
        created: Option<Micros>,
    ) -> Result<(), Error> {
        let losses = converted.losses.to_string();
        let skip = match &converted.fate {
            Fate::Skip(skip) => Some(skip.code()),
            Fate::Post(_) => None,
        };
        planning.item(&NewItem {
            hash: Some(&message.hash),
            state: skip.map_or(ItemState::Owed, |_| ItemState::Skipped),
            reason: skip,
            losses: Some(losses.as_str()).filter(|text| !text.is_empty() && skip.is_none()),
            created,
            root: converted.thread.filter(|_| skip.is_none()).map(SlackTs::micros),
            actor: skip.is_none().then(|| self.sender(&converted.sender)),
            calls: owes(converted).parts,
            ..self.bare(ItemKind::Message, message)
        })?;
        self.files(planning, message, converted, skip)?;
        self.reactions(planning, message, converted, skip)
    }

    /// Notes a message whose later edition counts.
    pub(crate) fn superseded(
        &self,
        planning: &mut Planning<'_>,
        message: &Message,
        nth: usize,
    ) -> Result<(), Error> {
        let sub = format!("earlier edition {nth}");
        planning.item(&NewItem {
            sub: &sub,
            hash: Some(&message.hash),
            state: ItemState::Skipped,
            reason: Some("same_message_twice"),
            ..self.bare(ItemKind::Message, message)
        })
    }

    /// Notes what could not be read.
    pub(crate) fn bad(
        &self,
        planning: &mut Planning<'_>,
        bad: &Bad,
        nth: usize,
    ) -> Result<(), Error> {
        // Two archives, or two entries of one name, may hold the same bad record.
        let again = if nth > 0 { format!(" ({nth})") } else { String::new() };
        let sub = match bad.index {
            Some(index) => format!("{}#{index}{again}", bad.entry),
            None => format!("{}{again}", bad.entry),
        };
        let state = ItemState::Lost;
        planning.item(&NewItem {
            kind: ItemKind::Record,
            ts: 0,
            sub: &sub,
            hash: None,
            state,
            reason: Some(if bad.index.is_some() {
                "unreadable_record"
            } else {
                "unreadable_day_file"
            }),
            losses: None,
            source: self.source,
            created: None,
            root: None,
            ended: None,
            actor: None,
            calls: 0,
        })
    }

    fn files(
        &self,
        planning: &mut Planning<'_>,
        message: &Message,
        converted: &Converted,
        skip: Option<&str>,
    ) -> Result<(), Error> {
        let mut subs = Subs::default();
        for file in &converted.files {
            let sub = subs.once(file.id.as_str().to_owned());
            let (state, reason) = match (skip, file.outcome) {
                (_, FileOutcome::Lost(gone)) => (ItemState::Lost, Some(gone.code())),
                (_, FileOutcome::Skipped(skip)) => (ItemState::Skipped, Some(skip.code())),
                (Some(skip), FileOutcome::AsText) => (ItemState::Skipped, Some(skip)),
                (None, FileOutcome::AsText) => (ItemState::Owed, None),
            };
            planning.item(&NewItem {
                sub: &sub,
                state,
                reason,
                ..self.bare(ItemKind::File, message)
            })?;
        }
        Ok(())
    }

    fn reactions(
        &self,
        planning: &mut Planning<'_>,
        message: &Message,
        converted: &Converted,
        skip: Option<&str>,
    ) -> Result<(), Error> {
        let mut subs = Subs::default();
        for one in &converted.reactions {
            let sub = subs.once(reaction_sub(&one.slack_name, one.user.as_str()));
            let (state, reason, actor, calls) = match (&one.outcome, skip) {
                (ReactionOutcome::Skipped(skip), _) => {
                    (ItemState::Skipped, Some(skip.code()), None, 0)
                }
                (_, Some(skip)) => (ItemState::Skipped, Some(skip), None, 0),
                (ReactionOutcome::AsText, None) => (ItemState::Owed, None, None, 0),
                (ReactionOutcome::As { account, .. }, None) => {
                    (ItemState::Owed, None, Some(self.number(account)), 1)
                }
            };
            let bare = self.bare(ItemKind::Reaction, message);
            planning.item(&NewItem { sub: &sub, state, reason, actor, calls, ..bare })?;
        }
        Ok(())
    }

    fn bare<'i>(&self, kind: ItemKind, message: &Message) -> NewItem<'i> {
        NewItem {
            kind,
            ts: message.ts.micros(),
            sub: "",
            hash: None,
            state: ItemState::Owed,
            reason: None,
            losses: None,
            source: self.source,
            created: None,
            root: None,
            ended: None,
            actor: None,
            calls: 0,
        }
    }

    /// Returns the number of whoever posts.
    pub(crate) fn sender(&self, sender: &Sender) -> i64 {
        match sender {
            Sender::Admin => self.admin,
            Sender::App => self.number(&Account::app()),
            Sender::Person(account) | Sender::StandIn(account) => self.number(account),
        }
    }

    fn number(&self, account: &Account) -> i64 {
        self.accounts.get(account).map_or(self.admin, |(id, _)| *id)
    }
}

/// Returns what tells a reaction from others of its message.
pub(crate) fn reaction_sub(emoji: &str, user: &str) -> String {
    format!("{emoji} {user}")
}

/// Makes keys unique within a message: a second equal one gets a number.
#[derive(Debug, Default)]
pub(crate) struct Subs(HashSet<String>);

impl Subs {
    /// Returns `sub`, or `sub` with a number where it was seen before.
    pub(crate) fn once(&mut self, sub: String) -> String {
        if self.0.insert(sub.clone()) {
            return sub;
        }
        (2..=u32::MAX)
            .map(|nth| format!("{sub} #{nth}"))
            .find(|numbered| self.0.insert(numbered.clone()))
            .unwrap_or(sub)
    }
}
