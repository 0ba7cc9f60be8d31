//! Looking at what Chat holds, where an answer alone can't be believed. Only reads that the
//! import scope allows: messages.list and members.list.

mod member;
mod post;
mod react;

use super::call::Errand;
use super::perform::{next_request, revise};
use super::{Fatal, Run};
use crate::chat::{ListedMessage, Outcome, TokenError, created_at};
use crate::draft::{Identity, StepKind};
use crate::ids::Micros;
use crate::ledger::{Names, Receipt, Step};
use crate::pace::Class;
use std::collections::HashSet;

/// More messages at one microsecond there can't be.
const AT_ONCE: u32 = 10;

/// What a look shows.
#[derive(Debug)]
pub(super) enum Found {
    /// It is there, and it is this step's.
    Ours(Receipt),
    /// It is there, at another time than planned: it was moved, and that was forgotten.
    Moved(Receipt, Micros),
    /// Somebody else's stands in its place.
    Foreign,
    /// Nothing is there.
    Absent,
    /// The look itself had no clear answer, or can't have one.
    Unclear,
}

/// Looks for the result of a step. `names` are its parent's.
pub(super) async fn look(
    run: &Run,
    space: Option<&str>,
    step: &Step,
    names: &Names,
) -> Result<Found, Fatal> {
    let Some(space) = space else { return Ok(Found::Unclear) };
    let found = match step.kind {
        // A space without a name can't be asked after; a role or an audience is set again instead.
        StepKind::Space | StepKind::Role | StepKind::Publish => Ok(Found::Unclear),
        StepKind::Leave => member::left(run, space, step).await,
        StepKind::Post => post::look(run, space, step).await,
        StepKind::Amend => post::amended(run, space, step, names).await,
        StepKind::React => react::look(run, space, step, names).await,
        StepKind::PastMember | StepKind::Member | StepKind::Group => {
            member::look(run, space, step).await
        }
        StepKind::Complete => complete(run, space, step).await,
    };
    match found {
        Ok(found) => Ok(found),
        Err(Missed::Fatal(fatal)) => Err(fatal),
        Err(Missed::Read(Outcome::Token(error))) if is_everybodys(&error) => {
            Err(Fatal::Token(error))
        }
        Err(Missed::Read(_) | Missed::Stopped) => Ok(Found::Unclear),
    }
}

/// Looks how somebody is in who is a member already; none where there is no clear answer.
pub(super) async fn standing(
    run: &Run,
    space: Option<&str>,
    step: &Step,
) -> Result<Option<Receipt>, Fatal> {
    let Some(space) = space else { return Ok(Some(Receipt::default())) };
    match member::standing(run, space, step).await {
        Ok(found) => Ok(found),
        Err(Missed::Fatal(fatal)) => Err(fatal),
        Err(Missed::Read(_) | Missed::Stopped) => Ok(None),
    }
}

/// Looks whether somebody else than the admin is in charge of a space; none where the admin is out
/// of it already, an error inside where there is no clear answer.
pub(super) async fn in_charge(
    run: &Run,
    space: &str,
    step: &Step,
) -> Result<Result<Option<bool>, Unclear>, Fatal> {
    match member::in_charge(run, space, step).await {
        Ok(found) => Ok(Ok(found)),
        Err(Missed::Fatal(fatal)) => Err(fatal),
        Err(Missed::Read(Outcome::Token(error))) if is_everybodys(&error) => {
            Err(Fatal::Token(error))
        }
        Err(Missed::Read(_) | Missed::Stopped) => Ok(Err(Unclear)),
    }
}

/// A look that had no clear answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclear;

/// A missing token of one account says nothing of the others.
fn is_everybodys(error: &TokenError) -> bool {
    !matches!(error, TokenError::Transient(_) | TokenError::User(_))
}

/// Why a look shows nothing.
enum Missed {
    /// The read had no answer that can be used.
    Read(Outcome),
    /// The run is to stop.
    Stopped,
    /// The ledger's complaint.
    Fatal(Fatal),
}

impl From<Outcome> for Missed {
    fn from(outcome: Outcome) -> Self {
        Self::Read(outcome)
    }
}

