//! A space that refuses: is it gone for everybody, or is only this one call refused? One lane
//! stops at once where its space is gone, instead of failing call by call.

use super::call::Errand;
use super::look::{Found, look};
use super::verdict::{sentence, stops_all};
use super::{Fatal, Run};
use crate::chat::{Kind, Outcome, Rejection, TokenError};
use crate::draft::{Phase, Repeat, StepKind};
use crate::event::Event;
use crate::ids::Micros;
use crate::ledger::{Blocked, Lane, LaneState, Names, Receipt, Step};
use crate::pace::Class;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// What is said of a lane whose space is gone.
pub(super) const GONE: &str = super::Held::Gone.words();

/// What was seen of a space is believed for so long.
const BELIEVED: Duration = Duration::from_mins(1);

/// When a space was last asked after, and whether it was there.
pub(super) type Seen = HashMap<Box<str>, (Instant, bool)>;

/// How a space stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It can be read.
    There,
    /// Google deleted it, or its time is over.
    Gone,
    /// Nobody can tell just now.
    Unclear,
}

/// What is behind a refusal.
#[derive(Debug)]
pub(super) enum Behind {
    /// It was done before, and can't be done twice.
    Done(Receipt),
    /// The space is gone, for every call.
    Gone,
    /// Nobody can tell just now.
    Unclear,
    /// This one call is refused.
    Refused,
}

/// Finds out what is behind a refusal.
pub(super) async fn behind(
    run: &Run,
    space: Option<&str>,
    step: &Step,
    names: &Names,
    reason: &str,
) -> Result<Behind, Fatal> {
    // A correction that an earlier try made stays made, whatever is refused now.
    if step.kind == StepKind::Amend && space.is_some() {
        match look(run, space, step, names).await? {
            Found::Ours(receipt) => return Ok(Behind::Done(receipt)),
            Found::Unclear => return Ok(Behind::Unclear),
            _ => {}
        }
    }
    let Some(place) = space.filter(|_| is_suspect(step, reason)) else {
        return Ok(Behind::Refused);
    };
    if step.kind.repeat().0 == Repeat::ByLooking
        && let Found::Ours(receipt) = look(run, space, step, names).await?
    {
        return Ok(Behind::Done(receipt));
    }
    Ok(match standing(run, step.lane, place).await? {
        Standing::There => Behind::Refused,
        Standing::Gone => Behind::Gone,
        Standing::Unclear => Behind::Unclear,
    })
}

/// Tells whether a refusal makes the space suspect. After completion the import scope reads
/// nothing, so nothing can be told.
fn is_suspect(step: &Step, reason: &str) -> bool {
    matches!(reason, "permission_denied" | "not_found")
        && (Phase::History..=Phase::Complete).contains(&step.phase)
}

/// Asks after a space, at most once a minute however many calls it refuses.
pub(super) async fn standing(run: &Run, lane: i64, space: &str) -> Result<Standing, Fatal> {
    let mut seen = run.health.spaces.lock().await;
    let now = run.clock.mono();
    let known = seen.get(space).filter(|(at, _)| now < *at + run.backoff.scale(BELIEVED));
    if let Some((_, there)) = known {
        return Ok(if *there { Standing::There } else { Standing::Gone });
    }
    let standing = ask(run, lane, space).await?;
    if standing != Standing::Unclear {
        seen.insert(space.into(), (run.clock.mono(), standing == Standing::There));
    }
    Ok(standing)
}

/// The admin made the space and may read it; where that is refused, the app itself is asked.
async fn ask(run: &Run, lane: i64, space: &str) -> Result<Standing, Fatal> {
    let expires = run.writer.run(move |ledger| ledger.lane(lane)).await?.expires;
    if is_over(expires, run.clock.wall()) {
        return Ok(Standing::Gone);
    }
    let errand = Errand { class: Class::Read, space: Some(space), step: lane << 32 };
    let admin = run.admin();
    let read = run.call(errand, || run.client.list_messages(&admin, space, "", None, 1));
    let Some(read) = read.await else { return Ok(Standing::Unclear) };
    match read_as(read.map(|_| ()))? {
        Standing::Gone => {}
        clear => return Ok(clear),
    }
    let errand = Errand { class: Class::SpaceRead, ..errand };
    let Some(view) = run.call(errand, || run.client.get_space(space)).await else {
        return Ok(Standing::Unclear);
    };
    read_as(view.map(|_| ()))
}

fn is_over(expires: Option<Micros>, now: Micros) -> bool {
    expires.is_some_and(|end| now > end)
}

fn read_as(read: Result<(), Outcome>) -> Result<Standing, Fatal> {
    match read {
        Ok(()) => Ok(Standing::There),
        Err(Outcome::Rejected(rejection)) => refused(&rejection),
        Err(Outcome::Token(TokenError::Transient(_))) => Ok(Standing::Unclear),
        Err(Outcome::Token(error)) => Err(Fatal::Token(error)),
        Err(_) => Ok(Standing::Unclear),
    }
}

fn refused(rejection: &Rejection) -> Result<Standing, Fatal> {
    match rejection.kind() {
        _ if stops_all(rejection) => Err(Fatal::Refused(sentence(rejection))),
        Kind::PermissionDenied | Kind::NotFound => Ok(Standing::Gone),
        _ => Ok(Standing::Unclear),
    }
}

/// Blocks a lane whose space is gone: its steps stay owed, for a space made anew.
pub(super) async fn block(run: &Run, lane: &Lane) -> Result<(), Fatal> {
    let id = lane.id;
    run.writer.run(move |ledger| ledger.block_lane(id, Some(Blocked::SpaceGone))).await?;
    if let Some(space) = &lane.space {
        run.pacer.forget(space);
    }
    tracing::warn!(lane = id, "the space is gone");
    let (name, why) = (lane.name.clone(), Blocked::SpaceGone.as_str());
    run.monitor.observe(&Event::LaneBlocked { lane: id, name, why });
    Ok(())
}

/// Says why a lane could not be read back: where its space is gone, that, and the lane is blocked.
pub(super) async fn instead(run: &Run, lane: &Lane, why: String) -> Result<String, Fatal> {
    let importing = lane.state < LaneState::Completed;
    let Some(space) = lane.space.as_deref().filter(|_| importing) else { return Ok(why) };
    if standing(run, lane.id, space).await? != Standing::Gone {
        return Ok(why);
    }
    block(run, lane).await?;
    Ok(GONE.to_owned())
}

/// Looks again at a lane that was blocked in an earlier run; tells whether it goes on.
pub(super) async fn revive(run: &Run, lane: &Lane) -> Result<bool, Fatal> {
    let Some(space) = lane.space.as_deref() else { return Ok(true) };
    if standing(run, lane.id, space).await? != Standing::There {
        block(run, lane).await?;
        return Ok(false);
    }
    let id = lane.id;
    run.writer.run(move |ledger| ledger.block_lane(id, None)).await?;
    Ok(true)
}
