//! The least time that a plan takes, for reports.

use crate::forecast::{self, Bound};
use crate::ledger::Lane;
use crate::pace::Quotas;
use crate::send::planned;

/// Returns the least time that Google's quotas allow for all of the plan.
pub(super) fn lower_bound(lanes: &[Lane]) -> Bound {
    let loads: Vec<_> = lanes.iter().map(|lane| (lane.name.clone(), planned(lane))).collect();
    forecast::lower_bound(&loads, &Quotas::google())
}
