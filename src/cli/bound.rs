//! The least time that a plan takes, for reports.

use crate::forecast::{self, Bound, Load};
use crate::ledger::Lane;
use crate::pace::Quotas;

/// Returns the least time that Google's quotas allow for all of the plan.
pub(super) fn lower_bound(lanes: &[Lane]) -> Bound {
    let load = |lane: &Lane| Load {
        name: lane.name.clone(),
        posts: lane.planned.posts,
        reactions: lane.planned.reactions,
        uploads: 0,
        patches: lane.amends,
        past_members: lane.past,
        members: lane.present,
    };
    let loads: Vec<Load> = lanes.iter().map(load).collect();
    forecast::lower_bound(&loads, &Quotas::google())
}
