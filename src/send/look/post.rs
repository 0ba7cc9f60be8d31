//! Looking for a post: by the message id that we gave it, around the time that it bears.

use super::{Found, Missed, message_at, parent_place, planned_times, read};
use crate::chat::{ListedMessage, created_within};
use crate::ids::Micros;
use crate::ledger::{Names, Receipt, Step};
use crate::pace::Class;
use crate::send::Run;
use std::collections::HashSet;

/// A post that had to give way to somebody else's stands this much later at most.
const WINDOW: Micros = 1_000_000;
/// So many messages are asked for at a time.
const PAGE: u32 = 100;
/// So many pages of that stretch are read.
const PAGES: usize = 5;

/// A post is ours if it bears our message id, wherever it stands in the second after its time:
/// where it was moved to may be forgotten. Somebody else's counts only at its very time.
pub(super) async fn look(run: &Run, space: &str, step: &Step) -> Result<Found, Missed> {
    let Some(created) = step.created else { return Ok(Found::Absent) };
    let filter = created_within(created, created + WINDOW);
    let (mut token, mut foreign, mut elsewhere): (Option<String>, _, _) = (None, false, None);
    for _ in 0..PAGES {
        let admin = run.admin();
        let list = || run.client.list_messages(&admin, space, &filter, token.as_deref(), PAGE);
        let page = read(run, Class::Read, space, step, list).await?;
        let mark = Mark::of(run, step, &page.items).await?;
        for message in page.items {
            let at_its_time = message.create_time == created;
            if !mark.is_ours(&message) {
                foreign |= at_its_time;
            } else if at_its_time {
                return Ok(Found::Ours(receipt(message)));
            } else {
                elsewhere = elsewhere.or(Some(message));
            }
        }
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    Ok(match elsewhere {
        Some(message) => {
            let at = message.create_time;
            Found::Moved(receipt(message), at)
        }
        None if foreign => Found::Foreign,
        // More stands in that one second than is ever read.
        None if token.is_some() => Found::Unclear,
        None => Found::Absent,
    })
}

/// A correction is made where the message says what it says.
pub(super) async fn amended(
    run: &Run,
    space: &str,
    step: &Step,
    names: &Names,
) -> Result<Found, Missed> {
    let Some(place) = parent_place(run, step, names).await? else { return Ok(Found::Absent) };
    let found = message_at(run, space, step, place).await?.filter(|message| !message.deleted);
    Ok(match found {
        Some(message) if Some(&message.text) == step.request.text().as_ref() => {
            Found::Ours(receipt(message))
        }
        _ => Found::Absent,
    })
}

fn receipt(message: ListedMessage) -> Receipt {
    Receipt { name: Some(message.name), thread: message.thread, ..Receipt::default() }
}

/// What a message of ours is known by.
struct Mark<'a> {
    step: &'a Step,
    text: Option<String>,
    planned: HashSet<Micros>,
}

impl<'a> Mark<'a> {
    /// The times planned for others are needed only where a server does not show our ids.
    async fn of(run: &Run, step: &'a Step, messages: &[ListedMessage]) -> Result<Mark<'a>, Missed> {
        let shown = messages.iter().all(|message| message.client_id.is_some());
        let planned = if shown {
            HashSet::new()
        } else {
            planned_times(run, step).await.map_err(Missed::Fatal)?
        };
        Ok(Self { step, text: step.request.text(), planned })
    }

    fn is_ours(&self, message: &ListedMessage) -> bool {
        if message.deleted {
            return false;
        }
        match &message.client_id {
            Some(id) => Some(id.as_str()) == self.step.request.message_id(),
            // A server that does not tell: the same words by the same person, at the planned time
            // or at one that no other message of ours has.
            None => {
                Some(&message.text) == self.text.as_ref()
                    && message.sender.as_ref().is_none_or(|sender| *sender == self.step.user)
                    && !self.planned.contains(&message.create_time)
            }
        }
    }
}
