//! One step: permit, call, judgement, settlement; again until it is paid, refused, set aside or
//! stopped.

use super::call::Errand;
use super::complete::{hand_over, never_began, ran_out};
use super::doubts::{self, Doubts};
use super::give_way::{GiveWay, give_way};
use super::gone::{self, Behind};
use super::look::{self, Found};
use super::verdict::{Slow, Stop, Verdict, Wait, judge};
use super::{Fatal, Run, outside};
use crate::chat::{Outcome, Scopes, TokenError};
use crate::draft::{Identity, Repeat, StepKind};
use crate::event::Event;
use crate::ids::RequestId;
use crate::ledger::{Key, Names, Receipt, Settlement, Step};
use crate::pace::Class;
use crate::wire::Holes;

/// How often a step may change its name or its time.
const REVISIONS: u32 = 20;

/// How a step ended, for now.
#[derive(Debug)]
pub(super) enum Performed {
    /// Paid, durably. Its children may need its names.
    Done(Names),
    /// Refused, durably. What only waits for its turn in the thread can go on.
    Wedged {
        /// The thread, where it is known.
        thread: Option<String>,
    },
    /// No clear end for too long: it is to be tried again later.
    Parked(Box<Step>),
    /// Still pending: no clear end, and reading back does not tell either.
    Unsettled,
    /// Still pending: its space is gone.
    Gone,
    /// Still pending: the run is to stop.
    Stopped,
}

/// What an answer comes to.
enum Turn {
    /// The step is settled, or is left.
    Ended(Performed),
    /// It was changed, and goes again.
    Again(Box<Step>),
    /// It waits and goes again; what can't be undone is looked at first.
    Later { step: Box<Step>, wait: Wait, look: bool },
}

/// Pays one step. One that has no clear end for too long is set aside, or, for the `last` time,
/// settled by what reading back shows.
pub(super) async fn perform(
    run: &Run,
    space: Option<&str>,
    mut step: Step,
    names: &Names,
    last: bool,
) -> Result<Performed, Fatal> {
    if step.kind == StepKind::Complete {
        // From here on the space may be open to people, whatever becomes of this program.
        Box::pin(outside::completing(run, &step)).await?;
    }
    let (mut tries, mut doubts, mut look_first) = (0_u32, Doubts::none(run), false);
    let mut unclear = false;
    loop {
        let waited = tries > 0 && step.kind == StepKind::Complete && !unclear;
        if waited && Box::pin(ran_out(run, &step)).await? {
            return Ok(Performed::Unsettled);
        }
        let Some(verdict) = attempt(run, space, &step, names, look_first).await else {
            return Ok(Performed::Stopped);
        };
        if matches!(verdict, Verdict::Wedge("account_unavailable", _))
            && step.kind == StepKind::Complete
            && !unclear
            && Box::pin(never_began(run, &step)).await?
        {
            return Ok(Performed::Unsettled);
        }
        match Box::pin(turn(run, space, step, names, verdict)).await? {
            Turn::Ended(performed) => return Ok(performed),
            Turn::Again(changed) => step = *changed,
            Turn::Later { step: same, wait, look } => {
                (step, look_first) = (*same, look);
                unclear |= wait.counts;
                if wait.counts {
                    doubts.add(run);
                }
                if !Box::pin(pause(run, space, &step, wait, tries)).await {
                    return Ok(Performed::Stopped);
                }
            }
        }
        tries += 1;
        if run.stopping() {
            return Ok(Performed::Stopped);
        }
        if doubts.are_too_many(run) {
            return Box::pin(doubts::give_up(run, space, step, names, last)).await;
        }
    }
}

