//! Who of a conversation's members becomes a manager, as far as the plan counts them.

use super::Notes;
use crate::ids::SlackUserId;
use crate::slack::Kind;
use std::collections::BTreeSet;

impl Notes<'_, '_> {
    /// Counts the members of a channel who become managers; whoever completes is one by that.
    pub(super) fn managers(&self, completer: Option<&SlackUserId>) -> u64 {
        let settings = self.bench.converter.settings();
        if matches!(self.conversation.kind, Kind::Direct | Kind::Group) {
            return 0;
        }
        let account = |id: &SlackUserId| self.bench.people.account(id).map(|(account, _)| account);
        let own = completer.and_then(account);
        let members = self.members.iter().filter(|(id, _)| !self.bench.is_app(id));
        let present = members.filter(|(_, stay)| stay.present);
        let chosen: BTreeSet<_> = present
            .filter_map(|(id, _)| account(id))
            .filter(|account| settings.managers.contains(*account) && Some(*account) != own)
            .collect();
        chosen.len() as u64
    }
}
