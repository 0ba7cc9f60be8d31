//! Who of a conversation's members needs no call of their own: a group stands for them.

use super::Notes;
use crate::ids::SlackUserId;

impl Notes<'_, '_> {
    /// Tells whether somebody is in by the group. Whoever completes is in by that, and a manager is
    /// added by name: only a member of their own can have a role.
    pub(super) fn is_by_group(&self, id: &SlackUserId, completer: Option<&SlackUserId>) -> bool {
        let Some((_, group)) = &self.admittance else { return false };
        let account = self.bench.people.member(id);
        let settings = self.bench.converter.settings();
        account.is_some_and(|(email, user)| {
            let manages = settings.managers.contains(email);
            !manages && Some(id) != completer && group.has(email.as_str(), user)
        })
    }
}