/// Does what a verdict asks for.
async fn turn(
    run: &Run,
    space: Option<&str>,
    step: Step,
    names: &Names,
    verdict: Verdict,
) -> Result<Turn, Fatal> {
    let by_looking = step.kind.repeat().0 == Repeat::ByLooking;
    let unsure = |step, why, look| {
        let wait = Wait { why, asked: None, throttled: None, counts: true };
        Turn::Later { step: Box::new(step), wait, look }
    };
    Ok(match verdict {
        Verdict::Done(receipt) => Turn::Ended(done(run, &step, receipt).await?),
        Verdict::Wedge(reason, detail) => {
            match gone::behind(run, space, &step, names, reason).await? {
                Behind::Done(receipt) => Turn::Ended(done(run, &step, receipt).await?),
                Behind::Gone => Turn::Ended(Performed::Gone),
                Behind::Unclear => unsure(step, "no clear answer", false),
                Behind::Refused => otherwise(run, space, step, names, (reason, detail)).await?,
            }
        }
        Verdict::Abort(Stop::Token(error)) => return Err(Fatal::Token(error)),
        Verdict::Abort(Stop::Refused(detail)) => return Err(Fatal::Refused(detail)),
        Verdict::Rename | Verdict::Look if step.revision >= REVISIONS => {
            let detail = "its name or time is taken again and again".to_owned();
            Turn::Ended(wedged(run, &step, names, "taken", detail).await?)
        }
        Verdict::Rename => Turn::Again(Box::new(look::rename(run, step).await?)),
        Verdict::Member => match look::standing(run, space, &step).await? {
            Some(receipt) => Turn::Ended(done(run, &step, receipt).await?),
            None => unsure(step, "no clear answer", false),
        },
        Verdict::Look => match look::look(run, space, &step, names).await? {
            Found::Ours(receipt) => Turn::Ended(done(run, &step, receipt).await?),
            Found::Moved(receipt, at) => Turn::Ended(doubts::moved(run, step, receipt, at).await?),
            Found::Foreign => Turn::Again(Box::new(look::retime(run, step).await?)),
            Found::Absent => unsure(step, "not to be found", false),
            Found::Unclear => unsure(step, "no clear answer", by_looking),
        },
        Verdict::Later(wait) => {
            Turn::Later { step: Box::new(step), wait, look: wait.counts && by_looking }
        }
    })
}

