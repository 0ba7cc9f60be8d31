//! Accounts that fit several Slack identities: who keeps them is never a guess.

use super::codes::{How, Problem};
use super::{Matched, People};
use crate::ids::{Account, SlackUserId};
use std::collections::{BTreeMap, HashMap};

/// With how much right an identity has its account; more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Right {
    /// An older address.
    Older,
    /// The account's address was theirs before they left.
    Left,
    /// Another address of the account.
    Other,
    /// The account's own address, and they are still there.
    Own,
    /// The admin says so.
    Chosen,
}

fn right(one: &Matched) -> Right {
    match one.how {
        How::Chosen | How::File => Right::Chosen,
        How::Email | How::Assumed if one.traits.deleted => Right::Left,
        How::Email | How::Assumed => Right::Own,
        How::Alias => Right::Other,
        How::Previous | How::Contact | How::Name | How::Nobody => Right::Older,
    }
}

impl People {
    /// Takes accounts away from those who have less right to them than another identity, and notes
    /// who shares an address or an account.
    pub(super) fn settle_shared(&mut self) {
        let mut groups: BTreeMap<Account, Vec<SlackUserId>> = BTreeMap::new();
        // An app speaks with whatever account it is given, and reads nothing.
        for (id, one) in self.by_id.iter().filter(|(_, one)| !one.traits.app) {
            if let Some((own, _)) = &one.account {
                groups.entry(own.clone()).or_default().push(id.clone());
            }
        }
        for ids in groups.into_values().filter(|ids| ids.len() > 1) {
            for id in self.outranked(&ids) {
                self.by_id.get_mut(&id).into_iter().for_each(Matched::give_up);
            }
        }
        self.note_shared();
    }

    /// Returns who of those with one account can't keep it: without a word of the admin's, a
    /// weaker match never stands beside a better one, nor does one of several weak ones.
    fn outranked(&self, ids: &[SlackUserId]) -> Vec<SlackUserId> {
        let rights: Vec<Right> =
            ids.iter().filter_map(|id| self.by_id.get(id)).map(right).collect();
        let best = rights.iter().copied().max().unwrap_or(Right::Chosen);
        let alone = rights.iter().filter(|one| **one == best).count() == 1;
        let keeps = |own: Right| own >= Right::Own || (own == best && alone);
        let all = ids.iter().zip(&rights);
        all.filter(|(_, own)| !keeps(**own)).map(|(id, _)| id.clone()).collect()
    }

    fn note_shared(&mut self) {
        let mut emails: HashMap<String, u32> = HashMap::new();
        let mut accounts: HashMap<Account, u32> = HashMap::new();
        for one in self.by_id.values().filter(|one| !one.traits.app) {
            one.email.iter().for_each(|email| *emails.entry(email.clone()).or_default() += 1);
        }
        for (account, _) in self.by_id.values().filter_map(|one| one.account.as_ref()) {
            *accounts.entry(account.clone()).or_default() += 1;
        }
        for one in self.by_id.values_mut() {
            let email = one.email.as_ref().filter(|_| !one.traits.app);
            if email.is_some_and(|email| emails.get(email) > Some(&1)) {
                one.problems.push(Problem::SharedEmail);
            }
            if one.account.as_ref().is_some_and(|(own, _)| accounts.get(own) > Some(&1)) {
                one.problems.push(Problem::SharedAccount);
            }
        }
    }
}

impl Matched {
    /// Makes the account a mere suggestion.
    fn give_up(&mut self) {
        self.suggested = self.account.take().map(|(account, _)| account);
        self.problems.extend([Problem::Contested, Problem::OnlySuggested]);
    }
}
