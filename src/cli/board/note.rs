//! What there is to say of the present state, and for how long.

use crate::cli::safe::display_short;
use crate::cli::words;
use crate::event::Event;
use std::time::Duration;
use tokio::time::Instant;

/// A remark on the present state, and how long it holds.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) text: String,
    until: Option<Instant>,
}

impl Note {
    /// Returns what an event gives to say.
    pub(super) fn of(event: &Event, now: Instant) -> Self {
        Self { text: note_text(event), until: note_until(event, now) }
    }

    /// Tells whether it holds no longer.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// Says what an event means for someone who watches.
fn note_text(event: &Event) -> String {
    match event {
        Event::Throttled { what, wait } => {
            format!("Google asked to slow down: {what} wait {}", words::span(*wait))
        }
        Event::Waiting { why } => {
            format!(
                "Waiting, nothing can be sent: {} (tried again by itself)",
                display_short(why, 120)
            )
        }
        Event::Draining { in_flight } => {
            format!(
                "Stopping: {} in flight are finished first",
                words::counted(*in_flight, "call", "calls")
            )
        }
        _ => String::new(),
    }
}

fn note_until(event: &Event, now: Instant) -> Option<Instant> {
    match event {
        Event::Throttled { wait, .. } => now.checked_add((*wait).max(Duration::from_secs(2))),
        _ => None,
    }
}
