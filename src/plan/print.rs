//! The fingerprint of everything that a plan depends on.

use super::Choices;
use super::chosen::Chosen;
use crate::access::Audience;
use crate::ids::{ConversationId, hex};
use crate::slack::Export;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Returns a hash over archives, people, choices, names, audiences and groups.
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
    for (id, group) in chosen.groups() {
        take(id.as_str());
        let known = chosen.known(group);
        take(known.map_or("", |known| &known.name));
        let mut members: Vec<&String> =
            known.into_iter().flat_map(|known| &known.members).collect();
        members.sort_unstable();
        for one in members {
            take(one);
        }
    }
    hex(&hash.finalize()[..16])
}
