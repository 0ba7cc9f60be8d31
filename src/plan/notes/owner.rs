//! Who ends import mode, and so owns the space.

use super::Notes;
use crate::ids::SlackUserId;
use crate::slack::PersonKind;

impl Notes<'_, '_> {
    /// Chooses who ends import mode, and so becomes the owner: the creator if still in, else the
    /// present member with an account who wrote most; a guest only where there is nobody else, and
    /// rather than the admin, who was not in. Else nobody of the conversation.
    pub(super) fn completer(&self) -> Option<SlackUserId> {
        let creator = self.conversation.creator.as_ref();
        let of = |kind: PersonKind| {
            let able = |id: &SlackUserId| {
                let known = self.bench.people.by_id.get(id);
                known.is_some_and(|one| one.account.is_some() && one.kind == kind)
            };
            let present = || self.members.iter().filter(|(id, stay)| stay.present && able(id));
            let created = present().map(|(id, _)| id).find(|id| Some(*id) == creator);
            let most = || present().max_by_key(|(id, stay)| (stay.posts, std::cmp::Reverse(*id)));
            created.or_else(|| most().map(|(id, _)| id)).cloned()
        };
        of(PersonKind::Human).or_else(|| of(PersonKind::Guest))
    }
}
