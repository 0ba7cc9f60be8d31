//! `chatferry verify`: reads every open space back and says whether it is as planned.

use super::args::{Common, VerifyArgs};
use super::session::{Session, fatal, name, runtime};
use super::words::count;
use super::{Exit, display_safe, folder, print};
use crate::clock::SystemClock;
use crate::ledger::Ledger;
use crate::send::{self, Verified};
use std::sync::Arc;

/// Differences to name for each space.
const EXAMPLES: usize = 5;

pub(super) fn verify(common: &Common, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let flags = [args.target.settings(), args.speed.settings()].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let session = Session::begin("verify", common, folder::resume(common, flags, &SystemClock)?)?;
    let ledger = session.ledger()?;
    let verified = runtime.block_on(read_back(&session, ledger))?;
    session.watch.end();
    print(&text(&verified))?;
    Ok(if session.stop.asked() { Exit::Stopped } else { exit(&verified) })
}

/// Reads every open space back.
pub(super) async fn read_back(
    session: &Session<'_>,
    mut ledger: Ledger,
) -> anyhow::Result<Verified> {
    let name = name(session.settings(), &ledger, None)?;
    let connection = session.connect(&mut ledger, name).await?;
    let run = Arc::new(session.run(connection, ledger, None)?);
    match session.stop.unless_now(send::verify(run)).await {
        None => Ok(Verified::default()),
        Some(verified) => Ok(verified.map_err(fatal)?.1),
    }
}

pub(super) fn exit(verified: &Verified) -> Exit {
    match () {
        () if verified.lanes.is_empty() => Exit::Unfinished,
        () if verified.clean() => Exit::Done,
        () if verified.lanes.iter().all(|(_, verdict)| verdict.clean()) => Exit::Unfinished,
        () => Exit::Differences,
    }
}

/// The verdict line appears only when it is true.
pub(super) fn text(verified: &Verified) -> String {
    let (planned, found, extra) = verified.totals();
    let (planned, found, extra) = (count(planned), count(found), count(extra));
    let sums =
        format!("{found} of {planned} planned messages are in Google Chat, {extra} unplanned.");
    if exit(verified) == Exit::Done {
        return format!(
            "The migration looks good: {sums}\nNot seen: who reacted, and the bytes of files.\n"
        );
    }
    let mut lines = vec![format!("Not as planned: {sums}")];
    for (name, verdict) in verified.lanes.iter().filter(|(_, verdict)| !verdict.clean()) {
        lines.push(format!(
            "  {}: {} missing, {} unplanned",
            display_safe(name),
            verdict.missing,
            verdict.extra
        ));
        let different =
            verdict.different.iter().map(|(what, count)| format!("    {what} differs: {count}"));
        lines.extend(different);
        lines.extend(
            verdict
                .examples
                .iter()
                .take(EXAMPLES)
                .map(|example| format!("    {}", display_safe(example))),
        );
    }
    for (name, why) in &verified.unread {
        lines.push(format!("  {}: not read back: {}", display_safe(name), display_safe(why)));
    }
    lines.join("\n") + "\n"
}
