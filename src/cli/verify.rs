//! `chatferry verify`: reads every open space back and says whether it is as planned.

mod words;

pub(super) use words::Told;

use super::args::{Common, VerifyArgs};
use super::closing::keep;
use super::hint::Tell;
use super::reasons::explain;
use super::reconciled::reconcile;
use super::session::{Session, fatal, name, next, runtime};
use super::{Exit, connection, deadline, flags, folder, print, told};
use crate::chat::TokenError;
use crate::clock::SystemClock;
use crate::ids::Micros;
use crate::ledger::{LaneState, Ledger};
use crate::send::{self, Certify, Fatal, Verified};
use serde_json::json as object;
use std::sync::Arc;

/// Where the certificates are, in the work folder.
pub(super) const CERTIFICATES: &str = "reports/verify";

pub(super) fn verify(common: &Common, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let flags = flags::sending(&args.target, &args.speed, &args.limits);
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let session = Session::begin("verify", common, folder::resume(common, flags, &SystemClock)?)?;
    let ledger = session.ledger()?;
    let lanes = ledger.lanes()?;
    // What is complete is not read again unless asked for, and then needs no connection.
    let due = args.completed || lanes.iter().any(|lane| lane.state < LaneState::Completed);
    let verified = if due {
        runtime.block_on(read_back(&session, ledger, args.completed))?
    } else {
        send::stored(&lanes)
    };
    session.watch.end();
    let mut account = session.ledger()?.account()?;
    explain(&mut account);
    let stopped = session.stop.asked().then(|| session.ended(Exit::Stopped));
    let exit = stopped.unwrap_or_else(|| exit(&verified, account.notices));
    let certificates = session.opened.work.path(CERTIFICATES);
    let told = Told {
        verified: &verified,
        account: &account,
        certificates: Some(certificates.display().to_string()),
        warning: deadline::warning(&account, session.clock.wall()),
    };
    keep(&session.opened.work, "reports/verify.txt", &told.text());
    if session.json() {
        print(&format!("{}\n", super::json_line(&json(&told, exit, session.clock.wall()))))?;
    } else {
        print(&told.text())?;
        if let Some(words) = next(&account) {
            print(&format!("Next: {}\n", session.command(&words)))?;
        }
    }
    Ok(exit)
}

fn json(told: &Told<'_>, exit: Exit, now: Micros) -> serde_json::Value {
    let (verified, account) = (told.verified, told.account);
    let (planned, found, extra) = verified.totals();
    let space =
        |(name, verdict): &(String, send::Verdict)| object!({ "name": name, "verdict": verdict });
    object!({
        "event": "verdict",
        "clean": exit == Exit::Done,
        "exit": exit.code(),
        "planned": planned,
        "as_planned": found,
        "unplanned": extra,
        "stuck_calls": verified.stuck(),
        "notices": account.notices,
        "read_before_completion": verified.stored,
        "spaces": verified.lanes.iter().map(space).collect::<Vec<_>>(),
        "not_read_back": verified.unread,
        "not_seen": told.not_seen(),
        "left_out": account.skipped,
        "lost": account.lost,
        "certificates": told.certificates,
        "expiring": deadline::expiring(account, now),
    })
}

/// Reads every open space back, and completed ones where that is asked for.
pub(super) async fn read_back(
    session: &Session<'_>,
    mut ledger: Ledger,
    completed: bool,
) -> anyhow::Result<Verified> {
    let name = name(session.settings(), &ledger, None)?;
    let connection = session.connect(&mut ledger, name).await?;
    let folder = session.opened.work.folder(CERTIFICATES);
    let folder = Some(folder.tell(Exit::Refused, "is there room on the disk?")?);
    let run = Arc::new(session.run(connection, ledger, None)?);
    if !reconcile(session, &run).await? {
        return Ok(Verified::default());
    }
    let (writer, certify) = (run.writer.clone(), Certify { folder, completed });
    match session.until_end(writer, send::certify(run, certify)).await {
        None => Ok(Verified::default()),
        Some(Err(Fatal::Token(error @ TokenError::Delegation { .. }))) if completed => {
            Err(no_scopes(&error))
        }
        Some(verified) => Ok(verified.map_err(fatal)?.1),
    }
}

/// Without `--completed` these scopes are never asked for, so they may well be missing.
fn no_scopes(error: &TokenError) -> anyhow::Error {
    told(
        Exit::Google,
        format!("completed spaces can't be read again: {}", connection::refused(error)),
        "only `verify --completed` needs these two scopes, to read and no more; a new delegation \
         can take up to 24 hours; take them away again afterwards",
    )
}

pub(super) fn exit(verified: &Verified, notices: u64) -> Exit {
    match () {
        () if verified.lanes.iter().any(|(_, verdict)| !verdict.clean()) => Exit::Differences,
        () if verified.stuck() + notices > 0 => Exit::Wedged,
        () if verified.lanes.is_empty() || !verified.unread.is_empty() => Exit::Unfinished,
        () => Exit::Done,
    }
}
