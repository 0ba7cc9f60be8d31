//! Google's 90 days in words: which spaces they are too few for, and what can be done.

use super::Prospect;
use crate::cli::safe::display_short;
use crate::cli::words::{count, counted, span};
use crate::forecast::{Fit, Space, WINDOW};
use crate::ids::{Micros, rfc3339};
use std::time::Duration;

/// How many spaces are named.
const NAMES: usize = 3;

/// Says how the plan fits the 90 days.
pub(super) fn sentences(prospect: &Prospect) -> Vec<String> {
    let said = warnings(prospect);
    if said.is_empty() { vec![in_time(prospect)] } else { said }
}

/// Says in whole sentences what the 90 days are too few for, one kind of trouble each.
pub(super) fn warnings(prospect: &Prospect) -> Vec<String> {
    Fit::ALL.into_iter().filter_map(|fit| sentence(prospect, fit)).collect()
}

fn in_time(prospect: &Prospect) -> String {
    let longest = prospect.forecast.spaces.iter().map(Space::in_import).max().unwrap_or_default();
    format!(
        "90 days: no space is in import mode for longer than {}, if all are opened right after the \
         last is sent.",
        span(longest)
    )
}

fn sentence(prospect: &Prospect, fit: Fit) -> Option<String> {
    let spaces = prospect.forecast.spaces.iter().enumerate();
    let mut all: Vec<(usize, &Space)> = spaces.filter(|(_, space)| space.fit() == fit).collect();
    all.sort_by_key(|(_, space)| std::cmp::Reverse(space.in_import()));
    let (place, first) = *all.first()?;
    let names = names(&all);
    Some(match fit {
        Fit::InTime => return None,
        Fit::InWaves => format!(
            "90 days: {names} would be in import mode for up to {} if everything is opened at the very \
             end, and Google deletes a space after 90. Open them in waves: stop the run when they are \
             sent, then `chatferry verify` and `chatferry complete --only NAME`, and go on.",
            days(first.in_import())
        ),
        Fit::ButForLinks => format!(
            "90 days: {names} would be in import mode for up to {}, and Google deletes a space after \
             90: with links = \"patch\" each waits until all are sent. Set links = \"keep\", or send \
             fewer conversations at a time (`include` in the channels table).",
            days(first.until_sent())
        ),
        Fit::TooLarge => {
            let split = prospect.splits.get(&place).map(Vec::as_slice).unwrap_or_default();
            let what = format!(
                "Too large: {names} would be in import mode for {}, and Google deletes a space after \
                 90.",
                days(first.until_posted())
            );
            [what, parted(&first.owed.name, split), less(prospect)].join(" ")
        }
    })
}

/// Proposes to part a conversation's history.
fn parted(name: &str, split: &[Micros]) -> String {
    if split.is_empty() {
        return String::new();
    }
    let parts = split.len() as u64 + 1;
    let dates: Vec<String> = split.iter().map(|at| date(*at)).collect();
    format!(
        "No setting parts a conversation, but Slack exports ranges of dates: part {} at {} into {} \
         exports, and migrate one after the other, each with a work folder, a --migration and a \
         name_prefix of its own.",
        display_short(name, 40),
        dates.join(" and "),
        count(parts)
    )
}

/// What else makes it shorter.
fn less(prospect: &Prospect) -> String {
    let now = prospect.forecast.total();
    let saves = |takes: Duration| takes < now.mul_f64(0.99);
    let mut ways = prospect.ways.iter().filter(|(_, takes)| saves(*takes));
    let reacts = ways.any(|(way, _)| way.values.contains(&"footnote"));
    let footnotes = if reacts { "reactions = \"footnote\", " } else { "" };
    format!(
        "Or make it shorter: {footnotes}a shorter history, less headroom, or a higher quota from Google."
    )
}

fn names(all: &[(usize, &Space)]) -> String {
    let name = |(_, space): &(usize, &Space)| display_short(&space.owed.name, 40);
    let named: Vec<String> = all.iter().take(NAMES).map(name).collect();
    match all.len() - named.len() {
        0 => named.join(", "),
        more => format!(
            "{} and {}",
            named.join(", "),
            counted(more as u64, "other space", "other spaces")
        ),
    }
}

/// Returns the date of a moment.
pub(super) fn date(at: Micros) -> String {
    rfc3339(at).get(..10).unwrap_or_default().to_owned()
}

/// Returns whole days, never fewer than it takes.
fn days(time: Duration) -> String {
    let days = (time.as_secs_f64() / 86_400.0).ceil() as u64;
    counted(days, "day", "days")
}

/// Returns how much of the 90 days is used, as days with a digit behind the point.
pub(super) fn used(time: Duration) -> f64 {
    let days = time.as_secs_f64() / WINDOW.as_secs_f64() * 90.0;
    (days * 10.0).round() / 10.0
}
