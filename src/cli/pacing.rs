//! How fast a command calls, by its settings.

use crate::pace::{Backoff, Quotas};
use crate::settings::{Pace, Settings};

/// Returns quotas and waits at the pace of the settings.
pub(super) fn pacing(settings: &Settings) -> (Option<Quotas>, Backoff) {
    let google = Quotas::google().with_headroom(settings.headroom);
    match settings.pace.unwrap_or(Pace::REAL) {
        Pace::Off => (None, Backoff::google(0).scaled(100.0)),
        Pace::Times(factor) => {
            (Some(google.scaled(factor)), Backoff::google(0).scaled(factor.max(1.0)))
        }
    }
}
