//! One probe for each account in whose name something is owed: a token, and one read as them.
//! Only a clear yes counts as well, since it is remembered.

mod verdict;

use self::verdict::{Cause, Ill, verdict};
use super::heard::Heard;
use super::space::NOWHERE;
use super::{Check, Examined, Mark, Memory, Patient, skipped};
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
    Ill(Cause, String),
    Unclear,
}

impl Examined {
    /// Returns how Chat answers about a space that is not there, where that tells the well from
    /// the ill; else why it does not.
    fn measure(&self) -> Result<&Heard, &'static str> {
        let refused = self.checks.iter().any(|one| one.code == "chat" && one.outcome == Mark::Fail);
        match self.nowhere.as_ref().filter(|_| self.delegated) {
            None => Err("nobody can be impersonated yet"),
            Some(told @ (Heard::Served | Heard::Absent | Heard::ServiceOff | Heard::Unknown)) => {
                Ok(told)
            }
            Some(told @ Heard::Denied(_)) if !refused => Ok(told),
            Some(_) => Err("Chat gives no answer that would tell"),
        }
    }
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
        let nowhere = match examined.measure() {
            Ok(nowhere) => nowhere,
            Err(why) => return skipped("authors", "", why),
        };
        // What was well once may be suspended or deleted since.
        let changed = all.iter().filter(|one| listing.word(one.email.as_str()).is_some());
        changed.for_each(|one| memory.forget(one.email.as_str()));
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
                Found::Ill(cause, why) => {
                    let line = format!("{}: {why}, {} owed", one.email, one.items);
                    ill.push(Ill { cause, line });
                }
                Found::Unclear => unclear.push(format!("{}: no clear answer", one.email)),
            }
        }
        verdict(all.len(), due.len(), ill, unclear)
    }

    async fn probe(&self, one: &Account, nowhere: &Heard, listing: &Listing) -> Found {
        let who = Identity::User(one.email.clone());
        match self.token(&who, Scopes::IMPORT).await {
            Ok(()) => {}
            Err(error) => return no_token(&error, listing.word(one.email.as_str())),
        }
        match self.read(&who, NOWHERE).await {
            Heard::Served | Heard::Absent => Found::Well,
            // The admin is well, and hears the same.
            same @ Heard::Denied(_) if same.like(nowhere) => Found::Well,
            Heard::ServiceOff => Found::Ill(Cause::ChatOff, "Chat is off for it".to_owned()),
            Heard::Unknown => Found::Ill(Cause::Refused, "Chat refuses its token".to_owned()),
            Heard::Denied(_) | Heard::NoScope => {
                Found::Ill(Cause::Refused, "Chat refuses it".to_owned())
            }
            Heard::NoToken(error) => no_token(&error, listing.word(one.email.as_str())),
            _ => Found::Unclear,
        }
    }
}

/// Judges somebody whom no token is given for.
fn no_token(error: &TokenError, known: Option<&'static str>) -> Found {
    match error {
        uncovered if uncovered.is_uncovered() => {
            Found::Ill(Cause::Uncovered, "the delegation does not cover it".to_owned())
        }
        TokenError::User(why) => Found::Ill(Cause::Gone, ill(why, known)),
        _ => Found::Unclear,
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
