//! The small numbers that stand for our words in the ledger's columns.

use super::account::{ItemKind, ItemState};
use crate::draft::{Phase, Rung, StepKind};

/// A word with a number in the ledger.
pub(super) trait Code: Copy + PartialEq + 'static {
    /// Every word; the position is the number.
    const ALL: &'static [Self];

    /// Returns the number.
    fn code(self) -> i64 {
        Self::ALL.iter().position(|word| *word == self).map_or(-1, |at| at as i64)
    }

    /// Returns the word of a number.
    fn of(code: i64) -> Option<Self> {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at).copied())
    }
}

impl Code for Phase {
    const ALL: &'static [Self] = &[
        Self::Space,
        Self::History,
        Self::Content,
        Self::Amend,
        Self::Complete,
        Self::Present,
        Self::Publish,
        Self::Leave,
    ];
}

impl Code for StepKind {
    const ALL: &'static [Self] = &[
        Self::Space,
        Self::PastMember,
        Self::Post,
        Self::React,
        Self::Complete,
        Self::Member,
        Self::Amend,
        Self::Role,
        Self::Publish,
        Self::Leave,
        Self::Group,
    ];
}

impl Code for Rung {
    const ALL: &'static [Self] = &[Self::Whole, Self::Plain, Self::Bare, Self::Notice];
}

impl Code for ItemKind {
    const ALL: &'static [Self] =
        &[Self::Message, Self::File, Self::Reaction, Self::Membership, Self::Record, Self::Added];
}

impl Code for ItemState {
    const ALL: &'static [Self] =
        &[Self::Owed, Self::Sent, Self::Transformed, Self::Skipped, Self::Wedged, Self::Lost];
}

/// The reason of a membership that is an invitation yet, though its calls are paid.
pub(super) const INVITED: &str = "invited";
/// A step waits to be paid.
pub(super) const PENDING: i64 = 0;
/// A step has its receipt.
pub(super) const DONE: i64 = 1;
/// A step was refused.
pub(super) const WEDGED: i64 = 2;
/// A step was left out.
pub(super) const SKIPPED: i64 = 3;
