//! Who got an account after their conversation was begun, and what that makes possible: found by
//! matching anew and comparing with what the ledger sends, and frozen as calls of their own.

mod freeze;

use super::{Error, How, Offline};
use crate::ids::{Account, SlackUserId};
use crate::ledger::{Lane, LaneState, Ledger, Membership};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One conversation with people who have an account that its plan does not know.
#[derive(Debug, Clone)]
pub struct Late {
    /// The conversation's lane.
    pub lane: Lane,
    /// The people, in the order of their Slack ids.
    pub people: Vec<LatePerson>,
    /// Who takes charge of an open space from the admin, who leaves it then.
    pub heir: Option<SlackUserId>,
}

/// Somebody who has an account that the plan of a conversation does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatePerson {
    /// Slack's id.
    pub slack: SlackUserId,
    /// The name shown in Slack: hostile.
    pub name: String,
    /// The account.
    pub account: Account,
    /// Its resource name.
    pub user: String,
    /// How it was matched.
    pub how: How,
    /// The membership that can be added; none where it is there, or never was.
    pub joins: Option<Joins>,
    /// Messages of theirs that stand under another name, or were left out for want of an account.
    pub posts: u64,
    /// Reactions of theirs that are not their own in Chat.
    pub reactions: u64,
}

/// A membership that the plan left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joins {
    /// As the ledger has it.
    pub membership: Membership,
    /// They wrote, came or left, and nobody of their account did: Chat can be told so.
    pub past: bool,
    /// They were a member at export time, and nobody of their account was.
    pub present: bool,
}

impl Joins {
    /// Tells whether there is something to add to a space.
    pub const fn adds(&self, is_open: bool) -> bool {
        self.present || (self.past && !is_open)
    }
}

impl Late {
    /// Returns how many messages stand under another name than their author's.
    pub fn posts(&self) -> u64 {
        self.people.iter().map(|one| one.posts).sum()
    }
}

impl Offline {
    /// Compares everybody's account with what the ledger was planned with, conversation by
    /// conversation.
    pub fn late(&self, ledger: &Ledger) -> Result<Vec<Late>, Error> {
        let inside: HashSet<String> =
            ledger.directory()?.into_iter().map(|listed| listed.email).collect();
        let accounts = ledger.accounts()?;
        let numbers: HashMap<Account, i64> =
            accounts.into_iter().map(|(account, (number, _))| (account, number)).collect();
        let mut all = Vec::new();
        for lane in ledger.lanes()? {
            let survey = Survey { offline: self, ledger, lane: &lane, inside: &inside };
            let people = survey.people(&numbers)?;
            if !people.is_empty() {
                let mut late = Late { lane, people, heir: None };
                late.heir = self.heir(ledger, &late)?;
                all.push(late);
            }
        }
        Ok(all)
    }
}

/// One lane in the middle of being compared.
struct Survey<'a> {
    offline: &'a Offline,
    ledger: &'a Ledger,
    lane: &'a Lane,
    /// The organisation's addresses; empty where the Directory was never read.
    inside: &'a HashSet<String>,
}

impl Survey<'_> {
    fn people(&self, numbers: &HashMap<Account, i64>) -> Result<Vec<LatePerson>, Error> {
        let memberships = self.ledger.memberships(self.lane.conversation)?;
        // Of each account that is in: whether it was at export time.
        let mut taken: HashMap<i64, bool> = HashMap::new();
        for one in &memberships {
            if let Some(actor) = one.actor.filter(|_| !one.is_against()) {
                *taken.entry(actor).or_default() |= one.ended.is_none();
            }
        }
        let mut late: HashMap<Account, bool> = HashMap::new();
        let (mut people, mut moved) = (BTreeMap::new(), false);
        for membership in memberships {
            let id = SlackUserId::new(&membership.slack);
            let Some(mut person) = self.person(&id) else { continue };
            let number = numbers.get(&person.account).copied();
            // An app speaks with its account, and joins nothing.
            if self.offline.people().member(&id).is_none() {
                continue;
            }
            if membership.is_against() && membership.actor == number {
                continue;
            }
            if membership.actor.is_some() && !membership.is_against() {
                moved |= membership.actor != number;
                continue;
            }
            let known = late.get(&person.account).or_else(|| taken.get(&number?)).copied();
            // Their past stands under the account of before.
            let past = membership.since.is_some() && known.is_none() && !membership.is_against();
            let present = membership.ended.is_none() && known != Some(true);
            late.insert(person.account.clone(), present || known == Some(true));
            person.joins = Some(Joins { membership, past, present });
            people.insert(id, person);
        }
        let begun = self.lane.state > LaneState::Staged;
        if begun
            && (moved || !people.is_empty() || self.ledger.has_stand_ins(self.lane.conversation)?)
        {
            self.add_words(&mut people, numbers)?;
        }
        let is_open = self.lane.state >= LaneState::Completed;
        let mut people: Vec<LatePerson> = people.into_values().collect();
        people.retain(|one| {
            let adds = one.joins.as_ref().is_some_and(|joins| joins.adds(is_open));
            adds || one.posts + one.reactions > 0
        });
        Ok(people)
    }

    /// Returns somebody who has an account of the organisation.
    fn person(&self, id: &SlackUserId) -> Option<LatePerson> {
        let one = self.offline.people().by_id.get(id)?;
        let (account, user) = one.account.clone()?;
        if !self.inside.is_empty() && !self.inside.contains(account.as_str()) {
            return None;
        }
        let name = if one.name.is_empty() { id.to_string() } else { one.name.clone() };
        let (slack, how) = (id.clone(), one.how);
        Some(LatePerson { slack, name, account, user, how, joins: None, posts: 0, reactions: 0 })
    }

    /// Counts what stands under another name than its author's own.
    fn add_words(
        &self,
        people: &mut BTreeMap<SlackUserId, LatePerson>,
        numbers: &HashMap<Account, i64>,
    ) -> Result<(), Error> {
        for (id, words) in self.offline.others_words(self.ledger, self.lane, numbers)? {
            let Some(known) = self.person(&id) else { continue };
            let person = people.entry(id).or_insert(known);
            (person.posts, person.reactions) = (words.posts, words.reactions);
        }
        Ok(())
    }
}
