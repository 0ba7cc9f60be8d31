//! `choices.jsonl`: what the admin chose in the workbooks, appended and synced beside the ledger. No
//! archive holds it: without it a ledger that is made anew would let in whom the admin left out.

use super::journal::{self, Journal, Points};
use super::{Choice, Error, Ledger, RoomChoice};
use crate::ids::{ConversationId, SlackUserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Where a test makes the program die.
const POINTS: Points = ["choice.noting", "choice.written", "choice.noted"];

/// One line: a choice in the place of what was chosen before; without a word in it, there is none
/// any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Line {
    Person {
        slack: SlackUserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
    },
    Room {
        slack: ConversationId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        include: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
    },
}

/// Choices by whom or what they are about; empty ones are choices that were taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Of people.
    pub people: BTreeMap<SlackUserId, Choice>,
    /// Of conversations.
    pub rooms: BTreeMap<ConversationId, RoomChoice>,
}

impl Choices {
    /// Returns what a file says last; nothing where there is no file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut choices = Self::default();
        for line in journal::read(path)? {
            match line {
                Line::Person { slack, account, policy } => {
                    choices.people.insert(slack, Choice { account, policy });
                }
                Line::Room { slack, include, name, audience, group } => {
                    choices.rooms.insert(slack, RoomChoice { include, name, audience, group });
                }
            }
        }
        Ok(choices)
    }

    /// Returns what a ledger holds.
    pub fn of(ledger: &Ledger) -> Result<Self, Error> {
        Ok(Self { people: ledger.choices()?, rooms: ledger.room_choices()? })
    }

    /// Appends all of it to a file, which must already exist with the right mode.
    pub fn append(&self, path: &Path) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        let people = self.people.iter().map(|(slack, choice)| Line::Person {
            slack: slack.clone(),
            account: choice.account.clone(),
            policy: choice.policy.clone(),
        });
        let rooms = self.rooms.iter().map(|(slack, choice)| Line::Room {
            slack: slack.clone(),
            include: choice.include,
            name: choice.name.clone(),
            audience: choice.audience.clone(),
            group: choice.group.clone(),
        });
        let lines: Vec<Line> = people.chain(rooms).collect();
        Journal::open::<Line>(path, POINTS)?.append(&lines)
    }

    /// Stores all of it, each in the place of what was chosen before.
    pub fn store(&self, ledger: &mut Ledger) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        ledger.choose(&self.people)?;
        let rooms: Vec<_> =
            self.rooms.iter().map(|(slack, choice)| (slack.clone(), choice.clone())).collect();
        ledger.choose_rooms(&rooms)
    }

    /// Returns those of these that another one knows otherwise, or not at all.
    #[must_use]
    pub fn unknown_to(&self, other: &Self) -> Self {
        let mut news = self.clone();
        news.people
            .retain(|id, choice| other.people.get(id).cloned().unwrap_or_default() != *choice);
        news.rooms.retain(|id, choice| other.rooms.get(id).cloned().unwrap_or_default() != *choice);
        news
    }

    /// Returns those of these that another one never heard of.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut news = self.clone();
        news.people.retain(|id, _| !other.people.contains_key(id));
        news.rooms.retain(|id, _| !other.rooms.contains_key(id));
        news
    }

    /// Tells whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.rooms.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(account: &str, include: Option<bool>) -> Choices {
        let choice = Choice { account: Some(account.to_owned()), policy: None };
        let room = RoomChoice {
            include,
            audience: Some("none".to_owned()),
            group: Some("all@x.example".to_owned()),
            ..RoomChoice::default()
        };
        Choices { people: [("U1".into(), choice)].into(), rooms: [("C1".into(), room)].into() }
    }

    #[test]
    fn the_last_word_counts_and_one_that_was_taken_back_is_still_a_word() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("choices.jsonl");
        assert!(Choices::read(&path).expect("no file").is_empty());
        of("a@x.example", Some(false)).append(&path).expect("room");
        of("", None).append(&path).expect("room");
        let read = Choices::read(&path).expect("our own");
        assert_eq!(read, of("", None));
        assert_eq!(std::fs::read_to_string(&path).expect("text").lines().count(), 4);
        let older = of("a@x.example", Some(false));
        assert_eq!(read.unknown_to(&older), read);
        assert!(read.unknown_to(&read).is_empty() && older.without(&read).is_empty());
        assert_eq!(older.without(&Choices::default()), older);
    }

    #[test]
    fn a_broken_line_is_named_and_a_torn_last_one_is_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("choices.jsonl");
        of("a@x.example", None).append(&path).expect("room");
        let whole = std::fs::read(&path).expect("there");
        std::fs::write(&path, [whole.as_slice(), b"{\"what\":\"per"].concat()).expect("room");
        assert_eq!(Choices::read(&path).expect("torn"), of("a@x.example", None));
        std::fs::write(&path, b"{\"what\":\"per\n").expect("room");
        assert!(matches!(Choices::read(&path), Err(Error::JournalLine { line: 1, .. })));
    }
}