/// Does something better than being stuck, where there is something.
async fn otherwise(
    run: &Run,
    space: Option<&str>,
    step: Step,
    names: &Names,
    (reason, detail): (&'static str, String),
) -> Result<Turn, Fatal> {
    if reason == "account_unavailable"
        && let Some(step) = hand_over(run, &step).await?
    {
        return Ok(Turn::Again(Box::new(step)));
    }
    Ok(match give_way(run, space, &step, reason, &detail).await? {
        GiveWay::Again(poorer) => Turn::Again(Box::new(poorer)),
        GiveWay::Skipped => Turn::Ended(Performed::Done(Names::default())),
        GiveWay::Stuck => Turn::Ended(wedged(run, &step, names, reason, detail).await?),
        GiveWay::StuckAs(reason) => Turn::Ended(wedged(run, &step, names, reason, detail).await?),
    })
}

/// Makes one call, or looks where another call could do harm; none when the run is to stop.
async fn attempt(
    run: &Run,
    space: Option<&str>,
    step: &Step,
    names: &Names,
    look_first: bool,
) -> Option<Verdict> {
    let holes = Holes { space, message: names.message.as_deref(), thread: names.thread.as_deref() };
    let request = match step.request.bind(&holes) {
        Ok(request) => request,
        Err(unbound) => return Some(Verdict::Wedge("name_unknown", unbound.to_string())),
    };
    if look_first {
        return Some(Verdict::Look);
    }
    let errand = Errand { class: class(step.kind), space, step: step.id };
    let identity = Identity::from(&step.actor);
    let scopes = match step.kind {
        StepKind::Role | StepKind::Leave | StepKind::Group => Scopes::MEMBERSHIPS,
        _ if step.actor.is_app() => Scopes::BOT,
        _ => Scopes::IMPORT,
    };
    let mut began = 0;
    let answer = run.call(errand, || async {
        began = run.clock.wall();
        run.client.call(&identity, scopes, &request).await.applied()
    });
    let outcome = answer.await?.map_or_else(|outcome| outcome, Outcome::Applied);
    // Without the admin nothing can be made or read back: that is no matter of one person.
    if let Outcome::Token(error @ TokenError::User(_)) = &outcome
        && step.actor == run.admin
    {
        return Some(Verdict::Abort(Stop::Token(error.clone())));
    }
    // What the app may not do by itself, the admin may in its place.
    if let Outcome::Rejected(rejection) = &outcome
        && step.actor.is_app()
        && rejection.lacks_scope()
    {
        return Some(Verdict::Wedge("permission_denied", rejection.to_string()));
    }
    Some(judge(step.kind, outcome, began))
}

/// Waits before the next try; false when the run is to stop instead.
async fn pause(run: &Run, space: Option<&str>, step: &Step, wait: Wait, tries: u32) -> bool {
    let time = run.backoff.next(tries, wait.asked);
    if let Some(slow) = wait.throttled {
        let space = space.filter(|_| slow == Slow::Space);
        run.pacer.penalize(class(step.kind), space, time);
        run.monitor.observe(&Event::Throttled { what: class(step.kind).as_str(), wait: time });
    }
    let (lane, kind, why) = (step.lane, step.kind, wait.why);
    run.monitor.observe(&Event::StepLater { lane, kind, why, wait: time });
    // While nothing goes at all, the wait for the way is wait enough.
    if wait.throttled.is_none() && !run.health.is_fine() {
        return !run.stopping();
    }
    tokio::select! {
        () = run.clock.sleep(time) => true,
        () = run.stop.cancelled() => false,
    }
}

pub(super) async fn done(run: &Run, step: &Step, receipt: Receipt) -> Result<Performed, Fatal> {
    if matches!(step.kind, StepKind::Space | StepKind::Complete) {
        Box::pin(outside::done(run, step, &receipt)).await?;
    }
    let names = Names { message: receipt.name.clone(), thread: receipt.thread.clone() };
    run.writer.settle(Key::from(step), Settlement::Done(receipt)).await?;
    Ok(Performed::Done(names))
}

pub(super) async fn wedged(
    run: &Run,
    step: &Step,
    names: &Names,
    reason: &'static str,
    detail: String,
) -> Result<Performed, Fatal> {
    run.writer.settle(Key::from(step), Settlement::Wedged { reason, detail }).await?;
    let (lane, kind) = (step.lane, step.kind);
    run.monitor.observe(&Event::StepWedged { lane, kind, reason: reason.to_owned() });
    tracing::warn!(step = step.id, reason, "a call is stuck");
    Ok(Performed::Wedged { thread: names.thread.clone() })
}

pub(super) fn class(kind: StepKind) -> Class {
    match kind {
        StepKind::Space => Class::Space,
        StepKind::PastMember
        | StepKind::Member
        | StepKind::Role
        | StepKind::Leave
        | StepKind::Group => Class::Member,
        StepKind::Post => Class::Post,
        StepKind::React => Class::Reaction,
        StepKind::Complete => Class::Complete,
        StepKind::Amend => Class::Patch,
        StepKind::Publish => Class::SpacePatch,
    }
}

/// Settles a change of a step's payload; the step then travels under a new request id.
pub(super) async fn revise(
    run: &Run,
    mut step: Step,
    created: Option<i64>,
    request: crate::wire::Frozen,
) -> Result<Step, Fatal> {
    let stored = request.as_str().to_owned();
    run.writer.settle(Key::from(&step), Settlement::Revised { created, request: stored }).await?;
    step.request = request;
    step.created = created.or(step.created);
    step.revision += 1;
    Ok(step)
}

/// Returns the request id of a step's next revision.
pub(super) fn next_request(step: &Step) -> RequestId {
    RequestId::revised(step.request.request_id().unwrap_or_default())
}
