//! createTimes: one pure allocator per lane. Every part of every message gets a microsecond of
//! its own, in the order of Slack's timestamps; what collides is pushed forward.

use crate::ids::{Micros, SlackTs};
use std::collections::BTreeSet;

/// Chat takes no time before 2000-01-01; two seconds above it leave room for the space itself.
pub(crate) const FLOOR: Micros = (EPOCH_2000 + 2) * 1_000_000;
/// 2000-01-01T00:00:00Z.
const EPOCH_2000: i64 = 946_684_800;

/// Hands out times in ascending order.
#[derive(Debug)]
pub(crate) struct Allocator<'a> {
    next: Micros,
    taken: &'a BTreeSet<Micros>,
}

impl<'a> Allocator<'a> {
    /// Begins a lane. `taken` holds the times that were sent or burned: they are never given out.
    pub(crate) fn new(taken: &'a BTreeSet<Micros>) -> Self {
        Self { next: FLOOR, taken }
    }

    /// Returns the first of `parts` neighbouring free times, at or after `ts` and after all times
    /// given out before.
    pub(crate) fn place(&mut self, ts: SlackTs, parts: u32) -> Micros {
        let mut first = ts.micros().max(self.next);
        let parts = Micros::from(parts.max(1));
        while let Some(held) = self.taken.range(first..first + parts).next_back() {
            first = held + 1;
        }
        self.next = first + parts;
        first
    }
}

/// Returns a space's createTime: a second before the earliest thing in it, at least 2000-01-01,
/// and 2000-01-01 where Slack does not tell when the conversation was created.
pub(crate) fn space_time(created: Option<SlackTs>, earliest: Option<Micros>) -> Micros {
    let oldest = EPOCH_2000 * 1_000_000;
    let Some(created) = created else { return oldest };
    let first = earliest.map_or(created.micros(), |earliest| earliest.min(created.micros()));
    (first - 1_000_000).max(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ts(micros: Micros) -> SlackTs {
        SlackTs::from_micros(1_500_000_000_000_000 + micros)
    }

    #[test]
    fn f2_neighbours_one_microsecond_apart_make_room_for_a_split_message() {
        let none = BTreeSet::new();
        let mut times = Allocator::new(&none);
        let first = times.place(ts(0), 3);
        assert_eq!(times.place(ts(1), 1) - first, 3);
        assert_eq!(times.place(ts(2), 1) - first, 4);
        assert_eq!(times.place(ts(100), 1) - first, 100, "later times are not pushed");
    }

    #[test]
    fn a_time_that_was_sent_is_never_given_out_again() {
        let taken = BTreeSet::from([ts(0).micros(), ts(2).micros()]);
        let mut times = Allocator::new(&taken);
        assert_eq!(times.place(ts(0), 2), ts(3).micros(), "two neighbouring slots are needed");
    }

    #[test]
    fn e3_an_unknown_creation_becomes_the_year_2000() {
        assert_eq!(space_time(None, Some(ts(0).micros())), 946_684_800_000_000);
        assert_eq!(space_time(Some(ts(5_000_000)), Some(ts(0).micros())), ts(-1_000_000).micros());
    }

    proptest! {
        #[test]
        fn times_are_unique_ordered_and_free(
            gaps in prop::collection::vec((0_i64..4, 1_u32..4), 1..60),
            taken in prop::collection::btree_set(0_i64..120, 0..20),
        ) {
            let taken: BTreeSet<Micros> = taken.into_iter().map(|at| ts(at).micros()).collect();
            let mut times = Allocator::new(&taken);
            let (mut at, mut last) = (0, i64::MIN);
            for (gap, parts) in gaps {
                at += gap;
                let first = times.place(ts(at), parts);
                prop_assert!(first > last && first >= ts(at).micros());
                last = first + i64::from(parts) - 1;
                prop_assert!(taken.range(first..=last).next().is_none());
            }
        }
    }
}
