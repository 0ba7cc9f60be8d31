//! Who may see spaces beside their members: what the admin chose, and what it can come to.

use super::{Bench, Source};
use crate::access::{Audience, PublicConversation, Publication};

/// Who may see spaces, beside the members with accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    /// Who may find the spaces of public channels.
    pub audience: Option<Audience>,
    /// People outside the organisation are invited to where they were members.
    pub invite: bool,
}

impl Bench {
    /// Returns the one thing that can make a conversation's space discoverable: the admin's wish,
    /// and the proof that it was public.
    pub(super) fn publication(&self, sources: &[Source<'_>]) -> Option<Publication> {
        let listed = sources.iter().map(|one| (&one.conversation.id, one.conversation.kind));
        let proof = PublicConversation::of(listed)?;
        Some(proof.open_to(self.admission.audience.clone()?))
    }
}
