//! `chatferry verify`: reads every open space back and says whether it is as planned.

use super::args::{Common, VerifyArgs};
use super::reasons::explain;
use super::session::{Session, fatal, name, next, runtime};
use super::words::{count, counted};
use super::{Exit, display_safe, folder, print};
use crate::clock::SystemClock;
use crate::ledger::{LaneState, Ledger};
use crate::send::{self, Verified};
use std::sync::Arc;

/// Spaces to name that could not be read back.
const UNREAD: usize = 10;
/// Differences to name for each space.
const EXAMPLES: usize = 5;

pub(super) fn verify(common: &Common, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let flags = [args.target.settings(), args.speed.settings()].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let session = Session::begin("verify", common, folder::resume(common, flags, &SystemClock)?)?;
    let ledger = session.ledger()?;
    let lanes = ledger.lanes()?;
    // What is complete can't be read again, and needs no connection.
    let open = lanes.iter().any(|lane| lane.state < LaneState::Completed);
    let verified =
        if open { runtime.block_on(read_back(&session, ledger))? } else { send::stored(&lanes) };
    session.watch.end();
    let exit = if session.stop.asked() { Exit::Stopped } else { exit(&verified) };
    session.opened.work.write("reports/verify.txt", text(&verified).as_bytes())?;
    if session.json() {
        print(&format!("{}\n", json(&verified, exit)))?;
    } else {
        print(&text(&verified))?;
        let mut account = session.ledger()?.account()?;
        explain(&mut account);
        if let Some(words) = next(&account) {
            print(&format!("Next: {}\n", session.command(&words)))?;
        }
    }
    Ok(exit)
}

fn json(verified: &Verified, exit: Exit) -> serde_json::Value {
    let (planned, found, extra) = verified.totals();
    serde_json::json!({
        "event": "verdict",
        "clean": exit == Exit::Done,
        "exit": exit.code(),
        "planned": planned,
        "as_planned": found,
        "unplanned": extra,
        "stuck_calls": verified.stuck(),
        "spaces": verified.lanes.iter().map(|(name, verdict)| serde_json::json!({ "name": name, "verdict": verdict })).collect::<Vec<_>>(),
        "not_read_back": verified.unread,
    })
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
        () if verified.lanes.iter().any(|(_, verdict)| !verdict.clean()) => Exit::Differences,
        () if verified.lanes.is_empty() || !verified.unread.is_empty() => Exit::Unfinished,
        () if verified.stuck() > 0 => Exit::Wedged,
        () => Exit::Done,
    }
}

/// The verdict line appears only when it is true.
pub(super) fn text(verified: &Verified) -> String {
    let (planned, found, extra) = verified.totals();
    let sums = format!(
        "{} of {} planned messages are in Google Chat, {} unplanned.",
        count(found),
        count(planned),
        count(extra)
    );
    let mut lines = match exit(verified) {
        Exit::Done => vec![
            format!("The migration looks good: {sums}"),
            "Not seen: who reacted and with which emoji, and the bytes of files.".to_owned(),
        ],
        Exit::Unfinished if verified.lanes.is_empty() => {
            vec!["Nothing could be read back yet.".to_owned()]
        }
        Exit::Unfinished => vec![format!("Not all could be read back yet. {sums}")],
        _ => vec![format!("Not as planned: {sums}")],
    };
    if verified.stuck() > 0 {
        let calls = counted(verified.stuck(), "call was", "calls were");
        lines.push(format!("  {calls} not made: refused, or waiting behind one refused"));
    }
    for (name, verdict) in verified.lanes.iter().filter(|(_, verdict)| !verdict.clean()) {
        let (name, missing, extra) = (display_safe(name), verdict.missing, verdict.extra);
        lines.push(format!("  {name}: {missing} missing, {extra} unplanned"));
        let different = verdict.different.iter();
        lines.extend(different.map(|(what, count)| format!("    {what} differs: {count}")));
        let examples = verdict.examples.iter().take(EXAMPLES);
        lines.extend(examples.map(|example| format!("    {}", display_safe(example))));
    }
    for (name, why) in verified.unread.iter().take(UNREAD) {
        lines.push(format!("  {}: not read back: {}", display_safe(name), display_safe(why)));
    }
    if verified.unread.len() > UNREAD {
        lines.push(format!("  and {} more not read back", verified.unread.len() - UNREAD));
    }
    lines.join("\n") + "\n"
}
