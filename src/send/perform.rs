//! One step: permit, call, judgement, settlement; again until it is paid, refused or stopped.

use super::look::{self, Found};
use super::verdict::{Stop, Verdict, Wait, judge};
use super::{Fatal, Run, outside};
use crate::chat::{Outcome, Scopes};
use crate::draft::{Identity, StepKind};
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
    /// Still pending: the run is to stop.
    Stopped,
}

/// Pays one step.
pub(super) async fn perform(
    run: &Run,
    space: Option<&str>,
    mut step: Step,
    names: &Names,
) -> Result<Performed, Fatal> {
    if step.kind == StepKind::Complete {
        // From here on the space may be open to people, whatever becomes of this program.
        Box::pin(outside::completing(run, &step)).await?;
    }
    let (mut tries, mut doubts, mut look_first) = (0_u32, 0_u32, false);
    loop {
        let Some(verdict) = attempt(run, space, &step, names, look_first).await else {
            return Ok(Performed::Stopped);
        };
        let mut unsure = None;
        match verdict {
            Verdict::Done(receipt) => return done(run, &step, receipt).await,
            Verdict::Wedge(reason, detail) => {
                return Box::pin(wedged(run, &step, names, reason, detail)).await;
            }
            Verdict::Abort(Stop::Token(error)) => return Err(Fatal::Token(error)),
            Verdict::Abort(Stop::Refused(detail)) => return Err(Fatal::Refused(detail)),
            Verdict::Rename | Verdict::Look if step.revision >= REVISIONS => {
                let detail = "its name or time is taken again and again".to_owned();
                return Box::pin(wedged(run, &step, names, "taken", detail)).await;
            }
            Verdict::Rename => step = Box::pin(look::rename(run, step)).await?,
            Verdict::Look => match Box::pin(look::look(run, space, &step)).await? {
                Found::Ours(receipt) => return done(run, &step, receipt).await,
                Found::Foreign => step = Box::pin(look::retime(run, step)).await?,
                Found::Absent => {
                    (doubts, look_first) = (doubts + 1, false);
                    unsure = Some("not to be found");
                }
                Found::Unclear => unsure = Some("no clear answer"),
            },
            Verdict::Later(wait) => {
                doubts += u32::from(wait.counts);
                // A completion can't be undone and has no id: what may have happened is looked at.
                look_first = wait.counts && step.kind == StepKind::Complete;
                if !Box::pin(pause(run, space, &step, wait, tries)).await {
                    return Ok(Performed::Stopped);
                }
            }
        }
        if let Some(why) = unsure {
            let wait = Wait { why, asked: None, throttled: false, counts: true };
            Box::pin(pause(run, space, &step, wait, tries)).await;
        }
        tries += 1;
        if run.stopping() {
            return Ok(Performed::Stopped);
        }
        if doubts > run.options.attempts {
            if let Some(performed) = Box::pin(unconfirmed(run, space, &step, names)).await? {
                return Ok(performed);
            }
            doubts = 0;
        }
    }
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
    let class = class(step.kind);
    tokio::select! {
        biased;
        () = run.stop.cancelled() => return None,
        () = run.pacer.permit(class, space) => {}
    }
    let began = run.clock.wall();
    let identity = Identity::User(step.actor.clone());
    let outcome = run.client.call(&identity, Scopes::IMPORT, &request).await;
    if matches!(outcome, Outcome::Applied(_)) {
        run.pacer.succeeded(class, space);
    }
    Some(judge(step.kind, outcome, began))
}

/// Waits before the next try; false when the run is to stop instead.
async fn pause(run: &Run, space: Option<&str>, step: &Step, wait: Wait, tries: u32) -> bool {
    let time = run.backoff.next(tries, wait.asked);
    if wait.throttled {
        run.pacer.penalize(class(step.kind), space, time);
        run.monitor.observe(&Event::Throttled { what: class(step.kind).as_str(), wait: time });
    }
    let (lane, kind, why) = (step.lane, step.kind, wait.why);
    run.monitor.observe(&Event::StepLater { lane, kind, why, wait: time });
    if !wait.counts && !wait.throttled {
        run.monitor.observe(&Event::Waiting { why: why.to_owned() });
    }
    tokio::select! {
        () = run.clock.sleep(time) => true,
        () = run.stop.cancelled() => false,
    }
}

async fn done(run: &Run, step: &Step, receipt: Receipt) -> Result<Performed, Fatal> {
    if matches!(step.kind, StepKind::Space | StepKind::Complete) {
        Box::pin(outside::done(run, step, &receipt)).await?;
    }
    let names = Names { message: receipt.name.clone(), thread: receipt.thread.clone() };
    run.writer.settle(Key::from(step), Settlement::Done(receipt)).await?;
    Ok(Performed::Done(names))
}

async fn wedged(
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

/// No clear answer for too long: what reading shows decides. While it shows nothing clear, the
/// step is tried on.
async fn unconfirmed(
    run: &Run,
    space: Option<&str>,
    step: &Step,
    names: &Names,
) -> Result<Option<Performed>, Fatal> {
    let detail = "no clear answer after many tries, and not to be found".to_owned();
    Ok(match look::look(run, space, step).await? {
        Found::Ours(receipt) => Some(done(run, step, receipt).await?),
        Found::Absent => Some(wedged(run, step, names, "unconfirmed", detail).await?),
        Found::Foreign | Found::Unclear => None,
    })
}

pub(super) fn class(kind: StepKind) -> Class {
    match kind {
        StepKind::Space => Class::Space,
        StepKind::PastMember | StepKind::Member => Class::Member,
        StepKind::Post => Class::Post,
        StepKind::React => Class::Reaction,
        StepKind::Complete => Class::Complete,
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
