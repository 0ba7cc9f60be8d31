//! `chatferry complete`: ends import mode where everything is as planned, and adds the members.

use super::args::{Common, CompleteArgs};
use super::reconciled::reconcile;
use super::session::{Session, fatal, name, runtime};
use super::{Exit, display_safe, folder};
use crate::clock::SystemClock;
use crate::ledger::Ledger;
use crate::send::{self, CompleteOptions, Completed, Ended};
use std::sync::Arc;

pub(super) fn complete(common: &Common, args: &CompleteArgs) -> anyhow::Result<Exit> {
    let flags = [args.target.settings(), args.speed.settings()].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let session = Session::begin("complete", common, folder::resume(common, flags, &SystemClock)?)?;
    let ledger = session.ledger()?;
    let options = CompleteOptions { accept_wedged: args.accept_wedged };
    let (ended, completed) = runtime.block_on(finish(&session, ledger, options))?;
    for (name, why) in &completed.held {
        session.watch.say(&format!("held back: {}: {why}", display_safe(name)));
    }
    let ledger = session.ledger()?;
    let exit = (ended == Ended::Stopped).then_some(Exit::Stopped);
    session.report(&ledger, "Complete: every space is open to its members.", exit)
}

/// Completes every lane that may be.
pub(super) async fn finish(
    session: &Session<'_>,
    mut ledger: Ledger,
    options: CompleteOptions,
) -> anyhow::Result<(Ended, Completed)> {
    let name = name(session.settings(), &ledger, None)?;
    let connection = session.connect(&mut ledger, name).await?;
    let run = Arc::new(session.run(connection, ledger, None)?);
    if !reconcile(session, &run).await? {
        return Ok((Ended::Stopped, Completed::default()));
    }
    let ended = session.until_end(run.writer.clone(), send::complete(run, options)).await;
    ended.unwrap_or(Ok((Ended::Stopped, Completed::default()))).map_err(fatal)
}
