//! `chatferry pause` and `chatferry resume`: from any terminal, also while another process works in
//! the folder.

use super::args::Common;
use super::board::held as words;
use super::folder::{self, Opened};
use super::session::again;
use super::words::span;
use super::{Exit, json_line, print};
use crate::clock::{Clock, SystemClock};
use crate::event::Event;
use crate::ids::{Micros, rfc3339};
use crate::settings::Paused;
use serde_json::{Value, json as object};

pub(super) fn pause(common: &Common) -> anyhow::Result<Exit> {
    let opened = folder::look(common, Vec::new())?;
    let already = opened.work.paused().is_some();
    let paused = opened.work.pause(SystemClock.wall())?;
    let since = since(paused);
    let minute = since.as_ref().map(|at| format!(" since {} {} UTC", &at[..10], &at[11..16]));
    let minute = minute.unwrap_or_default();
    let text = if already {
        format!("It was paused already{minute}.\n")
    } else {
        "Paused. Whatever sends from this folder begins nothing new within a second; calls under \
         way are finished. It stays so, also for a command started later, until it is resumed.\n"
            .to_owned()
    };
    say(
        common,
        &format!("{text}Next: {}\n", again(common, "resume")),
        &object!({ "event": "pause", "already": already, "since": since }),
    )
}

pub(super) fn resume(common: &Common) -> anyhow::Result<Exit> {
    let opened = folder::look(common, Vec::new())?;
    let after = opened.work.unpause(SystemClock.wall())?;
    let text = match after {
        None => "Nothing was paused.\n".to_owned(),
        Some(after) => format!(
            "Resumed, after {}. A command under way goes on within a second; where there is none: {}\n",
            span(after),
            again(common, "run")
        ),
    };
    let seconds = after.map(|after| after.as_secs());
    say(common, &text, &object!({ "event": "resume", "was_paused_seconds": seconds }))
}

/// Says what holds a folder back just now: a pause, or its hours.
pub(super) fn held(opened: &Opened, now: Micros) -> Option<String> {
    let event = match (opened.work.paused(), &opened.settings.between) {
        (Some(paused), _) => Event::Paused { since: since(paused) },
        (None, Some(hours)) => {
            let until = hours.resting(now)?;
            let says = format!("{} ({})", hours.wall(until), hours.described());
            Event::Resting { until: rfc3339(until), says }
        }
        (None, None) => return None,
    };
    words(&event, now)
}

fn since(paused: Paused) -> Option<String> {
    match paused {
        Paused::Since(at) => Some(rfc3339(at)),
        Paused::Somehow => None,
    }
}

fn say(common: &Common, text: &str, data: &Value) -> anyhow::Result<Exit> {
    print(&if common.json { json_line(data) + "\n" } else { text.to_owned() })?;
    Ok(Exit::Done)
}
