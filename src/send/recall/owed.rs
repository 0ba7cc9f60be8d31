//! A post that is owed, and whether a message in Chat is it.

use crate::draft::{count_permalinks, is_relinked};
use crate::ids::{LinkTemplate, Micros, text_hash};
use crate::ledger::{Key, Step};

/// A post that is owed.
pub(super) struct Owed {
    pub(super) key: Key,
    pub(super) step: i64,
    pub(super) created: Micros,
    hash: [u8; 16],
    /// Of a post whose links may have been led elsewhere.
    linking: Option<String>,
}

impl Owed {
    /// Takes what is needed of a step.
    pub(super) fn of(step: &Step, created: Micros) -> Self {
        let text = step.request.text().unwrap_or_default();
        let hash = text_hash(&text);
        let linking = Some(text).filter(|text| count_permalinks(text) > 0);
        Self { key: Key::from(step), step: step.id, created, hash, linking }
    }

    /// Tells whether that is what was posted, with its links led to Chat or not.
    pub(super) fn says(&self, text: &str, template: &LinkTemplate) -> bool {
        let is_address = |text: &str| template.is_address(text);
        let relinked = |from: &String| is_relinked(text, from, is_address);
        self.hash == text_hash(text) || self.linking.as_ref().is_some_and(relinked)
    }
}
