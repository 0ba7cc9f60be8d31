//! The Directory: who has an account.

use super::ids::Ids;
use std::collections::HashMap;

/// A person of the Directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The primary e-mail address.
    pub email: String,
    /// Google's number for the account; derived from the address when absent.
    pub id: Option<String>,
    /// The full name.
    pub name: String,
    /// A suspended account can't be impersonated.
    pub suspended: bool,
    /// Further addresses of the same account.
    pub aliases: Vec<String>,
    /// Addresses that Google gave the account by itself, as in a domain's alias domain.
    pub fixed_aliases: Vec<String>,
    /// An archived account keeps its data and has no service.
    pub archived: bool,
    /// Somebody of another organisation who has a guest account here.
    pub guest: bool,
    /// Addresses on the account's card that are not its own: a private one, an old one.
    pub contacts: Vec<String>,
}

/// The number of the app itself: `users/app` is only what it may call itself.
const APP_NUMBER: &str = "118000000000000000001";

/// A person by number: cheap to store in every message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Who(u32);

impl Who {
    /// The app itself, which has no account.
    pub(super) const APP: Self = Self(u32::MAX);

    pub(super) fn is_app(self) -> bool {
        self == Self::APP
    }
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Suspended,
    Archived,
    Deleted,
}

/// One account.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) fixed_aliases: Vec<String>,
    pub(super) contacts: Vec<String>,
    pub(super) guest: bool,
    pub(super) state: State,
    pub(super) admin: bool,
    /// Of another organisation: in no Directory here, and never impersonated.
    pub(super) outside: bool,
}

/// All accounts, found by address, alias or number.
#[derive(Debug, Default)]
pub(super) struct People {
    list: Vec<Account>,
    by_key: HashMap<String, Who>,
}

impl People {
    /// Adds a person, or changes the one who has this address.
    pub(super) fn add(&mut self, person: Person, admin: bool, ids: &Ids) -> Who {
        let email = person.email.to_lowercase();
        let who = self.by_key.get(&email).copied().unwrap_or(Who(self.list.len() as u32));
        let admin = admin || self.get(who).is_some_and(|account| account.admin);
        let account = Account {
            id: person.id.unwrap_or_else(|| ids.account(&email)),
            name: if person.name.is_empty() { email.clone() } else { person.name },
            aliases: lower(&person.aliases),
            fixed_aliases: lower(&person.fixed_aliases),
            contacts: person.contacts,
            guest: person.guest,
            state: match (person.archived, person.suspended) {
                (true, _) => State::Archived,
                (false, true) => State::Suspended,
                (false, false) => State::Active,
            },
            admin,
            email,
            outside: false,
        };
        let aliases = account.aliases.iter().chain(&account.fixed_aliases);
        let keys = aliases.chain([&account.id, &account.email]);
        self.by_key.extend(keys.map(|key| (key.clone(), who)));
        match self.list.get_mut(who.0 as usize) {
            Some(place) => *place = account,
            None => self.list.push(account),
        }
        who
    }

    /// Adds somebody of another organisation.
    pub(super) fn add_outside(&mut self, address: &str, ids: &Ids) {
        let person = Person { email: address.to_owned(), ..Person::default() };
        let who = self.add(person, false, ids);
        if let Some(account) = self.list.get_mut(who.0 as usize) {
            account.outside = true;
        }
    }

    /// Tells whether somebody is of another organisation.
    pub(super) fn is_outside(&self, who: Who) -> bool {
        self.get(who).is_some_and(|account| account.outside)
    }

    /// Finds somebody who is there by address, alias or number.
    pub(super) fn find(&self, key: &str) -> Option<Who> {
        self.ever(key)
            .filter(|who| self.get(*who).is_some_and(|account| account.state != State::Deleted))
    }

    /// Finds somebody who is or was there.
    pub(super) fn ever(&self, key: &str) -> Option<Who> {
        self.by_key.get(key).or_else(|| self.by_key.get(&key.to_lowercase())).copied()
    }

    pub(super) fn get(&self, who: Who) -> Option<&Account> {
        self.list.get(who.0 as usize)
    }

    /// Returns the number under which Chat knows somebody; the app itself has one too, which it is
    /// never told otherwise.
    pub(super) fn id(&self, who: Who) -> &str {
        self.get(who).map_or(APP_NUMBER, |account| &account.id)
    }

    /// Returns the address of somebody, for journals and dumps.
    pub(super) fn email(&self, who: Who) -> &str {
        self.get(who).map_or("app", |account| &account.email)
    }

    pub(super) fn set(&mut self, who: Who, state: State) {
        if let Some(account) = self.list.get_mut(who.0 as usize) {
            account.state = state;
        }
    }

    pub(super) fn promote(&mut self, who: Who, admin: bool) {
        if let Some(account) = self.list.get_mut(who.0 as usize) {
            account.admin = admin;
        }
    }

    /// Tells whether anybody has an address of this domain.
    pub(super) fn domain(&self, domain: &str) -> bool {
        self.list.iter().any(|account| !account.outside && domain_of(&account.email) == domain)
    }

    /// Everybody, by address, as the Directory lists them.
    pub(super) fn sorted(&self) -> Vec<&Account> {
        let mut all: Vec<_> = self.list.iter().filter(|account| !account.outside).collect();
        all.sort_by(|a, b| a.email.cmp(&b.email));
        all
    }
}

fn lower(addresses: &[String]) -> Vec<String> {
    addresses.iter().map(|address| address.to_lowercase()).collect()
}

/// Returns what stands behind the @.
pub(super) fn domain_of(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}
