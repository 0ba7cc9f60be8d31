//! The ledger's numbers of people: who speaks, who is a member, and why somebody is none.

use super::Bench;
use crate::ids::SlackUserId;
use crate::slack::PersonKind;

impl Bench {
    /// Returns the number of a person's account.
    pub(super) fn number(&self, id: &SlackUserId) -> Option<i64> {
        self.people
            .account(id)
            .and_then(|(account, _)| self.accounts.get(account))
            .map(|(number, _)| *number)
    }

    /// Returns the number of a member's account. An app may have one to speak with: it was no reader
    /// in Slack, and whoever owns the account gains no sight by it.
    pub(super) fn member(&self, id: &SlackUserId) -> Option<i64> {
        self.number(id).filter(|_| !self.is_app(id))
    }

    /// Tells whether somebody is an app.
    pub(super) fn is_app(&self, id: &SlackUserId) -> bool {
        self.people.by_id.get(id).is_some_and(|one| one.traits.app)
    }

    /// Tells whether a person was deactivated in Slack, and so could read nothing at export time.
    pub(super) fn is_deactivated(&self, id: &SlackUserId) -> bool {
        let known = self.people.by_id.get(id).map(|one| one.traits);
        known.is_some_and(|traits| traits.deleted && !traits.app)
    }

    /// Says why somebody is no member.
    pub(super) fn why_nobody(&self, id: &SlackUserId) -> &'static str {
        match self.people.by_id.get(id) {
            None => "unknown_person",
            Some(one) if matches!(one.kind, PersonKind::Bot | PersonKind::Slackbot) => "bot",
            Some(one) if one.is_shut() => "suspended_account",
            Some(_) if self.outside.has(id) => "external",
            Some(_) => "no_account",
        }
    }
}
