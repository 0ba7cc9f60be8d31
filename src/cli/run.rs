//! `chatferry run`: plans what is not planned, then pays off the ledger up to the edge of
//! completion. The same command goes on after any stop.

use super::args::{Common, RunArgs};
use super::emoji::planned;
use super::reconciled::{reconcile, start_over_again};
use super::session::{Session, fatal, name, runtime};
use super::words::counted;
use super::{Exit, archives, flags, folder, forecast, ledger};
use crate::clock::SystemClock;
use crate::ledger::Ledger;
use crate::send::{Ended, send};
use std::sync::Arc;

pub(super) fn run(common: &Common, args: &RunArgs) -> anyhow::Result<Exit> {
    let sending = flags::sending(&args.target, &args.speed, &args.limits);
    let flags = [args.source.settings(), sending].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let going_on = args.exports.is_empty();
    let opened = if going_on {
        folder::resume(common, flags, &SystemClock)?
    } else {
        folder::begin(common, flags, &SystemClock)?
    };
    let mut session = Session::begin("run", common, opened)?;
    let mut ledger =
        if going_on { session.ledger()? } else { ledger::begin(&session.opened.work)? };
    start_over_again(&session, &mut ledger)?;
    let archives = archives::with_known(&ledger, &args.exports, session.settings())?;
    let ended = runtime.block_on(cross(&session, ledger, archives))?;
    session.remark = session.remark.take().or_else(|| unsettled(ended));
    let ledger = session.ledger()?;
    let exit = (ended == Ended::Stopped).then_some(Exit::Stopped);
    session.report(&ledger, "Everything is sent up to the edge of completion.", exit)
}

/// Says that some calls have no clear end, if so.
pub(super) fn unsettled(ended: Ended) -> Option<String> {
    let Ended::Unsettled { calls } = ended else { return None };
    let calls = counted(calls, "call has", "calls have");
    Some(format!(
        "{calls} no clear end, and reading back does not tell: still owed, tried again by the next run."
    ))
}

/// Connects, plans and sends.
pub(super) async fn cross(
    session: &Session<'_>,
    mut ledger: Ledger,
    archives: Option<Vec<archives::Archive>>,
) -> anyhow::Result<Ended> {
    let team = archives.iter().flatten().find_map(|(_, export)| export.team()).map(str::to_owned);
    let name = name(session.settings(), &ledger, team.as_deref())?;
    let connection = session.connect(&mut ledger, name).await?;
    let bench = match archives {
        None => None,
        Some(archives) => Some(planned(session, &connection, archives, &mut ledger).await?),
    };
    if session.stop.asked() {
        return Ok(Ended::Stopped);
    }
    let run = Arc::new(session.run(connection, ledger, bench)?);
    if !reconcile(session, &run).await? {
        return Ok(Ended::Stopped);
    }
    let following = forecast::follow(session, &run);
    let ended = session.until_end(run.writer.clone(), send(run)).await;
    following.end();
    ended.unwrap_or(Ok(Ended::Stopped)).map_err(fatal)
}
