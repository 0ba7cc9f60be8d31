//! How often in a row a step had no clear end, and what becomes of it then.

use super::look::{self, Found};
use super::perform::{Performed, done, revise, wedged};
use super::{Fatal, Run};
use crate::event::Event;
use crate::ids::Micros;
use crate::ledger::{Names, Receipt, Step};

/// Doubts about one step. Those of an outage are nobody's fault and don't count.
#[derive(Debug)]
pub(super) struct Doubts {
    count: u32,
    outages: u64,
}

impl Doubts {
    /// Begins with none.
    pub(super) fn none(run: &Run) -> Self {
        Self { count: 0, outages: run.health.outages() }
    }

    /// Adds one.
    pub(super) fn add(&mut self, run: &Run) {
        self.count += 1;
        self.forgive(run);
    }

    /// Tells whether the step has had its chances.
    pub(super) fn are_too_many(&mut self, run: &Run) -> bool {
        self.forgive(run);
        self.count >= run.options.attempts.max(1)
    }

    fn forgive(&mut self, run: &Run) {
        let outages = run.health.outages();
        if outages != self.outages || !run.health.is_fine() {
            *self = Self { count: 0, outages };
        }
    }
}

/// Ours stands at another time than planned: the plan follows, so that reading back agrees.
pub(super) async fn moved(
    run: &Run,
    step: Step,
    receipt: Receipt,
    at: Micros,
) -> Result<Performed, Fatal> {
    let request = step.request.clone();
    let step = revise(run, step, Some(at), request).await?;
    done(run, &step, receipt).await
}

/// No clear answer for too long: the step is set aside, and in the end what reading back shows
/// decides. It is refused only where it is seen not to be there; where nothing can be seen it
/// stays owed.
pub(super) async fn give_up(
    run: &Run,
    space: Option<&str>,
    step: Step,
    names: &Names,
    last: bool,
) -> Result<Performed, Fatal> {
    let (lane, kind) = (step.lane, step.kind);
    if !last {
        run.monitor.observe(&Event::StepParked { lane, kind });
        tracing::warn!(step = step.id, "a call has no clear end and is set aside");
        return Ok(Performed::Parked(Box::new(step)));
    }
    let detail = "no clear answer after many tries, and not to be found".to_owned();
    match look::look(run, space, &step, names).await? {
        Found::Ours(receipt) => done(run, &step, receipt).await,
        Found::Moved(receipt, at) => moved(run, step, receipt, at).await,
        Found::Absent => wedged(run, &step, names, "unconfirmed", detail).await,
        Found::Foreign | Found::Unclear if run.stopping() => Ok(Performed::Stopped),
        Found::Foreign => {
            let step = look::retime(run, step).await?;
            Ok(Performed::Parked(Box::new(step)))
        }
        Found::Unclear => {
            run.health.leave_unsettled();
            run.monitor.observe(&Event::StepUnsettled { lane, kind });
            tracing::warn!(step = step.id, "a call has no clear end and stays owed");
            Ok(Performed::Unsettled)
        }
    }
}
