//! Whether a space left import mode without our knowing: another work folder, or a program that
//! died, may have completed it. Nothing may be posted where people can see it.

use super::reconcile::take_over;
use super::{Fatal, Run};
use crate::chat::{ListedMember, Outcome, Reader, Scopes, TokenError};
use crate::draft::Identity;
use crate::ids::{Account, rfc3339};
use crate::ledger::{Ends, Lane, Line};
use crate::pace::Class;
use std::sync::Arc;

/// Tries for one look.
const TRIES: u32 = 6;

/// Looks before the first post of a lane; a completed one is taken for what it is.
pub(super) async fn taken_for_ended(run: &Arc<Run>, lane: &Lane) -> Result<bool, Fatal> {
    let Some(space) = &lane.space else { return Ok(false) };
    let owner = lane.completer.as_ref().unwrap_or(&run.admin);
    if has_ended(run, space, owner).await? != Some(true) {
        return Ok(false);
    }
    let (space, ends, owner) = (space.clone(), owner.clone(), owner.to_string());
    run.spaces.append(&Line::Completed { space, owner, at: rfc3339(run.clock.wall()) })?;
    take_over(run, lane, &Ends { owner: ends, verdict: None }).await
}

/// Asks Chat whether a space left import mode; none where nobody can tell just now.
pub(super) async fn has_ended(
    run: &Run,
    space: &str,
    owner: &Account,
) -> Result<Option<bool>, Fatal> {
    patiently(run, || ask(run, space, owner)).await
}

/// Repeats a read until it has a clear answer; none where there is none to be had. An outage is
/// waited out.
pub(super) async fn patiently<T, F>(
    run: &Run,
    mut read: impl FnMut() -> F,
) -> Result<Option<T>, Fatal>
where
    F: Future<Output = Result<T, Outcome>>,
{
    let mut attempt = 0;
    while attempt < TRIES {
        let asked = match read().await {
            Ok(answer) => return Ok(Some(answer)),
            Err(Outcome::Rejected(_) | Outcome::Token(TokenError::User(_))) => return Ok(None),
            Err(Outcome::Token(error)) if !matches!(error, TokenError::Transient(_)) => {
                return Err(Fatal::Token(error));
            }
            Err(Outcome::Throttled { retry_after, .. }) => retry_after,
            Err(_) => None,
        };
        attempt = if run.health.is_fine() { attempt + 1 } else { 0 };
        tokio::select! {
            () = run.clock.sleep(run.backoff.next(attempt.saturating_sub(1), asked)) => {}
            () = run.stop.cancelled() => return Ok(None),
        }
    }
    Ok(None)
}

/// Before completion everybody's membership is past, afterwards whoever completed is in. Where
/// that may not be read any more, the app asks for the space itself.
async fn ask(run: &Run, space: &str, owner: &Account) -> Result<bool, Outcome> {
    let identity = Identity::User(owner.clone());
    let reader = Reader { identity: &identity, scopes: Scopes::IMPORT };
    let list = || run.client.list_members(reader, space, None, 1000);
    match run.read(Class::MemberRead, space, list).await {
        Ok(page) => {
            let is_in =
                |member: &ListedMember| member.deleted.is_none() && member.state == "JOINED";
            Ok(page.items.iter().any(is_in))
        }
        Err(Outcome::Rejected(_) | Outcome::Token(TokenError::User(_))) => {
            let get = || run.client.get_space(space);
            Ok(!run.read(Class::SpaceRead, space, get).await?.importing)
        }
        Err(outcome) => Err(outcome),
    }
}
