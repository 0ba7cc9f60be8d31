//! What there is to say of the present state, and for how long.

use crate::cli::safe::display_short;
use crate::cli::words;
use crate::event::Event;
use crate::ids::{Micros, rfc3339};
use crate::ledger::Learnt;
use std::time::Duration;
use tokio::time::Instant;

/// A remark on the present state, and how long it holds.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) text: String,
    until: Option<Instant>,
}

impl Note {
    /// Returns what an event gives to say, at this moment of both clocks.
    pub(super) fn of(event: &Event, now: Instant, wall: Micros) -> Self {
        Self { text: note_text(event, wall), until: note_until(event, now) }
    }

    /// Tells whether it holds no longer.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// Says what an event means for someone who watches.
fn note_text(event: &Event, wall: Micros) -> String {
    match event {
        Event::Throttled { what, wait } => {
            format!("Google asked to slow down: {what} wait {}", words::span(*wait))
        }
        Event::Waiting { on, why } => {
            let since = &rfc3339(wall)[11..16];
            let why = display_short(why, 120);
            format!("Waiting for {on} since {since} UTC ({why}); goes on by itself")
        }
        Event::Stalled { lasting, throttled } => {
            let why = if *throttled { "throttled: Google asks to slow down" } else { "no success" };
            format!("Nothing was accepted for {} ({why}); still tried", words::span(*lasting))
        }
        Event::DiskFull { receipts } => {
            format!(
                "The disk is full: make some room; {} to be written down (tried again by itself)",
                words::counted(*receipts, "receipt waits", "receipts wait")
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

/// Says what holds a run back by the admin's own will, at this moment of the wall clock.
pub(in crate::cli) fn held(event: &Event, wall: Micros) -> Option<String> {
    Some(match event {
        Event::Resting { says, .. } => format!("Resting until {says}; goes on by itself"),
        Event::Paused { since } => {
            let today = &rfc3339(wall)[..10];
            let since = since.as_deref().map(|since| moment(since, today)).unwrap_or_default();
            format!("Paused{since} by `chatferry pause`; `chatferry resume` goes on")
        }
        _ => return None,
    })
}

/// Says what was learnt of a limit that is not what Google documents: whose, and the words; no words
/// where it goes as fast as it may again.
pub(super) fn learnt(event: &Event) -> Option<(&'static str, Option<String>)> {
    let Event::Learnt { what, whole, .. } = event else { return None };
    let words = as_learnt(event).filter(|_| !whole).map(|one| words::learnt(&one));
    Some((what, words))
}

/// Returns what an event tells of a limit.
pub(in crate::cli) fn as_learnt(event: &Event) -> Option<Learnt> {
    let Event::Learnt { what, per_minute, documented, whole, refusals, slow } = *event else {
        return None;
    };
    Some(Learnt { what: what.to_owned(), per_minute, documented, whole, refusals, slow })
}

/// Names a moment: its minute, and its day where that is not today.
fn moment(at: &str, today: &str) -> String {
    let (day, minute) = (at.get(..10).unwrap_or_default(), at.get(11..16).unwrap_or_default());
    if day == today { format!(" since {minute} UTC") } else { format!(" since {day} {minute} UTC") }
}

/// Returns the line that an event is worth by itself, whatever the numbers are.
pub(in crate::cli) fn remark(event: &Event) -> Option<String> {
    Some(match event {
        Event::Resumed { after } | Event::WorksAgain { after } => {
            format!("Going on, after {}.", words::span(*after))
        }
        Event::Warned { what } => format!("Warning: {}", display_short(what, 160)),
        Event::LaneBlocked { name, .. } => format!(
            "Google deleted or expired the space of {}: it waits to be started over",
            display_short(name, 60)
        ),
        Event::WindowShort { percent, lanes, name, days_left } => format!(
            "Warning: {} used {percent} % of Google's 90 days; {} expires in {}",
            words::counted(*lanes, "unfinished space has", "unfinished spaces have"),
            display_short(name, 60),
            words::counted(days_left.unsigned_abs(), "day", "days")
        ),
        Event::StepUnsettled { .. } => {
            "A call has no clear end, and reading back does not tell: it stays owed.".to_owned()
        }
        _ => return None,
    })
}
