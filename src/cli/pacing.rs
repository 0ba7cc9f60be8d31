//! How fast a command calls, by its settings.

use crate::pace::{Backoff, Quotas};
use crate::settings::{MaxRate, Pace, Settings};

/// Returns quotas and waits at the pace of the settings.
pub(super) fn pacing(settings: &Settings, command: &str) -> (Option<Quotas>, Backoff) {
    let google = google(settings, command);
    match settings.pace.unwrap_or(Pace::REAL) {
        Pace::Off => (None, Backoff::google(0).scaled(100.0)),
        Pace::Times(factor) => {
            (Some(google.scaled(factor)), Backoff::google(0).scaled(factor.max(1.0)))
        }
    }
}

/// Returns Google's quotas below the admin's ceiling, and of members what the admin wants where they
/// come into open spaces.
pub(super) fn google(settings: &Settings, command: &str) -> Quotas {
    let google = Quotas::google().with_headroom(settings.headroom);
    let google = match settings.max_rate {
        None => google,
        Some(MaxRate::Share(share)) => google.with_share(share),
        Some(MaxRate::Messages(per_minute)) => google.with_messages(per_minute),
    };
    match command {
        "complete" => google.with_members(settings.members_per_minute),
        _ => google,
    }
}
