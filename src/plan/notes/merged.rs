//! Several Slack identities of one account are one member.

use super::super::members::{Members, Stay};
use super::Notes;
use crate::ids::SlackUserId;
use std::collections::HashMap;

impl Notes<'_, '_> {
    /// Merges the stays of identities that are one account, under the completer's identity or
    /// else the first.
    pub(super) fn by_account<'m>(
        &self,
        members: &'m Members,
        completer: Option<&SlackUserId>,
    ) -> HashMap<i64, (&'m SlackUserId, Stay)> {
        let mut stays: HashMap<i64, (&SlackUserId, Stay)> = HashMap::new();
        for (id, stay) in members.iter() {
            let own = self.bench.member(id).or_else(|| self.bench.outside.number(id));
            let Some(number) = own else { continue };
            let (first, merged) = stays.entry(number).or_insert((id, *stay));
            if *first != id {
                *merged = merged.with(stay);
            }
            // It is theirs who is in, whatever identity was there before.
            if Some(id) == completer || (stay.present && !members.is_present(first)) {
                *first = id;
            }
        }
        stays
    }
}