/// Makes one read, as every call is made.
async fn read<T, F>(
    run: &Run,
    class: Class,
    space: &str,
    step: &Step,
    call: impl FnOnce() -> F,
) -> Result<T, Missed>
where
    F: Future<Output = Result<T, Outcome>>,
{
    let errand = Errand { class, space: Some(space), step: step.id };
    run.call(errand, call).await.ok_or(Missed::Stopped)?.map_err(Missed::Read)
}

/// Returns where the message stands that a step hangs on: its time and its name, once it has one.
async fn parent_place<'n>(
    run: &Run,
    step: &Step,
    names: &'n Names,
) -> Result<Option<(Micros, &'n str)>, Missed> {
    let id = step.id;
    let time = run.writer.run(move |ledger| ledger.parent_time(id)).await;
    let time = time.map_err(|error| Missed::Fatal(error.into()))?;
    Ok(time.zip(names.message.as_deref()))
}

/// Reads the message of that name.
async fn message_at(
    run: &Run,
    space: &str,
    step: &Step,
    (time, name): (Micros, &str),
) -> Result<Option<ListedMessage>, Missed> {
    let (admin, filter) = (run.admin(), created_at(time));
    let list = || run.client.list_messages(&admin, space, &filter, None, AT_ONCE);
    let page = read(run, Class::Read, space, step, list).await?;
    Ok(page.items.into_iter().find(|message| message.name == name))
}

/// A completed space has the completing user as a present member. Where that may not be read any
/// more, the app asks for the space itself.
async fn complete(run: &Run, space: &str, step: &Step) -> Result<Found, Missed> {
    let completer = Identity::User(step.actor.clone());
    let list = || run.client.list_members(&completer, space, None, 1000);
    let is_over = match read(run, Class::MemberRead, space, step, list).await {
        Ok(page) => {
            page.items.iter().any(|member| member.deleted.is_none() && member.state == "JOINED")
        }
        Err(Missed::Read(Outcome::Rejected(_))) => {
            let get = || run.client.get_space(space);
            !read(run, Class::SpaceRead, space, step, get).await?.importing
        }
        Err(missed) => return Err(missed),
    };
    Ok(if is_over { Found::Ours(Receipt::default()) } else { Found::Absent })
}

/// Moves a post to the next free microsecond: somebody else's message holds its own.
pub(super) async fn retime(run: &Run, step: Step) -> Result<Step, Fatal> {
    let held = planned_times(run, &step).await?;
    let taken = step.created.unwrap_or_default();
    let created = (taken + 1..=taken + 10_001).find(|time| !held.contains(time)).unwrap_or(taken);
    let request = step.request.at_time(created, &next_request(&step));
    let request = request.ok_or_else(|| Fatal::Refused("a post without a time".to_owned()))?;
    revise(run, step, Some(created), request).await
}

/// Returns the times that other posts of the lane, from this one on, are planned for.
async fn planned_times(run: &Run, step: &Step) -> Result<HashSet<Micros>, Fatal> {
    let id = step.id;
    let times = run.writer.run(move |ledger| ledger.times_from(id, 10_000)).await?;
    Ok(times.into_iter().collect())
}

/// Returns the next name after so many renamings: `general (2)`, then `general (3)`.
fn numbered(name: &str, renamed: u32) -> String {
    let last = format!(" ({})", renamed + 1);
    let stem = name.strip_suffix(&last).filter(|_| renamed > 0).unwrap_or(name);
    format!("{} ({})", stem.chars().take(120).collect::<String>(), renamed + 2)
}

/// Gives a space the next name: Chat says that its own is taken.
pub(super) async fn rename(run: &Run, step: Step) -> Result<Step, Fatal> {
    let id = step.lane;
    let lane = run.writer.run(move |ledger| ledger.lane(id)).await?;
    let name = numbered(&lane.name, step.revision);
    let request = step.request.with_name(&name, &next_request(&step));
    let request = request
        .ok_or_else(|| Fatal::Refused("a space whose name is taken has no name".to_owned()))?;
    run.writer.run(move |ledger| ledger.rename_lane(id, &name)).await?;
    revise(run, step, None, request).await
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn a_taken_name_gets_the_next_number_and_not_a_second_one() {
        assert_eq!(numbered("general", 0), "general (2)");
        assert_eq!(numbered("general (2)", 1), "general (3)");
        assert_eq!(numbered("plan (1)", 0), "plan (1) (2)", "its own number stays");
        assert_eq!(numbered(&"n".repeat(128), 0).chars().count(), 124);
    }
}
