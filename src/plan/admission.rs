//! Who may find a space: what the admin wished, and what it can come to.

use super::{Bench, Source};
use crate::access::{PublicConversation, Publication};

impl Bench {
    /// Returns the one thing that can make a conversation's space discoverable: the admin's wish,
    /// and the proof that it was public.
    pub(super) fn publication(&self, sources: &[Source<'_>]) -> Option<Publication> {
        let listed = sources.iter().map(|one| (&one.conversation.id, one.conversation.kind));
        let proof = PublicConversation::of(listed)?;
        let own = self.chosen.audience(&sources.last()?.conversation.id);
        Some(proof.open_to(self.admission.with_own(own).audience?))
    }
}
