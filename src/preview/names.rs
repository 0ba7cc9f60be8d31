//! What people are called in Chat: by their accounts, as far as the Directory was read.

use crate::convert::Roster;
use crate::ids::{Account, SlackUserId};
use crate::ledger::Listed;
use std::collections::HashMap;

/// Names by account and by resource name.
#[derive(Debug, Clone, Default)]
pub struct Names {
    accounts: HashMap<String, String>,
    users: HashMap<String, String>,
    admin: Option<Account>,
}

impl Names {
    /// Takes the Directory's names, and Slack's where that is silent.
    pub fn of(roster: &Roster, listed: &[Listed], admin: Option<&Account>) -> Self {
        let mut names = Self { admin: admin.cloned(), ..Self::default() };
        for one in listed.iter().filter(|one| !one.name.is_empty()) {
            names.accounts.insert(one.email.clone(), one.name.clone());
            names.users.insert(one.user.clone(), one.name.clone());
        }
        let mut people: Vec<_> = roster.people.iter().collect();
        people.sort_by_key(|(id, _)| *id);
        for (_, known) in people {
            let name = || known.name.clone();
            if let Some(account) = &known.account {
                names.accounts.entry(account.to_string()).or_insert_with(name);
            }
            if let Some(user) = &known.user {
                names.users.entry(user.clone()).or_insert_with(name);
            }
        }
        names
    }

    /// Returns what a mentioned user is called.
    pub fn user(&self, user: &str) -> Option<&str> {
        self.users.get(user).map(String::as_str)
    }

    /// Returns what an account is called; without a name, its address.
    pub(super) fn account(&self, account: &Account) -> String {
        self.accounts.get(account.as_str()).cloned().unwrap_or_else(|| account.to_string())
    }

    /// Returns the account that posts for others, and what it is called.
    pub(super) fn admin(&self) -> (Option<String>, String) {
        match &self.admin {
            Some(admin) => (Some(admin.to_string()), self.account(admin)),
            None => (None, String::from("Admin")),
        }
    }

    /// Returns what somebody who reacts is called.
    pub(super) fn reactor(&self, roster: &Roster, id: &SlackUserId, account: &Account) -> String {
        let known = roster.people.get(id).filter(|_| !self.accounts.contains_key(account.as_str()));
        known.map_or_else(|| self.account(account), |known| known.name.clone())
    }
}
