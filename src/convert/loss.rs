//! What did not survive the crossing, by name.

use serde::{Deserialize, Serialize};

/// How much a loss matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The look changed, not the content.
    Cosmetic,
    /// Some content is missing or moved.
    Content,
    /// The whole item is missing.
    Whole,
}
