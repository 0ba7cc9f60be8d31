//! Looking for a reaction: Chat counts them by emoji and does not tell whose they are, so only
//! the absence of the emoji can be seen.

use super::{Found, Missed, read};
use crate::chat::created_at;
use crate::ledger::{Names, Step};
use crate::pace::Class;
use crate::send::Run;

/// More messages at one microsecond there can't be.
const PAGE: u32 = 10;

pub(super) async fn look(
    run: &Run,
    space: &str,
    step: &Step,
    names: &Names,
) -> Result<Found, Missed> {
    let id = step.id;
    let time = run.writer.run(move |ledger| ledger.parent_time(id)).await;
    let time = time.map_err(|error| Missed::Fatal(error.into()))?;
    let (Some(time), Some(parent), Some(emoji)) = (time, &names.message, step.request.emoji())
    else {
        return Ok(Found::Unclear);
    };
    let (admin, filter) = (run.admin(), created_at(time));
    let list = || run.client.list_messages(&admin, space, &filter, None, PAGE);
    let page = read(run, Class::Read, space, step, list).await?;
    let message = page.items.iter().find(|message| message.name == *parent);
    let shown = message.is_some_and(|message| {
        message.reactions.iter().any(|(shown, _)| bare(shown) == bare(&emoji))
    });
    Ok(if shown { Found::Unclear } else { Found::Absent })
}

/// The same emoji may be written with and without its variation selector.
fn bare(emoji: &str) -> String {
    emoji.chars().filter(|letter| *letter != '\u{fe0f}').collect()
}
