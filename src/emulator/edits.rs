//! messages.patch and messages.delete.

use super::coverage::Point;
use super::message_view as show;
use super::messages::{importing, sized};
use super::refusal::{Outcome, Refusal};
use super::shared::Turn;

/// messages.patch: in import mode only with the authority that created the message.
pub(super) fn patch(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    importing(turn, &mut space)?;
    let mask = turn.mask()?;
    let at = match space.message_at(turn, turn.name(1)) {
        Err(_) if turn.query.flag("allowMissing") => {
            return Err(Refusal::unmodelled("messages.patch with allowMissing"));
        }
        found => found? as usize,
    };
    if space.messages[at].sender != turn.caller.who && !turn.dialects().patch_by_others {
        return Err(Refusal::forbidden(
            Point::PatchOthers,
            "A message in import mode is updated with the authority that created it.",
        ));
    }
    if let Some(field) = mask.iter().find(|field| !["text", "attachment"].contains(&field.as_str()))
    {
        return Err(Refusal::invalid(
            Point::MessageField,
            format!("Field {field} can't be updated here."),
        ));
    }
    if mask.iter().any(|field| field == "attachment") {
        return Err(Refusal::unmodelled("changing attachments"));
    }
    let text = turn.text("text").unwrap_or_default();
    sized(turn, text)?;
    let message = &mut space.messages[at];
    message.text = text.into();
    if turn.dialects().patch_marks {
        message.touched = turn.now;
    }
    Ok(show::full(turn, &space, at as u32))
}

/// messages.delete: any impersonated user may in import mode; the createTime stays burned.
pub(super) fn delete(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    importing(turn, &mut space)?;
    let at = space.message_at(turn, turn.name(1))? as usize;
    let (id, thread) = (space.messages[at].id, space.messages[at].thread);
    let root = match space.threads.get(&thread) {
        Some(thread) => thread.root as usize == at,
        None => true,
    };
    let replies: Vec<_> = if root && space.threads.contains_key(&thread) {
        let others = space.messages.iter().enumerate();
        others
            .filter(|(_, other)| other.thread == thread && other.id != id && !other.deleted)
            .map(|(at, _)| at)
            .collect()
    } else {
        Vec::new()
    };
    if !replies.is_empty() && !turn.query.flag("force") {
        return Err(Refusal::precondition(
            Point::Replies,
            "The message has threaded replies; delete with force to delete them too.",
        ));
    }
    for at in replies.into_iter().chain([at]) {
        let message = &mut space.messages[at];
        message.deleted = true;
        message.touched = turn.now;
        message.text = Box::default();
        message.extra = None;
    }
    Ok(b"{}".to_vec())
}
