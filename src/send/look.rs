//! Looking at what Chat holds, where an answer alone can't be believed. Only reads that the
//! import scope allows: messages.list and members.list.

use super::perform::{next_request, revise};
use super::{Fatal, Run};
use crate::chat::{ListedMessage, Outcome, created_at};
use crate::draft::{Identity, StepKind};
use crate::ids::Micros;
use crate::ledger::{Receipt, Step};
use crate::pace::Class;
use std::collections::HashSet;

/// What a look shows.
#[derive(Debug)]
pub(super) enum Found {
    /// It is there, and it is this step's.
    Ours(Receipt),
    /// Somebody else's stands in its place.
    Foreign,
    /// Nothing is there.
    Absent,
    /// The look itself had no clear answer.
    Unclear,
}

/// Looks for the result of a step.
pub(super) async fn look(run: &Run, space: Option<&str>, step: &Step) -> Result<Found, Fatal> {
    let found = match (step.kind, space) {
        (StepKind::Post, Some(space)) => post(run, space, step).await,
        (StepKind::Complete, Some(space)) => complete(run, space, step).await,
        _ => Ok(Found::Absent),
    };
    match found {
        Ok(found) => Ok(found),
        Err(Outcome::Token(error)) => Err(Fatal::Token(error)),
        Err(_) => Ok(Found::Unclear),
    }
}

/// A conflict on a post is ours only if the message at its time bears its message id.
async fn post(run: &Run, space: &str, step: &Step) -> Result<Found, Outcome> {
    let Some(created) = step.created else { return Ok(Found::Absent) };
    run.pacer.permit(Class::Read, Some(space)).await;
    let page =
        run.client.list_messages(&run.admin(), space, &created_at(created), None, 10).await?;
    let (own, text) = (step.request.message_id(), step.request.text());
    let is_ours = |message: &ListedMessage| match &message.client_id {
        Some(id) => Some(id.as_str()) == own,
        // A server that does not tell: what stands at this time with this text is ours.
        None => Some(&message.text) == text.as_ref(),
    };
    let foreign = page.items.iter().any(|message| !is_ours(message));
    let found = page.items.into_iter().find(|message| is_ours(message) && !message.deleted);
    Ok(match found {
        Some(message) => {
            Found::Ours(Receipt { name: Some(message.name), thread: message.thread, expires: None })
        }
        None if foreign => Found::Foreign,
        None => Found::Absent,
    })
}

/// A completed space has the completing user as a present member. Where that may not be read any
/// more, the app asks for the space itself.
async fn complete(run: &Run, space: &str, step: &Step) -> Result<Found, Outcome> {
    run.pacer.permit(Class::MemberRead, Some(space)).await;
    let completer = Identity::User(step.actor.clone());
    let is_over = match run.client.list_members(&completer, space, None, 1000).await {
        Ok(page) => {
            page.items.iter().any(|member| member.deleted.is_none() && member.state == "JOINED")
        }
        Err(Outcome::Rejected(_)) => {
            run.pacer.permit(Class::SpaceRead, Some(space)).await;
            !run.client.get_space(space).await?.importing
        }
        Err(outcome) => return Err(outcome),
    };
    Ok(if is_over { Found::Ours(Receipt::default()) } else { Found::Absent })
}

/// Moves a post to the next free microsecond: somebody else's message holds its own.
pub(super) async fn retime(run: &Run, step: Step) -> Result<Step, Fatal> {
    let id = step.id;
    let held: HashSet<Micros> =
        run.writer.run(move |ledger| ledger.times_from(id, 10_000)).await?.into_iter().collect();
    let taken = step.created.unwrap_or_default();
    let created = (taken + 1..=taken + 10_001).find(|time| !held.contains(time)).unwrap_or(taken);
    let request = step.request.at_time(created, &next_request(&step));
    let request = request.ok_or_else(|| Fatal::Refused("a post without a time".to_owned()))?;
    revise(run, step, Some(created), request).await
}

/// Gives a space the next name: Chat says that its own is taken.
pub(super) async fn rename(run: &Run, step: Step) -> Result<Step, Fatal> {
    let id = step.lane;
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    let name =
        format!("{} ({})", lane.name.chars().take(120).collect::<String>(), step.revision + 2);
    let request = step.request.with_name(&name, &next_request(&step));
    let request = request
        .ok_or_else(|| Fatal::Refused("a space whose name is taken has no name".to_owned()))?;
    run.writer.run(move |ledger| ledger.rename_lane(id, &name)).await?;
    revise(run, step, None, request).await
}
