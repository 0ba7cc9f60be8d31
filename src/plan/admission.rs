//! Who may find a space, and which group is let into it: what the admin wished, and what it can
//! come to.

use super::{Bench, Source};
use crate::access::{Admittance, Group, PublicConversation, Publication};
use crate::ledger::KnownGroup;

impl Bench {
    /// Returns the one thing that can make a conversation's space discoverable: the admin's wish,
    /// and the proof that it was public.
    pub(super) fn publication(&self, sources: &[Source<'_>]) -> Option<Publication> {
        let own = self.chosen.audience(&sources.last()?.conversation.id);
        Some(proof(sources)?.open_to(self.admission.with_own(own).audience?))
    }

    /// Returns the one thing that lets a group into a conversation's space, and who is in the group:
    /// the admin's choice, a look at the group, and the proof that the conversation was public. A
    /// group that was not looked up yet lets nobody in: its people are added one by one.
    pub(super) fn admittance(&self, sources: &[Source<'_>]) -> Option<(Admittance, &KnownGroup)> {
        let chosen = self.chosen.group(&sources.last()?.conversation.id)?;
        let known = self.chosen.known(chosen)?;
        Some((proof(sources)?.admit(Group::parse(&known.name)?), known))
    }
}

fn proof(sources: &[Source<'_>]) -> Option<PublicConversation> {
    let listed = sources.iter().map(|one| (&one.conversation.id, one.conversation.kind));
    PublicConversation::of(listed)
}
