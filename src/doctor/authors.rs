//! One probe for each account in whose name something is owed: a token, and one read as them.

use super::heard::Heard;
use super::space::NOWHERE;
use super::{Check, Examined, Memory, Patient, skipped};
use crate::chat::{DirectoryUser, Page, Scopes, TokenError};
use crate::draft::Identity;
use crate::ids;
use futures_util::StreamExt;
use std::collections::BTreeMap;

/// So many are asked for at a time.
const AT_A_TIME: usize = 4;
/// How often it is said how far it is.
const SAY: usize = 50;

/// An account in whose name something is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub email: ids::Account,
    /// What is owed in its name.
    pub items: u64,
}

/// What is known of the Directory: who can't be used, and whether all are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// By address, lower case: suspended or archived.
    states: BTreeMap<String, bool>,
    whole: bool,
}

impl Listing {
    /// Takes all accounts of an organisation: their addresses, and whether they are suspended.
    pub fn whole(all: impl Iterator<Item = (String, bool)>) -> Self {
        let states: BTreeMap<_, _> = all.collect();
        Self { whole: !states.is_empty(), states }
    }

    /// Takes one page, which may be all there is.
    pub(super) fn page(page: &Page<DirectoryUser>) -> Self {
        let one =
            |user: &DirectoryUser| (user.email.to_lowercase(), user.suspended || user.archived);
        Self { states: page.items.iter().map(one).collect(), whole: page.next.is_none() }
    }

    /// Takes the newer listing where it is whole, else both.
    #[must_use]
    pub fn with(self, newer: Self) -> Self {
        if newer.whole {
            return newer;
        }
        let mut states = self.states;
        states.extend(newer.states);
        Self { states, whole: self.whole }
    }

    fn word(&self, email: &str) -> Option<&'static str> {
        match self.states.get(email) {
            Some(true) => Some("suspended"),
            Some(false) => None,
            None => self.whole.then_some("not in the Directory"),
        }
    }
}

/// How somebody is.
enum Found {
    Well,
    Ill(String),
    Unclear,
}

impl Patient {
    /// Asks for everybody who was not well lately.
    pub async fn authors(
        &self,
        all: &[Account],
        examined: &Examined,
        listing: &Listing,
        memory: &mut Memory,
        say: &dyn Fn(&str),
    ) -> Check {
        let Some(nowhere) = examined.nowhere.as_ref().filter(|_| examined.delegated) else {
            return skipped("authors", "", "nobody can be impersonated yet");
        };
        let due: Vec<_> = all.iter().filter(|one| !memory.is_well(one.email.as_str())).collect();
        let probes =
            due.iter().map(|one| async { (*one, self.probe(one, nowhere, listing).await) });
        let mut probes = futures_util::stream::iter(probes).buffered(AT_A_TIME);
        let (mut ill, mut unclear, mut done) = (Vec::new(), Vec::new(), 0);
        while let Some((one, found)) = probes.next().await {
            done += 1;
            if done % SAY == 0 {
                say(&format!("{done} of {} accounts are asked for.", due.len()));
            }
            match found {
                Found::Well => memory.note(one.email.as_str()),
                Found::Ill(why) => ill.push(format!("{}: {why}, {} owed", one.email, one.items)),
                Found::Unclear => unclear.push(format!("{}: no clear answer", one.email)),
            }
        }
        verdict(all.len(), due.len(), ill, unclear)
    }

    async fn probe(&self, one: &Account, nowhere: &Heard, listing: &Listing) -> Found {
        let who = Identity::User(one.email.clone());
        match self.token(&who, Scopes::IMPORT).await {
            Ok(()) => {}
            Err(TokenError::User(why)) => {
                return Found::Ill(ill(&why, listing.word(one.email.as_str())));
            }
            Err(_) => return Found::Unclear,
        }
        match self.read(&who, NOWHERE).await {
            Heard::Served | Heard::Absent => Found::Well,
            // The admin is well, and hears the same.
            same if same.like(nowhere) && !same.may_pass() => Found::Well,
            Heard::ServiceOff => Found::Ill("Chat is off for it".to_owned()),
            Heard::Unknown => Found::Ill("Chat refuses its token".to_owned()),
            Heard::Denied(_) | Heard::NoScope => Found::Ill("Chat refuses it".to_owned()),
            Heard::NoToken(TokenError::User(why)) => Found::Ill(why),
            _ => Found::Unclear,
        }
    }
}

/// Says why somebody can't be impersonated: what the Directory knows says more than the token
/// endpoint does.
fn ill(said: &str, known: Option<&'static str>) -> String {
    if said.to_ascii_lowercase().contains("deleted") {
        return "deleted".to_owned();
    }
    known.map_or_else(|| format!("can't be impersonated ({said})"), str::to_owned)
}

fn verdict(all: usize, asked: usize, ill: Vec<String>, unclear: Vec<String>) -> Check {
    let how = match all - asked {
        0 => String::new(),
        known => format!("; {known} of them were found so within the last day"),
    };
    let of = if all == 1 { "account" } else { "accounts" };
    if ill.is_empty() && unclear.is_empty() {
        return Check::pass("authors", format!("{all} {of} can be impersonated{how}"));
    }
    let todo = if ill.is_empty() {
        "Run doctor again in some minutes; those who are well are not asked for again."
    } else {
        "Restore or make these accounts before `chatferry run`, else the admin posts for them with the name in front, and \
         their reactions are left out. An account that was made a short while ago may need some hours."
    };
    let says = match (ill.len(), unclear.len()) {
        (some, 0) => format!("{some} of {all} {of} can't be used"),
        (0, some) => format!("{some} of {all} {of} gave no clear answer"),
        (some, odd) => format!("{some} of {all} {of} can't be used, {odd} gave no clear answer"),
    };
    let everybody = ill.len() == all;
    let list = ill.into_iter().chain(unclear).collect();
    let check = if everybody { Check::fail } else { Check::warn };
    check("authors", says, todo).naming(list)
}
