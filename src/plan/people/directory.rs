//! The organisation's accounts, ready to be asked by address and by name.

use super::codes::{How, Problem};
use crate::access::Organisation;
use crate::ids::Account;
use crate::ledger::Listed;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// An account and its resource name.
pub(super) type Owned = (Account, String);

/// The organisation's accounts.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    /// By every address of theirs; whether it is the primary one.
    addresses: HashMap<&'a str, (&'a Listed, bool)>,
    contacts: HashMap<&'a str, Vec<&'a Listed>>,
    names: HashMap<String, Vec<&'a Listed>>,
    ours: Organisation,
}

/// What an address leads to.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// An account that calls can be made as.
    Usable(Owned, How),
    /// An account that can't be used.
    Shut(Problem),
    /// Nobody.
    Nobody,
}

impl<'a> Directory<'a> {
    pub(super) fn of(listed: &'a [Listed]) -> Self {
        let mut directory = Self {
            addresses: HashMap::new(),
            contacts: HashMap::new(),
            names: HashMap::new(),
            ours: Organisation::default(),
        };
        for one in listed {
            for alias in &one.aliases {
                directory.addresses.entry(alias).or_insert((one, false));
            }
            if one.is_usable() {
                directory.names.entry(plain(&one.name)).or_default().push(one);
                for contact in &one.contacts {
                    directory.contacts.entry(contact).or_default().push(one);
                }
            }
        }
        for one in listed {
            directory.addresses.insert(&one.email, (one, true));
        }
        let own = directory.addresses.iter().filter(|(_, (one, _))| !one.guest);
        directory.ours = Organisation::of(own.map(|(address, _)| *address));
        directory
    }

    /// Asks for an address.
    pub(super) fn find(&self, address: &str) -> Found {
        match self.addresses.get(address) {
            None => Found::Nobody,
            Some((one, _)) if one.archived => Found::Shut(Problem::Archived),
            Some((one, _)) if one.suspended => Found::Shut(Problem::Suspended),
            Some((one, _)) if one.guest => Found::Shut(Problem::GuestAccount),
            Some((one, primary)) => {
                Found::Usable(owned(one), if *primary { How::Email } else { How::Alias })
            }
        }
    }

    /// Looks for accounts whose card names one of the addresses, else for those with one of the
    /// names. More than one is none.
    pub(super) fn suggest(
        &self,
        emails: &[&str],
        names: [&str; 2],
    ) -> Result<Option<(Account, How)>, Problem> {
        let by_contact = emails.iter().filter_map(|email| self.contacts.get(email)).flatten();
        let by_name = names.iter().map(|name| plain(name)).filter(|name| !name.is_empty());
        let by_name = by_name.filter_map(|name| self.names.get(&name)).flatten();
        match (only(by_contact), only(by_name)) {
            (Ok(Some(one)), _) => Ok(Some((owned(one).0, How::Contact))),
            (Ok(None), Ok(Some(one))) => Ok(Some((owned(one).0, How::Name))),
            (Ok(None), Ok(None)) => Ok(None),
            (Err(problem), _) | (_, Err(problem)) => Err(problem),
        }
    }

    /// Tells whether an address is of a domain in which the organisation has accounts.
    pub(super) fn is_inside(&self, address: &str) -> bool {
        !self.ours.is_external(address)
    }
}

fn owned(one: &Listed) -> Owned {
    (Account::new(&one.email), one.user.clone())
}

/// Returns the one account among those found, however often it was found.
fn only<'l>(found: impl Iterator<Item = &'l &'l Listed>) -> Result<Option<&'l Listed>, Problem> {
    let mut first: Option<&Listed> = None;
    for one in found {
        if first.is_some_and(|first| first.email != one.email) {
            return Err(Problem::SeveralFit);
        }
        first = Some(one);
    }
    Ok(first)
}

/// Returns a name as names are compared: one normal form, lower case, single spaces.
fn plain(name: &str) -> String {
    let folded = name.nfkc().collect::<String>().to_lowercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
