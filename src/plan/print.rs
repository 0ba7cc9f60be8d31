//! The fingerprint of everything that a plan depends on.

use super::Choices;
use super::chosen::Chosen;
use crate::access::Audience;
use crate::ids::{ConversationId, hex};
use crate::slack::Export;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Returns a hash over archives, people, choices, names and audiences.
pub(super) fn fingerprint(
    exports: &[Export],
    roster: &str,
    choices: &Choices,
    (names, chosen): (&BTreeMap<ConversationId, String>, &Chosen),
) -> String {
    let mut hash = Sha256::new();
    let mut take = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    take(roster);
    take(&choices.convert.fingerprint());
    take(choices.admin.as_str());
    take(choices.admission.audience.as_ref().map_or("", Audience::as_str));
    take(if choices.admission.invite { "invite" } else { "" });
    for export in exports {
        take(&export.fingerprint());
    }
    for name in names.values() {
        take(name);
    }
    for (id, audience) in chosen.audiences() {
        take(id.as_str());
        take(audience);
    }
    hex(&hash.finalize()[..16])
}
