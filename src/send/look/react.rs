//! Looking for a reaction: Chat counts them by emoji and does not tell whose they are, so only
//! the absence of the emoji can be seen.

use super::{Found, Missed, message_at, parent_place};
use crate::ledger::{Names, Step};
use crate::send::Run;

pub(super) async fn look(
    run: &Run,
    space: &str,
    step: &Step,
    names: &Names,
) -> Result<Found, Missed> {
    let (Some(place), Some(emoji)) = (parent_place(run, step, names).await?, step.request.emoji())
    else {
        return Ok(Found::Unclear);
    };
    let message = message_at(run, space, step, place).await?;
    let shown = message.is_some_and(|message| {
        message.reactions.iter().any(|(shown, _)| bare(shown) == bare(&emoji))
    });
    Ok(if shown { Found::Unclear } else { Found::Absent })
}

/// The same emoji may be written with and without its variation selector.
fn bare(emoji: &str) -> String {
    emoji.chars().filter(|letter| *letter != '\u{fe0f}').collect()
}
