//! The countdown of Google's 90 days: which spaces it deletes soon, in words and for machines.

use super::safe::display_short;
use super::words::{counted, span};
use crate::ids::{Micros, rfc3339};
use crate::ledger::{Account, Deadline};
use crate::send::LAST_MINUTES;
use serde_json::{Value, json as object};
use std::time::Duration;

const DAY: Micros = 86_400_000_000;
/// From here on every command says it.
const SOON: Micros = 14 * DAY;

/// Warns of the spaces that Google deletes within 14 days; none where there is time.
pub(super) fn warning(account: &Account, now: Micros) -> Option<String> {
    let mut soon = soon(account, now);
    let first = soon.next()?;
    let others = match soon.count() as u64 {
        0 => String::new(),
        more => format!(" {} within 14 days.", counted(more, "other expires", "others expire")),
    };
    let (name, at) = (display_short(&first.name, 40), minute(first.expires));
    let again = "Once it is gone, `chatferry retry --start-over` sends its conversation anew.";
    Some(match first.expires.saturating_sub(now) {
        ..0 => format!("The space of {name} expired at {at}: Google deletes it. {again}{others}"),
        left @ 0..=LAST_MINUTES => format!(
            "The space of {name} expires in {} ({at}): too late to complete it. {again}{others}",
            in_words(left)
        ),
        left => format!(
            "The space of {name} expires in {} ({at}).{others} Complete before: 30 minutes earlier it is too late.",
            in_words(left)
        ),
    })
}

/// Says when the next space expires, where that is not soon.
pub(super) fn next(account: &Account, now: Micros) -> Option<String> {
    let expires = account.next_expiry?;
    let days = expires.saturating_sub(now).div_euclid(DAY);
    let left = counted(days.unsigned_abs(), "day", "days");
    let spent = match days {
        ..=18 => ", more than 80 % of its 90 days are over",
        19..=45 => ", more than half of its 90 days are over",
        _ => "",
    };
    let day = &rfc3339(expires)[..10];
    Some(format!(
        "The next space expires in {left} ({day}){spent}: Google deletes what is not completed."
    ))
}

/// Returns what `warning` tells, for machines.
pub(super) fn expiring(account: &Account, now: Micros) -> Vec<Value> {
    soon(account, now).map(|deadline| json(deadline, now)).collect()
}

/// Returns the countdown of one space.
pub(super) fn json(deadline: &Deadline, now: Micros) -> Value {
    object!({
        "conversation": deadline.conversation,
        "name": deadline.name,
        "expires": rfc3339(deadline.expires),
        "seconds_left": deadline.expires.saturating_sub(now).div_euclid(1_000_000),
        "too_late": deadline.expires.saturating_sub(now) < LAST_MINUTES,
    })
}

/// Returns how much time is left, for a column: days, and hours or minutes at the end.
pub(super) fn short(expires: Micros, now: Micros) -> String {
    match expires.saturating_sub(now) {
        ..0 => "over".to_owned(),
        left if left < 2 * DAY => in_words(left),
        left => left.div_euclid(DAY).to_string(),
    }
}

fn soon(account: &Account, now: Micros) -> impl Iterator<Item = &Deadline> {
    account.deadlines.iter().filter(move |one| one.expires.saturating_sub(now) <= SOON)
}

fn in_words(left: Micros) -> String {
    span(Duration::from_micros(left.unsigned_abs()))
}

/// Names a minute: `2026-12-01 10:20 UTC`.
pub(super) fn minute(at: Micros) -> String {
    let text = rfc3339(at);
    format!("{} {} UTC", &text[..10], text.get(11..16).unwrap_or_default())
}
