//! Whom of Slack's people no account stands for because they belong to somebody else's
//! organisation: guests, people of shared channels.

use super::{Choices, Clues, People};
use crate::access::Organisation;
use crate::ids::{Account, SlackUserId};
use crate::ledger::{self, Ledger};
use crate::slack::{Export, Person, PersonKind};
use std::collections::BTreeMap;

/// People outside the organisation, with their addresses; and, where they are to be invited, the
/// ledger's numbers.
#[derive(Debug, Default)]
pub(super) struct Outside(BTreeMap<SlackUserId, (Account, Option<i64>)>);

impl Outside {
    /// Finds them, by the Directory's domains. Without a Directory nobody can be told to be outside.
    pub(super) fn of(exports: &[Export], people: &People, clues: &Clues<'_>) -> Self {
        // A guest's account bears the address of the guest's own organisation.
        let own = clues.listed.unwrap_or_default().iter().filter(|one| !one.guest);
        let addresses = own.flat_map(|one| {
            std::iter::once(one.email.as_str()).chain(one.aliases.iter().map(String::as_str))
        });
        let ours = Organisation::of(addresses);
        let mut outside = BTreeMap::new();
        for person in exports.iter().flat_map(Export::people) {
            match address(person, clues).filter(|address| ours.is_external(address)) {
                // The newest export counts: who was deactivated since could read nothing more.
                Some(address) if !person.deleted && people.account(&person.id).is_none() => {
                    outside.insert(person.id.clone(), (Account::new(&address), None));
                }
                _ => drop(outside.remove(&person.id)),
            }
        }
        Self(outside)
    }

    /// Notes them as accounts that are invited and never act, where that is the choice.
    pub(super) fn noted(
        mut self,
        ledger: &mut Ledger,
        choices: &Choices,
    ) -> Result<Self, ledger::Error> {
        for (address, number) in self.0.values_mut().filter(|_| choices.admission.invite) {
            *number = Some(ledger.outside_id(address)?);
        }
        Ok(self)
    }

    /// Tells whether somebody is outside.
    pub(super) fn has(&self, id: &SlackUserId) -> bool {
        self.0.contains_key(id)
    }

    /// Returns the number of somebody who is to be invited.
    pub(super) fn number(&self, id: &SlackUserId) -> Option<i64> {
        self.0.get(id).and_then(|(_, number)| *number)
    }

    /// Returns the name under which somebody is invited: Chat knows them by address alone.
    pub(super) fn user(&self, id: &SlackUserId) -> Option<String> {
        let (address, _) = self.0.get(id).filter(|(_, number)| number.is_some())?;
        Some(format!("users/{address}"))
    }
}

/// What the admin chose wins, then the people file; an empty address says: nobody.
fn address(person: &Person, clues: &Clues<'_>) -> Option<String> {
    if !matches!(person.kind, PersonKind::Human | PersonKind::Guest) {
        return None;
    }
    let chosen = clues.chosen.get(&person.id).and_then(|choice| choice.account.as_ref());
    let told = chosen.or_else(|| clues.file.get(person.id.as_str()));
    told.map(|address| address.trim().to_lowercase()).or_else(|| person.email.clone())
}
